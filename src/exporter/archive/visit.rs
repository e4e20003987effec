//! Hands the bytes of many entries to consumers on several threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, bounded};

use super::bytes::{Buffers, Halt};
use super::stream_visit::{Chunk, Job, StreamPlan};
use super::tree::Place;
use super::{Archive, EntryConsumer, EntryError, EntryId, Stop, Workers};

impl Archive {
    /// Hands the bytes of each wanted entry to a consumer, each entry wholly to one.
    ///
    /// Every worker thread makes its own consumer. Entries of zips, tars and folders come in the order of their offsets to
    /// whichever worker is free; each tgz is inflated once, on a thread of its own, beside that. Entries with a known problem
    /// begin and end with it. Each entry is visited once, even if it is wanted twice. Once a consumer has stopped the visit, an
    /// entry that has begun may never end. Returns whether the visit went through to its end.
    pub fn visit<C: EntryConsumer>(
        &self,
        wanted: &[EntryId],
        workers: Workers,
        make: &(dyn Fn() -> C + Sync),
    ) -> bool {
        let plan = self.plan(wanted);
        let shared = Shared {
            archive: self,
            next: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            plan,
        };
        let streams = shared.plan.streams.len();
        let workers = workers.get().min(wanted.len().max(1));
        let (job_sender, jobs) = bounded::<Job>(workers * 2);
        // One spare for each place a buffer can wait in.
        let (spare_sender, spares) = bounded::<Vec<u8>>(workers * 8);
        let next_stream = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..streams.min(workers) {
                let (job_sender, spares) = (job_sender.clone(), spares.clone());
                let (shared, next_stream) = (&shared, &next_stream);
                scope.spawn(move || {
                    while let Some(stream) = shared
                        .plan
                        .streams
                        .get(next_stream.fetch_add(1, Ordering::Relaxed))
                    {
                        self.inflate(stream, &job_sender, &spares, &shared.stop);
                    }
                });
            }
            for _ in 0..workers {
                let (jobs, spare_sender) = (jobs.clone(), spare_sender.clone());
                let shared = &shared;
                scope.spawn(move || {
                    let give_back = |buffer: Vec<u8>| drop(spare_sender.try_send(buffer));
                    Worker {
                        shared,
                        consumer: make(),
                    }
                    .run(&jobs, &give_back);
                });
            }
            // Ours would keep the channels open: senders end when the streams do, receivers when the workers do.
            drop((job_sender, jobs));
        });
        !shared.stop.load(Ordering::Relaxed)
    }

    /// Sorts the wanted entries by where they lie.
    fn plan(&self, wanted: &[EntryId]) -> Plan {
        let mut wanted: Vec<EntryId> = wanted.to_vec();
        wanted.retain(|id| id.0 < self.entries.len());
        wanted.sort_unstable();
        wanted.dedup();
        let mut plan = Plan::default();
        for id in wanted {
            let entry = &self.entries[id.0];
            match &self.places[id.0] {
                Place::Stream {
                    ordinal,
                    kept: None,
                } if entry.problem.is_none() => {
                    if plan
                        .streams
                        .last()
                        .is_none_or(|stream| stream.part != entry.part)
                    {
                        plan.streams.push(StreamPlan {
                            part: entry.part,
                            wanted: Vec::new(),
                        });
                    }
                    if let Some(stream) = plan.streams.last_mut() {
                        stream.wanted.push((*ordinal, id));
                    }
                }
                _ => plan.direct.push(id),
            }
        }
        plan.direct
            .sort_by_key(|id| (self.entries[id.0].part, self.offset(*id), *id));
        plan
    }

    fn offset(&self, id: EntryId) -> u64 {
        match &self.places[id.0] {
            Place::Zip(place) => place.header,
            Place::Span(offset) => *offset,
            Place::Nowhere | Place::File(_) | Place::Stream { .. } => 0,
        }
    }
}

/// Who reads what.
#[derive(Default)]
struct Plan {
    /// Entries that any worker can read by itself.
    direct: Vec<EntryId>,
    /// Parts that are read from front to end.
    streams: Vec<StreamPlan>,
}

struct Shared<'a> {
    archive: &'a Archive,
    plan: Plan,
    /// Index of the next of the direct entries.
    next: AtomicUsize,
    stop: AtomicBool,
}

struct Worker<'a, C> {
    shared: &'a Shared<'a>,
    consumer: C,
}

/// Ends the visit if a consumer panics: the threads that read for it would wait for ever.
struct StopOnPanic<'a>(&'a AtomicBool);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

impl<C: EntryConsumer> Worker<'_, C> {
    fn run(mut self, jobs: &Receiver<Job>, give_back: &dyn Fn(Vec<u8>)) {
        let _guard = StopOnPanic(&self.shared.stop);
        let mut buffers = self.shared.archive.take_buffers();
        let ended = self
            .direct_entries(&mut buffers)
            .and_then(|()| jobs.iter().try_for_each(|job| self.job(job, give_back)));
        if ended.is_err() {
            self.shared.stop.store(true, Ordering::Relaxed);
        }
        self.shared.archive.give_back(buffers);
    }

    fn direct_entries(&mut self, buffers: &mut Buffers) -> Result<(), Stop> {
        let shared = self.shared;
        while let Some(id) = shared
            .plan
            .direct
            .get(shared.next.fetch_add(1, Ordering::Relaxed))
        {
            self.go_on()?;
            self.direct(*id, buffers)?;
        }
        Ok(())
    }

    fn direct(&mut self, id: EntryId, buffers: &mut Buffers) -> Result<(), Stop> {
        if !self.consumer.begin(id) {
            return Ok(());
        }
        let archive = self.shared.archive;
        if let Some(problem) = &archive.entries[id.0].problem {
            self.consumer.end(Err(problem.clone()));
            return Ok(());
        }
        let result = archive.stream(id, buffers, &mut |chunk| {
            self.go_on()?;
            self.consumer.chunk(chunk)
        });
        match result {
            Ok(crc32) => self.consumer.end(Ok(crc32)),
            Err(Halt::Failed(error)) => self.consumer.end(Err(error)),
            Err(Halt::Stopped) => return Err(Stop),
        }
        Ok(())
    }

    fn job(&mut self, job: Job, give_back: &dyn Fn(Vec<u8>)) -> Result<(), Stop> {
        self.go_on()?;
        match job {
            Job::Whole { id, bytes, result } => {
                if self.consumer.begin(id) {
                    if !bytes.is_empty() {
                        self.consumer.chunk(&bytes)?;
                    }
                    self.consumer.end(result);
                }
                give_back(bytes);
            }
            Job::Flow { id, chunks } => {
                if self.consumer.begin(id) {
                    self.flow(&chunks, give_back)?;
                }
            }
        }
        Ok(())
    }

    fn flow(&mut self, chunks: &Receiver<Chunk>, give_back: &dyn Fn(Vec<u8>)) -> Result<(), Stop> {
        for chunk in chunks {
            self.go_on()?;
            match chunk {
                Chunk::Bytes(bytes) => {
                    self.consumer.chunk(&bytes)?;
                    give_back(bytes);
                }
                Chunk::End(result) => {
                    self.consumer.end(result);
                    return Ok(());
                }
            }
        }
        // The stream's thread ended without a word: it panicked, or the visit was stopped.
        self.consumer.end(Err(EntryError::Stopped));
        Ok(())
    }

    fn go_on(&self) -> Result<(), Stop> {
        if self.shared.stop.load(Ordering::Relaxed) || self.consumer.stopped() {
            return Err(Stop);
        }
        Ok(())
    }
}
