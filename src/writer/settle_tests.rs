//! Carrying out plans: killed anywhere, foreign files, rot, many files at once.

use super::*;
use crate::reconcile::{WantedFile, plan};
use disk::faults::StopAfter;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::Ordering;

const THREADS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

fn hash(text: &str) -> ContentHash {
    use sha2::{Digest, Sha256};
    ContentHash(Sha256::digest(text).into())
}

fn path(text: &str) -> LibraryPath {
    LibraryPath::parse(text).unwrap()
}

/// A wanted file whose bytes are `text`.
fn wanted(at: &str, text: &str) -> WantedFile {
    WantedFile {
        path: path(at),
        content_hash: hash(text),
        size_bytes: text.len() as u64,
        modified: Some(Timestamp::constant(1_000_000_000, 0)),
    }
}

fn stage(library: &Library, text: &str) {
    let mut file = StagedFile::begin(library.writer(), 0);
    file.write_chunk(text.as_bytes()).unwrap();
    file.finish().keep().unwrap();
}

/// Every file outside `.albumen`, with its text.
fn tree(root: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let at = entry.unwrap().path();
            if at.ends_with(".albumen") {
                continue;
            }
            if at.is_dir() {
                folders.push(at);
            } else {
                let name = at.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read_to_string(&at).unwrap());
            }
        }
    }
    files
}

fn expected(rows: &[(&str, &str)]) -> BTreeMap<String, String> {
    rows.iter()
        .map(|(at, text)| (at.to_string(), text.to_string()))
        .collect()
}

/// What an import run does with the writer; returns what its catalog believes then.
fn run(
    library: &Library,
    wanted: &[WantedFile],
    placed: &mut Vec<PlacedFile>,
) -> Result<Plan, SettleError> {
    let mut believed = placed.clone();
    believed.extend(library.settling()?);
    let read = |source| SettleError::Read {
        path: library.root().to_owned(),
        source,
    };
    let plan = plan(wanted, &believed, library).map_err(read)?;
    apply(library, &plan, THREADS, &mut |_| {})?;
    *placed = plan.placements.clone();
    library.end_settling()?;
    Ok(plan)
}

fn library() -> (tempfile::TempDir, Library) {
    let folder = tempfile::tempdir().unwrap();
    let library = Library::create(folder.path()).unwrap();
    (folder, library)
}

#[test]
fn staged_files_find_their_places_and_a_second_run_does_nothing() {
    let (folder, library) = library();
    ["one", "two"].iter().for_each(|text| stage(&library, text));
    let want = [
        wanted("2023/07/a.jpg", "one"),
        wanted("undated/b.jpg", "two"),
    ];
    let mut placed = Vec::new();
    let first = run(&library, &want, &mut placed).unwrap();
    assert_eq!(first.actions.len(), 4);
    assert_eq!(
        tree(folder.path()),
        expected(&[("2023/07/a.jpg", "one"), ("undated/b.jpg", "two")])
    );
    let again = run(&library, &want, &mut placed).unwrap();
    assert_eq!((again.actions.len(), again.placements.len()), (0, 2));
    assert!(library.settling().unwrap().is_empty() && library.staged().unwrap().is_empty());
    // The catalog is lost: what lies at its place is recognised by its bytes.
    let adopted = run(&library, &want, &mut Vec::new()).unwrap();
    assert_eq!((adopted.actions.len(), adopted.placements), (0, placed));
}

/// A swap, a move, a copy, an extra copy, a new file and a changed time at once.
fn before() -> Vec<WantedFile> {
    [
        "u/a one",
        "u/b two",
        "u/c three",
        "u/e five",
        "u/f five",
        "u/g six",
    ]
    .map(row)
    .to_vec()
}

fn after() -> Vec<WantedFile> {
    let mut rows = [
        "u/a two",
        "u/b one",
        "v/c three",
        "v/c2 three",
        "u/e five",
        "u/g six",
        "w/n new",
    ]
    .map(row);
    rows[5].modified = Some(Timestamp::constant(2_000_000_000, 0));
    rows.to_vec()
}

fn row(text: &str) -> WantedFile {
    let (at, bytes) = text.split_once(' ').unwrap();
    wanted(&format!("{at}.jpg"), bytes)
}

fn texts(rows: &[&str]) -> BTreeMap<String, String> {
    rows.iter()
        .map(|row| row.split_once(' ').unwrap())
        .map(|(at, text)| (format!("{at}.jpg"), text.to_owned()))
        .collect()
}

fn prepared() -> (tempfile::TempDir, Vec<PlacedFile>) {
    let (folder, library) = library();
    ["one", "two", "three", "five", "six"]
        .iter()
        .for_each(|text| stage(&library, text));
    let mut placed = Vec::new();
    run(&library, &before(), &mut placed).unwrap();
    stage(&library, "new");
    (folder, placed)
}

const AFTER: [&str; 7] = [
    "u/a two",
    "u/b one",
    "v/c three",
    "v/c2 three",
    "u/e five",
    "u/g six",
    "w/n new",
];

#[test]
fn a_run_stopped_at_any_step_is_finished_by_the_next() {
    let mut steps = 0;
    loop {
        let (folder, mut placed) = prepared();
        let (seam, seen) = StopAfter::steps(steps);
        let library = Library::open_with(folder.path(), Some(seam)).unwrap();
        let done = run(&library, &after(), &mut placed).is_ok();
        check_finishes(folder.path(), &mut placed, steps);
        if done {
            assert_eq!(seen.load(Ordering::Relaxed), steps, "every step was tried");
            break;
        }
        steps += 1;
    }
    assert!(steps > 20, "{steps}");
}

fn check_finishes(root: &Path, placed: &mut Vec<PlacedFile>, steps: usize) {
    let library = Library::open(root).unwrap();
    library.clean_unfinished(&|_| false).unwrap();
    let plan = run(&library, &after(), placed).unwrap();
    assert!(plan.vanished.is_empty(), "{steps}: {plan:?}");
    assert_eq!(tree(root), texts(&AFTER), "{steps}");
    assert!(library.staged().unwrap().is_empty(), "{steps}");
    let seconds = |at: &str| {
        library
            .look(&path(at))
            .unwrap()
            .unwrap()
            .modified
            .unwrap()
            .as_second()
    };
    assert_eq!(
        (seconds("u/a.jpg"), seconds("u/g.jpg")),
        (1_000_000_000, 2_000_000_000),
        "{steps}"
    );
    assert!(
        run(&library, &after(), placed).unwrap().actions.is_empty(),
        "{steps}"
    );
}

#[test]
fn a_killed_run_may_be_followed_by_one_that_wants_other_places() {
    for steps in 0..60 {
        let (folder, mut placed) = prepared();
        let (seam, _) = StopAfter::steps(steps);
        let library = Library::open_with(folder.path(), Some(seam)).unwrap();
        let _ = run(&library, &after(), &mut placed);
        let (seam, _) = StopAfter::steps(steps / 2);
        let library = Library::open_with(folder.path(), Some(seam)).unwrap();
        let _ = run(&library, &before(), &mut placed);
        check_finishes(folder.path(), &mut placed, steps);
    }
}

#[test]
fn a_foreign_file_is_never_touched() {
    let (folder, library) = library();
    fs::create_dir_all(folder.path().join("u/d.jpg")).unwrap();
    // One of the same size, one of another.
    fs::write(folder.path().join("u/a.jpg"), b"not").unwrap();
    fs::write(folder.path().join("u/b.jpg"), b"not ours").unwrap();
    ["one", "two", "six"]
        .iter()
        .for_each(|text| stage(&library, text));
    let want = ["u/a one", "u/b two", "u/d six"].map(row);
    let mut placed = Vec::new();
    let plan = run(&library, &want, &mut placed).unwrap();
    assert_eq!(plan.displaced.len(), 3);
    let marked = |name: &str, text: &str| format!("u/{name}~{}.jpg", hash(text).short(8));
    let [a, b, d] = [marked("a", "one"), marked("b", "two"), marked("d", "six")];
    let all = [
        ("u/a.jpg", "not"),
        ("u/b.jpg", "not ours"),
        (&a, "one"),
        (&b, "two"),
        (&d, "six"),
    ];
    assert_eq!(tree(folder.path()), expected(&all));
    assert!(
        run(&library, &want, &mut placed)
            .unwrap()
            .actions
            .is_empty()
    );
    // Once the foreign file is gone, ours gets its name.
    fs::remove_file(folder.path().join("u/a.jpg")).unwrap();
    assert!(run(&library, &want, &mut placed).unwrap().displaced.len() == 2);
    assert_eq!(fs::read(folder.path().join("u/a.jpg")).unwrap(), b"one");
}

#[test]
fn a_file_that_is_nowhere_is_named() {
    let (folder, library) = library();
    stage(&library, "one");
    let want = ["u/a one", "u/b two"].map(row);
    let mut placed = Vec::new();
    assert_eq!(
        run(&library, &want, &mut placed).unwrap().vanished,
        [row("u/b two")]
    );
    fs::remove_file(folder.path().join("u/a.jpg")).unwrap();
    let plan = run(&library, &want, &mut placed).unwrap();
    assert_eq!((plan.vanished.len(), plan.placements.len()), (2, 0));
}

#[test]
fn a_file_cut_off_on_disk_is_not_overwritten_and_its_bytes_are_wanted_again() {
    let (folder, library) = library();
    stage(&library, "one");
    let want = ["u/a one"].map(row);
    let mut placed = Vec::new();
    run(&library, &want, &mut placed).unwrap();
    fs::write(folder.path().join("u/a.jpg"), b"on").unwrap();
    assert_eq!(
        run(&library, &want, &mut placed.clone())
            .unwrap()
            .vanished
            .len(),
        1
    );
    stage(&library, "one");
    assert_eq!(
        run(&library, &want, &mut placed).unwrap().displaced.len(),
        1
    );
    assert_eq!(fs::read(folder.path().join("u/a.jpg")).unwrap(), b"on");
}

#[test]
fn a_rotten_copy_never_drives_out_a_good_one() {
    let (folder, library) = library();
    stage(&library, "one");
    let want = ["u/a one"].map(row);
    let mut placed = Vec::new();
    run(&library, &want, &mut placed).unwrap();
    fs::write(folder.path().join("u/a.jpg"), b"oNe").unwrap();
    stage(&library, "one");
    let plan = plan(&want, &placed, &library).unwrap();
    let applied = apply(&library, &plan, THREADS, &mut |_| {}).unwrap();
    assert_eq!(applied.changed, [path("u/a.jpg")]);
    assert_eq!(library.staged().unwrap().len(), 1);
    // Nor is it copied to a second place.
    fs::remove_file(library.slot_path(&hash("one"), 0)).unwrap();
    let plan =
        super::super::reconcile::plan(&["u/a one", "u/z one"].map(row), &placed, &library).unwrap();
    assert_eq!(
        apply(&library, &plan, THREADS, &mut |_| {})
            .unwrap()
            .vanished,
        [path("u/z.jpg")]
    );
}

#[test]
fn unwanted_files_of_ours_stay_and_torn_staged_files_do_not_count() {
    let (folder, library) = library();
    stage(&library, "one");
    let mut placed = Vec::new();
    run(&library, &["u/a one"].map(row), &mut placed).unwrap();
    fs::write(library.slot_path(&hash("two"), 0), b"t").unwrap();
    let plan = run(&library, &["u/b two"].map(row), &mut placed).unwrap();
    assert_eq!((plan.unwanted.len(), plan.vanished.len()), (1, 1));
    assert_eq!(tree(folder.path()), texts(&["u/a one"]));
}

#[test]
fn many_files_find_their_places_from_several_threads_and_after_a_kill() {
    let names: Vec<String> = (0..300).map(|n| format!("{}/{n}", n % 7)).collect();
    let want: Vec<WantedFile> = names
        .iter()
        .map(|name| wanted(&format!("{name}.jpg"), name))
        .collect();
    let expected: BTreeMap<String, String> = names
        .iter()
        .map(|name| (format!("{name}.jpg"), name.clone()))
        .collect();
    for steps in [0, 5, 100, 450, usize::MAX] {
        let (folder, whole) = library();
        names.iter().for_each(|name| stage(&whole, name));
        let (seam, _) = StopAfter::steps(steps);
        let cut = Library::open_with(folder.path(), Some(seam)).unwrap();
        let mut placed = Vec::new();
        let done = run(&cut, &want, &mut placed).is_ok();
        assert_eq!(done, steps == usize::MAX);
        let plan = run(&whole, &want, &mut placed).unwrap();
        assert_eq!((plan.placements.len(), plan.vanished.len()), (300, 0));
        assert_eq!(tree(folder.path()), expected, "{steps}");
        for file in &want {
            let found = whole.look(&file.path).unwrap().unwrap();
            assert_eq!(found.modified, file.modified);
        }
    }
}
