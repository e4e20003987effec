-- Namesakes of one second without an address: nobody can tell which of several media a record means. Such a record is neither
-- missing its medium nor sure of it, and the certificate must say so.

-- Derived: records that may mean any of several media, or one that no archive so far holds.
CREATE TABLE doubt (
    record_id INTEGER PRIMARY KEY REFERENCES record (id)
) STRICT;
