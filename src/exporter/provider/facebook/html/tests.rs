//! Pages as Facebook wrote them in two generations and several languages.

use jiff::civil::datetime;

use super::*;
use model::record::{Edition, Location};
use model::time::Precision;

fn page(
    kind: Kind,
    path: &'static str,
    html: &str,
    offset_s: Option<i32>,
) -> (Vec<Record>, Vec<String>) {
    let page = Page {
        kind,
        source: Source {
            path,
            account: Some("anna"),
            edition: Edition::Html,
        },
        html: html.as_bytes(),
        offset_s,
    };
    let mut warnings = Vec::new();
    let read = read_page(&page, &mut |warning| warnings.push(warning));
    assert_eq!(read.result, Ok(()));
    (read.records, warnings)
}

fn posts(html: &str) -> Vec<Record> {
    page(Kind::Post, "posts/your_posts_1.html", html, None).0
}

fn new_item(heading: &str, body: &str, date: &str) -> String {
    format!(
        "<section class=\"_3-95 _a6-g\"><h2 class=\"_2ph_ _a6-h _a6-i\">{heading}</h2><div class=\"_2ph_ _a6-p\">{body}</div>\
        <footer class=\"_3-94 _a6-o\"><a href=\"https://facebook.example/1\"><div class=\"_a72d\">{date}</div></a></footer></section>"
    )
}

fn old_item(heading: &str, body: &str, date: &str) -> String {
    format!(
        "<div class=\"pam _2lej uiBoxWhite\"><div class=\"_2lek _2lel\">{heading}</div><div class=\"_2let\">{body}</div><div class=\"_2lem\">{date}</div></div>"
    )
}

fn slide(src: &str, caption: &str, album: &str) -> String {
    format!(
        "<div class=\"_a7ng\"><div><a href=\"{src}\"><img class=\"_a6_o\" src=\"{src}\"></a><div class=\"_3-95\">{caption}</div></div><div>{album}</div></div>"
    )
}

fn table(rows: &[(&str, &str)]) -> String {
    let rows: String = rows.iter().map(|(label, value)| format!("<tr><td class=\"_2pin _a6_q\">{label}</td><td class=\"_2pin _a6_r\">{value}</td></tr>")).collect();
    format!("<table>{rows}</table>")
}

#[test]
fn a_post_gives_text_place_and_the_wall_clock() {
    let body = format!(
        "<div>our day &amp; night</div>{}<div>Old Port (59.36, 17.96)</div><div>1 Quay Street</div><div>Updated Jul 27, 2024 12:48:39pm</div>",
        slide("your_facebook_activity/posts/media/T_x/1.jpg", "", "Trips")
    );
    let records = posts(&new_item(
        "Anna was at Old Port.",
        &body,
        "Jul 26, 2024 12:48:39pm",
    ));
    assert_eq!(records.len(), 1);
    let facts = &records[0].facts;
    assert_eq!(facts.description.as_deref(), Some("our day & night"));
    assert_eq!(facts.place.as_deref(), Some("Old Port"));
    assert_eq!(facts.location, Location::new(59.36, 17.96));
    assert_eq!(
        facts.posted_at,
        Some(When::wall(datetime(2024, 7, 26, 12, 48, 39, 0)))
    );
    assert_eq!(records[0].raw["heading"], "Anna was at Old Port.");
    assert_eq!(records[0].raw["album"], "Trips");
}

#[test]
fn slides_keep_order_own_captions_and_a_common_post() {
    let body = format!(
        "{}{}{}",
        slide("a/2.jpg", "the boat", "T"),
        slide("a/1.jpg", "", "T"),
        slide("a/stickers_used/3.png", "", "")
    );
    let records = posts(&new_item(
        "",
        &format!("<div>all</div>{body}"),
        "ago 24, 2023 2:45:44pm",
    ));
    let told: Vec<_> = records
        .iter()
        .map(|r| {
            (
                r.key.as_str(),
                r.facts.description.as_deref(),
                r.post.clone().map(|p| (p.id, p.index)),
            )
        })
        .collect();
    let id = "post:2@2023-08-24T14:45:44".to_owned();
    assert_eq!(
        told,
        [
            ("2", Some("the boat"), Some((id.clone(), 0))),
            ("1", Some("all"), Some((id, 1)))
        ]
    );
}

#[test]
fn dates_of_languages_and_years_are_read_and_others_are_told() {
    for (shown, expected, precision) in [
        (
            "Jul 26, 2024 12:48:39pm",
            datetime(2024, 7, 26, 12, 48, 39, 0),
            Precision::Second,
        ),
        (
            "ago 24, 2023 2:45:44pm",
            datetime(2023, 8, 24, 14, 45, 44, 0),
            Precision::Second,
        ),
        (
            "7 月 22, 2020 5:54:13 下午",
            datetime(2020, 7, 22, 17, 54, 13, 0),
            Precision::Second,
        ),
        (
            "Mar 1, 2019 2:05pm",
            datetime(2019, 3, 1, 14, 5, 0, 0),
            Precision::Minute,
        ),
    ] {
        let item = old_item(
            "Anna added a photo.",
            "<img src=\"photos_and_videos/T_x/1.jpg\">",
            shown,
        );
        let (records, warnings) = page(Kind::Post, "posts/your_posts_1.html", &item, None);
        assert_eq!(
            records[0].facts.posted_at,
            Some(When::wall(expected).known_to(precision)),
            "{shown}"
        );
        assert!(warnings.is_empty());
    }
    let item = new_item("", &slide("a/1.jpg", "", ""), "Blorember 3, 2020 1:02:03pm");
    let (records, warnings) = page(Kind::Post, "p.html", &item, None);
    assert_eq!(records[0].facts.posted_at, None);
    assert_eq!(
        warnings,
        ["a date could not be read: Blorember 3, 2020 1:02:03pm"]
    );
    let many = item.repeat(25);
    let (_, warnings) = page(Kind::Post, "p.html", &many, None);
    assert_eq!(
        warnings.last().map(String::as_str),
        Some("5 more dates could not be read")
    );
}

#[test]
fn an_offset_given_makes_instants() {
    let item = new_item("", &slide("a/1.jpg", "", ""), "Jul 26, 2024 12:48:39pm");
    let (records, _) = page(Kind::Post, "p.html", &item, Some(7200));
    let zoned = When::zoned(datetime(2024, 7, 26, 12, 48, 39, 0), 7200);
    assert_eq!(records[0].facts.posted_at, Some(zoned));
}

#[test]
fn tables_are_read_by_label_and_by_shape() {
    let posted = "Jul 26, 2024 12:48:39pm";
    let earlier = When::wall(datetime(2024, 7, 20, 9, 0, 0, 0));
    let echo = When::wall(datetime(2024, 7, 26, 12, 48, 0, 0));
    for (what, rows, taken) in [
        (
            "English",
            vec![
                ("Taken", "Jul 20, 2024 9:00:00am"),
                ("Modified", "Jul 21, 2024 9:00:00am"),
            ],
            Some(earlier),
        ),
        ("echo", vec![("Taken", "Jul 26, 2024 12:48:00pm")], None),
        (
            "echo with camera",
            vec![
                ("Taken", "Jul 26, 2024 12:48:00pm"),
                ("Camera make", "Make"),
            ],
            Some(echo),
        ),
        (
            "Spanish",
            vec![("Hecha", "jul 20, 2024 9:00:00am"), ("Orientación", "1")],
            Some(earlier),
        ),
        (
            "Chinese",
            vec![
                ("拍攝日期", "7 月 20, 2024 9:00:00 上午"),
                ("修改日期", "7 月 21, 2024 9:00:00 上午"),
            ],
            Some(earlier),
        ),
        (
            "unknown language, two dates",
            vec![
                ("Xa", "Jul 20, 2024 9:00:00am"),
                ("Xb", "Jul 21, 2024 9:00:00am"),
                ("Xc", "1/495"),
            ],
            Some(earlier),
        ),
        (
            "unknown language, one date",
            vec![("Xb", "Jul 20, 2024 9:00:00am")],
            None,
        ),
        (
            "after the posting",
            vec![("Taken", "Jul 28, 2024 9:00:00am"), ("Camera make", "Make")],
            None,
        ),
    ] {
        let item = new_item(
            "",
            &format!("{}{}", slide("a/1.jpg", "", ""), table(&rows)),
            posted,
        );
        assert_eq!(posts(&item)[0].facts.taken_at, taken, "{what}");
    }
}

#[test]
fn camera_fields_are_read_and_addresses_are_not_kept() {
    let rows = [
        ("Camera make", "Make"),
        ("Camera model", "Model 6"),
        ("Exposure", "1/495"),
        ("F-stop", "9/5"),
        ("ISO speed", "100"),
        ("Focal length", "399/100"),
        ("Latitude", "59.36"),
        ("Longitude", "17.96"),
        ("Upload IP address", "192.0.2.7"),
        ("Xyz", "2001:db8::7"),
    ];
    let records = posts(&new_item(
        "",
        &format!("{}{}", slide("a/1.jpg", "", ""), table(&rows)),
        "Jul 26, 2024 12:48:39pm",
    ));
    let facts = &records[0].facts;
    let device = &facts.device;
    assert_eq!(
        (device.make.as_deref(), device.model.as_deref(), device.iso),
        (Some("Make"), Some("Model 6"), Some(100))
    );
    assert_eq!(
        (device.f_number, device.exposure_s, device.focal_length_mm),
        (Some(1.8), Some(1.0 / 495.0), Some(3.99))
    );
    assert_eq!(facts.location, Location::new(59.36, 17.96));
    let kept = records[0].raw.to_string();
    assert!(
        !kept.contains("192.0.2") && !kept.contains("db8") && kept.contains("1/495"),
        "{kept}"
    );
}

#[test]
fn an_album_page_gives_the_same_album_as_its_json() {
    let items: String = ["10152345678901236", "10152345678901234"]
        .iter()
        .map(|id| new_item("", &format!("<img class=\"_a6_o\" src=\"posts/media/T_x/{id}.jpg\"><div class=\"_3-95\">c</div><div>Ben: nice</div>"), "Jul 26, 2024 12:48:39pm"))
        .collect();
    let html =
        format!("<html><head><title>Tom &amp; Trip</title></head><body>{items}</body></html>");
    let page = Page {
        kind: Kind::Post,
        source: Source {
            path: "posts/album/0.html",
            account: None,
            edition: Edition::Html,
        },
        html: html.as_bytes(),
        offset_s: None,
    };
    let (album, read) = read_album(&page, &mut |warning| panic!("{warning}"));
    assert_eq!(read.result, Ok(()));
    let records = read.records;
    assert_eq!(
        (album.title.as_str(), album.key.as_str()),
        ("Tom & Trip", "Tom & Trip/10152345678901234")
    );
    let told: Vec<_> = records
        .iter()
        .map(|r| (r.facts.albums[0].position, r.facts.description.as_deref()))
        .collect();
    assert_eq!(
        told,
        [(Some(0), Some("c")), (Some(1), Some("c"))],
        "comments are no captions"
    );
}

#[test]
fn messages_keep_no_words() {
    let item = new_item(
        "Ben Beispiel",
        "<div>secret words</div><img src=\"messages/inbox/b_x/photos/1.jpg\">",
        "Jul 26, 2024 12:48:39pm",
    );
    let (records, _) = page(
        Kind::Message,
        "messages/inbox/b_x/message_1.html",
        &item,
        None,
    );
    let kept = serde_json::to_string(&records).unwrap_or_default();
    assert_eq!(records.len(), 1);
    assert!(
        !kept.contains("secret") && !kept.contains("Beispiel"),
        "{kept}"
    );
}

#[test]
fn broken_pages_give_what_they_have() {
    let item = new_item("", &slide("a/1.jpg", "", ""), "Jul 26, 2024 12:48:39pm");
    for (html, count) in [
        ("", 0),
        ("<<<>", 0),
        (&item[..item.len() - 40], 1),
        (
            "<div class=\"_a6-g\"><img class=\"_a6_o\" src=\"a/1.jpg\">",
            1,
        ),
    ] {
        assert_eq!(posts(html).len(), count, "{html}");
    }
}

#[test]
fn icons_are_no_media_and_pictures_where_media_lie_are() {
    let body = "<img src=\"comments_and_reactions/icons/like.png\"><img src=\"https://scontent.xx.fbcdn.net/v/hat.png?oh=1\">\
        <img src=\"your_facebook_activity/other_activity/badge.png\"><img class=\"_a6_o\" src=\"posts/media/T_x/1.jpg\">\
        <img src=\"posts/media/T_x/2.jpg\"><img class=\"_a6_o\" src=\"https://scontent.xx.fbcdn.net/v/3_n.jpg\">";
    let records = posts(&new_item("", body, "Jul 26, 2024 12:48:39pm"));
    let uris: Vec<_> = records.iter().map(|record| record.uri.as_str()).collect();
    assert_eq!(
        uris,
        [
            "posts/media/T_x/1.jpg",
            "posts/media/T_x/2.jpg",
            "https://scontent.xx.fbcdn.net/v/3_n.jpg"
        ]
    );
}

#[test]
fn a_video_with_its_preview_is_alone_and_upload_addresses_are_nowhere() {
    let video = "<video class=\"_2yuc _3-96\" src=\"photos_and_videos/videos/1.mp4\"><img src=\"photos_and_videos/videos/thumb.jpg\"></video>";
    for address in [
        "<ul><li class=\"_tqp\">Upload IP address: 192.0.2.7</li></ul>",
        "<ul><li>Dirección IP 192.0.2.7</li></ul>",
        "<div>Upload IP address: 192.0.2.7</div>",
        "<div class=\"_3-95\">Upload IP address: 2001:db8::7</div>",
        "<div><div>IP-Adresse beim Hochladen</div><div>192.0.2.7</div></div>",
        "<dl><dt>上傳 IP 位址</dt><dd>192.0.2.7</dd></dl>",
        "<p>Адрес IP<br>192.0.2.7</p>",
        "<table><tr><td>Xyz</td><td>192.0.2.7, 2001:db8::7</td></tr></table>",
    ] {
        let records = posts(&old_item(
            "Anna added a video.",
            &format!("<div>waves</div>{video}{address}"),
            "Mar 1, 2019 2:05pm",
        ));
        assert_eq!(records.len(), 1, "{address}");
        let record = &records[0];
        assert_eq!(
            (record.post.clone(), record.facts.description.as_deref()),
            (None, Some("waves")),
            "{address}"
        );
        let kept = serde_json::to_string(record).unwrap_or_default();
        assert!(
            !kept.contains("192.0.2") && !kept.contains("db8"),
            "{address}: {kept}"
        );
    }
}

#[test]
fn tagged_people_and_groups_are_no_captions() {
    let body = "<img class=\"_a6_o\" src=\"a/1.jpg\"><div class=\"_3-95\">Group: Old Cameras</div><div class=\"_u14\">You tagged Ben Beispiel, Zoë Müller</div>";
    let record = &posts(&new_item("", body, "Jul 26, 2024 12:48:39pm"))[0];
    assert_eq!(record.facts.description, None);
    assert_eq!(record.facts.people, ["Ben Beispiel", "Zoë Müller"]);
    // In a language nobody knows the class alone tells what the line is: it is kept as it stands.
    let body = "<img class=\"_a6_o\" src=\"a/1.jpg\"><div class=\"_u14\">Blorb Ben Beispiel</div>";
    let record = &posts(&new_item("", body, "Jul 26, 2024 12:48:39pm"))[0];
    assert_eq!(
        (
            record.facts.description.as_deref(),
            record.facts.people.len()
        ),
        (None, 0)
    );
    assert_eq!(record.raw["tagged"], "Blorb Ben Beispiel");
}

#[test]
fn the_zone_of_a_page_is_a_hint_beside_the_wall_clock() {
    let item = new_item("", &slide("a/1.jpg", "", ""), "Jul 26, 2024 12:48:39pm");
    let foot = "<div class=\"_3b0e\">Generated by Anna on Thursday, July 18, 2019 at 3:42 PM UTC+07:00</div>";
    for (offset_s, hint) in [(None, Some(7 * 3600)), (Some(7200), None)] {
        let (records, _) = page(Kind::Post, "p.html", &format!("{item}{foot}"), offset_s);
        let facts = &records[0].facts;
        let hints = facts.hints.as_ref();
        assert_eq!(hints.and_then(|hints| hints.page_offset_s), hint);
        assert_eq!(
            facts.posted_at.is_some_and(|when| when.instant().is_none()),
            offset_s.is_none()
        );
    }
}
