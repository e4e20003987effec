//! `albumen info`: everything that is known of one photo or video, who said it, and which word won.
//!
//! The facts come from the catalog; the statements of records from the sidecar, which holds every one of them without loss.

use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::args::InfoArgs;
use super::error::CliError;
use super::exit::Exit;
use super::find;
use super::info_text::print;
use super::json::{AssetJson, when_text};
use super::library;
use super::output::{Format, Output};
use catalog::{Catalog, ListedAsset, record_digest};
use import::claims::{self, FactStatements, Statement, Statements};
use model::record::Record;
use model::user_changes::UserChanges;
use writer::sidecar::read::read_file;

/// All there is about one asset.
pub(super) struct About {
    /// What was typed.
    pub asked: String,
    /// The asset.
    pub listed: ListedAsset,
    /// Records tied to it, each with the files of the archives it was read from.
    pub records: Vec<(Record, Vec<String>)>,
    /// What its owner changed.
    pub user: Option<UserChanges>,
    /// Path of its sidecar in the library.
    pub sidecar: Option<String>,
    /// Why the statements of records cannot be shown.
    pub unreadable: Option<String>,
}

/// Runs the command.
pub fn run(args: &InfoArgs, library: &Path, out: &Output) -> Result<Exit, CliError> {
    let catalog = library::catalog_to_show(library)?;
    let mut lost = Vec::new();
    let mut first = true;
    for file in &args.files {
        let asked = file.to_string_lossy();
        let found = find::find(&catalog, library, file)?;
        if found.is_empty() {
            lost.push(asked.clone().into_owned());
        }
        for listed in found {
            let about = About::of(&catalog, library, &asked, listed)?;
            match out.format() {
                Format::Json => out.json(&about.json())?,
                Format::Text => {
                    if !first {
                        out.line("")?;
                    }
                    print(&about, library, out)?;
                }
            }
            first = false;
        }
    }
    match lost.is_empty() {
        true => Ok(Exit::Done),
        false => Err(find::not_found(library, lost)),
    }
}

impl About {
    fn of(
        catalog: &Catalog,
        library: &Path,
        asked: &str,
        listed: ListedAsset,
    ) -> Result<Self, CliError> {
        let failed = || library::catalog_failed(library);
        let hash = listed.asset.content_hash;
        let sidecar = catalog.sidecar_path(hash).map_err(failed())?;
        let read = match &sidecar {
            Some(path) => records_of(&library.join(path)),
            None => Err("it has no sidecar".to_owned()),
        };
        let (records, unreadable) = match read {
            Ok(records) => (records, None),
            Err(why) => (Vec::new(), Some(why)),
        };
        let mut from = Vec::with_capacity(records.len());
        for record in records {
            let digest = record_digest(&record).map_err(failed())?;
            let parts = catalog.parts_of_record(digest).map_err(failed())?;
            from.push((record, parts));
        }
        Ok(Self {
            asked: asked.to_owned(),
            user: catalog.user_change(hash).map_err(failed())?,
            listed,
            records: from,
            sidecar,
            unreadable,
        })
    }

    /// Returns what was stated of each fact.
    pub(super) fn statements(&self) -> Vec<FactStatements<'_>> {
        let entries = self.listed.items.iter().flat_map(|item| &item.entries);
        claims::claims(&Statements {
            asset: &self.listed.asset,
            facts: &self.listed.asset.media,
            records: self.records.iter().map(|(record, _)| record).collect(),
            user: self.user.as_ref(),
            names: entries
                .map(|(_, path)| path.rsplit('/').next().unwrap_or(path))
                .collect(),
        })
    }

    /// Returns the files of the archives that a record was read from.
    pub(super) fn parts(&self, record: &Record) -> &[String] {
        let known = self
            .records
            .iter()
            .find(|(one, _)| std::ptr::eq(one, record));
        known.map_or(&[], |(_, parts)| parts)
    }

    fn json(&self) -> InfoJson<'_> {
        let statements = self.statements();
        let facts = statements.iter().map(|fact| {
            let all = fact.statements.iter().map(|one| self.statement(one));
            let value = json!({"rule": fact.rule, "statements": all.collect::<Vec<_>>()});
            (fact.fact.to_owned(), value)
        });
        InfoJson {
            line: "info",
            asked: &self.asked,
            asset: AssetJson::from(&self.listed),
            camera: self.listed.asset.camera_name(),
            sidecar: self.sidecar.as_deref(),
            statements: facts.collect(),
            unreadable: self.unreadable.as_deref(),
        }
    }

    fn statement(&self, one: &Statement<'_>) -> Value {
        let record = one.record;
        json!({
            "value": value_json(&one.value),
            "origin": one.origin.to_string(),
            "rank": one.rank,
            "fate": one.fate.as_str(),
            "account": record.and_then(|record| record.account.as_deref()),
            "record": record.map(|record| record.source.as_str()),
            "export": record.and_then(|record| record.export.as_deref()),
            "archives": record.map(|record| self.parts(record)),
        })
    }
}

/// Reads the records out of a sidecar.
fn records_of(path: &Path) -> Result<Vec<Record>, String> {
    let (_, sidecar) = read_file(path).map_err(|error| error.to_string())?;
    let own = sidecar?.own;
    own.map(|own| own.records)
        .ok_or_else(|| "its sidecar is not albumen's".to_owned())
}

fn value_json(value: &claims::Value) -> Value {
    match value {
        claims::Value::Time(when) => json!(when_text(when)),
        claims::Value::Text(text) => json!(text),
        claims::Value::Location(at) => {
            json!({"latitude": at.latitude, "longitude": at.longitude})
        }
        claims::Value::Names(names) => json!(names),
        claims::Value::Removed => Value::Null,
    }
}

/// A line of `info --json`.
#[derive(Serialize)]
struct InfoJson<'a> {
    #[serde(rename = "type")]
    line: &'static str,
    asked: &'a str,
    asset: AssetJson<'a>,
    camera: Option<String>,
    sidecar: Option<&'a str>,
    statements: Map<String, Value>,
    unreadable: Option<&'a str>,
}
