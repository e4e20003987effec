//! `albumen config`, and what every command takes from the configuration.

use std::fs;

use crate::support::env::TestEnv;

#[test]
fn init_writes_a_private_commented_file_once() {
    let env = TestEnv::new();
    let ran = env.run(&["config", "init"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let path = env.path(".config/albumen/albumen.toml");
    let text = fs::read_to_string(&path).expect("written");
    assert!(text.contains("#[[inbox]]"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let again = env.run(&["config", "init"]);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(
        again.stderr.contains("there is a configuration already"),
        "{again:?}"
    );
    assert_eq!(fs::read_to_string(&path).expect("there"), text);
    let shown = env.run(&["config", "show"]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
}

#[test]
fn a_wrong_key_is_told_with_the_nearest_one_and_nothing_is_done() {
    let env = TestEnv::new();
    env.write("a.toml", b"libary = \"l\"\n");
    let ran = env.run(&["--config", "a.toml", "status"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.stderr
            .contains("line 1: libary is not a setting; did you mean library?"),
        "{ran:?}"
    );
    let ran = env.run(&["--config", "none.toml", "status"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

#[test]
fn the_library_of_the_configuration_is_used_and_an_argument_comes_first() {
    let env = TestEnv::new();
    env.write(".config/albumen/albumen.toml", b"library = \"~/mine\"\n");
    let ran = env.run(&["status"]);
    assert!(ran.stderr.contains("<HOME>/mine"), "{ran:?}");
    let ran = env.run(&["--library", "other", "status"]);
    assert!(ran.stderr.contains("other"), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn a_password_others_may_read_is_refused_and_no_password_is_shown() {
    use std::os::unix::fs::PermissionsExt;
    let env = TestEnv::new();
    let text = "[[destination]]\naddress = \"webdav+http://127.0.0.1:1/x\"\nuser = \"anna\"\npassword = \"geheim\"\n[notify]\nping = \"http://h/geheim\"\n";
    let path = env.write("a.toml", text.as_bytes());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("ours");
    let ran = env.run(&["--config", "a.toml", "config", "show"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("mode 640") && ran.stderr.contains("chmod 600 a.toml"),
        "{ran:?}"
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("ours");
    for arguments in [
        &["--config", "a.toml", "config", "show"][..],
        &["--config", "a.toml", "--json", "config", "show"],
    ] {
        let ran = env.run(arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(
            ran.stdout.contains("***") && !format!("{ran:?}").contains("geheim"),
            "{ran:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_configuration_that_others_may_write_is_refused_where_it_names_a_command() {
    use std::os::unix::fs::PermissionsExt;
    let env = TestEnv::new();
    for (text, refused) in [
        ("[notify]\ncommand = \"touch ran\"\n", true),
        (
            "[[destination]]\naddress = \"webdav+https://h/p\"\nsecret_command = \"touch ran\"\n",
            true,
        ),
        ("library = \"l\"\n", false),
    ] {
        for (mode, others) in [(0o664, true), (0o646, true), (0o644, false)] {
            let path = env.write("a.toml", text.as_bytes());
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
            let ran = env.run(&["--config", "a.toml", "config", "show"]);
            let other = env.run(&["--config", "a.toml", "sync"]);
            let told = |ran: &crate::support::env::Ran| ran.stderr.contains("names a command");
            assert_eq!(
                told(&ran) || told(&other),
                refused && others,
                "{text} {mode:o}: {ran:?} {other:?}"
            );
            if refused && others {
                assert_eq!(other.code, Some(1), "{other:?}");
                assert!(other.stderr.contains("chmod go-w"), "{other:?}");
                assert!(!env.path("ran").exists());
            }
        }
    }
}
