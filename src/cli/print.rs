//! `albumen print`: a PDF of pictures, and a list for a print shop.

use std::io::{self, Write};
use std::path::Path;

use serde_json::json;

use super::args::PrintArgs;
use super::decoder::Apart;
use super::error::CliError;
use super::exit::Exit;
use super::hints;
use super::home::font_folders;
use super::interrupt::Interrupt;
use super::library;
use super::list_csv;
use super::monitor::CommandLineMonitor;
use super::output::{Format, Output};
use model::amount::{Bytes, Count};
use model::shown::shown;
use print::{LowResolution, PrintError, PrintOptions, PrintReport, print};
use writer::library::Library;

/// Lines of one kind a person reads before giving up.
const MOST_LINES: usize = 50;

/// Runs the command.
pub fn run(args: &PrintArgs, library: &Path, out: &Output) -> Result<Exit, CliError> {
    let folders = match args.fonts.is_empty() {
        true => font_folders(),
        false => args.fonts.clone(),
    };
    let options = args.to_options(folders).map_err(|why| CliError::Usage {
        command: "print",
        why,
    })?;
    let opened = Library::open(library).map_err(CliError::Library)?;
    let catalog = library::catalog(library)?;
    for path in args.order_list.iter().chain([&args.file]) {
        if path.symlink_metadata().is_ok() {
            let path = path.clone();
            return Err(CliError::Print(PrintError::Exists { path }));
        }
    }
    let monitor = CommandLineMonitor::new(out, Interrupt::listen()?);
    let printed = print(
        &opened,
        &catalog,
        &args.file,
        &options,
        &Apart::of_this_program(),
        &monitor,
    );
    monitor.finish();
    let report = printed.map_err(CliError::Print)?;
    if let Some(path) = &args.order_list {
        let written = write_order(path, &report, &options, args.copies.unwrap_or(1));
        if let Err(source) = written {
            // Made a moment ago, and half of what was asked for: it would only be in the way of the same command.
            let _ = std::fs::remove_file(&args.file);
            return Err(CliError::OrderList {
                path: path.clone(),
                source,
            });
        }
    }
    match out.format() {
        Format::Json => print_json(&report, args, out)?,
        Format::Text => print_text(&report, args, out)?,
    }
    Ok(match report.left_out.is_empty() {
        true => Exit::Done,
        false => Exit::Incomplete,
    })
}

/// Writes the list for a print shop, at once or not at all.
fn write_order(
    path: &Path,
    report: &PrintReport,
    options: &PrintOptions,
    copies: u16,
) -> io::Result<()> {
    let mut text = list_csv::line(["file", "size", "copies"].map(str::to_owned).into_iter());
    for file in &report.printed {
        let row = [file.clone(), options.size.name.clone(), copies.to_string()];
        text.push_str(&list_csv::line(row.into_iter()));
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut made = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    made.write_all(text.as_bytes())?;
    disk::durable::sync(made.as_file())?;
    made.persist_noclobber(path)?;
    Ok(())
}

fn print_json(report: &PrintReport, args: &PrintArgs, out: &Output) -> Result<(), CliError> {
    for low in &report.low {
        out.json(&json!({
            "type": "low_resolution",
            "path": low.path,
            "width": low.pixels.0,
            "height": low.pixels.1,
            "dpi": (low.dpi * 10.0).round() / 10.0,
            "good_for": low.good_for,
            "good_width_mm": (low.good_mm.0 * 10.0).floor() / 10.0,
            "good_height_mm": (low.good_mm.1 * 10.0).floor() / 10.0,
        }))?;
    }
    for left in &report.left_out {
        out.json(&json!({"type": "left_out", "path": left.path, "reason": left.why}))?;
    }
    for text in &report.undrawable {
        let characters: Vec<String> = text.characters.iter().map(char::to_string).collect();
        out.json(&json!({"type": "undrawable", "path": text.path, "characters": characters}))?;
    }
    for path in &report.cut {
        let path = (!path.is_empty()).then_some(path);
        out.json(&json!({"type": "cut_text", "path": path}))?;
    }
    out.json(&json!({
        "type": "report",
        "file": args.file.display().to_string(),
        "form": args.form.as_str(),
        "pages": report.pages,
        "pictures": report.printed.len(),
        "size_bytes": report.size_bytes,
        "low_resolution": report.low.len(),
        "left_out": report.left_out.len(),
        "films": report.films,
        "hidden": report.hidden,
        "undrawable": report.undrawable.len(),
        "cut_texts": report.cut.len(),
        "fonts": report.fonts,
        "order_list": args.order_list.as_ref().map(|path| path.display().to_string()),
    }))
}

fn print_text(report: &PrintReport, args: &PrintArgs, out: &Output) -> Result<(), CliError> {
    let many = |count: usize, word: &str| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{} {word}{plural}", Count(count as u64))
    };
    out.line(format!(
        "{}: {} of {}, {}",
        args.file.display(),
        many(report.pages, "page"),
        many(report.printed.len(), "picture"),
        Bytes(report.size_bytes),
    ))?;
    if let Some(path) = &args.order_list {
        out.line(format!(
            "{}: {}",
            path.display(),
            many(report.printed.len(), "line")
        ))?;
    }
    for (count, what) in [
        (report.films, "video"),
        (report.hidden, "hidden or trashed picture"),
    ] {
        if count > 0 {
            out.line(format!("{} left out", many(count as usize, what)))?;
        }
    }
    print_low(&report.low, out)?;
    let left = report
        .left_out
        .iter()
        .map(|left| format!("{}: {}", shown(&left.path), left.why));
    print_list("could not be printed", left, Some(hints::NOT_PRINTED), out)?;
    let undrawable = report.undrawable.iter().map(|text| {
        let signs = text
            .characters
            .iter()
            .map(|c| format!("{c} (U+{:04X})", u32::from(*c)));
        let signs: Vec<String> = signs.take(20).collect();
        format!("{}: {}", of(text.path.as_deref()), shown(&signs.join(" ")))
    });
    print_list(
        "text with characters no font here has",
        undrawable,
        Some(hints::NO_FONT),
        out,
    )?;
    let cut = report.cut.iter().map(|path| of(Some(path)));
    print_list("text longer than its room, cut off", cut, None, out)
}

fn of(path: Option<&str>) -> String {
    match path {
        Some("") | None => "the title".to_owned(),
        Some(path) => shown(path),
    }
}

/// Prints the pictures that are not fine enough, and what each is good for.
fn print_low(low: &[LowResolution], out: &Output) -> Result<(), CliError> {
    let lines = low.iter().map(|low| {
        let (width, height) = low.good_mm;
        let good = match low.good_for.as_deref() {
            Some(size) => format!("good up to {size}"),
            None => "too small for any standard size".to_owned(),
        };
        format!(
            "{}: {} × {} pixels, {:.0} dpi; {good} ({:.1} × {:.1} cm)",
            shown(&low.path),
            low.pixels.0,
            low.pixels.1,
            low.dpi.floor(),
            (width.floor()) / 10.0,
            (height.floor()) / 10.0,
        )
    });
    print_list("fewer than 300 dots per inch", lines, None, out)
}

fn print_list(
    heading: &str,
    lines: impl ExactSizeIterator<Item = String>,
    hint: Option<&str>,
    out: &Output,
) -> Result<(), CliError> {
    let count = lines.len();
    if count == 0 {
        return Ok(());
    }
    out.line(format!("\n{heading}: {}", Count(count as u64)))?;
    for line in lines.take(MOST_LINES) {
        out.line(format!("  {line}"))?;
    }
    if count > MOST_LINES {
        out.line(format!(
            "  … and {} more; --json names all",
            count - MOST_LINES
        ))?;
    }
    if let Some(hint) = hint {
        out.line(format!("  hint: {hint}"))?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use model::select::Select;
    use print::Form;
    use print::size::Size;

    #[test]
    fn an_order_list_has_a_line_for_each_picture_and_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("order.csv");
        let report = PrintReport {
            printed: vec!["2023/07/a.jpg".to_owned(), "2023/07/b, c.jpg".to_owned()],
            ..PrintReport::default()
        };
        let options = PrintOptions {
            select: Select::default(),
            include_hidden: false,
            form: Form::Book,
            size: Size::parse("13x18").unwrap(),
            bleed: 0.0,
            crop_marks: false,
            title: None,
            most_dpi: None,
            font_folders: vec![],
        };
        write_order(&path, &report, &options, 2).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            "file,size,copies\r\n2023/07/a.jpg,13x18,2\r\n\"2023/07/b, c.jpg\",13x18,2\r\n"
        );
        let again = write_order(&path, &report, &options, 2).unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
    }
}
