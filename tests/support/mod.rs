//! What tests share.

pub mod tools;
