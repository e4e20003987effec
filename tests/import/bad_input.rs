//! Bad input (issue 2, point 8): what a person is told, with which exit code, and that one bad entry spoils only itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::account::{Account, Medium, Post};
use crate::support::compose::{Edition, Files, Generation, compose};
use crate::support::env::{Ran, TestEnv};
use crate::support::expected::hash;
use crate::support::hostile::{self, BAD_NAMES, encrypted, honest, honest_files, tars};
#[cfg(unix)]
use crate::support::mounts::{Closed, mount, mount_or_skip};
use crate::support::pack::tar::{gzip, tgz};
use crate::support::pack::zip::{ZipStyle, zip};
use crate::support::samples::{varied, with_absent};
use crate::support::tree;

use model::kind::Kind;

/// What a person and a script see of the same import, each into a library of its own.
struct Tried {
    text: Ran,
    json: Ran,
}

impl Tried {
    /// Imports `paths` twice: printed for people into `l`, as JSON into `j`. Nothing but the two may be written.
    fn import(env: &TestEnv, paths: &[&str]) -> Self {
        let before = others(env);
        let run = |first: &[&str], library| {
            let mut all = first.to_vec();
            all.push("import");
            all.extend(paths);
            env.run_on(library, &all)
        };
        let tried = Self {
            text: run(&[], "l"),
            json: run(&["--json"], "j"),
        };
        assert_eq!(
            others(env),
            before,
            "nothing is written outside the library"
        );
        assert_eq!(tried.text.code, tried.json.code, "{tried}");
        tried
    }

    /// Checks that the import did not begin: exit code 1, an error that says all of `words`, and no library.
    fn fails(&self, env: &TestEnv, words: &[&str]) {
        assert_eq!(self.text.code, Some(1), "{self}");
        // What is wrong with a part, and last of all the error, are lines, too; nothing is reported as done.
        let known = ["progress", "problem", "error"].map(|kind| format!("{{\"type\":\"{kind}\""));
        let mut lines = self.json.stdout.lines();
        assert!(
            lines.all(|line| known.iter().any(|start| line.starts_with(start))),
            "{self}"
        );
        assert!(
            self.json
                .stdout
                .lines()
                .last()
                .is_some_and(|line| line.starts_with(&known[2])),
            "{self}"
        );
        self.says(words);
        assert!(self.text.stderr.starts_with("error: "), "{self}");
        assert!(!env.path("l").exists() && !env.path("j").exists());
    }

    /// Checks that the import ended with exit code 3 and said all of `words`, and returns the report.
    fn incomplete(&self, words: &[&str]) -> Value {
        assert_eq!(self.text.code, Some(3), "{self}");
        self.says(words);
        self.report()
    }

    fn says(&self, words: &[&str]) {
        let said = format!("{}{}", self.text.stdout, self.text.stderr);
        for word in words {
            assert!(said.contains(word), "nothing says {word:?}: {self}");
        }
        assert!(!said.contains('\u{1b}') && !said.contains('\0'), "{said:?}");
    }

    /// Returns the report line, whose numbers must add up.
    fn report(&self) -> Value {
        let [report] = &self.json.json_lines("report")[..] else {
            panic!("one report: {self}")
        };
        let outcomes = report["outcomes"].as_object().expect("an object");
        let sum: u64 = outcomes.values().filter_map(Value::as_u64).sum();
        assert_eq!(report["entries"].as_u64(), Some(sum), "{report}");
        assert_eq!(outcomes.len(), 6, "{report}");
        report.clone()
    }
}

impl std::fmt::Display for Tried {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "exit {:?}\n{}{}json:\n{}{}",
            self.text.code, self.text.stdout, self.text.stderr, self.json.stdout, self.json.stderr
        )
    }
}

/// Everything in the home folder with its bytes, but the two libraries.
fn others(env: &TestEnv) -> Vec<String> {
    tree::tree(env.home())
        .lines()
        .filter(|line| !line.contains("  l/") && !line.contains("  j/"))
        .map(str::to_owned)
        .collect()
}

/// Returns the hashes of the originals in a library.
fn originals(env: &TestEnv, library: &str) -> BTreeSet<String> {
    let sums = fs::read_to_string(env.path(library).join("SHA256SUMS")).expect("a list");
    sums.lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(hash, path)| {
            let bytes = fs::read(env.path(library).join(path)).expect("an original");
            assert_eq!(crate::support::expected::hash(&bytes).to_string(), hash);
            hash.to_owned()
        })
        .collect()
}

fn holds_the_honest_picture(env: &TestEnv) {
    for library in ["l", "j"] {
        assert!(originals(env, library).contains(&hash(&honest()).to_string()));
    }
}

#[test]
fn a_path_that_is_not_there() {
    let env = TestEnv::new();
    let tried = Tried::import(&env, &["nowhere.zip"]);
    tried.fails(
        &env,
        &[
            "nowhere.zip: there is no such file or folder",
            "hint: check how the path is spelled",
        ],
    );
}

#[test]
fn a_missing_path_beside_an_archive_is_named_and_the_archive_read() {
    let env = TestEnv::new();
    env.zip("a.zip", &honest_files());
    let tried = Tried::import(&env, &["nowhere.zip", "a.zip"]);
    tried.incomplete(&["nowhere.zip: there is no such file or folder"]);
    holds_the_honest_picture(&env);
}

#[test]
fn a_photo_given_as_archive() {
    let env = TestEnv::new();
    env.write("IMG_1.jpg", &honest());
    let tried = Tried::import(&env, &["IMG_1.jpg"]);
    tried.fails(&env, &["IMG_1.jpg: not an archive but a JPEG picture"]);
}

#[test]
fn an_archive_of_a_service_nobody_knows() {
    let env = TestEnv::new();
    env.zip("pigeons.zip", &hostile::unknown_service());
    let tried = Tried::import(&env, &["pigeons.zip"]);
    tried.fails(
        &env,
        &[
            "its top level holds: Pigeon Post, Readme",
            "instagram",
            "google-photos",
            "--provider",
        ],
    );
}

#[test]
fn an_archive_of_a_service_nobody_knows_beside_one_that_is_known() {
    let env = TestEnv::new();
    env.zip("a.zip", &honest_files());
    env.zip("pigeons.zip", &hostile::unknown_service());
    let tried = Tried::import(&env, &["a.zip", "pigeons.zip"]);
    tried.incomplete(&[
        "pigeons.zip: not an archive of a known service",
        "nothing in it was imported",
        "--provider",
    ]);
    holds_the_honest_picture(&env);
}

/// Alone in a part, a list of likes could be anybody's; the name that Instagram gives to parts tells whose it is.
#[test]
fn a_part_that_only_its_name_makes_instagrams() {
    let likes = Files::from([(
        "likes/liked_posts.json".to_owned(),
        br#"{"likes_media_likes": []}"#.to_vec(),
    )]);
    for (name, code) in [
        ("instagram-anna-2024-05-01-Zz9yXx8w.zip", 0),
        ("below/instagram-anna-2024-05-01-Zz9yXx8w.zip", 0),
        ("instagram-anna-likes.zip", 3),
    ] {
        let env = TestEnv::new();
        env.zip("in/instagram-anna-2024-05-01-Ab3dEf9h.zip", &honest_files());
        env.zip(&format!("in/{name}"), &likes);
        let ran = env.run_on("l", &["import", "in"]);
        assert_eq!(ran.code, Some(code), "{name}: {ran:?}");
        assert_eq!(
            ran.stderr.contains("not an archive of a known service"),
            code == 3,
            "{name}: {ran:?}"
        );
    }
}

#[test]
fn an_encrypted_zip() {
    for bytes in [
        encrypted::zip_crypto(&honest_files(), "secret"),
        encrypted::aes(&honest_files()),
    ] {
        let env = TestEnv::new();
        env.write("a.zip", &bytes);
        let tried = Tried::import(&env, &["a.zip"]);
        assert_ne!(tried.text.code, Some(0));
        tried.says(&[
            "a.zip: every entry is encrypted",
            "unpack it with its password, then import the folder",
        ]);
    }
}

#[test]
fn a_cut_off_zip() {
    let env = TestEnv::new();
    let files = compose(&varied(), Generation::G4, Edition::Json);
    let whole = zip(&files, &ZipStyle::default());
    env.write("a.zip", &hostile::cut(&whole, whole.len() * 2 / 3));
    let tried = Tried::import(&env, &["a.zip"]);
    tried.incomplete(&[
        "a.zip: cut off: ",
        " entries are whole",
        "download it again",
    ]);
}

#[test]
fn part_2_of_3_is_missing() {
    let env = TestEnv::new();
    let files = compose(&varied(), Generation::G1, Edition::Json);
    let mut parts: Vec<Files> = vec![Files::new(); 3];
    for (at, (path, bytes)) in files.into_iter().enumerate() {
        parts[at % 3].insert(path, bytes);
    }
    env.zip("anna_20200102_part_1.zip", &parts[0]);
    env.zip("anna_20200102_part_3.zip", &parts[2]);
    let tried = Tried::import(
        &env,
        &["anna_20200102_part_3.zip", "anna_20200102_part_1.zip"],
    );
    tried.incomplete(&[
        "anna_20200102_part_2.zip: part 2 is missing among the parts given",
        "hint: download that part, too",
    ]);
    env.zip("anna_20200102_part_2.zip", &parts[1]);
    let after = env.run_on(
        "l",
        &[
            "import",
            "anna_20200102_part_1.zip",
            "anna_20200102_part_2.zip",
            "anna_20200102_part_3.zip",
        ],
    );
    assert_eq!(after.code, Some(0), "{}", after.stdout);
}

#[test]
fn a_part_that_an_earlier_import_was_given_is_not_missing() {
    let env = TestEnv::new();
    let mut parts: Vec<Files> = vec![Files::new(); 3];
    let files = compose(&varied(), Generation::G1, Edition::Json);
    for (at, (path, bytes)) in files.into_iter().enumerate() {
        parts[at % 3].insert(path, bytes);
    }
    let import = |number: usize| {
        let name = format!("anna_20200102_part_{number}.zip");
        env.zip(&name, &parts[number - 1]);
        env.run_on("l", &["import", &name])
    };
    assert!(import(1).stdout.contains("in 1 part"));
    let third = import(3);
    let said = format!("{}{}", third.stdout, third.stderr);
    assert!(said.contains("part 2 is missing"), "{said}");
    assert!(!said.contains("part 1 is missing"), "{said}");
    assert!(
        said.contains("anna_20200102_part_1.zip was not given; it was imported on 20"),
        "{said}"
    );
    assert_eq!(third.code, Some(3));
    let second = import(2);
    let said = format!("{}{}", second.stdout, second.stderr);
    assert!(!said.contains("is missing"), "{said}");
    assert_eq!(second.code, Some(0), "{said}");
    // What was taken back is missing again.
    env.run_on("l", &["undo", "1"]);
    let third = import(3);
    assert!(
        third.stdout.contains("part 1 is missing"),
        "{}",
        third.stdout
    );
}

#[test]
fn broken_json_in_one_of_many_files() {
    let env = TestEnv::new();
    let mut files = compose(&varied(), Generation::G4, Edition::Json);
    hostile::break_json(&mut files, "your_instagram_activity/media/stories.json");
    env.zip("a.zip", &files);
    let tried = Tried::import(&env, &["a.zip"]);
    let report = tried.incomplete(&["a.zip: your_instagram_activity/media/stories.json: "]);
    assert_eq!(report["outcomes"]["failed"], 1);
}

#[test]
fn a_record_whose_media_is_absent() {
    let env = TestEnv::new();
    env.zip(
        "a.zip",
        &compose(&with_absent(), Generation::G4, Edition::Json),
    );
    let tried = Tried::import(&env, &["a.zip"]);
    let report = tried.incomplete(&[
        "2 media are named by records but in no archive given so far:",
        "hint: import the other parts",
    ]);
    assert_eq!(report["missing"], 2);
    assert_eq!(report["outcomes"]["imported"], 3);
}

#[test]
fn media_that_no_record_names() {
    let env = TestEnv::new();
    let account = Account::of(
        "anna",
        vec![Post::new(
            Kind::Post,
            "2024-05-01T10:00:00Z",
            "told",
            vec![Medium::jpeg(1)],
        )],
    );
    let mut files = compose(&account, Generation::G4, Edition::Json);
    files.extend(honest_files());
    env.zip("a.zip", &files);
    let tried = Tried::import(&env, &["a.zip"]);
    assert_eq!(tried.text.code, Some(0), "{tried}");
    assert_eq!(tried.report()["outcomes"]["imported"], 2);
    holds_the_honest_picture(&env);
}

#[test]
fn names_that_want_out_of_the_folder() {
    for name in BAD_NAMES {
        let env = TestEnv::new();
        env.write("below/a.zip", &hostile::named(name));
        let tried = Tried::import(&env, &["below/a.zip"]);
        let report = tried.incomplete(&["refused: the name ", "hint: no service gives such names"]);
        assert_eq!(report["outcomes"]["failed"], 1, "{name:?}");
        holds_the_honest_picture(&env);
        for outside in ["/absolute.jpg", "/outside.jpg"] {
            assert!(!Path::new(outside).exists(), "{outside}");
        }
    }
}

#[test]
fn a_name_of_70000_bytes() {
    let tgzs = [
        gzip(&tars::long_name(70_000)),
        gzip(&tars::pax_name(70_000)),
    ];
    let all = [
        ("a.tgz", &tgzs[0]),
        ("a.tgz", &tgzs[1]),
        ("a.zip", &hostile::longest_name()),
    ];
    for (name, bytes) in all {
        let env = TestEnv::new();
        env.write(name, bytes);
        let tried = Tried::import(&env, &[name]);
        let report = tried.incomplete(&["refused: the name is longer than 4096 bytes"]);
        assert_eq!(report["outcomes"]["failed"], 1, "{name:?}");
        assert!(
            tried.text.stdout.len() < 4096,
            "the name is not printed whole: {tried}"
        );
        holds_the_honest_picture(&env);
    }
}

#[test]
fn two_entries_of_one_name() {
    let env = TestEnv::new();
    env.write("a.zip", &hostile::twice("media/posts/202405/two.jpg"));
    let tried = Tried::import(&env, &["a.zip"]);
    assert_eq!(tried.text.code, Some(0), "{tried}");
    assert_eq!(tried.report()["outcomes"]["imported"], 3);
    assert_eq!(originals(&env, "l").len(), 3);
}

#[test]
fn an_entry_that_inflates_past_its_declared_size() {
    let bad = "media/posts/202405/bad.jpg";
    let rows = [
        (
            hostile::inflates_past_declared(bad),
            "larger than declared (100 bytes); reading was stopped",
        ),
        (
            hostile::shorter_than_declared(bad),
            "size differs (declared 1,048,576 bytes, found 100)",
        ),
        (hostile::wrong_crc(bad), "checksum differs"),
        (hostile::broken_deflate(bad), "damaged"),
        (
            hostile::unknown_method(bad),
            "compressed by a method albumen does not read",
        ),
    ];
    for (bytes, why) in rows {
        let env = TestEnv::new();
        env.write("a.zip", &bytes);
        let tried = Tried::import(&env, &["a.zip"]);
        let report = tried.incomplete(&[
            "1 entry could not be read:",
            &format!("a.zip: {bad}: {why}"),
            "hint: ",
        ]);
        assert_eq!(report["outcomes"]["failed"], 1);
        assert_eq!(report["outcomes"]["imported"], 1);
        assert_eq!(originals(&env, "l").len(), 1);
        holds_the_honest_picture(&env);
    }
}

#[test]
fn links_and_bombs_leave_the_honest_picture() {
    for (name, bytes) in [
        ("l.zip", hostile::zip_link("media/posts/202405/bad.jpg")),
        ("l.tgz", gzip(&tars::links())),
        ("b.zip", hostile::overlapping()),
    ] {
        let env = TestEnv::new();
        env.write(name, &bytes);
        let tried = Tried::import(&env, &[name]);
        tried.report();
        holds_the_honest_picture(&env);
    }
}

#[test]
fn every_hostile_zip_is_survived() {
    for (name, bytes) in hostile::zips() {
        let env = TestEnv::new();
        env.write("a.zip", &bytes);
        env.write("honest.tgz", &tgz(&honest_files()));
        let tried = Tried::import(&env, &["a.zip", "honest.tgz"]);
        assert!(matches!(tried.text.code, Some(0 | 3)), "{name}: {tried}");
        tried.report();
        holds_the_honest_picture(&env);
    }
}

#[test]
fn a_file_where_the_library_should_be() {
    let env = TestEnv::new();
    env.zip("a.zip", &honest_files());
    env.write("l", b"a letter");
    env.write("j", b"a letter");
    let tried = Tried::import(&env, &["a.zip"]);
    assert_eq!(tried.text.code, Some(1), "{tried}");
    tried.says(&[
        "l is not a folder",
        "hint: choose another folder with --library DIR",
    ]);
    assert_eq!(fs::read(env.path("l")).expect("a letter"), b"a letter");
}

#[test]
#[cfg(unix)]
fn a_library_in_a_folder_that_may_not_be_written() {
    // Root writes where the mode forbids it, so root gets a mount of its own.
    let env = TestEnv::new();
    env.zip("a.zip", &honest_files());
    let folder = env.path("closed");
    fs::create_dir(&folder).expect("made");
    let Some(_mounted) = Closed::new(&folder) else {
        return;
    };
    for library in ["closed", "closed/below"] {
        let ran = env.run_on(library, &["import", "a.zip"]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        let said = &ran.stderr;
        assert!(said.contains("cannot write to closed"), "{said}");
        assert!(
            said.contains("or choose a folder you may write to with --library DIR"),
            "{said}"
        );
    }
    assert_eq!(fs::read_dir(&folder).expect("listed").count(), 0);
}

#[test]
#[cfg(unix)]
fn a_disk_that_is_full_says_how_much_is_needed_and_goes_on_after() {
    let env = TestEnv::new();
    let padding = |seed: u64| {
        // A picture with bytes after its end: large, and different for each.
        let mut bytes = crate::support::media::bytes_of(&Medium::jpeg(seed));
        bytes.resize(1 << 20, 0);
        bytes
    };
    let files: Files = (0..12)
        .map(|seed| {
            (
                format!("media/posts/202405/{seed}_n_178900000000000{seed:02}.jpg"),
                padding(seed),
            )
        })
        .collect();
    env.zip("a.zip", &files);
    let small = env.path("small");
    let options = ["-t", "tmpfs", "-o", "size=8m", "albumen-test"];
    let Some(_small) = mount_or_skip(&options, &small) else {
        return;
    };
    let full = env.run_on("small/l", &["import", "a.zip"]);
    assert_eq!(full.code, Some(1), "{}{}", full.stdout, full.stderr);
    let said = &full.stderr;
    assert!(
        said.contains("the disk is full: about ") && said.contains(" are needed at small/l"),
        "{said}"
    );
    assert!(
        said.contains("hint: make room on that disk, then repeat the import"),
        "{said}"
    );
    assert!(
        mount(&["-o", "remount,size=64m", "albumen-test"], &small),
        "room is made"
    );
    let after = env.run_on("small/l", &["import", "a.zip"]);
    assert_eq!(after.code, Some(0), "{}{}", after.stdout, after.stderr);
    let never_full = env.run_on("l", &["import", "a.zip"]);
    assert_eq!(never_full.code, Some(0));
    assert_eq!(env.tree("small/l"), env.tree("l"));
}

#[test]
fn a_library_made_by_a_newer_version() {
    let env = TestEnv::new();
    env.zip("a.zip", &honest_files());
    for (file, change) in [
        (
            "format",
            (|path| fs::write(path, "albumen library format 99\n").expect("written")) as fn(&Path),
        ),
        ("catalog.sqlite", |path| {
            let catalog = rusqlite::Connection::open(path).expect("a catalog");
            catalog
                .pragma_update(None, "user_version", 99)
                .expect("set");
        }),
    ] {
        let _ = fs::remove_dir_all(env.path("l"));
        assert_eq!(env.run_on("l", &["import", "a.zip"]).code, Some(0));
        change(&env.path("l/.albumen").join(file));
        env.zip("b.zip", &compose(&varied(), Generation::G4, Edition::Json));
        let before = env.tree("l");
        for command in [
            &["import", "b.zip"][..],
            &["import", "--dry-run", "b.zip"],
            &["list"],
            &["status"],
        ] {
            let ran = env.run_on("l", command);
            assert_eq!(
                ran.code,
                Some(1),
                "{file} {command:?}: {}{}",
                ran.stdout,
                ran.stderr
            );
            assert!(ran.stderr.contains("99"), "{}", ran.stderr);
            assert!(
                ran.stderr
                    .contains("hint: use the newer albumen; nothing was touched"),
                "{}",
                ran.stderr
            );
        }
        assert_eq!(env.tree("l"), before, "{file}");
        let mut staged = tree::names(&env.path("l/.albumen/staging"));
        staged.retain(|name| !name.ends_with('/'));
        assert_eq!(staged, Vec::<String>::new());
    }
}
