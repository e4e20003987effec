//! `cargo +nightly fuzz run sftp`.
#![no_main]

#[path = "../../tests/fuzzing/bodies.rs"]
#[allow(dead_code)]
mod bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::sftp(bytes));
