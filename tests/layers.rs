//! Holds the table "who may use whom" of `docs/design.md` against the manifests of the rooms, and a few habits against the source.
//!
//! What a room may use is what its `Cargo.toml` names: the compiler refuses everything else.

mod circles;
mod source;
mod variants;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use circles::{Module, circles};
use source::{code_only, declared_modules, has_word, without_tests};

/// Words, the modules that may use them, and why.
const WORDS: &[(&[&str], &[&str], &str)] = &[
    (&["rusqlite"], &["catalog"], "SQL lives in the catalog"),
    (
        &["reqwest"],
        &["net", "exporter::fetch", "push"],
        "only net, fetch and push use the network",
    ),
    (
        &["TcpStream", "TcpListener", "UdpSocket", "ToSocketAddrs"],
        &[],
        "nobody opens a connection but by the one HTTP client",
    ),
    (
        &[
            "println!",
            "eprintln!",
            "print!",
            "eprint!",
            "dbg!",
            "stdout",
            "stderr",
        ],
        &["cli", "main"],
        "library code is silent",
    ),
    (
        &[
            "std::env",
            "env::var",
            "env::var_os",
            "env::args",
            "env::current_dir",
            "env::temp_dir",
        ],
        &["cli", "main"],
        "library code does not read the environment",
    ),
    (
        &[
            "SystemTime::now",
            "Instant::now",
            "Timestamp::now",
            "Zoned::now",
        ],
        &["cli"],
        "library code knows no clock",
    ),
    (
        &["process::exit"],
        &["cli", "main"],
        "library code never ends the process",
    ),
    (
        &["HumanCount", "DecimalBytes", "HumanBytes", "BinaryBytes"],
        &[],
        "numbers are written one way, by model::amount",
    ),
    (&["unsafe"], &[], "no unsafe code"),
    (&["::*"], &[], "names are used one by one"),
    (
        &[".unwrap()"],
        &[],
        "use expect, with the reason why it cannot fail",
    ),
    (&["todo!", "unimplemented!"], &[], "nothing is left open"),
];

const MOST_LINES: usize = 600;

/// Returns what is wrong with one source file; `file` is its path below `src/`.
fn faults(file: &str, text: &str) -> Vec<String> {
    let mut faults = vec![];
    if !text.starts_with("//!") {
        faults.push(format!(
            "{file}: does not begin with a `//!` line that says what it owns"
        ));
    }
    if is_test_file(file) {
        return faults;
    }
    let code = without_tests(&code_only(text));
    let module = module_of(&file_path(file));
    for (words, modules, why) in WORDS {
        let wrong = words
            .iter()
            .filter(|word| !modules.contains(&module.as_str()) && has_word(&code, word));
        faults.extend(wrong.map(|word| format!("{file}: {word}: {why}")));
    }
    if !file.starts_with("cli/") {
        let bare = variants::without_comment(text).into_iter();
        faults.extend(bare.map(|variant| format!("{file}: {variant}: say when it occurs")));
    }
    let own = text.split("#[cfg(test)]").next().unwrap_or(text);
    let raw = own.lines().filter(|line| has_raw_bytes(line));
    faults.extend(raw.map(|line| {
        let line = line.trim();
        format!("{file}: {line}: numbers are written by model::amount")
    }));
    if code.lines().count() > MOST_LINES {
        faults.push(format!("{file}: more than {MOST_LINES} lines; split it"));
    }
    faults
}

/// Returns whether a message has a number of bytes as it is: `{size} bytes`. Constants are short and stay.
fn has_raw_bytes(line: &str) -> bool {
    line.match_indices("} bytes").any(|(at, _)| {
        let name = line[..at].rsplit('{').next().unwrap_or_default();
        !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    })
}

/// Returns the module path of a file: `exporter/provider/lib.rs` is `exporter::provider`.
fn file_path(file: &str) -> Vec<String> {
    let stem = file
        .trim_end_matches(".rs")
        .trim_end_matches("/mod")
        .trim_end_matches("/lib");
    stem.split('/').map(str::to_owned).collect()
}

/// Returns the module of the table a path lies in.
fn module_of(path: &[String]) -> String {
    let names = if path.first().is_some_and(|name| name == "exporter") {
        2
    } else {
        1
    };
    path.iter()
        .take(names)
        .cloned()
        .collect::<Vec<_>>()
        .join("::")
}

/// Test code beside the code, in a file of its own.
fn is_test_file(file: &str) -> bool {
    file.ends_with("_tests.rs")
        || file.ends_with("/tests.rs")
        || file.contains("/tests/")
        || file.starts_with("testkit/")
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let mut files = vec![];
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            files.extend(below(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Returns the files of a test binary's module tree.
fn reachable(file: &Path, folder: &Path) -> BTreeSet<PathBuf> {
    let text = fs::read_to_string(file).expect("a listed file is there");
    let mut files = BTreeSet::from([file.to_owned()]);
    for mut names in declared_modules(&code_only(&text)) {
        let name = names.pop().expect("a module has a name");
        let folder = folder.join(names.iter().collect::<PathBuf>());
        let flat = folder.join(format!("{name}.rs"));
        let inner = folder.join(&name);
        let file = if flat.is_file() {
            flat
        } else {
            inner.join("mod.rs")
        };
        files.extend(reachable(&file, &inner));
    }
    files
}

#[test]
fn the_source_keeps_to_the_table() {
    let src = folder("src");
    let files = below(&src);
    assert!(files.len() > 20, "the source was not found");
    let faults: Vec<String> = files
        .iter()
        .flat_map(|path| {
            let name = path
                .strip_prefix(&src)
                .expect("below")
                .to_string_lossy()
                .replace('\\', "/");
            faults(&name, &fs::read_to_string(path).expect("readable"))
        })
        .collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_test_file_is_listed() {
    let tests = folder("tests");
    let listed = reachable(&tests.join("main.rs"), &tests);
    let data = tests.join("data");
    let left_out: Vec<_> = below(&tests)
        .into_iter()
        .filter(|file| !file.starts_with(&data) && !listed.contains(file))
        .collect();
    assert!(
        left_out.is_empty(),
        "never compiled, so never run: {left_out:?}"
    );
}

/// Returns the rooms: their names, and their folders.
fn rooms() -> BTreeMap<String, PathBuf> {
    let text = fs::read_to_string(folder("Cargo.toml")).expect("the manifest");
    let rooms = text.lines().filter_map(|line| {
        let (name, rest) = line.split_once(" = { package = \"albumen-")?;
        let path = rest.split_once("path = \"")?.1.split_once('"')?.0;
        Some((name.to_owned(), folder(path)))
    });
    rooms.collect()
}

/// Returns the rooms a manifest depends on, tests left out.
fn used_by(manifest: &str, rooms: &BTreeMap<String, PathBuf>) -> BTreeSet<String> {
    let section = manifest
        .split("\n[")
        .find(|text| text.starts_with("dependencies]"));
    let lines = section.unwrap_or_default().lines();
    let names = lines.filter_map(|line| line.split(['.', ' ']).next());
    names
        .filter(|name| rooms.contains_key(*name))
        .map(str::to_owned)
        .collect()
}

/// Returns the table of a document: each room, and those it may use.
fn table_of(document: &str) -> BTreeMap<String, BTreeSet<String>> {
    let rows = document
        .lines()
        .skip_while(|line| !line.starts_with("| room | may use |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let mut table = BTreeMap::new();
    for row in rows {
        let mut cells = row.trim_matches('|').split('|');
        let (names, used) = (
            cells.next().expect("a room"),
            cells.next().expect("its rooms"),
        );
        let used: BTreeSet<String> = match used.trim() {
            "nothing of ours" => BTreeSet::new(),
            used => used.split(',').map(|name| name.trim().to_owned()).collect(),
        };
        for name in names.split(',') {
            table.insert(name.trim().trim_matches('`').to_owned(), used.clone());
        }
    }
    table
}

#[test]
fn each_room_uses_what_the_table_of_the_design_says() {
    let rooms = rooms();
    assert!(rooms.len() > 15, "the rooms were not found: {rooms:?}");
    let design = fs::read_to_string(folder("docs/design.md")).expect("the document");
    let table = table_of(&design);
    let used: BTreeMap<String, BTreeSet<String>> = rooms
        .iter()
        .filter(|(name, _)| *name != "testkit")
        .map(|(name, path)| {
            let manifest = fs::read_to_string(path.join("Cargo.toml")).expect("its manifest");
            (name.clone(), used_by(&manifest, &rooms))
        })
        .collect();
    assert_eq!(used, table);
}

/// Returns the code of each file of a room, tests and rooms inside it left out.
fn code_of(room: &Path, rooms: &BTreeMap<String, PathBuf>) -> BTreeMap<Module, String> {
    let is_inner = |file: &Path| {
        rooms
            .values()
            .any(|other| other != room && other.starts_with(room) && file.starts_with(other))
    };
    let mut code = BTreeMap::new();
    for file in below(room) {
        let name = file.strip_prefix(room).expect("below");
        let name = name.to_string_lossy().replace('\\', "/");
        if is_inner(&file) || is_test_file(&name) {
            continue;
        }
        let stem = name.trim_end_matches(".rs");
        let stem = stem.strip_suffix("/mod").unwrap_or(stem);
        let parts = stem.split('/').filter(|part| *part != "lib");
        let text = fs::read_to_string(&file).expect("readable");
        let module: Module = parts.map(str::to_owned).collect();
        code.insert(module, without_tests(&code_only(&text)));
    }
    code
}

#[test]
fn files_of_a_room_use_each_other_in_no_circle() {
    let rooms = rooms();
    let mut files = 0;
    let mut found = Vec::new();
    for (name, path) in &rooms {
        let code = code_of(path, &rooms);
        files += code.len();
        found.extend(
            circles(&code)
                .into_iter()
                .map(|circle| format!("{name}: {circle:?}")),
        );
    }
    assert!(files > 300, "the source was not found: {files} files");
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn a_table_and_a_manifest_are_read_as_they_are_written() {
    let rooms: BTreeMap<String, PathBuf> = ["a", "b", "c"]
        .map(|name| (name.to_owned(), PathBuf::new()))
        .into();
    let manifest = "[package]\nname = \"x\"\n\n[dependencies]\na.workspace = true\nserde.workspace = true\nb = { workspace = true }\n\n[dev-dependencies]\nc.workspace = true\n";
    assert_eq!(
        used_by(manifest, &rooms),
        BTreeSet::from(["a", "b"].map(str::to_owned))
    );
    let table = table_of(
        "x\n| room | may use |\n|---|---|\n| `a`, `b` | c, d |\n| `c` | nothing of ours |\n\n| `d` | e |\n",
    );
    assert_eq!(table.len(), 3);
    assert_eq!(table["b"], BTreeSet::from(["c", "d"].map(str::to_owned)));
    assert!(table["c"].is_empty());
}

#[test]
fn what_keeps_to_the_habits_is_no_fault() {
    for (file, text) in [
        (
            "import/run.rs",
            "//! x\nuse catalog::Catalog;\nuse archive::Part;",
        ),
        (
            "exporter/provider/a/b.rs",
            "//! x\nuse archive::EntryId;\nuse super::super::meta_json::Entry;",
        ),
        (
            "catalog/lib.rs",
            "//! x\nuse rusqlite::Connection;\nuse self::query::Q;",
        ),
        (
            "model/a.rs",
            "//! x\n#[cfg(test)]\nmod tests { use super::*; use crate::catalog::C; fn f() { x.unwrap(); } }",
        ),
        (
            "cli/a.rs",
            "//! x\nfn f() { println!(\"\"); std::env::var(\"\"); Instant::now(); }",
        ),
        ("cli/a_tests.rs", "//! x\nuse super::*;"),
        (
            "writer/a.rs",
            "//! x\n// println! and unsafe and crate::cli\nconst A: &str = \"std::env\";",
        ),
    ] {
        assert_eq!(faults(file, text), [""; 0], "{file}");
    }
}

#[test]
fn each_habit_is_checked() {
    let long = format!("//! x\n{}", "fn f() {}\n".repeat(MOST_LINES));
    for (file, text) in [
        ("model/a.rs", "fn f() {}"),
        ("import/a.rs", "//! x\nuse rusqlite::Connection;"),
        ("import/a.rs", "//! x\nfn f() { eprintln!(\"\") }"),
        ("import/a.rs", "//! x\nuse std::net::TcpStream;"),
        ("import/a.rs", "//! x\nfn f() { std::env::var(\"A\"); }"),
        ("import/a.rs", "//! x\nfn f() { let t = Instant::now(); }"),
        ("writer/a.rs", "//! x\nfn f() { unsafe { g() } }"),
        ("writer/a.rs", "//! x\nuse std::io::*;"),
        ("cli/a.rs", "//! x\nfn f() { x.unwrap() }"),
        ("cli/a.rs", "//! x\nfn f() { todo!() }"),
        ("cli/a.rs", "//! x\nfn f() { HumanCount(3); }"),
        (
            "push/a.rs",
            "//! x\nfn f() { format!(\"{size} bytes are\") }",
        ),
        ("cli/a.rs", long.as_str()),
    ] {
        assert!(!faults(file, text).is_empty(), "{file}: {text:.60}");
    }
}

#[test]
fn a_test_file_nobody_lists_is_found() {
    let tests = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| {
        let path = tests.path().join(name);
        fs::create_dir_all(path.parent().expect("it has one")).expect("made");
        fs::write(&path, text).expect("written");
        path
    };
    let main = write("main.rs", "mod a;\nmod b;\nmod c { mod d; }");
    let listed = [
        main.clone(),
        write("a.rs", ""),
        write("b/mod.rs", "mod e;"),
        write("b/e.rs", ""),
        write("c/d.rs", ""),
    ];
    let forgotten = write("f.rs", "");
    let found = reachable(&main, tests.path());
    assert_eq!(found, BTreeSet::from(listed));
    assert!(!found.contains(&forgotten));
}
