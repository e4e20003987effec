//! Gathers what catalog, manifests and tree say of each file, side by side.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use catalog::{Catalog, CatalogError, PlacedRow, SidecarRow};
use disk::regular;
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;
use model::user_changes::UserChanges;
use writer::albums_file::{ALBUMS, LIBRARY, MISSING};
use writer::history_file::{HISTORY, PUSHES};
use writer::manifest::{self, METADATA, ORIGINALS};
use writer::readme::README;
use writer::sidecar::fields::Fields;
use writer::walk::{FoundFile, Walked};

use super::finding::{Finding, FindingKind};

/// All that is said about one original or companion and its sidecar.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    /// As it lies in the tree.
    pub found: Option<FoundFile>,
    /// Hash in `SHA256SUMS`.
    pub listed: Option<ContentHash>,
    /// As the catalog has it.
    pub placed: Option<PlacedRow>,
    /// Its sidecar in the tree.
    pub sidecar_found: Option<FoundFile>,
    /// The sidecar's hash in `SHA256SUMS.metadata`.
    pub sidecar_listed: Option<ContentHash>,
    /// The sidecar as the catalog has it.
    pub sidecar_row: Option<SidecarRow>,
}

impl Unit {
    /// Returns whether anything but the tree knows the file.
    pub(crate) fn is_known(&self) -> bool {
        self.listed.is_some() || self.placed.is_some() || self.has_sidecar()
    }

    /// Returns whether a list or the catalog says that there is a sidecar.
    pub(crate) fn has_sidecar(&self) -> bool {
        self.sidecar_listed.is_some() || self.sidecar_row.is_some()
    }
}

/// What the catalog says, as far as it is compared.
#[derive(Debug, Default)]
pub(crate) struct FromCatalog {
    /// Files where they should lie.
    pub placed: Vec<PlacedRow>,
    /// Sidecars as written last.
    pub sidecars: Vec<SidecarRow>,
    /// Facts of each asset as its sidecar shows them.
    pub fields: HashMap<ContentHash, Fields>,
    /// Time each asset's files get, in seconds since 1970.
    pub taken: HashMap<ContentHash, i64>,
    /// Files whose time the file system would not take.
    pub untimed: HashSet<String>,
    /// `README.txt` as it was written last.
    pub readme: Option<ContentHash>,
    /// Digest of every record.
    pub records: HashSet<[u8; 32]>,
    /// What the owner changed.
    pub user: HashMap<ContentHash, UserChanges>,
    /// Files of assets that lie nowhere any more, by the path of the asset's original.
    pub lost: Vec<(String, &'static str)>,
}

impl FromCatalog {
    /// Reads what is to be compared.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub(crate) fn read(catalog: &Catalog) -> Result<Self, CatalogError> {
        let mut own = Self {
            placed: catalog.placed_files()?,
            sidecars: catalog.sidecars()?,
            untimed: catalog.untimed()?.into_iter().collect(),
            readme: catalog.list_hash(README)?,
            records: catalog.record_digests()?.into_iter().collect(),
            user: catalog
                .user_changes()?
                .into_iter()
                .map(|(hash, changes, _)| (hash, changes))
                .collect(),
            ..Self::default()
        };
        let there: HashSet<(ContentHash, ContentHash)> = own
            .placed
            .iter()
            .map(|row| (row.asset_hash, row.content_hash))
            .collect();
        catalog.assets(|path, asset| {
            let hash = asset.content_hash;
            if !there.contains(&(hash, hash)) {
                own.lost.push((path.clone(), "the library held it once"));
            }
            for companion in &asset.companions {
                if !there.contains(&(hash, companion.content_hash)) {
                    own.lost
                        .push((path.clone(), "the library held a file that belongs to it"));
                }
            }
            if let Some(taken) = &asset.taken_at {
                own.taken
                    .insert(asset.content_hash, taken.value.rough_seconds());
            }
            own.fields.insert(asset.content_hash, Fields::of(&asset));
        })?;
        Ok(own)
    }
}

/// Reads a manifest; what is wrong with it is a finding.
pub(crate) fn read_manifest(
    root: &Path,
    name: &str,
    findings: &mut Vec<Finding>,
) -> Option<BTreeMap<LibraryPath, ContentHash>> {
    let bytes = match regular::read(&root.join(name)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            findings.push(Finding::new(
                FindingKind::ManifestMissing,
                name,
                "the list is gone",
            ));
            return None;
        }
        Err(error) => {
            findings.push(Finding::unread(name, &error));
            return None;
        }
    };
    let parsed = std::str::from_utf8(&bytes)
        .map_err(|error| error.to_string())
        .and_then(|text| {
            // Every line we write ends; one that does not was cut off, perhaps in a path.
            if !text.is_empty() && !text.ends_with('\n') {
                return Err("its last line is cut off".to_owned());
            }
            manifest::parse(text).map_err(|error| error.to_string())
        });
    parsed
        .map_err(|why| findings.push(Finding::new(FindingKind::ManifestDamaged, name, why)))
        .ok()
}

/// Names of the files at the top that are albumen's own lists.
pub(crate) const OWN_LISTS: [&str; 8] = [
    ALBUMS, MISSING, LIBRARY, ORIGINALS, METADATA, README, HISTORY, PUSHES,
];

/// Puts everything side by side, by path of the original or companion.
pub(crate) fn units(
    walked: Walked,
    listed: BTreeMap<LibraryPath, ContentHash>,
    metadata: &BTreeMap<LibraryPath, ContentHash>,
    catalog: Option<&FromCatalog>,
    findings: &mut Vec<Finding>,
) -> BTreeMap<LibraryPath, Unit> {
    let mut units: BTreeMap<LibraryPath, Unit> = BTreeMap::new();
    for (path, hash) in listed {
        units.entry(path).or_default().listed = Some(hash);
    }
    for (path, hash) in metadata {
        if let Some(original) = of_sidecar(path) {
            units.entry(original).or_default().sidecar_listed = Some(*hash);
        }
    }
    if let Some(catalog) = catalog {
        from_catalog(catalog, &mut units);
    }
    for (folder, error) in walked.unreadable {
        findings.push(Finding::unread(folder, &error));
    }
    let mut sidecars = Vec::new();
    for file in walked.files {
        match file.path.clone() {
            Err(name) => {
                let why = "a name that no file of a library has";
                findings.push(Finding::new(FindingKind::Extra, name, why));
            }
            Ok(path) if OWN_LISTS.contains(&path.as_str()) => {}
            Ok(path) => match of_sidecar(&path).filter(|_| !units.contains_key(&path)) {
                Some(original) => sidecars.push((original, file)),
                None => units.entry(path).or_default().found = Some(file),
            },
        }
    }
    for (original, file) in sidecars {
        units.entry(original).or_default().sidecar_found = Some(file);
    }
    units
}

fn from_catalog(catalog: &FromCatalog, units: &mut BTreeMap<LibraryPath, Unit>) {
    for row in &catalog.placed {
        if let Some(path) = LibraryPath::parse(&row.path) {
            units.entry(path).or_default().placed = Some(row.clone());
        }
    }
    for row in &catalog.sidecars {
        if let Some(path) = LibraryPath::parse(&row.path).as_ref().and_then(of_sidecar) {
            units.entry(path).or_default().sidecar_row = Some(row.clone());
        }
    }
}

/// Returns the original a sidecar of this path belongs to.
fn of_sidecar(path: &LibraryPath) -> Option<LibraryPath> {
    LibraryPath::parse(path.as_str().strip_suffix(".xmp")?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn file(path: &str) -> FoundFile {
        FoundFile {
            path: LibraryPath::parse(path).ok_or(path.to_owned()),
            is_file: true,
            size_bytes: 1,
            modified_ns: 0,
        }
    }

    fn path(text: &str) -> LibraryPath {
        LibraryPath::parse(text).unwrap()
    }

    #[test]
    fn a_file_its_sidecar_and_what_is_said_of_them_come_together() {
        let walked = Walked {
            files: vec![
                file("2023/a.jpg"),
                file("2023/a.jpg.xmp"),
                file("2023/b.jpg.xmp"),
                file("SHA256SUMS"),
                file("a\\b"),
            ],
            ..Walked::default()
        };
        let hash = ContentHash([1; 32]);
        let listed = [(path("2023/a.jpg"), hash), (path("2023/c.jpg"), hash)].into();
        let metadata = [(path("2023/a.jpg.xmp"), hash), (path("albums.json"), hash)].into();
        let mut findings = Vec::new();
        let units = units(walked, listed, &metadata, None, &mut findings);
        let names: Vec<&str> = units.keys().map(LibraryPath::as_str).collect();
        assert_eq!(names, ["2023/a.jpg", "2023/b.jpg", "2023/c.jpg"]);
        let a = &units[&path("2023/a.jpg")];
        assert!(a.found.is_some() && a.sidecar_found.is_some() && a.has_sidecar());
        assert!(units[&path("2023/b.jpg")].sidecar_found.is_some());
        assert!(!units[&path("2023/b.jpg")].is_known());
        assert_eq!(findings.len(), 1, "{findings:?}");
    }

    #[test]
    fn a_manifest_is_read_or_what_is_wrong_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let hash = ContentHash([1; 32]);
        for (text, kind, lines) in [
            (Some(format!("{hash}  a.jpg\n")), None, 1),
            (Some(String::new()), None, 0),
            (
                Some(format!("{hash}  a.jp")),
                Some(FindingKind::ManifestDamaged),
                0,
            ),
            (
                Some("x\n".to_owned()),
                Some(FindingKind::ManifestDamaged),
                0,
            ),
            (None, Some(FindingKind::ManifestMissing), 0),
        ] {
            let _ = std::fs::remove_file(folder.path().join(ORIGINALS));
            if let Some(text) = &text {
                std::fs::write(folder.path().join(ORIGINALS), text).unwrap();
            }
            let mut findings = Vec::new();
            let read = read_manifest(folder.path(), ORIGINALS, &mut findings);
            assert_eq!(findings.first().map(|f| f.kind), kind, "{text:?}");
            assert_eq!(read.map_or(0, |read| read.len()), lines, "{text:?}");
        }
    }
}
