//! The library on disk: layout, names, safe writes, sidecars, manifest. Knows nothing of providers.

pub mod library;
pub mod safe_writer;
pub mod settle;
