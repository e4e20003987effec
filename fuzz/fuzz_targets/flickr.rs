//! `cargo +nightly fuzz run flickr`.
#![no_main]

#[path = "../../tests/fuzzing/bodies.rs"]
#[allow(dead_code)]
mod bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::flickr(bytes));
