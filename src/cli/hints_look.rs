//! What to do next after errors of `info` and `open`, and of what `import` reads besides paths.

use super::error::CliError;
use super::hints::as_typed;

/// Returns what to do; `None` of errors of other commands.
pub(super) fn for_looking(error: &CliError) -> Option<String> {
    Some(match error {
        CliError::NoGallery { library } => format!(
            "make it with `albumen --library {} gallery`",
            as_typed(library)
        ),
        CliError::NoViewer { .. } => {
            "install one (xdg-utils has xdg-open), or open the file in a program of your own"
                .to_owned()
        }
        CliError::Viewer { .. } => "open the file in a program of your own".to_owned(),
        CliError::SeveralFiles { .. } => "name one of them by its path".to_owned(),
        CliError::ListedPath { .. } => {
            "a list has a path a line, seen from the folder you are in; lines that begin with # are left out"
                .to_owned()
        }
        CliError::Pipe { .. } => {
            "an archive from a pipe needs as much room on the library's disk as it is large; or save it and import the file"
                .to_owned()
        }
        CliError::NotOfLibrary { .. } => {
            "`albumen list --text WORDS` looks for captions, names and places; a file that no import brought is not in the library"
                .to_owned()
        }
        _ => return None,
    })
}
