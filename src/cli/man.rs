//! `albumen man`: manual pages, made from the definition of the command line.

use std::io;

use clap_mangen::Man;

use super::args::ManArgs;
use super::error::CliError;
use super::exit::Exit;
use super::help;
use super::output::Output;

/// Runs the command.
pub fn run(args: &ManArgs, out: &Output) -> Result<Exit, CliError> {
    match &args.into {
        Some(folder) => {
            let failed = |source| CliError::Manual {
                folder: folder.clone(),
                source,
            };
            std::fs::create_dir_all(folder).map_err(failed)?;
            clap_mangen::generate_to(help::command(), folder).map_err(failed)?;
        }
        None => out.write(&page().map_err(CliError::Output)?)?,
    }
    Ok(Exit::Done)
}

/// Returns the page of `albumen` itself.
fn page() -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(help::command()).render(&mut page)?;
    Ok(page)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::cli::output::Format;
    use crate::cli::output::testing::printed;

    #[test]
    fn there_is_a_page_for_every_command() {
        let folder = tempfile::tempdir().unwrap();
        let into = folder.path().join("man1");
        let args = ManArgs {
            into: Some(into.clone()),
        };
        printed(Format::Text, |out| run(&args, out).map(|_| ()));
        for name in ["albumen", "albumen-import", "albumen-schedule-install"] {
            let page = std::fs::read_to_string(into.join(format!("{name}.1"))).unwrap();
            assert!(page.contains(".SH SYNOPSIS"), "{name}: {page}");
        }
        let page = printed(Format::Text, |out| {
            run(&ManArgs::default(), out).map(|_| ())
        });
        assert!(page.contains("certify"), "{page}");
    }
}
