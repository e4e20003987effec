//! `albumen status`: what the library holds.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::error::CliError;
use super::exit::Exit;
use super::hints;
use super::library;
use super::newest_archive::{self, Age, Newest};
use super::output::{Format, Output};
use super::runs::was_stopped;
use catalog::{DestinationStatus, LibraryStatus, ProviderStatus};
use model::amount::{Bytes, Count};
use model::shown::shown;
use provider::title_of;

/// Runs the command.
pub fn run(library: &Path, out: &Output) -> Result<Exit, CliError> {
    let catalog = library::catalog_to_show(library)?;
    let status = catalog.status().map_err(library::catalog_failed(library))?;
    let destinations = catalog
        .destinations()
        .map_err(library::catalog_failed(library))?;
    let runs = catalog.runs().map_err(library::catalog_failed(library))?;
    let newest = Newest::new(&runs, Timestamp::now());
    match out.format() {
        Format::Json => out.json(&StatusJson {
            destinations: destinations.iter().map(DestinationJson::new).collect(),
            ..StatusJson::new(&status, &newest, library)
        })?,
        Format::Text => {
            print(&status, was_stopped(&runs), &newest, library, out)?;
            for destination in &destinations {
                print_destination(destination, out)?;
            }
        }
    }
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct DestinationJson<'a> {
    destination: &'a str,
    assets: u64,
    files: u64,
    bytes: u64,
    unfinished: u64,
    to_push: u64,
    last: Option<&'a str>,
}

impl<'a> DestinationJson<'a> {
    fn new(status: &'a DestinationStatus) -> Self {
        Self {
            destination: &status.address,
            assets: status.assets,
            files: status.files,
            bytes: status.bytes,
            unfinished: status.unfinished,
            to_push: status.to_push,
            last: status.last.as_deref(),
        }
    }
}

fn print_destination(status: &DestinationStatus, out: &Output) -> Result<(), CliError> {
    out.line(format!(
        "pushed to {}: {} photos and videos ({}), {} not there yet{}",
        shown(&status.address),
        Count(status.assets),
        Bytes(status.bytes),
        Count(status.to_push),
        status
            .last
            .as_deref()
            .map_or(String::new(), |last| format!(", last read back {last}"))
    ))
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
    runs: u64,
    last_run: Option<&'a str>,
    imports: u64,
    last_import: Option<&'a str>,
    unsettled: bool,
    accounts: Vec<AccountJson<'a>>,
    destinations: Vec<DestinationJson<'a>>,
}

#[derive(Serialize)]
struct AccountJson<'a> {
    provider: &'a str,
    account: Option<&'a str>,
    kinds: Map<String, Value>,
    first_day: Option<&'a str>,
    last_day: Option<&'a str>,
    newest_archive: Option<ArchiveJson>,
    how_to_ask: Option<String>,
}

#[derive(Serialize)]
struct ArchiveJson {
    day: String,
    by: &'static str,
    age_days: i32,
}

impl From<Age> for ArchiveJson {
    fn from(age: Age) -> Self {
        Self {
            day: age.day.to_string(),
            by: age.by.as_str(),
            age_days: age.days,
        }
    }
}

impl<'a> StatusJson<'a> {
    fn new(status: &'a LibraryStatus, newest: &Newest, library: &Path) -> Self {
        Self {
            line: "status",
            library: library.display().to_string(),
            assets: status.assets,
            files: status.files,
            bytes: status.bytes,
            undated: status.undated,
            missing: status.missing,
            runs: status.runs,
            last_run: status.last_run.as_deref(),
            imports: status.imports,
            last_import: status.last_import.as_deref(),
            unsettled: status.unsettled,
            accounts: status
                .providers
                .iter()
                .map(|account| AccountJson::new(account, newest))
                .collect(),
            destinations: Vec::new(),
        }
    }
}

impl<'a> AccountJson<'a> {
    fn new(account: &'a ProviderStatus, newest: &Newest) -> Self {
        let kinds = account.kinds.iter();
        Self {
            provider: &account.provider,
            account: account.account.as_deref(),
            kinds: kinds
                .map(|(kind, count)| (kind.clone(), (*count).into()))
                .collect(),
            first_day: account.first.as_deref(),
            last_day: account.last.as_deref(),
            newest_archive: newest.of(account).map(ArchiveJson::from),
            how_to_ask: newest_archive::how_to_ask(&account.provider),
        }
    }
}

fn print(
    status: &LibraryStatus,
    was_stopped: bool,
    newest: &Newest,
    library: &Path,
    out: &Output,
) -> Result<(), CliError> {
    out.line(format!(
        "{} photos and videos, {} files, {}",
        Count(status.assets),
        Count(status.files),
        Bytes(status.bytes)
    ))?;
    for account in &status.providers {
        out.line("")?;
        print_account(account, newest, out)?;
    }
    out.line("")?;
    if status.undated > 0 {
        out.line(format!(
            "undated: {} (albumen list --undated)",
            Count(status.undated)
        ))?;
    }
    if status.missing > 0 {
        out.line(format!(
            "missing: {} named by records but in no archive given so far (listed in missing.json)",
            Count(status.missing)
        ))?;
    }
    if status.unsettled {
        // The same words as the import's own report and `status --runs` have for it.
        out.line(match was_stopped {
            true => format!("the last import was {}", hints::STOPPED),
            false => "the last import was cut off; the next one finishes its work".to_owned(),
        })?;
    }
    let last = status
        .last_import
        .as_deref()
        .map(|last| format!(", the last one {last}"));
    out.line(format!(
        "imports so far: {}{}",
        Count(status.imports),
        last.unwrap_or_default()
    ))?;
    out.line(format!("library: {}", library.display()))
}

fn print_account(account: &ProviderStatus, newest: &Newest, out: &Output) -> Result<(), CliError> {
    let name = account.account.as_deref().map(shown);
    out.line(format!(
        "{} · {}",
        title_of(&account.provider),
        name.as_deref().unwrap_or("account not known")
    ))?;
    for (kind, count) in &account.kinds {
        out.line(format!("  {:>9}  {}", Count(*count).to_string(), kind))?;
    }
    if let (Some(first), Some(last)) = (&account.first, &account.last) {
        out.line(format!("  from {first} to {last}"))?;
    }
    if let Some(age) = newest.of(account) {
        out.line(format!("  {age}"))?;
    }
    match newest_archive::how_to_ask(&account.provider) {
        Some(command) => out.line(format!("  how to order the next one: {command}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::testing::printed;
    use verify::certify::NewestArchive;

    fn status() -> LibraryStatus {
        LibraryStatus {
            assets: 1_234,
            files: 1_240,
            bytes: 5_600_000,
            providers: vec![ProviderStatus {
                provider: "instagram".to_owned(),
                account: Some("anna\u{1b}".to_owned()),
                kinds: vec![("post".to_owned(), 1_200), ("story".to_owned(), 34)],
                first: Some("2019-08-02".to_owned()),
                last: Some("2023-07-14".to_owned()),
            }],
            undated: 2,
            missing: 106,
            runs: 5,
            imports: 3,
            last_import: Some("2024-05-01T10:00:00Z".to_owned()),
            last_run: Some("2024-06-01T10:00:00Z".to_owned()),
            unsettled: true,
        }
    }

    fn newest() -> Newest {
        let archives = vec![NewestArchive {
            provider: "instagram".to_owned(),
            account: Some("anna\u{1b}".to_owned()),
            day: "2023-07-20".parse().expect("a day"),
        }];
        Newest::of_archives(archives, "2023-07-30".parse().expect("a day"))
    }

    #[test]
    fn people_see_what_is_there_and_what_is_not() {
        let text = printed(Format::Text, |out| {
            print(&status(), false, &newest(), Path::new("/l"), out)
        });
        let stopped = printed(Format::Text, |out| {
            print(&status(), true, &newest(), Path::new("/l"), out)
        });
        assert!(
            stopped.contains("\nthe last import was stopped before the end; ")
                && !stopped.contains("cut off"),
            "{stopped}"
        );
        let expected = "1,234 photos and videos, 1,240 files, 5.60 MB\n\
            \n\
            Instagram · anna\\u001b\n      \
                1,200  post\n         \
                34  story\n  \
              from 2019-08-02 to 2023-07-14\n  \
              newest archive: made 2023-07-20 by its name, 10 days ago\n  \
              how to order the next one: albumen providers instagram\n\
            \n\
            undated: 2 (albumen list --undated)\n\
            missing: 106 named by records but in no archive given so far (listed in missing.json)\n\
            the last import was cut off; the next one finishes its work\n\
            imports so far: 3, the last one 2024-05-01T10:00:00Z\n\
            library: /l\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn programs_see_the_same() {
        let status = status();
        let value = serde_json::to_value(StatusJson::new(&status, &newest(), Path::new("/l")))
            .expect("plain data");
        assert_eq!(value["type"], "status");
        assert_eq!(value["unsettled"], true);
        assert_eq!(
            value["accounts"][0]["kinds"],
            serde_json::json!({"post": 1200, "story": 34})
        );
        assert_eq!(value["accounts"][0]["first_day"], "2019-08-02");
        assert_eq!(
            value["accounts"][0]["newest_archive"],
            serde_json::json!({"day": "2023-07-20", "by": "name", "age_days": 10})
        );
        assert_eq!(
            value["accounts"][0]["how_to_ask"],
            "albumen providers instagram"
        );
    }

    #[test]
    fn a_folder_without_library_is_an_error() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (out, _) = crate::cli::output::testing::output(Format::Text);
        assert!(matches!(
            run(folder.path(), &out),
            Err(CliError::Library(_))
        ));
    }
}
