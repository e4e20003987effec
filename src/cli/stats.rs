//! `albumen stats`: a library in numbers: years and gaps, cameras, services, kinds, types.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::args::StatsArgs;
use super::error::CliError;
use super::exit::Exit;
use super::library;
use super::output::{Format, Output};
use catalog::{Count, Statistics};
use model::amount::{self, Bytes};
use model::shown::shown;
use provider::title_of;

/// Letters of the longest bar.
const WIDEST: u64 = 40;
/// Cameras a person reads.
const MOST_CAMERAS: usize = 20;
/// Stretches of months a person reads.
const MOST_GAPS: usize = 30;

/// Runs the command.
pub fn run(args: &StatsArgs, library: &Path, out: &Output) -> Result<Exit, CliError> {
    let catalog = library::catalog_to_show(library)?;
    let counted = catalog
        .statistics(&args.selection.to_select())
        .map_err(library::catalog_failed(library))?;
    match out.format() {
        Format::Json => out.json(&to_json(&counted))?,
        Format::Text => print(&counted, out)?,
    }
    Ok(Exit::Done)
}

fn month_text((year, month): (i16, i8)) -> String {
    format!("{year:04}-{month:02}")
}

/// Returns the cameras, the most used first.
fn cameras(counted: &Statistics) -> Vec<(&String, &Count)> {
    let mut cameras: Vec<(&String, &Count)> = counted.cameras.iter().collect();
    cameras.sort_by_key(|(name, count)| (std::cmp::Reverse(count.assets), *name));
    cameras
}

fn to_json(counted: &Statistics) -> Value {
    let count = |count: &Count| json!({"assets": count.assets, "bytes": count.bytes});
    let years: Map<String, Value> = counted
        .years()
        .iter()
        .map(|(year, sum)| (format!("{year:04}"), count(sum)))
        .collect();
    let months: Map<String, Value> = counted
        .months
        .iter()
        .filter(|((_, month), _)| *month > 0)
        .map(|(month, sum)| (month_text(*month), count(sum)))
        .collect();
    let gaps = counted.gaps().into_iter();
    let gaps: Vec<Value> = gaps
        .map(|(from, to)| json!({"from": month_text(from), "to": month_text(to)}))
        .collect();
    let classes: Map<String, Value> = counted
        .classes
        .iter()
        .map(|(class, sum)| (class.as_str().to_owned(), count(sum)))
        .collect();
    let types: Map<String, Value> = counted
        .types
        .iter()
        .map(|(name, sum)| ((*name).to_owned(), count(sum)))
        .collect();
    let cameras: Vec<Value> = cameras(counted)
        .into_iter()
        .map(|(name, sum)| json!({"camera": name, "assets": sum.assets, "bytes": sum.bytes}))
        .collect();
    let accounts: Vec<Value> = counted
        .accounts
        .iter()
        .map(|(provider, account, assets)| {
            let account = (!account.is_empty()).then_some(account);
            json!({"provider": provider, "account": account, "assets": assets})
        })
        .collect();
    let kinds: Map<String, Value> = counted
        .kinds
        .iter()
        .map(|(kind, assets)| (kind.clone(), json!(assets)))
        .collect();
    json!({
        "type": "stats", "assets": counted.all.assets, "bytes": counted.all.bytes, "classes": classes,
        "media_types": types, "years": years, "months": months, "gaps": gaps, "undated": counted.undated,
        "cameras": cameras, "accounts": accounts, "kinds": kinds, "located": counted.located,
        "favorites": counted.favorites,
    })
}

fn print(counted: &Statistics, out: &Output) -> Result<(), CliError> {
    if counted.all.assets == 0 {
        return out.line("no matching photos or videos");
    }
    out.line(format!(
        "{} ({})",
        numbered(counted.all.assets, "photo or video", "photos and videos"),
        Bytes(counted.all.bytes)
    ))?;
    print_years(counted, out)?;
    let rows = |rows: Vec<(String, u64)>, title: &str| table(title, &rows, out);
    rows(
        counted
            .types
            .iter()
            .map(|(name, count)| ((*name).to_owned(), count.assets))
            .collect(),
        "types",
    )?;
    let all = cameras(counted);
    let more = all.len().saturating_sub(MOST_CAMERAS);
    let most = all.into_iter().take(MOST_CAMERAS);
    rows(
        most.map(|(name, count)| (shown(name), count.assets))
            .collect(),
        "cameras",
    )?;
    if more > 0 {
        out.line(format!("  and {more} more (--json has them all)"))?;
    }
    rows(
        counted
            .accounts
            .iter()
            .map(|(provider, account, assets)| {
                let account = match account.is_empty() {
                    true => "account not known".to_owned(),
                    false => shown(account),
                };
                (format!("{} · {account}", title_of(provider)), *assets)
            })
            .collect(),
        "services",
    )?;
    rows(counted.kinds.clone(), "kinds")?;
    out.line(format!(
        "{} with a position, {}",
        amount::Count(counted.located),
        numbered(counted.favorites, "favourite", "favourites")
    ))
}

fn print_years(counted: &Statistics, out: &Output) -> Result<(), CliError> {
    let years = counted.years();
    if !years.is_empty() {
        out.line("years")?;
    }
    let most = years.values().map(|count| count.assets).max().unwrap_or(1);
    for (year, count) in &years {
        let bar = (count.assets * WIDEST).div_ceil(most) as usize;
        let number = amount::Count(count.assets).to_string();
        out.line(format!("  {year:04} {number:>9}  {}", "#".repeat(bar)))?;
    }
    if counted.undated > 0 {
        out.line(format!(
            "  {} without a date (`albumen list --undated`)",
            amount::Count(counted.undated)
        ))?;
    }
    let gaps = counted.gaps();
    if gaps.is_empty() {
        return Ok(());
    }
    out.line("months without anything")?;
    let more = gaps.len().saturating_sub(MOST_GAPS);
    for (from, to) in gaps.into_iter().take(MOST_GAPS) {
        out.line(match from == to {
            true => format!("  {}", month_text(from)),
            false => format!("  {} to {}", month_text(from), month_text(to)),
        })?;
    }
    match more {
        0 => Ok(()),
        more => out.line(format!("  and {more} more (--json has them all)")),
    }
}

fn table(title: &str, rows: &[(String, u64)], out: &Output) -> Result<(), CliError> {
    if rows.is_empty() {
        return Ok(());
    }
    out.line(title)?;
    let width = rows.iter().map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or(0);
    for (name, count) in rows {
        let number = amount::Count(*count).to_string();
        out.line(format!("  {name:width$} {number:>9}"))?;
    }
    Ok(())
}

fn numbered(count: u64, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{} {many}", amount::Count(count)),
    }
}
