//! The one test binary. Every file below `tests/` is listed here or in the `mod.rs` of its folder; `layers.rs` checks it.

mod cli;
mod docs;
mod layers;
mod support;
