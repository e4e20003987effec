//! Every line that albumen prints with `--json` keeps to its schema in `docs/schema`, and every schema is one of lines that it prints.

use std::collections::BTreeSet;
use std::fs;

use demo::media::{Picture, gif, jpeg};
use serde_json::Value;

use crate::print::{Given, Printing};
use crate::support::compose::snapchat::{Links, part, records, varied as memories};
use crate::support::compose::{Edition, Generation, compose};
use crate::support::downloads::Downloads;
use crate::support::env::TestEnv;
use crate::support::samples::with_absent;
use crate::support::schemas::{All, command_of};
use crate::support::tools::require_module;

/// A home in which commands are run, and the forms of lines that they printed.
struct Seen<'a> {
    env: &'a TestEnv,
    forms: &'a mut BTreeSet<String>,
}

impl Seen<'_> {
    /// Runs `albumen --json --library l` with these words.
    fn run(&mut self, line: &str) {
        let mut words = vec!["--json", "--library", "l"];
        words.extend(line.split(' '));
        let ran = self.env.run(&words);
        assert!(matches!(ran.code, Some(0..=3)), "{line}: {ran:?}");
        let command = command_of(&words);
        assert!(!ran.stdout.is_empty(), "{line}: {ran:?}");
        for text in ran.stdout.lines() {
            let value =
                serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
            let form = All::get().form_of(command, &value);
            let form = form.unwrap_or_else(|why| panic!("{line}: {why}"));
            self.forms.insert(form.to_owned());
        }
    }

    fn run_all(&mut self, lines: &[&str]) {
        lines.iter().for_each(|line| self.run(line));
    }
}

/// An archive with gaps and a file nobody understands, beside one that is none.
fn library_with_gaps(forms: &mut BTreeSet<String>) {
    let env = TestEnv::new();
    let mut files = compose(&with_absent(), Generation::G4, Edition::Json);
    files.insert(
        "your_instagram_activity/media/moments.json".to_owned(),
        br#"[{"uri": "media/posts/202301/nobody.jpg"}]"#.to_vec(),
    );
    env.zip("in/instagram-anna-2024-05-01-Ab3dEf9h.zip", &files);
    env.write("in/broken.zip", b"no zip");
    let mut seen = Seen { env: &env, forms };
    seen.run_all(&[
        "import in --dry-run",
        "import in",
        "list",
        "status",
        "status --runs",
        "stats",
        "doctor",
        "providers",
        "certify",
        "push out --dry-run",
        "push out",
        "verify out",
        "certify --at out",
        "gallery",
        "undo 1 --dry-run",
        "demo",
        "status --library nowhere",
        "frobnicate",
    ]);
    let photo = |folder: &str| {
        let names = crate::support::tree::names(&env.path(folder));
        let photo = names.iter().find(|name| name.ends_with(".jpg"));
        env.path(folder).join(photo.expect("there is one"))
    };
    fs::remove_file(photo("out")).expect("pushed there");
    let original = photo("l");
    let mut seen = Seen { env: &env, forms };
    seen.run_all(&["verify out", "certify --at out"]);
    seen.run(&format!("info {} nowhere.jpg", original.display()));
    opened(&env, &original, forms);
    fs::write(&original, "damaged").expect("writable");
    let mut seen = Seen { env: &env, forms };
    seen.run_all(&["verify", "verify --repair in"]);
    fs::remove_file(&original).expect("there");
    seen.run_all(&["rebuild", "certify", "undo 1"]);
}

/// A photo that is handed to a program: a stand-in for the one that the system has.
#[cfg(unix)]
fn opened(env: &TestEnv, photo: &std::path::Path, forms: &mut BTreeSet<String>) {
    use std::os::unix::fs::PermissionsExt;
    for name in ["open", "xdg-open"] {
        let program = env.write(&format!("bin/{name}"), b"#!/bin/sh\n");
        fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("ours");
    }
    let path = format!("{}:/usr/bin:/bin", env.path("bin").display());
    let words = ["--json", "--library", "l", "open"];
    let mut command = env.command();
    let output = command.env("PATH", path).args(words).arg(photo).output();
    let line = serde_json::from_slice(&output.expect("it runs").stdout).expect("a line");
    let form = All::get().form_of("open", &line).expect("a schema");
    forms.insert(form.to_owned());
}

#[cfg(not(unix))]
fn opened(_: &TestEnv, _: &std::path::Path, forms: &mut BTreeSet<String>) {
    forms.insert("open".to_owned());
}

/// Pictures that are too small, damaged, with captions that no font has, and with credentials.
fn pictures_that_are_odd(forms: &mut BTreeSet<String>) {
    let long = "endless ".repeat(2_500);
    let printing = Printing::of(&[
        Given::jpeg("1.jpg", 60, 90).with_caption("Вечер 東京"),
        Given::jpeg("2.jpg", 60, 90).with_caption(&long),
        Given::jpeg("3.jpg", 90, 60),
        Given::of("4.gif", gif(&Picture::default())),
        Given::of("5.jpg", with_credentials()),
    ]);
    let damaged = printing.env.path("l").join(&printing.paths()[2]);
    fs::write(damaged, "damaged").expect("written");
    fs::create_dir(printing.env.path("none")).expect("made");
    let mut seen = Seen {
        env: &printing.env,
        forms,
    };
    seen.run_all(&[
        "print a.pdf --size 10x15",
        "print b.pdf --form book --fonts none --title Рим",
        "push out --embed",
        "list",
    ]);
}

/// A JPEG with a manifest of Content Credentials, as far as it can be told from others.
fn with_credentials() -> Vec<u8> {
    let boxed = |name: &[u8], body: &[u8]| {
        let size = u32::try_from(body.len()).expect("small") + 8;
        [&size.to_be_bytes()[..], name, body].concat()
    };
    let id = b"c2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71";
    let described = boxed(b"jumd", &[&id[..], b"\x03c2pa\0"].concat());
    let store = boxed(b"jumb", &[described, boxed(b"bidb", b"signed!!")].concat());
    let segment = [b"JP\0\x01\0\0\0\x01", &store[..]].concat();
    let size = u16::try_from(segment.len()).expect("small") + 2;
    let mut bytes = jpeg(&Picture {
        seed: 5,
        ..Picture::default()
    });
    let head = [&[0xff, 0xeb][..], &size.to_be_bytes(), &segment].concat();
    bytes.splice(2..2, head);
    bytes
}

/// What comes from servers, and what is done by itself.
fn fetched_and_scheduled(forms: &mut BTreeSet<String>) {
    let env = TestEnv::new();
    let server = Downloads::start([]);
    let list = records(&memories()[..1], Links::Both, &server.url(""), false);
    env.write("mydata~1700000000000.zip", &part(&list, &[]));
    env.write("list.txt", server.url("/gone.zip").as_bytes());
    let mut seen = Seen { env: &env, forms };
    seen.run_all(&[
        "fetch --from list.txt --into d",
        "fetch --memories mydata~1700000000000.zip --into s --pause-ms 0",
        "import mydata~1700000000000.zip",
        "config init",
        "config show",
        "sync",
        "selftest tmp",
        "schedule --with cron install --dry-run",
        "schedule --with launchd show",
        "schedule --with launchd remove",
    ]);
}

#[test]
fn every_schema_is_of_lines_that_are_printed_and_keep_to_it() {
    let mut forms = BTreeSet::new();
    library_with_gaps(&mut forms);
    pictures_that_are_odd(&mut forms);
    fetched_and_scheduled(&mut forms);
    let all = All::get().names();
    let unused: Vec<_> = all.iter().filter(|name| !forms.contains(**name)).collect();
    assert!(unused.is_empty(), "no line printed is of: {unused:?}");
}

/// What the validator of the Python Packaging Index says of schemas and lines.
const OPINION: &str = "
import json, pathlib, sys
from jsonschema import Draft202012Validator as Validator
folder = pathlib.Path(sys.argv[1])
schemas = {path.stem: json.loads(path.read_text(encoding='utf-8')) for path in folder.glob('*.json')}
for schema in schemas.values():
    Validator.check_schema(schema)
for line in sys.stdin:
    name, text = line.split(' ', 1)
    Validator(schemas[name]).validate(json.loads(text))
print('well')
";

#[test]
fn another_validator_is_of_the_same_opinion() {
    let Some(python) = require_module("jsonschema") else {
        return;
    };
    let env = TestEnv::new();
    env.zip(
        "a.zip",
        &compose(&with_absent(), Generation::G4, Edition::Json),
    );
    let mut given = String::new();
    for line in [
        "import a.zip",
        "list",
        "certify",
        "verify",
        "status",
        "status --runs",
        "lst",
    ] {
        let words: Vec<_> = ["--json", "--library", "l"]
            .into_iter()
            .chain(line.split(' '))
            .collect();
        for text in env.run(&words).stdout.lines() {
            let value = serde_json::from_str(text).expect("JSON");
            let form = All::get()
                .form_of(command_of(&words), &value)
                .expect("it keeps");
            let (name, _) = form.split_once('#').unwrap_or((form, ""));
            given.push_str(&format!("{name} {text}\n"));
        }
    }
    let schemas = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    let said = |given: &str| {
        let file = env.write("given", given.as_bytes());
        let mut run = python.command();
        run.args(["-c", OPINION]).arg(&schemas);
        run.stdin(fs::File::open(file).expect("just written"));
        let output = run.output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        (text, String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (text, why) = said(&given);
    assert_eq!(text, "well", "{why}");
    let (text, _) = said(&given.replace("\"seconds\":", "\"second\":"));
    assert_eq!(text, "", "a field of another name is noticed");
}

#[test]
fn a_key_that_is_gone_and_one_that_is_new_are_noticed() {
    let env = TestEnv::new();
    let ran = env.run(&["--json", "demo"]);
    let mut tried = BTreeSet::new();
    for text in ran.stdout.lines() {
        let line: Value = serde_json::from_str(text).expect("JSON");
        let fields = line.as_object().expect("an object");
        tried.insert(fields["type"].to_string());
        let told = |value: &Value| All::get().form_of("demo", value);
        assert!(told(&line).is_ok(), "{line}");
        for key in fields.keys() {
            let mut less = fields.clone();
            less.remove(key);
            assert!(told(&less.into()).is_err(), "without {key}: {line}");
            let mut other = fields.clone();
            other.insert(key.clone(), Value::from(Vec::from([1.5])));
            assert!(told(&other.into()).is_err(), "another {key}: {line}");
        }
        let mut more = fields.clone();
        more.insert("new".to_owned(), Value::Null);
        assert!(told(&more.into()).is_err(), "with a new key: {line}");
    }
    assert!(tried.len() >= 3, "{tried:?}");
}

#[test]
fn every_schema_is_named_in_the_documents() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scripting.md");
    let text = fs::read_to_string(path).expect("the page");
    for name in All::get().names() {
        let (name, _) = name.split_once('#').unwrap_or((name, ""));
        assert!(
            text.contains(&format!("](schema/{name}.json)")),
            "docs/scripting.md does not link schema/{name}.json"
        );
    }
}
