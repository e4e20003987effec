//! One connection: the system's `ssh`, whose standard input and output are the two ends of SFTP.
//!
//! OpenSSH logs in, and brings what people have set up: keys, agents, security keys, jump hosts, names of hosts. It never asks
//! anything, and a host whose key `known_hosts` does not hold is refused.

use std::ffi::OsString;
use std::io::{self, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::site::Site;
use super::wire::{self, Answer, Body, Extensions, NoMessage};
use crate::error::DestinationError;

/// The last words of `ssh` that are kept.
const LAST_WORDS: usize = 4 << 10;

/// A process whose ends are ours.
pub struct Started {
    /// The process.
    pub child: Child,
    /// What it reads.
    pub to: Box<dyn Write + Send>,
    /// What it writes.
    pub from: Box<dyn Read + Send>,
    /// What it says to people.
    pub said: Box<dyn Read + Send>,
}

/// Starts `ssh` with these arguments.
pub type Start = Arc<dyn Fn(&[OsString]) -> io::Result<Started> + Send + Sync>;

/// How to reach a server.
#[derive(Clone)]
pub struct Login {
    /// Starts `ssh`: processes are the command line's to start.
    pub start: Start,
    /// Where it is.
    pub site: Site,
    /// Settings of OpenSSH, where they are not the user's.
    pub settings: Option<PathBuf>,
    /// How long the server may be silent.
    pub silence: Duration,
}

/// A connection that is open.
pub(crate) struct Session {
    to: Box<dyn Write + Send>,
    from: Box<dyn Read + Send>,
    next: u32,
    /// What the server can do.
    pub extensions: Extensions,
    watch: Option<Watched>,
}

impl Session {
    /// Logs in.
    ///
    /// # Errors
    /// Fails if there is no `ssh`, if it cannot log in, or if the server offers no SFTP.
    pub(crate) fn open(login: &Login) -> Result<Self, DestinationError> {
        let started = (login.start)(&arguments(login));
        let started = started.map_err(|error| DestinationError::NoProgram {
            program: "ssh",
            why: error.to_string(),
        })?;
        let watch = Watched::begin(started.child, login, started.said);
        let from = BufReader::with_capacity(64 << 10, started.from);
        Self::greet(started.to, Box::new(from), Some(watch))
    }

    /// Begins to speak SFTP on a connection.
    fn greet(
        to: Box<dyn Write + Send>,
        from: Box<dyn Read + Send>,
        watch: Option<Watched>,
    ) -> Result<Self, DestinationError> {
        let mut session = Self {
            to,
            from,
            next: 0,
            extensions: Extensions::default(),
            watch,
        };
        session.write(&wire::hello())?;
        let (kind, body) = session.message()?;
        session.extensions = wire::extensions(kind, &body).map_err(strange)?;
        Ok(session)
    }

    /// Asks, and waits for the answer. Nothing else may be on its way.
    ///
    /// # Errors
    /// Fails if the connection does; a refusal is an answer.
    pub(crate) fn ask(&mut self, kind: u8, body: Body) -> Result<Answer, DestinationError> {
        let id = self.send(kind, body)?;
        let (answered, answer) = self.receive()?;
        match answered == id {
            true => Ok(answer),
            false => Err(strange(NoMessage)),
        }
    }

    /// Asks, and returns the number the answer will have.
    ///
    /// # Errors
    /// Fails if the connection does.
    pub(crate) fn send(&mut self, kind: u8, body: Body) -> Result<u32, DestinationError> {
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        self.write(&body.message(kind, id))?;
        Ok(id)
    }

    /// Waits for the answer to something that was asked.
    ///
    /// # Errors
    /// Fails if the connection does.
    pub(crate) fn receive(&mut self) -> Result<(u32, Answer), DestinationError> {
        let (kind, body) = self.message()?;
        wire::answer(kind, &body).map_err(strange)
    }

    fn write(&mut self, message: &[u8]) -> Result<(), DestinationError> {
        let _waiting = self.watch.as_ref().map(Watched::waits);
        let written = self.to.write_all(message).and_then(|()| self.to.flush());
        written.map_err(|error| self.ended(&error))
    }

    fn message(&mut self) -> Result<(u8, Vec<u8>), DestinationError> {
        let received = {
            let _waiting = self.watch.as_ref().map(Watched::waits);
            wire::receive(&mut self.from)
        };
        received.map_err(|error| self.ended(&error))
    }

    fn ended(&mut self, error: &std::io::Error) -> DestinationError {
        match &mut self.watch {
            _ if error.kind() == std::io::ErrorKind::InvalidData => strange(NoMessage),
            Some(watch) => watch.why_it_ended(),
            None => DestinationError::Broken {
                why: error.to_string(),
            },
        }
    }
}

fn strange(error: NoMessage) -> DestinationError {
    DestinationError::Strange {
        why: error.to_string(),
    }
}

/// Returns what `ssh` is told.
fn arguments(login: &Login) -> Vec<OsString> {
    let site = &login.site;
    let mut arguments: Vec<OsString> = Vec::new();
    if let Some(settings) = &login.settings {
        arguments.extend(["-F".into(), settings.into()]);
    }
    let seconds = login.silence.as_secs().max(1);
    for option in [
        // It must work where nobody sits, and never trusts a key that nobody looked at.
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        "ClearAllForwardings=yes",
        "ForwardAgent=no",
        "ForwardX11=no",
        "PermitLocalCommand=no",
        "RequestTTY=no",
        "LogLevel=ERROR",
        &format!("ConnectTimeout={seconds}"),
    ] {
        arguments.extend(["-o".into(), option.into()]);
    }
    if let Some(port) = site.port {
        arguments.extend(["-p".into(), port.to_string().into()]);
    }
    if let Some(user) = &site.user {
        arguments.extend(["-l".into(), user.into()]);
    }
    let end = ["-s", "--", &site.host, "sftp"];
    arguments.extend(end.map(OsString::from));
    arguments
}

/// The process behind a connection. It is ended when the server is silent for too long, and with the connection.
struct Watched {
    child: Arc<Mutex<Child>>,
    host: String,
    silence: Duration,
    clock: Arc<Clock>,
    said: Option<JoinHandle<String>>,
}

#[derive(Default)]
struct Clock {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Something is waited for.
    waiting: bool,
    /// Goes on with everything that is begun and ended.
    turn: u64,
    /// It was ended for being silent.
    silent: bool,
    over: bool,
}

impl Clock {
    /// Begins a new turn, in which something is waited for or nothing is.
    fn turn(&self, waiting: bool) {
        let mut state = self.state();
        state.waiting = waiting;
        state.turn = state.turn.wrapping_add(1);
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something is waited for as long as this is there.
struct Waiting(Arc<Clock>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.turn(false);
    }
}

impl Watched {
    fn begin(child: Child, login: &Login, mut said: Box<dyn Read + Send>) -> Self {
        let child = Arc::new(Mutex::new(child));
        let clock = Arc::new(Clock::default());
        let (watched, times, silence) = (child.clone(), clock.clone(), login.silence);
        std::thread::spawn(move || end_when_silent(&watched, &times, silence));
        let said = std::thread::spawn(move || {
            let mut words = Vec::new();
            let mut piece = [0; 1 << 10];
            while let Ok(count @ 1..) = said.read(&mut piece) {
                words.extend(&piece[..count]);
                let more = words.len().saturating_sub(LAST_WORDS);
                words.drain(..more);
            }
            String::from_utf8_lossy(&words).into_owned()
        });
        Self {
            child,
            host: login.site.shown(),
            silence,
            clock,
            said: Some(said),
        }
    }

    fn waits(&self) -> Waiting {
        self.clock.turn(true);
        Waiting(self.clock.clone())
    }

    fn end(&mut self) -> String {
        self.clock.state().over = true;
        self.clock.changed.notify_all();
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // By itself it ends when its input does: this is for one that hangs.
        _ = child.kill();
        _ = child.wait();
        let said = self.said.take().map(JoinHandle::join);
        said.and_then(Result::ok).unwrap_or_default()
    }

    /// Returns what became of the process, by what it said.
    fn why_it_ended(&mut self) -> DestinationError {
        // It has something to say still, and then ends.
        for _ in 0..200 {
            let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
            if !matches!(child.try_wait(), Ok(None)) {
                break;
            }
            drop(child);
            std::thread::sleep(Duration::from_millis(10));
        }
        let said = self.end();
        match self.clock.state().silent {
            true => DestinationError::Unreachable {
                host: self.host.clone(),
                why: format!("it is silent for {} s", self.silence.as_secs()),
                proxy: None,
            },
            false => judged(&self.host, &said),
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.end();
    }
}

fn end_when_silent(child: &Mutex<Child>, clock: &Clock, silence: Duration) {
    let mut state = clock.state();
    while !state.over {
        let turn = state.turn;
        let same = |state: &mut State| state.turn == turn && !state.over;
        let waited = clock.changed.wait_timeout_while(state, silence, same);
        let (now, ended) = waited.unwrap_or_else(PoisonError::into_inner);
        state = now;
        if ended.timed_out() && state.waiting && state.turn == turn {
            state.silent = true;
            drop(state);
            let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
            _ = child.kill();
            return;
        }
    }
}

/// Returns the error that `ssh` told of. Its messages are the same in every language.
fn judged(host: &str, said: &str) -> DestinationError {
    let has = |words: &str| said.contains(words);
    let host = host.to_owned();
    let lines = said.lines().map(str::trim).filter(|line| {
        let line = line.trim_matches('@');
        !line.trim().is_empty()
    });
    let last: Vec<&str> = lines.collect();
    let why = last.last().copied().unwrap_or("ssh ended without a word");
    let why = model::shown::shown(why);
    if has("REMOTE HOST IDENTIFICATION HAS CHANGED") {
        let why = "it shows another key than the one in known_hosts".to_owned();
        return DestinationError::UnknownHost { host, why };
    }
    if has("Host key verification failed") || has("host key is known for") {
        return DestinationError::UnknownHost { host, why };
    }
    if has("Permission denied") || has("Too many authentication failures") {
        let status = format!("{why}; ssh must get in without asking for a password");
        return DestinationError::WrongCredentials { host, status };
    }
    if has("subsystem request failed") {
        let why = format!("{host} offers no SFTP");
        return DestinationError::Strange { why };
    }
    let reached = [
        "Could not resolve",
        "Connection refused",
        "timed out",
        "No route to host",
        "Network is unreachable",
        "kex_exchange_identification",
        "banner exchange",
    ];
    match reached.iter().any(|words| has(words)) {
        true => DestinationError::Unreachable {
            host,
            why,
            proxy: None,
        },
        false => DestinationError::Broken { why },
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
