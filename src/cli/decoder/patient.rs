//! Pipes that are waited for until a moment, and no longer.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Bytes that a pipe takes at once if it takes any (`PIPE_BUF`): a write of so many never waits after `poll` said that it will not.
const AT_ONCE: usize = 4096;

/// One end of a pipe. Reading and writing fail with [`io::ErrorKind::TimedOut`] once the moment has come.
#[derive(Debug)]
pub(crate) struct Patient<P> {
    pipe: P,
    /// The moment.
    pub until: Instant,
}

impl<P: AsFd> Patient<P> {
    /// Wraps a pipe for which nobody waits yet.
    pub(crate) fn new(pipe: P) -> Self {
        Self {
            pipe,
            until: Instant::now(),
        }
    }

    fn wait(&self, what: PollFlags) -> io::Result<()> {
        loop {
            let left = self.until.saturating_duration_since(Instant::now());
            let left = Timespec::try_from(left).map_err(io::Error::other)?;
            let mut pipes = [PollFd::new(&self.pipe, what)];
            match poll(&mut pipes, Some(&left)) {
                Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
                Ok(_) => return Ok(()),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl<P: AsFd + Read> Read for Patient<P> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.wait(PollFlags::IN)?;
        self.pipe.read(bytes)
    }
}

impl<P: AsFd + Write> Write for Patient<P> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.wait(PollFlags::OUT)?;
        let most = bytes.len().min(AT_ONCE);
        self.pipe.write(&bytes[..most])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pipe.flush()
    }
}
