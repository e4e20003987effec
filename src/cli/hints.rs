//! Says what to do next. Every hint albumen gives is in this file; library code only says what happened.

use std::error::Error;
use std::io::{self, ErrorKind, IsTerminal, Write};

use super::error::CliError;
use crate::catalog::CatalogError;
use crate::exporter::archive::{PartFault, PartProblem};
use crate::exporter::provider::PROVIDERS;
use crate::import::run::ImportError;
use crate::model::shown::shown;

/// What to do about media that records name and no archive holds.
pub const MISSING: &str = "import the other parts of the archive; if you have given all of them, ask the service for a new \
    archive with all dates and the best quality";
/// What to do about an entry for which nothing better is known.
pub const ANY_ENTRY: &str = "all else was imported; download the part again and repeat the import, and if it fails again, \
    look at the entry in the part itself";

const DOWNLOAD_AGAIN: &str = "the part may be damaged; download it again, then repeat the import";

/// Prints an error, what caused it and what to do, each once.
pub fn print_error(error: &CliError) {
    let stderr = io::stderr();
    let colour =
        stderr.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    // Nobody is left to tell that standard error is gone.
    let _ = stderr.lock().write_all(message(error, colour).as_bytes());
}

fn message(error: &CliError, colour: bool) -> String {
    let head = if colour {
        "\u{1b}[1;31merror:\u{1b}[0m"
    } else {
        "error:"
    };
    let mut said = error.to_string();
    let mut text = format!("{head} {said}\n");
    for cause in causes(error) {
        let cause_text = cause.to_string();
        // A transparent error repeats its source.
        if cause_text != said {
            text.push_str(&format!("  caused by: {}\n", clean(&cause_text)));
            said = cause_text;
        }
    }
    for problem in problems(error) {
        text.push_str(&format!("  {}: {}\n", shown(&problem.part), problem.what));
        if let Some(hint) = for_part(&problem.what) {
            text.push_str(&format!("    hint: {hint}\n"));
        }
    }
    if let Some(hint) = hint(error) {
        text.push_str(&format!("hint: {hint}\n"));
    }
    text
}

/// Cleans a message that may hold names from an archive, word by word: a long message is not cut.
fn clean(text: &str) -> String {
    let words: Vec<String> = text.split(' ').map(shown).collect();
    words.join(" ")
}

fn causes(error: &dyn Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| {
        let cause: &(dyn Error + 'static) = *cause;
        cause.source()
    })
}

fn problems(error: &CliError) -> &[PartProblem] {
    match error {
        CliError::Import {
            source: ImportError::NothingToRead { problems },
            ..
        } => problems,
        _ => &[],
    }
}

fn hint(error: &CliError) -> Option<String> {
    let own = match error {
        CliError::NoHome => {
            Some("name the folder with --library DIR or ALBUMEN_LIBRARY".to_owned())
        }
        CliError::NotADemo { .. } => Some("choose another folder with --into DIR".to_owned()),
        CliError::Import { source, .. } => for_import(source),
        CliError::Catalog { source, .. } => for_catalog(source),
        CliError::Sample { .. } | CliError::Output(_) | CliError::Signals(_) => None,
    };
    own.or_else(|| {
        causes(error).find_map(|cause| for_io(cause.downcast_ref::<io::Error>()?.kind()))
    })
}

fn for_import(error: &ImportError) -> Option<String> {
    match error {
        ImportError::UnknownService { .. } => {
            let known: Vec<_> = PROVIDERS.iter().map(|provider| provider.name()).collect();
            Some(format!(
                "albumen reads archives of: {}; give the archive as the service made it, or name the service with --provider",
                known.join(", ")
            ))
        }
        ImportError::NothingToRead { .. } => {
            Some("give the files the service let you download; `albumen providers` says how to ask for them".to_owned())
        }
        ImportError::Catalog(error) => for_catalog(error),
        ImportError::Library(_) => None,
    }
}

fn for_catalog(error: &CatalogError) -> Option<String> {
    Some(match error {
        CatalogError::NoLibrary { .. } => {
            "name the folder with --library DIR, or make a library with `albumen import`".to_owned()
        }
        CatalogError::Newer { .. } => "use the newer albumen; nothing was touched".to_owned(),
    })
}

fn for_io(kind: ErrorKind) -> Option<String> {
    Some(match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "make room on that disk, then repeat the import: it goes on where it stopped".to_owned()
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "choose a folder you may write to with --library DIR".to_owned()
        }
        ErrorKind::NotFound => "look at how the path is written".to_owned(),
        _ => return None,
    })
}

/// Returns what to do about a part.
pub fn for_part(fault: &PartFault) -> Option<&'static str> {
    Some(match fault {
        PartFault::Missing => "look at how the path is written",
        PartFault::Empty | PartFault::CutOff { .. } | PartFault::Damaged(_) => DOWNLOAD_AGAIN,
        PartFault::NotAnArchive(_) => {
            "give the files the service let you download (zip, tgz, tar) or an unpacked folder"
        }
        PartFault::Encrypted => "unpack it with its password, then import the folder",
        PartFault::Gap { .. } => {
            "download that part, too, and import it; the order does not matter"
        }
        PartFault::Unfinished => "let the browser finish the download, then repeat the import",
        PartFault::Io(_) => return None,
    })
}

/// Returns what to do about an entry that failed for this reason.
pub fn for_entry(why: &str) -> Option<&'static str> {
    [
        (
            "encrypted",
            "unpack the part with its password, then import the folder",
        ),
        (
            "compressed by a method",
            "unpack the part with another program, then import the folder",
        ),
        ("cut off", DOWNLOAD_AGAIN),
        ("checksum differs", DOWNLOAD_AGAIN),
        ("size differs", DOWNLOAD_AGAIN),
        (
            "larger than declared",
            "the part may be made to do harm; download it again from the service itself",
        ),
        (
            "overlaps",
            "the part may be made to do harm; download it again from the service itself",
        ),
        (
            "the name ",
            "no service gives such names; where did the archive come from?",
        ),
        (
            "could not be read",
            "look at the disk or network drive the part lies on, then repeat the import",
        ),
        ("damaged", DOWNLOAD_AGAIN),
    ]
    .into_iter()
    .find_map(|(start, hint)| why.starts_with(start).then_some(hint))
}

#[cfg(test)]
#[path = "hints_tests.rs"]
mod tests;
