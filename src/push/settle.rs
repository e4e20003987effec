//! What a host does itself with what was sent (reading metadata, rewriting sidecars) is waited for here, and only then is what it shows
//! compared. What lacks is sent again, round by round, so that a host that loses something gets another chance and no endless one.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::error::{DestinationError, PushError};
use super::parcel::{Parcel, SIDECAR};
use super::plan::Action;
use super::report::FileOutcome;
use super::run::{Job, Run, patiently, pausing};
use super::{Destination, Found};
use monitor::{Monitor, Unit};

/// Times that a host may lose what it was told.
const MOST_ROUNDS: usize = 6;
/// How long is waited before the first look, and at most between two.
const WAITS: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));

impl Run<'_> {
    /// Returns what became of a file, also of one that was compared later.
    pub(super) fn outcome(&self, parcel: &Parcel, action: &Action, is_sent: bool) -> FileOutcome {
        let before = self.outcomes.get(&parcel.key());
        match (before, action, is_sent) {
            (Some(outcome), ..) if *outcome != FileOutcome::Present => *outcome,
            (_, _, false) => FileOutcome::Present,
            (Some(_), ..) | (_, Action::Change(_), _) => FileOutcome::Changed,
            (_, Action::Check(_), _) if self.host.shows_assets && parcel.part == SIDECAR => {
                FileOutcome::Changed
            }
            _ => FileOutcome::New,
        }
    }

    /// Waits for the host's own work, compares, and sends what lacks.
    pub(super) fn settle(&mut self) -> Result<(), PushError> {
        for _ in 0..MOST_ROUNDS {
            let later = std::mem::take(&mut self.later);
            if later.is_empty() || self.ended() {
                return Ok(());
            }
            let found: Vec<&Found> = later.iter().map(|later| &later.found).collect();
            let monitor = self.conditions.monitor;
            let step = "waiting until the server has read what was sent";
            monitor.step(step, Some(found.len() as u64), Unit::Items);
            let waited = until_settled(
                self.destination,
                &found,
                self.host.patience,
                monitor,
                &|settled| monitor.advance(settled),
            );
            let settled = match waited {
                Ok(settled) => settled,
                Err(error) => {
                    self.stop_with(error);
                    return Ok(());
                }
            };
            let mut jobs = Vec::new();
            for (later, is_settled) in later.into_iter().zip(settled) {
                if !is_settled {
                    let why = "it was sent, and the host has not read it yet, so that it could not be compared; push again when it has";
                    self.report
                        .add(FileOutcome::Failed, &later.parcel, Some(why.to_owned()));
                    continue;
                }
                self.outcomes.insert(later.parcel.key(), later.outcome);
                jobs.push(Job {
                    steps: vec![(later.parcel, Action::Check(later.found), None)],
                });
            }
            self.carry_out(jobs, true)?;
        }
        for later in std::mem::take(&mut self.later) {
            let why = format!("the host lost it {MOST_ROUNDS} times after it was sent");
            self.report
                .add(FileOutcome::Failed, &later.parcel, Some(why));
        }
        Ok(())
    }
}

/// Waits until the host has finished its work on all these files, or has finished nothing more for as long as `patience`. Returns
/// which it has finished.
pub(super) fn until_settled(
    destination: &dyn Destination,
    files: &[&Found],
    patience: Duration,
    monitor: &dyn Monitor,
    advance: &dyn Fn(u64),
) -> Result<Vec<bool>, DestinationError> {
    let count = |settled: &[bool]| settled.iter().filter(|is_settled| **is_settled).count();
    let stop = Arc::new(AtomicBool::new(false));
    let pause = pausing(monitor, &stop);
    let (mut wait, mut waited, mut idle) = (WAITS.0, Duration::ZERO, Duration::ZERO);
    let mut done = 0;
    loop {
        let settled = patiently(monitor, "what was sent", || {
            destination.settled(files, waited)
        })?;
        let now = count(&settled);
        advance((now - done.min(now)) as u64);
        if now > done {
            idle = Duration::ZERO;
        }
        done = now;
        if now == files.len() || idle >= patience {
            return Ok(settled);
        }
        if !pause(wait) {
            return Err(DestinationError::Stopped);
        }
        waited += wait;
        idle += wait;
        wait = (wait * 2).min(WAITS.1);
    }
}
