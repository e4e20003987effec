//! Notes of imports as they were written before [`super::import_note`]: JSON made by hand. They hold less, and what they do not hold
//! stays open. Nothing writes this form any more. [`ImportNote::read`] stands here, because it reads both forms.

use jiff::civil::Date;
use serde::Deserialize;

use super::import_note::{
    AccountNote, Asked, CameTo, FailedNote, ImportNote, PartNote, ProblemNote, Unreadable,
};
use super::outcome::OutcomeCounts;

/// Options, as they were written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OldAsked {
    paths: Vec<String>,
    provider: Option<String>,
    account: Option<String>,
    #[serde(deserialize_with = "day")]
    since: Option<Date>,
    #[serde(deserialize_with = "day")]
    until: Option<Date>,
    include_messages: bool,
    home_timezone: Option<String>,
}

/// A field that must be there, null or a day.
fn day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    Option::deserialize(deserializer)
}

impl From<OldAsked> for Asked {
    fn from(old: OldAsked) -> Self {
        Self {
            format: 1,
            paths: old.paths,
            provider: old.provider,
            account: old.account,
            parts: None,
            since: old.since,
            until: old.until,
            include_messages: old.include_messages,
            home_timezone: old.home_timezone,
            html_offset_s: None,
        }
    }
}

/// What an import came to, as it was written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OldCameTo {
    part_names: Vec<String>,
    problems: Vec<ProblemNote>,
    failed: Vec<FailedNote>,
    recognized: Vec<(String, Option<String>, u64)>,
    messages_left_aside: u64,
    #[serde(rename = "parts")]
    _parts: u64,
    entries: u64,
    outcomes: OutcomeCounts,
    items: u64,
    missing: u64,
    assets_added: u64,
    assets_changed: u64,
    bytes_read: u64,
    bytes_written: u64,
    interrupted: bool,
}

impl From<OldCameTo> for CameTo {
    fn from(old: OldCameTo) -> Self {
        let accounts = old.recognized.into_iter();
        Self {
            format: 1,
            part_facts: old.part_names.into_iter().map(PartNote::named).collect(),
            problems: old.problems,
            failed: old.failed,
            left_aside: None,
            not_understood: None,
            messages_left_aside: old.messages_left_aside,
            accounts: accounts
                .map(|(provider, account, items)| AccountNote {
                    provider,
                    account,
                    items,
                })
                .collect(),
            interrupted: old.interrupted,
            entries: old.entries,
            outcomes: old.outcomes,
            items: old.items,
            missing: old.missing,
            assets_added: old.assets_added,
            assets_changed: old.assets_changed,
            bytes_read: old.bytes_read,
            bytes_written: old.bytes_written,
        }
    }
}

/// Just the number of the form.
#[derive(Deserialize)]
struct Form {
    format: Option<u32>,
}

impl ImportNote {
    /// Reads a note: `command` as it was written at the beginning, `report` as at the end.
    ///
    /// # Errors
    /// Fails if either cannot be read whole. Nothing is known of that import then.
    pub fn read(command: &str, report: Option<&str>) -> Result<Self, Unreadable> {
        let asked = match is_old(command)? {
            true => serde_json::from_str::<OldAsked>(command)?.into(),
            false => serde_json::from_str(command)?,
        };
        let came_to = match report {
            None => None,
            Some(report) if is_old(report)? => {
                Some(serde_json::from_str::<OldCameTo>(report)?.into())
            }
            Some(report) => Some(serde_json::from_str(report)?),
        };
        Ok(Self { asked, came_to })
    }
}

fn is_old(text: &str) -> Result<bool, serde_json::Error> {
    let form: Form = serde_json::from_str(text)?;
    Ok(form.format.is_none())
}
