//! albumen gets a person's own photos and videos out of the services that hold them, and keeps them in a
//! folder tree that needs no program to read.
//!
//! This crate is the command line. What it does stands in crates of their own, in the order data flows: `archive` opens archives,
//! `provider` reads their records, `import` plans and stores, `catalog` keeps what is known, `writer` keeps the library on disk.
//! They print nothing, ask nobody for the time, and can be used by other programs:
//!
//! ```
//! use catalog::Catalog;
//! use model::select::Select;
//! use import::{ImportOptions, import};
//! use jiff::Timestamp;
//! use monitor::Silent;
//! use writer::library::Library;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let archive = folder.path().join("instagram-anna-2024-05-01-Ab3dEf9h.zip");
//! # demo::archive::write_zip(&archive)?;
//! # let root = folder.path().join("photos");
//! // An archive as the service gave it, and a folder for the library, which is made if it is not there.
//! let options = ImportOptions { paths: vec![archive], ..ImportOptions::default() };
//! let report = import(&root, &options, &Timestamp::now, &Silent)?;
//! // Every entry of the archive has one outcome.
//! assert_eq!(report.outcomes.sum(), report.entries);
//!
//! let library = Library::open(&root)?;
//! let catalog = Catalog::open_existing(&library.catalog_path())?;
//! let mut found = Vec::new();
//! catalog.list(&Select::default(), &mut |listed| found.push(listed.path))?;
//! for path in &found {
//!     assert!(root.join(path).is_file());
//! }
//! # assert!(found.len() > 5, "{found:?}");
//! # Ok(())
//! # }
//! ```

pub mod cli;
