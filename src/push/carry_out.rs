//! Sends files on several threads. One thread owns the catalog; the others only talk to the destination.

use model::amount::Bytes;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};

use super::Found;
use super::deliver::{Delivered, Delivery};
use super::error::{DestinationError, PushError};
use super::parcel::{ORIGINAL, Parcel, Sending};
use super::plan::Action;
use super::report::FileOutcome;
use super::retry::Policy;
use super::run::{Job, Later, Run, pausing};
use model::content_hash::ContentHash;
use monitor::Unit;

/// Notes kept back until that many can be written at once: each writing waits for the disk.
const NOTES_AT_ONCE: usize = 200;
/// Assets that may be begun before the journal of a host without staging is written.
const JOBS_AT_ONCE: usize = 100;

type Answer = Vec<(Parcel, Action, Delivered)>;

impl Run<'_> {
    /// Sends what is to be sent, on several threads. Returns the assets whose name turned out to be another file's.
    pub(super) fn carry_out(
        &mut self,
        jobs: Vec<Job>,
        last: bool,
    ) -> Result<HashSet<ContentHash>, PushError> {
        let steps = || jobs.iter().flat_map(|job| &job.steps);
        let total: u64 = steps()
            .filter(|step| step.1.sends())
            .map(|step| step.0.size_bytes)
            .sum();
        let mut conflicts = HashSet::new();
        if jobs.is_empty() {
            return Ok(conflicts);
        }
        if let Some(free) = self.host.free_bytes.filter(|free| *free < total) {
            self.stop_with(DestinationError::Full {
                why: format!(
                    "{} are to be sent, and {} are free",
                    Bytes(total),
                    Bytes(free)
                ),
            });
            return Ok(conflicts);
        }
        match total {
            0 => self.conditions.monitor.step("comparing", None, Unit::Bytes),
            total => {
                let monitor = self.conditions.monitor;
                monitor.step("pushing", Some(total), Unit::Bytes);
            }
        }
        let sending = Sending {
            uploads: self.journal.uploads(),
            ..Sending::default()
        };
        let meter = sending.meter.clone();
        let monitor = self.conditions.monitor;
        let stop = Arc::new(AtomicBool::new(false));
        let pause = pausing(monitor, &stop);
        let delivery = Delivery {
            destination: self.destination,
            sending,
            policy: Policy::default(),
            pause: &pause,
            dry_run: self.options.dry_run,
        };
        let workers = self
            .host
            .at_once
            .unwrap_or(usize::MAX)
            .min(self.options.workers)
            .max(1);
        let (send_job, jobs_in) = bounded::<Job>(workers);
        let (send_answer, answers) = unbounded::<Answer>();
        std::thread::scope(|scope| -> Result<(), PushError> {
            for _ in 0..workers {
                let (jobs, answers, delivery, stop) =
                    (jobs_in.clone(), send_answer.clone(), &delivery, &stop);
                scope.spawn(move || work(delivery, &jobs, &answers, stop));
            }
            drop((jobs_in, send_answer));
            let mut feeding = Feeding {
                jobs: jobs.into_iter(),
                out: Some(send_job),
                held: None,
            };
            let result = loop {
                if self.ended() {
                    stop.store(true, Ordering::Relaxed);
                    feeding.end();
                }
                if let Err(error) = self.feed(&mut feeding) {
                    break Err(error);
                }
                match answers.recv_timeout(Duration::from_millis(20)) {
                    Ok(answer) => self.take(answer, last, &mut conflicts),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break Ok(()),
                }
                monitor.advance(meter.take());
                if !self.host.whole
                    && self.journal.is_due(NOTES_AT_ONCE)
                    && let Err(error) = self.journal.save(self.catalog)
                {
                    break Err(error.into());
                }
            };
            // However it ended, the workers must not wait for a job that never comes.
            stop.store(true, Ordering::Relaxed);
            feeding.end();
            result
        })?;
        self.mark()?;
        if !self.host.whole {
            self.journal.save(self.catalog)?;
        }
        Ok(conflicts)
    }

    /// Looks once more at all that was sent, folder by folder: it must be there as large as it was sent, and its mark goes into
    /// the journal.
    fn mark(&mut self) -> Result<(), PushError> {
        let sent = std::mem::take(&mut self.unmarked);
        if sent.is_empty() {
            return Ok(());
        }
        let parcels: Vec<&Parcel> = sent.iter().map(|(parcel, ..)| parcel).collect();
        let found = match self.ended() {
            true => None,
            false => self.destination.find(&parcels).map_or_else(
                |error| {
                    self.stop_with(error);
                    None
                },
                Some,
            ),
        };
        let now = (self.conditions.clock)();
        let Some(found) = found else {
            // Read back and renamed, as the host says; the next push looks at them.
            for (parcel, outcome, _) in sent {
                self.report.add(outcome, &parcel, None);
            }
            return Ok(());
        };
        for ((parcel, outcome, hash), found) in sent.into_iter().zip(found) {
            let is_it = |found: &Found| {
                let size = found.size_bytes;
                size.is_none_or(|size| size == parcel.size_bytes)
            };
            match found.filter(is_it) {
                Some(found) => {
                    self.journal.done(&parcel, &found, hash, now);
                    self.report.add(outcome, &parcel, None);
                }
                None => {
                    self.journal.begin(&parcel, now);
                    let why = "it is not there under its name after it was sent and read back; did the host rename it?";
                    self.report
                        .add(FileOutcome::Failed, &parcel, Some(why.to_owned()));
                }
            }
        }
        Ok(())
    }

    /// Hands out jobs as long as somebody takes them. A host without staging gets none that is not in the journal.
    fn feed(&mut self, feeding: &mut Feeding) -> Result<(), PushError> {
        let Some(out) = feeding.out.clone() else {
            return Ok(());
        };
        while !out.is_full() {
            if feeding.held.as_ref().is_none_or(Vec::is_empty) {
                let mut next: Vec<Job> = feeding.jobs.by_ref().take(JOBS_AT_ONCE).collect();
                if next.is_empty() {
                    feeding.end();
                    return Ok(());
                }
                if !self.host.staged {
                    let now = (self.conditions.clock)();
                    for (parcel, action, _) in next.iter().flat_map(|job| &job.steps) {
                        if matches!(action, Action::New | Action::Again(_)) {
                            self.journal.begin(parcel, now);
                        }
                    }
                    self.journal.save(self.catalog)?;
                }
                next.reverse();
                feeding.held = Some(next);
            }
            let Some(job) = feeding.held.as_mut().and_then(Vec::pop) else {
                return Ok(());
            };
            if out.send(job).is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn take(&mut self, answer: Answer, last: bool, conflicts: &mut HashSet<ContentHash>) {
        let whole = answer.iter().all(|(_, _, done)| {
            matches!(
                done,
                Delivered::Sent(..) | Delivered::There(..) | Delivered::Later { .. }
            )
        });
        self.conditions.monitor.items_done(u64::from(whole));
        for (parcel, action, delivered) in answer {
            let now = (self.conditions.clock)();
            match delivered {
                Delivered::Sent(found, hash) => {
                    self.journal.done(&parcel, &found, hash, now);
                    let outcome = self.outcome(&parcel, &action, true);
                    match self.host.marks_late {
                        true => self.unmarked.push((parcel, outcome, hash)),
                        false => self.report.add(outcome, &parcel, None),
                    }
                }
                Delivered::There(found, hash) => {
                    if !self.options.dry_run {
                        self.journal.done(&parcel, &found, hash, now);
                    }
                    let outcome = self.outcome(&parcel, &action, false);
                    self.report.add(outcome, &parcel, None);
                }
                Delivered::WouldSend => {
                    let outcome = self.outcome(&parcel, &action, true);
                    self.report.add(outcome, &parcel, None);
                }
                Delivered::Later { .. } if self.options.dry_run => {
                    self.report.add(FileOutcome::Check, &parcel, None);
                }
                Delivered::Later { found, is_sent } => {
                    let outcome = self.outcome(&parcel, &action, is_sent);
                    self.later.push(Later {
                        parcel,
                        found,
                        outcome,
                    });
                }
                Delivered::Taken if parcel.part == ORIGINAL && !last => {
                    conflicts.extend(parcel.asset)
                }
                Delivered::Taken => {
                    let why = "another file has its name there".to_owned();
                    self.report.add(FileOutcome::Cannot, &parcel, Some(why));
                }
                Delivered::ChangedThere(what) => {
                    let what = what.map_or(String::new(), |what| format!(" ({what})"));
                    let why =
                        format!("another program changed it there{what}; it was left as it is");
                    self.report.add(FileOutcome::Cannot, &parcel, Some(why));
                }
                Delivered::Failed(DestinationError::Stopped) => {}
                Delivered::Failed(error) => {
                    if matches!(error, DestinationError::Gone { .. }) {
                        // Sent, and not found where it was sent: the next push looks for it under other names.
                        self.journal.begin(&parcel, now);
                    }
                    let refused = matches!(
                        error,
                        DestinationError::Refused { .. } | DestinationError::TooLarge { .. }
                    );
                    let outcome = if refused {
                        FileOutcome::Cannot
                    } else {
                        FileOutcome::Failed
                    };
                    self.report.add(outcome, &parcel, Some(error.to_string()));
                    if error.ends_run() {
                        self.stop_with(error);
                    }
                }
            }
        }
    }
}

/// Jobs that are not handed out yet.
struct Feeding {
    jobs: std::vec::IntoIter<Job>,
    out: Option<Sender<Job>>,
    held: Option<Vec<Job>>,
}

impl Feeding {
    fn end(&mut self) {
        self.out = None;
    }
}

fn work(
    delivery: &Delivery<'_>,
    jobs: &Receiver<Job>,
    answers: &Sender<Answer>,
    stop: &AtomicBool,
) {
    for job in jobs {
        if stop.load(Ordering::Relaxed) {
            continue;
        }
        let mut answer = Vec::with_capacity(job.steps.len());
        for (parcel, action, last_read) in job.steps {
            let delivered = delivery.deliver(&parcel, &action, last_read);
            // Nothing may lie beside another file as if it belonged to it.
            let goes_on = !(matches!(delivered, Delivered::Taken | Delivered::Failed(_))
                && parcel.part == ORIGINAL);
            answer.push((parcel, action, delivered));
            if !goes_on {
                break;
            }
        }
        if answers.send(answer).is_err() {
            return;
        }
    }
}
