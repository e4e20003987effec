//! `albumen status`: what the library holds.

use std::path::Path;

use indicatif::{DecimalBytes, HumanCount};
use serde::Serialize;
use serde_json::{Map, Value};

use super::error::CliError;
use super::exit::Exit;
use super::json::when_text;
use super::output::{Format, Output};
use crate::catalog::Catalog;
use crate::catalog::query::{AccountStatus, LibraryStatus};
use crate::model::shown::shown;

/// Runs the command.
pub fn run(library: &Path, out: &Output) -> Result<Exit, CliError> {
    let failed = |source| CliError::Catalog {
        library: library.to_owned(),
        source,
    };
    let catalog = Catalog::open_to_read(library).map_err(failed)?;
    let status = catalog.status().map_err(failed)?;
    match out.format() {
        Format::Json => out.json(&StatusJson::new(&status, library))?,
        Format::Text => print(&status, library, out)?,
    }
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct StatusJson<'a> {
    #[serde(rename = "type")]
    line: &'static str,
    library: String,
    assets: u64,
    files: u64,
    bytes: u64,
    undated: u64,
    missing: u64,
    newest_archive: Option<&'a str>,
    runs: u64,
    accounts: Vec<AccountJson<'a>>,
}

#[derive(Serialize)]
struct AccountJson<'a> {
    provider: &'a str,
    account: Option<&'a str>,
    kinds: Map<String, Value>,
    first_taken_at: Option<String>,
    last_taken_at: Option<String>,
}

impl<'a> StatusJson<'a> {
    fn new(status: &'a LibraryStatus, library: &Path) -> Self {
        Self {
            line: "status",
            library: library.display().to_string(),
            assets: status.assets,
            files: status.files,
            bytes: status.bytes,
            undated: status.undated,
            missing: status.missing,
            newest_archive: status.newest_archive.as_deref(),
            runs: status.runs,
            accounts: status.by_provider.iter().map(AccountJson::new).collect(),
        }
    }
}

impl<'a> AccountJson<'a> {
    fn new(account: &'a AccountStatus) -> Self {
        let kinds = account.kinds.iter();
        Self {
            provider: &account.provider,
            account: account.account.as_deref(),
            kinds: kinds
                .map(|(kind, count)| (kind.as_str().to_owned(), (*count).into()))
                .collect(),
            first_taken_at: account.first_taken.as_ref().map(when_text),
            last_taken_at: account.last_taken.as_ref().map(when_text),
        }
    }
}

fn print(status: &LibraryStatus, library: &Path, out: &Output) -> Result<(), CliError> {
    out.line(format!(
        "{} photos and videos, {} files, {}",
        HumanCount(status.assets),
        HumanCount(status.files),
        DecimalBytes(status.bytes)
    ))?;
    for account in &status.by_provider {
        out.line("")?;
        print_account(account, out)?;
    }
    out.line("")?;
    if status.undated > 0 {
        out.line(format!(
            "undated: {} (albumen list --undated)",
            HumanCount(status.undated)
        ))?;
    }
    if status.missing > 0 {
        out.line(format!(
            "missing: {} named by records and in no archive given so far (listed in missing.json)",
            HumanCount(status.missing)
        ))?;
    }
    if let Some(archive) = &status.newest_archive {
        out.line(format!("newest archive: {}", shown(archive)))?;
    }
    out.line(format!("imports so far: {}", HumanCount(status.runs)))?;
    out.line(format!("library: {}", library.display()))
}

fn print_account(account: &AccountStatus, out: &Output) -> Result<(), CliError> {
    let name = account.account.as_deref().map(shown);
    out.line(format!(
        "{} · {}",
        account.provider,
        name.as_deref().unwrap_or("account not known")
    ))?;
    for (kind, count) in &account.kinds {
        out.line(format!(
            "  {:>9}  {}",
            HumanCount(*count).to_string(),
            kind.as_str()
        ))?;
    }
    if let (Some(first), Some(last)) = (&account.first_taken, &account.last_taken) {
        out.line(format!(
            "  from {} to {}",
            first.for_names().date(),
            last.for_names().date()
        ))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::testing::printed;
    use crate::model::kind::Kind;
    use crate::model::time::When;
    use jiff::civil::datetime;

    fn status() -> LibraryStatus {
        LibraryStatus {
            assets: 1_234,
            files: 1_240,
            bytes: 5_600_000,
            by_provider: vec![AccountStatus {
                provider: "instagram".to_owned(),
                account: Some("anna\u{1b}".to_owned()),
                kinds: vec![(Kind::Post, 1_200), (Kind::Story, 34)],
                first_taken: Some(When::wall(datetime(2019, 8, 2, 9, 15, 30, 0))),
                last_taken: Some(When::wall(datetime(2023, 7, 14, 18, 3, 22, 0))),
            }],
            undated: 2,
            missing: 106,
            newest_archive: None,
            runs: 3,
        }
    }

    #[test]
    fn people_see_what_is_there_and_what_is_not() {
        let text = printed(Format::Text, |out| print(&status(), Path::new("/l"), out));
        let expected = "1,234 photos and videos, 1,240 files, 5.60 MB\n\
            \n\
            instagram · anna\u{fffd}\n      \
                1,200  post\n         \
                34  story\n  \
              from 2019-08-02 to 2023-07-14\n\
            \n\
            undated: 2 (albumen list --undated)\n\
            missing: 106 named by records and in no archive given so far (listed in missing.json)\n\
            imports so far: 3\n\
            library: /l\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn programs_see_the_same() {
        let status = status();
        let value =
            serde_json::to_value(StatusJson::new(&status, Path::new("/l"))).expect("plain data");
        assert_eq!(value["type"], "status");
        assert_eq!(value["newest_archive"], Value::Null);
        assert_eq!(
            value["accounts"][0]["kinds"],
            serde_json::json!({"post": 1200, "story": 34})
        );
        assert_eq!(
            value["accounts"][0]["first_taken_at"],
            "2019-08-02T09:15:30"
        );
    }

    #[test]
    fn a_folder_without_library_is_an_error() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (out, _) = crate::cli::output::testing::output(Format::Text);
        assert!(matches!(
            run(folder.path(), &out),
            Err(CliError::Catalog { .. })
        ));
    }
}
