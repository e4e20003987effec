//! Decodes pictures in child processes of this program: a crash, an endless loop or a storm of allocations spoils one picture only.
//!
//! A child decodes a few pictures and ends; what a hostile one left behind in it goes with it. It limits itself before it reads a
//! byte: its address space for all, its processor time anew for each picture. The parent waits for it by the clock, too. On systems without such limits pictures are decoded
//! in this process, where only panics are caught.

#[cfg(unix)]
mod apart;
#[cfg(not(unix))]
mod inside;
#[cfg(unix)]
mod patient;

use std::ffi::OsStr;

#[cfg(unix)]
pub use apart::Apart;
#[cfg(not(unix))]
pub use inside::Apart;

use super::exit::Exit;

/// The word with which this program starts itself; no command for people, so no help names it.
pub const WORD: &str = "decode-pictures";

/// Serves the parent if the program was started to do so; `None` if it was not.
pub fn serve_if_asked(args: &[std::ffi::OsString]) -> Option<Exit> {
    let asked = args.get(1).is_some_and(|word| word == OsStr::new(WORD)) && args.len() == 2;
    asked.then(serve)
}

#[cfg(unix)]
use apart::serve;
#[cfg(not(unix))]
use inside::serve;
