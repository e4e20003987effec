//! Walks a Snapchat archive: says what each entry is and reads the record files.

use serde_json::Value;

use crate::bounded_json;
use crate::classify::Format;
use crate::driver::{Content, Entry, Place, Private, Reading};
use crate::meta_accounts::{Accounts, Believed};
use crate::meta_elements::broken;
use crate::{LARGEST_RECORD_FILE, Node, Tree};
use model::not_understood::NotUnderstood;
use model::outcome::Ignored;
use model::shown::shown;

use super::html;
use super::layout::{self, place_of};
use super::names::is_of_a_memory;
use super::rows::{Row, read_json};
use super::{chats, files, history};

/// Finds out whose data each piece holds.
pub(crate) fn accounts(tree: &dyn Tree, given: Option<&str>) -> Accounts {
    Accounts::find(
        tree,
        given,
        &|node| user_name(tree, node),
        (|_| None, Believed::Profile),
    )
}

/// Returns the user name in `json/account.json`.
fn user_name(tree: &dyn Tree, node: &Node) -> Option<String> {
    if &*node.path != "json/account.json" {
        return None;
    }
    let bytes = tree.read(node.id, LARGEST_RECORD_FILE).ok()?;
    let account: Value = bounded_json::from_slice(&bytes).ok()?;
    let name = account
        .get("Basic Information")?
        .get("Username")?
        .as_str()?;
    let is_name = (1..=50).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    is_name.then(|| name.to_owned())
}

/// Reads the record files of one tree.
pub(crate) struct Reader {
    /// Some part of this call holds memories.
    has_media: bool,
}

impl Reader {
    pub(crate) fn new(tree: &dyn Tree) -> Self {
        let is_memory = |node: &Node| place_of(&node.path) == layout::Place::Memory;
        Self {
            has_media: tree.nodes().iter().any(is_memory),
        }
    }
}

impl Reading for Reader {
    fn place(&mut self, entry: &mut Entry<'_>) -> Place {
        match place_of(entry.path()) {
            layout::Place::System => Place::Aside(Ignored::SystemFile),
            layout::Place::Service => Place::Aside(Ignored::ServiceFile),
            layout::Place::History(_) => Place::Record,
            layout::Place::Memory => {
                state_memory(entry);
                Place::Media
            }
            layout::Place::Media => Place::Media,
            layout::Place::ChatMedia => Place::Private(Private::Media),
            layout::Place::Chats(Format::Json) => Place::Private(Private::Record),
            layout::Place::Chats(Format::Html) | layout::Place::OtherMessage => {
                Place::Private(Private::Other)
            }
            layout::Place::OtherRecords => Place::Aside(Ignored::NotAboutMedia),
            layout::Place::Unknown => Place::Aside(Ignored::Unknown),
        }
    }

    fn read(&mut self, mut file: Entry<'_>) -> Result<Content, String> {
        match place_of(file.path()) {
            layout::Place::History(format) => self.history(&mut file, format),
            _ => chats(&mut file),
        }?;
        Ok(Content::Records)
    }
}

fn state_memory(entry: &mut Entry<'_>) {
    if !is_of_a_memory(entry.path()) {
        entry.not_understood(NotUnderstood::UnknownName);
    }
    if let Some(record) = files::record(entry.path(), entry.modified(), entry.account) {
        entry.listed(record);
    }
}

fn chats(file: &mut Entry<'_>) -> Result<(), String> {
    let mut bytes = file.bytes()?;
    let mut count = 0;
    let result = chats::read(&mut bytes, file.path(), file.account, &mut |record| {
        count += 1;
        file.record(record);
    });
    result.map_err(|error| broken(&error, count))
}

impl Reader {
    fn history(&self, file: &mut Entry<'_>, format: Format) -> Result<(), String> {
        let mut bytes = file.bytes()?;
        let (mut rows, mut odd) = (Vec::new(), 0);
        let result = match format {
            Format::Json => {
                let read = read_json(&mut bytes, &mut |row| match row {
                    Some(row) => rows.push(row),
                    None => odd += 1,
                });
                read.map_err(|error| broken(&error, rows.len()))
            }
            Format::Html => html::rows(&bytes).map(|read| rows = read),
        };
        self.tell_oddities(file, &rows, odd);
        if let Some(key) = rows.iter().find_map(|row| row.unknown_key.as_ref()) {
            file.lacks(format!(
                "its key {:?} is none that albumen reads",
                shown(key)
            ));
        }
        for record in history::records(&rows, file.path(), file.account) {
            file.record(record);
        }
        result
    }

    fn tell_oddities(&self, file: &mut Entry<'_>, rows: &[Row], odd: usize) {
        let undated = rows.iter().filter(|row| row.taken().is_none()).count();
        let links = rows.iter().filter(|row| !row.addresses.is_empty()).count();
        let mut warn = |count: usize, what: &str| {
            if count > 0 {
                file.warn(format!("{count} {what}"));
            }
        };
        warn(odd, "rows in it are of a kind that is not known");
        warn(undated, "rows in it have no date that can be read");
        if !self.has_media {
            warn(
                links,
                "memories in it are links only; if no other part holds them, fetch them with `albumen fetch --memories` \
                 before the links run out (about seven days), and import the folder, too",
            );
        }
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
