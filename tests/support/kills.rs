//! How often and when to kill, in tests that do.

/// Returns how many kills a test does: `usual`, unless `ALBUMEN_KILLS` says otherwise.
pub fn kills(usual: u64) -> u64 {
    let given = std::env::var("ALBUMEN_KILLS").ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A generator of numbers, so that a failure can be repeated: the numbers follow from the round.
pub fn scattered(round: u64) -> u64 {
    let mut x = (round + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x ^= x >> 29;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^ (x >> 32)
}
