//! Choices, asked of a small catalog: each condition alone, hostile words, and all of them joined.

use jiff::civil::date;

use super::*;
use crate::order::{Order, SortKey};
use crate::select_samples::{asset, filled};
use model::asset::{Asset, Companion};
use model::claim::{Claim, Origin};
use model::content_hash::ContentHash;
use model::kind::{CompanionRole, Kind, Visibility};
use model::media_type::{MediaClass, MediaType};
use model::record::Location;
use model::select::{Circle, Fact, Form};

fn found(catalog: &Catalog, select: &Select) -> Vec<String> {
    let mut paths = Vec::new();
    catalog
        .list(select, &mut |listed| paths.push(listed.path))
        .unwrap();
    paths
}

fn text(text: &str) -> Select {
    Select::Text(text.to_owned())
}

fn not(select: Select) -> Select {
    Select::Not(Box::new(select))
}

fn album(title: &str) -> Select {
    Select::Album(Pattern::new(title))
}

fn person(name: &str) -> Select {
    Select::Person(Pattern::new(name))
}

#[test]
fn finds_by_text_in_any_script_and_length() {
    let catalog = filled();
    for (word, expected) in [
        ("harbour", vec!["1.jpg"]),
        ("東京", vec!["2.jpg"]),
        ("京の夜", vec!["2.jpg"]),
        ("cafe", vec!["3.jpg"]),
        ("\"Roma\"", vec!["3.jpg"]),
        ("0%", vec!["1.jpg"]),
        ("fé", vec!["3.jpg"]),
        ("IMG_", vec!["1.jpg", "2.jpg", "3.jpg"]),
        ("G_", vec!["1.jpg", "2.jpg", "3.jpg"]),
        ("_%", vec![]),
        ("\\", vec![]),
        ("", vec!["1.jpg", "2.jpg", "3.jpg"]),
        ("' OR 1=1 --", vec![]),
        ("description:harbour", vec![]),
        ("harbour OR cafe", vec![]),
        ("nothing", vec![]),
    ] {
        assert_eq!(found(&catalog, &text(word)), expected, "{word}");
    }
}

#[test]
fn words_are_all_wanted_and_those_with_a_minus_are_not() {
    let catalog = filled();
    for (words, expected) in [
        ("dusk harbour", vec!["1.jpg"]),
        ("\"dusk harbour\"", vec![]),
        ("IMG -harbour", vec!["2.jpg", "3.jpg"]),
        ("-harbour -cafe", vec!["2.jpg"]),
        ("-夜", vec!["1.jpg", "3.jpg"]),
        ("-\"at dusk\"", vec!["2.jpg", "3.jpg"]),
        ("", vec!["1.jpg", "2.jpg", "3.jpg"]),
    ] {
        assert_eq!(found(&catalog, &Select::words(words)), expected, "{words}");
    }
}

#[test]
fn a_caption_that_lost_is_found() {
    let mut catalog = Catalog::in_memory().unwrap();
    let mut both = asset(1, Kind::Post, "anna", "Harbour at dusk");
    let lost = |text: &str| Claim::new(text.to_owned(), Origin::Record("q".into()));
    both.losing.description = vec![lost("Evening by the sea"), lost("Rückfahrt")];
    catalog
        .in_transaction(|w| w.put_asset(&both, "1.jpg", [1; 32], &[]))
        .unwrap();
    for word in ["harbour", "evening", "ruckfahrt"] {
        assert_eq!(found(&catalog, &text(word)), ["1.jpg"], "{word}");
    }
    assert!(found(&catalog, &Select::words("harbour -evening")).is_empty());
    // Two captions are two texts.
    assert!(found(&catalog, &text("dusk Evening")).is_empty());
}

#[test]
fn conditions_hold_together() {
    let catalog = filled();
    let of_anna = |kind| {
        Select::Item(ItemSelect {
            account: Some("anna".into()),
            kind: Some(kind),
            provider: None,
        })
    };
    let day = Days {
        since: Some(date(2023, 1, 1)),
        until: Some(date(2023, 1, 1)),
    };
    let all = Select::And(vec![
        of_anna(Kind::Post),
        Select::Taken(day),
        album("album 1"),
    ]);
    assert_eq!(found(&catalog, &all), ["1.jpg"]);
    assert!(found(&catalog, &of_anna(Kind::Reel)).is_empty());
    let either = Select::Or(vec![of_anna(Kind::Story), text("cafe")]);
    assert_eq!(found(&catalog, &either), ["2.jpg", "3.jpg"]);
    assert_eq!(found(&catalog, &not(either.clone())), ["1.jpg"]);
    let neither = Select::And(vec![not(either), not(album("*1"))]);
    assert!(found(&catalog, &neither).is_empty());
    assert_eq!(found(&catalog, &Select::default()).len(), 3);
    assert!(found(&catalog, &Select::Or(vec![])).is_empty());
    assert_eq!(found(&catalog, &not(Select::Or(vec![]))).len(), 3);
}

/// Four assets: one of which all is known, one far away, a video, and one of which nothing is.
fn various() -> Catalog {
    let by = || Origin::Record("p".into());
    let mut full = asset(1, Kind::Post, "anna", "Sun");
    full.people = vec!["Zoë O'Neil".into(), "100%_Ben".into()];
    full.place = Some(Claim::new("Köln \"Dom\"".into(), by()));
    full.location = Location::new(50.9413, 6.9583).map(|at| Claim::new(at, by()));
    full.media.make = Some("Canon".into());
    full.media.model = Some("Canon EOS 5D".into());
    full.favorite = true;
    full.rating = Some(5);
    full.size_bytes = 10;
    full.companions = vec![Companion {
        role: CompanionRole::LiveVideo,
        content_hash: ContentHash([9; 32]),
        extension: "mov".into(),
    }];
    let mut far = asset(2, Kind::Post, "ben", "Sea");
    far.location = Location::new(-16.8, -179.95).map(|at| Claim::new(at, by()));
    far.people = vec!["Ben".into()];
    far.size_bytes = 30;
    far.name = "Zebra".into();
    let mut video = asset(3, Kind::Story, "ben", "Wind");
    video.media = model::media_facts::MediaFacts::of_type(MediaType::Mp4);
    video.media.duration_ms = Some(5_000);
    video.visibility = Visibility::Hidden;
    video.size_bytes = 20;
    let bare = Asset::bare(ContentHash([4; 32]), "apple");
    let mut catalog = Catalog::in_memory().unwrap();
    catalog
        .in_transaction(|w| {
            let title = |title: &str| vec![("k".to_owned(), title.to_owned())];
            w.put_asset(&full, "1.jpg", [1; 32], &title("ÜBERSEE 100% *"))?;
            w.put_asset(&far, "2.jpg", [2; 32], &title("Fiji"))?;
            w.put_asset(&video, "3.mp4", [3; 32], &[])?;
            w.put_asset(&bare, "4.jpg", [4; 32], &[])
        })
        .unwrap();
    catalog
}

#[test]
fn each_condition_takes_what_it_says() {
    let catalog = various();
    let place = |name: &str| Select::Place(Pattern::new(name));
    let camera = |name: &str| Select::Camera(Pattern::new(name));
    let near = |text: &str| Select::Near(Circle::parse(text).unwrap());
    let (one, two, three) = (&["1.jpg"][..], &["2.jpg"][..], &["3.mp4"][..]);
    for (select, expected) in [
        (person("zoe o'neil"), one),
        (person("ZOË*"), one),
        (person("ben"), &["1.jpg", "2.jpg"]),
        (person("ben*"), two),
        (person("0%_b"), one),
        (person("%"), one),
        (person("_"), one),
        (person("' OR '1'='1"), &[]),
        (place("koln \"dom\""), one),
        (place("KÖLN*"), one),
        (place("Rom"), &[]),
        (near("50.94,6.96"), one),
        (near("-16.8,179.95,20"), two),
        (near("-16.8,179.95,2"), &[]),
        (near("0,0,20016"), &["1.jpg", "2.jpg"]),
        (camera("eos"), one),
        (camera("canon*"), one),
        (camera("nikon"), &[]),
        (Select::Type(Form::Class(MediaClass::Video)), three),
        (Select::Type(Form::Format(MediaType::Mp4)), three),
        (Select::Type(Form::Live), one),
        (
            Select::Type(Form::Class(MediaClass::Photo)),
            &["1.jpg", "2.jpg", "4.jpg"],
        ),
        (Select::Favorite, one),
        (not(Select::Favorite), &["2.jpg", "3.mp4", "4.jpg"]),
        (Select::Visibility(Visibility::Hidden), three),
        (Select::Undated, &["4.jpg"]),
        (Select::Taken(Days::default()), &["1.jpg", "2.jpg", "3.mp4"]),
        (not(Select::Taken(Days::default())), &["4.jpg"]),
        (Select::Has(Fact::Location), &["1.jpg", "2.jpg"]),
        (not(Select::Has(Fact::Date)), &["4.jpg"]),
        (album("übersee"), one),
        (album("ubersee 100%"), one),
        (album("fiji*"), two),
        (album("*"), &["1.jpg", "2.jpg"]),
        (album("i_i"), &[]),
        (Select::Import(1), &[]),
        (Select::Import(-1), &[]),
        (
            Select::And(vec![person("ben"), near("0,180,4000"), not(person("zoe"))]),
            two,
        ),
    ] {
        assert_eq!(found(&catalog, &select), expected, "{select:?}");
    }
}

#[test]
fn orders_go_both_ways_and_what_has_no_key_comes_last() {
    let catalog = various();
    let listed = |key, reverse, limit| {
        let order = Order {
            key,
            reverse,
            limit,
        };
        let mut names = String::new();
        catalog
            .list_in_order(&Select::default(), &order, &mut |listed| {
                names.push_str(&listed.path[..1]);
            })
            .unwrap();
        names
    };
    for (key, forwards, backwards) in [
        (SortKey::Date, "1234", "3214"),
        (SortKey::Path, "1234", "4321"),
        (SortKey::Size, "4132", "2314"),
        (SortKey::Name, "4132", "2314"),
        (SortKey::Duration, "3124", "3421"),
        (SortKey::Rating, "1234", "1432"),
        (SortKey::Posted, "1234", "4321"),
    ] {
        assert_eq!(listed(key, false, None), forwards, "{key:?}");
        assert_eq!(listed(key, true, None), backwards, "{key:?}");
    }
    assert_eq!(listed(SortKey::Date, true, Some(2)), "32");
    assert_eq!(listed(SortKey::Size, false, Some(0)), "");
    assert_eq!(listed(SortKey::Size, false, Some(99)), "4132");
}
