//! Walks a Snapchat archive: says what each entry is and reads the record files.

use serde_json::Value;

use crate::bounded_json;
use crate::classify::Format;
use crate::meta_accounts::{Accounts, Believed};
use crate::meta_elements::broken;
use crate::{EntryRole, ItemSink, LARGEST_RECORD_FILE, Node, ReadOptions, Tree};
use model::not_understood::NotUnderstood;
use model::outcome::Ignored;
use model::shown::shown;

use super::html;
use super::layout::{Place, place_of};
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

/// Reads all record files of the tree and says what each entry is.
pub(crate) fn read(tree: &dyn Tree, options: &ReadOptions, sink: &mut dyn ItemSink) {
    let accounts = accounts(tree, options.account.as_deref());
    let has_media = tree
        .nodes()
        .iter()
        .any(|node| place_of(&node.path) == Place::Memory);
    for node in tree.nodes() {
        let account = accounts.of(tree, node.id);
        let mut file = File {
            tree,
            node,
            account: account.as_deref(),
            messages: options.include_messages,
            has_media,
            sink,
        };
        let role = file.role();
        sink.entry(node.id, role);
    }
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

struct File<'a> {
    tree: &'a dyn Tree,
    node: &'a Node,
    account: Option<&'a str>,
    messages: bool,
    /// Some part of this call holds memories.
    has_media: bool,
    sink: &'a mut dyn ItemSink,
}

impl File<'_> {
    fn role(&mut self) -> EntryRole {
        match place_of(&self.node.path) {
            Place::System => EntryRole::Ignored(Ignored::SystemFile),
            Place::Service => EntryRole::Ignored(Ignored::ServiceFile),
            Place::History(format) => self.outcome(|file| file.history(format)),
            Place::Memory => self.memory(),
            Place::Media => EntryRole::Media,
            Place::ChatMedia if self.messages => EntryRole::Media,
            Place::Chats(Format::Json) if self.messages => self.outcome(Self::chats),
            Place::ChatMedia | Place::Chats(_) | Place::OtherMessage if !self.messages => {
                EntryRole::Ignored(Ignored::Messages)
            }
            Place::OtherRecords | Place::OtherMessage | Place::Chats(_) => {
                EntryRole::Ignored(Ignored::NotAboutMedia)
            }
            Place::Unknown | Place::ChatMedia => EntryRole::Ignored(Ignored::Unknown),
        }
    }

    fn outcome(&mut self, read: impl FnOnce(&mut Self) -> Result<(), String>) -> EntryRole {
        match read(self) {
            Ok(()) => EntryRole::Record,
            Err(why) => EntryRole::Failed(why),
        }
    }

    fn memory(&mut self) -> EntryRole {
        if !is_of_a_memory(&self.node.path) {
            let why = NotUnderstood::UnknownName;
            self.sink.not_understood(self.node.id, why);
        }
        let modified = self.tree.modified(self.node.id);
        if let Some(record) = files::record(&self.node.path, modified, self.account) {
            self.sink.listed(record);
        }
        EntryRole::Media
    }

    fn history(&mut self, format: Format) -> Result<(), String> {
        let mut bytes = self.tree.read(self.node.id, LARGEST_RECORD_FILE)?;
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
        self.tell_oddities(&rows, odd);
        if let Some(key) = rows.iter().find_map(|row| row.unknown_key.as_ref()) {
            let lacks = format!("its key {:?} is none that albumen reads", shown(key));
            let why = NotUnderstood::UnknownStructure { lacks };
            self.sink.not_understood(self.node.id, why);
        }
        for record in history::records(&rows, &self.node.path, self.account) {
            self.sink.record(record);
        }
        result
    }

    fn tell_oddities(&mut self, rows: &[Row], odd: usize) {
        let undated = rows.iter().filter(|row| row.taken().is_none()).count();
        let links = rows.iter().filter(|row| !row.addresses.is_empty()).count();
        let mut warn = |count: usize, what: &str| {
            if count > 0 {
                self.sink.warn(self.node.id, format!("{count} {what}"));
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

    fn chats(&mut self) -> Result<(), String> {
        let mut bytes = self.tree.read(self.node.id, LARGEST_RECORD_FILE)?;
        let mut count = 0;
        let result = chats::read(&mut bytes, &self.node.path, self.account, &mut |record| {
            count += 1;
            self.sink.record(record);
        });
        result.map_err(|error| broken(&error, count))
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
