//! Walks an Instagram archive: says what each entry is and reads the record files.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::bounded_json;
use crate::classify::Format;
use crate::instagram::elements::read_elements;
use crate::instagram::html::{HtmlPage, read_page};
use crate::instagram::labels::{self, LabelCensus};
use crate::instagram::layout::{Conversations, Place, account_of_part, place_of};
use crate::instagram::posts::{self, Source};
use crate::instagram::understood::{Understood, is_empty};
use crate::instagram::{insights, messages, old_media, profile, profile_page};
use crate::meta_accounts::{Accounts, Believed, pages};
use crate::meta_elements::broken;
use crate::meta_html::page_author;
use crate::meta_text::repair_value;
use crate::{EntryRole, ItemSink, LARGEST_RECORD_FILE, Node, ReadOptions, Tree};
use archive::EntryId;
use model::kind::Kind;
use model::not_understood::NotUnderstood;
use model::outcome::Ignored;
use model::record::Record;
use model::shown::shown;

/// Posts that must share a video date before it is taken for that of a template clip. A carousel counts once.
const TEMPLATE_POSTS: usize = 3;

/// Finds out whose data each piece holds.
pub(crate) fn accounts(tree: &dyn Tree, given: Option<&str>) -> Accounts {
    let conversations = Conversations::find(tree.nodes());
    let is_no_page_of_the_owner = |node: &Node| {
        matches!(
            conversations.place_of(&node.path),
            Place::Conversation(_) | Place::OtherMessage | Place::System
        )
    };
    let mut pages = pages(tree, &is_no_page_of_the_owner).into_iter();
    let by_profile_or_name = Accounts::find(
        tree,
        given,
        &|node| user_name(tree, node),
        (account_of_part, Believed::Profile),
    );
    by_profile_or_name.or_pages(tree, &mut pages, &|node| {
        page_author(&tree.read(node.id, LARGEST_RECORD_FILE).ok()?)
    })
}

/// Reads all record files of the tree and says what each entry is.
pub(crate) fn read(tree: &dyn Tree, options: &ReadOptions, sink: &mut dyn ItemSink) {
    let accounts = accounts(tree, options.account.as_deref());
    let conversations = Conversations::find(tree.nodes());
    for node in tree.nodes() {
        let account = accounts.of(tree, node.id);
        let mut file = File {
            tree,
            node,
            account: account.as_deref(),
            sink,
            undated: 0,
            first_undated: None,
        };
        let role = file.role(conversations.place_of(&node.path), options);
        sink.entry(node.id, role);
    }
}

/// Returns the user name, where the entry is a profile.
fn user_name(tree: &dyn Tree, node: &Node) -> Option<String> {
    match place_of(&node.path) {
        Place::Profile(Format::Json) => profile::user_name(&read_profile(tree, node).ok()?),
        Place::Profile(Format::Html) => {
            profile_page::user_name(&tree.read(node.id, LARGEST_RECORD_FILE).ok()?)
        }
        _ => None,
    }
}

fn read_profile(tree: &dyn Tree, node: &Node) -> Result<Value, String> {
    let bytes = tree.read(node.id, LARGEST_RECORD_FILE)?;
    let mut profile = bounded_json::from_slice(&bytes).map_err(|error| broken(&error, 0))?;
    repair_value(&mut profile);
    Ok(profile)
}

struct File<'a> {
    tree: &'a dyn Tree,
    node: &'a Node,
    account: Option<&'a str>,
    sink: &'a mut dyn ItemSink,
    /// Records that should have a date of posting and have none.
    undated: u64,
    /// Path of the medium of the first of them.
    first_undated: Option<String>,
}

impl File<'_> {
    fn role(&mut self, place: Place, options: &ReadOptions) -> EntryRole {
        let messages = options.include_messages;
        match place {
            Place::System => EntryRole::Ignored(Ignored::SystemFile),
            Place::Service => EntryRole::Ignored(Ignored::ServiceFile),
            Place::Media => EntryRole::Media,
            Place::MessageMedia if messages => EntryRole::Media,
            Place::Conversation(Format::Json) if messages => self.outcome(Self::conversation),
            Place::MessageMedia | Place::Conversation(_) | Place::OtherMessage if !messages => {
                EntryRole::Ignored(Ignored::Messages)
            }
            Place::Records(kind, Format::Json) => self.outcome(|file| file.posts(kind)),
            Place::Records(kind, Format::Html) => {
                self.outcome(|file| file.page(kind, options.html_offset_s))
            }
            // Not asked for was answered above.
            Place::Conversation(Format::Html) => {
                self.outcome(|file| file.page(Kind::Message, options.html_offset_s))
            }
            Place::OldMedia => self.outcome(|file| file.old_media(messages)),
            Place::Profile(Format::Json) => self.outcome(Self::profile),
            Place::Profile(Format::Html) => self.outcome(Self::profile_page),
            Place::Insights(format) => self.insights(format),
            Place::OtherRecords | Place::OtherMessage => EntryRole::Ignored(Ignored::NotAboutMedia),
            Place::Unknown | Place::MessageMedia | Place::Conversation(Format::Json) => {
                EntryRole::Ignored(Ignored::Unknown)
            }
        }
    }

    fn outcome(&mut self, read: impl FnOnce(&mut Self) -> Result<(), String>) -> EntryRole {
        match read(self) {
            Ok(()) => EntryRole::Record,
            Err(why) => EntryRole::Failed(why),
        }
    }

    fn id(&self) -> EntryId {
        self.node.id
    }

    fn source(&self) -> Source<'_> {
        Source {
            path: &self.node.path,
            account: self.account,
        }
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        self.tree.read(self.id(), LARGEST_RECORD_FILE)
    }

    fn give(&mut self, records: Vec<Record>) -> usize {
        let count = records.len();
        records.into_iter().for_each(|record| self.give_one(record));
        count
    }

    fn give_one(&mut self, record: Record) {
        let never_dated = matches!(record.kind, Kind::Profile | Kind::Draft);
        if record.facts.posted_at.is_none() && !never_dated {
            self.undated += 1;
            self.first_undated.get_or_insert_with(|| record.uri.clone());
        }
        self.sink.record(record);
    }

    /// Ends the reading of a file: tells what was not understood in it, in one line each, however large the file is.
    fn finish(
        &mut self,
        understood: &Understood,
        records: usize,
        result: Result<(), serde_json::Error>,
    ) -> Result<(), String> {
        if let Some(lacks) = understood.lacks() {
            self.unknown_structure(lacks);
        }
        if let Some(first) = &self.first_undated {
            let message = format!(
                "{} records in it have no date of posting, the first is {}",
                self.undated,
                shown(first)
            );
            self.sink.warn(self.node.id, message);
        }
        result.map_err(|error| broken(&error, records))
    }

    fn posts(&mut self, kind: Kind) -> Result<(), String> {
        let mut bytes = self.bytes()?;
        let survey = Survey::of(kind, &mut bytes);
        let is_template = |date: &str| survey.is_template(date);
        let (node, account) = (self.node, self.account);
        let source = Source {
            path: &node.path,
            account,
        };
        let mut records = 0;
        let mut understood = Understood::new("title");
        let result = read_elements(&mut bytes, is_root, &mut |_, mut element| {
            if understood.is_nothing(&element) {
                return;
            }
            repair_value(&mut element);
            let met = understood.survey(&element);
            let Some(posts) = posts::posts_of(kind, element, &survey.census) else {
                understood.add(met, None::<std::iter::Empty<&Record>>);
                return;
            };
            let mut adding = understood.adding(met);
            for post in posts {
                posts::give_records_of(post, &source, &is_template, &mut |record| {
                    adding.record(&record);
                    self.give_one(record);
                    records += 1;
                });
            }
            adding.finish();
        });
        self.finish(&understood, records, result)
    }

    fn unknown_structure(&mut self, lacks: String) {
        let why = NotUnderstood::UnknownStructure { lacks };
        self.sink.not_understood(self.node.id, why);
    }

    fn old_media(&mut self, messages: bool) -> Result<(), String> {
        let mut bytes = self.bytes()?;
        let mut records = Vec::new();
        let mut understood = Understood::new("caption");
        let result = read_elements(&mut bytes, |_| true, &mut |key, row| {
            if understood.is_nothing(&row) {
                return;
            }
            let kind = old_media::kind_of_rows(key);
            let met = understood.survey(&row);
            let read = old_media::record_of(kind, &row, &self.source());
            understood.add(met, read.as_ref().map(std::iter::once));
            records.extend(read);
        });
        records.retain(|record| messages || record.kind != Kind::Message);
        old_media::group_posts(&mut records);
        let count = self.give(records);
        self.finish(&understood, count, result)
    }

    fn conversation(&mut self) -> Result<(), String> {
        let mut bytes = self.bytes()?;
        let mut records = 0;
        // Messages have no captions.
        let mut understood = Understood::new("");
        let result = read_elements(
            &mut bytes,
            |key| key == "messages",
            &mut |_, mut message| {
                repair_value(&mut message);
                let met = understood.survey(&message).without_texts();
                let read = messages::records_of(&message, &self.source());
                understood.add(met, Some(read.iter()));
                records += self.give(read);
            },
        );
        self.finish(&understood, records, result)
    }

    fn page(&mut self, kind: Kind, offset_s: Option<i32>) -> Result<(), String> {
        let bytes = self.bytes()?;
        let page = HtmlPage {
            kind,
            source: &self.node.path,
            account: self.account,
            html: &bytes,
            offset_s,
        };
        let mut records = Vec::new();
        let mut warnings = Vec::new();
        let result = read_page(&page, &mut |record| records.push(record), &mut |message| {
            warnings.push(message)
        });
        for message in warnings {
            self.sink.warn(self.node.id, message);
        }
        for record in records {
            self.sink.record(record);
        }
        if let Some(lacks) = result.map_err(|error| shown(&error.to_string()))? {
            self.unknown_structure(lacks);
        }
        Ok(())
    }

    fn profile_page(&mut self) -> Result<(), String> {
        let bytes = self.bytes()?;
        let records = profile_page::records_of(&bytes, &self.source())?;
        self.give(records);
        Ok(())
    }

    /// Reads what the service counted. A file that counts nothing about media is a record file about other things.
    fn insights(&mut self, format: Format) -> EntryRole {
        let mut records = Vec::new();
        let read = self.bytes().and_then(|mut bytes| match format {
            Format::Json => read_elements(&mut bytes, |_| true, &mut |_, mut element| {
                repair_value(&mut element);
                records.extend(insights::records_of(&element, &self.source()));
            })
            .map_err(|error| broken(&error, 0)),
            Format::Html => {
                let source = self.source();
                insights::read_page(&bytes, &source, &mut |record| records.push(record))
                    .map_err(|error| shown(&error.to_string()))
            }
        });
        let any = !records.is_empty();
        for record in records {
            self.sink.record(record);
        }
        match read {
            Ok(()) if any => EntryRole::Record,
            Ok(()) => EntryRole::Ignored(Ignored::NotAboutMedia),
            Err(why) => EntryRole::Failed(why),
        }
    }

    fn profile(&mut self) -> Result<(), String> {
        let profile = read_profile(self.tree, self.node)?;
        let records = profile::records_of(&profile, &self.source());
        self.give(records);
        Ok(())
    }
}

/// Root keys of the lists Instagram writes: `ig_stories`, `ig_reels_media`, …; Threads: `text_post_app_text_posts`.
fn is_root(key: &str) -> bool {
    key.starts_with("ig_") || key.starts_with("text_post_app_")
}

/// What must be known of a whole record file before its first record: which dates and labels repeat.
struct Survey {
    posts_by_date: HashMap<String, usize>,
    census: LabelCensus,
}

impl Survey {
    /// Goes through the file once more than reading does, so that no more than one post is ever in memory.
    fn of(kind: Kind, bytes: &mut [u8]) -> Self {
        let mut survey = Self {
            posts_by_date: HashMap::new(),
            census: LabelCensus::default(),
        };
        let none = LabelCensus::default();
        // A syntax error is reported by the reading that follows.
        _ = read_elements(bytes, is_root, &mut |_, mut element| {
            if is_empty(&element) {
                return;
            }
            if labels::is_labelled(&element) {
                repair_value(&mut element);
                survey.census.count(&labels::read_post(&element));
            }
            for post in posts::posts_of(kind, element, &none).unwrap_or_default() {
                let dates: BTreeSet<String> = post.video_dates().collect();
                for date in dates {
                    *survey.posts_by_date.entry(date).or_default() += 1;
                }
            }
        });
        survey
    }

    fn is_template(&self, date: &str) -> bool {
        self.posts_by_date
            .get(date)
            .is_some_and(|posts| *posts >= TEMPLATE_POSTS)
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
