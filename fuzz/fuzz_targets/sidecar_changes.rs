//! `cargo +nightly fuzz run sidecar_changes`.
#![no_main]

#[path = "../../tests/fuzzing/bodies.rs"]
#[allow(dead_code)]
mod bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::sidecar_changes(bytes));
