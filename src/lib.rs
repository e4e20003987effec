//! albumen gets a person's own photos and videos out of the services that hold them, and keeps them in a
//! folder tree that needs no program to read.
//!
//! This crate is the command line. What it does stands in crates of their own, in the order data flows: `archive` opens archives,
//! `provider` reads their records, `import` plans and stores, `catalog` keeps what is known, `writer` keeps the library on disk.

pub mod cli;
