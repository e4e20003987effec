//! Walks an Instagram archive: says what each entry is and reads the record files.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::bounded_json;
use crate::classify::Format;
use crate::driver::{Content, Entry, Place, Private, Reading};
use crate::instagram::elements::read_elements;
use crate::instagram::html::{HtmlPage, read_page};
use crate::instagram::labels::{self, LabelCensus};
use crate::instagram::layout::{self, Conversations, account_of_part, place_of};
use crate::instagram::posts::{self, Source};
use crate::instagram::understood::{Understood, is_empty};
use crate::instagram::{insights, messages, old_media, profile, profile_page};
use crate::meta_accounts::{Accounts, Believed, pages};
use crate::meta_elements::broken;
use crate::meta_html::page_author;
use crate::meta_text::repair_value;
use crate::{LARGEST_RECORD_FILE, Node, Tree};
use model::kind::Kind;
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
            layout::Place::Conversation(_) | layout::Place::OtherMessage | layout::Place::System
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

/// Reads the record files of one tree.
pub(crate) struct Reader {
    conversations: Conversations,
}

impl Reader {
    pub(crate) fn new(tree: &dyn Tree) -> Self {
        Self {
            conversations: Conversations::find(tree.nodes()),
        }
    }
}

impl Reading for Reader {
    fn place(&mut self, entry: &mut Entry<'_>) -> Place {
        match self.conversations.place_of(entry.path()) {
            layout::Place::System => Place::Aside(Ignored::SystemFile),
            layout::Place::Service => Place::Aside(Ignored::ServiceFile),
            layout::Place::Media => Place::Media,
            layout::Place::MessageMedia => Place::Private(Private::Media),
            layout::Place::Conversation(_) => Place::Private(Private::Record),
            layout::Place::OtherMessage => Place::Private(Private::Other),
            layout::Place::Records(..)
            | layout::Place::OldMedia
            | layout::Place::Profile(_)
            | layout::Place::Insights(_) => Place::Record,
            layout::Place::OtherRecords => Place::Aside(Ignored::NotAboutMedia),
            layout::Place::Unknown => Place::Aside(Ignored::Unknown),
        }
    }

    fn read(&mut self, file: Entry<'_>) -> Result<Content, String> {
        let place = self.conversations.place_of(file.path());
        let mut file = File {
            file,
            undated: 0,
            first_undated: None,
        };
        match place {
            layout::Place::Records(kind, Format::Json) => file.posts(kind),
            layout::Place::Records(kind, Format::Html) => file.page(kind),
            layout::Place::Conversation(Format::Json) => file.conversation(),
            layout::Place::Conversation(Format::Html) => file.page(Kind::Message),
            layout::Place::OldMedia => file.old_media(),
            layout::Place::Profile(Format::Json) => file.profile(),
            layout::Place::Profile(Format::Html) => file.profile_page(),
            layout::Place::Insights(format) => return file.insights(format),
            _ => Ok(()),
        }?;
        Ok(Content::Records)
    }
}

/// Returns the user name, where the entry is a profile.
fn user_name(tree: &dyn Tree, node: &Node) -> Option<String> {
    match place_of(&node.path) {
        layout::Place::Profile(Format::Json) => {
            let bytes = tree.read(node.id, LARGEST_RECORD_FILE).ok()?;
            profile::user_name(&read_profile(&bytes).ok()?)
        }
        layout::Place::Profile(Format::Html) => {
            profile_page::user_name(&tree.read(node.id, LARGEST_RECORD_FILE).ok()?)
        }
        _ => None,
    }
}

fn read_profile(bytes: &[u8]) -> Result<Value, String> {
    let mut profile = bounded_json::from_slice(bytes).map_err(|error| broken(&error, 0))?;
    repair_value(&mut profile);
    Ok(profile)
}

struct File<'a> {
    file: Entry<'a>,
    /// Records that should have a date of posting and have none.
    undated: u64,
    /// Path of the medium of the first of them.
    first_undated: Option<String>,
}

impl File<'_> {
    fn source(&self) -> Source<'_> {
        Source {
            path: self.file.path(),
            account: self.file.account,
        }
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
        self.file.record(record);
    }

    /// Ends the reading of a file: tells what was not understood in it, in one line each, however large the file is.
    fn finish(
        &mut self,
        understood: &Understood,
        records: usize,
        result: Result<(), serde_json::Error>,
    ) -> Result<(), String> {
        if let Some(lacks) = understood.lacks() {
            self.file.lacks(lacks);
        }
        if let Some(first) = &self.first_undated {
            let message = format!(
                "{} records in it have no date of posting, the first is {}",
                self.undated,
                shown(first)
            );
            self.file.warn(message);
        }
        result.map_err(|error| broken(&error, records))
    }

    fn posts(&mut self, kind: Kind) -> Result<(), String> {
        let mut bytes = self.file.bytes()?;
        let survey = Survey::of(kind, &mut bytes);
        let is_template = |date: &str| survey.is_template(date);
        let source = Source {
            path: self.file.path(),
            account: self.file.account,
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

    fn old_media(&mut self) -> Result<(), String> {
        let messages = self.file.options.include_messages;
        let mut bytes = self.file.bytes()?;
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
        let mut bytes = self.file.bytes()?;
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

    fn page(&mut self, kind: Kind) -> Result<(), String> {
        let bytes = self.file.bytes()?;
        let page = HtmlPage {
            kind,
            source: self.file.path(),
            account: self.file.account,
            html: &bytes,
            offset_s: self.file.options.html_offset_s,
        };
        let mut records = Vec::new();
        let mut warnings = Vec::new();
        let result = read_page(&page, &mut |record| records.push(record), &mut |message| {
            warnings.push(message)
        });
        for message in warnings {
            self.file.warn(message);
        }
        for record in records {
            self.file.record(record);
        }
        if let Some(lacks) = result.map_err(|error| shown(&error.to_string()))? {
            self.file.lacks(lacks);
        }
        Ok(())
    }

    fn profile_page(&mut self) -> Result<(), String> {
        let bytes = self.file.bytes()?;
        let records = profile_page::records_of(&bytes, &self.source())?;
        self.give(records);
        Ok(())
    }

    /// Reads what the service counted. A file that counts nothing about media is a record file about other things.
    fn insights(&mut self, format: Format) -> Result<Content, String> {
        let mut records = Vec::new();
        let read = self.file.bytes().and_then(|mut bytes| match format {
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
            self.file.record(record);
        }
        read.map(|()| match any {
            true => Content::Records,
            false => Content::Aside(Ignored::NotAboutMedia),
        })
    }

    fn profile(&mut self) -> Result<(), String> {
        let profile = read_profile(&self.file.bytes()?)?;
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
