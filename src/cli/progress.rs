//! How far a step of work is: numbers, rate and time left. Knows no terminal and no clock.
//!
//! A [`Progress`] counts; its [`Pace`] says how fast the last half minute was. Two forms are made of it: a plain line for logs, and
//! one for a terminal that is never wider than the terminal and leaves out what matters least.

use std::collections::VecDeque;
use std::time::Duration;

use indicatif::HumanDuration;
use serde::Serialize;

use model::amount::{Bytes, Count};
use model::shown::shown;
use monitor::Unit;

/// How long the past is that says how fast it goes: a disk's cache fills and a network breathes within seconds.
const WINDOW: Duration = Duration::from_secs(30);
/// Samples of it are at least this far apart.
const BETWEEN_SAMPLES: Duration = Duration::from_millis(250);
/// Before this, a rate would be a guess.
const LEAST: Duration = Duration::from_millis(500);
/// Before this, a time left would be one.
const LEAST_FOR_TIME: Duration = Duration::from_secs(3);
/// Columns of a name that still tell something beside a percentage.
const LEAST_NAME: usize = 4;
/// Characters inside a bar.
const BAR: usize = 20;

/// How fast a step went in its last half minute.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pace {
    samples: VecDeque<(Duration, u64)>,
    newest: (Duration, u64),
}

impl Pace {
    /// Begins where `done` was done already: what an earlier run brought says nothing of this one.
    pub fn from(done: u64) -> Self {
        Self {
            samples: [(Duration::ZERO, done)].into(),
            newest: (Duration::ZERO, done),
        }
    }

    /// Notes how much was done at a time, counted from the beginning of the step.
    pub fn note(&mut self, at: Duration, done: u64) {
        self.newest = (at, done);
        let last = self.samples.back().map(|sample| sample.0);
        if last.is_none_or(|last| last + BETWEEN_SAMPLES <= at) {
            self.samples.push_back(self.newest);
        }
        while self.samples.len() > 1 && self.samples[1].0 + WINDOW <= at {
            self.samples.pop_front();
        }
    }

    /// Returns how much is done in a second; `None` at the very beginning, and where nothing has moved.
    pub fn per_second(&self) -> Option<f64> {
        let first = self.samples.front()?;
        let seconds = self.newest.0.checked_sub(first.0)?;
        let done = self.newest.1.checked_sub(first.1)?;
        (seconds >= LEAST && done > 0).then(|| done as f64 / seconds.as_secs_f64())
    }
}

/// A step of work and how far it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Name of the step.
    pub step: String,
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
    /// How fast it goes.
    pub pace: Pace,
}

/// A progress line of `--json`.
#[derive(Debug, Serialize)]
pub struct ProgressJson<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    step: &'a str,
    unit: &'static str,
    done: u64,
    total: Option<u64>,
    items: u64,
    per_second: Option<f64>,
    seconds_left: Option<u64>,
}

impl Progress {
    /// Begins a step, of which `done` is done already.
    pub fn new(step: &str, total: Option<u64>, done: u64, unit: Unit) -> Self {
        Self {
            step: step.to_owned(),
            unit,
            total,
            done,
            items: 0,
            elapsed: Duration::ZERO,
            pace: Pace::from(done),
        }
    }

    /// Takes in that so much time has gone since the step began.
    pub fn at(&mut self, elapsed: Duration) {
        self.elapsed = elapsed;
        self.pace.note(elapsed, self.done);
    }

    /// Returns how much is done in a second, over the last half minute, if it can be told.
    pub fn rate(&self) -> Option<f64> {
        self.pace.per_second()
    }

    /// Returns the time left, if size and rate are known and there is any.
    pub fn left(&self) -> Option<Duration> {
        let rest = self.total?.checked_sub(self.done)?;
        let left = Duration::try_from_secs_f64(rest as f64 / self.rate()?).ok()?;
        (self.elapsed >= LEAST_FOR_TIME && left >= Duration::from_secs(1)).then_some(left)
    }

    /// Returns one plain line: `storing: 1.20 GB of 3.40 GB (35 %), 412 items, 80.10 MB/s, 27 seconds left`.
    pub fn line(&self) -> String {
        let mut text = format!("{}: {}", shown(&self.step), self.amount(self.done));
        if let (Some(total), Some(percent)) = (self.total, self.percent()) {
            text.push_str(&format!(" of {} ({percent} %)", self.amount(total)));
        }
        for more in [self.items_text(), self.rate_text()].into_iter().flatten() {
            text.push_str(&format!(", {more}"));
        }
        if let Some(left) = self.left() {
            text.push_str(&format!(", {} left", HumanDuration(left)));
        }
        text
    }

    /// Returns what a step that ended did: `storing: 3.40 GB, 1,412 items in 42.1 s`.
    pub fn ended(&self) -> String {
        let items = self.items_text();
        let items = items.map_or(String::new(), |items| format!(", {items}"));
        format!(
            "{}: {}{items} in {:.1} s",
            shown(&self.step),
            self.amount(self.done),
            self.elapsed.as_secs_f64()
        )
    }

    /// Returns a line of at most `width` columns for a terminal.
    pub fn line_within(&self, width: usize) -> String {
        let name = shown(&self.step);
        let left = self.left().map(|left| format!("{} left", short(left)));
        let percent = self.percent().map(|percent| format!("{percent} %"));
        let done = self.amount(self.done);
        let amount = match self.total.filter(|total| *total > 0) {
            Some(total) => format!("{done} of {}", self.amount(total)),
            None => done,
        };
        let amount = Some(amount);
        let (bar, items, rate) = (self.bar(), self.items_text(), self.rate_text());
        // The fullest first. What says how long to wait goes last.
        let forms: [&[&Option<String>]; 6] = [
            &[&bar, &percent, &amount, &items, &rate, &left],
            &[&bar, &percent, &amount, &rate, &left],
            &[&percent, &amount, &rate, &left],
            &[&percent, &amount, &left],
            &[&percent, &left],
            &[&percent],
        ];
        let lines = forms.iter().map(|form| {
            let mut parts = vec![name.as_str()];
            parts.extend(form.iter().filter_map(|part| part.as_deref()));
            if parts.len() == 1 {
                parts.extend(amount.as_deref());
            }
            parts.join("  ")
        });
        let fitting = lines.into_iter().find(|line| columns(line) <= width);
        fitting.unwrap_or_else(|| {
            let percent = percent.map_or(String::new(), |percent| format!("  {percent}"));
            match width.checked_sub(columns(&percent)) {
                Some(room) if room >= LEAST_NAME => cut(&name, room) + &percent,
                _ => cut(&name, width),
            }
        })
    }

    /// Returns the line `--json` prints.
    pub fn to_json(&self) -> ProgressJson<'_> {
        ProgressJson {
            kind: "progress",
            step: &self.step,
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

    fn percent(&self) -> Option<u128> {
        let total = self.total.filter(|total| *total > 0)?;
        Some(u128::from(self.done.min(total)) * 100 / u128::from(total))
    }

    fn bar(&self) -> Option<String> {
        let percent = usize::try_from(self.percent()?).unwrap_or(100);
        let full = BAR * percent / 100;
        let head = if full < BAR { ">" } else { "" };
        let rest = BAR - full - head.len();
        Some(format!("[{}{head}{}]", "=".repeat(full), " ".repeat(rest)))
    }

    fn items_text(&self) -> Option<String> {
        let items = if self.items == 1 { "item" } else { "items" };
        (self.unit == Unit::Bytes && self.items > 0)
            .then(|| format!("{} {items}", Count(self.items)))
    }

    /// Returns the rate in words; slow items are counted by the minute, since `0/s` says nothing.
    fn rate_text(&self) -> Option<String> {
        let rate = self.rate()?;
        let (number, unit) = match rate < 1.0 {
            true => (rate * 60.0, "min"),
            false => (rate, "s"),
        };
        (number >= 1.0).then(|| format!("{}/{unit}", self.amount(number as u64)))
    }

    fn amount(&self, number: u64) -> String {
        match self.unit {
            Unit::Items => Count(number).to_string(),
            Unit::Bytes => Bytes(number).to_string(),
        }
    }
}

/// Returns a time in few characters: `42s`, `3m 05s`, `2h 14m`, `3d 04h`.
fn short(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{minutes}m {:02}s", seconds % 60),
        3600..86_400 => format!("{hours}h {:02}m", minutes % 60),
        _ => format!("{days}d {:02}h", hours % 24),
    }
}

/// Returns how many columns a text may take: what is not ASCII counts twice, as the widest characters do.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(|c| 1 + usize::from(!c.is_ascii())).sum()
}

/// Returns as much of a text as fits into so many columns.
fn cut(text: &str, width: usize) -> String {
    let mut room = width;
    let fitting = text.chars().take_while(|c| {
        let needed = columns(c.encode_utf8(&mut [0; 4]));
        let fits = needed <= room;
        room = room.saturating_sub(needed);
        fits
    });
    fitting.collect()
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
