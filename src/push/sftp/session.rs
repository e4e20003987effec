//! One connection: the system's `ssh`, whose standard input and output are the two ends of SFTP.
//!
//! OpenSSH logs in, and brings what people have set up: keys, agents, security keys, jump hosts, names of hosts. It never asks
//! anything, and a host whose key `known_hosts` does not hold is refused.

use std::io::{BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::site::Site;
use super::wire::{self, Answer, Body, Extensions, NoMessage};
use crate::error::DestinationError;

/// The last words of `ssh` that are kept.
const LAST_WORDS: usize = 4 << 10;

/// How to reach a server.
#[derive(Debug, Clone)]
pub struct Login {
    /// Where it is.
    pub site: Site,
    /// Settings of OpenSSH, where they are not the user's.
    pub settings: Option<PathBuf>,
    /// How long the server may be silent.
    pub silence: Duration,
}

/// A connection that is open.
pub struct Session {
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
    pub fn open(login: &Login) -> Result<Self, DestinationError> {
        let mut child = command(login)
            .spawn()
            .map_err(|error| DestinationError::NoProgram {
                program: "ssh",
                why: error.to_string(),
            })?;
        let (Some(to), Some(from), Some(said)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(DestinationError::NoProgram {
                program: "ssh",
                why: "it has no standard input and output".to_owned(),
            });
        };
        let watch = Watched::begin(child, login, said);
        Self::greet(
            Box::new(to),
            Box::new(BufReader::with_capacity(64 << 10, from)),
            Some(watch),
        )
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
    pub fn ask(&mut self, kind: u8, body: Body) -> Result<Answer, DestinationError> {
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
    pub fn send(&mut self, kind: u8, body: Body) -> Result<u32, DestinationError> {
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        self.write(&body.message(kind, id))?;
        Ok(id)
    }

    /// Waits for the answer to something that was asked.
    ///
    /// # Errors
    /// Fails if the connection does.
    pub fn receive(&mut self) -> Result<(u32, Answer), DestinationError> {
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

fn command(login: &Login) -> Command {
    let site = &login.site;
    let mut command = Command::new("ssh");
    if let Some(settings) = &login.settings {
        command.arg("-F").arg(settings);
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
        command.arg("-o").arg(option);
    }
    if let Some(port) = site.port {
        command.arg("-p").arg(port.to_string());
    }
    if let Some(user) = &site.user {
        command.arg("-l").arg(user);
    }
    command.args(["-s", "--", &site.host, "sftp"]);
    command.env("LC_ALL", "C");
    // Ctrl-C is albumen's: what is on its way is ended in order, and then ssh has no more to read.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
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
    /// Since when something is waited for.
    since: Option<Instant>,
    /// It was ended for being silent.
    silent: bool,
    over: bool,
}

impl Clock {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something is waited for as long as this is there.
struct Waiting(Arc<Clock>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.state().since = None;
    }
}

impl Watched {
    fn begin(child: Child, login: &Login, mut said: impl Read + Send + 'static) -> Self {
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
        self.clock.state().since = Some(Instant::now());
        self.clock.changed.notify_all();
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
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(2) {
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
        let left = match state.since {
            Some(since) => silence.saturating_sub(since.elapsed()),
            None => silence,
        };
        if left.is_zero() {
            state.silent = true;
            drop(state);
            _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
            return;
        }
        let waited = clock.changed.wait_timeout(state, left);
        state = waited.unwrap_or_else(PoisonError::into_inner).0;
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
        true => DestinationError::Unreachable { host, why },
        false => DestinationError::Broken { why },
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
