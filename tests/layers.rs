//! Holds the table "who may use whom" of `docs/design.md` against the source, and a few habits besides.

mod source;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use source::{code_only, declared_modules, has_word, paths, without_tests};

/// Module, and the modules it may use besides itself. `None`: all.
const MAY_USE: &[(&str, Option<&[&str]>)] = &[
    ("model", Some(&[])),
    ("monitor", Some(&["model"])),
    ("net", Some(&["model"])),
    ("config", Some(&["model", "net"])),
    ("schedule", Some(&[])),
    ("exporter::archive", Some(&["model"])),
    ("media", Some(&["model"])),
    ("catalog", Some(&["model"])),
    ("writer", Some(&["model"])),
    ("demo", Some(&["model"])),
    ("exporter::provider", Some(&["model", "exporter::archive"])),
    ("exporter::inbox", Some(&["model", "exporter::archive"])),
    (
        "exporter::fetch",
        Some(&[
            "model",
            "monitor",
            "net",
            "exporter::archive",
            "exporter::provider",
            "media",
            "writer",
        ]),
    ),
    (
        "import",
        Some(&[
            "model",
            "monitor",
            "exporter::archive",
            "exporter::provider",
            "media",
            "writer",
            "catalog",
        ]),
    ),
    (
        "verify",
        Some(&["model", "monitor", "media", "writer", "catalog"]),
    ),
    (
        "gallery",
        Some(&["model", "monitor", "media", "writer", "catalog"]),
    ),
    (
        "print",
        Some(&["model", "monitor", "media", "writer", "catalog"]),
    ),
    (
        "push",
        Some(&["model", "monitor", "net", "media", "writer", "catalog"]),
    ),
    ("cli", None),
];

/// Words, the modules that may use them, and why.
const WORDS: &[(&[&str], &[&str], &str)] = &[
    (&["rusqlite"], &["catalog"], "SQL lives in the catalog"),
    (
        &["reqwest"],
        &["net", "exporter::fetch", "push"],
        "only net, fetch and push use the network",
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
    if code.lines().count() > MOST_LINES {
        faults.push(format!("{file}: more than {MOST_LINES} lines; split it"));
    }
    faults.extend(wrong_edges(file, &module, &code));
    faults
}

fn wrong_edges(file: &str, module: &str, code: &str) -> Vec<String> {
    if matches!(module, "lib" | "main" | "exporter") {
        return vec![];
    }
    let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
        return vec![format!(
            "{file}: module {module} is not in the table of this test"
        )];
    };
    let Some(allowed) = allowed else {
        return vec![];
    };
    let here = file_path(file);
    paths(code)
        .into_iter()
        .map(|path| module_of(&absolute(&here, &path)))
        .filter(|used| used != module && !allowed.contains(&used.as_str()))
        .map(|used| format!("{file}: {module} may not use {used}"))
        .collect()
}

/// Returns the module path of a file: `exporter/provider/mod.rs` is `exporter::provider`.
fn file_path(file: &str) -> Vec<String> {
    let stem = file.trim_end_matches(".rs").trim_end_matches("/mod");
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

/// Turns a path that begins with `crate` or `super` into one from the crate's root.
fn absolute(here: &[String], path: &[String]) -> Vec<String> {
    let supers = path.iter().take_while(|name| *name == "super").count();
    let root: &[String] = if supers == 0 {
        &[]
    } else {
        &here[..here.len().saturating_sub(supers)]
    };
    root.iter()
        .chain(path.iter().skip(supers.max(1)))
        .cloned()
        .collect()
}

/// Test code beside the code, in a file of its own.
fn is_test_file(file: &str) -> bool {
    file.ends_with("_tests.rs") || file.ends_with("/tests.rs") || file.contains("/tests/")
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

#[test]
fn a_wrong_edge_is_found_however_it_is_written() {
    for (file, text) in [
        ("model/a.rs", "//! x\nuse crate::catalog::Catalog;"),
        (
            "model/a.rs",
            "//! x\nuse crate::{model::b, catalog::Catalog};",
        ),
        ("model/a.rs", "//! x\nfn f() { crate::writer::g() }"),
        ("model/a.rs", "//! x\nuse super::super::writer::g;"),
        ("catalog/mod.rs", "//! x\nuse super::writer;"),
        (
            "exporter/archive/zip.rs",
            "//! x\nuse super::super::provider::Provider;",
        ),
        (
            "exporter/archive/zip.rs",
            "//! x\nuse crate::exporter::provider::Provider;",
        ),
        (
            "exporter/provider/a/b.rs",
            "//! x\nuse crate::monitor::Monitor;",
        ),
        ("writer/a.rs", "//! x\nuse crate::cli::Output;"),
        ("surprise/a.rs", "//! x\n"),
    ] {
        let found = faults(file, text);
        assert_eq!(found.len(), 1, "{file}: {text}: {found:?}");
    }
}

#[test]
fn a_right_edge_is_not() {
    for (file, text) in [
        (
            "import/run.rs",
            "//! x\nuse crate::{catalog::Catalog, exporter::archive::Part};",
        ),
        (
            "exporter/provider/a/b.rs",
            "//! x\nuse crate::exporter::archive::EntryId;\nuse super::super::meta_json::Entry;",
        ),
        (
            "catalog/mod.rs",
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
        ("import/a.rs", "//! x\nfn f() { std::env::var(\"A\"); }"),
        ("import/a.rs", "//! x\nfn f() { let t = Instant::now(); }"),
        ("writer/a.rs", "//! x\nfn f() { unsafe { g() } }"),
        ("writer/a.rs", "//! x\nuse std::io::*;"),
        ("cli/a.rs", "//! x\nfn f() { x.unwrap() }"),
        ("cli/a.rs", "//! x\nfn f() { todo!() }"),
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
