//! Standard output: text or JSON lines. A reader that stopped listening is not an error.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::error::CliError;

/// Form of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Format {
    /// Returns the form that `--json` chooses.
    pub fn chosen(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }
}

/// Where a command's data goes.
pub struct Output {
    format: Format,
    writer: Mutex<Box<dyn Write + Send>>,
    closed: AtomicBool,
}

impl Output {
    /// Prints to standard output.
    pub fn stdout(format: Format) -> Self {
        Self::to(format, Box::new(BufWriter::new(io::stdout())))
    }

    /// Prints to `writer`.
    pub fn to(format: Format, writer: Box<dyn Write + Send>) -> Self {
        Self {
            format,
            writer: Mutex::new(writer),
            closed: AtomicBool::new(false),
        }
    }

    /// Returns the form wanted.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Returns whether nobody reads any more (`albumen list | head`): commands may end early.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Prints one line of text.
    pub fn line(&self, text: impl AsRef<str>) -> Result<(), CliError> {
        self.write(format!("{}\n", text.as_ref()).as_bytes())
    }

    /// Prints one JSON object on a line.
    pub fn json(&self, value: &impl Serialize) -> Result<(), CliError> {
        let mut line =
            serde_json::to_vec(value).map_err(|error| CliError::Output(io::Error::other(error)))?;
        line.push(b'\n');
        self.write(&line)
    }

    /// Prints bytes as they are.
    pub fn write(&self, bytes: &[u8]) -> Result<(), CliError> {
        self.attempt(|writer| writer.write_all(bytes))
    }

    /// Hands everything printed so far to the reader.
    pub fn flush(&self) -> Result<(), CliError> {
        self.attempt(|writer| writer.flush())
    }

    fn attempt(&self, act: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CliError> {
        if self.is_closed() {
            return Ok(());
        }
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        match act(&mut **writer) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed.store(true, Ordering::Relaxed);
                Ok(())
            }
            result => result.map_err(CliError::Output),
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! An output that tests can read.

    use super::*;
    use std::sync::Arc;

    /// Bytes printed so far.
    #[derive(Clone, Default)]
    pub(crate) struct Printed(Arc<Mutex<Vec<u8>>>);

    impl Write for Printed {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no test panics inside").write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Printed {
        /// Returns them as text.
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.lock().expect("no test panics inside").clone()).expect("UTF-8")
        }
    }

    /// Returns an output and what is printed to it.
    pub(crate) fn output(format: Format) -> (Output, Printed) {
        let printed = Printed::default();
        (Output::to(format, Box::new(printed.clone())), printed)
    }

    /// Returns what `print` prints.
    pub(crate) fn printed(
        format: Format,
        print: impl FnOnce(&Output) -> Result<(), CliError>,
    ) -> String {
        let (out, printed) = output(format);
        print(&out).expect("memory takes everything");
        printed.text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing(ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn a_closed_pipe_is_not_an_error() {
        let out = Output::to(Format::Text, Box::new(Failing(ErrorKind::BrokenPipe)));
        assert!(!out.is_closed());
        assert!(out.line("x").is_ok());
        assert!(out.is_closed());
        assert!(out.line("y").is_ok() && out.flush().is_ok());
    }

    #[test]
    fn a_full_disk_is() {
        let out = Output::to(Format::Text, Box::new(Failing(ErrorKind::StorageFull)));
        assert!(matches!(out.line("x"), Err(CliError::Output(_))));
        assert!(!out.is_closed());
    }

    #[test]
    fn json_is_one_line() {
        let text = testing::printed(Format::Json, |out| {
            out.json(&serde_json::json!({"a": "x\ny"}))
        });
        assert_eq!(text, "{\"a\":\"x\\ny\"}\n");
    }
}
