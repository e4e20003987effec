//! A provider that forgets, fails and asks late: the driver gives every entry one outcome all the same.

use super::*;
use crate::testing::{Files, UNREADABLE};
use crate::{About, Meaning};
use model::evidence::{Evidence, Links};

struct Odd;

struct OddReading {
    read: Vec<String>,
}

impl Reading for OddReading {
    fn place(&mut self, entry: &mut Entry<'_>) -> Place {
        match entry.path().split('.').next().unwrap_or_default() {
            "index" => Place::Index,
            "medium" => Place::Media,
            "record" | "other" => Place::Record,
            "message" => Place::Private(Private::Record),
            "message_medium" => Place::Private(Private::Media),
            "message_list" => Place::Private(Private::Other),
            _ => Place::Aside(Ignored::Unknown),
        }
    }

    fn read(&mut self, mut file: Entry<'_>) -> Result<Content, String> {
        let bytes = file.bytes_up_to(12)?;
        self.read.push(file.path().to_owned());
        file.warn(format!("{} {:?}", file.path(), file.account));
        match bytes.as_slice() {
            b"other" => Ok(Content::Aside(Ignored::NotAboutMedia)),
            b"new" => {
                file.lacks("no date".to_owned());
                Ok(Content::Records)
            }
            _ => Ok(Content::Records),
        }
    }

    fn finish(&mut self, out: &mut dyn Statements) {
        out.warn(archive::EntryId(0), format!("read {}", self.read.join(" ")));
    }
}

impl Provider for Odd {
    fn about(&self) -> &'static About {
        &About {
            name: "odd",
            title: "Odd",
            reader_version: 1,
            meaning: Meaning::PLAIN,
            how_to_ask: "",
        }
    }
    fn recognize(&self, _: &[&str]) -> Vec<String> {
        Vec::new()
    }
    fn open<'a>(&self, _: &'a dyn Tree) -> Box<dyn Reading + 'a> {
        Box::new(OddReading { read: Vec::new() })
    }
    fn link(&self, _: &Evidence) -> Links {
        Links::default()
    }
}

const FILES: &[(&str, &str)] = &[
    ("index.html", "new"),
    ("medium.jpg", ""),
    ("message.json", ""),
    ("message_list.json", ""),
    ("message_medium.jpg", ""),
    ("other.json", "other"),
    ("record.1.json", ""),
    ("record.2.json", UNREADABLE),
    ("record.3.json", "larger than twelve bytes"),
    ("what.bin", ""),
];

fn roles(include_messages: bool) -> (Vec<EntryRole>, Vec<String>) {
    let options = ReadOptions {
        account: Some("anna".to_owned()),
        include_messages,
        ..ReadOptions::default()
    };
    let heard = Files::in_part("a.zip", FILES).read(&Odd, &options);
    assert_eq!(heard.lacks().len(), 1);
    (heard.roles.into_values().collect(), heard.warnings)
}

#[test]
fn every_entry_has_one_outcome_and_lists_come_last() {
    let (roles, warnings) = roles(false);
    assert_eq!(
        roles,
        [
            EntryRole::Record,
            EntryRole::Media,
            EntryRole::Ignored(Ignored::Messages),
            EntryRole::Ignored(Ignored::Messages),
            EntryRole::Ignored(Ignored::Messages),
            EntryRole::Ignored(Ignored::NotAboutMedia),
            EntryRole::Record,
            EntryRole::Failed("checksum differs".to_owned()),
            EntryRole::Failed("too large".to_owned()),
            EntryRole::Ignored(Ignored::Unknown),
        ]
    );
    assert_eq!(
        warnings,
        [
            r#"other.json Some("anna")"#,
            r#"record.1.json Some("anna")"#,
            r#"index.html Some("anna")"#,
            "read other.json record.1.json index.html",
        ]
    );
}

#[test]
fn messages_are_read_for_who_asks() {
    let (roles, warnings) = roles(true);
    assert_eq!(
        roles[2..5],
        [
            EntryRole::Record,
            EntryRole::Ignored(Ignored::NotAboutMedia),
            EntryRole::Media,
        ]
    );
    assert!(
        warnings
            .last()
            .is_some_and(|read| read.contains("message.json"))
    );
}
