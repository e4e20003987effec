//! Shows on the terminal what library code reports: a line that is drawn again and again, plain lines, or JSON lines.
//!
//! A step counts in a [`Progress`] of its own, which the drawing thread of indicatif reads at every tick: so rate and time left are
//! right even while nothing moves, and the line fits a window that somebody makes narrower meanwhile.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use terminal_size::{Width, terminal_size_of};

use super::interrupt::Interrupt;
use super::output::{Format, Output};
use super::progress::Progress;
use super::telling::{Level, Telling};
use super::wrap::{self, wrapped};
use model::shown::{shown, shown_whole};
use monitor::{Monitor, PartProgress, Unit, Warning};

/// Plain lines fill logs: one every few seconds is enough.
const BETWEEN_PLAIN_LINES: Duration = Duration::from_secs(5);
/// JSON lines feed a program's own bar.
const BETWEEN_JSON_LINES: Duration = Duration::from_millis(500);
/// How often a terminal's line is drawn.
const TICK: Duration = Duration::from_millis(200);
/// Width of a terminal that does not tell its own.
const USUAL_WIDTH: usize = 80;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// A line that is drawn again and again on a terminal.
    Bar,
    /// A line of text to standard error now and then.
    Lines,
    /// A JSON line to standard output now and then.
    Json,
    /// Not at all.
    Nothing,
}

impl Show {
    /// Returns the way that suits the output and this process's standard error.
    pub fn suited(out: &Output) -> Self {
        match out.format() {
            _ if !out.telling().progress => Self::Nothing,
            Format::Json => Self::Json,
            Format::Text if Telling::may_draw() => Self::Bar,
            Format::Text => Self::Lines,
        }
    }
}

/// A progress that a drawing thread reads at its own times.
#[derive(Clone)]
struct Shared {
    progress: Arc<Mutex<Progress>>,
    began: Instant,
}

impl Shared {
    fn new(progress: Progress) -> Self {
        Self {
            progress: Arc::new(Mutex::new(progress)),
            began: Instant::now(),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.lock());
    }

    /// Returns it as it is now.
    fn now(&self) -> Progress {
        let mut progress = self.lock();
        progress.at(self.began.elapsed());
        progress.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns a bar that draws it at every tick.
    fn bar(&self) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let shared = self.clone();
        let line = move |_: &ProgressState, to: &mut dyn std::fmt::Write| {
            let _ = to.write_str(&shared.now().line_within(width()));
        };
        let style = ProgressStyle::with_template("{line}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.with_key("line", line));
        bar
    }
}

/// Returns the columns a line may take: one less than there are, because many terminals wrap behind the last one.
fn width() -> usize {
    let told = terminal_size_of(std::io::stderr()).map(|(Width(width), _)| usize::from(width));
    told.filter(|width| *width > 0).unwrap_or(USUAL_WIDTH) - 1
}

struct Step {
    shared: Shared,
    said: Instant,
    bar: ProgressBar,
    /// The line of the step, and above it one of each part.
    bars: MultiProgress,
    parts: BTreeMap<usize, (Shared, ProgressBar)>,
}

impl Step {
    fn clear(&self) {
        self.parts
            .values()
            .for_each(|part| part.1.finish_and_clear());
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
        Self::with(Show::suited(out), out, interrupt, errors)
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
                Show::Bar | Show::Lines | Show::Nothing => BETWEEN_PLAIN_LINES,
            },
        }
    }

    /// Takes the line off the screen, so that the report can be printed, and says what the step did where that is asked for.
    pub fn finish(&self) {
        let Some(step) = self.lock().take() else {
            return;
        };
        step.clear();
        let did = step.shared.now().ended();
        self.out.telling().keep(&did);
        if self.out.telling().level == Level::Verbose {
            self.say(&did);
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

    fn further(&self, change: impl FnOnce(&mut Progress)) {
        let mut lock = self.lock();
        let Some(step) = lock.as_mut() else { return };
        step.shared.change(change);
        let told_by_itself = matches!(self.show, Show::Bar | Show::Nothing);
        if told_by_itself || step.said.elapsed() < self.pause {
            return;
        }
        step.said = Instant::now();
        let progress = step.shared.now();
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
}

impl Monitor for CommandLineMonitor<'_> {
    fn warn(&self, warning: Warning) {
        self.warnings.fetch_add(1, Ordering::Relaxed);
        let message = shown_whole(&warning.message);
        let text = match warning.subject.as_str() {
            "" => format!("warning: {message}"),
            subject => format!("warning: {}: {message}", shown(subject)),
        };
        self.out.telling().keep(&text);
        if self.out.telling().level == Level::Quiet {
            return;
        }
        let text = wrapped(&text, wrap::of_errors());
        let bars = self.lock().as_ref().map(|step| step.bars.clone());
        match bars {
            Some(bars) => bars.suspend(|| self.say(&text)),
            None => self.say(&text),
        }
    }

    fn step(&self, name: &'static str, total: Option<u64>, unit: Unit) {
        self.finish();
        let shared = Shared::new(Progress::new(name, total, 0, unit));
        if self.show == Show::Json {
            self.tell(&shared.now());
        }
        let drawn = self.show == Show::Bar;
        let bars = MultiProgress::with_draw_target(match drawn {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        });
        let bar = match drawn {
            true => bars.add(shared.bar()),
            false => ProgressBar::hidden(),
        };
        if drawn {
            bar.enable_steady_tick(TICK);
        }
        *self.lock() = Some(Step {
            shared,
            said: Instant::now(),
            bar,
            bars,
            parts: BTreeMap::new(),
        });
    }

    fn advance(&self, by: u64) {
        self.further(|progress| progress.done += by);
    }

    fn items_done(&self, items: u64) {
        self.further(|progress| progress.items += items);
    }

    fn grow(&self, by: u64) {
        self.further(|progress| *progress.total.get_or_insert(progress.done) += by);
    }

    fn part(&self, part: PartProgress<'_>) {
        if self.show != Show::Bar {
            return;
        }
        let mut lock = self.lock();
        let Some(step) = lock.as_mut() else { return };
        if part.ended {
            if let Some((_, bar)) = step.parts.remove(&part.number) {
                bar.finish_and_clear();
                step.bars.remove(&bar);
            }
            return;
        }
        let (shared, bar) = step.parts.entry(part.number).or_insert_with(|| {
            let progress = Progress::new(part.name, part.total, part.done, Unit::Bytes);
            let shared = Shared::new(progress);
            let bar = step.bars.insert_before(&step.bar, shared.bar());
            (shared, bar)
        });
        shared.change(|progress| progress.done = part.done);
        bar.tick();
    }

    fn stopped(&self) -> bool {
        self.interrupt.is_asked()
    }
}

#[cfg(test)]
#[path = "monitor_tests.rs"]
mod tests;
