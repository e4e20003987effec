//! Tests of reading whole trees: every entry has one fate, records carry what files and folders tell.

use crate::google_photos::GooglePhotos;
use crate::testing::{Files, Heard, UNREADABLE};
use crate::{EntryRole, ReadOptions};

use super::*;

const PART: &str = "takeout-20240101T000000Z-001.zip";

fn in_memory(files: &[(&str, &str)]) -> Files {
    Files::in_part(PART, files)
}

fn read_all(tree: &Files) -> Heard {
    let options = ReadOptions {
        account: Some("anna".to_owned()),
        ..ReadOptions::default()
    };
    let mut heard = tree.read(&GooglePhotos, &options);
    let lacks = heard.lacks();
    heard.warnings.extend(lacks);
    heard.records.append(&mut heard.listed);
    heard
}

/// Path and fate of every entry.
fn fates(tree: &Files) -> Vec<(&str, String)> {
    let sink = read_all(tree);
    let fate = |role: &EntryRole| match role {
        EntryRole::Media => "media".to_owned(),
        EntryRole::Record => "record".to_owned(),
        EntryRole::Ignored(why) => format!("{why:?}"),
        EntryRole::Failed(why) => why.clone(),
    };
    tree.nodes
        .iter()
        .map(|node| (&*node.path, fate(&sink.roles[&node.id.0])))
        .collect()
}

const ITEM: &str = r#"{"title":"a.jpg","photoTakenTime":{"timestamp":"1000"}}"#;
const ALBUM: &str = r#"{"title":"Rome / spring","description":"Days"}"#;

#[test]
fn every_entry_has_its_fate() {
    let tree = in_memory(&[
        ("archive_browser.html", "<html>"),
        ("Google Photos/print-subscriptions.json", "{}"),
        ("Google Photos/metadata.json", r#"{"title":null}"#),
        (
            "Google Photos/user-generated-memory-titles.json",
            r#"{"title":["x"]}"#,
        ),
        ("Google Photos/Rome/metadata.json", ALBUM),
        ("Google Photos/Rome/a.jpg.json", ITEM),
        ("Google Photos/Rome/a.jpg", ""),
        (
            "Google Photos/Rome/a.jpg.settings.json",
            r#"{"title":"a.jpg"}"#,
        ),
        ("Google Photos/Rome/broken.jpg.json", "{"),
        ("Google Photos/Rome/cut.jpg.json", UNREADABLE),
        ("Google Photos/Rome/MVIMG_1", ""),
        ("Google Photos/Rome/10.01.15 - 6", ""),
        ("Google Photos/Rome/order.pdf", ""),
        ("Google Photos/Rome/.DS_Store", ""),
        ("Google Photos/Rome/nested/b.jpg", ""),
        ("__MACOSX/Google Photos/Rome/._a.jpg", ""),
        ("Drive/Holiday/c.jpg", ""),
        ("Drive/Holiday/notes.json", r#"{"title":"x"}"#),
    ]);
    assert_eq!(
        fates(&tree),
        [
            ("Drive/Holiday/c.jpg", "OtherProduct"),
            ("Drive/Holiday/notes.json", "OtherProduct"),
            ("Google Photos/Rome/.DS_Store", "SystemFile"),
            ("Google Photos/Rome/10.01.15 - 6", "media"),
            ("Google Photos/Rome/MVIMG_1", "media"),
            ("Google Photos/Rome/a.jpg", "media"),
            ("Google Photos/Rome/a.jpg.json", "record"),
            ("Google Photos/Rome/a.jpg.settings.json", "NotAboutMedia"),
            (
                "Google Photos/Rome/broken.jpg.json",
                "broken JSON: EOF while parsing an object at line 1 column 1"
            ),
            ("Google Photos/Rome/cut.jpg.json", "checksum differs"),
            ("Google Photos/Rome/metadata.json", "record"),
            ("Google Photos/Rome/nested/b.jpg", "media"),
            ("Google Photos/Rome/order.pdf", "Unknown"),
            ("Google Photos/metadata.json", "NotAboutMedia"),
            ("Google Photos/print-subscriptions.json", "NotAboutMedia"),
            (
                "Google Photos/user-generated-memory-titles.json",
                "NotAboutMedia"
            ),
            ("__MACOSX/Google Photos/Rome/._a.jpg", "SystemFile"),
            ("archive_browser.html", "record"),
        ]
        .map(|(path, fate)| (path, fate.to_owned()))
    );
    assert_eq!(
        read_all(&tree).warnings.len(),
        1,
        "photos in Drive are named once"
    );
}

#[test]
fn a_sidecar_becomes_a_record() {
    let tree = in_memory(&[("Google Photos/Rome/a.jpg.json", ITEM)]);
    let sink = read_all(&tree);
    let [record] = sink.records.as_slice() else {
        panic!("{:?}", sink.records);
    };
    assert_eq!(record.provider, "google-photos");
    assert_eq!(record.account.as_deref(), Some("anna"));
    assert_eq!(record.export.as_deref(), Some("takeout-20240101T000000Z"));
    assert_eq!(record.source, "Google Photos/Rome/a.jpg.json");
    assert_eq!(record.key, "a.jpg@1000");
    assert_eq!(record.facts.albums, [membership("Rome".to_owned())]);
    assert_eq!(record.raw["title"], "a.jpg");
}

#[test]
fn keys_are_the_address_else_title_and_time_else_the_place() {
    for (text, expected) in [
        (
            r#"{"url":"https://photos.google.com/photo/A","title":"a"}"#,
            "https://photos.google.com/photo/A",
        ),
        (ITEM, "a.jpg@1000"),
        (
            r#"{"title":"a.jpg","photoTakenTime":{"timestamp":"0"}}"#,
            "Rome/x.json",
        ),
        (r#"{"imageViews":"1"}"#, "Rome/x.json"),
    ] {
        let sink = read_all(&in_memory(&[("Google Photos/Rome/x.json", text)]));
        assert_eq!(sink.records[0].key, expected, "{text}");
    }
}

#[test]
fn an_album_file_becomes_an_album() {
    let tree = in_memory(&[
        ("Google Fotos/Rome _ spring/Metadaten.json", ALBUM),
        (
            "Google Fotos/Unbenannt(1)/Metadaten.json",
            r#"{"title":""}"#,
        ),
        (
            "Google Fotos/2016-05-21/Metadaten.json",
            r#"{"albumData":{"title":"2016-05-21"}}"#,
        ),
        (
            "Google Fotos/2016-05-22/Metadaten.json",
            r#"{"albumData":{"title":"Picnic"}}"#,
        ),
    ]);
    let found: Vec<(String, String)> = read_all(&tree)
        .albums
        .into_iter()
        .map(|a| (a.key, a.title))
        .collect();
    let expected = [
        ("2016-05-22", "Picnic"),
        ("Rome _ spring", "Rome / spring"),
        ("Unbenannt(1)", ""),
    ];
    assert_eq!(
        found,
        expected.map(|(key, title)| (key.to_owned(), title.to_owned()))
    );
}

#[test]
fn the_service_folder_is_found_by_content_in_any_language() {
    let tree = in_memory(&[
        ("Grianghraif/Róimh/a.jpg.json", ITEM),
        ("Grianghraif/Róimh/a.jpg", ""),
        ("Grianghraif/Páras/b.jpg", ""),
        ("Drive/Holiday/c.jpg", ""),
        ("Drive/Holiday/d.jpg.json", r#"{"tool":"other"}"#),
    ]);
    let media: Vec<&str> = fates(&tree)
        .into_iter()
        .filter(|(_, fate)| fate == "media")
        .map(|(path, _)| path)
        .collect();
    assert_eq!(
        media,
        ["Grianghraif/Páras/b.jpg", "Grianghraif/Róimh/a.jpg"]
    );
}

#[test]
fn what_nothing_tells_is_undecided_until_its_export_tells_the_photo_folder() {
    let media_only = [("Grianghraif/Róimh/a.jpg", ""), ("Drive/Holiday/c.jpg", "")];
    let alone = in_memory(&media_only);
    assert_eq!(
        fates(&alone),
        [
            ("Drive/Holiday/c.jpg", "Undecided".to_owned()),
            ("Grianghraif/Róimh/a.jpg", "Undecided".to_owned())
        ]
    );
    assert_eq!(read_all(&alone).warnings.len(), 2);
    let mut whole = media_only.to_vec();
    whole.push(("Grianghraif/Róimh/b.jpg.json", ITEM));
    let whole = in_memory(&whole);
    assert_eq!(
        fates(&whole)[..2],
        [
            ("Drive/Holiday/c.jpg", "OtherProduct".to_owned()),
            ("Grianghraif/Róimh/a.jpg", "media".to_owned())
        ]
    );
}

#[test]
fn one_folder_alone_is_read_under_the_name_of_its_part() {
    let tree = Files::in_part(
        "Rome",
        &[
            ("a.jpg", ""),
            ("a.jpg.json", ITEM),
            ("metadata.json", ALBUM),
        ],
    );
    let sink = read_all(&tree);
    assert_eq!(
        (sink.records.len(), sink.records[0].export.as_deref()),
        (1, None)
    );
    assert_eq!(sink.albums[0].key, "Rome");
}

#[test]
fn a_service_folder_alone_has_no_album_file_at_its_top() {
    let tree = Files::in_part(
        "Google Photos",
        &[
            ("metadata.json", ALBUM),
            ("Photos from 2020/a.jpg.json", ITEM),
            ("Rome/metadata.json", ALBUM),
        ],
    );
    let sink = read_all(&tree);
    assert_eq!(
        sink.albums
            .iter()
            .map(|a| a.key.as_str())
            .collect::<Vec<_>>(),
        ["Rome"]
    );
}

#[test]
fn folders_and_flags_tell_how_an_item_is_shown() {
    let trashed = r#"{"title":"a.jpg","photoTakenTime":{"timestamp":"1000"},"trashed":true}"#;
    for (path, text, expected) in [
        ("Google Photos/Rome/a.jpg.json", ITEM, Visibility::Shown),
        ("Google Photos/Archive/a.jpg.json", ITEM, Visibility::Shown),
        (
            "Google Photos/Locked Folder/a.jpg.json",
            ITEM,
            Visibility::Hidden,
        ),
        (
            "Google Photos/Locked Folder/a.jpg.json",
            trashed,
            Visibility::Trashed,
        ),
        (
            "Google Photos/Photos from 2020/a.jpg.json",
            trashed,
            Visibility::Trashed,
        ),
    ] {
        let sink = read_all(&in_memory(&[(path, text)]));
        assert_eq!(sink.records[0].facts.visibility, expected, "{path}");
        assert_eq!(
            sink.records[0].facts.albums.is_empty(),
            !path.contains("Rome"),
            "{path}"
        );
    }
}

#[test]
fn a_time_that_is_none_is_warned_of_and_hostile_text_is_cleaned() {
    let odd = r#"{"photoTakenTime":{"timestamp":"\u001b[2J"},"title":"a.jpg"}"#;
    let sink = read_all(&in_memory(&[("Google Photos/Rome/a.jpg.json", odd)]));
    assert_eq!(
        sink.warnings,
        ["photoTakenTime cannot be read as a time; left out"]
    );
    let sink = read_all(&in_memory(&[
        ("Dr\u{202e}ive/x/a.jpg", ""),
        ("Google Photos/R/b.jpg", ""),
    ]));
    assert!(
        sink.warnings
            .iter()
            .all(|warning| !warning.contains('\u{202e}')),
        "{:?}",
        sink.warnings
    );
}

#[test]
fn reading_parts_one_by_one_tells_the_same_as_reading_them_together() {
    let files = [
        ("Fotky Google/Řím 2023/metadáta.json", ALBUM),
        ("Fotky Google/Řím 2023/a.jpg", ""),
        ("Fotky Google/Řím 2023/a.jpg.json", ITEM),
        ("Fotky Google/Výlet/b.jpg", ""),
        ("Fotky Google/Výlet/b.jpg.json", ITEM),
        ("Fotky Google/Koš/c.jpg.json", ITEM),
        ("Fotky Google/print-subscriptions.json", "{}"),
        ("Drive/x/y.jpg", ""),
        ("archive_browser.html", "<html>"),
    ];
    let told = |sink: Heard, tree: &Files| {
        let mut told: Vec<String> = sink.records.iter().map(|r| format!("{r:?}")).collect();
        told.extend(sink.albums.iter().map(|a| format!("{a:?}")));
        let fates = tree
            .nodes
            .iter()
            .map(|node| format!("{} {:?}", node.path, sink.roles[&node.id.0]))
            // Left aside either way; what nothing tells is asked again.
            .map(|fate| fate.replace("Undecided", "OtherProduct"));
        told.extend(fates);
        told
    };
    let whole = in_memory(&files);
    let mut together = told(read_all(&whole), &whole);
    together.sort();
    // Every way to deal nine files out to two parts.
    for deal in 0..1_u32 << files.len() {
        let mut apart = Vec::new();
        for part in 0..2 {
            let dealt = files
                .iter()
                .enumerate()
                .filter(|(at, _)| deal >> at & 1 == part);
            let dealt: Vec<(&str, &str)> = dealt.map(|(_, file)| *file).collect();
            let tree = Files::in_part(
                &format!("takeout-20240101T000000Z-00{}.zip", part + 1),
                &dealt,
            );
            apart.extend(told(read_all(&tree), &tree));
        }
        apart.sort();
        assert_eq!(apart, together, "deal {deal:b}");
    }
}
