//! The library on disk: layout, names, safe writes, sidecars, manifest. Knows nothing of providers.

pub mod layout;
pub mod library;
pub mod names;
pub mod reconcile;
mod rename;
pub mod safe_writer;
pub mod settle;
pub mod staging;
