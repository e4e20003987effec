//! Several processes at once, on a library that is not there yet.

use std::process::{Child, Command, Stdio};

use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::samples::varied;
use crate::support::tree::names;

fn start(env: &TestEnv) -> Child {
    Command::new(env!("CARGO_BIN_EXE_albumen"))
        .args(["--library", "l", "import", "anna.zip"])
        .current_dir(env.home())
        .env_clear()
        .env("HOME", env.home())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary was built with the tests")
}

#[test]
fn imports_that_make_the_same_library_at_once_do_not_hurt_each_other() {
    let files = compose(&varied(), Generation::G4, Edition::Json);
    let alone = TestEnv::new();
    alone.zip("anna.zip", &files);
    let code = alone.run_on("l", &["import", "anna.zip"]).code;
    for round in 0..6 {
        let env = TestEnv::new();
        env.zip("anna.zip", &files);
        let started: Vec<Child> = (0..4).map(|_| start(&env)).collect();
        let ended = started.into_iter().map(|child| {
            let output = child.wait_with_output().expect("it ends");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            (output.status.code(), said)
        });
        let ended: Vec<_> = ended.collect();
        let done = ended.iter().filter(|(ended, _)| *ended == code).count();
        let kept_out = |(ended, said): &&(Option<i32>, String)| {
            *ended == Some(1) && said.contains("is in use by")
        };
        let kept_out = ended.iter().filter(kept_out).count();
        assert!(
            done > 0 && done + kept_out == ended.len(),
            "round {round}: {ended:?}"
        );
        assert_eq!(
            names(&env.path("l/2023")),
            names(&alone.path("l/2023")),
            "round {round}"
        );
        let verified = env.run_on("l", &["verify"]);
        assert_eq!(verified.code, Some(0), "round {round}: {verified:?}");
    }
}
