//! Builders for tests: composed archives, packing, hostile inputs, a hermetic environment.

// Each test file uses some of the builders; none uses all of them.
#![allow(dead_code)]

pub mod account;
pub mod arb;
pub mod busy;
pub mod compose;
pub mod downloads;
pub mod env;
pub mod expected;
pub mod facebooks;
pub mod galleries;
pub mod hostile;
pub mod http;
pub mod immich;
pub mod kills;
pub mod media;
pub mod memory;
#[cfg(unix)]
pub mod mounts;
pub mod nextcloud;
pub mod pack;
pub mod photoprism;
pub mod proxy;
pub mod samples;
pub mod schemas;
pub mod seams;
pub mod servers;
pub mod ssh;
pub mod takeouts;
pub mod tools;
pub mod tree;
pub mod whole;
pub mod world;
