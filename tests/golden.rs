//! The golden libraries: what every service, generation and edition gives, frozen. A change of the code that is not meant to change
//! a library must leave them as they are; one that is rewrites them, and its commit says why.
//!
//! `UPDATE_GOLDEN=1 cargo test --test main golden` writes `tests/golden/` anew. Each file shows one library: the tree with the hash
//! of every file, the text of every sidecar and list, what `list --json` prints, and the catalog.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use catalog::Catalog;

use crate::support::env::TestEnv;
use crate::support::tree;
use crate::support::whole::{World, worlds};

/// How the parts of an account lie on the disk.
#[derive(Debug, Clone, Copy)]
enum Packing {
    Zip,
    Folder,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn file_name(world: &World) -> String {
    format!(
        "{}.txt",
        world
            .name
            .to_lowercase()
            .replace([' ', '('], "-")
            .replace(')', "")
    )
}

/// Imports an account and prints the library that came of it.
fn library(world: &World, packing: Packing) -> String {
    let env = TestEnv::in_timezone("Asia/Tokyo");
    let mut words = vec!["import".to_owned()];
    for part in &world.parts {
        match packing {
            Packing::Zip => {
                env.write(&part.name, &part.packed());
                words.push(part.name.clone());
            }
            Packing::Folder => {
                let stem = part.name.trim_end_matches(".zip");
                for (path, bytes) in &part.files {
                    env.write(&format!("{stem}/{path}"), bytes);
                }
                words.push(stem.to_owned());
            }
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ran = env.run_on("l", &words);
    assert!(matches!(ran.code, Some(0 | 3)), "{}: {ran:?}", world.name);
    let mut out = format!("== tree\n{}", env.tree("l"));
    for path in tree::names(&env.path("l"))
        .iter()
        .filter(|path| is_text(path))
    {
        let text = fs::read_to_string(env.path("l").join(path)).expect("it was just listed");
        let _ = writeln!(out, "\n== {path}\n{}", text.trim_end());
    }
    let listed = env.run_on("l", &["list", "--json"]);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    let _ = writeln!(out, "\n== list --json\n{}", listed.stdout.trim_end());
    let catalog = Catalog::open_existing(&env.path("l/.albumen/catalog.sqlite"));
    let dump = catalog
        .and_then(|catalog| catalog.dump())
        .expect("a catalog");
    let _ = writeln!(out, "\n== catalog\n{}", dump.trim_end());
    out
}

fn is_text(path: &str) -> bool {
    [".xmp", ".json", ".txt"]
        .iter()
        .any(|end| path.ends_with(end))
        || path.ends_with("SHA256SUMS")
}

/// Says where two libraries first differ.
fn difference(was: &str, is: &str) -> String {
    let mut heading = "";
    let mut lines = was.lines().zip(is.lines());
    let first = lines.find_map(|(was, is)| {
        if was.starts_with("== ") {
            heading = was;
        }
        (was != is).then(|| format!("below \"{heading}\"\n  was {was}\n  is  {is}"))
    });
    first.unwrap_or_else(|| {
        format!(
            "{} lines were, {} are",
            was.lines().count(),
            is.lines().count()
        )
    })
}

#[test]
fn every_service_generation_and_edition_gives_the_library_it_gave() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut known = BTreeSet::new();
    let mut differ = Vec::new();
    for world in worlds() {
        let name = file_name(&world);
        let path = folder().join(&name);
        let is = library(&world, Packing::Zip);
        if update {
            fs::create_dir_all(folder()).expect("the source can be written");
            fs::write(&path, &is).expect("the source can be written");
        }
        let was = fs::read_to_string(&path).unwrap_or_default();
        if was != is {
            differ.push(format!("{name}: {}", difference(&was, &is)));
        }
        assert!(
            known.insert(name),
            "two accounts of one name: {}",
            world.name
        );
    }
    for entry in fs::read_dir(folder()).expect("the golden libraries") {
        let name = entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned();
        if !known.contains(&name) {
            differ.push(format!("{name}: of no account that is composed"));
        }
    }
    assert!(
        differ.is_empty(),
        "{}\nIf that is meant: UPDATE_GOLDEN=1 cargo test --test main golden, and say why in the commit.",
        differ.join("\n")
    );
}

#[test]
fn an_unpacked_archive_gives_the_golden_library() {
    for world in worlds() {
        // Dates of entries are lost where nothing but the zip has them.
        if world.parts.iter().any(|part| !part.times.is_empty()) {
            continue;
        }
        let was = fs::read_to_string(folder().join(file_name(&world)))
            .unwrap_or_default()
            // A list names the archive a photo came from.
            .replace(".zip\"", "\"");
        let is = library(&world, Packing::Folder);
        assert!(was == is, "{}: {}", world.name, difference(&was, &is));
    }
}

/// For programs of other systems, which cannot run these tests: `packaging/windows-check` imports the archives under Wine.
#[test]
#[ignore = "writes the archives of all worlds to $ALBUMEN_WORLDS_INTO, each into a folder of its own"]
fn the_archives_of_all_worlds_are_written_where_asked() {
    let Some(into) = std::env::var_os("ALBUMEN_WORLDS_INTO") else {
        return;
    };
    for world in worlds() {
        let folder = Path::new(&into).join(file_name(&world).trim_end_matches(".txt"));
        fs::create_dir_all(&folder).expect("the folder asked for is writable");
        for part in &world.parts {
            fs::write(folder.join(&part.name), part.packed()).expect("the folder is writable");
        }
    }
}
