//! Starts the system's `ssh` for `sftp://` addresses, with its ends in our hands.

use std::ffi::OsString;
use std::io;
use std::process::{Command, Stdio};

use push::sftp::Started;

/// Starts `ssh`. It never asks anybody: what it says to people becomes part of an error.
pub fn start(arguments: &[OsString]) -> io::Result<Started> {
    let mut command = Command::new("ssh");
    command.args(arguments).env("LC_ALL", "C");
    // Ctrl-C is albumen's: what is on its way is ended in order, and then ssh has no more to read.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let ends = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(to), Some(from), Some(said)) = ends else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    Ok(Started {
        child,
        to: Box::new(to),
        from: Box::new(from),
        said: Box::new(said),
    })
}
