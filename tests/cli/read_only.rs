//! Libraries that cannot be written: on a disk mounted read-only, of another user, with the right to write taken away, and on a
//! disk without room. What only reads works there and changes nothing; what fails says which of these it was.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use catalog::{Catalog, Writing};
use jiff::Timestamp;
use writer::library::Library;

use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::mounts::{Small, mount_or_skip};
use crate::support::samples;
use crate::support::tools::{Tool, or_skipped, require};

/// The user without rights, on every Linux.
const NOBODY: u32 = 65534;

/// Every command that only reads. `OUT` is a folder in which the reader may write.
const READING: [&[&str]; 9] = [
    &["list"],
    &["--json", "list"],
    &["status"],
    &["status", "--runs"],
    &["verify", "--quick"],
    &["verify"],
    &["certify"],
    &["print", "OUT/a.pdf"],
    &["gallery", "--to", "OUT/gallery"],
];

/// Those of which every letter is compared.
const SHOWING: [&[&str]; 3] = [&["list"], &["--json", "list"], &["status"]];

/// A home with a library that holds one account, `library`.
fn with_library() -> TestEnv {
    let env = TestEnv::new();
    let files = compose(&samples::varied(), Generation::G4, Edition::Json);
    env.zip("instagram-varied-2024-05-02-Ab3dEf9h.zip", &files);
    let ran = env.run_on(
        "library",
        &["import", "instagram-varied-2024-05-02-Ab3dEf9h.zip"],
    );
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    env
}

/// Who reads.
struct Reader<'a> {
    env: &'a TestEnv,
    /// Runs a program as the user without rights.
    setpriv: Option<Tool>,
}

/// What a run of the binary gave; a signal is no exit code.
#[derive(Debug, PartialEq, Eq)]
struct Ran {
    code: Option<i32>,
    signal: Option<i32>,
    stdout: String,
    stderr: String,
}

impl<'a> Reader<'a> {
    fn root(env: &'a TestEnv) -> Self {
        Self { env, setpriv: None }
    }

    /// The user without rights, who has a program and a folder `out` of his own; only root can become him.
    fn nobody(env: &'a TestEnv) -> Option<Self> {
        let setpriv = require("setpriv")?;
        let out = env.path("out");
        fs::create_dir_all(&out).expect("ours");
        let became = chown(&out, Some(NOBODY), Some(NOBODY)).ok();
        or_skipped("the right to become another user", became)?;
        for folder in [env.home(), &env.path("tmp")] {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o1777)).expect("ours");
        }
        fs::copy(env!("CARGO_BIN_EXE_albumen"), env.path("albumen")).expect("there is room");
        let setpriv = Some(setpriv);
        Some(Self { env, setpriv })
    }

    fn run(&self, library: &Path, arguments: &[&str]) -> Ran {
        let mut command = match &self.setpriv {
            None => Command::new(env!("CARGO_BIN_EXE_albumen")),
            Some(setpriv) => {
                let mut command = Command::new(setpriv.path());
                let user = ["--reuid=65534", "--regid=65534", "--clear-groups"];
                command.args(user).arg(self.env.path("albumen"));
                command
            }
        };
        let out = self.env.path("out");
        let out = out.to_str().expect("our own name");
        let output = command
            .current_dir(self.env.home())
            .env_clear()
            .envs([("PATH", "/usr/bin:/bin"), ("TZ", "UTC"), ("HOME", out)])
            .env("TMPDIR", self.env.path("tmp"))
            .arg("--library")
            .arg(library)
            .args(arguments.iter().map(|it| it.replace("OUT", out)))
            .output()
            .expect("it was built with the tests");
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            text.replace(library.to_str().expect("our own name"), "<LIBRARY>")
        };
        Ran {
            code: output.status.code(),
            signal: output.status.signal(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// Runs every reading command; they end as on the library where it may be written, and show the same.
    fn reads_all(&self, library: &Path, as_of: &Path) {
        let before = everything(library);
        self.reads_as(library, as_of);
        assert!(everything(library) == before, "something was changed");
    }

    fn reads_as(&self, library: &Path, as_of: &Path) {
        self.reads(&READING, library, as_of);
        assert!(self.env.path("out/gallery/index.html").is_file());
    }

    fn reads(&self, commands: &[&[&str]], library: &Path, as_of: &Path) {
        let writable = self.env.path("writable");
        let _ = fs::remove_dir_all(&writable);
        copy_tree(as_of, &writable);
        let root = Self::root(self.env);
        for arguments in commands {
            self.clear_out();
            let expected = root.run(&writable, arguments);
            self.clear_out();
            let ran = self.run(library, arguments);
            assert_eq!(ran.signal, None, "{arguments:?}: {ran:?}");
            assert_eq!(
                ran.code, expected.code,
                "{arguments:?}: {ran:?} {expected:?}"
            );
            // Others show how long it took, or name the run.
            if SHOWING.contains(arguments) {
                assert_eq!(ran.stdout, expected.stdout, "{arguments:?}");
            }
        }
        let left: Vec<_> = fs::read_dir(self.env.path("tmp"))
            .expect("listed")
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }

    fn clear_out(&self) {
        let out = self.env.path("out");
        let _ = fs::remove_dir_all(&out);
        fs::create_dir(&out).expect("ours");
        let owner = self.setpriv.is_some().then_some(NOBODY);
        chown(&out, owner, owner).expect("root, or ours");
    }
}

/// Every file of a library with its bytes, albumen's own files, too.
fn everything(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("root may list it") {
        let path = entry.expect("root may list it").path();
        match path.is_dir() {
            true => found.extend(everything(&path)),
            false => found.push((path.clone(), fs::read(&path).expect("root may read it"))),
        }
    }
    found.sort();
    found
}

fn copy_tree(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(copied.expect("cp is everywhere").success());
}

fn chmod(mode: &str, folder: &Path) {
    let done = Command::new("chmod")
        .args(["-R", mode])
        .arg(folder)
        .status();
    assert!(done.expect("chmod is everywhere").success());
}

/// Puts a copy of the library beside it as a killed run leaves one: the newest rows stand in the log alone.
fn killed(env: &TestEnv, to: &str, with_index: bool) -> PathBuf {
    let library = env.path("library");
    let open = Library::open(&library).expect("imported");
    let mut catalog = Catalog::open(&open.catalog_path()).expect("it opens");
    let begin = |writing: &Writing<'_>| writing.begin_run("rebuild", Timestamp::UNIX_EPOCH, "{}");
    catalog.in_transaction(begin).expect("there is room");
    let to = env.path(to);
    copy_tree(&library, &to);
    let log = fs::metadata(to.join(".albumen/catalog.sqlite-wal"));
    assert!(log.expect("not closed yet").len() > 0);
    if !with_index {
        fs::remove_file(to.join(".albumen/catalog.sqlite-shm")).expect("it is there");
    }
    to
}

/// Shows a folder a second time, where it cannot be written.
fn mounted_read_only<'a>(folder: &Path, at: &'a Path) -> Option<Small<'a>> {
    mount_or_skip(
        &["--bind", "-o", "ro", folder.to_str().expect("our own name")],
        at,
    )
}

#[test]
fn every_command_that_reads_works_on_a_disk_mounted_read_only() {
    let env = with_library();
    let at = env.path("shown");
    let Some(_mounted) = mounted_read_only(&env.path("library"), &at) else {
        return;
    };
    Reader::root(&env).reads_all(&at, &env.path("library"));
}

#[test]
fn a_destination_is_read_back_from_a_disk_mounted_read_only_and_a_push_says_why_it_cannot() {
    let env = with_library();
    let pushed = env.run_on("library", &["push", "there"]);
    assert_eq!(pushed.code, Some(0), "{pushed:?}");
    let at = env.path("shown");
    let Some(_mounted) = mounted_read_only(&env.path("library"), &at) else {
        return;
    };
    let before = (everything(&at), everything(&env.path("there")));
    for arguments in [
        &["certify", "--at", "there"][..],
        &["verify", "there"],
        &["push", "there", "--dry-run"],
    ] {
        let ran = env.run_on("shown", arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
    }
    let ran = env.run_on("shown", &["push", "there"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for said in [
        "cannot be written, and a push keeps its journal there",
        "hint: make the library writable",
    ] {
        assert!(ran.stderr.contains(said), "{said}: {ran:?}");
    }
    assert!(before == (everything(&at), everything(&env.path("there"))));
}

#[test]
fn another_user_reads_a_destination_back_and_is_told_why_no_push_is_possible() {
    let env = with_library();
    let pushed = env.run_on("library", &["push", "there", "--shared"]);
    assert_eq!(pushed.code, Some(0), "{pushed:?}");
    let Some(nobody) = Reader::nobody(&env) else {
        return;
    };
    let library = env.path("library");
    chmod("a+rX", &library);
    chmod("a+rX", &env.path("there"));
    for lock_too in [false, true] {
        if lock_too {
            chmod("go-r", &library.join(".albumen/lock"));
        }
        for arguments in [
            &["certify", "--at", "there"][..],
            &["push", "there", "--dry-run"],
        ] {
            let ran = nobody.run(&library, arguments);
            assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
        }
        let ran = nobody.run(&library, &["push", "there"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(
            ran.stderr.contains("a push keeps its journal there"),
            "{ran:?}"
        );
    }
}

#[test]
fn what_stands_in_the_log_alone_is_read_on_a_disk_mounted_read_only() {
    let env = with_library();
    let at = env.path("shown");
    for with_index in [true, false] {
        let library = killed(&env, if with_index { "a" } else { "b" }, with_index);
        let Some(_mounted) = mounted_read_only(&library, &at) else {
            return;
        };
        Reader::root(&env).reads_all(&at, &library);
        let runs = env.run_on("shown", &["status", "--runs"]);
        assert!(runs.stdout.contains("rebuild, cut off"), "{runs:?}");
    }
}

#[test]
fn every_command_that_reads_works_on_the_library_of_another_user() {
    let env = with_library();
    let Some(nobody) = Reader::nobody(&env) else {
        return;
    };
    let library = env.path("library");
    chmod("a+rX", &library);
    nobody.reads_all(&library, &library);
    // The lock may not be opened, so nobody can be kept out: the catalog is copied.
    chmod("go-r", &library.join(".albumen/lock"));
    nobody.reads_all(&library, &library);
    for with_index in [true, false] {
        let library = killed(&env, if with_index { "a" } else { "b" }, with_index);
        chmod("a+rX", &library);
        nobody.reads_all(&library, &library);
    }
}

#[test]
fn every_command_that_reads_works_where_the_owner_took_the_right_to_write_away() {
    let env = with_library();
    let Some(nobody) = Reader::nobody(&env) else {
        return;
    };
    let library = env.path("library");
    let mut owned = Command::new("chown");
    owned.args(["-R", "65534:65534"]).arg(&library);
    assert!(owned.status().expect("chown is everywhere").success());
    chmod("a-w", &library);
    nobody.reads_all(&library, &library);
    let refused = nobody.run(&library, &["gallery"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("--to DIR"), "{refused:?}");
    chmod("u+w", &library);
}

#[test]
fn another_user_lists_beside_a_run_that_is_at_work() {
    let env = with_library();
    let Some(nobody) = Reader::nobody(&env) else {
        return;
    };
    let library = env.path("library");
    let listed = nobody.env.run_on("library", &["list"]).stdout;
    let open = Library::open(&library).expect("imported");
    let _lock = open.lock().expect("nobody is in");
    let mut catalog = Catalog::open(&open.catalog_path()).expect("it opens");
    let mut step = |value: &str| {
        let set = |w: &Writing<'_>| w.set_setting("a", Some(value));
        catalog.in_transaction(set).expect("there is room");
        chmod("a+rX", &library);
        for command in [["list"], ["status"]] {
            let ran = nobody.run(&library, &command);
            assert_eq!((ran.code, ran.signal), (Some(0), None), "{ran:?}");
        }
        assert_eq!(nobody.run(&library, &["list"]).stdout, listed);
        let refused = nobody.run(&library, &["verify"]);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(
            refused.stderr.contains("in use by another run"),
            "{refused:?}"
        );
    };
    step("first");
    step("second");
}

/// An ext4 of blocks of one kilobyte, on which a byte in each page is no room for the page.
fn small_blocks<'a>(env: &TestEnv, at: &'a Path) -> Option<Small<'a>> {
    let mkfs = require("mkfs.ext4")?;
    let image = env.path("image");
    let file = fs::File::create(&image).expect("ours");
    file.set_len(24 << 20).expect("sparse");
    let made = mkfs
        .command()
        .args(["-q", "-b", "1024", "-m", "0"])
        .arg(&image)
        .status();
    assert!(made.expect("it is installed").success());
    mount_or_skip(&["-o", "loop", image.to_str().expect("our own name")], at)
}

/// Takes all room but `left_kb`.
fn fill(folder: &Path, left_kb: usize) {
    use std::io::Write;
    let mut spare = fs::File::create(folder.join("spare")).expect("room for a name");
    spare.write_all(&vec![1; left_kb << 10]).expect("room");
    spare.sync_all().expect("room");
    let mut filler = fs::File::create(folder.join("filler")).expect("room for a name");
    for size in [64 << 10, 1 << 10] {
        while filler
            .write_all(&vec![1; size])
            .and_then(|()| filler.sync_all())
            .is_ok()
        {}
    }
    fs::remove_file(folder.join("spare")).expect("ours");
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
}

#[test]
fn every_command_that_reads_works_on_a_full_disk_and_none_crashes() {
    let env = with_library();
    let Some(_) = require("mkfs.ext4") else {
        return;
    };
    for left_kb in [0, 3, 10, 33, 65, 130] {
        for killed_run in [false, true] {
            let at = env.path("small");
            let Some(_mounted) = small_blocks(&env, &at) else {
                return;
            };
            let library = at.join("library");
            let from = match killed_run {
                true => killed(&env, &format!("killed-{left_kb}"), left_kb % 2 == 0),
                false => env.path("library"),
            };
            copy_tree(&from, &library);
            fill(&at, left_kb);
            let reader = Reader::root(&env);
            match left_kb {
                0 => reader.reads_as(&library, &from),
                _ => reader.reads(&SHOWING, &library, &from),
            }
        }
    }
}

#[test]
fn an_import_onto_a_full_disk_says_so_and_does_not_crash() {
    let env = with_library();
    let at = env.path("small");
    for left_kb in [0, 10, 33, 65, 130] {
        let Some(_mounted) = small_blocks(&env, &at) else {
            return;
        };
        let library = at.join("library");
        copy_tree(&env.path("library"), &library);
        fill(&at, left_kb);
        let archive = "instagram-varied-2024-05-02-Ab3dEf9h.zip";
        let ran = Reader::root(&env).run(&library, &["import", archive]);
        assert_eq!(ran.signal, None, "{left_kb}: {ran:?}");
        if ran.code == Some(1) {
            assert!(
                ran.stderr.contains("make room on that disk"),
                "{left_kb}: {ran:?}"
            );
        }
    }
}

#[test]
fn what_may_not_be_read_or_written_says_which_it_is_and_blames_no_disk() {
    let env = with_library();
    let Some(nobody) = Reader::nobody(&env) else {
        return;
    };
    let library = env.path("library");
    let archive = "instagram-varied-2024-05-02-Ab3dEf9h.zip";
    let says = |ran: Ran, words: &[&str]| {
        assert_eq!(ran.code, Some(1), "{ran:?}");
        for word in words {
            assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
        }
        assert!(!ran.stderr.contains("failing"), "{}", ran.stderr);
    };
    let closed = ["you may not read that", "as its owner"];
    chmod("go-rwx", &library);
    says(nobody.run(&library, &["list"]), &closed);
    chmod("a+rX", &library);
    chmod("go-r", &library.join(".albumen/catalog.sqlite"));
    for command in ["list", "certify"] {
        says(nobody.run(&library, &[command]), &closed);
    }
    chmod("a+rX", &library);
    says(
        nobody.run(&library, &["import", archive]),
        &[
            "you may not write there",
            "or choose a folder you may write to with --library DIR",
        ],
    );
    let sums = library.join("SHA256SUMS");
    chmod("go-r", &sums);
    let ran = nobody.run(&library, &["--json", "verify"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stdout.contains("\"kind\":\"no_permission\""), "{ran:?}");
    assert!(!ran.stdout.contains("failing"), "{ran:?}");
}
