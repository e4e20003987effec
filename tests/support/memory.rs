//! How much memory a running process had.

use std::fs;
use std::path::Path;

/// Returns the most memory a process of `program` ever had at once, in bytes; nothing where the system does not tell.
///
/// A child shares its parent's memory until it has become the program it was started as, and the parent may already run on by then:
/// what is read that early is the parent's own peak, and not told.
pub fn peak_of(process: u32, program: &Path) -> Option<u64> {
    let running = fs::read_link(format!("/proc/{process}/exe")).ok()?;
    if running != fs::canonicalize(program).ok()? {
        return None;
    }
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes << 10)
}
