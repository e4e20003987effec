//! Shows on the terminal what library code reports: a bar, plain lines, or JSON lines.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{
    HumanCount, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle,
};

use super::interrupt::Interrupt;
use super::output::{Format, Output};
use super::progress::Progress;
use model::shown::{shown, shown_whole};
use monitor::{Monitor, PartProgress, Unit, Warning};

/// Plain lines fill logs: one every few seconds is enough.
const BETWEEN_PLAIN_LINES: Duration = Duration::from_secs(5);
/// JSON lines feed a program's own bar.
const BETWEEN_JSON_LINES: Duration = Duration::from_millis(500);

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// A bar that is redrawn on a terminal.
    Bar,
    /// A line of text to standard error now and then.
    Lines,
    /// A JSON line to standard output now and then.
    Json,
}

impl Show {
    /// Returns the way that suits the output and this process's standard error.
    pub fn suited(format: Format) -> Self {
        match format {
            Format::Json => Self::Json,
            Format::Text if std::io::stderr().is_terminal() => Self::Bar,
            Format::Text => Self::Lines,
        }
    }
}

struct Step {
    progress: Progress,
    began: Instant,
    said: Instant,
    bar: ProgressBar,
    /// The bar of the step, and above it one of each part.
    bars: MultiProgress,
    parts: BTreeMap<usize, ProgressBar>,
}

impl Step {
    fn clear(&self) {
        self.parts.values().for_each(ProgressBar::finish_and_clear);
        self.bar.finish_and_clear();
    }
}

/// A [`Monitor`] for people and scripts at the command line.
pub struct CommandLineMonitor<'a> {
    show: Show,
    out: &'a Output,
    interrupt: Interrupt,
    errors: Mutex<Box<dyn Write + Send>>,
    step: Mutex<Option<Step>>,
    warnings: AtomicU64,
    pause: Duration,
}

impl<'a> CommandLineMonitor<'a> {
    /// Shows progress as it suits `out`; warnings go to standard error.
    pub fn new(out: &'a Output, interrupt: Interrupt) -> Self {
        let errors = Box::new(std::io::stderr());
        Self::with(Show::suited(out.format()), out, interrupt, errors)
    }

    fn with(
        show: Show,
        out: &'a Output,
        interrupt: Interrupt,
        errors: Box<dyn Write + Send>,
    ) -> Self {
        Self {
            show,
            out,
            interrupt,
            errors: Mutex::new(errors),
            step: Mutex::new(None),
            warnings: AtomicU64::new(0),
            pause: match show {
                Show::Json => BETWEEN_JSON_LINES,
                Show::Bar | Show::Lines => BETWEEN_PLAIN_LINES,
            },
        }
    }

    /// Takes the bar off the screen, so that the report can be printed.
    pub fn finish(&self) {
        if let Some(step) = self.lock().take() {
            step.clear();
        }
    }

    /// Returns the number of warnings so far.
    pub fn warnings(&self) -> u64 {
        self.warnings.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Step>> {
        self.step.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, text: &str) {
        let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody is left to tell that standard error is gone.
        let _ = writeln!(errors, "{text}");
    }

    fn further(&self, change: impl FnOnce(&mut Step)) {
        let mut lock = self.lock();
        let Some(step) = lock.as_mut() else { return };
        change(step);
        if self.show == Show::Bar || step.said.elapsed() < self.pause {
            return;
        }
        step.said = Instant::now();
        step.progress.elapsed = step.began.elapsed();
        let progress = step.progress.clone();
        drop(lock);
        self.tell(&progress);
    }

    fn tell(&self, progress: &Progress) {
        if self.show == Show::Json {
            // Progress is a courtesy; the report at the end fails if the output cannot be written.
            let _ = self.out.json(&progress.to_json());
            let _ = self.out.flush();
        } else {
            self.say(&progress.line());
        }
    }

    fn bar(
        &self,
        bars: &MultiProgress,
        step: &'static str,
        total: Option<u64>,
        unit: Unit,
    ) -> ProgressBar {
        if self.show != Show::Bar {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let bar = bars.add(bar);
        bar.set_style(style(unit, total.is_some()));
        bar.set_prefix(step);
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}

fn template(unit: Unit, sized: bool) -> &'static str {
    match (unit, sized) {
        (Unit::Bytes, true) => {
            "{prefix}  {bar:24}  {decimal_bytes} of {decimal_total_bytes}{msg}  {decimal_bytes_per_sec}  {eta} left"
        }
        (Unit::Bytes, false) => {
            "{prefix}  {spinner}  {decimal_bytes}{msg}  {decimal_bytes_per_sec}"
        }
        (Unit::Items, true) => "{prefix}  {bar:24}  {human_pos} of {human_len}  {rate}  {eta} left",
        (Unit::Items, false) => "{prefix}  {spinner}  {human_pos}  {rate}",
    }
}

fn style(unit: Unit, sized: bool) -> ProgressStyle {
    ProgressStyle::with_template(template(unit, sized))
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
        .with_key(
            "rate",
            |state: &ProgressState, w: &mut dyn std::fmt::Write| {
                let _ = write!(w, "{}/s", HumanCount(state.per_sec() as u64));
            },
        )
}

impl Monitor for CommandLineMonitor<'_> {
    fn warn(&self, warning: Warning) {
        self.warnings.fetch_add(1, Ordering::Relaxed);
        let message = shown_whole(&warning.message);
        let text = match warning.subject.as_str() {
            "" => format!("warning: {message}"),
            subject => format!("warning: {}: {message}", shown(subject)),
        };
        let bars = self.lock().as_ref().map(|step| step.bars.clone());
        match bars {
            Some(bars) => bars.suspend(|| self.say(&text)),
            None => self.say(&text),
        }
    }

    fn step(&self, name: &'static str, total: Option<u64>, unit: Unit) {
        self.finish();
        let now = Instant::now();
        let progress = Progress {
            step: name,
            unit,
            total,
            done: 0,
            items: 0,
            elapsed: Duration::ZERO,
        };
        if self.show == Show::Json {
            self.tell(&progress);
        }
        let bars = MultiProgress::with_draw_target(match self.show {
            Show::Bar => ProgressDrawTarget::stderr(),
            Show::Lines | Show::Json => ProgressDrawTarget::hidden(),
        });
        let bar = self.bar(&bars, name, total, unit);
        *self.lock() = Some(Step {
            progress,
            began: now,
            said: now,
            bar,
            bars,
            parts: BTreeMap::new(),
        });
    }

    fn advance(&self, by: u64) {
        self.further(|step| {
            step.progress.done += by;
            step.bar.inc(by);
        });
    }

    fn items_done(&self, items: u64) {
        self.further(|step| {
            step.progress.items += items;
            step.bar
                .set_message(format!(", {} items", HumanCount(step.progress.items)));
        });
    }

    fn grow(&self, by: u64) {
        self.further(|step| {
            let total = step.progress.total.get_or_insert(step.progress.done);
            *total += by;
            step.bar.set_length(*total);
            if step.progress.done + by == *total {
                step.bar.set_style(style(step.progress.unit, true));
            }
        });
    }

    fn part(&self, part: PartProgress<'_>) {
        if self.show != Show::Bar {
            return;
        }
        let mut lock = self.lock();
        let Some(step) = lock.as_mut() else { return };
        if part.ended {
            if let Some(bar) = step.parts.remove(&part.number) {
                bar.finish_and_clear();
                step.bars.remove(&bar);
            }
            return;
        }
        let bar = step.parts.entry(part.number).or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(part.total, ProgressDrawTarget::hidden());
            let bar = step.bars.insert_before(&step.bar, bar);
            bar.set_style(style(Unit::Bytes, part.total.is_some()));
            bar.set_prefix(shown(part.name));
            // What an earlier run had brought says nothing of the speed of this one.
            bar.set_position(part.done);
            bar.reset_eta();
            bar
        });
        bar.set_position(part.done);
    }

    fn stopped(&self) -> bool {
        self.interrupt.is_asked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::testing::{Printed, output};

    fn warning(subject: &str) -> Warning {
        Warning {
            subject: subject.to_owned(),
            message: "odd".to_owned(),
        }
    }

    /// A monitor whose standard error is `errors`.
    fn showing<'a>(show: Show, out: &'a Output, errors: &Printed) -> CommandLineMonitor<'a> {
        let errors = Box::new(errors.clone());
        CommandLineMonitor::with(show, out, Interrupt::default(), errors)
    }

    #[test]
    fn warnings_are_shown_clean_and_counted() {
        let (out, _) = output(Format::Text);
        let errors = Printed::default();
        let monitor = showing(Show::Lines, &out, &errors);
        monitor.warn(warning("a\u{1b}[2J.zip"));
        monitor.step("storing", Some(10), Unit::Items);
        monitor.warn(warning(""));
        assert_eq!(
            errors.text(),
            "warning: a\\u001b[2J.zip: odd\nwarning: odd\n"
        );
        assert_eq!(monitor.warnings(), 2);
    }

    #[test]
    fn json_tells_each_step_and_not_each_advance() {
        let (out, printed) = output(Format::Json);
        let monitor = showing(Show::Json, &out, &Printed::default());
        monitor.step("reading", None, Unit::Items);
        monitor.step("storing", Some(5_000), Unit::Bytes);
        (0..5_000).for_each(|_| monitor.advance(1));
        let text = printed.text();
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert!(lines.len() >= 2 && lines.len() < 100, "{}", lines.len());
        assert_eq!(lines[0]["step"], "reading");
        assert_eq!(lines[1]["total"], 5_000);
    }

    #[test]
    fn nothing_is_said_before_its_time() {
        let (out, printed) = output(Format::Text);
        let errors = Printed::default();
        let monitor = showing(Show::Lines, &out, &errors);
        monitor.advance(1);
        monitor.step("storing", Some(3), Unit::Bytes);
        monitor.advance(3);
        monitor.items_done(1);
        monitor.finish();
        assert_eq!((errors.text().as_str(), printed.text().as_str()), ("", ""));
    }

    #[test]
    fn lines_come_when_it_is_time() {
        let (out, printed) = output(Format::Text);
        let errors = Printed::default();
        let mut monitor = showing(Show::Lines, &out, &errors);
        monitor.pause = Duration::ZERO;
        monitor.step("storing", Some(4), Unit::Bytes);
        monitor.advance(1);
        monitor.items_done(1);
        assert_eq!(
            errors.text(),
            "storing: 1 B of 4 B (25 %)\nstoring: 1 B of 4 B (25 %), 1 item\n"
        );
        assert_eq!(printed.text(), "");
    }

    #[test]
    fn a_step_may_grow_and_its_parts_are_shown_on_a_terminal() {
        let (out, _) = output(Format::Text);
        let errors = Printed::default();
        let mut monitor = showing(Show::Lines, &out, &errors);
        monitor.pause = Duration::ZERO;
        monitor.step("fetching", None, Unit::Bytes);
        monitor.grow(4);
        monitor.advance(1);
        monitor.grow(6);
        assert_eq!(
            errors.text(),
            "fetching: 0 B of 4 B (0 %)\nfetching: 1 B of 4 B (25 %)\nfetching: 1 B of 10 B (10 %)\n"
        );
        let bars = showing(Show::Bar, &out, &Printed::default());
        bars.step("fetching", None, Unit::Bytes);
        let part = |done, ended| PartProgress {
            number: 3,
            name: "a.zip",
            done,
            total: Some(9),
            ended,
        };
        bars.part(part(2, false));
        bars.part(part(5, false));
        let position = |monitor: &CommandLineMonitor<'_>| {
            let step = monitor.lock();
            step.as_ref()
                .and_then(|step| step.parts.get(&3).map(ProgressBar::position))
        };
        assert_eq!(position(&bars), Some(5));
        bars.part(part(9, true));
        assert_eq!(position(&bars), None);
    }

    #[test]
    fn ctrl_c_reaches_the_run() {
        let (out, _) = output(Format::Text);
        let interrupt = Interrupt::default();
        let monitor = CommandLineMonitor::new(&out, interrupt.clone());
        assert!(!monitor.stopped());
        interrupt.ask();
        assert!(monitor.stopped());
    }

    #[test]
    fn every_template_is_accepted() {
        for unit in [Unit::Items, Unit::Bytes] {
            for sized in [true, false] {
                let template = template(unit, sized);
                assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
            }
        }
    }
}
