//! What Facebook's archives hold besides photos: check-ins, stickers, placeholders, addresses on the web. All of it counted.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::{Value, json};

use crate::support::compose::Files;
use crate::support::compose::facebook::Generation;
use crate::support::compose::facebook_account::{FbAccount, FbPost, bytes_of, compose_account};
use crate::support::compose::mojibake::mojibake;
use crate::support::env::{Ran, TestEnv};
use crate::support::expected::hash;
use crate::support::facebooks::{LOOSE, photo, post, varied};

const ADDRESS: &str = "https://scontent.xx.fbcdn.net/v/t1/99_123456789012345_n.jpg";

fn import(env: &TestEnv, files: &Files) -> (Ran, Value) {
    let zip = env.zip("facebook-anna-2024-05-01-Ab3dEf9h.zip", files);
    let ran = env.run_on("l", &["--json", "import", &zip.to_string_lossy()]);
    let report = ran.json_lines("report").remove(0);
    (ran, report)
}

fn entry<'a>(ran: &'a [Value], name: &str) -> &'a Value {
    ran.iter()
        .find(|line| {
            line["entry"]
                .as_str()
                .is_some_and(|entry| entry.ends_with(name))
        })
        .unwrap_or_else(|| panic!("{name} is not listed"))
}

#[test]
fn stickers_and_placeholders_are_left_aside_by_name_and_counted() {
    let env = TestEnv::new();
    let mut account = varied();
    // An album without photos has a placeholder for its cover.
    account.albums[0].photos.clear();
    let mut files = compose_account(&account, Generation::Y2024, false);
    let before = files.len();
    let furniture = [
        "your_facebook_activity/posts/media/stickers_used/2.png",
        "your_facebook_activity/messages/stickers_used/3.png",
        "your_facebook_activity/posts/media/emptyalbum_1.png",
        "your_facebook_activity/posts/media/thumbnails/4.jpg",
    ];
    for path in furniture {
        files.insert(path.to_owned(), bytes_of(&photo(900, LOOSE)));
    }
    let (ran, report) = import(&env, &files);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    let lines = ran.json_lines("entry");
    for path in furniture {
        let line = entry(&lines, path);
        assert_eq!(line["outcome"], json!("ignored"), "{line}");
        assert_eq!(
            line["reason"],
            entry(&lines, "fb_logo.png")["reason"],
            "{line}"
        );
    }
    assert_eq!(report["outcomes"]["ignored"], json!(furniture.len() + 1));
    assert_eq!(report["entries"], json!(before + furniture.len()));
    assert_eq!(report["missing"], json!(0), "a placeholder is not missing");
}

#[test]
fn what_is_only_an_address_on_the_web_is_missing_and_said_so() {
    let env = TestEnv::new();
    let signed = "https://scontent.xx.fbcdn.net/v/t1/99_123456789012345_n.jpg?oh=secret&oe=1";
    let gone = FbPost {
        on_the_web: Some(signed),
        ..post(vec![photo(1, LOOSE)], "two, one of them gone")
    };
    let account = FbAccount {
        posts: vec![gone],
        ..FbAccount::default()
    };
    let (ran, report) = import(&env, &compose_account(&account, Generation::Y2021, false));
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    assert_eq!(report["missing"], json!(1));
    let missing = ran.json_lines("missing");
    assert_eq!(missing[0]["uri"], json!(ADDRESS));
    assert!(
        ran.stderr.contains("their media are not in the archive"),
        "{}",
        ran.stderr
    );
    assert!(!env.tree("l").contains("secret"), "signatures are not kept");
    let assets = env.run_on("l", &["--json", "list"]).json_lines("asset");
    assert_eq!(assets.len(), 1);
    assert_eq!(
        assets[0]["group"]["size"],
        json!(2),
        "the gap stays visible"
    );
}

/// `check-ins.json`: a list, or one object if there is one; coordinates as text.
#[test]
fn check_ins_give_their_media_a_place_and_are_counted_without() {
    let seen = photo(5, LOOSE);
    let uri = format!("your_facebook_activity/posts/media/{LOOSE}/{}.jpg", seen.id);
    let place = json!({"name": "Old Port", "coordinate": "(59.36 , 17.96)"});
    let with_media = json!({"timestamp": seen.posted, "attachments": [
        {"data": [{"media": {"uri": uri, "creation_timestamp": seen.posted}}]}, {"data": [{"place": place}]}]});
    let without = json!({"timestamp": seen.posted, "attachments": [{"data": [{"place": place}]}]});
    let path = "your_facebook_activity/posts/check-ins.json";
    for (file, kept) in [
        (json!([with_media, without]), "record"),
        (with_media.clone(), "record"),
        (without.clone(), "ignored"),
    ] {
        let env = TestEnv::new();
        let account = FbAccount {
            uncategorized: vec![seen.clone()],
            ..FbAccount::default()
        };
        let mut files = compose_account(&account, Generation::Y2024, false);
        files.insert(path.to_owned(), mojibake(&file));
        let (ran, report) = import(&env, &files);
        assert_eq!(ran.code, Some(0), "{}", ran.stdout);
        let records = 1 + u64::from(kept == "record");
        assert_eq!(report["outcomes"]["record"], json!(records), "{file}");
        assert_eq!(report["outcomes"]["ignored"], json!(3 - records), "{file}");
        let assets = env.run_on("l", &["--json", "list"]).json_lines("asset");
        let asset = assets
            .iter()
            .find(|asset| asset["content_hash"] == json!(hash(&bytes_of(&seen)).to_string()))
            .unwrap();
        let (place, latitude) = match kept {
            "record" => (json!("Old Port"), json!(59.36)),
            _ => (Value::Null, Value::Null),
        };
        assert_eq!(
            (&asset["place"], &asset["latitude"]),
            (&place, &latitude),
            "{file}"
        );
    }
}

/// Adds a post in a group for each attachment.
fn attach(files: &mut Files, names: &[&str], posted: i64) {
    let attachment = |name: &&str| {
        let uri = format!("files/{name}");
        json!({"timestamp": posted, "data": [{"post": "see this"}],
            "attachments": [{"data": [{"media": {"uri": uri, "creation_timestamp": posted}}]}]})
    };
    let posts: Vec<Value> = names.iter().map(attachment).collect();
    let path = "your_facebook_activity/groups/group_posts_and_comments.json";
    files.insert(path.to_owned(), mojibake(&json!({"group_posts_v2": posts})));
}

/// A text and a PDF are files of their owner's as any photo is.
#[test]
fn an_attached_text_and_a_pdf_are_kept_in_the_library() {
    let env = TestEnv::new();
    let mut files = compose_account(&varied(), Generation::Y2024, false);
    let attached: [(&str, &[u8]); 2] = [
        ("902.txt", b"a list of things\n"),
        ("903.pdf", b"%PDF-1.4\n%%EOF\n"),
    ];
    attach(&mut files, &["902.txt", "903.pdf"], 1_700_000_000);
    for (name, bytes) in attached {
        files.insert(format!("files/{name}"), bytes.to_vec());
    }
    let (ran, report) = import(&env, &files);
    assert_eq!(ran.code, Some(0), "{} {}", ran.stdout, ran.stderr);
    assert_eq!(report["missing"], json!(0), "{}", ran.stdout);
    let assets = env.run_on("l", &["--json", "list"]).json_lines("asset");
    for (name, bytes) in attached {
        let wanted = json!(hash(bytes).to_string());
        let kept = assets.iter().find(|asset| asset["content_hash"] == wanted);
        let kept = kept.unwrap_or_else(|| panic!("{name}: {}", ran.stdout));
        assert_eq!(kept["description"], json!("see this"), "{name}");
        let path = env.path("l").join(kept["path"].as_str().unwrap());
        assert_eq!(std::fs::read(path).unwrap(), bytes, "{name}");
    }
}

/// What people attach to posts in groups lies in `files/`, beside three pictures of the service.
#[test]
fn attachments_are_kept_and_a_text_that_is_not_there_is_no_missing_photo() {
    let env = TestEnv::new();
    let mut files = compose_account(&varied(), Generation::Y2024, false);
    let attached = photo(901, LOOSE);
    attach(
        &mut files,
        &["901.jpg", "902.txt", "903.pdf"],
        attached.posted,
    );
    files.insert("files/901.jpg".to_owned(), bytes_of(&attached));
    files.insert(
        "files/profile_pic.jpg".to_owned(),
        bytes_of(&photo(902, LOOSE)),
    );
    let (ran, report) = import(&env, &files);
    assert_eq!(ran.code, Some(0), "{} {}", ran.stdout, ran.stderr);
    assert_eq!(report["missing"], json!(0), "{}", ran.stdout);
    let lines = ran.json_lines("entry");
    assert_eq!(
        entry(&lines, "files/profile_pic.jpg")["outcome"],
        json!("ignored")
    );
    let assets = env.run_on("l", &["--json", "list"]).json_lines("asset");
    let wanted = json!(hash(&bytes_of(&attached)).to_string());
    let kept = assets
        .iter()
        .find(|asset| asset["content_hash"] == wanted)
        .unwrap();
    assert_eq!(kept["description"], json!("see this"));
    let lost = json!(hash(&bytes_of(&photo(902, LOOSE))).to_string());
    assert!(assets.iter().all(|asset| asset["content_hash"] != lost));
}
