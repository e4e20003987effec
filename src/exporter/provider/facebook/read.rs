//! Walks a Facebook archive: says what each entry is and reads the record files.

use serde_json::Value;

use crate::bounded_json;
use crate::classify::{Format, is_web_address, stem};
use crate::driver::{Content, Entry, Place, Private, Reading};
use crate::facebook::html::{Expected, Page, PageRead, lacks, read_album, read_page};
use crate::facebook::layout::{self, place_of};
use crate::facebook::messages;
use crate::facebook::part_names::{account_of_part, is_user_name};
use crate::facebook::posts::{Told, read_element};
use crate::facebook::source::Source;
use crate::meta_accounts::{Accounts, Believed, pages};
use crate::meta_elements::{broken, read_elements};
use crate::meta_html::page_author;
use crate::meta_shape::oddity;
use crate::meta_text::repair_value;
use crate::{LARGEST_RECORD_FILE, Node, Tree};
use model::kind::Kind;
use model::outcome::Ignored;
use model::record::{Edition, Record};
use model::shown::shown;

/// Keys under which lists of media or posts stand; a file may have several.
const ROOTS: &[&str] = &[
    "status_updates",
    "videos",
    "other_photos",
    "archived_stories",
];

/// Finds out whose data each piece holds. Pages tell the name that friends see, and no user name: of a piece that nothing else
/// tells of it is better than none, since two people's must never become one.
pub(crate) fn accounts(tree: &dyn Tree, given: Option<&str>) -> Accounts {
    let by_profile_or_name = Accounts::find(
        tree,
        given,
        &|node| user_name(tree, node),
        (account_of_part, Believed::PartName),
    );
    let mut pages = pages(tree, &is_no_page_of_the_owner).into_iter();
    by_profile_or_name.or_pages(tree, &mut pages, &|node| {
        page_author(&tree.read(node.id, LARGEST_RECORD_FILE).ok()?)
    })
}

/// Says whether an entry is of messages, which are other people's words too, or of the system.
fn is_no_page_of_the_owner(node: &Node) -> bool {
    matches!(
        place_of(&node.path),
        layout::Place::Conversation(_) | layout::Place::OtherMessage | layout::Place::System
    )
}

/// Reads the record files of one tree.
pub(crate) struct Reader;

impl Reading for Reader {
    fn place(&mut self, entry: &mut Entry<'_>) -> Place {
        match place_of(entry.path()) {
            layout::Place::System => Place::Aside(Ignored::SystemFile),
            layout::Place::Service => Place::Aside(Ignored::ServiceFile),
            layout::Place::Media => Place::Media,
            layout::Place::MessageMedia => Place::Private(Private::Media),
            layout::Place::Conversation(_) => Place::Private(Private::Record),
            layout::Place::OtherMessage => Place::Private(Private::Other),
            layout::Place::Records(..) | layout::Place::Album(_) | layout::Place::Perhaps(..) => {
                Place::Record
            }
            layout::Place::OtherRecords => Place::Aside(Ignored::NotAboutMedia),
            layout::Place::Unknown => Place::Aside(Ignored::Unknown),
        }
    }

    fn read(&mut self, file: Entry<'_>) -> Result<Content, String> {
        let place = place_of(file.path());
        let mut file = File {
            file,
            tally: Tally::default(),
        };
        match place {
            layout::Place::Records(kind, Format::Json) => file.elements(kind),
            layout::Place::Records(kind, Format::Html) => {
                let expected = expected(file.file.path(), kind);
                file.page(kind, expected)
            }
            layout::Place::Conversation(Format::Json) => file.conversation(),
            layout::Place::Conversation(Format::Html) => file.page(Kind::Message, Expected::Items),
            layout::Place::Album(Format::Json) => file.album(),
            layout::Place::Album(Format::Html) => file.album_page(),
            layout::Place::Perhaps(kind, format) => return file.perhaps(kind, format),
            _ => Ok(()),
        }?;
        Ok(Content::Records)
    }
}

/// Returns the user name in `profile_v2` (`profile` to about 2019).
fn user_name(tree: &dyn Tree, node: &Node) -> Option<String> {
    if !node
        .path
        .ends_with("profile_information/profile_information.json")
    {
        return None;
    }
    let bytes = tree.read(node.id, LARGEST_RECORD_FILE).ok()?;
    let profile: Value = bounded_json::from_slice(&bytes).ok()?;
    let name = ["profile_v2", "profile"]
        .iter()
        .find_map(|root| profile.get(root)?.get("username")?.as_str())?;
    is_user_name(name).then(|| name.to_owned())
}

/// What is told of a file at its end, in one line each, however large it is.
#[derive(Default)]
struct Tally {
    records: usize,
    /// Elements of a list, or the one object in place of it.
    elements: usize,
    /// Elements with none of the known shapes, or with media that have no path.
    odd: usize,
    /// Elements of which something stands where nobody reads, and what that is in the first.
    passed_over: usize,
    first_passed_over: Option<&'static str>,
    albums: usize,
    undated: Vec<String>,
    on_the_web: Vec<String>,
}

struct File<'a> {
    file: Entry<'a>,
    tally: Tally,
}

impl File<'_> {
    fn source(&self, edition: Edition) -> Source<'_> {
        Source {
            path: self.file.path(),
            account: self.file.account,
            edition,
        }
    }

    /// Most files and pages of an archive are about other things.
    fn perhaps(&mut self, kind: Kind, format: Format) -> Result<Content, String> {
        match format {
            Format::Html => self.page(kind, Expected::Anything),
            Format::Json => {
                let mut bytes = self.file.bytes()?;
                // What says `"uri"` nowhere names no medium.
                match contains(&bytes, b"\"uri\"") {
                    true => self.read_elements(kind, &mut bytes),
                    false => Ok(()),
                }
            }
        }?;
        Ok(match self.tally.records {
            0 => Content::Aside(Ignored::NotAboutMedia),
            _ => Content::Records,
        })
    }

    fn elements(&mut self, kind: Kind) -> Result<(), String> {
        let mut bytes = self.file.bytes()?;
        self.read_elements(kind, &mut bytes)?;
        let tally = &self.tally;
        if tally.odd > 0 {
            let lacks = format!(
                "{} of its {} records have no shape that is known",
                tally.odd, tally.elements
            );
            self.file.lacks(lacks);
        } else if tally.records > 0 && tally.undated.len() == tally.records {
            self.file
                .lacks("no record in it has a time of posting".to_owned());
        } else if let Some(what) = tally.first_passed_over {
            let lacks = format!(
                "in {} of its {} records {what}",
                tally.passed_over, tally.elements
            );
            self.file.lacks(lacks);
        }
        Ok(())
    }

    fn album(&mut self) -> Result<(), String> {
        self.elements(Kind::Post)?;
        if self.tally.elements > 0 && self.tally.albums == 0 && self.tally.odd == 0 {
            self.file.lacks("no album in it".to_owned());
        }
        Ok(())
    }

    fn read_elements(&mut self, kind: Kind, bytes: &mut [u8]) -> Result<(), String> {
        let result = read_elements(bytes, is_root, &mut |_, mut element| {
            repair_value(&mut element);
            if let Some(what) = oddity(&element) {
                self.tally.passed_over += 1;
                self.tally.first_passed_over.get_or_insert(what);
            }
            let told = read_element(kind, &element, &self.source(Edition::Json));
            self.tell(told);
        });
        self.finish(result)
    }

    fn conversation(&mut self) -> Result<(), String> {
        let mut bytes = self.file.bytes()?;
        if !contains(&bytes, b"\"messages\"") {
            self.file.lacks("no list of messages".to_owned());
        }
        let result = read_elements(
            &mut bytes,
            |key| key == "messages",
            &mut |_, mut message| {
                repair_value(&mut message);
                let records = messages::records_of(&message, &self.source(Edition::Json));
                records.into_iter().for_each(|record| self.give(record));
            },
        );
        self.finish(result)
    }

    fn page(&mut self, kind: Kind, expected: Expected) -> Result<(), String> {
        let bytes = self.file.bytes()?;
        let mut warnings = Vec::new();
        let page = self.html_page(kind, &bytes);
        let read = read_page(&page, &mut |warning| warnings.push(warning));
        self.finish_page(read, warnings, expected)
    }

    fn album_page(&mut self) -> Result<(), String> {
        let bytes = self.file.bytes()?;
        let mut warnings = Vec::new();
        let page = self.html_page(Kind::Post, &bytes);
        let (album, read) = read_album(&page, &mut |warning| warnings.push(warning));
        self.file.album(album);
        self.finish_page(read, warnings, Expected::Items)
    }

    fn html_page<'p>(&'p self, kind: Kind, html: &'p [u8]) -> Page<'p> {
        Page {
            kind,
            source: self.source(Edition::Html),
            html,
            offset_s: self.file.options.html_offset_s,
        }
    }

    fn finish_page(
        &mut self,
        read: PageRead,
        warnings: Vec<String>,
        expected: Expected,
    ) -> Result<(), String> {
        for warning in warnings {
            self.file.warn(warning);
        }
        if let Some(lacks) = lacks(&read, expected) {
            self.file.lacks(lacks);
        }
        for preview in &read.previews {
            self.file.explained(preview);
        }
        read.records
            .into_iter()
            .for_each(|record| self.give(record));
        self.tell_oddities();
        read.result.map_err(|error| shown(&error.to_string()))
    }

    fn tell(&mut self, told: Told) {
        self.tally.elements += 1;
        self.tally.odd += usize::from(!told.understood || told.pathless);
        self.tally.albums += told.albums.len();
        for preview in &told.previews {
            self.file.explained(preview);
        }
        told.albums
            .into_iter()
            .for_each(|album| self.file.album(album));
        told.records
            .into_iter()
            .for_each(|record| self.give(record));
    }

    fn give(&mut self, record: Record) {
        self.tally.records += 1;
        if record.facts.posted_at.is_none() && record.kind != Kind::Profile {
            self.tally.undated.push(record.uri.clone());
        }
        if is_web_address(&record.uri) {
            self.tally.on_the_web.push(record.uri.clone());
        }
        self.file.record(record);
    }

    fn tell_oddities(&mut self) {
        for (uris, what) in [
            (&self.tally.undated, "have no date of posting"),
            (
                &self.tally.on_the_web,
                "name an address on the web, so their media are not in the archive",
            ),
        ] {
            if let Some(first) = uris.first() {
                let message = format!(
                    "{} records in it {what}, the first is {}",
                    uris.len(),
                    shown(first)
                );
                self.file.warn(message);
            }
        }
    }

    fn finish(&mut self, result: Result<(), serde_json::Error>) -> Result<(), String> {
        self.tell_oddities();
        result.map_err(|error| broken(&error, self.tally.records))
    }
}

/// Posts begin with a sentence about their author; in other lists of media that was not seen for sure.
fn expected(path: &str, kind: Kind) -> Expected {
    match stem(path).starts_with("your_posts") && kind == Kind::Post {
        true => Expected::Posts,
        false => Expected::Items,
    }
}

/// Root keys of lists: the four of the first years, and everything numbered since (`other_photos_v2`).
fn is_root(key: &str) -> bool {
    let name = key
        .rsplit_once("_v")
        .filter(|(_, number)| number.parse::<u8>().is_ok());
    name.is_some() || ROOTS.contains(&key)
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
