//! Sidecars written, read back, and rewritten in other programs' styles.

use jiff::civil::datetime;

use super::fields::Fields;
use super::merge::changes;
use super::read::{ForeignProperty, Sidecar, SidecarError, read};
use super::render::{AroundRecords, SidecarContent, record_json, render};
use model::asset::{Asset, Companion, Group, ItemRef};
use model::claim::{Claim, Origin};
use model::content_hash::ContentHash;
use model::evidence::MediaEntry;
use model::kind::{CompanionRole, Kind};
use model::record::{Edition, Location, Record, RecordFacts};
use model::time::{Precision, When};
use model::user_changes::{Change, UserChanges};

pub(super) const CAPTION: &str =
    "Sun & <sea> ]]> 😀\nשלום עולם\n\t\"quoted\" 'single' 100 % \u{fffd}";

pub(super) fn asset() -> Asset {
    let user = |text: &str| {
        Some(Claim::new(
            text.to_owned(),
            Origin::Record("instagram".into()),
        ))
    };
    let taken = When::wall(datetime(2023, 7, 14, 18, 3, 22, 250_000_000)).at_offset(7200);
    Asset {
        taken_at: Some(Claim::new(taken, Origin::Embedded)),
        offset_origin: Some(Origin::Position),
        description: user(CAPTION),
        title: user("At the sea"),
        location: Some(Claim::new(
            Location {
                latitude: 48.853_41,
                longitude: -2.348_55,
                altitude_m: Some(35.25),
            },
            Origin::Embedded,
        )),
        place: user("Café de la Mer"),
        people: vec!["Ann Lee".into(), "Bo/Li".into()],
        keywords: vec!["beach".into(), "black/white".into()],
        favorite: true,
        rating: Some(4),
        group: Some(Group {
            id: "p1".into(),
            index: 1,
            size: 3,
        }),
        companions: vec![Companion {
            role: CompanionRole::LiveVideo,
            content_hash: ContentHash([3; 32]),
            extension: "mov".into(),
        }],
        items: vec![ItemRef {
            provider: "instagram".into(),
            account: Some("anna".into()),
            kind: Kind::Post,
            key: "123_n".into(),
        }],
        ..Asset::bare(ContentHash([0xab; 32]), "IMG_1")
    }
}

fn record(raw: serde_json::Value) -> Record {
    Record {
        provider: "instagram".into(),
        account: None,
        export: None,
        kind: Kind::Post,
        source: "content/posts_1.json".into(),
        edition: Edition::Json,
        uri: "media/posts/1.jpg".into(),
        key: "1".into(),
        post: None,
        companions: Vec::new(),
        facts: RecordFacts::default(),
        raw,
    }
}

pub(super) fn records() -> Vec<Record> {
    let odd = "nul \u{0} esc \u{1b} nonchar \u{fffe}\u{ffff} ]]> &amp; \r\n \u{2028} 😀 {\"a\"}";
    vec![
        record(serde_json::json!({ "z": odd, "a": [1.5, null, -0.1] })),
        record(serde_json::json!("  spaces  ")),
    ]
}

fn entries() -> Vec<MediaEntry> {
    let entry = |path: &str| MediaEntry {
        provider: "instagram".into(),
        export: None,
        path: path.into(),
        content_hash: ContentHash([0xab; 32]),
        content_id: None,
        taken: None,
    };
    vec![entry("media/posts/1.jpg"), entry("media/other/1.jpg")]
}

pub(super) fn written(asset: &Asset, foreign: &[ForeignProperty]) -> String {
    let (albums, records, entries, user) = (
        ["Summer & sun".to_owned()],
        records(),
        entries(),
        UserChanges::default(),
    );
    render(&SidecarContent {
        asset,
        albums: &albums,
        records: &records,
        entries: &entries,
        user: &user,
        foreign,
    })
}

fn rewritten(edit: impl Fn(String) -> String) -> Sidecar {
    let before = written(&asset(), &[]);
    // What albumen notes for itself holds the same words and must stay as it is.
    let (head, tail) = before.split_at(before.find("   <albumen:Format>").unwrap());
    let after = edit(head.to_owned()) + tail;
    assert_ne!(before, after, "the edit must change something");
    read(&after).unwrap()
}

#[test]
fn what_is_written_is_read_back_without_loss() {
    let found = read(&written(&asset(), &[])).unwrap();
    let own = found.own.clone().unwrap();
    let (mut expected, mut got) = (records(), own.records.clone());
    let key = |record: &Record| serde_json::to_string(record).unwrap();
    expected.sort_by_key(key);
    got.sort_by_key(key);
    assert_eq!(got, expected);
    assert_eq!(own.entries.len(), 2);
    assert_eq!(own.content_hash, ContentHash([0xab; 32]));
    assert_eq!(
        (own.group, own.companions),
        (asset().group, asset().companions)
    );
    assert_eq!(own.written, Fields::of(&asset()));
    assert_eq!(
        found.standard.descriptions,
        [Some(CAPTION.to_owned()), Some(CAPTION.to_owned())]
    );
    assert!(changes(&found).is_empty(), "{:?}", changes(&found));
    assert!(found.foreign.is_empty());
}

#[test]
fn bytes_do_not_depend_on_the_order_of_evidence() {
    let (asset, user) = (asset(), UserChanges::default());
    let (mut records, mut entries) = (records(), entries());
    let mut albums = vec!["b".to_owned(), "a".to_owned()];
    let mut texts = Vec::new();
    for _ in 0..2 {
        let content = SidecarContent {
            asset: &asset,
            albums: &albums,
            records: &records,
            entries: &entries,
            user: &user,
            foreign: &[],
        };
        texts.push(render(&content));
        records.reverse();
        entries.reverse();
        albums.reverse();
    }
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn an_asset_of_which_nothing_is_known_has_a_sidecar_too() {
    let bare = Asset::bare(ContentHash([1; 32]), "x");
    let found = read(&render(&SidecarContent {
        asset: &bare,
        albums: &[],
        records: &[],
        entries: &[],
        user: &UserChanges::default(),
        foreign: &[],
    }))
    .unwrap();
    assert_eq!(found.own.clone().unwrap().written, Fields::default());
    assert!(changes(&found).is_empty());
}

#[test]
fn a_caption_of_any_length_and_any_characters_comes_back() {
    let mut long = asset();
    let text: String = "wörd 😀 שלום ".chars().cycle().take(20_000).collect();
    long.description = Some(Claim::new(text.clone(), Origin::User));
    let found = read(&written(&long, &[])).unwrap();
    assert_eq!(found.standard.descriptions[0].as_deref(), Some(text.trim()));
    assert!(changes(&found).is_empty());
    long.description = Some(Claim::new("a\u{0}b\u{ffff}c\r\nd".into(), Origin::User));
    let found = read(&written(&long, &[])).unwrap();
    assert_eq!(
        found.standard.descriptions[0].as_deref(),
        Some("a\u{fffd}b\u{fffd}c\nd")
    );
    assert!(changes(&found).is_empty());
}

#[test]
fn another_hand_is_no_change() {
    let rows: &[(&str, &str, &str)] = &[
        ("fraction lost", "18:03:22.25+02:00", "18:03:22+02:00"),
        ("offset lost", "18:03:22+02:00", "18:03:22"),
        ("same instant elsewhere", "18:03:22.25+02:00", "16:03:22Z"),
        ("digits of a coordinate", "48,51.204600N", "48,51.2046N"),
        ("seconds of a coordinate", "2,20.913000W", "2,20,54.78W"),
        ("altitude as a number", "35250/1000", "141/4"),
        (
            "bag for seq",
            "digiKam:TagsList>\n    <rdf:Seq>",
            "digiKam:TagsList>\n    <rdf:Seq x:y=\"\">",
        ),
        ("white space", "At the sea", "\n  At   the sea\n "),
        (
            "another prefix",
            "xmlns:tiff=",
            "xmlns:q=\"urn:q\"\n    xmlns:tiff=",
        ),
        ("rating as a decimal", "<xmp:Rating>4<", "<xmp:Rating>4.0<"),
    ];
    for (what, from, to) in rows {
        let found = rewritten(|text| text.replace(from, to));
        assert_eq!(changes(&found), UserChanges::default(), "{what}");
    }
}

#[test]
fn attribute_form_and_other_lists_are_no_change() {
    let found = rewritten(|text| {
        text.replace("   <xmp:Rating>4</xmp:Rating>\n", "")
            .replace(
                "   <exif:GPSLatitude>48,51.204600N</exif:GPSLatitude>\n",
                "",
            )
            .replace(
                "rdf:about=\"\"",
                "rdf:about=\"\" xmp:Rating=\"4\" exif:GPSLatitude=\"48,51.2046N\"",
            )
            .replace("rdf:Seq", "rdf:Bag")
            .replace("tiff:", "t:")
            .replace("xmlns:tiff", "xmlns:t")
    });
    assert_eq!(changes(&found), UserChanges::default());
    let parents = rewritten(|text| {
        text.replace(
            "<rdf:li>People/Ann Lee<",
            "<rdf:li>People</rdf:li>\n<rdf:li>People/Ann Lee<",
        )
    });
    assert_eq!(changes(&parents), UserChanges::default());
}

/// Replaces the whole property, or takes it away.
fn with_property(text: &str, tag: &str, to: &str) -> String {
    let start = text.find(&format!("   <{tag}>")).unwrap();
    let close = format!("</{tag}>\n");
    let end = start + text[start..].find(&close).unwrap() + close.len();
    format!("{}{to}{}", &text[..start], &text[end..])
}

fn without(text: String, tags: &[&str]) -> String {
    tags.iter()
        .fold(text, |text, tag| with_property(&text, tag, ""))
}

#[test]
fn changed_values_are_found_alone() {
    let kept = UserChanges::default;
    let changed = |text: &str| Change::Changed(text.to_owned());
    let day = When::wall(datetime(2020, 1, 2, 0, 0, 0, 0)).known_to(Precision::Day);
    let rows = [
        (
            rewritten(|t| {
                with_property(&t, "dc:description", "<dc:description>new</dc:description>")
            }),
            UserChanges {
                description: changed("new"),
                ..kept()
            },
        ),
        (
            rewritten(|t| t.replace("At the sea", "At sea")),
            UserChanges {
                title: changed("At sea"),
                ..kept()
            },
        ),
        (
            rewritten(|t| without(t, &["dc:title"])),
            UserChanges {
                title: Change::Removed,
                ..kept()
            },
        ),
        (
            rewritten(|t| without(t, &["dc:description", "tiff:ImageDescription"])),
            UserChanges {
                description: Change::Removed,
                ..kept()
            },
        ),
        (
            rewritten(|t| t.replace("2023-07-14T18:03:22.25+02:00", "2020-01-02")),
            UserChanges {
                taken_at: Change::Changed(day),
                ..kept()
            },
        ),
        (
            rewritten(|t| without(t, &["exif:DateTimeOriginal", "photoshop:DateCreated"])),
            UserChanges {
                taken_at: Change::Removed,
                ..kept()
            },
        ),
        (
            rewritten(|t| without(t, &["exif:GPSLatitude", "exif:GPSLongitude"])),
            UserChanges {
                location: Change::Removed,
                ..kept()
            },
        ),
        (
            rewritten(|t| t.replace(">4<", ">2<")),
            UserChanges {
                rating: Change::Changed(2),
                ..kept()
            },
        ),
        (
            rewritten(|t| t.replace(">4<", ">0<")),
            UserChanges {
                rating: Change::Removed,
                ..kept()
            },
        ),
        (
            rewritten(|t| t.replace("fstop:favorite=\"1\"", "")),
            UserChanges {
                favorite: Change::Changed(false),
                ..kept()
            },
        ),
        (
            rewritten(|t| t.replacen("Café de la Mer", "Quay", 2)),
            UserChanges {
                place: changed("Quay"),
                ..kept()
            },
        ),
    ];
    for (found, expected) in rows {
        assert_eq!(changes(&found), expected);
    }
}

#[test]
fn changed_tags_are_found_in_whichever_list_they_stand() {
    let words =
        |words: &[&str]| Change::Changed(words.iter().map(|word| word.to_string()).collect());
    let digikam = rewritten(|t| {
        t.replace("<rdf:li>beach</rdf:li>\n    </rdf:Seq>", "</rdf:Seq>")
            .replace(
                "    </rdf:Seq>\n   </digiKam",
                "     <rdf:li>Places/Rome</rdf:li>\n    </rdf:Seq>\n   </digiKam",
            )
    });
    assert_eq!(
        changes(&digikam).keywords,
        words(&["Places|Rome", "beach", "black/white"])
    );
    assert!(changes(&digikam).people.is_kept());
    let subject = "   <dc:subject><rdf:Bag><rdf:li>Ann Lee</rdf:li><rdf:li>Bo\u{2215}Li</rdf:li>\
                   <rdf:li>beach</rdf:li><rdf:li>sea</rdf:li></rdf:Bag></dc:subject>\n";
    let flat = rewritten(|t| with_property(&t, "dc:subject", subject));
    assert_eq!(changes(&flat).keywords, words(&["beach", "sea"]));
    let people = rewritten(|t| {
        t.replace(
            "     <rdf:li>Ann Lee</rdf:li>\n     <rdf:li>Bo/Li",
            "     <rdf:li>Bo/Li",
        )
    });
    assert_eq!(changes(&people).people, words(&["Bo/Li"]));
    let all = [
        "dc:subject",
        "lr:hierarchicalSubject",
        "digiKam:TagsList",
        "Iptc4xmpExt:PersonInImage",
    ];
    let none = changes(&rewritten(|t| without(t, &all)));
    assert_eq!(
        (none.keywords, none.people),
        (Change::Removed, Change::Removed)
    );
}

#[test]
fn properties_of_other_programs_stay_and_settle() {
    let foreign = "   <d:history xmlns:d=\"urn:darkroom\"><rdf:Seq><rdf:li d:on='1'>crop</rdf:li></rdf:Seq></d:history>\n\
                   <xmp:MetadataDate>2024-01-01</xmp:MetadataDate>\n   <dc:identifier>";
    let found = rewritten(|t| t.replace("   <dc:identifier>", foreign));
    let names: Vec<&str> = found
        .foreign
        .iter()
        .map(|property| property.name.as_str())
        .collect();
    assert_eq!(names, ["history", "MetadataDate"]);
    assert!(changes(&found).is_empty());
    let again = written(&asset(), &found.foreign);
    let mut second = read(&again).unwrap().foreign;
    second.reverse();
    assert_eq!(second.len(), 2);
    assert_eq!(written(&asset(), &second), again);
}

#[test]
fn a_rejected_picture_stays_rejected() {
    let found = rewritten(|t| t.replace(">4<", ">-1<"));
    assert_eq!(changes(&found).rating, Change::Removed);
    let mut unrated = asset();
    unrated.rating = None;
    assert!(written(&unrated, &found.foreign).contains(">-1</xmp:Rating>"));
    let rated = written(&asset(), &found.foreign);
    assert_eq!(rated.matches("</xmp:Rating>").count(), 1);
}

#[test]
fn what_the_owner_changed_before_is_kept_in_the_file() {
    let (asset, user) = (
        asset(),
        UserChanges {
            rating: Change::Changed(4),
            ..UserChanges::default()
        },
    );
    let content = SidecarContent {
        asset: &asset,
        albums: &[],
        records: &[],
        entries: &[],
        user: &user,
        foreign: &[],
    };
    assert_eq!(read(&render(&content)).unwrap().own.unwrap().user, user);
}

#[test]
fn strangers_newer_and_damaged_sidecars() {
    let stranger = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
        <rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='3'/></rdf:RDF></x:xmpmeta>";
    let found = read(stranger).unwrap();
    assert_eq!(
        (found.own.is_none(), found.standard.rating),
        (true, Some(3))
    );
    assert!(changes(&found).is_empty());
    let text = written(&asset(), &[]);
    let newer = read(&text.replace("Format>1<", "Format>2<"));
    assert_eq!(newer, Err(SidecarError::Newer { found: 2, known: 1 }));
    let damaged = read(&text.replace("ContentHash>ab", "ContentHash>xy"));
    assert!(matches!(
        damaged,
        Err(SidecarError::Damaged {
            property: "ContentHash",
            ..
        })
    ));
    assert!(matches!(
        read(&text[..text.len() / 2]),
        Err(SidecarError::NotXmp(_))
    ));
    assert!(matches!(read("<a/>"), Err(SidecarError::NotXmp(_))));
}

#[test]
fn a_sidecar_longer_than_any_program_writes_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jpg.xmp");
    let packet = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
        xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"></rdf:RDF></x:xmpmeta>";
    let largest = super::LARGEST_SIDECAR as usize;
    for (length, reads) in [(largest, true), (largest + 1, false)] {
        let text = format!("{packet}{}", " ".repeat(length - packet.len()));
        std::fs::write(&path, &text).unwrap();
        let (hash, sidecar) = super::read::read_file(&path).unwrap();
        assert_eq!(hash, ContentHash::of(text.as_bytes()));
        assert_eq!(sidecar.is_ok(), reads, "{length}: {sidecar:?}");
    }
}

#[test]
fn a_sidecar_whose_records_come_one_by_one_is_the_same() {
    let (asset, records, user) = (asset(), records(), UserChanges::default());
    let albums = ["Summer".to_owned()];
    let content = SidecarContent {
        asset: &asset,
        albums: &albums,
        records: &records,
        entries: &[],
        user: &user,
        foreign: &[],
    };
    let mut told: Vec<String> = records.iter().filter_map(record_json).collect();
    told.sort();
    let around = AroundRecords::of(&content);
    let mut text = around.before;
    for record in &told {
        AroundRecords::add_record(record, &mut text);
    }
    text.push_str(&around.after);
    assert_eq!(text, render(&content));
}

#[test]
fn the_zone_stands_in_a_field_of_its_own() {
    let said = |when: When| {
        let mut asset = asset();
        asset.taken_at = Some(Claim::new(when, Origin::Embedded));
        let text = sidecar_text(&asset, &[]);
        let part = text.split_once("<exifEX:OffsetTimeOriginal>");
        part.and_then(|(_, rest)| Some(rest.split_once('<')?.0.to_owned()))
    };
    let wall = When::wall(datetime(2023, 7, 14, 18, 3, 22, 0));
    assert_eq!(said(wall.at_offset(7200)).as_deref(), Some("+02:00"));
    assert_eq!(said(wall.at_offset(-34_200)).as_deref(), Some("-09:30"));
    assert_eq!(said(wall), None);
    // What another program says of it stands, and what we wrote is not taken for another program's.
    let text = sidecar_text(&asset(), &[]);
    assert!(read(&text).unwrap().foreign.is_empty());
    let changed = text.replace(">+02:00</exifEX:", ">+09:00</exifEX:");
    let foreign = read(&changed).unwrap().foreign;
    assert_eq!(foreign.len(), 1, "{foreign:?}");
    let again = sidecar_text(&asset(), &foreign);
    assert!(again.contains("+09:00<") && !again.contains(">+02:00</exifEX:"));
}

fn sidecar_text(asset: &Asset, foreign: &[ForeignProperty]) -> String {
    render(&SidecarContent {
        asset,
        albums: &[],
        records: &[],
        entries: &[],
        user: &UserChanges::default(),
        foreign,
    })
}
