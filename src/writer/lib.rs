//! The library on disk: layout, names, safe writes, sidecars, manifest. Knows nothing of providers.

pub mod albums_file;
pub mod digest;
pub mod durable;
pub mod history_file;
pub mod identity;
pub mod layout;
pub mod library;
pub mod manifest;
pub mod names;
pub mod private;
pub mod readme;
pub mod reconcile;
pub mod regular;
pub mod rename;
pub mod safe_writer;
pub mod settle;
pub mod sidecar;
pub mod space;
pub mod spool;
pub mod staging;
pub mod threads;
pub mod walk;
