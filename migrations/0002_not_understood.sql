-- What was not understood is a fact like any other: a certificate must not say "complete" where a reader passed over a page. Kept for
-- each reading, so that it goes when the run is taken back, and is judged anew when a newer reader reads the same entry.

-- Run history: files that no reader made sense of.
CREATE TABLE not_understood (
    id         INTEGER PRIMARY KEY,
    reading_id INTEGER NOT NULL,
    provider   TEXT NOT NULL,
    path       TEXT NOT NULL,         -- below the archive's root
    size_bytes INTEGER NOT NULL,
    crc32      INTEGER,               -- null: the container tells none
    body       TEXT NOT NULL          -- model::not_understood::PuzzlingFile as JSON
) STRICT;
CREATE INDEX not_understood_reading ON not_understood (reading_id);

-- Run history: later readings that judged the same entry anew; as long as one of them stands, the older judgement does not count.
CREATE TABLE judged_anew (
    not_understood_id INTEGER NOT NULL,
    reading_id        INTEGER NOT NULL,
    PRIMARY KEY (not_understood_id, reading_id)
) STRICT, WITHOUT ROWID;

-- Derived: media in the library that no record file names, counted by folder, where the folder tells which kind of record file
-- would name them.
CREATE TABLE unnamed_media (
    provider TEXT NOT NULL,
    account  TEXT NOT NULL,           -- '' unknown
    kind     TEXT NOT NULL,           -- of the record files that would name them
    folder   TEXT NOT NULL,           -- below the archive's root
    count    INTEGER NOT NULL,
    example  TEXT NOT NULL,           -- path of the first of them
    expected INTEGER NOT NULL,        -- 1: some record file of that kind names media of the account
    PRIMARY KEY (provider, account, kind, folder)
) STRICT, WITHOUT ROWID;
