//! `albumen demo`: the main job on a built-in sample archive, into a folder of its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::args::DemoArgs;
use super::error::CliError;
use super::exit::Exit;
use super::gallery;
use super::hints::as_typed;
use super::import::{exit, import};
use super::interrupt::Interrupt;
use super::monitor::CommandLineMonitor;
use super::output::{Format, Output};
use super::report::{self, Ran, Reader};
use ::gallery::{FOLDER, GalleryOptions, INDEX};
use import::ImportOptions;

/// Name of the sample archive, as Instagram names its own.
const SAMPLE: &str = "instagram-demo-2024-05-01-albumen0.zip";

/// Runs the command.
pub fn run(args: &DemoArgs, out: &Output) -> Result<Exit, CliError> {
    let library = args.into.as_path();
    if !may_hold_a_library(library) {
        return Err(CliError::NotADemo {
            path: library.to_owned(),
        });
    }
    let folder = TemporaryFolder::create().map_err(sample_failed(&std::env::temp_dir()))?;
    let sample = folder.0.join(SAMPLE);
    demo::archive::write_zip(&sample).map_err(sample_failed(&sample))?;
    let options = ImportOptions {
        paths: vec![sample],
        // Whoever composes an archive knows how many parts it has.
        parts: Some(1),
        ..ImportOptions::default()
    };
    let monitor = CommandLineMonitor::new(out, Interrupt::listen()?);
    let report = import(&options, library, &monitor)?;
    let pages = gallery::write(library, &gallery_options(), &monitor);
    monitor.finish();
    let pages = pages?;
    let ran = Ran {
        report: &report,
        library,
        dry_run: false,
        plan: false,
        reader: Reader::Program,
    };
    match out.format() {
        Format::Json => {
            out.json(&gallery::to_json(&pages, 0.0))?;
            report::print_json(&ran, out)?;
        }
        Format::Text => {
            report::print_text(&ran, out)?;
            look_at(library, out)?;
        }
    }
    Ok(exit(&report))
}

fn sample_failed(path: &Path) -> impl FnOnce(io::Error) -> CliError {
    let path = path.to_owned();
    |source| CliError::Sample { path, source }
}

/// What the demo's gallery is: the same whatever programs are installed, so that the demo is the same everywhere.
fn gallery_options() -> GalleryOptions {
    GalleryOptions::default()
}

/// Returns whether the folder is a library, is empty or does not exist: nothing of the user's can be in the way.
fn may_hold_a_library(folder: &Path) -> bool {
    match fs::read_dir(folder) {
        Ok(mut entries) => folder.join(".albumen").is_dir() || entries.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

fn look_at(library: &Path, out: &Output) -> Result<(), CliError> {
    let shown = library.display();
    let command = as_typed(library);
    out.line("")?;
    out.line("look at:")?;
    for (what, why) in [
        (
            format!("{}", library.join(FOLDER).join(INDEX).display()),
            "all of it in your browser: timeline, albums, map, search; needs no network and no albumen",
        ),
        (
            format!("{shown}"),
            "photos and videos in folders by year and month, each with its sidecar (.xmp)",
        ),
        (
            format!("{}", library.join("README.txt").display()),
            "how to read all this without albumen",
        ),
        (
            format!("(cd {command} && sha256sum -c --quiet SHA256SUMS)"),
            "checks every photo and video",
        ),
        (
            format!("albumen --library {command} list"),
            "what the catalog knows",
        ),
        (
            format!("albumen --library {command} list --json"),
            "the same for programs",
        ),
    ] {
        out.line(format!("  {what}"))?;
        out.line(format!("      {why}"))?;
    }
    Ok(())
}

/// A folder of our own that goes away with the value.
struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    fn create() -> io::Result<Self> {
        let base = std::env::temp_dir();
        // Another run may be at work, or one that was killed may have left its folder: take the next free name.
        (0..1000)
            .map(|number| base.join(format!("albumen-demo-{}-{number}", std::process::id())))
            .find_map(|path| match fs::create_dir(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => None,
                result => Some(result.map(|()| Self(path))),
            })
            .unwrap_or_else(|| Err(io::ErrorKind::AlreadyExists.into()))
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // The system empties its temporary folder if we cannot.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::testing::{output, printed};

    #[test]
    fn a_folder_with_other_things_is_refused_untouched() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let letter = folder.path().join("letter.txt");
        fs::write(&letter, "dear").expect("written");
        let (out, _) = output(Format::Text);
        let args = DemoArgs {
            into: folder.path().to_owned(),
        };
        assert!(matches!(run(&args, &out), Err(CliError::NotADemo { .. })));
        assert!(may_hold_a_library(&folder.path().join("new")));
        assert!(!may_hold_a_library(&letter));
        fs::create_dir(folder.path().join(".albumen")).expect("made");
        assert!(may_hold_a_library(folder.path()));
    }

    #[test]
    fn an_empty_folder_will_do() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(may_hold_a_library(folder.path()));
    }

    #[test]
    fn the_temporary_folder_goes_away() {
        let folder = TemporaryFolder::create().expect("made");
        let second = TemporaryFolder::create().expect("made");
        let path = folder.0.clone();
        assert!(path.is_dir() && path != second.0);
        drop(folder);
        assert!(!path.exists() && second.0.is_dir());
    }

    #[test]
    fn commands_to_copy_are_quoted() {
        let text = printed(Format::Text, |out| look_at(Path::new("my demo's"), out));
        assert!(
            text.contains(r"albumen --library 'my demo'\''s' list"),
            "{text}"
        );
        let text = printed(Format::Text, |out| look_at(Path::new("albumen-demo"), out));
        assert!(
            text.contains("albumen --library albumen-demo list\n"),
            "{text}"
        );
    }
}
