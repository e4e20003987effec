//! The gallery: what the command writes, and what a browser makes of it.

mod browser;
#[cfg(unix)]
mod hanging;
mod scale;
mod written;
