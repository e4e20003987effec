//! Tests of the reader of Instagram's pages.

use super::*;

use model::kind::Visibility;
use model::time::Clock;

/// One slide or single: element, and its table.
struct Slide {
    uri: &'static str,
    rows: &'static [(&'static str, &'static str)],
    subtitles: Option<&'static str>,
}

const fn photo(uri: &'static str) -> Slide {
    Slide {
        uri,
        rows: &[],
        subtitles: None,
    }
}

/// What differs between the years of a page.
#[derive(Clone, Copy)]
enum Year {
    /// `div` captions, label and value in one cell.
    Y2024,
    /// `h2` captions, nested `div`s.
    Y2026,
}

fn row(year: Year, label: &str, value: &str) -> String {
    match year {
        Year::Y2024 => format!(
            "<tr><td colspan=\"2\" class=\"_2pin _a6_q\">{label}<div><div>{value}</div></div></td></tr>"
        ),
        Year::Y2026 => format!(
            "<tr><td colspan=\"2\" class=\"_2pin _a6_q\"><div class=\"_a6-q\">{label}<div><div class=\"_a6-q\">{value}</div></div></div></td></tr>"
        ),
    }
}

fn element(slide: &Slide, year: Year) -> String {
    let uri = slide.uri;
    let medium = if uri.ends_with("jpg") || uri.ends_with("webp") {
        format!(
            "<a target=\"_blank\" href=\"{uri}\"><img src=\"{uri}\" class=\"_a6_o _3-96\"/></a>"
        )
    } else {
        format!(
            "<div><video src=\"{uri}\" controls=\"1\" class=\"_a6_o _3-96\"><a target=\"_blank\" href=\"{uri}\"><div>Click for video:</div></a></video></div>"
        )
    };
    let mut rows: String = slide
        .rows
        .iter()
        .map(|(label, value)| row(year, label, value))
        .collect();
    if let Some(path) = slide.subtitles {
        rows += &row(
            year,
            "Subtitles",
            &format!("<a target=\"_blank\" href=\"{path}\">{path}</a>"),
        );
    }
    format!("{medium}<div><table style=\"table-layout: fixed;\">{rows}</table></div>")
}

fn item(year: Year, caption: &str, slides: &[Slide], date: &str) -> String {
    let tag = match year {
        Year::Y2024 => "div",
        Year::Y2026 => "h2",
    };
    let body: String = match slides {
        [one] => element(one, year),
        many => many
            .iter()
            .map(|slide| format!("<div>{}<div></div></div>", element(slide, year)))
            .collect(),
    };
    format!(
        "<div class=\"pam _3-95 _2ph- _a6-g uiBoxWhite noborder\"><{tag} class=\"_3-95 _2pim _a6-h _a6-i\">{caption}</{tag}>\
         <div class=\"_3-95 _a6-p\">{body}</div><div class=\"_3-94 _a6-o\">{date}</div></div>"
    )
}

fn whole(head: &str, items: &str) -> String {
    format!(
        "<html><head><base href=\"../../\"/></head><body>{head}<main class=\"_a706\" role=\"main\">{items}</main></body></html>"
    )
}

fn read_as(kind: Kind, html: &str, offset_s: Option<i32>) -> (Vec<Record>, Vec<String>) {
    let (mut records, mut warnings) = (Vec::new(), Vec::new());
    let source = "your_instagram_activity/media/posts_1.html";
    let page = HtmlPage {
        kind,
        source,
        account: Some("anna"),
        html: html.as_bytes(),
        offset_s,
    };
    read_page(&page, &mut |record| records.push(record), &mut |text| {
        warnings.push(text)
    })
    .expect("a whole page");
    (records, warnings)
}

fn utc(record: &Record) -> String {
    match record.facts.posted_at {
        Some(When {
            clock: Clock::Utc(instant),
            precision: Precision::Minute,
        }) => instant.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_single_in_english() {
    let slide = Slide {
        uri: "media/posts/202007/41_20_n_17912345678901234.jpg",
        rows: &[
            ("Latitude", "45.5"),
            ("Longitude", "9.25"),
            ("Date taken", "2020:06:30 22:47:28"),
            ("Device ID", "0F8FAD5B-D9CB-469F-A165-70867728950E"),
            ("Source type", "library"),
            ("Has Camera Metadata", ""),
            ("Tagged users", "ben_c (Tagged, 0.00, 0.00)"),
        ],
        subtitles: None,
    };
    let html = whole(
        "",
        &item(
            Year::Y2024,
            "Ben&#039;s boat &#064;sea<br/>❤ &lt;3",
            &[slide],
            "Jul 02, 2020 11:30 pm",
        ),
    );
    let (records, warnings) = read_as(Kind::Post, &html, None);
    assert!(warnings.is_empty(), "{warnings:?}");
    let [record] = &records[..] else {
        panic!("{records:?}")
    };
    // Summer, and still eight hours.
    assert_eq!(utc(record), "2020-07-03T07:30:00Z");
    assert_eq!(record.key, "17912345678901234");
    assert_eq!(
        record.uri,
        "media/posts/202007/41_20_n_17912345678901234.jpg"
    );
    assert_eq!(
        (record.kind, record.edition, record.account.as_deref()),
        (Kind::Post, Edition::Html, Some("anna"))
    );
    assert_eq!(
        record.facts.description.as_deref(),
        Some("Ben's boat @sea\n❤ <3")
    );
    assert_eq!(
        record
            .facts
            .location
            .map(|place| (place.latitude, place.longitude)),
        Some((45.5, 9.25))
    );
    assert_eq!(record.facts.people, ["ben_c"]);
    assert!(record.facts.taken_at.is_some() && record.post.is_none());
    assert_eq!(
        record.raw,
        json!({
            "caption": "Ben's boat @sea\n❤ <3",
            "date": "Jul 02, 2020 11:30 pm",
            "labels": [
                ["Latitude", "45.5"], ["Longitude", "9.25"], ["Date taken", "2020:06:30 22:47:28"],
                ["Device ID", "0F8FAD5B-D9CB-469F-A165-70867728950E"], ["Source type", "library"],
                ["Has Camera Metadata", ""], ["Tagged users", "ben_c (Tagged, 0.00, 0.00)"],
            ],
            "offset_rule": "fixed",
        })
    );
}

#[test]
fn a_page_of_august_2026_stands_at_minus_eight_whatever_its_header_shows() {
    let head = "<header><aside>Gerado por anna em <time datetime=\"2026-08-12T05:03Z\">Terça-feira, 11 de agosto de 2026 às 22:03 UTC</time></aside></header>";
    let slides = [
        photo("media/posts/202608/17900000000000001.jpg"),
        Slide {
            uri: "media/posts/202608/17900000000000002.mp4",
            rows: &[
                ("Data da captura", "20260809T110000.000Z"),
                ("Tipo de origem", "camera"),
            ],
            subtitles: Some("media/other/17900000000000009.srt"),
        },
        photo("media/posts/202608/17900000000000003.webp"),
    ];
    let html = whole(
        head,
        &item(
            Year::Y2026,
            "Três dias",
            &slides,
            "ago 10, 2026 4:38 da manhã",
        ),
    );
    let (records, warnings) = read_as(Kind::Archived, &html, None);
    assert!(warnings.is_empty(), "{warnings:?}");
    let places: Vec<_> = records
        .iter()
        .map(|record| record.post.clone().map(|post| (post.id, post.index)))
        .collect();
    let id = || "post:17900000000000001".to_owned();
    assert_eq!(places, [Some((id(), 0)), Some((id(), 1)), Some((id(), 2))]);
    for record in &records {
        assert_eq!(record.facts.description.as_deref(), Some("Três dias"));
        // The header shows −7 hours.
        assert_eq!(utc(record), "2026-08-10T12:38:00Z");
        assert_eq!(record.raw["offset_rule"], "fixed");
        assert_eq!(record.facts.visibility, Visibility::Hidden);
    }
    let video = &records[1];
    assert_eq!(
        video.facts.taken_at.and_then(|when| when.instant()),
        "2026-08-09T11:00:00Z".parse().ok()
    );
    assert!(video.facts.taken_while_posting && !records[0].facts.taken_while_posting);
    assert_eq!(
        video.companions,
        [CompanionRef {
            uri: "media/other/17900000000000009.srt".to_owned(),
            role: CompanionRole::Subtitles
        }]
    );
    assert!(records[0].companions.is_empty() && records[2].companions.is_empty());
    assert_eq!(records[0].raw.get("labels"), None);
}

#[test]
fn stories_in_korean_and_what_was_shared_again() {
    let shared = Slide {
        uri: "media/stories/202606/17900000000000001.jpg",
        rows: &[("소스 유형", "feed_reshare")],
        subtitles: None,
    };
    let html = whole(
        "",
        &(item(Year::Y2026, "", &[shared], "6월 23, 2026 2:06 오전")
            + &item(
                Year::Y2026,
                "  ",
                &[photo("media/stories/202606/2.jpg")],
                "6월 22, 2026 2:06 오후",
            )),
    );
    let (records, _) = read_as(Kind::Story, &html, None);
    assert_eq!(
        records.iter().map(utc).collect::<Vec<_>>(),
        ["2026-06-23T10:06:00Z", "2026-06-22T22:06:00Z"]
    );
    assert!(records[0].facts.by_someone_else && !records[1].facts.by_someone_else);
    assert!(
        records
            .iter()
            .all(|record| record.facts.description.is_none())
    );
}

#[test]
fn messages_give_media_without_words_or_names() {
    let boxes = "<div class=\"_a6-g\"><h2 class=\"_a6-h\">Participants: Anna and Ben Beispiel</h2></div>\
        <div class=\"_a6-g\"><h2 class=\"_a6-h\">Ben Beispiel</h2><div class=\"_a6-p\"><div><div>secret words</div>\
        <div><img src=\"messages/inbox/ben_1/photos/17900000000000001.jpg\"></div><div><img src=\"messages/inbox/ben_1/photos/17900000000000002.jpg\"></div>\
        <ul class=\"_a6-q\"><li>❤ Anna</li></ul></div></div><div class=\"_a6-o\">Oct 2, 2020, 2:07 PM</div></div>\
        <div class=\"_a6-g\"><h2 class=\"_a6-h\">Anna</h2><div class=\"_a6-p\">words only</div><div class=\"_a6-o\">not a date</div></div>";
    let (records, warnings) = read_as(Kind::Message, &whole("", boxes), None);
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(records.len(), 2);
    assert_eq!(
        records[1].post,
        Some(PostRef {
            id: "post:17900000000000001".to_owned(),
            index: 1
        })
    );
    for record in &records {
        assert_eq!(utc(record), "2020-10-02T22:07:00Z");
        assert_eq!(
            record.raw,
            json!({"date": "Oct 2, 2020, 2:07 PM", "offset_rule": "fixed"})
        );
        assert_eq!(record.facts.description, None);
    }
}

#[test]
fn a_date_that_cannot_be_read_is_reported_and_never_guessed() {
    let one = |date: &str| item(Year::Y2024, "c", &[photo("media/posts/a.jpg")], date);
    let (records, warnings) = read_as(
        Kind::Post,
        &whole("", &one("Lis\u{1b}[2J 02, 2020 14:07")),
        None,
    );
    assert_eq!(records[0].facts.posted_at, None);
    assert_eq!(records[0].raw["date"], "Lis\u{1b}[2J 02, 2020 14:07");
    assert_eq!(records[0].raw.get("offset_rule"), None);
    assert_eq!(
        warnings,
        ["a date could not be read: Lis\\u001b[2J 02, 2020 14:07"]
    );

    let (records, warnings) = read_as(
        Kind::Post,
        &whole("", &one("lip 02, 2020 14:07").repeat(25)),
        None,
    );
    assert_eq!((records.len(), warnings.len()), (25, NAMED_DATES + 1));
    assert_eq!(warnings[NAMED_DATES], "5 more dates could not be read");
}

#[test]
fn the_user_s_offset_wins() {
    let html = whole(
        "",
        &item(Year::Y2024, "c", &[photo("a.jpg")], "Jul 02, 2020 11:30 pm"),
    );
    let (records, _) = read_as(Kind::Post, &html, Some(2 * 3600));
    let posted = records[0].facts.posted_at.expect("a time");
    assert_eq!(posted.instant(), "2020-07-02T21:30:00Z".parse().ok());
    assert_eq!(posted.offset_s(), Some(2 * 3600), "it stays with the time");
    assert_eq!(records[0].raw["offset_rule"], "given");
}

fn lacks(kind: Kind, source: &str, html: &str) -> Option<String> {
    let page = HtmlPage {
        kind,
        source,
        account: None,
        html: html.as_bytes(),
        offset_s: None,
    };
    read_page(&page, &mut |_| (), &mut |_| ()).expect("a whole page")
}

/// Posts as they are written, with captions.
fn posts() -> String {
    let uris = ["media/posts/202007/1.jpg", "media/posts/202007/2.jpg"];
    let items = uris.map(|uri| item(Year::Y2026, "c", &[photo(uri)], "Jul 02, 2020 11:30 pm"));
    whole("", &items.concat())
}

#[test]
fn a_page_whose_class_names_changed_is_not_understood() {
    let source = "your_instagram_activity/media/posts_1.html";
    assert_eq!(lacks(Kind::Post, source, &posts()), None);
    for (from, to, expected) in [
        ("_a6-g", "_b7-x", "no box of a post, though it shows media"),
        (
            "_a6-h",
            "_b7-x",
            "no caption, though 2 of its boxes have text",
        ),
        ("_a6-o", "_b7-x", "no date in 2 of its 2 boxes"),
        (
            "src=",
            "data-src=",
            "no photo or video in any of its 2 boxes",
        ),
        (
            "<img src=",
            "<picture data-src=",
            "no photo or video in any of its 2 boxes",
        ),
    ] {
        let told = lacks(Kind::Post, source, &posts().replace(from, to));
        assert!(
            told.as_deref().is_some_and(|told| told.contains(expected)),
            "{from}: {told:?}"
        );
    }
    // One box of two called otherwise.
    let half = posts().replacen("_a6-g", "_b7-x", 1);
    let told = lacks(Kind::Post, source, &half);
    assert!(told.is_some_and(|told| told.contains("stand outside of its boxes")));
    // Neither boxes nor anything that shows media, and yet it names them.
    let html = posts()
        .replace("_a6-g", "_b7-x")
        .replace("<img src", "<p data-x")
        .replace("href=", "data-y=");
    let told = lacks(Kind::Post, source, &html);
    assert!(
        told.is_some_and(|told| told.contains("though it names media (media/posts/202007/1.jpg)"))
    );
    let html = whole("", &"<p>Sunny days at the harbour</p>".repeat(60));
    assert!(lacks(Kind::Story, source, &html).is_some());
    let cover = Slide {
        uri: "media/reels/202007/1.mp4",
        rows: &[("Cover", "media/other/17900000000000002.jpg")],
        subtitles: None,
    };
    let html = whole(
        "",
        &item(Year::Y2026, "c", &[cover], "Jul 02, 2020 11:30 pm"),
    );
    let told = lacks(Kind::Reel, source, &html);
    assert!(told.is_some_and(|told| told.contains("1 media that it names and does not show")));
}

#[test]
fn a_page_with_nothing_on_it_is_empty_and_not_odd() {
    let header = "<header><h1>Posts</h1><aside>Generated by anna on <time datetime=\"2026-08-12T05:03Z\">Tuesday, August 11, 2026 at 10:03 PM UTC</time></aside></header>";
    for html in [
        whole(header, ""),
        whole(
            header,
            "<div class=\"_3-95 _a6-p\">You have no data in this section</div>",
        ),
        whole(
            "<a href=\"your_instagram_activity/media/posts_2.html\">More</a>",
            "<p>No posts</p>",
        ),
        "<html></html>".to_owned(),
        String::new(),
    ] {
        for kind in [Kind::Post, Kind::Story, Kind::Reel] {
            assert_eq!(lacks(kind, "content/posts_1.html", &html), None, "{html}");
        }
    }
    // Words alone on Threads, and drafts, which have no date of posting.
    let words = "<div class=\"_a6-g\"><h2 class=\"_a6-h\">words</h2><div class=\"_a6-o\">Jul 02, 2020 11:30 pm</div></div>";
    let source = "your_instagram_activity/threads/threads_and_replies.html";
    assert_eq!(lacks(Kind::Post, source, &whole("", words)), None);
}

#[test]
fn boxes_of_other_content_say_which_are_drafts() {
    let of = |rows| Slide {
        uri: "media/other/17900000000000001.jpg",
        rows,
        subtitles: None,
    };
    for (rows, kind) in [
        (
            &[
                ("Draft", "True"),
                ("Published", "False"),
                ("Paid partnership", "False"),
                ("Update time", "Jul 03, 2026 11:30 pm"),
                ("Original width", "1080"),
            ][..],
            Kind::Draft,
        ),
        (
            &[
                ("Draft", "False"),
                ("Published", "True"),
                ("Paid partnership", "False"),
            ][..],
            Kind::Other,
        ),
        (&[("Camera position", "back")][..], Kind::Other),
    ] {
        let html = whole(
            "",
            &item(Year::Y2026, "c", &[of(rows)], "Jul 02, 2026 11:30 pm"),
        );
        let (records, warnings) = read_as(Kind::Other, &html, None);
        assert!(warnings.is_empty(), "{warnings:?}");
        let record = &records[0];
        assert_eq!(record.kind, kind);
        let is_draft = kind == Kind::Draft;
        assert_eq!(record.facts.posted_at.is_none(), is_draft);
        let visibility = if is_draft {
            Visibility::Hidden
        } else {
            Visibility::Shown
        };
        assert_eq!(record.facts.visibility, visibility);
        let told = lacks(Kind::Other, "media/other_content.html", &html);
        assert_eq!(told, None);
    }
    // The time of the last change is not that of posting.
    let html = whole(
        "",
        &item(
            Year::Y2026,
            "c",
            &[of(&[("Update time", "Jul 03, 2026 11:30 pm")])],
            "",
        ),
    );
    assert_eq!(read_as(Kind::Other, &html, None).0[0].facts.posted_at, None);
}

#[test]
fn network_addresses_are_kept_in_no_markup() {
    let slide = Slide {
        uri: "media/posts/202007/1.jpg",
        rows: &[
            ("Upload IP address", "192.0.2.1"),
            ("Adresse IP", "2001:db8::1"),
            ("Camera position", "back"),
        ],
        subtitles: None,
    };
    let list = "<ul><li class=\"_tqp\">Upload IP address: 192.0.2.2</li></ul>";
    let html = item(Year::Y2026, "c", &[slide], "Jul 02, 2020 11:30 pm").replace(
        "<div class=\"_3-95 _a6-p\">",
        &format!("<div class=\"_3-95 _a6-p\">{list}"),
    );
    let (records, _) = read_as(Kind::Post, &whole("", &html), None);
    let told = serde_json::to_string(&records).expect("JSON");
    assert!(
        !told.contains("192.0.2") && !told.contains("2001:db8"),
        "{told}"
    );
    assert!(told.contains("back"));
}

#[test]
fn signatures_of_addresses_are_not_kept() {
    let html = whole(
        "",
        &item(
            Year::Y2026,
            "c",
            &[photo(
                "https://scontent.cdninstagram.com/v/1_n.jpg?oh=SECRET",
            )],
            "Jul 02, 2020 11:30 pm",
        ),
    );
    let (records, _) = read_as(Kind::Post, &html, None);
    assert_eq!(
        records[0].uri,
        "https://scontent.cdninstagram.com/v/1_n.jpg"
    );
    assert!(
        !serde_json::to_string(&records)
            .expect("JSON")
            .contains("SECRET")
    );
}

#[test]
fn a_date_may_stand_in_a_table() {
    let at = |value| Slide {
        uri: "media/profile/a.jpg",
        rows: value,
        subtitles: None,
    };
    let read = |slide| {
        read_as(
            Kind::Profile,
            &whole("", &item(Year::Y2024, "", &[slide], "")),
            None,
        )
        .0
    };
    let records = read(at(&[
        ("Creation", "Jul 02, 2020 11:30 pm"),
        ("Date taken", "2020:06:30 22:47:28"),
    ]));
    assert_eq!(utc(&records[0]), "2020-07-03T07:30:00Z");
    assert_eq!(records[0].raw["date"], "Jul 02, 2020 11:30 pm");
    let records = read(at(&[
        ("a", "Jul 02, 2020 11:30 pm"),
        ("b", "Jul 03, 2020 11:30 pm"),
    ]));
    assert_eq!(records[0].facts.posted_at, None);
}

#[test]
fn addresses_on_the_web_are_not_kept() {
    let slide = Slide {
        uri: "a.jpg",
        rows: &[
            ("Link", "https://x.fbcdn.example/y?sig=1"),
            ("Camera position", "back"),
        ],
        subtitles: None,
    };
    let (records, _) = read_as(
        Kind::Post,
        &whole(
            "",
            &item(Year::Y2026, "c", &[slide], "Jul 02, 2020 11:30 pm"),
        ),
        None,
    );
    assert_eq!(
        records[0].raw["labels"],
        json!([["Camera position", "back"]])
    );
}

#[test]
fn a_template_s_date_is_nobody_s() {
    let clip = |uri| Slide {
        uri,
        rows: &[("Date taken", "20240701T120000.000Z")],
        subtitles: None,
    };
    let items: String = ["a.mp4", "b.mp4", "c.mp4"]
        .map(|uri| item(Year::Y2024, "", &[clip(uri)], "Jul 02, 2024 11:30 pm"))
        .concat();
    let (records, _) = read_as(Kind::Reel, &whole("", &items), None);
    assert_eq!(records.len(), 3);
    assert!(records.iter().all(|record| record.facts.taken_at.is_none()));
}

#[test]
fn a_broken_page_gives_what_stood_before_and_an_error() {
    let html = whole(
        "",
        &item(Year::Y2024, "c", &[photo("a.jpg")], "Jul 02, 2020 11:30 pm"),
    ) + &"<b>".repeat(2_000_000);
    let mut records = Vec::new();
    let page = HtmlPage {
        kind: Kind::Post,
        source: "content/posts_1.html",
        account: None,
        html: html.as_bytes(),
        offset_s: None,
    };
    let result = read_page(&page, &mut |record| records.push(record), &mut |_| ());
    assert!(result.is_err());
    assert_eq!(records.len(), 1);
}

#[test]
fn keys_are_media_ids_or_names() {
    for (uri, key) in [
        (
            "media/posts/202405/41_20_n_17912345678901234.jpg",
            "17912345678901234",
        ),
        (
            "media/posts/202605/17912345678901234.heic",
            "17912345678901234",
        ),
        (
            "media/reels/202401/AQab.c_17912345678901234",
            "17912345678901234",
        ),
        (
            "photos/201908/0123456789abcdef0123456789abcdef.jpg",
            "0123456789abcdef0123456789abcdef",
        ),
        ("media/other/a.b.mp4", "a.b"),
        ("media/12345678901234.jpg", "12345678901234"),
        ("a\\123456789012345.jpg", "123456789012345"),
        (".hidden", ".hidden"),
        ("", ""),
    ] {
        assert_eq!(item_key(uri), key, "{uri}");
    }
}

#[test]
fn an_item_of_a_hundred_thousand_media_is_read_in_no_time() {
    let media: String = (0..100_000)
        .map(|n| format!("<img src={n}.jpg><td class=_a6_q>Source type<div>camera</div></td>"))
        .collect();
    let html = whole(
        "",
        &format!("<div class=_a6-g>{media}<p class=_a6-o>Jul 02, 2020 11:30 pm</p></div>"),
    );
    let started = std::time::Instant::now();
    let (records, _) = read_as(Kind::Post, &html, None);
    assert_eq!(records.len(), 100_000);
    assert!(
        records
            .iter()
            .all(|record| record.facts.taken_while_posting)
    );
    // Squares of it would take minutes.
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
