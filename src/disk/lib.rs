//! Every change to the disk passes through here.
//!
//! [`safe_writer`] is the one type that changes a library or a gallery: it asks a seam before each step, so that tests can
//! stop a run at any of them. [`private`], [`durable`] and [`rename`] are its tools, and also serve files outside a library
//! (settings, copies at a destination). [`regular`] opens a file to read it and never waits for a pipe. [`digest`] hashes,
//! [`space`] asks how much room is left, [`threads`] shares work out, and [`spool`] keeps what comes out of a pipe.
//!
//! Nothing here knows what a library looks like: that is the writer's.

pub mod digest;
pub mod durable;
#[cfg(any(test, feature = "faults"))]
pub mod faults;
pub mod private;
pub mod regular;
pub mod rename;
pub mod safe_writer;
pub mod space;
pub mod spool;
pub mod threads;
