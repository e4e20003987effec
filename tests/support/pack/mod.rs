//! Puts composed files into parts: zip, tar, tgz, folders, several parts.

pub mod big;
pub mod parts;
pub mod takeout_big;
pub mod tar;
pub mod zip;
pub mod zip_writer;
