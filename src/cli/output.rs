//! Standard output: text or JSON lines. A reader that stopped listening is not an error.
//!
//! Whatever is printed as text or JSON passes here, so this is where harmful characters of foreign text are written out:
//! a command that forgets to clean a name can still not let it speak to the terminal.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::ser::Formatter;

use super::error::CliError;
use super::telling::Telling;
use super::wrap;
use model::shown::{escape, is_harmful, shown_whole};

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
    telling: Telling,
    /// Columns of the terminal that shows it.
    width: Option<usize>,
}

/// Bytes of a JSON line that are printed at once.
const LINE: usize = 64 << 10;

/// Takes a line in pieces.
struct Piece<'a>(&'a Output);

impl Write for Piece<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(CliError::Output(source)) => Err(source),
            Err(error) => Err(io::Error::other(error)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Output {
    /// Prints to standard output.
    pub fn stdout(format: Format) -> Self {
        Self {
            width: wrap::of_output(),
            ..Self::to(format, Box::new(BufWriter::new(io::stdout())))
        }
    }

    /// Prints to `writer`.
    pub fn to(format: Format, writer: Box<dyn Write + Send>) -> Self {
        Self {
            format,
            writer: Mutex::new(writer),
            closed: AtomicBool::new(false),
            telling: Telling::default(),
            width: None,
        }
    }

    /// Tells beside the data what `telling` says.
    pub fn telling_as(self, telling: Telling) -> Self {
        Self { telling, ..self }
    }

    /// Returns what is told beside the data.
    pub fn telling(&self) -> &Telling {
        &self.telling
    }

    /// Returns the form wanted.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Returns whether nobody reads any more (`albumen list | head`): commands may end early.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Prints one line of text, which a narrow terminal gets as several.
    pub fn line(&self, text: impl AsRef<str>) -> Result<(), CliError> {
        self.exact_line(wrap::wrapped(text.as_ref(), self.width))
    }

    /// Prints one line that is never broken: a row of a table, or text to be copied.
    pub fn exact_line(&self, text: impl AsRef<str>) -> Result<(), CliError> {
        self.write(format!("{}\n", shown_whole(text.as_ref())).as_bytes())
    }

    /// Prints one JSON object on a line.
    pub fn json(&self, value: &impl Serialize) -> Result<(), CliError> {
        // Most lines are shorter and go out at once; a certificate may have half a million gaps.
        let mut line = BufWriter::with_capacity(LINE, Piece(self));
        let mut serializer = serde_json::Serializer::with_formatter(&mut line, Harmless);
        let written = value.serialize(&mut serializer).map_err(io::Error::other);
        written
            .and_then(|()| line.write_all(b"\n"))
            .and_then(|()| line.flush())
            .map_err(CliError::Output)
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

/// JSON on one line that a terminal may show: the text is the same, harmful characters are written as `\u…`.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_harmful) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let mut chars = rest[at..].chars();
            if let Some(c) = chars.next() {
                let mut written = Ok(());
                escape(c, &mut |unit| {
                    if written.is_ok() {
                        written = writer.write_all(unit.as_bytes());
                    }
                });
                written?;
            }
            rest = chars.as_str();
        }
        writer.write_all(rest.as_bytes())
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

    /// Characters that may rewrite a terminal or make names look like others, one of each kind.
    const HARMFUL: &str =
        "\u{7f}\u{85}\u{9b}\u{61c}\u{200e}\u{202e}\u{2066}\u{2028}\u{2029}\u{feff}";

    #[test]
    fn harmful_characters_are_escaped_in_json_and_mean_the_same() {
        let value = serde_json::json!({HARMFUL: format!("a{HARMFUL}é🌊\u{1b}\"")});
        let text = testing::printed(Format::Json, |out| out.json(&value));
        assert!(!text.trim_end().contains(is_harmful), "{text}");
        assert!(text.contains("\\u007f\\u0085\\u009b\\u061c"), "{text}");
        assert!(text.contains("é🌊\\u001b\\\""), "{text}");
        let back: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(back, value);
    }

    #[test]
    fn harmful_characters_are_escaped_in_text_and_lines_stay_lines() {
        let text = testing::printed(Format::Text, |out| out.line(format!("a\n{HARMFUL}é")));
        assert_eq!(
            text,
            "a\n\\u007f\\u0085\\u009b\\u061c\\u200e\\u202e\\u2066\\u2028\\u2029\\ufeffé\n"
        );
    }
}
