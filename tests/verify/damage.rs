//! The damage table: what each command says of each damage. None is silent, none a panic.

use std::fs;

use super::{Made, usual};

/// What was done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    Delete,
    Cut,
    Flip,
    Append,
}

const ALL: [Damage; 4] = [Damage::Delete, Damage::Cut, Damage::Flip, Damage::Append];

impl Damage {
    fn strike(self, made: &Made, name: &str) {
        match self {
            Self::Delete => fs::remove_file(made.file(name)).expect("there"),
            Self::Cut => made.alter(name, |bytes| bytes.truncate(bytes.len() / 2)),
            // A third in: a hash in manifests, text in lists and sidecars, pixels in photos.
            Self::Flip => made.alter(name, |bytes| {
                let at = bytes.len() / 3;
                bytes[at] ^= 1;
            }),
            Self::Append => made.alter(name, |bytes| bytes.extend_from_slice(b"\nmore")),
        }
    }
}

/// The file that is damaged, and what `verify` says of each damage: any of these kinds.
fn table(made: &Made) -> Vec<(String, [&'static str; 4])> {
    let original = made.named("16.jpg");
    vec![
        (
            format!("{original}.xmp"),
            [
                "sidecar_missing",
                "sidecar_damaged",
                "sidecar_changed|sidecar_damaged",
                "sidecar_changed|sidecar_damaged",
            ],
        ),
        (original, ["missing", "truncated", "changed", "changed"]),
        (
            "SHA256SUMS".into(),
            [
                "manifest_missing",
                "manifest_damaged",
                "manifest_differs|manifest_damaged",
                "manifest_damaged",
            ],
        ),
        (
            "SHA256SUMS.metadata".into(),
            [
                "manifest_missing",
                "manifest_damaged",
                "manifest_differs|manifest_damaged|list_changed",
                "manifest_damaged",
            ],
        ),
        (
            "albums.json".into(),
            [
                "list_missing",
                "list_changed",
                "list_changed",
                "list_changed",
            ],
        ),
        (
            "missing.json".into(),
            [
                "list_missing",
                "list_changed",
                "list_changed",
                "list_changed",
            ],
        ),
        (
            ".albumen/catalog.sqlite".into(),
            [
                "catalog_missing",
                "catalog_damaged",
                "catalog_damaged|catalog_differs",
                "catalog_damaged",
            ],
        ),
    ]
}

#[test]
fn verify_finds_every_damage() {
    for (row, (name, expected)) in table(&usual()).into_iter().enumerate() {
        for (damage, kinds) in ALL.into_iter().zip(expected) {
            // A flip in a page of the catalog that holds nothing harms nobody; the next test looks at all pages.
            if row == 6 && damage == Damage::Flip {
                continue;
            }
            let made = usual();
            damage.strike(&made, &name);
            let found = made.findings(&[]);
            assert!(!found.is_empty(), "{damage:?} of {name} was not found");
            for (kind, path) in &found {
                let of_kind = kinds.split('|').any(|expected| expected == kind);
                assert!(of_kind, "{damage:?} of {name}: {kind} {path}");
            }
        }
    }
}

#[test]
fn a_flip_anywhere_in_the_catalog_is_found_or_harms_nothing() {
    let made = usual();
    let name = ".albumen/catalog.sqlite";
    let bytes = fs::read(made.file(name)).expect("there");
    let dump = |made: &Made| {
        let catalog = catalog::Catalog::open_existing(&made.file(name)).ok()?;
        catalog.dump().ok()
    };
    let sound = dump(&made).expect("sound");
    let evidence = |dump: &str| -> Vec<String> {
        let of_evidence = ["original|", "media_entry|", "record|", "album_record|"];
        dump.lines()
            .filter(|line| of_evidence.iter().any(|table| line.starts_with(table)))
            .map(str::to_owned)
            .collect()
    };
    let mut silent = Vec::new();
    for at in (0..bytes.len()).step_by(bytes.len() / 60) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 2;
        fs::write(made.file(name), &flipped).expect("written");
        let ran = made.json(&["verify"]);
        assert!(matches!(ran.code, Some(0 | 1 | 3)), "byte {at}: {ran:?}");
        if ran.code == Some(0) && dump(&made).is_none_or(|dump| evidence(&dump) != evidence(&sound))
        {
            silent.push(at);
        }
    }
    assert_eq!(
        silent, [0; 0],
        "flips that changed evidence and were not found"
    );
}

#[test]
fn an_import_mends_what_it_can_and_says_so() {
    for (row, (name, _)) in table(&usual()).into_iter().enumerate() {
        for damage in ALL {
            let made = usual();
            let whole = crate::support::tree::tree(&made.env.path("l"));
            damage.strike(&made, &name);
            let ran = made.run(&["import", "anna.zip"]);
            let what = format!("{damage:?} of {name}: {ran:?}");
            match (row, damage) {
                // Sizes are looked at, not bytes: that is what `verify` is for.
                (1, Damage::Flip) => assert_eq!(ran.code, Some(0), "{what}"),
                (6, Damage::Flip) => assert!(ran.code.is_some(), "{what}"),
                (6, Damage::Append) => assert_eq!(ran.code, Some(0), "{what}"),
                (6, _) => {
                    assert_eq!(ran.code, Some(1), "{what}");
                    assert!(ran.stderr.contains("albumen rebuild"), "{what}");
                }
                _ => {
                    assert_eq!(ran.code, Some(0), "{what}");
                    // A damaged original that keeps its name is in the way of the good one: it stays, the good one gets its hash
                    // into its name, and both are told. Everything else is as it was.
                    let in_place = row == 1 && damage != Damage::Delete;
                    if !in_place && row != 0 {
                        assert_eq!(
                            crate::support::tree::tree(&made.env.path("l")),
                            whole,
                            "{what}"
                        );
                    }
                    let silent = row > 1 && !ran.stderr.contains(&name);
                    assert!(!silent, "{what}");
                }
            }
        }
    }
}

#[test]
fn a_rebuild_makes_the_catalog_of_what_is_there_and_says_what_is_not() {
    for (row, (name, _)) in table(&usual()).into_iter().enumerate() {
        for damage in ALL {
            let made = usual();
            damage.strike(&made, &name);
            let ran = made.run(&["rebuild"]);
            let what = format!("{damage:?} of {name}: {ran:?}");
            assert!(matches!(ran.code, Some(0 | 3)), "{what}");
            // Manifests and the catalog are no sources of a rebuild; everything else missing or unreadable is told.
            if matches!(row, 2 | 3 | 6) {
                assert_eq!(ran.code, Some(0), "{what}");
            }
            if matches!(
                (row, damage),
                (0, Damage::Delete | Damage::Cut) | (1, _) | (4 | 5, Damage::Delete | Damage::Cut)
            ) {
                assert_eq!(ran.code, Some(3), "{what}");
            }
            // Whatever it was, the archive makes it whole again.
            let ran = made.run(&["import", "anna.zip"]);
            assert_eq!(ran.code, Some(0), "{what}: {ran:?}");
        }
    }
}

#[test]
fn without_a_catalog_every_command_says_rebuild() {
    let made = usual();
    fs::write(made.file(".albumen/catalog.sqlite"), b"").expect("written");
    for command in [&["status"][..], &["list"], &["import", "anna.zip"]] {
        let ran = made.run(command);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains("albumen rebuild"), "{ran:?}");
    }
    assert_eq!(made.run(&["rebuild"]).code, Some(0));
    for command in [&["status"][..], &["list"], &["import", "anna.zip"]] {
        assert_eq!(made.run(command).code, Some(0));
    }
}

#[test]
fn no_damaged_library_is_called_complete_where_bytes_are_lost() {
    for (row, (name, _)) in table(&usual()).into_iter().enumerate() {
        for damage in ALL {
            let made = usual();
            damage.strike(&made, &name);
            let ran = made.json(&["certify"]);
            let verdicts: Vec<_> = ran
                .json_lines("certificate")
                .iter()
                .map(|line| super::text(&line["verdict"]))
                .collect();
            let what = format!("{damage:?} of {name}: {ran:?}");
            match (row, damage) {
                (1, _) => assert_eq!(verdicts, ["not_complete"], "{what}"),
                (6, Damage::Delete | Damage::Cut) => assert_eq!(ran.code, Some(1), "{what}"),
                (6, Damage::Append) => assert_eq!(verdicts, ["cannot_be_known"], "{what}"),
                (6, Damage::Flip) => assert!(ran.code.is_some(), "{what}"),
                // Sidecars and lists can be written again; no photo is lost.
                _ => assert_eq!(verdicts, ["complete"], "{what}"),
            }
        }
    }
}
