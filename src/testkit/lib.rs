//! What unit tests of several rooms share: programs of others, and how many cases a property has. Only tests use this crate.

pub mod outside;

use proptest::test_runner::Config;

/// Returns how many cases a property has: so many in the ordinary tests, as many as `PROPTEST_CASES` says where it does.
#[must_use]
pub fn cases(ordinary: u32) -> Config {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let default = Config::default();
    Config {
        cases: if asked { default.cases } else { ordinary },
        failure_persistence: None,
        ..default
    }
}
