//! What the file system of a folder can and cannot do, found out by doing it.

use std::fs::{self, File, FileTimes};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use disk::durable;

/// One thing a file system can or cannot do.
#[derive(Debug)]
pub(super) struct Ability {
    /// Name in JSON.
    pub(super) name: &'static str,
    /// Whether it can.
    pub(super) can: bool,
    /// Whether albumen cannot keep a library without it.
    pub(super) needed: bool,
    /// What that means, in words.
    pub(super) detail: String,
}

impl Ability {
    /// Returns whether something needed is not there.
    pub(super) fn is_lacking(&self) -> bool {
        self.needed && !self.can
    }
}

/// A name, whether it is needed, how it is tried, and words for both answers.
struct Probe {
    name: &'static str,
    needed: bool,
    attempt: fn(&Path) -> io::Result<bool>,
    can: &'static str,
    cannot: &'static str,
}

const PROBES: &[Probe] = &[
    Probe {
        name: "rename_over",
        needed: true,
        attempt: renames_over,
        can: "put a new file in the place of an old one in one step",
        cannot: "put a new file in the place of an old one in one step: a list could be lost when the power fails",
    },
    Probe {
        name: "sync_files",
        needed: true,
        attempt: syncs_files,
        can: "bring files to the disk when asked",
        cannot: "bring files to the disk when asked: a photo could be lost when the power fails",
    },
    Probe {
        name: "sync_folders",
        needed: false,
        attempt: syncs_folders,
        can: "bring the names of files to the disk when asked",
        cannot: "bring the names of files to the disk when asked (the next import closes what a power failure leaves)",
    },
    Probe {
        name: "locks",
        needed: true,
        attempt: locks,
        can: "keep two runs out of one library",
        cannot: "keep two runs out of one library: never start a second one beside the first",
    },
    Probe {
        name: "long_names",
        needed: true,
        attempt: takes_long_names,
        can: "take names of files as long as albumen makes them",
        cannot: "take names of files as long as albumen makes them",
    },
    Probe {
        name: "long_paths",
        needed: true,
        attempt: takes_long_paths,
        can: "take paths of 300 characters",
        cannot: "take paths of 300 characters: keep the library in a folder nearer to the top",
    },
    Probe {
        name: "unicode_names",
        needed: true,
        attempt: takes_unicode,
        can: "take names in every script",
        cannot: "take names in every script",
    },
    Probe {
        name: "keeps_unicode_forms",
        needed: false,
        attempt: keeps_unicode_forms,
        can: "keep names as they are written (é in one character or in two)",
        cannot: "keep names as they are written: it changes how é is written (albumen writes it in one character)",
    },
    Probe {
        name: "tells_case_apart",
        needed: false,
        attempt: tells_case_apart,
        can: "tell IMG.JPG from img.jpg",
        cannot: "tell IMG.JPG from img.jpg (no two names of a library differ in case alone)",
    },
    Probe {
        name: "hard_links",
        needed: false,
        attempt: makes_hard_links,
        can: "give one file two names (hard links)",
        cannot: "give one file two names (albumen does without)",
    },
    Probe {
        name: "private_files",
        needed: false,
        attempt: keeps_private,
        can: "keep files private to their owner",
        cannot: "keep files private to their owner: whoever can reach this disk can read the library",
    },
];

/// Tries everything in a folder of our own.
pub(super) fn abilities(folder: &Path) -> Vec<Ability> {
    let mut all: Vec<Ability> = PROBES.iter().map(|probe| tried(probe, folder)).collect();
    all.push(resolution(folder));
    all
}

fn tried(probe: &Probe, folder: &Path) -> Ability {
    let place = folder.join(probe.name);
    let result = fs::create_dir(&place).and_then(|()| (probe.attempt)(&place));
    // What is left goes with the whole folder.
    let _ = fs::remove_dir_all(&place);
    let detail = match &result {
        Ok(true) => probe.can.to_owned(),
        Ok(false) => probe.cannot.to_owned(),
        Err(error) => format!("{} ({error})", probe.cannot),
    };
    Ability {
        name: probe.name,
        can: matches!(result, Ok(true)),
        needed: probe.needed,
        detail,
    }
}

fn renames_over(place: &Path) -> io::Result<bool> {
    fs::write(place.join("old"), "old")?;
    fs::write(place.join("new"), "new")?;
    fs::rename(place.join("new"), place.join("old"))?;
    Ok(fs::read(place.join("old"))? == b"new" && !place.join("new").exists())
}

fn syncs_files(place: &Path) -> io::Result<bool> {
    let mut file = File::create(place.join("file"))?;
    file.write_all(&[7; 4096])?;
    // As an import does it: some disks know only the weaker of two ways.
    durable::sync(&file)?;
    Ok(true)
}

#[cfg(unix)]
fn syncs_folders(place: &Path) -> io::Result<bool> {
    durable::sync(&File::open(place)?)?;
    Ok(true)
}

/// Windows has no call for it; NTFS writes names into its journal.
#[cfg(not(unix))]
fn syncs_folders(_: &Path) -> io::Result<bool> {
    Ok(false)
}

fn locks(place: &Path) -> io::Result<bool> {
    let path = place.join("lock");
    let first = File::create(&path)?;
    first.lock()?;
    let second = File::options().write(true).open(&path)?;
    Ok(matches!(
        second.try_lock(),
        Err(fs::TryLockError::WouldBlock)
    ))
}

/// The longest: a stem of 120 bytes, the beginning of a hash, the extensions of a sidecar, and what staging adds.
fn takes_long_names(place: &Path) -> io::Result<bool> {
    fs::write(place.join("n".repeat(200)), "")?;
    Ok(true)
}

fn takes_long_paths(place: &Path) -> io::Result<bool> {
    let mut path = place.to_owned();
    while path.as_os_str().len() < 300 {
        path.push("folder-of-thirty-characters-xx");
    }
    fs::create_dir_all(&path)?;
    fs::write(path.join("file"), "")?;
    Ok(true)
}

fn takes_unicode(place: &Path) -> io::Result<bool> {
    for name in [
        "Zoë.jpg",
        "東京タワー.jpg",
        "мама.jpg",
        "🌊🏖️.jpg",
        "شاطئ.jpg",
    ] {
        fs::write(place.join(name), name)?;
        if fs::read(place.join(name))? != name.as_bytes() {
            return Ok(false);
        }
    }
    Ok(fs::read_dir(place)?.count() == 5)
}

fn keeps_unicode_forms(place: &Path) -> io::Result<bool> {
    let (one, two) = ("\u{e9}.jpg", "e\u{301}.jpg");
    fs::write(place.join(one), "one")?;
    fs::write(place.join(two), "two")?;
    let names = fs::read_dir(place)?.map(|entry| entry.map(|entry| entry.file_name()));
    let names: Vec<_> = names.collect::<io::Result<_>>()?;
    Ok(names.len() == 2
        && names.iter().any(|name| name == one)
        && names.iter().any(|name| name == two))
}

fn tells_case_apart(place: &Path) -> io::Result<bool> {
    fs::write(place.join("IMG.JPG"), "")?;
    Ok(!place.join("img.jpg").exists())
}

fn makes_hard_links(place: &Path) -> io::Result<bool> {
    fs::write(place.join("file"), "same")?;
    fs::hard_link(place.join("file"), place.join("link"))?;
    Ok(fs::read(place.join("link"))? == b"same")
}

#[cfg(unix)]
fn keeps_private(place: &Path) -> io::Result<bool> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let path = place.join("file");
    fs::write(&path, "")?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    Ok(fs::metadata(&path)?.mode() & 0o777 == 0o600)
}

/// Windows has access lists instead of modes: what the user's folder grants holds for what is in it.
#[cfg(not(unix))]
fn keeps_private(_: &Path) -> io::Result<bool> {
    Ok(true)
}

/// How finely times of files are kept. albumen sets them to whole seconds.
fn resolution(folder: &Path) -> Ability {
    let result = kept_time(folder);
    let (can, detail) = match result {
        Ok(step) => (
            step <= Duration::from_secs(2),
            format!("keep the times of files to {}", words(step)),
        ),
        Err(error) => (false, format!("keep the times of files ({error})")),
    };
    Ability {
        name: "file_times",
        can,
        needed: true,
        detail,
    }
}

/// Returns how far a time that was set is from the one that was kept, at most.
fn kept_time(folder: &Path) -> io::Result<Duration> {
    let path = folder.join("times");
    // 2023-07-14 18:03:23.123456789 UTC: odd in every digit that a file system may drop.
    let set = SystemTime::UNIX_EPOCH + Duration::new(1_689_357_803, 123_456_789);
    let file = File::create(&path)?;
    file.set_times(FileTimes::new().set_modified(set))?;
    drop(file);
    let kept = fs::metadata(&path)?.modified()?;
    fs::remove_file(&path)?;
    let off = set
        .duration_since(kept)
        .or_else(|error| Ok::<_, io::Error>(error.duration()))?;
    let steps = [1, 100, 1_000, 1_000_000, 1_000_000_000, 2_000_000_000];
    let step = steps.iter().map(|nanos| Duration::from_nanos(*nanos));
    Ok(step.into_iter().find(|step| off < *step).unwrap_or(off))
}

fn words(step: Duration) -> String {
    match step.as_nanos() {
        0..1_000 => format!("{} ns", step.as_nanos()),
        1_000..1_000_000 => format!("{} µs", step.as_micros()),
        1_000_000..1_000_000_000 => format!("{} ms", step.as_millis()),
        _ => format!("{} s", step.as_secs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_disk_is_tried_and_left_as_it_was() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let all = abilities(folder.path());
        assert_eq!(all.len(), PROBES.len() + 1);
        assert!(all.iter().all(|ability| !ability.detail.is_empty()));
        assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 0);
        let over = &all[0];
        assert!(over.can && over.needed && !over.is_lacking(), "{over:?}");
    }

    #[test]
    fn where_nothing_can_be_written_nothing_is_well() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("a file");
        fs::write(&file, "").expect("written");
        let all = abilities(&file);
        assert!(all.iter().all(|ability| !ability.can), "{all:?}");
        assert!(all.iter().any(Ability::is_lacking));
    }

    #[test]
    fn a_step_of_time_is_said_in_its_unit() {
        for (nanos, text) in [
            (1, "1 ns"),
            (100, "100 ns"),
            (1_000, "1 µs"),
            (2_000_000_000, "2 s"),
        ] {
            assert_eq!(words(Duration::from_nanos(nanos)), text);
        }
    }
}
