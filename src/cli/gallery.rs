//! `albumen gallery`: pages to look at the library in a browser.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use super::args::GalleryArgs;
use super::decoder::Apart;
use super::error::CliError;
use super::exit::Exit;
use super::hints::as_typed;
use super::interrupt::Interrupt;
use super::monitor::CommandLineMonitor;
use super::open::on_path;
use super::output::{Format, Output};
use ::gallery::{FOLDER, GalleryOptions, GalleryReport, INDEX, gallery};
use model::amount::Count;
use model::shown::shown;
use monitor::Monitor;

/// Damaged files a person reads before giving up.
const MOST_LINES: usize = 20;

/// Runs the command.
pub fn run(args: &GalleryArgs, library: &Path, out: &Output) -> Result<Exit, CliError> {
    let options = args.to_options(ffmpeg()).map_err(|why| CliError::Usage {
        command: "gallery",
        why,
    })?;
    let began = Instant::now();
    let monitor = CommandLineMonitor::new(out, Interrupt::listen()?);
    let report = write(library, &options, &monitor);
    monitor.finish();
    let report = report?;
    match out.format() {
        Format::Json => out.json(&to_json(&report, began.elapsed().as_secs_f64()))?,
        Format::Text => print(&report, &options, began.elapsed().as_secs_f64(), out)?,
    }
    Ok(exit(&report))
}

/// Writes a gallery.
pub fn write(
    library: &Path,
    options: &GalleryOptions,
    monitor: &dyn Monitor,
) -> Result<GalleryReport, CliError> {
    let decoder = Apart::of_this_program();
    gallery(library, options, &decoder, monitor).map_err(|source| CliError::Gallery {
        library: library.to_owned(),
        source,
    })
}

/// Returns where `ffmpeg` lies on the PATH: it draws posters of videos.
pub fn ffmpeg() -> Option<PathBuf> {
    on_path(&format!("ffmpeg{}", env::consts::EXE_SUFFIX))
}

/// Says how to look at the library: where its gallery is, or how to make one.
pub fn how_to_look(library: &Path) -> String {
    let index = library.join(FOLDER).join(INDEX);
    let command = format!("albumen --library {} gallery", as_typed(library));
    if index.is_file() {
        format!(
            "gallery: {} (`{command}` brings it up to date)",
            index.display()
        )
    } else {
        format!("to look at it in a browser: {command}")
    }
}

/// Returns the exit code a report deserves.
fn exit(report: &GalleryReport) -> Exit {
    match (report.interrupted, report.holds.damaged.is_empty()) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Done,
        (false, false) => Exit::Incomplete,
    }
}

/// Returns the line of `--json`.
pub fn to_json(report: &GalleryReport, seconds: f64) -> Value {
    let holds = &report.holds;
    json!({
        "type": "gallery",
        "index": report.index.display().to_string(),
        "assets": holds.assets,
        "kept_out": holds.kept_out,
        "left_out": holds.left_out,
        "no_picture": holds.no_picture,
        "damaged": holds.damaged.iter().map(|(path, why)| json!({"path": path, "reason": why})).collect::<Vec<_>>(),
        "unchanged": report.unchanged,
        "drawn": report.drawn,
        "months_written": report.months_written,
        "files_written": report.files_written,
        "files_removed": report.files_removed,
        "interrupted": report.interrupted,
        "seconds": seconds,
    })
}

fn print(
    report: &GalleryReport,
    options: &GalleryOptions,
    seconds: f64,
    out: &Output,
) -> Result<(), CliError> {
    if report.interrupted {
        out.line(format!(
            "stopped after {} pictures; the same command goes on there",
            Count(report.drawn)
        ))?;
        return Ok(());
    }
    let holds = &report.holds;
    if report.unchanged {
        out.line(format!(
            "{} photos and videos; nothing has changed",
            Count(holds.assets)
        ))?;
    } else {
        out.line(format!(
            "{} photos and videos; {} pictures drawn, {} months written in {seconds:.1} s",
            Count(holds.assets),
            Count(report.drawn),
            Count(report.months_written),
        ))?;
    }
    notes(report, options, out)?;
    out.line(format!("open in a browser: {}", report.index.display()))
}

fn notes(report: &GalleryReport, options: &GalleryOptions, out: &Output) -> Result<(), CliError> {
    let holds = &report.holds;
    if holds.kept_out > 0 {
        out.line(format!(
            "  left out because hidden or in the trash: {}; --include hidden or --include trashed shows them",
            Count(holds.kept_out)
        ))?;
    }
    if holds.left_out > 0 {
        out.line(format!(
            "  left out because they cannot be cleaned with certainty: {} videos and sound files",
            Count(holds.left_out)
        ))?;
    }
    for (mime, count) in &holds.no_picture {
        out.line(format!(
            "  {} {mime} cannot be drawn here: the browser shows them itself if it can, else a card with the name",
            Count(*count)
        ))?;
    }
    if options.ffmpeg.is_none() && !report.unchanged {
        out.line("  ffmpeg is not installed: the browser shows videos by their first picture")?;
    }
    if !holds.damaged.is_empty() {
        out.line(format!(
            "{} files could not be read or are damaged:",
            Count(holds.damaged.len() as u64)
        ))?;
        for (path, why) in holds.damaged.iter().take(MOST_LINES) {
            out.line(format!("  {}: {}", shown(path), shown(why)))?;
        }
        if holds.damaged.len() > MOST_LINES {
            out.line(format!(
                "  … and {} more; --json lists all",
                holds.damaged.len() - MOST_LINES
            ))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::testing::printed;
    use gallery::Holds;

    fn report() -> GalleryReport {
        GalleryReport {
            index: PathBuf::from("l/gallery/index.html"),
            holds: Holds {
                assets: 3,
                kept_out: 1,
                left_out: 2,
                no_picture: [("image/avif".to_owned(), 4)].into(),
                damaged: vec![("a\u{1b}.jpg".to_owned(), "cut off".to_owned())],
            },
            ..GalleryReport::default()
        }
    }

    #[test]
    fn everything_that_is_not_shown_is_told() {
        let text = printed(Format::Text, |out| {
            print(&report(), &GalleryOptions::default(), 1.0, out)
        });
        for expected in [
            "3 photos and videos",
            "hidden or in the trash: 1;",
            "2 videos and sound files",
            "4 image/avif",
            "ffmpeg is not installed",
            "a\\u001b.jpg: cut off",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
        assert!(text.ends_with("open in a browser: l/gallery/index.html\n"));
    }

    #[test]
    fn the_exit_code_says_whether_all_is_shown() {
        assert_eq!(exit(&report()), Exit::Incomplete);
        assert_eq!(exit(&GalleryReport::default()), Exit::Done);
        let stopped = GalleryReport {
            interrupted: true,
            ..report()
        };
        assert_eq!(exit(&stopped), Exit::Interrupted);
    }

    #[test]
    fn a_library_without_a_gallery_says_how_to_make_one() {
        let library = tempfile::tempdir().expect("a temporary folder");
        let command = format!("albumen --library {} gallery", library.path().display());
        assert!(how_to_look(library.path()).ends_with(&command));
        std::fs::create_dir(library.path().join(FOLDER)).expect("made");
        std::fs::write(library.path().join(FOLDER).join(INDEX), "").expect("written");
        assert!(how_to_look(library.path()).contains("index.html"));
    }
}
