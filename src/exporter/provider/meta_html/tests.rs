//! Tests of the reader of Meta's pages.

use super::*;

use proptest::prelude::{any, proptest};

fn read_with(html: &str, piece_bytes: usize) -> (PageHead, Vec<PageItem>) {
    let mut items = Vec::new();
    let head = read_in_pieces(html.as_bytes(), piece_bytes, &mut |_, item| {
        items.push(item)
    })
    .expect("a whole page");
    (head, items)
}

fn read(html: &str) -> Vec<PageItem> {
    read_with(html, PIECE_BYTES).1
}

fn page(items: &str) -> String {
    format!(
        "\u{feff}<html><head><meta charset=\"utf-8\"/><base href=\"../../\"/><title>Posts _a6-g</title>\
         <style>._a6-g {{ color: red }}</style></head><body class=\"_5vb_\"><img src=\"files/Instagram-Logo.png\"/>\
         <main class=\"_a706\" role=\"main\">{items}</main></body></html>"
    )
}

fn boxed(inner: &str) -> String {
    format!("<div class=\"pam _3-95 _2ph- _a6-g uiBoxWhite noborder\">{inner}</div>")
}

const SINGLE_2024: &str = "<div class=\"_3-95 _2pim _a6-h _a6-i\">Sea &amp; sky &#064;anna<br />second line 🌊</div>\
<div class=\"_3-95 _a6-p\"><a target=\"_blank\" href=\"media/posts/202010/1_n_17900000000000001.jpg\">\
<img src=\"media/posts/202010/1_n_17900000000000001.jpg\" class=\"_a6_o _3-96\"/></a>\
<div><table style=\"table-layout: fixed;\"><tr><td colspan=\"2\" class=\"_2pin _a6_q\"><div class=\"_a6-q\">Latitude\
<div><div class=\"_a6-q\">45.5</div></div></div></td></tr><tr><td colspan=\"2\" class=\"_2pin _a6_q\"><div class=\"_a6-q\">\
Has Camera Metadata<div><div class=\"_a6-q\"></div></div></div></td></tr></table></div></div>\
<div class=\"_3-94 _a6-o\">Oct 02, 2020 2:07 pm</div>";

const CAROUSEL_2025: &str = "<h2 class=\"_3-95 _2pim _a6-h _a6-i\">Three</h2><div class=\"_3-95 _a6-p\">\
<div><a href=\"media/a.jpg\"><img src=\"media/a.jpg\" class=\"_a6_o _3-96\"/></a><div></div></div>\
<div><div><video src=\"media/b.mp4\" controls=\"1\" class=\"_a6_o _3-96\"><a target=\"_blank\" href=\"media/b.mp4\"><div>Click for video:</div></a></video></div>\
<table><tr><td class=\"_2pin _a6_q\">Subtitles</td><td class=\"_2pin _2piu _a6_r\"><a href=\"media/b.srt\">media/b.srt</a></td></tr></table></div>\
<div><a href=\"media/c.jpg\"><img src=\"media/c.jpg\"/></a><div></div></div></div><div class=\"_3-94 _a6-o new\">dic 01, 2025 9:05 pm</div>";

fn sources(item: &PageItem) -> Vec<&str> {
    item.media
        .iter()
        .map(|medium| medium.src.as_str())
        .collect()
}

#[test]
fn a_single_has_its_caption_medium_table_and_date() {
    let items = read(&page(&boxed(SINGLE_2024)));
    let label = |label: &str, value: &str| PageLabel {
        media: Some(0),
        label: label.to_owned(),
        value: value.to_owned(),
    };
    let expected = PageItem {
        heading: "Sea & sky @anna\nsecond line 🌊".to_owned(),
        media: vec![PageMedia {
            src: "media/posts/202010/1_n_17900000000000001.jpg".to_owned(),
            tag: MediaTag::Image,
            marked: true,
            subtitles: Vec::new(),
            text: String::new(),
            album: String::new(),
        }],
        labels: vec![label("Latitude", "45.5"), label("Has Camera Metadata", "")],
        tagged: Vec::new(),
        previews: Vec::new(),
        body: Vec::new(),
        date: "Oct 02, 2020 2:07 pm".to_owned(),
        only_linked: Vec::new(),
        cut: false,
    };
    assert_eq!(items, [expected]);
}

#[test]
fn a_carousel_keeps_its_order_and_takes_no_links_for_media() {
    let items = read(&page(&boxed(CAROUSEL_2025)));
    assert_eq!(items.len(), 1);
    let item = &items[0];
    assert_eq!(item.heading, "Three");
    assert_eq!(sources(item), ["media/a.jpg", "media/b.mp4", "media/c.jpg"]);
    assert_eq!(item.media[1].tag, MediaTag::Video);
    assert_eq!(item.media[1].subtitles, ["media/b.srt"]);
    assert!(item.media[0].subtitles.is_empty() && item.media[2].subtitles.is_empty());
    assert_eq!(item.labels[0].media, Some(1));
    assert_eq!(item.labels[0].value, "media/b.srt");
    assert!(
        item.body.is_empty(),
        "the fallback of a video is no text: {:?}",
        item.body
    );
}

#[test]
fn tables_of_every_form_give_label_and_value() {
    for row in [
        "<tr><td colspan=\"2\" class=\"_2pin _a6_q\">Date taken<div><div>2024:05:02 22:47:28</div></div></td></tr>",
        "<tr><td class=\"_2pin _a6_q\">Date taken</td><td class=\"_2pin _2piu _a6_r\">2024:05:02 22:47:28</td></tr>",
        "<tr><td class=\"_2pin _a6_q\"><div class=\"_a6-q\">Date taken<div><div class=\"_a6-q\">2024:05:02 22:47:28</div></div></div></td></tr>",
        "<tr><td class=\"_2pin _a6_q\"><div class=\"_a6-q\">Date taken</div><div><div class=\"_a6-q\">2024:05:02 22:47:28</div></div></td></tr>",
        "<tr><td class=\"_a6_q\"><div class=\"_a6-q\">Date taken</div></td><td class=\"_a6_q\"><div><div class=\"_a6-q\">2024:05:02 22:47:28</div></div></td></tr>",
        "<td class=\"_a6_q\">Date taken</td><td class=\"_a6_r\">2024:05:02 22:47:28</td>",
        "<tr><td class=\"_a6_q\">Date taken<td class=\"_a6_r\">2024:05:02 22:47:28",
    ] {
        let item = read(&page(&boxed(&format!(
            "<img src=a.jpg><table>{row}</table>"
        ))))
        .remove(0);
        let found: Vec<_> = item
            .labels
            .iter()
            .map(|l| (l.label.as_str(), l.value.as_str()))
            .collect();
        assert_eq!(found, [("Date taken", "2024:05:02 22:47:28")], "{row}");
    }
}

#[test]
fn line_breaks_and_spaces_of_a_caption_are_kept() {
    for (html, caption) in [
        ("one<br>two", "one\ntwo"),
        ("one\ntwo\n\nthree", "one\ntwo\n\nthree"),
        ("one<br />\ntwo", "one\ntwo"),
        ("one<br/><br/>two", "one\n\ntwo"),
        ("  two  spaces ", "  two  spaces "),
        (
            "a <b>bold</b> &lt;b&gt;word&lt;/b&gt;",
            "a bold <b>word</b>",
        ),
        ("&am<b>p;</b>", "&amp;"),
        ("<div>first</div><div>second</div>", "first\nsecond"),
        ("مرحبا 👩‍👩‍👧 ]]> --&gt;", "مرحبا 👩‍👩‍👧 ]]> -->"),
    ] {
        let item = read(&page(&boxed(&format!(
            "<h2 class=\"_a6-h\">{html}</h2><img src=a.jpg>"
        ))))
        .remove(0);
        assert_eq!(item.heading, caption, "{html}");
    }
}

#[test]
fn a_message_keeps_sender_and_media_and_loses_reactions() {
    let people = boxed("<h2 class=\"_3-95 _2pim _a6-h _a6-i\">Participants: anna and ben</h2>");
    let message = boxed(
        "<div class=\"_3-95 _2pim _a6-h _a6-i\">ben</div><div class=\"_3-95 _a6-p\"><div><div></div><div>look</div>\
         <div><img src=\"messages/inbox/ben_1/photos/9.jpg\" class=\"_a6_o\"></div><audio src=\"messages/inbox/ben_1/audio/9.mp4\"></audio>\
         <ul class=\"_a6-q\"><li><span>❤anna <img src=\"heart.png\"></span></li></ul></div></div><div class=\"_3-94 _a6-o\">Oct 02, 2020 2:07 pm</div>",
    );
    let items = read(&page(&(people + &message)));
    assert_eq!(items[0].heading, "Participants: anna and ben");
    assert!(items[0].date.is_empty() && items[0].media.is_empty());
    assert_eq!(items[1].heading, "ben");
    assert_eq!(
        sources(&items[1]),
        [
            "messages/inbox/ben_1/photos/9.jpg",
            "messages/inbox/ben_1/audio/9.mp4"
        ]
    );
    assert_eq!(items[1].body, ["look"]);
}

#[test]
fn facebook_boxes_of_two_generations_are_read() {
    let new = "<section class=\"_3-95 _a6-g\"><h2 class=\"_2ph_ _a6-h _a6-i\">Anna was at Harbour.</h2><div class=\"_2ph_ _a6-p\">\
         <div class=\"_a7ng\"><div><a href=\"x.jpg\"><img class=\"_a6_o\" src=\"x.jpg\"></a><div class=\"_3-95\">The boat</div></div>\
         <div>Trips</div></div><div>Harbour (59.36, 17.96)</div></div>\
         <footer class=\"_3-94 _a6-o\"><a href=\"https://facebook.example/1\"><div class=\"_a72d\">Jul 26, 2024 12:48:39pm</div></a><div>Open</div></footer></section>";
    let old = "<div class=\"pam uiBoxWhite noborder\"><div class=\"_3-96 _2pio _2lej\"><div class=\"_2lek _2lel\">Anna added a photo.</div>\
         <div class=\"_2let\"><img src=\"photos_and_videos/a.jpg\"></div><div class=\"_2lem\">Mar 1, 2019 2:05pm</div></div></div>";
    let items = read(&page(&format!("{new}{old}")));
    assert_eq!(items[0].heading, "Anna was at Harbour.");
    assert_eq!(items[0].media[0].text, "The boat");
    assert_eq!(items[0].media[0].album, "Trips");
    assert_eq!(items[0].body, ["Harbour (59.36, 17.96)"]);
    assert_eq!(items[0].date, "Jul 26, 2024 12:48:39pm");
    assert_eq!(
        (items[1].heading.as_str(), items[1].date.as_str()),
        ("Anna added a photo.", "Mar 1, 2019 2:05pm")
    );
    assert_eq!(sources(&items[1]), ["photos_and_videos/a.jpg"]);
}

#[test]
fn the_title_of_a_page_is_text() {
    for (html, title) in [
        (
            "<html><head><title>Tom &amp; Ann&#039;s</title>",
            Some("Tom & Ann's"),
        ),
        ("<title id=\"x\"> Trip </title>", Some("Trip")),
        ("<title></title>", None),
        ("<title>cut", None),
        ("no title", None),
    ] {
        assert_eq!(page_title(html.as_bytes()).as_deref(), title, "{html}");
    }
}

#[test]
fn the_header_tells_when_the_page_was_made() {
    // Shape of a page of August 2026; instants come without seconds.
    let html = "<body><header class=\"_as-_\"><h1>Posts</h1><aside>Generated by anna on <time datetime=\"2026-08-12T05:03Z\">Tuesday, August 11, 2026 at 10:03 PM UTC</time>\
         <div>Data from <time datetime=\"2025-08-12T04:52:01Z\">August 11, 2025</time> to <time datetime=\"never\">later</time></div></aside></header></body>";
    let (head, items) = read_with(html, PIECE_BYTES);
    assert!(items.is_empty());
    let instant = |text: &str| text.parse::<Timestamp>().expect("an instant");
    assert_eq!(
        head.times,
        [
            (
                instant("2026-08-12T05:03:00Z"),
                "Tuesday, August 11, 2026 at 10:03 PM UTC".to_owned()
            ),
            (
                instant("2025-08-12T04:52:01Z"),
                "August 11, 2025".to_owned()
            ),
        ]
    );
}

#[test]
fn a_page_says_whose_it_is() {
    for (outside, author) in [
        (
            "<header><aside>Generated by anna.b on <time datetime=\"2026-08-12T05:03Z\">Tuesday</time></aside></header>",
            Some("anna.b"),
        ),
        (
            "<header><aside>Gerado por <b>anna.b</b> em <time datetime=\"2026-08-12T05:03Z\">Terça</time></aside></header>",
            Some("anna.b"),
        ),
        (
            "<div class=\"_a705\"><div>Generated by</div><div>Anna Muster</div></div>",
            Some("Anna Muster"),
        ),
        (
            "<div>Posts</div><p>Generated by Anna &amp; Ben on Tuesday, March 5, 2024 at 9:00 AM UTC+07:00</p>",
            Some("Anna & Ben"),
        ),
        ("<div>Posts</div>", None),
    ] {
        // A caption that reads the same is none.
        let caption =
            boxed("<h2 class=\"_a6-h\">Generated by a machine on Monday</h2><img src=a.jpg>");
        for html in [
            page(&format!("{outside}{caption}")),
            page(&format!("{caption}{outside}")),
        ] {
            assert_eq!(page_author(html.as_bytes()).as_deref(), author, "{html}");
        }
    }
}

#[test]
fn media_outside_of_items_are_told() {
    let renamed = boxed(SINGLE_2024).replace("_a6-g", "_xxxx");
    let path = "media/posts/202010/1_n_17900000000000001.jpg";
    for (items, shown, linked) in [
        (boxed(SINGLE_2024), 0, 0),
        (renamed.clone(), 1, 1),
        (renamed.replace("<img", "<p"), 0, 1),
        ("<img src=\"data:x\"><a href=\"posts_2.html\">2</a><a href=\"https://h.example/a.jpg\">x</a>".to_owned(), 0, 0),
    ] {
        let (head, _) = read_with(&page(&items), PIECE_BYTES);
        assert_eq!((head.media_outside.len(), head.linked_outside.len()), (shown, linked), "{items}");
        assert!(head.media_outside.iter().chain(&head.linked_outside).all(|found| found == path));
    }
}

#[test]
fn media_that_only_links_name_are_told() {
    let html = boxed(&format!(
        "{SINGLE_2024}<table><tr><td class=_a6_q>Cover<a href=\"media/other/cover.jpg\">x</a></td></tr></table>"
    ));
    let item = read(&page(&html)).remove(0);
    assert_eq!(item.only_linked, ["media/other/cover.jpg"]);
    assert!(read(&page(&boxed(CAROUSEL_2025)))[0].only_linked.is_empty());
}

#[test]
fn pieces_of_any_size_give_the_same() {
    let html = page(&format!(
        "{}{}<header><time datetime=\"2026-08-12T05:03Z\">x</time></header>",
        boxed(SINGLE_2024),
        boxed(CAROUSEL_2025)
    ));
    let whole = read_with(&html, html.len());
    assert_eq!(whole.1.len(), 2);
    for piece_bytes in [1, 2, 3, 7, 64] {
        assert_eq!(read_with(&html, piece_bytes), whole, "{piece_bytes}");
    }
}

#[test]
fn tags_left_open_spoil_only_their_item() {
    for broken in [
        SINGLE_2024.replace("</div>", ""),
        SINGLE_2024.replace("</table></div></div>", ""),
        SINGLE_2024.replace("</tr>", "").replace("</td>", ""),
        format!("</p></table><video>{SINGLE_2024}"),
    ] {
        let html = page(&format!("{}{}", boxed(&broken), boxed(CAROUSEL_2025)));
        let items = read(&html);
        assert_eq!(items.len(), 2, "{broken}");
        assert_eq!(
            sources(&items[0]),
            ["media/posts/202010/1_n_17900000000000001.jpg"]
        );
        assert!(
            items[0].date.starts_with("Oct 02, 2020 2:07 pm"),
            "{}",
            items[0].date
        );
        assert_eq!(
            sources(&items[1]),
            ["media/a.jpg", "media/b.mp4", "media/c.jpg"]
        );
        assert_eq!(items[1].heading, "Three");
    }
}

#[test]
fn a_page_that_ends_in_the_middle_gives_what_it_has() {
    let html = page(&boxed(SINGLE_2024));
    let cut = &html[..html.find("Has Camera").expect("the label")];
    let items = read(cut);
    assert_eq!(items[0].heading, "Sea & sky @anna\nsecond line 🌊");
    assert_eq!(items[0].labels[0].value, "45.5");
    assert!(items[0].date.is_empty());
}

#[test]
fn scripts_styles_comments_and_attributes_are_no_text() {
    let html = page(&boxed(
        "<script>document.write('<div class=\"_a6-g\"><img src=evil.jpg></div>')</script><!-- <img src=\"hidden.jpg\"> -->\
         <style>x</style><h2 class=\"_a6-h\" title=\"<img src=t.jpg>\">real</h2><img src='data:image/png;base64,AAAA'><img src=\"\"><img><img src=\"m&amp;m.jpg\">",
    ));
    let items = read(&html);
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].heading, "real");
    assert_eq!(sources(&items[0]), ["m&m.jpg"]);
    assert!(items[0].body.is_empty());
}

#[test]
fn megabytes_of_text_are_kept_and_endless_text_is_cut() {
    let long = "Meer &amp; ".repeat(1 << 18);
    let item = read(&page(&boxed(&format!(
        "<h2 class=\"_a6-h\">{long}</h2><img src=a.jpg>"
    ))))
    .remove(0);
    assert_eq!(item.heading.len(), 7 << 18);
    assert!(!item.cut);

    let endless = "x".repeat(MOST + (1 << 20));
    let item = read(&page(&boxed(&format!(
        "<h2 class=\"_a6-h\">{endless}</h2><img src=a.jpg>"
    ))))
    .remove(0);
    assert!(item.cut && item.heading.len() <= MOST);
    assert_eq!(sources(&item), ["a.jpg"]);
}

const MOST: usize = builder::MOST_TEXT_BYTES;

#[test]
fn millions_of_open_tags_end_in_an_error_and_not_in_all_memory() {
    let html = format!(
        "{}{}",
        page(&boxed(SINGLE_2024)),
        "<b><i>".repeat(1_000_000)
    );
    let mut items = 0;
    let result = read_items(html.as_bytes(), &mut |_, _| items += 1);
    assert!(result.is_err());
    assert_eq!(items, 1);
}

#[test]
fn bytes_that_are_not_utf_8_are_replaced() {
    let mut html = page(&boxed("<h2 class=\"_a6-h\">a?b</h2><img src=a.jpg>")).into_bytes();
    let at = html
        .iter()
        .rposition(|byte| *byte == b'?')
        .expect("the mark");
    html[at] = 0xff;
    let mut found = Vec::new();
    read_items(&html, &mut |_, item| found.push(item.heading)).expect("a whole page");
    assert_eq!(found, ["a\u{fffd}b"]);
}

#[test]
#[ignore = "slow: reads 50 MB; run by hand and in CI"]
fn fifty_megabytes_stay_quick_and_small() {
    let items = format!("{}{}", boxed(SINGLE_2024), boxed(CAROUSEL_2025));
    let html = page(&items.repeat((50 << 20) / items.len()));
    let mut count = 0;
    let started = std::time::Instant::now();
    read_items(html.as_bytes(), &mut |_, item| count += item.media.len()).expect("a whole page");
    assert_eq!(count, 4 * ((50 << 20) / items.len()));
    // Ten times what it takes on a slow machine: only a quadratic slip breaks this.
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
    println!("{:?}", started.elapsed());
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in any::<Vec<u8>>()) {
        let _ = read_items(&bytes, &mut |_, _| ());
    }

    #[test]
    fn no_heap_of_tags_panics(parts in proptest::collection::vec(proptest::sample::select(vec![
        "<div class=_a6-g>", "</div>", "<table>", "<tr>", "<td class=_a6_q>", "</td>", "</tr>", "<h2 class=_a6-h>", "</h2>", "<br>",
        "<img src=a>", "<video src=b>", "</video>", "<ul class=_a6-q>", "</ul>", "<div class=_a6-o>", "x", "&amp;", "<header>", "<time datetime=2026-08-12T05:03Z>",
        "</time>", "<script>", "</script>", "<select>", "<svg>", "<math>", "<template>",
    ]), 0..40)) {
        let html = parts.concat();
        let mut whole = Vec::new();
        let first = read_in_pieces(html.as_bytes(), PIECE_BYTES, &mut |_, item| whole.push(item));
        let mut pieces = Vec::new();
        let second = read_in_pieces(html.as_bytes(), 1, &mut |_, item| pieces.push(item));
        proptest::prop_assert_eq!(first, second);
        proptest::prop_assert_eq!(whole, pieces);
    }
}

#[test]
fn icons_are_unmarked_and_the_preview_of_a_video_is_no_medium() {
    let body = "<div class=\"_2let\"><img src=\"comments_and_reactions/icons/like.png\"/>\
        <img class=\"_2yuc _3-96\" src=\"p/1.jpg\"/><img src=\"files/attached.jpg\"/><img src=\"../../files/fb_logo.png\"/>\
        <video class=\"_2yuc _3-96\" src=\"p/2.mp4\"><a href=\"p/2.mp4\"><img src=\"p/thumb.jpg\"/></a></video></div>";
    let items = read(&page(&format!("<div class=\"_2lej\">{body}</div>")));
    let found: Vec<_> = items[0].media.iter().map(|m| (&*m.src, m.marked)).collect();
    assert_eq!(items[0].previews, ["p/thumb.jpg"]);
    assert_eq!(
        found,
        [
            ("comments_and_reactions/icons/like.png", false),
            ("p/1.jpg", true),
            ("files/attached.jpg", false),
            ("p/2.mp4", true)
        ]
    );
}

#[test]
fn elements_of_lists_are_labels_and_never_text() {
    let item = read(&page(&boxed(
        "<div class=\"_a6-p\"><video class=\"_a6_o\" src=\"p/2.mp4\"></video><div><ul><li class=\"_tqp\">Upload IP address: 192.0.2.7</li>\
         <li>曝光：1/60</li><li>lone</li></ul></div></div>",
    )))
    .remove(0);
    let rows: Vec<_> = item.labels.iter().map(|l| (&*l.label, &*l.value)).collect();
    assert_eq!(
        rows,
        [
            ("Upload IP address", "192.0.2.7"),
            ("曝光", "1/60"),
            ("lone", "")
        ]
    );
    assert!(item.body.is_empty(), "{:?}", item.body);
}

#[test]
fn tagged_people_stand_apart_from_text() {
    let item = read(&page(&boxed(
        "<div class=\"_a6-p\"><img class=\"_a6_o\" src=\"p/1.jpg\"><div class=\"_u14\">You tagged A, B</div></div>",
    )))
    .remove(0);
    assert_eq!(
        item.tagged,
        [PageTagged {
            media: Some(0),
            text: "You tagged A, B".to_owned()
        }]
    );
    assert!(item.body.is_empty() && item.media[0].text.is_empty());
}

#[test]
fn what_stands_outside_of_items_is_kept_in_short() {
    let foot = "<div class=\"_4t5o\"><div class=\"_3b0e\">Generated by Anna Muster on Thursday, July 18, 2019 at 3:42 PM UTC+07:00</div></div>";
    let many = "<p>line</p>".repeat(300);
    let html = format!(
        "<header><div>Your posts</div><time datetime=\"2025-10-02T05:10Z\">Oct 02, 2025 12:10 pm</time></header>{many}\
         <img src=\"posts/media/T_x/9.jpg\"><div class=\"_2lej\"><div class=\"_2lek\">h</div><div class=\"_2lem\">d</div></div>{foot}"
    );
    let (head, items) = read_with(&html, PIECE_BYTES);
    assert_eq!(items.len(), 1);
    assert_eq!(head.lines.first().map(String::as_str), Some("Your posts"));
    assert!(head.lines.last().is_some_and(|l| l.ends_with("UTC+07:00")));
    assert_eq!(head.lines.len(), 201);
    assert_eq!(head.media_outside, ["posts/media/T_x/9.jpg"]);
    assert_eq!(head.times.len(), 1);
    let parts = PageParts {
        items: 1,
        headings: 1,
        bodies: 0,
        dates: 1,
    };
    assert_eq!(head.parts, parts);
    let lone = "x".repeat(100_000);
    let (head, _) = read_with(&format!("<p>{lone}</p>"), 7);
    assert!(head.lines[0].len() <= 512);
}
