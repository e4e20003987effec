//! Puts composed files into parts: zip, tar, tgz, folders, several parts.

pub mod tar;
pub mod zip;
