//! Someone else's library: whatever its catalog says, no file outside it is moved, and none inside that is not its own
//! (issue 14, point 5).

use std::fs;

use rusqlite::Connection;

use super::{Made, usual};
use crate::support::tree::tree;

const COMMANDS: [&[&str]; 8] = [
    &["list"],
    &["status"],
    &["verify"],
    &["import", "anna.zip"],
    &["verify", "--repair", "anna.zip"],
    &["gallery", "--to", "pages"],
    &["push", "there"],
    &["certify"],
];

fn alter(made: &Made, sql: &str) {
    let catalog = Connection::open(made.file(".albumen/catalog.sqlite")).expect("a catalog");
    catalog.execute_batch(sql).expect(sql);
}

#[test]
fn no_path_of_a_hostile_catalog_moves_a_file() {
    let outside = "SELECT path FROM placed_file ORDER BY path LIMIT 1";
    let hostile = [
        "INSERT INTO leaving VALUES ('../victim/photo.jpg', '.albumen/trash/undo-9/a')".to_owned(),
        "INSERT INTO leaving SELECT path, '../victim/taken' FROM placed_file LIMIT 1".to_owned(),
        "INSERT INTO leaving VALUES ('.albumen/format', '.albumen/trash/undo-9/a')".to_owned(),
        "INSERT INTO leaving SELECT path, '.albumen/trash/../../2023/x' FROM placed_file LIMIT 1"
            .to_owned(),
        format!("UPDATE placed_file SET path = '../victim/photo.jpg', size_bytes = 6 WHERE path = ({outside})"),
        "UPDATE sidecar SET path = '../victim/photo.jpg.xmp' WHERE path = (SELECT path FROM sidecar LIMIT 1)".to_owned(),
        "UPDATE asset SET path = '../victim/photo.jpg' WHERE id = 1".to_owned(),
        "CREATE TRIGGER t AFTER INSERT ON run BEGIN INSERT INTO leaving VALUES ('../victim/photo.jpg', 'a'); END".to_owned(),
        "DROP TABLE leaving; CREATE VIEW leaving AS SELECT '../victim/photo.jpg' AS path, 'b' AS trash".to_owned(),
    ];
    for sql in hostile {
        for command in COMMANDS {
            let made = usual();
            made.env.write("victim/photo.jpg", b"victim");
            made.env.write("victim/photo.jpg.xmp", b"victim's");
            alter(&made, &sql);
            let library = tree(&made.env.path("l"));
            let ran = made.run(command);
            let what = format!("{sql} {command:?}: {ran:?}");
            assert!(matches!(ran.code, Some(0 | 1 | 3)), "{what}");
            let victim = tree(&made.env.path("victim"));
            assert_eq!(victim.lines().count(), 2, "{what}");
            let bytes = fs::read(made.env.path("victim/photo.jpg")).expect("there");
            assert_eq!(bytes, b"victim", "{what}");
            assert!(made.file(".albumen/format").is_file(), "{what}");
            assert_eq!(tree(&made.env.path("l")), library, "{what}");
        }
    }
}

#[test]
fn a_foreign_schema_is_refused_by_name_and_rebuild_makes_a_catalog_of_our_own() {
    let made = usual();
    let sql = "CREATE TRIGGER sneaky AFTER INSERT ON run BEGIN DELETE FROM record; END";
    alter(&made, sql);
    for command in [&["list"][..], &["status"], &["import", "anna.zip"]] {
        let ran = made.run(command);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        let says = ran.stderr.contains("sneaky") && ran.stderr.contains("albumen rebuild");
        assert!(says, "{ran:?}");
    }
    let found = made.findings(&[]);
    assert!(
        found.iter().any(|(kind, _)| kind == "catalog_damaged"),
        "{found:?}"
    );
    assert_eq!(made.run(&["rebuild"]).code, Some(0));
    assert_eq!(made.findings(&[]), []);
}

#[cfg(unix)]
#[test]
fn nothing_is_moved_through_a_link_in_the_tree_or_in_staging() {
    for link in [
        "2022",
        ".albumen/staging",
        ".albumen/trash",
        ".albumen/set-aside",
    ] {
        let made = usual();
        made.env.write("victim/derived-0", b"victim");
        let at = made.file(link);
        let inside = made.env.path("victim/moved");
        match at.exists() {
            true => fs::rename(&at, &inside).expect("moved"),
            false => fs::create_dir_all(&inside).expect("made"),
        }
        std::os::unix::fs::symlink(made.env.path("victim"), &at).expect("linked");
        let before = tree(&made.env.path("victim"));
        // The file there has the place and the size that the catalog believes in.
        alter(
            &made,
            "UPDATE placed_file SET path = '2022/derived-0', size_bytes = 6
             WHERE path = (SELECT path FROM placed_file ORDER BY path LIMIT 1)",
        );
        made.alter("albums.json", |bytes| bytes.push(b' '));
        for command in [
            &["import", "anna.zip"][..],
            &["verify", "--repair", "anna.zip"],
            &["undo", "1"],
            &["rebuild"],
        ] {
            let ran = made.run(command);
            assert!(matches!(ran.code, Some(0 | 1 | 3)), "{link}: {ran:?}");
            assert_eq!(
                tree(&made.env.path("victim")),
                before,
                "{link} {command:?}: {ran:?}"
            );
        }
    }
}
