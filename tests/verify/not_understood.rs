//! What was not understood is evidence: the import says so, the catalog keeps it, and the certificate cannot say "complete".

use model::kind::Kind;
use serde_json::json;

use super::Made;
use crate::support::account::{Account, Medium, Post};
use crate::support::compose::{Edition, Files, Generation, Language, compose};
use crate::support::env::{Ran, TestEnv};

/// An account of nine posts with one photo each.
fn account() -> Account {
    let post = |day: u64| {
        Post::new(
            Kind::Post,
            &format!("2023-07-{day:02}T18:03:22Z"),
            &format!("words about day {day}"),
            vec![Medium::jpeg(day)],
        )
    };
    Account::of("anna", (10..19).map(post).collect())
}

fn html() -> Files {
    compose(&account(), Generation::G4, Edition::Html(Language::English))
}

fn json_edition() -> Files {
    compose(&account(), Generation::G4, Edition::Json)
}

/// Where G4 keeps its record files.
const RECORDS: &str = "your_instagram_activity/media";

fn imported(files: &Files) -> (Made, Ran) {
    let env = TestEnv::new();
    env.zip("anna.zip", files);
    let made = Made { env };
    let ran = made.json(&["import", "anna.zip"]);
    (made, ran)
}

/// Returns file and way of each thing that was not understood.
fn not_understood(ran: &Ran) -> Vec<(String, String)> {
    let lines = ran.json_lines("not_understood");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("?").to_owned();
    lines
        .iter()
        .map(|line| (text(&line["entry"]), text(&line["what"]["why"])))
        .collect()
}

/// Returns verdict and reasons.
fn certified(made: &Made) -> (String, String) {
    let ran = made.json(&["certify"]);
    let lines = ran.json_lines("certificate");
    assert_eq!(lines.len(), 1, "{ran:?}");
    let verdict = lines[0]["verdict"].as_str().unwrap_or("?").to_owned();
    (verdict, lines[0]["reasons"].to_string())
}

fn assert_cannot_be_known(made: &Made, file: &str) {
    let (verdict, reasons) = certified(made);
    assert_eq!(verdict, "cannot_be_known", "{reasons}");
    assert!(reasons.contains(file), "{file}: {reasons}");
}

#[test]
fn whole_archives_are_understood() {
    for files in [html(), json_edition()] {
        let (made, ran) = imported(&files);
        assert_eq!(not_understood(&ran), [], "{ran:?}");
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let (_, reasons) = certified(&made);
        assert!(!reasons.contains("understood"), "{reasons}");
    }
}

#[test]
fn a_page_of_posts_whose_class_names_changed_is_not_understood() {
    let mut files = html();
    let path = format!("{RECORDS}/posts_1.html");
    let page = String::from_utf8(files[&path].clone()).expect("a page");
    assert!(page.contains("_a6-g"));
    files.insert(path.clone(), page.replace("_a6-g", "_b7-x").into_bytes());
    let (made, ran) = imported(&files);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let told = not_understood(&ran);
    assert!(told.iter().any(|(entry, _)| *entry == path), "{told:?}");
    assert_cannot_be_known(&made, "posts_1.html");
    // Nothing is new, nothing is read again, and still it is said.
    let again = made.json(&["import", "anna.zip"]);
    assert_eq!(again.code, Some(3), "{again:?}");
    assert_eq!(not_understood(&again), told);
    let text = made.run(&["import", "anna.zip"]);
    assert!(
        text.stdout.contains("not understood:") && text.stdout.contains("posts_1.html"),
        "{text:?}"
    );
    // The page as it should be takes the doubt away only where it is the same file: the old one still stands.
    assert_cannot_be_known(&made, "posts_1.html");
}

#[test]
fn a_record_file_nobody_knows_that_names_media_is_not_understood() {
    let mut files = json_edition();
    let moments: Vec<_> = (0..15)
        .map(|n| json!({"uri": format!("media/posts/202301/1790000000000{n:04}.jpg"), "title": "lost"}))
        .collect();
    let path = format!("{RECORDS}/moments.json");
    files.insert(
        path.clone(),
        json!({ "moments": moments }).to_string().into_bytes(),
    );
    let (made, ran) = imported(&files);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_eq!(not_understood(&ran), [(path, "names_media".to_owned())]);
    assert_cannot_be_known(&made, "moments.json");
}

#[test]
fn a_file_that_only_repeats_what_records_name_is_no_riddle() {
    let mut files = json_edition();
    let media: Vec<&String> = files.keys().filter(|path| path.ends_with(".jpg")).collect();
    let list = json!({ "thumbnails": media }).to_string().into_bytes();
    files.insert(format!("{RECORDS}/covers.json"), list);
    let (_, ran) = imported(&files);
    assert_eq!(not_understood(&ran), []);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn a_part_that_comes_later_explains_what_an_earlier_one_names() {
    let mut first = Files::new();
    let whole = json_edition();
    let media: Vec<&String> = whole.keys().filter(|path| path.ends_with(".jpg")).collect();
    let list = json!({ "thumbnails": media }).to_string().into_bytes();
    first.insert(format!("{RECORDS}/covers.json"), list);
    let env = TestEnv::new();
    env.zip("first.zip", &first);
    env.zip("second.zip", &whole);
    let made = Made { env };
    let ran = made.json(&["import", "first.zip"]);
    assert_eq!(not_understood(&ran).len(), 1, "{ran:?}");
    let ran = made.json(&["import", "second.zip"]);
    assert_eq!(not_understood(&ran), [], "{ran:?}");
    let (_, reasons) = certified(&made);
    assert!(!reasons.contains("covers.json"), "{reasons}");
    // And the other way round.
    let again = made.json(&["import", "first.zip"]);
    assert_eq!(not_understood(&again), [], "{again:?}");
}

#[test]
fn media_that_no_record_names_cannot_be_known() {
    let mut files = json_edition();
    let path = format!("{RECORDS}/posts_1.json");
    let posts: serde_json::Value = serde_json::from_slice(&files[&path]).expect("JSON");
    let mut posts = posts.as_array().cloned().expect("a list");
    posts.truncate(3);
    files.insert(path, json!(posts).to_string().into_bytes());
    let (made, ran) = imported(&files);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let told = not_understood(&ran);
    assert!(
        told.iter().all(|(_, why)| why == "media_without_record") && !told.is_empty(),
        "{told:?}"
    );
    assert_cannot_be_known(&made, "6 media in media/posts/202307 that no record names");
}

#[test]
fn an_empty_list_of_posts_beside_their_photos_cannot_be_known() {
    let mut account = account();
    account.posts.truncate(2);
    account.posts.push(Post::new(
        Kind::Story,
        "2023-07-20T18:03:22Z",
        "",
        vec![Medium::jpeg(77)],
    ));
    let mut files = compose(&account, Generation::G4, Edition::Json);
    files.insert(format!("{RECORDS}/posts_1.json"), b"[]".to_vec());
    let (made, ran) = imported(&files);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_cannot_be_known(&made, "posts_1.json");
}

#[test]
fn what_was_left_aside_and_looks_like_a_picture_cannot_be_known() {
    let mut files = json_edition();
    let picture = files
        .iter()
        .find(|(path, _)| path.ends_with(".jpg"))
        .map(|(_, bytes)| bytes.clone())
        .expect("a picture");
    files.insert("your_instagram_activity/extras/holiday.xyz".into(), picture);
    files.insert(
        "your_instagram_activity/extras/notes.xyz".into(),
        b"words".to_vec(),
    );
    let (made, ran) = imported(&files);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let told = not_understood(&ran);
    assert_eq!(
        told,
        [(
            "your_instagram_activity/extras/holiday.xyz".to_owned(),
            "looks_like_media".to_owned()
        )]
    );
    assert_cannot_be_known(&made, "holiday.xyz");
    let lines = ran.json_lines("not_understood");
    assert!(
        lines[0]["reason"]
            .as_str()
            .is_some_and(|why| why.contains("image/jpeg")),
        "{lines:?}"
    );
}

#[test]
fn undo_takes_back_what_was_not_understood() {
    let mut files = json_edition();
    files.insert(
        format!("{RECORDS}/moments.json"),
        br#"[{"uri":"media/posts/202301/17900000000000001.jpg"}]"#.to_vec(),
    );
    let env = TestEnv::new();
    env.zip("odd.zip", &files);
    env.zip("anna.zip", &json_edition());
    let made = Made { env };
    assert_eq!(made.run(&["import", "anna.zip"]).code, Some(0));
    let ran = made.run(&["import", "odd.zip"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_cannot_be_known(&made, "moments.json");
    let ran = made.run(&["undo", &newest_import(&made)]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let (_, reasons) = certified(&made);
    assert!(!reasons.contains("moments.json"), "{reasons}");
}

fn newest_import(made: &Made) -> String {
    let runs = made.json(&["status", "--runs"]).json_lines("run");
    let newest = runs.iter().find(|run| run["kind"] == "import");
    newest.expect("it was imported")["id"].to_string()
}

#[test]
fn records_media_held_and_missing_are_four_true_numbers() {
    let mut account = account();
    account.posts[0].media[0].absent = true;
    let mut files = compose(&account, Generation::G5, Edition::Json);
    // The same posts in a second file: more records, no more media.
    let path = format!("{RECORDS}/posts_1.json");
    let again = files[&path].clone();
    files.insert(format!("{RECORDS}/posts_2.json"), again);
    let (made, _) = imported(&files);
    let ran = made.json(&["certify"]);
    let certificate = ran.json_lines("certificate")[0].clone();
    let counts = &certificate["counts"];
    let number = |name: &str| counts[name].as_u64().unwrap_or(u64::MAX);
    assert_eq!(number("named"), 9, "{counts}");
    assert_eq!(number("held"), 8, "{counts}");
    assert_eq!(number("missing"), 1, "{counts}");
    assert!(number("records") > number("named"), "{counts}");
    let gaps = certificate["gaps"].as_array().expect("a list");
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    let text = made.run(&["certify"]).stdout;
    assert!(
        text.contains("records name 9 media: 8 held, 1 missing"),
        "{text}"
    );
}
