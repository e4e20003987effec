//! SQLite: open, migrate, read and write. The only module with SQL.
