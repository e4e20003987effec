//! Notes of imports: what is written is what is read, and nothing can be spared.

use super::*;
use serde_json::{Value, json};

/// What an import of before these types wrote, letter by letter.
const OLD_COMMAND: &str = r#"{"paths":["/home/anna/instagram-anna-2024-05-01-Ab3dEf9h.zip"],"provider":null,"account":"anna","since":"2020-01-01","until":null,"include_messages":false,"home_timezone":"Europe/Berlin"}"#;
const OLD_REPORT: &str = r#"{"part_names":["instagram-anna-2024-05-01-Ab3dEf9h.zip"],"problems":[{"part":"a.zip","problem":"the file is empty"}],"failed":[{"part":"a.zip","entry":"media/x.jpg","reason":"checksum differs"}],"recognized":[["instagram","anna",41],["facebook",null,2]],"messages_left_aside":7,"parts":1,"entries":60,"outcomes":{"imported":40,"duplicate":1,"record":9,"ignored":9,"failed":1},"items":43,"missing":2,"assets_added":40,"assets_changed":0,"bytes_read":1000,"bytes_written":900,"interrupted":false}"#;

fn asked() -> Asked {
    Asked {
        format: FORMAT,
        paths: vec!["/a.zip".into()],
        since: Some("2020-01-01".parse().unwrap()),
        ..Asked::default()
    }
}

fn came_to() -> CameTo {
    CameTo {
        format: FORMAT,
        part_facts: vec![PartNote::named("a.zip")],
        left_aside: Some(vec![AsideNote {
            why: Ignored::Unknown,
            count: 1,
            names: vec![EntryNote {
                part: "a.zip".into(),
                entry: "x.bin".into(),
            }],
        }]),
        not_understood: Some(vec![NotUnderstoodNote {
            provider: "instagram".into(),
            part: "a.zip".into(),
            entry: "moments.json".into(),
            what: NotUnderstood::NamesMedia {
                examples: vec!["media/posts/202401/1.jpg".into()],
            },
        }]),
        ..CameTo::default()
    }
}

#[test]
fn a_note_comes_back_as_it_was_written() {
    let command = serde_json::to_string(&asked()).unwrap();
    let report = serde_json::to_string(&came_to()).unwrap();
    let note = ImportNote::read(&command, Some(&report)).unwrap();
    assert_eq!(note.asked, asked());
    assert_eq!(note.came_to, Some(came_to()));
    assert_eq!(ImportNote::read(&command, None).unwrap().came_to, None);
}

#[test]
fn a_note_of_an_older_albumen_is_read_and_leaves_open_what_it_did_not_hold() {
    let note = ImportNote::read(OLD_COMMAND, Some(OLD_REPORT)).unwrap();
    assert!(note.asked.is_filtered());
    assert_eq!(note.asked.account.as_deref(), Some("anna"));
    let came_to = note.came_to.unwrap();
    assert_eq!(came_to.part_names().collect::<Vec<_>>().len(), 1);
    assert_eq!(came_to.accounts[0].items, 41);
    assert_eq!(came_to.accounts[1].account, None);
    assert_eq!(came_to.failed[0].entry, "media/x.jpg");
    assert_eq!(came_to.messages_left_aside, 7);
    assert_eq!(came_to.left_aside, None, "nobody noted it");
    assert_eq!(came_to.not_understood, None, "nobody noted it");
    assert_eq!(came_to.part_facts[0].size_bytes, None);
}

/// Takes away each field in turn, and adds one: none of these is a note.
fn none_can_be_spared(text: &str, read: impl Fn(&str) -> bool) {
    assert!(read(text));
    let whole: Value = serde_json::from_str(text).unwrap();
    for field in whole.as_object().unwrap().keys().filter(|f| *f != "format") {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().shift_remove(field);
        assert!(!read(&less.to_string()), "{field} can be spared");
    }
    let mut more = whole;
    more["only_videos"] = json!(true);
    assert!(
        !read(&more.to_string()),
        "a filter nobody knows is passed over"
    );
}

#[test]
fn a_filtered_import_can_never_be_read_as_unfiltered() {
    let asks = |text: &str| ImportNote::read(text, None).is_ok();
    none_can_be_spared(&serde_json::to_string(&asked()).unwrap(), asks);
    let command = serde_json::to_string(&asked()).unwrap();
    let tells = |text: &str| ImportNote::read(&command, Some(text)).is_ok();
    none_can_be_spared(&serde_json::to_string(&came_to()).unwrap(), tells);
    none_can_be_spared(OLD_REPORT, tells);
    for broken in ["", "{}", "null", "[]", r#"{"since":"yesterday"}"#] {
        assert!(!asks(broken), "{broken}");
    }
    let odd = OLD_COMMAND.replace("2020-01-01", "the year before last");
    assert!(!asks(&odd), "a date that cannot be read is no missing date");
    let without = OLD_COMMAND.replace(r#""since":"2020-01-01","#, "");
    assert!(
        !asks(&without),
        "a filter that is not there is not no filter"
    );
    let part = r#""part_facts":[{"name":"a.zip","#;
    let report = serde_json::to_string(&came_to()).unwrap();
    assert!(report.contains(part));
    assert!(!tells(&report.replace(part, r#""part_facts":[{"#)));
}
