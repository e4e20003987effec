//! Tests of reading where nothing can be written. Those that need a mount or another user are in `tests/cli/read_only.rs`.

use super::*;
use model::fault::Fault;

#[test]
fn an_address_for_sqlite_names_any_path() {
    assert_eq!(
        address(Path::new("a b/c?d#e%.s"), "o"),
        "file:a%20b/c%3Fd%23e%25.s?o"
    );
    #[cfg(unix)]
    assert_eq!(address(Path::new("//a/ü"), "o"), "file:////a/%C3%BC?o");
    #[cfg(windows)]
    assert_eq!(address(Path::new(r"C:\a"), "o"), "file:///C:/a?o");
}

fn set(catalog: &mut Catalog, value: &str) {
    let set = |writing: &super::super::Writing<'_>| writing.set_setting("a", Some(value));
    catalog.in_transaction(set).unwrap();
}

fn a(catalog: &Catalog) -> Option<String> {
    catalog.setting("a").unwrap()
}

/// Returns the names and bytes of all files of a folder.
fn files(folder: &Path) -> Vec<(std::ffi::OsString, Vec<u8>)> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name(), fs::read(entry.path()).unwrap())
        })
        .collect();
    found.sort();
    found
}

/// A catalog whose log holds the newest value: what a run that was killed leaves.
fn cut_off(to: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.sqlite");
    let mut catalog = Catalog::open(&path).unwrap();
    set(&mut catalog, "old");
    drop(catalog);
    let mut catalog = Catalog::open(&path).unwrap();
    set(&mut catalog, "new");
    for end in ["", "-wal", "-shm"] {
        fs::copy(file::beside(&path, end), file::beside(to, end)).unwrap();
    }
    assert!(fs::metadata(file::beside(to, "-wal")).unwrap().len() > 0);
}

#[test]
fn a_closed_catalog_is_read_alone_and_nothing_is_made_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.sqlite");
    set(&mut Catalog::open(&path).unwrap(), "kept");
    let before = files(folder.path());
    assert_eq!(before.len(), 1);
    let mut catalog = alone(&path, None).unwrap();
    assert_eq!(a(&catalog).as_deref(), Some("kept"));
    assert!(!catalog.is_written());
    let again = Catalog::open_again(catalog.source()).unwrap();
    assert_eq!(a(&again).as_deref(), Some("kept"));
    let failed = catalog.in_transaction(|w| w.set_setting("a", None));
    assert_eq!(failed.unwrap_err().fault(), Some(Fault::ReadOnly));
    assert_eq!(files(folder.path()), before);
}

#[test]
fn what_stands_in_the_log_alone_is_read_with_its_index_and_without() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.sqlite");
    cut_off(&path);
    let before = files(folder.path());
    let catalog = with_index(&path).unwrap().unwrap();
    assert_eq!(a(&catalog).as_deref(), Some("new"));
    drop(catalog);
    assert_eq!(files(folder.path()), before);
    fs::remove_file(file::beside(&path, "-shm")).unwrap();
    let before = files(folder.path());
    let catalog = alone(&path, None).unwrap();
    assert_eq!(a(&catalog).as_deref(), Some("new"));
    assert!(!catalog.is_written());
    let copy = catalog.kept._copy.as_ref().unwrap().path().to_owned();
    let again = Catalog::open_again(catalog.source()).unwrap();
    assert_eq!(a(&again).as_deref(), Some("new"));
    drop((again, catalog));
    assert!(!copy.exists());
    assert_eq!(files(folder.path()), before);
}

#[test]
fn a_catalog_of_an_older_albumen_is_brought_up_to_date_in_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.sqlite");
    let mut older = Connection::open(&path).unwrap();
    older.execute_batch("PRAGMA journal_mode = WAL").unwrap();
    migrate::apply_up_to(&mut older, 1).unwrap();
    drop(older);
    let before = files(folder.path());
    let catalog = alone(&path, None).unwrap();
    assert_eq!(a(&catalog), None);
    assert!(!catalog.is_written());
    drop(catalog);
    assert_eq!(files(folder.path()), before);
}

#[test]
fn a_catalog_that_is_changed_while_it_is_copied_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.sqlite");
    set(&mut Catalog::open(&path).unwrap(), "kept");
    let copy = folder.path().join("copy.sqlite");
    let log = file::beside(&path, "-wal");
    let grows = |times: usize| {
        let grown = std::cell::Cell::new(0);
        let log = log.clone();
        move || {
            grown.set(grown.get() + 1);
            if grown.get() <= times {
                fs::write(&log, vec![0; grown.get()]).unwrap();
            }
        }
    };
    let always = copy_still(&path, &copy, false, &grows(usize::MAX));
    assert!(matches!(always, Err(CatalogError::InUse { .. })));
    copy_still(&path, &copy, true, &grows(usize::MAX)).unwrap();
    fs::remove_file(&log).unwrap();
    copy_still(&path, &copy, false, &grows(2)).unwrap();
    assert_eq!(fs::read(&copy).unwrap(), fs::read(&path).unwrap());
}

#[test]
fn where_there_is_a_catalog_and_room_it_is_opened_as_always() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.sqlite");
    set(&mut Catalog::open(&path).unwrap(), "kept");
    let catalog = Catalog::open_to_read(&path, || panic!("nobody is to be kept out")).unwrap();
    assert!(catalog.is_written());
    assert!(file::beside(&path, "-shm").exists());
    let gone = Catalog::open_to_read(&folder.path().join("none"), || Others::Unknown);
    assert!(matches!(gone.map(drop), Err(CatalogError::Gone { .. })));
}
