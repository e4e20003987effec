//! Parts: what shows that the last one is here, and that nothing is called complete where nothing shows it.

use std::fs;
#[cfg(target_os = "linux")]
use std::{io::Write, process::Stdio};

use serde_json::{Value, json};

use super::{account, usual};
use crate::support::compose::snapchat::{Links, Memory, media, part, records};
use crate::support::compose::takeout::{INDEX_PAGE, Item, Takeout, parts};
use crate::support::compose::{Edition, Files, Generation, compose};
use crate::support::env::{Ran, TestEnv};
use crate::support::pack::parts::folder;
use crate::support::pack::tar::tgz;
use crate::support::pack::zip::{ZipStyle, zip};
use crate::support::takeouts::plain;
#[cfg(target_os = "linux")]
use crate::support::tools::{Tool, require};

/// Returns the one certificate.
fn certify(env: &TestEnv, options: &[&str]) -> Value {
    let ran = env.run_on("l", &[&["--json", "certify"], options].concat());
    let mut lines = ran.json_lines("certificate");
    assert_eq!(lines.len(), 1, "{ran:?}");
    lines.remove(0)
}

fn import(env: &TestEnv, arguments: &[&str]) -> Ran {
    let ran = env.run_on("l", &[&["--json", "import"], arguments].concat());
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    ran
}

fn is(certificate: &Value, verdict: &str, reason: &str) {
    assert_eq!(certificate["verdict"], verdict, "{certificate:#}");
    let reasons = certificate["reasons"].to_string();
    assert!(reasons.contains(reason), "{certificate:#}");
}

/// One item more than parts, so that each part holds some.
fn takeout() -> Takeout {
    let item = |number: u64| {
        let taken = format!("2023-05-{number:02}T10:00:00Z");
        Item::new(&format!("DSC_{number}.jpg"), plain(800 + number), &taken)
    };
    Takeout::of((1..=9).map(item).collect(), vec![])
}

/// The three parts of the Takeout; the index page, if there is one, lies in the first.
fn takeouts(index: bool) -> Vec<(String, Files)> {
    let takeout = takeout();
    let mut all = parts(&takeout, &takeout.files(), 3, 5);
    if !index {
        all[0].remove(INDEX_PAGE);
    }
    let all = all.into_iter().enumerate();
    all.map(|(at, files)| (takeout.part_name(at + 1, "zip"), files))
        .collect()
}

#[test]
fn a_lone_instagram_archive_cannot_be_known_until_the_user_says_that_it_is_the_only_part() {
    let env = TestEnv::new();
    let name = "instagram-anna-2024-05-01-Ab3dEf9h.zip";
    env.zip(name, &compose(&account(), Generation::G4, Edition::Json));
    import(&env, &[name]);
    let found = certify(&env, &[]);
    is(&found, "cannot_be_known", "certify --parts anna=NUMBER");
    let archive = &found["archives"][0];
    assert_eq!(archive["archive"], "instagram-anna-2024-05-01");
    assert_eq!(
        (
            &archive["closed"],
            &archive["numbering"],
            &archive["parts_said"]
        ),
        (&json!(false), &json!("untold"), &Value::Null)
    );
    let size = fs::metadata(env.path(name)).expect("there").len();
    let part = &archive["parts"][0];
    assert_eq!(
        (&part["part"], &part["size_bytes"], &part["made"]),
        (&json!(name), &json!(size), &json!("2024-05-01"))
    );
    is(
        &certify(&env, &["--parts", "anna=2"]),
        "cannot_be_known",
        "1 of them was given",
    );
    let found = certify(&env, &["--parts", "anna=1"]);
    is(&found, "complete", "");
    assert_eq!(found["archives"][0]["parts_said"], json!(1));
    // The word is kept, and printed as such.
    let ran = env.run_on("l", &["certify", "--html", "c.html"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout
            .contains("archive instagram-anna-2024-05-01: all 1, as stated by the user\n"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains(&format!("    {name}  ")), "{ran:?}");
    let page = fs::read_to_string(env.path("c.html")).expect("written");
    assert!(
        page.contains("as stated by the user") && page.contains(name),
        "{page}"
    );
    // A later archive of the account is another question.
    let later = "instagram-anna-2025-06-01-Xy12Zz34.zip";
    env.zip(later, &compose(&account(), Generation::G5, Edition::Json));
    import(&env, &[later]);
    is(
        &certify(&env, &[]),
        "cannot_be_known",
        "the archive instagram-anna-2025-06-01",
    );
    import(&env, &[later, "--parts", "1"]);
    is(&certify(&env, &[]), "complete", "");
}

#[test]
fn a_wrong_number_or_name_is_wrong_usage() {
    let made = usual();
    for (argument, said) in [
        ("ben=1", "it knows: anna"),
        ("anna=0", "is no number of parts"),
        ("anna", "anna=3"),
    ] {
        let ran = made.run(&["certify", "--parts", argument]);
        assert!(ran.code == Some(2) && ran.stderr.contains(said), "{ran:?}");
    }
    let other = compose(&account(), Generation::G5, Edition::Json);
    made.env
        .zip("in/instagram-anna-2024-05-01-aaaaaaaa.zip", &other);
    made.env
        .zip("in/instagram-ben-2024-05-01-bbbbbbbb.zip", &other);
    let ran = made.env.run_on("new", &["import", "in", "--parts", "2"]);
    assert!(
        ran.stderr.contains("of several archives") || ran.stderr.contains("these are several"),
        "{ran:?}"
    );
    assert!(!made.env.path("new").exists(), "nothing was begun");
    let ran = made.env.run_on(
        "new",
        &[
            "import",
            "anna.zip",
            "in/instagram-anna-2024-05-01-aaaaaaaa.zip",
            "--parts",
            "1",
        ],
    );
    assert!(
        ran.stderr.contains("2 different ones were given"),
        "{ran:?}"
    );
}

#[test]
fn a_takeout_is_complete_with_its_index_page_or_the_users_word() {
    for index in [false, true] {
        let all = takeouts(index);
        for without in [None, Some(0), Some(1), Some(2)] {
            let env = TestEnv::new();
            let given = all
                .iter()
                .enumerate()
                .filter(|(at, _)| Some(*at) != without);
            for (_, (name, files)) in given {
                env.zip(&format!("in/{name}"), files);
            }
            import(&env, &["in"]);
            let found = certify(&env, &[]);
            match (index, without) {
                (true, None) => is(&found, "complete", ""),
                _ => assert_ne!(found["verdict"], "complete", "{without:?} {found:#}"),
            }
            let word = ["--provider", "google-photos", "--parts", "(not known)=3"];
            let found = certify(&env, &word);
            match without {
                None => is(&found, "complete", ""),
                _ => assert_ne!(found["verdict"], "complete", "{without:?} {found:#}"),
            }
        }
    }
}

#[test]
fn parts_that_come_one_by_one_as_zip_and_tgz_are_one_archive() {
    let env = TestEnv::new();
    for (at, (name, files)) in takeouts(true).iter().enumerate().rev() {
        assert_ne!(
            env.run_on("l", &["--json", "certify"]).code,
            Some(0),
            "{at} parts are still to come"
        );
        match at {
            1 => env.write(&name.replace("zip", "tgz"), &tgz(files)),
            _ => env.zip(name, files),
        };
        let name = if at == 1 {
            name.replace("zip", "tgz")
        } else {
            name.clone()
        };
        import(&env, &[&name]);
    }
    let found = certify(&env, &["(not known)"]);
    is(&found, "complete", "");
    let archives = found["archives"].as_array().expect("a list");
    assert_eq!(
        (
            archives.len(),
            archives[0]["parts"].as_array().map(Vec::len)
        ),
        (1, Some(3))
    );
    // The same again leaves it so.
    for (name, _) in takeouts(true) {
        let name = if env.path(&name).exists() {
            name
        } else {
            name.replace("zip", "tgz")
        };
        import(&env, &[&name]);
    }
    is(
        &certify(&env, &["--provider", "google-photos"]),
        "complete",
        "",
    );
}

#[test]
fn an_unpacked_takeout_is_known_by_its_index_page_alone() {
    for index in [true, false] {
        let env = TestEnv::new();
        for (_, files) in takeouts(index) {
            folder(&files, &env.path("unpacked")).expect("written");
        }
        import(&env, &["unpacked"]);
        let found = certify(&env, &[]);
        match index {
            true => is(&found, "complete", ""),
            false => {
                is(&found, "cannot_be_known", "nothing shows how many parts");
                assert_eq!(found["archives"][0]["parts"][0]["size_bytes"], Value::Null);
                // All was unpacked into one folder: that is what was given.
                is(
                    &certify(&env, &["--parts", "(not known)=1"]),
                    "complete",
                    "",
                );
            }
        }
    }
}

#[test]
fn a_renamed_part_that_the_index_page_does_not_list_keeps_it_open() {
    let env = TestEnv::new();
    let mut whole = Files::new();
    for (_, files) in takeouts(true) {
        whole.extend(files);
    }
    env.zip("in/first.zip", &whole);
    let other = Takeout::of(
        vec![Item::new("IMG_77.jpg", plain(77), "2019-05-01T10:00:00Z")],
        vec![],
    );
    env.zip("in/second.zip", &other.files());
    import(&env, &["in"]);
    is(&certify(&env, &[]), "cannot_be_known", "the archive second");
}

#[test]
fn snapchats_list_of_memories_closes_its_numbering_but_not_for_chats() {
    let memories: Vec<Memory> = (1..=4)
        .map(|number| Memory::photo(number, &format!("2021-07-0{number}T10:00:05Z")))
        .collect();
    let all = media(&memories);
    let mut rows = records(&memories, Links::None, "", false);
    let chats = br#"{"ben":[]}"#.to_vec();
    rows.insert("json/chat_history.json".to_owned(), chats);
    let (first, second) = (
        "in/mydata~1700000000000.zip",
        "in/mydata~1700000000000-2.zip",
    );
    let env = TestEnv::new();
    env.write(first, &part(&rows, &all[..2]));
    env.write(second, &part(&Files::new(), &all[2..]));
    import(&env, &["in"]);
    is(&certify(&env, &[]), "complete", "");
    import(&env, &["in", "--include", "messages"]);
    is(
        &certify(&env, &[]),
        "cannot_be_known",
        "--parts anna.m=NUMBER",
    );
    is(&certify(&env, &["--parts", "anna.m=2"]), "complete", "");
}

#[test]
fn the_same_part_under_two_names_is_one() {
    let env = TestEnv::new();
    let bytes = zip(
        &compose(&account(), Generation::G4, Edition::Json),
        &ZipStyle::default(),
    );
    env.write("in/instagram-anna-2024-05-01-Ab3dEf9h.zip", &bytes);
    env.write("in/backup.zip", &bytes);
    import(&env, &["in", "--parts", "2"]);
    is(
        &certify(&env, &[]),
        "cannot_be_known",
        "1 of them was given",
    );
}

#[test]
fn an_account_that_nobody_names_can_be_chosen() {
    let env = TestEnv::new();
    for (name, files) in takeouts(true) {
        env.zip(&format!("in/{name}"), &files);
    }
    import(&env, &["in"]);
    env.zip(
        "anna.zip",
        &compose(&account(), Generation::G4, Edition::Json),
    );
    import(&env, &["anna.zip", "--parts", "1"]);
    for arguments in [&["--provider", "google-photos"][..], &["(not known)"]] {
        let found = certify(&env, arguments);
        assert_eq!(
            (&found["provider"], &found["account"]),
            (&json!("google-photos"), &Value::Null)
        );
    }
    let ran = env.run_on("l", &["certify", "ben"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    for words in ["(not known)", "--provider", "--account"] {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
}

#[test]
fn two_takeouts_with_the_same_names_and_other_items_are_not_one_account() {
    let taken = "2023-05-01T10:00:00Z";
    let of = |id: &str, seed: u64, stamp| {
        let mut item = Item::new("IMG_1.jpg", plain(seed), taken);
        item.id = id.to_owned();
        let mut takeout = Takeout::of(vec![item], vec![]);
        takeout.stamp = stamp;
        takeout
    };
    let (anna, ben) = (
        of("A", 1, "20250301T101112Z"),
        of("B", 2, "20250401T101112Z"),
    );
    let env = TestEnv::new();
    for (takeout, name) in [(&anna, "anna"), (&ben, "ben")] {
        let files = parts(takeout, &takeout.files(), 1, 1).remove(0);
        let part = format!("in/{name}/{}", takeout.part_name(1, "zip"));
        env.zip(&part, &files);
        import(&env, &[&format!("in/{name}")]);
    }
    is(&certify(&env, &[]), "cannot_be_known", "--account NAME");
    import(&env, &["in/anna", "--account", "anna"]);
    // One of them has a name now: what is not hers does not get it.
    let found = certify(&env, &["(not known)"]);
    is(&found, "cannot_be_known", "of two people");
    let listed = env.run_on("l", &["--json", "list"]).json_lines("asset");
    let accounts: Vec<&Value> = listed
        .iter()
        .flat_map(|asset| asset["items"].as_array().expect("items"))
        .map(|item| &item["account"])
        .collect();
    assert!(accounts.contains(&&Value::Null), "{accounts:?}");
    assert!(accounts.contains(&&json!("anna")), "{accounts:?}");
    import(&env, &["in/ben", "--account", "ben"]);
    for account in ["anna", "ben"] {
        let found = certify(&env, &[account]);
        let reasons = found["reasons"].to_string();
        assert!(!reasons.contains("of two people"), "{found:#}");
    }
}

#[test]
fn two_unpacked_archives_in_one_folder_keep_their_owners() {
    let env = TestEnv::new();
    for name in ["anna", "ben"] {
        let mut account = account();
        account.username = name.to_owned();
        let files = compose(&account, Generation::G4, Edition::Json);
        let dated = format!("in/{name}/instagram-{name}-2024-05-01-Ab3dEf9h");
        folder(&files, &env.path(&dated)).expect("written");
    }
    import(&env, &["in"]);
    let ran = env.run_on("l", &["--json", "certify"]);
    let accounts: Vec<Value> = ran
        .json_lines("certificate")
        .iter()
        .map(|certificate| certificate["account"].clone())
        .collect();
    for owner in ["anna", "ben"] {
        assert!(accounts.contains(&json!(owner)), "{ran:?}");
    }
}

/// Runs `certify` on a terminal of its own, where somebody types `answer`; returns what the terminal showed.
#[cfg(target_os = "linux")]
fn certify_on_a_terminal(script: &Tool, env: &TestEnv, answer: &str) -> String {
    let command = format!("'{}' --library l certify", env!("CARGO_BIN_EXE_albumen"));
    let mut child = script
        .command()
        .args(["-qec", &command, "/dev/null"])
        .current_dir(env.home())
        .env("HOME", env.home())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(answer.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    drop(stdin);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_certify_asks_once_how_many_parts_there_were_and_keeps_the_answer() {
    let Some(script) = require("script") else {
        return;
    };
    let env = TestEnv::new();
    env.zip(
        "instagram-anna-2024-05-01-Ab3dEf9h.zip",
        &compose(&account(), Generation::G4, Edition::Json),
    );
    import(&env, &["instagram-anna-2024-05-01-Ab3dEf9h.zip"]);
    let question = "How many files did the service's download page list?";
    // No answer is an answer.
    let shown = certify_on_a_terminal(&script, &env, "\n");
    assert_eq!(shown.matches(question).count(), 1, "{shown}");
    assert!(shown.contains("CANNOT BE KNOWN"), "{shown}");
    let shown = certify_on_a_terminal(&script, &env, "1\n");
    assert_eq!(shown.matches(question).count(), 1, "{shown}");
    assert!(shown.contains("as stated by the user"), "{shown}");
    let shown = certify_on_a_terminal(&script, &env, "");
    assert_eq!(shown.matches(question).count(), 0, "{shown}");
    assert!(shown.contains("as stated by the user"), "{shown}");
}
