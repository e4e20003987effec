//! How far a step of work is: numbers, rate and time left. Knows no terminal and no clock.

use std::time::Duration;

use indicatif::{DecimalBytes, HumanCount, HumanDuration};
use serde::Serialize;

use monitor::Unit;

/// A step of work and how far it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Name of the step.
    pub step: &'static str,
    /// What `done` and `total` count.
    pub unit: Unit,
    /// Size of the step, if known.
    pub total: Option<u64>,
    /// How much of it is done.
    pub done: u64,
    /// Whole items done, where the step counts bytes.
    pub items: u64,
    /// Time since the step began.
    pub elapsed: Duration,
}

/// A progress line of `--json`.
#[derive(Debug, Serialize)]
pub struct ProgressJson {
    #[serde(rename = "type")]
    kind: &'static str,
    step: &'static str,
    unit: &'static str,
    done: u64,
    total: Option<u64>,
    items: u64,
    per_second: Option<f64>,
    seconds_left: Option<u64>,
}

impl Progress {
    /// Returns how much is done in a second; `None` in the first half second, when it would be a guess.
    pub fn rate(&self) -> Option<f64> {
        let seconds = self.elapsed.as_secs_f64();
        (seconds >= 0.5 && self.done > 0).then(|| self.done as f64 / seconds)
    }

    /// Returns the time left, if size and rate are known.
    pub fn left(&self) -> Option<Duration> {
        let rest = self.total?.checked_sub(self.done)?;
        Duration::try_from_secs_f64(rest as f64 / self.rate()?).ok()
    }

    /// Returns one plain line: `storing: 1.20 GB of 3.40 GB (35 %), 412 items, 80.10 MB/s, 27 seconds left`.
    pub fn line(&self) -> String {
        let mut text = format!("{}: {}", self.step, self.amount(self.done));
        if let Some(total) = self.total.filter(|total| *total > 0) {
            let percent = u128::from(self.done.min(total)) * 100 / u128::from(total);
            text.push_str(&format!(" of {} ({percent} %)", self.amount(total)));
        }
        if self.unit == Unit::Bytes && self.items > 0 {
            let items = if self.items == 1 { "item" } else { "items" };
            text.push_str(&format!(", {} {items}", HumanCount(self.items)));
        }
        if let Some(rate) = self.rate() {
            text.push_str(&format!(", {}/s", self.amount(rate as u64)));
        }
        if let Some(left) = self.left() {
            text.push_str(&format!(", {} left", HumanDuration(left)));
        }
        text
    }

    /// Returns the line `--json` prints.
    pub fn to_json(&self) -> ProgressJson {
        ProgressJson {
            kind: "progress",
            step: self.step,
            unit: match self.unit {
                Unit::Items => "items",
                Unit::Bytes => "bytes",
            },
            done: self.done,
            total: self.total,
            items: if self.unit == Unit::Items {
                self.done
            } else {
                self.items
            },
            per_second: self.rate().map(f64::round),
            seconds_left: self.left().map(|left| left.as_secs()),
        }
    }

    fn amount(&self, number: u64) -> String {
        match self.unit {
            Unit::Items => HumanCount(number).to_string(),
            Unit::Bytes => DecimalBytes(number).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress() -> Progress {
        Progress {
            step: "storing",
            unit: Unit::Bytes,
            total: Some(3_400_000_000),
            done: 1_200_000_000,
            items: 1412,
            elapsed: Duration::from_secs(12),
        }
    }

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long() {
        assert_eq!(
            progress().line(),
            "storing: 1.20 GB of 3.40 GB (35 %), 1,412 items, 100.00 MB/s, 22 seconds left"
        );
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        let young = Progress {
            elapsed: Duration::from_millis(100),
            ..progress()
        };
        assert_eq!(
            young.line(),
            "storing: 1.20 GB of 3.40 GB (35 %), 1,412 items"
        );
        let unknown = Progress {
            total: None,
            unit: Unit::Items,
            done: 20_000,
            ..progress()
        };
        assert_eq!(unknown.line(), "storing: 20,000, 1,666/s");
        let empty = Progress {
            total: Some(0),
            done: 0,
            items: 0,
            ..progress()
        };
        assert_eq!(empty.line(), "storing: 0 B");
    }

    #[test]
    fn more_than_all_is_all() {
        let over = Progress {
            done: 4_000_000_000,
            ..progress()
        };
        assert!(over.line().contains("(100 %)"), "{}", over.line());
        assert_eq!(over.left(), None);
    }

    #[test]
    fn json_has_null_for_unknown() {
        let unknown = Progress {
            total: None,
            elapsed: Duration::ZERO,
            ..progress()
        };
        let json = serde_json::to_value(unknown.to_json()).expect("plain numbers");
        assert_eq!(
            json,
            serde_json::json!({"type": "progress", "step": "storing", "unit": "bytes", "done": 1_200_000_000_u64,
                "total": null, "items": 1412, "per_second": null, "seconds_left": null})
        );
    }
}
