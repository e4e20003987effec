//! Folder and zip.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::PathBuf;

use zip::ZipArchive;

use super::contract::contract;
use super::{Host, files_below};

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
