//! What `albumen doctor` looks at of this machine: the disk, who may read the library, fonts and other programs.

use std::fs;
use std::path::Path;

use super::doctor::Check;
use super::gallery::ffmpeg;
use super::home::font_folders;
use super::open;
use disk::space::free_bytes;
use model::amount::Bytes;

/// Less room than this, and the next import hardly fits.
const LITTLE: u64 = 5_000_000_000;
/// Less room than this, and the catalog may not be written any more.
const TOO_LITTLE: u64 = 200_000_000;
/// Depth of folders below those of fonts.
const FONT_DEPTH: u32 = 4;

/// Returns all of it.
pub(super) fn checks(library: &Path) -> Vec<Check> {
    let mut checks = vec![room(library)];
    checks.extend(file_system(library));
    checks.extend(permissions(library));
    checks.push(fonts());
    checks.push(match ffmpeg() {
        Some(path) => Check::fine("ffmpeg", path.display().to_string()),
        None => Check::note(
            "ffmpeg",
            "is not installed",
            "install it if the gallery shall have a picture of each video; without it the browser draws one itself",
        ),
    });
    checks.push(match open::program() {
        Some(path) => Check::fine("viewer", path.display().to_string()),
        None => Check::note(
            "viewer",
            "no program that opens files was found",
            "install xdg-utils for `albumen open`; all else works without it",
        ),
    });
    checks
}

fn room(library: &Path) -> Check {
    let Some(free) = free_bytes(library) else {
        return Check::note(
            "disk",
            "this system does not say how much room is left",
            "see to it that an archive and its photos fit",
        );
    };
    let says = format!("{} are free", Bytes(free));
    if free < TOO_LITTLE {
        let todo = "make room: with less than this nothing can be imported";
        Check::problem("disk", says, Some(todo.to_owned()))
    } else if free < LITTLE {
        Check::note("disk", says, "a big archive will not fit")
    } else {
        Check::fine("disk", says)
    }
}

/// What is known of kinds of file systems: the number they have on Linux, their name, and what they cannot do.
#[cfg(target_os = "linux")]
const KINDS: [(u64, &str, Option<&str>); 13] = [
    (0xEF53, "ext4", None),
    (0x9123_683E, "btrfs", None),
    (0x5846_5342, "xfs", None),
    (0x2FC1_2FC1, "zfs", None),
    (0xF2F5_2010, "f2fs", None),
    (0xCA45_1A4E, "bcachefs", None),
    (
        0x0102_1994,
        "tmpfs",
        Some("it is in memory: all is gone when this computer is switched off"),
    ),
    (
        0x4D44,
        "FAT",
        Some("no file may be 4 GiB or larger, and anybody who holds the disk may read it"),
    ),
    (
        0x2011_BAB0,
        "exFAT",
        Some("anybody who holds the disk may read it"),
    ),
    (
        0x7366_746E,
        "NTFS",
        Some("who may read a file depends on how it is mounted"),
    ),
    (
        0x6969,
        "NFS",
        Some(
            "the server decides when a file is safely on its disk; one computer at a time should write",
        ),
    ),
    (
        0xFF53_4D42,
        "SMB",
        Some(
            "the server decides when a file is safely on its disk; one computer at a time should write",
        ),
    ),
    (
        0x6573_5546,
        "FUSE",
        Some("what it can do depends on the program behind it"),
    ),
];

#[cfg(target_os = "linux")]
fn file_system(library: &Path) -> Option<Check> {
    let there = library.ancestors().find(|folder| folder.exists())?;
    // statfs tells a 32-bit number, in a field whose type differs between processors.
    let kind = rustix::fs::statfs(there).ok()?.f_type as u64 & 0xFFFF_FFFF;
    let known = KINDS.iter().find(|(number, _, _)| *number == kind);
    Some(match known {
        Some((_, name, None)) => Check::fine("file system", *name),
        Some((_, name, Some(what))) => {
            let todo =
                "`albumen import` is careful there, too; keep a copy elsewhere (`albumen push`)";
            Check::note("file system", format!("{name}: {what}"), todo)
        }
        None => Check::note(
            "file system",
            format!("of a kind unknown here ({kind:#x})"),
            "`albumen selftest FOLDER` tries what it can do",
        ),
    })
}

#[cfg(not(target_os = "linux"))]
fn file_system(_: &Path) -> Option<Check> {
    None
}

#[cfg(unix)]
fn permissions(library: &Path) -> Option<Check> {
    use std::os::unix::fs::MetadataExt;

    use rustix::fs::{Access, access};

    let mode = fs::metadata(library).ok()?.mode() & 0o777;
    let all = Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK;
    Some(if access(library, all).is_err() {
        Check::problem(
            "permissions",
            format!("you may not write into the library (mode {mode:o})"),
            Some(
                "run albumen as its owner; `list`, `verify` and `gallery --to` work all the same"
                    .to_owned(),
            ),
        )
    } else if mode & 0o077 != 0 {
        Check::note(
            "permissions",
            format!("others of this computer may look into the library (mode {mode:o})"),
            format!("chmod 700 {}", super::hints::as_typed(library)),
        )
    } else {
        Check::fine("permissions", "only you may look into the library")
    })
}

#[cfg(not(unix))]
fn permissions(_: &Path) -> Option<Check> {
    None
}

fn fonts() -> Check {
    let found = font_folders()
        .into_iter()
        .find(|folder| holds_font(folder, FONT_DEPTH));
    match found {
        Some(folder) => Check::fine("fonts", folder.display().to_string()),
        None => Check::note(
            "fonts",
            "none were found",
            "install some (Noto has every script) if `albumen print` shall write captions and names; --fonts DIR names a folder",
        ),
    }
}

fn holds_font(folder: &Path, depth: u32) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries.filter_map(Result::ok).any(|entry| {
        let path = entry.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        let is_font = extension.is_some_and(|extension| {
            ["ttf", "otf", "ttc", "otc"]
                .iter()
                .any(|known| extension.eq_ignore_ascii_case(known))
        });
        (is_font && path.is_file()) || (depth > 0 && path.is_dir() && holds_font(&path, depth - 1))
    })
}
