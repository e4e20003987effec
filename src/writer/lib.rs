//! The tree of a library: layout, names, sidecars, lists. Knows nothing of providers.
//!
//! [`library`] opens a folder and holds its lock; [`staging`] takes in bytes that have no name yet. [`layout`] and [`names`]
//! decide where each asset lies, [`reconcile`] compares that with what is there, and [`settle`] makes the difference.
//! [`sidecar`], [`manifest`], [`albums_file`], [`history_file`] and [`readme`] write and read the files beside the photos.
//! Every change goes through the crate `disk`.

pub mod albums_file;
pub mod history_file;
pub mod identity;
pub mod layout;
pub mod library;
pub mod manifest;
pub mod names;
pub mod readme;
pub mod reconcile;
pub mod settle;
pub mod sidecar;
pub mod staging;
pub mod walk;
