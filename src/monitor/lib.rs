//! How library code reports progress, warnings and counts. Knows no terminal.

use std::sync::Mutex;

/// A problem seen while the run goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Part and entry, library path or whatever the warning is about; may be empty.
    pub subject: String,
    /// What is wrong, in words a person understands. Foreign text in it has gone through `model::shown`.
    pub message: String,
}

/// What a step counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things: entries, files.
    Items,
    /// Bytes.
    Bytes,
}

/// How far one of several parts is that are worked on at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartProgress<'a> {
    /// Tells it from the others of the step.
    pub number: usize,
    /// Its name, as it may be shown after `model::shown`.
    pub name: &'a str,
    /// Bytes of it that are done.
    pub done: u64,
    /// Its size, if known.
    pub total: Option<u64>,
    /// Nothing more will be told of it.
    pub ended: bool,
}

/// Receives what library code has to say while it works. Implementations must not block for long.
pub trait Monitor: Sync {
    /// Tells of a problem; the run goes on.
    fn warn(&self, warning: Warning);
    /// Tells that a step of work begins, with its size if known.
    fn step(&self, name: &'static str, total: Option<u64>, unit: Unit);
    /// Tells that the current step came `by` further.
    fn advance(&self, by: u64);
    /// Tells that `items` whole items of the current step are done (beside the bytes counted by `advance`).
    fn items_done(&self, items: u64) {
        let _ = items;
    }
    /// Tells that the current step is larger by this much than was told so far.
    fn grow(&self, by: u64) {
        let _ = by;
    }
    /// Tells how far one of several parts of the current step is.
    fn part(&self, part: PartProgress<'_>) {
        let _ = part;
    }
    /// Asks whether the user wants the run to stop (Ctrl-C). Long loops ask often.
    fn stopped(&self) -> bool {
        false
    }
}

/// Says nothing.
pub struct Silent;

impl Monitor for Silent {
    fn warn(&self, _: Warning) {}
    fn step(&self, _: &'static str, _: Option<u64>, _: Unit) {}
    fn advance(&self, _: u64) {}
}

/// Keeps warnings, for tests and for reports.
#[derive(Default)]
pub struct Collecting {
    warnings: Mutex<Vec<Warning>>,
}

impl Collecting {
    /// Returns what was warned of so far.
    pub fn warnings(&self) -> Vec<Warning> {
        self.warnings
            .lock()
            .map(|warnings| warnings.clone())
            .unwrap_or_default()
    }
}

impl Monitor for Collecting {
    fn warn(&self, warning: Warning) {
        if let Ok(mut warnings) = self.warnings.lock() {
            warnings.push(warning);
        }
    }
    fn step(&self, _: &'static str, _: Option<u64>, _: Unit) {}
    fn advance(&self, _: u64) {}
}
