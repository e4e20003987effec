//! albumen gets a person's own photos and videos out of the services that hold them, and keeps them in a
//! folder tree that needs no program to read.
//!
//! Modules are in the order data flows: [`exporter`] opens archives and reads their records, [`import`]
//! plans and stores, [`catalog`] keeps what is known, [`writer`] keeps the library on disk.

pub mod catalog;
pub mod cli;
pub mod config;
pub mod demo;
pub mod exporter;
pub mod gallery;
pub mod import;
pub mod media;
pub mod model;
pub mod monitor;
pub mod net;
pub mod print;
pub mod push;
pub mod schedule;
pub mod verify;
pub mod writer;
