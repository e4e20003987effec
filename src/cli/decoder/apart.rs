//! Child processes that decode, and what such a child does.

use std::ffi::OsString;
use std::io::{self, BufReader, BufWriter};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

use super::super::exit::Exit;
use super::WORD;
use super::patient::Patient;
use media::thumbnail::decoder::{Answer, Request, ask, serve as answer_questions};
use media::thumbnail::{Decoder, Inside, Pixels, Thumbnail, ThumbnailError, admit, weight};
use model::media_type::MediaType;

/// Pictures a child decodes before it ends. Starting one takes some milliseconds, a thumbnail of a photo tens of them.
const PICTURES: u32 = 32;

/// Address space of a child, in bytes: a decoder may hold 768 MiB for one picture, beside its file and what is made of it.
const MEMORY: u64 = 1536 << 20;

/// Seconds of processor time for one picture. The largest that are decoded take about ten on a slow machine.
const SECONDS: u64 = 60;

/// How long a child may take for one picture by the clock. Processor time bounds one that works; this is for one that waits for what
/// never comes, and far more than a picture takes on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(10 * SECONDS);

/// Numbers of signals that somebody else may send; what a decoder does to itself ends with others.
const FROM_OUTSIDE: [i32; 4] = [1, 2, 9, 15];
/// Too much processor time.
const SIGXCPU: i32 = 24;

/// Child processes that decode.
#[derive(Debug)]
pub struct Apart {
    program: OsString,
    patience: Duration,
    idle: Mutex<Vec<Worker>>,
}

/// A child process, and the two ends of the talk with it.
#[derive(Debug)]
struct Worker {
    child: Child,
    to: Option<Patient<ChildStdin>>,
    from: BufReader<Patient<ChildStdout>>,
    left: u32,
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It ends when nobody asks any more.
        self.to = None;
        if self.left > 0 && !std::thread::panicking() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Apart {
    /// Returns a decoder without children; they are started as they are needed.
    pub fn of_this_program() -> Self {
        // Works even if the program's file was replaced meanwhile.
        let own = Path::new("/proc/self/exe");
        let program = match own.exists() {
            true => own.to_owned(),
            false => std::env::current_exe().unwrap_or_else(|_| PathBuf::from("albumen")),
        };
        Self::of(program.into())
    }

    /// Returns a decoder whose children are another program's.
    pub fn of(program: OsString) -> Self {
        Self {
            program,
            patience: PATIENCE,
            idle: Mutex::default(),
        }
    }

    /// Lets a child take so long for one picture by the clock.
    #[must_use]
    pub fn waiting(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    fn start(&self) -> io::Result<Worker> {
        let mut child = Command::new(&self.program)
            .arg0("albumen")
            .arg(WORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What an allocation that failed says at the end.
            .stderr(Stdio::null())
            .spawn()?;
        let (to, from) = (child.stdin.take(), child.stdout.take());
        let from = Patient::new(from.ok_or(io::ErrorKind::BrokenPipe)?);
        Ok(Worker {
            child,
            to: to.map(Patient::new),
            from: BufReader::with_capacity(64 << 10, from),
            left: PICTURES,
        })
    }

    fn idle(&self) -> Option<Worker> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop()
    }

    fn ask(&self, request: Request<'_>) -> Result<Answer, ThumbnailError> {
        // What was left behind by pictures before must not be this one's fault: it gets a fresh child, too.
        if let Some(worker) = self.idle()
            && let Ok(answer) = self.ask_worker(worker, request)
        {
            return Ok(answer);
        }
        let worker = self.start().map_err(ThumbnailError::Io)?;
        self.ask_worker(worker, request).map_err(fault)
    }

    fn ask_worker(&self, mut worker: Worker, request: Request<'_>) -> Result<Answer, Ended> {
        let until = Instant::now() + self.patience;
        worker.from.get_mut().until = until;
        let talk = match &mut worker.to {
            Some(to) => {
                to.until = until;
                ask(request, &mut BufWriter::new(to), &mut worker.from)
            }
            None => Err(io::ErrorKind::BrokenPipe.into()),
        };
        match talk {
            Ok(answer) => {
                worker.left -= 1;
                if worker.left > 0 {
                    let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
                    idle.push(worker);
                }
                Ok(answer)
            }
            Err(error) => {
                worker.to = None;
                worker.left = 0;
                if error.kind() == io::ErrorKind::TimedOut {
                    let _ = worker.child.kill();
                }
                let status = worker.child.wait().ok();
                Err(Ended { error, status })
            }
        }
    }
}

/// How a talk with a child ended in the middle.
struct Ended {
    error: io::Error,
    status: Option<ExitStatus>,
}

fn fault(ended: Ended) -> ThumbnailError {
    if ended.error.kind() == io::ErrorKind::TimedOut {
        return ThumbnailError::Damaged("decoding it did not come to an end".to_owned());
    }
    let signal = ended.status.and_then(|status| status.signal());
    match signal {
        Some(SIGXCPU) => ThumbnailError::Damaged(format!(
            "decoding it took more than {SECONDS} seconds of processor time"
        )),
        Some(signal) if !FROM_OUTSIDE.contains(&signal) => ThumbnailError::Damaged(
            "the decoder crashed, or wanted more memory than a picture may have".to_owned(),
        ),
        // Not the picture's fault: it is tried again next time.
        _ => ThumbnailError::Io(ended.error),
    }
}

impl Decoder for Apart {
    fn small(
        &self,
        file: &Path,
        media_type: MediaType,
        longest_side: u32,
    ) -> Result<Thumbnail, ThumbnailError> {
        // The talk is in UTF-8.
        if file.to_str().is_none() {
            return Inside.small(file, media_type, longest_side);
        }
        let mut opened = std::fs::File::open(file).map_err(ThumbnailError::Io)?;
        let (bytes, size) = weight(&mut opened, media_type, Some(longest_side));
        let _turn = admit(bytes, size)?;
        match self.ask(Request::Small(file, media_type, longest_side))? {
            Answer::Small(small) => Ok(small),
            Answer::Refused(why) => Err(why),
            Answer::Upright(_) => Err(wrong_answer()),
        }
    }

    fn upright(
        &self,
        bytes: &[u8],
        media_type: MediaType,
        longest_side: Option<u32>,
    ) -> Result<Pixels, ThumbnailError> {
        match self.ask(Request::Upright(bytes, media_type, longest_side))? {
            Answer::Upright(pixels) => Ok(pixels),
            Answer::Refused(why) => Err(why),
            Answer::Small(_) => Err(wrong_answer()),
        }
    }
}

fn wrong_answer() -> ThumbnailError {
    ThumbnailError::Damaged("the decoder gave something else".to_owned())
}

/// Serves the parent until it closes the pipe.
pub(crate) fn serve() -> Exit {
    // Ctrl-C reaches every process of a terminal; the parent decides when to stop.
    let ready = ctrlc::set_handler(|| {}).is_ok() && limit_memory().is_ok();
    if !ready {
        return Exit::Failed;
    }
    let (input, output) = (io::stdin().lock(), io::stdout().lock());
    let mut output = BufWriter::with_capacity(64 << 10, output);
    let mut input = BufReader::with_capacity(64 << 10, input);
    match answer_questions(&mut input, &mut output, &mut limit_time) {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Failed,
    }
}

fn limit_memory() -> io::Result<()> {
    let limit = |resource, most: u64| -> io::Result<()> {
        // Never more than what somebody allows us.
        let now = getrlimit(resource);
        let least = |limit: Option<u64>| Some(limit.map_or(most, |limit| limit.min(most)));
        let limits = Rlimit {
            current: least(now.current),
            maximum: least(now.maximum),
        };
        Ok(setrlimit(resource, limits)?)
    };
    limit(Resource::Core, 0)?;
    // macOS knows no limit of the address space that it keeps.
    match cfg!(target_os = "linux") {
        true => limit(Resource::As, MEMORY),
        false => Ok(()),
    }
}

/// Gives the next picture its processor time.
fn limit_time() {
    let used = clock_gettime(ClockId::ProcessCPUTime).tv_sec;
    let now = getrlimit(Resource::Cpu);
    let most = u64::try_from(used).unwrap_or(0) + SECONDS;
    let limits = Rlimit {
        current: Some(now.maximum.map_or(most, |maximum| maximum.min(most))),
        maximum: now.maximum,
    };
    // A limit that cannot be set is one that is lower already.
    let _ = setrlimit(Resource::Cpu, limits);
}

#[cfg(test)]
#[path = "apart_tests.rs"]
mod tests;
