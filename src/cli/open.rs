//! `albumen open`: shows a photo or video, or the gallery, with the program the system has for it.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::args::OpenArgs;
use super::error::CliError;
use super::exit::Exit;
use super::find;
use super::library;
use super::output::{Format, Output};
use ::gallery::{FOLDER, INDEX};
use model::shown::shown;

/// How long a program is watched: one that hands the file over ends by then, and one that shows it itself goes on.
const WATCHED: Duration = Duration::from_secs(2);

/// Runs the command.
pub fn run(args: &OpenArgs, library: &Path, out: &Output) -> Result<Exit, CliError> {
    let file = match &args.file {
        Some(asked) => photo(library, asked)?,
        None => gallery_page(library)?,
    };
    // A path that begins with a minus would be an option to the program.
    let file = std::path::absolute(&file).unwrap_or(file);
    let program = program().ok_or_else(|| CliError::NoViewer { file: file.clone() })?;
    start(&program, &file).map_err(|source| CliError::Viewer {
        program: program.clone(),
        file: file.clone(),
        source,
    })?;
    match out.format() {
        Format::Json => out.json(&json!({
            "type": "open", "file": file.to_string_lossy(), "program": program.to_string_lossy(),
        }))?,
        Format::Text => out.line(format!("opened {}", shown(&file.display().to_string())))?,
    }
    Ok(Exit::Done)
}

/// Returns the file of the photo or video that is meant.
fn photo(library: &Path, asked: &Path) -> Result<PathBuf, CliError> {
    let catalog = library::catalog_to_show(library)?;
    let found = find::find(&catalog, library, asked)?;
    let Some(first) = found.first() else {
        let asked = asked.to_string_lossy().into_owned();
        return Err(find::not_found(library, vec![asked]));
    };
    if found.len() > 1 {
        let paths = found.iter().map(|one| one.path.clone());
        return Err(CliError::SeveralFiles {
            asked: asked.to_string_lossy().into_owned(),
            paths: paths.collect(),
        });
    }
    there(library.join(&first.path))
}

fn gallery_page(library: &Path) -> Result<PathBuf, CliError> {
    // A folder that is no library has a clearer error than a page that is not there.
    library::catalog(library)?;
    let page = library.join(FOLDER).join(INDEX);
    match page.is_file() {
        true => Ok(page),
        false => Err(CliError::NoGallery {
            library: library.to_owned(),
        }),
    }
}

fn there(file: PathBuf) -> Result<PathBuf, CliError> {
    match file.metadata() {
        Ok(_) => Ok(file),
        Err(source) => Err(CliError::Unreadable { path: file, source }),
    }
}

/// Returns the system's program that opens files with whatever shows them.
pub(super) fn program() -> Option<PathBuf> {
    let names: &[&str] = match env::consts::OS {
        "macos" => &["open"],
        "windows" => &["explorer.exe"],
        _ => &["xdg-open", "gio-open", "wslview"],
    };
    names.iter().find_map(|name| on_path(name))
}

/// Returns where a program lies on the PATH.
pub(super) fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn start(program: &Path, file: &Path) -> io::Result<()> {
    let mut child = Command::new(program)
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let began = Instant::now();
    while began.elapsed() < WATCHED {
        match child.try_wait()? {
            // Explorer says 1 whenever it handed a file over.
            Some(status) if status.success() || cfg!(windows) => return Ok(()),
            Some(status) => return Err(io::Error::other(status.to_string())),
            None => thread::sleep(Duration::from_millis(20)),
        }
    }
    Ok(())
}
