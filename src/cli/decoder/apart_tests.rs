//! Children that end in every way they can; stood in for by scripts, since no decoder is known to do any of it.

use std::os::unix::fs::PermissionsExt;

use super::*;

/// A program that reads one line of a question and then does something.
fn child(folder: &Path, does: &str) -> OsString {
    let path = folder.join("child");
    let text = format!("#!/bin/sh\nread -r question || exit\n{does}\n");
    std::fs::write(&path, text).expect("written");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o700)).expect("its owner's");
    // Another test's child may hold the file open for writing until it is another program.
    let busy = |error: io::Error| error.kind() == io::ErrorKind::ExecutableFileBusy;
    let try_it = || Command::new(&path).stdin(Stdio::null()).output();
    while try_it().is_err_and(busy) {
        std::thread::yield_now();
    }
    path.into()
}

fn ended(does: &str) -> ThumbnailError {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let apart = Apart::of(child(folder.path(), does));
    let answer = apart.upright(b"", MediaType::Png, None);
    answer.expect_err("no picture")
}

#[test]
fn what_a_decoder_does_to_itself_is_the_pictures_fault() {
    for does in [
        "kill -ABRT $$",
        "kill -SEGV $$",
        "kill -ILL $$",
        "kill -BUS $$",
    ] {
        let error = ended(does);
        assert!(
            matches!(&error, ThumbnailError::Damaged(why) if why.contains("memory")),
            "{does}: {error:?}"
        );
    }
    // An endless loop under the limit a child sets itself, which is softer than death.
    for does in ["ulimit -S -t 1; while :; do :; done", "kill -XCPU $$"] {
        let error = ended(does);
        assert!(
            matches!(&error, ThumbnailError::Damaged(why) if why.contains("processor time")),
            "{does}: {error:?}"
        );
    }
}

#[test]
fn what_others_do_to_a_decoder_is_not() {
    for does in ["kill -KILL $$", "kill -TERM $$", "exit 1", "echo nonsense"] {
        let error = ended(does);
        assert!(matches!(error, ThumbnailError::Io(_)), "{does}: {error:?}");
    }
    let nowhere = Apart::of("/nowhere/albumen".into());
    let error = nowhere.upright(b"", MediaType::Png, None);
    assert!(matches!(error, Err(ThumbnailError::Io(_))));
}

#[test]
fn a_picture_after_one_that_crashed_gets_a_fresh_child() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Answers once, and crashes at the second question.
    let does = "echo '{\"Damaged\":\"answered\"}'\nread -r question\nkill -ABRT $$";
    let apart = Apart::of(child(folder.path(), does));
    for _ in 0..3 {
        let error = apart.upright(b"", MediaType::Png, None);
        assert!(
            matches!(&error, Err(ThumbnailError::Damaged(why)) if why == "answered"),
            "{error:?}"
        );
    }
}

#[test]
fn a_decoder_that_waits_for_what_never_comes_is_ended() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let question = vec![0; 4 << 20];
    // Before it read the question, in the middle of it, and before it answered.
    for does in [
        "exec sleep 1000",
        "head -c 100000 >/dev/null; exec sleep 1000",
        "cat >/dev/null; :",
    ] {
        let apart = Apart::of(child(folder.path(), does)).waiting(Duration::from_secs(1));
        let begun = Instant::now();
        let error = apart.upright(&question, MediaType::Png, None);
        assert!(
            matches!(&error, Err(ThumbnailError::Damaged(why)) if why.contains("come to an end")),
            "{does}: {error:?}"
        );
        assert!(begun.elapsed() < Duration::from_secs(20), "{does}");
    }
}
