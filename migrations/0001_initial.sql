-- The first schema. Two halves: evidence (what archives told, a set) and what is derived from it (assets, files).
-- The derived half can be made again from evidence; evidence can be made again from originals and sidecars.

-- Small facts about the library itself: the home time zone, whether a run stopped before it settled.
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Run history. Not part of what must converge.
CREATE TABLE run (
    id       INTEGER PRIMARY KEY,
    kind     TEXT NOT NULL,          -- import, verify, …
    started  TEXT NOT NULL,          -- RFC 3339, UTC
    finished TEXT,                   -- RFC 3339, UTC; null: the run was cut off
    command  TEXT NOT NULL,          -- options as JSON, no secrets
    report   TEXT,                   -- numbers as JSON
    undone_by INTEGER                -- the run of kind undo that took it back
) STRICT;

-- Run history: what one run read of one provider's parts. Two runs that were given the same parts share it. The tables below it
-- say which evidence it gave: what no reading is left to give goes when a run is undone. They name rows of other tables without
-- REFERENCES: a foreign key would make each deletion there search here from end to end.
CREATE TABLE reading (
    id       INTEGER PRIMARY KEY,
    digest   BLOB,                   -- of the entries' names, sizes and checksums, the parts' names and the options; null: of no archive
    complete INTEGER NOT NULL        -- 1: it came to its end
) STRICT;
CREATE INDEX reading_digest ON reading (digest);

CREATE TABLE run_reading (
    run_id     INTEGER NOT NULL,
    reading_id INTEGER NOT NULL,
    PRIMARY KEY (run_id, reading_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE reading_part (
    reading_id INTEGER NOT NULL,
    name       TEXT NOT NULL,        -- file name of the part
    PRIMARY KEY (reading_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE reading_record (
    reading_id INTEGER NOT NULL,
    record_id  INTEGER NOT NULL,
    PRIMARY KEY (reading_id, record_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE reading_album (
    reading_id      INTEGER NOT NULL,
    album_record_id INTEGER NOT NULL,
    PRIMARY KEY (reading_id, album_record_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE reading_media (
    reading_id     INTEGER NOT NULL,
    media_entry_id INTEGER NOT NULL,
    PRIMARY KEY (reading_id, media_entry_id)
) STRICT, WITHOUT ROWID;

-- Files on their way to the trash: an undo that was cut off is finished from here.
CREATE TABLE leaving (
    path  TEXT PRIMARY KEY,          -- relative to the library
    trash TEXT NOT NULL              -- relative to the library
) STRICT, WITHOUT ROWID;

-- Run history: the parts that were given.
CREATE TABLE part (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE        -- file name of the part
) STRICT;

-- Evidence: bytes the library holds.
CREATE TABLE original (
    id           INTEGER PRIMARY KEY,
    content_hash BLOB NOT NULL UNIQUE, -- SHA-256, 32 bytes
    size_bytes   INTEGER NOT NULL,
    facts        TEXT NOT NULL         -- model::media_facts::MediaFacts as JSON
) STRICT;

-- Evidence: under which path which archive held which bytes.
CREATE TABLE media_entry (
    id          INTEGER PRIMARY KEY,
    provider    TEXT NOT NULL,
    export      TEXT NOT NULL,         -- '' where the provider's paths need none
    path        TEXT NOT NULL,         -- below the archive's root
    original_id INTEGER NOT NULL REFERENCES original (id),
    UNIQUE (provider, export, path, original_id)
) STRICT;
CREATE INDEX media_entry_original ON media_entry (original_id);

-- Evidence: statements of record files about media.
CREATE TABLE record (
    id       INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    digest   BLOB NOT NULL,            -- SHA-256 of body (its account left out) and raw
    account  TEXT NOT NULL,            -- '' where the part did not tell: it may come once so and once with its account
    body     TEXT NOT NULL,            -- model::record::Record as JSON, without raw
    raw      TEXT NOT NULL,            -- the record as it stood in the archive, as JSON
    UNIQUE (digest, account)
) STRICT;

-- Evidence: statements of record files about albums.
CREATE TABLE album_record (
    id       INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    digest   BLOB NOT NULL UNIQUE,
    body     TEXT NOT NULL             -- model::record::AlbumRecord as JSON
) STRICT;

-- Evidence: what the owner changed in sidecars with other programs.
CREATE TABLE user_change (
    content_hash BLOB PRIMARY KEY,     -- of the asset's original
    body         TEXT NOT NULL,        -- model::user_changes::UserChanges as JSON
    others       TEXT NOT NULL         -- properties of other programs in the sidecar, as JSON
) STRICT;

-- Run history: entries that were dealt with, so that they need not be read again.
CREATE TABLE seen_entry (
    provider       TEXT NOT NULL,
    export         TEXT NOT NULL,
    path           TEXT NOT NULL,
    size_bytes     INTEGER NOT NULL,
    crc32          INTEGER NOT NULL,
    reader_version INTEGER NOT NULL,
    account        TEXT NOT NULL,      -- account given by the user, else ''
    role           TEXT NOT NULL,      -- media, record, or the reason it was left aside
    original_id    INTEGER REFERENCES original (id),
    PRIMARY KEY (provider, path, size_bytes, crc32, export)
) STRICT, WITHOUT ROWID;

-- Run history: which part held which medium.
CREATE TABLE part_entry (
    media_entry_id INTEGER NOT NULL REFERENCES media_entry (id),
    part_id        INTEGER NOT NULL REFERENCES part (id),
    PRIMARY KEY (media_entry_id, part_id)
) STRICT, WITHOUT ROWID;

-- Derived: the photos and videos of the library.
CREATE TABLE asset (
    id            INTEGER PRIMARY KEY,
    content_hash  BLOB NOT NULL UNIQUE, -- of its original
    path          TEXT NOT NULL,        -- of its original, relative to the library
    digest        BLOB NOT NULL,        -- of all that its sidecar shows
    taken_seconds INTEGER,              -- for sorting and date queries; a wall clock counts as if UTC; null: undated
    local_day     TEXT,                 -- YYYY-MM-DD as folders show it
    body          TEXT NOT NULL         -- model::asset::Asset as JSON
) STRICT;
CREATE INDEX asset_taken ON asset (taken_seconds, path);

-- Derived: the items an asset is.
CREATE TABLE asset_item (
    asset_id INTEGER NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    account  TEXT NOT NULL,             -- '' unknown
    kind     TEXT NOT NULL,
    key      TEXT NOT NULL,
    PRIMARY KEY (asset_id, provider, account, kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX asset_item_kind ON asset_item (provider, kind, account);

-- Derived: album memberships.
CREATE TABLE asset_album (
    asset_id INTEGER NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
    album    TEXT NOT NULL,             -- key of the album
    title    TEXT NOT NULL,
    PRIMARY KEY (asset_id, album)
) STRICT, WITHOUT ROWID;
CREATE INDEX asset_album_title ON asset_album (title);

-- Derived: text to search, three letters at a time so that languages without spaces are found, too.
CREATE VIRTUAL TABLE asset_text USING fts5 (
    description, title, place, people, keywords, name,
    tokenize = 'trigram remove_diacritics 1'
);

-- Derived: originals and companions as they were last known to lie on disk.
CREATE TABLE placed_file (
    path         TEXT PRIMARY KEY,      -- relative to the library
    content_hash BLOB NOT NULL,
    size_bytes   INTEGER NOT NULL,
    asset_hash   BLOB NOT NULL          -- original of the asset the file belongs to
) STRICT, WITHOUT ROWID;
CREATE INDEX placed_file_hash ON placed_file (content_hash);

-- Derived: sidecars as they were last written.
CREATE TABLE sidecar (
    asset_hash  BLOB PRIMARY KEY,
    path        TEXT NOT NULL UNIQUE,
    sha256      BLOB NOT NULL,
    size_bytes  INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL        -- to see cheaply that nobody touched it
) STRICT, WITHOUT ROWID;

-- Derived: records whose medium no archive so far holds.
CREATE TABLE missing (
    record_id INTEGER NOT NULL REFERENCES record (id),
    provider  TEXT NOT NULL,
    uri       TEXT NOT NULL,             -- of the medium, or of a companion of it
    PRIMARY KEY (record_id, uri)
) STRICT, WITHOUT ROWID;

-- Run history: places that were pushed to. Lost with the catalog; the next push finds by reading what is there.
CREATE TABLE destination (
    id      INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE       -- as given, made whole; never with a secret in it
) STRICT;

-- Run history: the journal of pushes, one row for each file that is (or may be) at a destination.
CREATE TABLE pushed (
    destination_id INTEGER NOT NULL REFERENCES destination (id),
    asset_hash     BLOB NOT NULL,      -- original of the asset the file belongs to; empty for lists
    part           TEXT NOT NULL,      -- original, sidecar, companion:<hash>, or the name of a list
    path           TEXT NOT NULL,      -- where it lies there
    remote_id      TEXT NOT NULL,      -- what the host calls it; the path where it has no ids
    size_bytes     INTEGER NOT NULL,
    sent_hash      BLOB NOT NULL,      -- SHA-256 of the bytes sent
    read_hash      BLOB,               -- SHA-256 as read back; null: begun, and perhaps not ended
    tag            TEXT,               -- the host's own mark of this state of the file (ETag)
    at             TEXT NOT NULL,      -- RFC 3339, UTC
    PRIMARY KEY (destination_id, asset_hash, part)
) STRICT, WITHOUT ROWID;

-- Run history: uploads in parts that were begun and may be gone on with.
CREATE TABLE push_upload (
    destination_id INTEGER NOT NULL REFERENCES destination (id),
    path           TEXT NOT NULL,      -- where the file shall lie
    sent_hash      BLOB NOT NULL,      -- SHA-256 of the whole file
    upload_id      TEXT NOT NULL,      -- what the host calls the upload
    PRIMARY KEY (destination_id, path, sent_hash)
) STRICT, WITHOUT ROWID;
