//! The one test binary. Every file below `tests/` is listed here or in the `mod.rs` of its folder; `layers.rs` checks it.

#![allow(unreachable_pub, reason = "nobody uses a test from outside")]

mod builders;
mod builders_expected;
mod builders_packing;
mod cli;
mod docs;
mod fetch;
mod fuzzing;
mod gallery;
mod golden;
mod import;
mod instagram;
mod layers;
// Numbers of the system's errors are Linux's.
#[cfg(target_os = "linux")]
mod output;
mod print;
mod push;
mod support;
mod sync;
mod thumbnails;
mod verify;

mod providers {
    mod facebook;
    mod facebook_aside;
    mod facebook_editions;
    mod facebook_ways;
    mod facebook_whole;
    mod flickr;
    mod google_corners;
    mod google_crowd;
    mod google_damage;
    mod google_dates;
    mod google_import;
    mod google_kinds;
    mod google_later;
    mod google_matching;
    mod google_namesakes;
    mod google_parts;
    mod google_scale;
    mod instagram_learned;
    mod snapchat;
    mod snapchat_corners;
    mod snapchat_ways;
    mod two_services;
}
