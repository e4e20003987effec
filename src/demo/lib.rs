//! Composes the sample archive of `albumen demo`, and the small real media files in it.

pub mod archive;
pub mod media;
