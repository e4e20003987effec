//! Instagram archives.

pub mod html;
