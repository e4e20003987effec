//! The archives that are measured, composed once and kept beside the results.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::support::pack::big::{Big, write_big};
use crate::support::pack::zip::Method;

/// One archive.
pub struct Case {
    /// Name for the command line.
    pub name: &'static str,
    /// Number of photos.
    pub items: u64,
    /// Size of each.
    pub size_bytes: usize,
    /// Compression.
    pub method: Method,
    /// Whether a second import of it is measured, too.
    pub repeated: bool,
}

/// Returns all cases, small ones for `quick`.
pub fn cases(quick: bool) -> Vec<Case> {
    let (large, small) = if quick { (100, 2_000) } else { (680, 20_000) };
    let of = |name, items, size_bytes, method, repeated| Case {
        name,
        items,
        size_bytes,
        method,
        repeated,
    };
    vec![
        of("large-stored", large, 3 << 20, Method::Stored, false),
        of("large-deflated", large, 3 << 20, Method::Deflated, false),
        of("small-stored", small, 60_000, Method::Stored, true),
        of("small-deflated", small, 60_000, Method::Deflated, false),
    ]
}

impl Case {
    /// Returns what it is, for people.
    pub fn describe(&self) -> String {
        let megabytes = self.items * self.size_bytes as u64 / 1_000_000;
        format!(
            "{}: {} photos of {} KB, {megabytes} MB",
            self.name,
            self.items,
            self.size_bytes / 1000
        )
    }

    /// Returns the archive, composing it unless it is there.
    pub fn archive(&self, folder: &Path) -> Result<PathBuf> {
        let name = format!("instagram-{}-{}.zip", self.name, self.items);
        let path = folder.join(name);
        if !path.exists() {
            let unfinished = path.with_extension("unfinished");
            let big = Big {
                items: self.items,
                size_bytes: self.size_bytes,
                method: self.method,
            };
            write_big(&unfinished, &big)?;
            std::fs::rename(&unfinished, &path)?;
        }
        Ok(path)
    }
}
