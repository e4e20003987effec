//! The one test binary. Every file below `tests/` is listed here or in the `mod.rs` of its folder; `layers.rs` checks it.

mod builders;
mod builders_expected;
mod builders_packing;
mod cli;
mod docs;
mod instagram;
mod layers;
mod support;

mod providers {
    mod facebook;
    mod google_matching;
}
