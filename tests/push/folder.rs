//! Folder and zip.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::PathBuf;

use zip::ZipArchive;

use super::contract::contract;
use super::{Host, Pushing, files_below, library};
use crate::support::tree::names;

struct FolderHost(PathBuf);

impl Host for FolderHost {
    fn address(&self) -> String {
        self.0.display().to_string()
    }

    fn listing(&self) -> BTreeMap<String, Vec<u8>> {
        files_below(&self.0)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> bool {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("made");
        fs::write(path, bytes).expect("written");
        true
    }

    fn remove(&self, path: &str) -> u64 {
        fs::remove_file(self.0.join(path)).expect("it is there");
        1
    }
}

struct ZipHost(PathBuf);

impl Host for ZipHost {
    fn address(&self) -> String {
        format!("zip:{}", self.0.display())
    }

    fn listing(&self) -> BTreeMap<String, Vec<u8>> {
        let Ok(file) = File::open(&self.0) else {
            return BTreeMap::new();
        };
        let mut archive = ZipArchive::new(file).expect("a zip");
        (0..archive.len())
            .map(|index| {
                let mut entry = archive.by_index(index).expect("an entry");
                let mut bytes = Vec::new();
                entry
                    .read_to_end(&mut bytes)
                    .expect("its checksum is right");
                (entry.name().expect("UTF-8").into_owned(), bytes)
            })
            .collect()
    }

    fn write(&self, _: &str, _: &[u8]) -> bool {
        false
    }

    fn remove(&self, _: &str) -> u64 {
        0
    }
}

#[test]
fn a_folder_keeps_the_contract() {
    contract(&|made, name| Box::new(FolderHost(made.env.path(name))));
}

#[test]
fn a_zip_keeps_the_contract() {
    contract(&|made, name| Box::new(ZipHost(made.env.path(&format!("{name}.zip")))));
}

#[test]
fn a_file_keeps_the_path_it_was_pushed_under_first_although_the_library_renames_it() {
    let made = library();
    let first = made.env.run_on("l", &["push", "kept"]);
    assert_eq!(first.code, Some(0), "{first:?}");
    let there = |made: &Pushing| names(&made.env.path("kept"));
    let before = there(&made);
    // The owner says another day.
    let files = made.files();
    let sidecar = files.keys().find(|name| name.ends_with(".jpg.xmp"));
    let sidecar = sidecar.expect("a photo").clone();
    let original = sidecar.trim_end_matches(".xmp").to_owned();
    let text = String::from_utf8(files[&sidecar].clone()).expect("text");
    let mut changed = text.clone();
    for tag in ["<exif:DateTimeOriginal>", "<photoshop:DateCreated>"] {
        let at = changed.find(tag).expect("a dated photo") + tag.len();
        changed.replace_range(at..at + "2016-06-07".len(), "2011-02-03");
    }
    assert_ne!(text, changed);
    fs::write(made.root().join(&sidecar), changed).expect("ours");
    let ran = made.env.run_on("l", &["import", "anna.zip"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    assert!(!made.files().contains_key(&original), "it was renamed");
    let again = made.env.run_on("l", &["--json", "push", "kept"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(
        again.json_lines("report")[0]["files"]["new"],
        0,
        "{again:?}"
    );
    assert_eq!(there(&made), before);
    let sidecar = fs::read_to_string(made.env.path("kept").join(&sidecar)).expect("there");
    assert!(sidecar.contains("2011-02-03"), "{sidecar}");
    // Even if the catalog dies.
    fs::remove_file(made.env.path("l/.albumen/catalog.sqlite")).expect("there");
    let rebuilt = made.env.run_on("l", &["rebuild"]);
    assert_eq!(rebuilt.code, Some(0), "{rebuilt:?}");
    let again = made.env.run_on("l", &["--json", "push", "kept"]);
    assert_eq!(again.json_lines("report")[0]["bytes_sent"], 0, "{again:?}");
    assert_eq!(there(&made), before);
}
