//! What `albumen info` prints for people.

use std::path::Path;

use super::error::CliError;
use super::info::About;
use super::json::when_text;
use super::output::Output;
use import::claims::{FactStatements, Fate, Statement, Value};
use model::amount::Bytes;
use model::asset::Asset;
use model::claim::Origin;
use model::record::Location;
use model::shown::shown;
use provider::title_of;

/// Width of the column of names.
const NAMES: usize = 12;

/// Prints all there is about one asset.
pub(super) fn print(about: &About, library: &Path, out: &Output) -> Result<(), CliError> {
    let asset = &about.listed.asset;
    out.line(shown(
        &library.join(&about.listed.path).display().to_string(),
    ))?;
    let facts = [bytes(asset), dates(asset), texts(about), marks(asset)];
    for (name, value) in facts.into_iter().flatten() {
        out.line(format!("  {name:NAMES$} {value}"))?;
    }
    sources(about, out)?;
    statements(about, out)
}

type Line = (&'static str, String);

fn bytes(asset: &Asset) -> Vec<Line> {
    let media = &asset.media;
    let size = media.width.zip(media.height);
    let mut file = vec![media.media_type.mime().to_owned()];
    file.extend(size.map(|(width, height)| format!("{width} × {height}")));
    file.extend(
        media
            .duration_ms
            .map(|ms| format!("{:.1} s", ms as f64 / 1000.0)),
    );
    file.push(Bytes(asset.size_bytes).to_string());
    let mut lines = vec![
        ("file", file.join(", ")),
        ("sha256", asset.content_hash.to_string()),
    ];
    lines.extend(asset.camera_name().map(|name| ("camera", shown(&name))));
    lines
}

fn dates(asset: &Asset) -> Vec<Line> {
    let mut lines = Vec::new();
    match &asset.taken_at {
        Some(claim) => {
            let zone = asset.offset_origin.as_ref();
            let zone = zone.map_or(String::new(), |origin| {
                format!("; zone: {}", origin_words(origin))
            });
            let when = when_text(&claim.value);
            lines.push((
                "taken",
                format!("{when} ({}{zone})", origin_words(&claim.origin)),
            ));
        }
        None => lines.push(("taken", "not known".to_owned())),
    }
    lines.extend(asset.posted_at.map(|when| ("posted", when_text(&when))));
    lines
}

fn texts(about: &About) -> Vec<Line> {
    let asset = &about.listed.asset;
    let list = |names: &[String]| (!names.is_empty()).then(|| shown(&names.join(", ")));
    let text = |claim: &Option<model::claim::Claim<String>>| {
        claim.as_ref().map(|claim| shown(&claim.value))
    };
    let at = asset.location.as_ref().map(|claim| position(claim.value));
    let all = [
        ("title", text(&asset.title)),
        ("description", text(&asset.description)),
        ("place", text(&asset.place)),
        ("location", at),
        ("people", list(&asset.people)),
        ("keywords", list(&asset.keywords)),
        ("albums", list(&about.listed.album_titles)),
    ];
    all.into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

fn marks(asset: &Asset) -> Vec<Line> {
    let mut marks = Vec::new();
    if asset.favorite {
        marks.push("favourite".to_owned());
    }
    marks.extend(asset.rating.map(|stars| format!("{stars} of 5 stars")));
    if asset.visibility != model::kind::Visibility::Shown {
        marks.push(asset.visibility.as_str().to_owned());
    }
    if asset.by_someone_else {
        marks.push("somebody else's, shared again".to_owned());
    }
    if asset.media.content_credentials {
        marks.push("carries Content Credentials".to_owned());
    }
    marks.extend(
        asset
            .group
            .as_ref()
            .map(|group| format!("number {} of {} in its post", group.index + 1, group.size)),
    );
    match marks.is_empty() {
        true => Vec::new(),
        false => vec![("marks", marks.join(", "))],
    }
}

/// Prints the files beside it, and where it came from.
fn sources(about: &About, out: &Output) -> Result<(), CliError> {
    let listed = &about.listed;
    for (role, path) in &listed.companions {
        out.line(format!(
            "  {:NAMES$} {} ({})",
            "beside it",
            shown(path),
            role.as_str()
        ))?;
    }
    if let Some(path) = &about.sidecar {
        out.line(format!("  {:NAMES$} {}", "sidecar", shown(path)))?;
    }
    for listed in &listed.items {
        let item = &listed.item;
        let account = item.account.as_deref().unwrap_or("account not known");
        let text = format!(
            "{} of {}, {} ({})",
            item.kind.as_str(),
            shown(account),
            title_of(&item.provider),
            shown(&item.key)
        );
        out.line(format!("  {:NAMES$} {text}", "from"))?;
        for (part, entry) in &listed.entries {
            out.line(format!(
                "  {:NAMES$}   {}: {}",
                "",
                shown(part),
                shown(entry)
            ))?;
        }
    }
    if listed.in_newest_archive == Some(false) {
        out.line(format!(
            "  {:NAMES$} the newest archive of its account does not hold it any more",
            ""
        ))?;
    }
    Ok(())
}

/// Prints who said what.
fn statements(about: &About, out: &Output) -> Result<(), CliError> {
    if let Some(why) = &about.unreadable {
        out.line(format!(
            "  what records said of it cannot be shown: {}",
            shown(why)
        ))?;
    }
    let all = about.statements();
    if all.is_empty() {
        return Ok(());
    }
    out.line(
        "  who said what (* won, = agrees, - lost, < older than what the service said later):",
    )?;
    for fact in &all {
        print_fact(about, fact, out)?;
    }
    Ok(())
}

fn print_fact(about: &About, fact: &FactStatements<'_>, out: &Output) -> Result<(), CliError> {
    out.line(format!("    {}", fact.fact))?;
    for one in &fact.statements {
        out.line(format!("      {} {}", mark(one.fate), said(about, one)))?;
    }
    // One statement has nobody to win against.
    match fact.statements.len() > 1 {
        true => out.line(format!("      order: {}", fact.rule)),
        false => Ok(()),
    }
}

fn mark(fate: Fate) -> char {
    match fate {
        Fate::Won => '*',
        Fate::Agrees => '=',
        Fate::Lost => '-',
        Fate::Outdated => '<',
    }
}

fn said(about: &About, one: &Statement<'_>) -> String {
    let value = match &one.value {
        Value::Time(when) => when_text(when),
        Value::Text(text) => shown(text),
        Value::Location(at) => position(*at),
        Value::Names(names) => shown(&names.join(", ")),
        Value::Removed => "(taken away)".to_owned(),
    };
    let mut by = origin_words(&one.origin);
    if let Some(record) = one.record {
        by.push_str(&format!(": {}", shown(&record.source)));
        match about.parts(record) {
            [] => {}
            [part] => by.push_str(&format!(" in {}", shown(part))),
            [first, others @ ..] => by.push_str(&format!(
                " in {} or one of {} given with it",
                shown(first),
                others.len()
            )),
        }
    }
    format!("{value}  ({by})")
}

fn position(at: Location) -> String {
    format!("{}, {}", at.latitude, at.longitude)
}

/// Says in words where a value came from.
fn origin_words(origin: &Origin) -> String {
    match origin {
        Origin::User => "your own change".to_owned(),
        Origin::Corrected(provider) => format!("corrected on {}", title_of(provider)),
        Origin::Embedded => "in the file".to_owned(),
        Origin::Record(provider) => format!("{} says so", title_of(provider)),
        Origin::Sibling => "from its other half or its post".to_owned(),
        Origin::FileName => "in the file's name".to_owned(),
        Origin::Posted(provider) => format!("time of posting on {}", title_of(provider)),
        Origin::Folder(provider) => format!("month folder of {}", title_of(provider)),
        Origin::Position => "by where it was taken".to_owned(),
        Origin::Compared => "by comparing two clocks".to_owned(),
        Origin::Neighbour => "as photos taken close by in time".to_owned(),
        Origin::Home => "your home zone".to_owned(),
        Origin::Page => "zone of the service's page".to_owned(),
        Origin::Caption => "hashtags of the caption".to_owned(),
    }
}
