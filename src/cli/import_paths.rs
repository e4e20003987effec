//! What `import` is given besides paths: `-` is an archive on standard input, `@FILE` a list of paths.

use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::error::CliError;
use disk::spool::{self, Filled, Spool};
use monitor::{Monitor, Unit};

/// Paths to import, and what has to stay for as long as they are read.
pub(super) struct Paths {
    /// The paths.
    pub all: Vec<PathBuf>,
    _spool: Option<Spool>,
}

/// Reads lists, and what stands on standard input. `None`: the user stopped it.
///
/// # Errors
/// Fails if a list names what is not there, or standard input cannot be kept.
pub(super) fn read(
    given: &[PathBuf],
    library: &Path,
    monitor: &dyn Monitor,
) -> Result<Option<Paths>, CliError> {
    let folder = folder_for(library);
    spool::sweep(&folder);
    // Where it was kept before there was a library.
    library.parent().into_iter().for_each(spool::sweep);
    let mut all = Vec::new();
    let mut kept = None;
    for path in given {
        let list = path.to_str().and_then(|text| text.strip_prefix('@'));
        match list {
            Some(list) => all.extend(listed(Path::new(list))?),
            None if path == Path::new("-") => {
                if kept.is_some() {
                    return Err(usage("- was given twice: there is one standard input"));
                }
                let Some(spool) = from_pipe(&folder, monitor)? else {
                    return Ok(None);
                };
                all.push(spool.path().to_owned());
                kept = Some(spool);
            }
            None => all.push(path.clone()),
        }
    }
    Ok(Some(Paths { all, _spool: kept }))
}

fn usage(why: impl Into<String>) -> CliError {
    CliError::Usage {
        command: "import",
        why: why.into(),
    }
}

/// Returns the folder on the library's disk in which an archive is kept while it is read: the library's own, or, as long as there
/// is no library, the nearest one above it.
fn folder_for(library: &Path) -> PathBuf {
    let own = library.join(".albumen");
    // A link in a library may lead anywhere: nothing is kept behind it.
    let leads_away = own.is_symlink();
    let mut above = own.ancestors().skip(usize::from(leads_away));
    let there = above.find(|folder| folder.is_dir());
    there
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
        .to_owned()
}

/// Keeps standard input in a file. It is read in a thread of its own, so that a pipe on which nothing comes can be left.
fn from_pipe(folder: &Path, monitor: &dyn Monitor) -> Result<Option<Spool>, CliError> {
    if io::stdin().is_terminal() {
        return Err(usage(
            "- reads an archive from a pipe, and standard input is a terminal",
        ));
    }
    let failed = |source| CliError::Pipe {
        folder: folder.to_owned(),
        source,
    };
    let spool = Spool::create(folder).map_err(failed)?;
    // It may take hours until the last byte comes, and until then nothing can be read.
    monitor.step("reading standard input", None, Unit::Bytes);
    let came = Arc::new(AtomicU64::new(0));
    let mut input = Counted {
        input: io::stdin(),
        came: Arc::clone(&came),
    };
    let mut file = spool.handle().map_err(failed)?;
    let (sender, receiver) = channel::<io::Result<Filled>>();
    thread::spawn(move || {
        let filled = spool::fill(&mut input, &mut file);
        // Whoever waited has been stopped.
        let _ = sender.send(filled);
    });
    let filled = loop {
        let received = receiver.recv_timeout(Duration::from_millis(100));
        monitor.advance(came.swap(0, Ordering::Relaxed));
        match received {
            Ok(filled) => break filled.map_err(failed)?,
            Err(RecvTimeoutError::Timeout) if monitor.stopped() => return Ok(None),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(failed(io::ErrorKind::BrokenPipe.into()));
            }
        }
    };
    if filled.bytes == 0 {
        return Err(usage("nothing came on standard input"));
    }
    spool.named(&filled).map(Some).map_err(failed)
}

/// Standard input whose bytes are counted as they come.
struct Counted {
    input: io::Stdin,
    came: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(into)?;
        self.came.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Reads a list of paths: one a line, blank lines and those that begin with `#` left out; or, where a zero byte is in it, one up
/// to each of these, whatever it holds.
fn listed(list: &Path) -> Result<Vec<PathBuf>, CliError> {
    let bytes = fs::read(list).map_err(|source| CliError::Unreadable {
        path: list.to_owned(),
        source,
    })?;
    let by_zero = bytes.contains(&0);
    let end = if by_zero { 0 } else { b'\n' };
    let mut paths = Vec::new();
    for (index, line) in bytes.split(|byte| *byte == end).enumerate() {
        let line = match by_zero {
            true => line,
            false => line.strip_suffix(b"\r").unwrap_or(line),
        };
        let blank = line.iter().all(u8::is_ascii_whitespace);
        if blank || (!by_zero && line.starts_with(b"#")) {
            continue;
        }
        let number = index + 1;
        let Some(path) = path_of(line).filter(|path| path.exists()) else {
            return Err(CliError::ListedPath {
                list: list.to_owned(),
                number,
                path: String::from_utf8_lossy(line).into_owned(),
            });
        };
        paths.push(path);
    }
    match paths.is_empty() {
        true => Err(usage(format!("{} names no path", list.display()))),
        false => Ok(paths),
    }
}

#[cfg(unix)]
fn path_of(line: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(std::ffi::OsStr::from_bytes(line).into())
}

#[cfg(not(unix))]
fn path_of(line: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(line).ok().map(PathBuf::from)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_a_path_a_line_or_up_to_each_zero_byte() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["a.zip", "#b.zip", "c d.zip"].map(|name| folder.path().join(name));
        for name in &names {
            fs::write(name, "x").unwrap();
        }
        let [a, b, c] = names.map(|name| name.to_str().unwrap().to_owned());
        let read = |text: String| {
            let list = folder.path().join("list");
            fs::write(&list, text).unwrap();
            listed(&list)
                .map(|paths| paths.len())
                .map_err(|error| error.to_string())
        };
        assert_eq!(read(format!("# mine\r\n\n{a}\r\n  \n{c}")), Ok(2));
        assert_eq!(read(format!("{a}\0{b}\0{c}\0")), Ok(3));
        let missing = read(format!("{a}\n\nnowhere.zip\n")).unwrap_err();
        assert!(
            missing.contains("line 3") && missing.contains("nowhere.zip"),
            "{missing}"
        );
        assert!(
            read("# nothing\n\n".to_owned())
                .unwrap_err()
                .contains("names no path")
        );
        assert!(listed(Path::new("nowhere")).is_err());
    }
}
