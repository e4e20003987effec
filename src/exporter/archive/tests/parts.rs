//! What may be given as a part, and what is said about the rest.

use std::path::PathBuf;

use super::support::*;
use crate::{Archive, EntryId, OpenOptions, PartFault, PartKind};

fn open(paths: &[PathBuf]) -> Archive {
    Archive::open(paths, &OpenOptions::default())
}

fn problems(archive: &Archive) -> Vec<(String, PartFault)> {
    archive
        .problems()
        .iter()
        .map(|problem| (problem.part.clone(), problem.what.clone()))
        .collect()
}

#[test]
fn what_is_no_archive_is_named() {
    let parts = Parts::new();
    let page = b"<!doctype html><title>Sign in</title>";
    let paths = [
        parts.write("a.zip", b""),
        parts.write("b.zip", page),
        parts.write("c.jpg", b"\xff\xd8\xff\xe0"),
        parts.write("d.zip.crdownload", &zip(&[stored("a", b"1")])),
        parts.path().join("e.zip"),
        parts.write("f.zip", &zip(&[stored("a", b"1")])),
    ];
    let archive = open(&paths);
    let found = problems(&archive);
    assert_eq!(found.len(), 5);
    assert_eq!(found[0], ("a.zip".to_owned(), PartFault::Empty));
    assert!(matches!(&found[1].1, PartFault::NotAnArchive(what) if what.contains("sign-in")));
    assert_eq!(
        found[2].1,
        PartFault::NotAnArchive("a JPEG picture".to_owned())
    );
    assert_eq!(found[3].1, PartFault::Unfinished);
    // Where it was looked for tells what was wrong with the path.
    let missing = paths[4].to_string_lossy().into_owned();
    assert_eq!(found[4], (missing, PartFault::Missing));
    assert_eq!(archive.parts().len(), 1);
    assert_eq!(&*archive.parts()[0].name, "f.zip");
}

#[test]
fn an_empty_folder_is_named() {
    let parts = Parts::new();
    let folder = parts.path().join("a/b");
    std::fs::create_dir_all(&folder).unwrap();
    for path in [parts.path().join("a"), folder] {
        let archive = open(std::slice::from_ref(&path));
        let name = path.to_string_lossy().into_owned();
        assert_eq!(problems(&archive), [(name, PartFault::EmptyFolder)]);
        assert!(archive.parts().is_empty());
    }
}

#[test]
fn the_bytes_decide_and_not_the_name() {
    let parts = Parts::new();
    let archive = open(&[
        parts.write("a.jpg", &zip(&[stored("a", b"1")])),
        parts.write("b.zip", &tar(&[("b", b"2")])),
        parts.write("c.zip", &gzip(&tar(&[("c", b"3")]))),
    ]);
    let kinds: Vec<PartKind> = archive.parts().iter().map(|part| part.kind).collect();
    assert_eq!(kinds, [PartKind::Zip, PartKind::Tar, PartKind::TarGz]);
    assert_eq!(names(&archive), ["a", "b", "c"]);
}

#[test]
fn a_folder_of_parts_is_its_parts() {
    let parts = Parts::new();
    parts.write("x-part2.zip", &zip(&[stored("b", b"2")]));
    parts.write("x-part1.zip", &zip(&[stored("a", b"1")]));
    parts.write("x-part4.zip", b"<html>");
    parts.write("notes.txt", b"hello");
    parts.write("sub/inner.txt", b"hello");
    let archive = open(&[parts.path().to_owned()]);
    assert_eq!(names(&archive), ["a", "b"]);
    let [
        (bad, PartFault::NotAnArchive(_)),
        (gap, PartFault::Gap { number: 3 }),
    ] = &problems(&archive)[..]
    else {
        panic!("{:?}", archive.problems());
    };
    assert_eq!((bad.as_str(), gap.as_str()), ("x-part4.zip", "x-part3.zip"));
}

#[test]
fn a_folder_without_archives_is_one_part() {
    let parts = Parts::new();
    parts.write("media/posts/a.jpg", b"picture");
    parts.write("media/b.json", b"{}");
    parts.write("broken.zip", b"");
    let archive = open(&[parts.path().to_owned()]);
    assert_eq!(archive.parts()[0].kind, PartKind::Folder);
    assert_eq!(
        names(&archive),
        ["broken.zip", "media/b.json", "media/posts/a.jpg"]
    );
    assert_eq!(archive.read(EntryId(2), LIMIT), Ok(b"picture".to_vec()));
    let extent = archive.stored_extent(EntryId(2)).unwrap();
    assert_eq!(
        (
            extent.offset,
            extent.len,
            extent.file.metadata().unwrap().len()
        ),
        (0, 7, 7)
    );
}

#[test]
fn a_file_that_grew_or_went_away_is_noticed() {
    let parts = Parts::new();
    parts.write("f/a.json", b"{}");
    parts.write("f/b.json", b"{}");
    let archive = open(&[parts.path().join("f")]);
    parts.write("f/a.json", b"{\"a\":1}");
    std::fs::remove_file(parts.path().join("f/b.json")).unwrap();
    assert!(read_all(&archive).iter().all(Result::is_err));
}

#[cfg(unix)]
#[test]
fn the_same_file_counts_once() {
    let parts = Parts::new();
    let path = parts.write("x.zip", &zip(&[stored("a", b"1")]));
    let detour = parts.path().join("sub").join("..").join("x.zip");
    std::fs::create_dir(parts.path().join("sub")).unwrap();
    let link = parts.path().join("link.zip");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let archive = open(&[path.clone(), path, detour, link, parts.path().to_owned()]);
    assert_eq!(archive.parts().len(), 1);
    assert_eq!(&*archive.parts()[0].name, "link.zip");
}

#[test]
fn the_order_of_paths_leaves_no_trace() {
    let parts = Parts::new();
    let mut paths = vec![
        parts.write("b.zip", &zip(&[stored("b", b"1")])),
        parts.write("a.tgz", &gzip(&tar(&[("a", b"2")]))),
        parts.write("c/x.jpg", b"3"),
        parts.write("missing_part_2.zip", b""),
    ];
    let seen = |paths: &[PathBuf]| {
        let archive = open(paths);
        let names: Vec<String> = names(&archive).into_iter().map(str::to_owned).collect();
        (names, problems(&archive))
    };
    paths[2].pop();
    let forward = seen(&paths);
    paths.reverse();
    assert_eq!(seen(&paths), forward);
    assert_eq!(forward.0, ["a", "b", "x.jpg"]);
}
