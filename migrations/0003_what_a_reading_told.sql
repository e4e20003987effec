-- An import of archives that are all known reads nothing, and yet is asked whose they are and how much they tell: a second import
-- that says "account not known" about the account of the first makes a person doubt both.

-- Run history: what the report of a reading said of its account.
CREATE TABLE reading_told (
    reading_id INTEGER PRIMARY KEY REFERENCES reading (id) ON DELETE CASCADE,
    account    TEXT,                  -- null: not known
    items      INTEGER NOT NULL       -- statements about media
) STRICT;
