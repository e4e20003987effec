//! A decoder that never comes to an end spoils one picture only, which is named.

use std::io::BufReader;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

use albumen::cli::decoder::Apart;
use gallery::{GalleryOptions, gallery};
use media::thumbnail::decoder::{Request, ask};
use model::media_type::MediaType;
use monitor::Silent;

use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::samples::varied;
use crate::support::tree::names;

const ALBUMEN: &str = env!("CARGO_BIN_EXE_albumen");

/// Passes every question on to a real decoder, but never the one about a file of this name.
fn hanging_at(env: &TestEnv, name: &str) -> std::ffi::OsString {
    let script = format!(
        "#!/bin/sh\nwhile read -r question; do\ncase \"$question\" in\n*{name}*) sleep 20;;\n\
         *) printf '%s\\n' \"$question\";;\nesac\ndone | exec {ALBUMEN} decode-pictures\n"
    );
    let path = env.write("decoder", script.as_bytes());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("ours");
    let busy = |error: io::Error| error.kind() == io::ErrorKind::ExecutableFileBusy;
    let start = || Command::new(&path).stdin(Stdio::null()).output();
    while start().is_err_and(busy) {
        std::thread::yield_now();
    }
    path.into()
}

#[test]
fn a_decoder_that_hangs_costs_one_picture_which_is_named() {
    let env = TestEnv::new();
    env.zip("a.zip", &compose(&varied(), Generation::G4, Edition::Json));
    let ran = env.run_on("l", &["import", "a.zip"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    let library = env.path("l");
    let options = GalleryOptions::default();
    let whole = gallery(&library, &options, &Apart::of(ALBUMEN.into()), &Silent);
    let whole = whole.expect("a gallery");
    assert_eq!(whole.holds.damaged, []);
    fs::remove_dir_all(library.join("gallery")).expect("there");
    let photos: Vec<String> = names(&library)
        .into_iter()
        .filter(|name| name.ends_with(".jpg"))
        .collect();
    let victim = photos.get(1).expect("photos");
    let name = victim.rsplit('/').next().expect("a name");
    let patience = Duration::from_secs(3);
    let decoder = Apart::of(hanging_at(&env, name)).waiting(patience);
    let begun = Instant::now();
    let spoiled = gallery(&library, &options, &decoder, &Silent).expect("a gallery");
    assert!(begun.elapsed() > patience, "nothing hung");
    let damaged = spoiled.holds.damaged;
    assert_eq!(damaged.len(), 1, "{damaged:?}");
    assert_eq!(&damaged[0].0, victim);
    assert!(
        damaged[0].1.contains("did not come to an end"),
        "{damaged:?}"
    );
    assert_eq!(spoiled.holds.assets, whole.holds.assets);
    assert_eq!(spoiled.drawn + 1, whole.drawn);
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_has_sixty_seconds_of_processor_time_for_a_picture() {
    let mut child = Command::new(ALBUMEN)
        .arg("decode-pictures")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it was built with the tests");
    let mut to = child.stdin.take().expect("piped");
    let mut from = BufReader::new(child.stdout.take().expect("piped"));
    let question = Request::Upright(b"no picture", MediaType::Png, None);
    ask(question, &mut to, &mut from).expect("an answer");
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).expect("a process");
    let cpu = limits.lines().find(|line| line.starts_with("Max cpu time"));
    let soft = cpu.and_then(|line| line.split_whitespace().nth(3));
    let soft: u64 = soft.and_then(|soft| soft.parse().ok()).expect("a limit");
    assert!((60..=62).contains(&soft), "{limits}");
    drop(to);
    assert!(child.wait().expect("ours").success());
}
