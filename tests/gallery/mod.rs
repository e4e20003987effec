//! The gallery: what the command writes, and what a browser makes of it.

mod browser;
mod scale;
mod written;
