//! Reads tgz parts from front to end for consumers on other threads: inflating is the ceiling, so nothing else is done here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, bounded};

use super::bytes::{Buffers, CHUNK, Halt, Sink, Tally};
use super::positional::SharedFile;
use super::tar_part::{self, Broken, Stream};
use super::tree::Source;
use super::{Archive, EntryError, EntryId, PartId, PartKind, Stop};

/// Chunks of one large entry in flight: with the small entries waiting, some megabytes for each worker.
const CHUNKS_IN_FLIGHT: usize = 4;

/// How long a full channel is waited for before asking whether the visit was stopped.
const PATIENCE: Duration = Duration::from_millis(20);

/// What is wanted from a part that is read from front to end.
pub(super) struct StreamPlan {
    pub(super) part: PartId,
    /// Number in the stream and entry, in that order.
    pub(super) wanted: Vec<(usize, EntryId)>,
}

/// An entry for a worker.
pub(super) enum Job {
    /// A small one with all its bytes, so that several are in flight.
    Whole {
        id: EntryId,
        bytes: Vec<u8>,
        result: Result<u32, EntryError>,
    },
    /// A large one whose bytes follow.
    Flow {
        id: EntryId,
        chunks: Receiver<Chunk>,
    },
}

/// Bytes of a large entry, then its end.
pub(super) enum Chunk {
    Bytes(Vec<u8>),
    End(Result<u32, EntryError>),
}

/// How reading one entry ended: its result, and why the stream cannot go on, if so.
type Ended = (Result<u32, EntryError>, Option<Broken>);

impl Archive {
    /// Reads one part and sends what is wanted of it. Ends early when nobody receives any more.
    pub(super) fn inflate(
        &self,
        plan: &StreamPlan,
        jobs: &Sender<Job>,
        spares: &Receiver<Vec<u8>>,
        stop: &AtomicBool,
    ) {
        let Some(Source::File(file)) = self.sources.get(plan.part.0) else {
            return;
        };
        let stream = tar_part::stream(file, PartKind::TarGz);
        let mut flow = Flow {
            archive: self,
            stream,
            jobs,
            spares,
            stop,
        };
        let mut left = plan.wanted.as_slice();
        let Err(broken) = flow.run(&mut left) else {
            return;
        };
        // The first pass went further than this one: the file has changed or the disk fails.
        for (_, id) in left {
            let result = Err(broken.of_entry());
            let job = Job::Whole {
                id: *id,
                bytes: Vec::new(),
                result,
            };
            if send(jobs, job, stop).is_err() {
                return;
            }
        }
    }
}

struct Flow<'a> {
    archive: &'a Archive,
    stream: Stream<'a>,
    jobs: &'a Sender<Job>,
    spares: &'a Receiver<Vec<u8>>,
    stop: &'a AtomicBool,
}

impl Flow<'_> {
    /// Sends the entries of `left`, taking each off when it is sent.
    fn run(&mut self, left: &mut &[(usize, EntryId)]) -> Result<(), Broken> {
        let mut at = 0;
        while let Some((ordinal, id)) = left.first().copied() {
            if self.stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            let Some(member) = self.stream.next()? else {
                return Err(Broken::CutOff);
            };
            if member.is_directory {
                continue;
            }
            at += 1;
            if at <= ordinal {
                continue;
            }
            *left = &left[1..];
            let (sent, broken) = self.entry(id);
            if sent.is_err() {
                // Nobody is left to send to.
                *left = &[];
                return Ok(());
            }
            if let Some(broken) = broken {
                return Err(broken);
            }
        }
        Ok(())
    }

    fn entry(&mut self, id: EntryId) -> (Result<(), Stop>, Option<Broken>) {
        let entry = &self.archive.entries[id.0];
        let tally = Tally::new(entry.size_bytes, entry.crc32);
        if entry.size_bytes <= CHUNK as u64 {
            return self.whole(id, tally);
        }
        let (sender, chunks) = bounded(CHUNKS_IN_FLIGHT);
        let stop = self.stop;
        if send(self.jobs, Job::Flow { id, chunks }, stop).is_err() {
            return (Err(Stop), None);
        }
        let (result, broken) =
            self.chunks(tally, &mut |bytes| send(&sender, Chunk::Bytes(bytes), stop));
        // A worker that skips the entry or has stopped does not listen: the entry is passed over.
        let _ = send(&sender, Chunk::End(result), stop);
        (Ok(()), broken)
    }

    fn whole(&mut self, id: EntryId, tally: Tally) -> (Result<(), Stop>, Option<Broken>) {
        let mut bytes = Vec::new();
        let mut keep = |chunk: Vec<u8>| {
            bytes = chunk;
            Ok(())
        };
        let (result, broken) = self.chunks(tally, &mut keep);
        let sent = send(self.jobs, Job::Whole { id, bytes, result }, self.stop);
        (sent, broken)
    }

    /// Reads the current entry chunk by chunk.
    fn chunks(
        &mut self,
        mut tally: Tally,
        send: &mut dyn FnMut(Vec<u8>) -> Result<(), Stop>,
    ) -> Ended {
        loop {
            let len = usize::try_from(self.stream.left())
                .unwrap_or(CHUNK)
                .min(CHUNK);
            if len == 0 {
                return (tally.finish(), None);
            }
            let mut buffer = self.spares.try_recv().unwrap_or_default();
            buffer.resize(len, 0);
            if let Err(broken) = self.stream.read(&mut buffer) {
                return (Err(broken.of_entry()), Some(broken));
            }
            // Counted first, then sent: the sink of `Tally` borrows, the channel takes.
            match tally.give(&buffer, &mut |_| Ok(())) {
                Ok(()) => {}
                Err(Halt::Failed(error)) => return (Err(error), None),
                Err(Halt::Stopped) => return (Err(stopped()), None),
            }
            if send(buffer).is_err() || self.stop.load(Ordering::Relaxed) {
                return (Err(stopped()), None);
            }
        }
    }
}

/// Sends a message, unless nobody receives any more or the visit was stopped.
///
/// A job that waits in the channel of workers that are gone keeps its own channel open for ever (crossbeam 0.5.17), so a
/// plain `send` to it would never return.
fn send<T>(channel: &Sender<T>, mut message: T, stop: &AtomicBool) -> Result<(), Stop> {
    loop {
        match channel.send_timeout(message, PATIENCE) {
            Ok(()) => return Ok(()),
            Err(SendTimeoutError::Timeout(back)) if !stop.load(Ordering::Relaxed) => message = back,
            Err(_) => return Err(Stop),
        }
    }
}

fn stopped() -> EntryError {
    EntryError::Stopped
}

/// Reads one entry of a tgz that was not kept: a whole pass up to it.
pub(super) fn one(
    part: &SharedFile,
    ordinal: usize,
    mut tally: Tally,
    buffers: &mut Buffers,
    sink: Sink<'_>,
) -> Result<u32, Halt> {
    let failed = |broken: Broken| Halt::Failed(broken.of_entry());
    let mut stream = tar_part::stream(part, PartKind::TarGz);
    let mut at = 0;
    while let Some(member) = stream.next().map_err(failed)? {
        if member.is_directory {
            continue;
        }
        if at < ordinal {
            at += 1;
            continue;
        }
        loop {
            let n = stream.read(&mut buffers.input).map_err(failed)?;
            if n == 0 {
                return Ok(tally.finish()?);
            }
            tally.give(&buffers.input[..n], sink)?;
        }
    }
    Err(EntryError::CutOff.into())
}
