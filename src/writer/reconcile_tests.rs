//! Tests of `reconcile`.

use super::*;

/// A disk on which names differing in case are one, with or without file numbers.
struct CaseBlind {
    files: BTreeMap<String, &'static str>,
    numbered: bool,
}

fn hash(text: &str) -> ContentHash {
    let mut bytes = [0; 32];
    bytes[..text.len()].copy_from_slice(text.as_bytes());
    ContentHash(bytes)
}

impl Disk for CaseBlind {
    fn look(&self, path: &LibraryPath) -> io::Result<Option<Found>> {
        let index = self
            .files
            .keys()
            .position(|name| *name == folded(path.as_str()));
        Ok(index.map(|index| Found {
            is_file: true,
            size_bytes: 3,
            modified: None,
            id: self.numbered.then_some((1, index as u64)),
        }))
    }

    fn hash(&self, path: &LibraryPath) -> io::Result<ContentHash> {
        Ok(hash(self.files[&folded(path.as_str())]))
    }

    fn staged(&self) -> io::Result<Vec<Staged>> {
        Ok(Vec::new())
    }
}

fn path(text: &str) -> LibraryPath {
    LibraryPath::parse(text).unwrap()
}

fn wanted(at: &str, text: &str) -> WantedFile {
    WantedFile {
        path: path(at),
        content_hash: hash(text),
        size_bytes: 3,
        modified: None,
    }
}

fn placed(at: &str, text: &str) -> PlacedFile {
    PlacedFile {
        path: path(at),
        content_hash: hash(text),
        size_bytes: 3,
    }
}

#[test]
fn a_name_that_changes_its_case_alone_goes_by_way_of_staging() {
    for numbered in [true, false] {
        let disk = CaseBlind {
            files: [("u/img.jpg".to_owned(), "one")].into(),
            numbered,
        };
        let plan = plan(
            &[wanted("u/img.jpg", "one")],
            &[placed("u/IMG.jpg", "one")],
            &disk,
        )
        .unwrap();
        let content_hash = hash("one");
        let expected = [
            Action::MoveOut {
                from: path("u/IMG.jpg"),
                content_hash,
                slot: 0,
            },
            Action::Place {
                content_hash,
                slot: 0,
                to: path("u/img.jpg"),
            },
        ];
        assert_eq!(plan.actions, expected, "{numbered}");
    }
}

#[test]
fn another_spelling_left_over_does_not_move_the_file_away() {
    for numbered in [true, false] {
        let disk = CaseBlind {
            files: [("u/img.jpg".to_owned(), "one")].into(),
            numbered,
        };
        let believed = [placed("u/img.jpg", "one"), placed("u/IMG.jpg", "one")];
        let plan = plan(&[wanted("u/img.jpg", "one")], &believed, &disk).unwrap();
        assert_eq!(
            (plan.actions, plan.placements),
            (Vec::new(), vec![placed("u/img.jpg", "one")])
        );
    }
}

#[test]
fn the_plan_does_not_depend_on_the_order_of_what_it_is_given() {
    let texts = [("u/a.jpg", "one"), ("u/b.jpg", "two"), ("u/c.jpg", "six")];
    let disk = CaseBlind {
        files: texts.map(|(at, text)| (at.to_owned(), text)).into(),
        numbered: true,
    };
    let mut believed = texts.map(|(at, text)| placed(at, text));
    let mut want = [
        ("u/c.jpg", "one"),
        ("u/a.jpg", "two"),
        ("u/n/x.jpg", "two"),
        ("u/b.jpg", "six"),
    ]
    .map(|(at, text)| wanted(at, text));
    let first = plan(&want, &believed, &disk).unwrap();
    want.reverse();
    believed.reverse();
    assert_eq!(plan(&want, &believed, &disk).unwrap(), first);
    assert_eq!((first.placements.len(), first.vanished.len()), (4, 0));
}

#[test]
fn a_name_told_apart_keeps_its_extension() {
    let names = |at: &str| {
        choices(&wanted(at, "one"))
            .map(|path| path.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("a.b/x.y.jpg")[1], "a.b/x.y~6f6e6500.jpg");
    assert_eq!(names("a.b/x")[1], "a.b/x~6f6e6500");
}
