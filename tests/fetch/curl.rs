//! Pasted cURL text lets in, and what lets in is nowhere to be read afterwards.

use super::{archive, fetch, one, parts};
use crate::support::downloads::{Download, Downloads};
use crate::support::env::{Ran, TestEnv};

const COOKIE: &str = "SID=geh%31m!x\"y; OTHER=geheim2";

fn guarded(bytes: &[u8]) -> Download {
    let mut file = Download::new(bytes.to_owned()).named("x.zip");
    file.wants = Some(("cookie".to_owned(), COOKIE.to_owned()));
    file
}

/// Fails if the cookie is in an output, or in any file but the one the person made.
fn nowhere(env: &TestEnv, ran: &Ran) {
    assert!(
        !ran.stdout.contains("geh") && !ran.stderr.contains("geh"),
        "{ran:?}"
    );
    for child in std::fs::read_dir(env.path("d")).expect("there") {
        let path = child.expect("readable").path();
        let text = String::from_utf8_lossy(&std::fs::read(&path).expect("readable")).into_owned();
        assert!(
            !text.contains("geh%31m") && !text.contains("geheim2"),
            "{path:?}"
        );
    }
}

#[test]
fn bash_and_cmd_text_gets_past_a_cookie_check() {
    let bytes = archive(100_000, 1);
    let server = one(guarded(&bytes));
    let url = server.url("/f");
    let bash = format!(
        "curl '{url}' \\\n  -H 'accept: text/html' \\\n  -b $'SID=geh%31m\\u0021x\"y; OTHER=geheim2' \\\n  --compressed"
    );
    let header = format!("curl \"{url}\" -H 'Cookie: {COOKIE}' -H 'Range: bytes=5-' -L -o y.zip");
    let cmd = format!(
        "curl ^\"{url}^\" ^\r\n  -H ^\"accept: text/html^\" ^\r\n  -b ^\"SID=geh^%^31m^!x^\\^\"y; OTHER=geheim2^\""
    );
    for text in [bash, header, cmd] {
        let env = TestEnv::new();
        env.write("c.txt", text.as_bytes());
        let ran = fetch(&env, &["--from", "c.txt"]);
        assert_eq!(ran.code, Some(0), "{text}\n{ran:?}");
        assert!(std::fs::read(env.path("d/x.zip")).expect("there") == bytes);
        nowhere(&env, &ran);
    }
}

#[test]
fn one_pasted_request_lets_in_for_the_other_parts() {
    let bytes = archive(100_000, 2);
    let server = Downloads::start([
        ("/d?i=0", guarded(&bytes)),
        ("/d?i=1", guarded(&archive(90_000, 3))),
    ]);
    let env = TestEnv::new();
    let text = format!("curl '{}' -b '{COOKIE}'", server.url("/d?i=0"));
    env.write("c.txt", text.as_bytes());
    let ran = fetch(&env, &["--from", "c.txt", &server.url("/d?i=1")]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert!(
            ran.stderr.contains("others than you may read c.txt"),
            "{ran:?}"
        );
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(env.path("c.txt"), private).expect("ours");
        let again = fetch(&env, &["--from", "c.txt"]);
        assert!(!again.stderr.contains("others than you"), "{again:?}");
    }
    assert_eq!((ran.code, parts(&ran).len()), (Some(0), 2), "{ran:?}");
    nowhere(&env, &ran);
}

#[test]
fn a_cookie_that_does_not_let_in_shows_in_no_error() {
    let mut file = guarded(&archive(1_000, 4));
    file.wants = Some(("cookie".to_owned(), "another".to_owned()));
    let server = one(file);
    let env = TestEnv::new();
    let text = format!("curl '{}' -b '{COOKIE}' -u anna:geheim2", server.url("/f"));
    env.write("c.txt", text.as_bytes());
    let ran = fetch(&env, &["--from", "c.txt"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    nowhere(&env, &ran);
    let plain = env.run(&["fetch", "--into", "d", "--from", "c.txt"]);
    assert!(
        plain.stdout.contains("FAILED") && plain.stdout.contains("--from FILE"),
        "{plain:?}"
    );
    nowhere(&env, &plain);
    // A pasted text that is not understood is not repeated either.
    env.write("c.txt", text.replace("-u", "--proxy-user").as_bytes());
    let ran = fetch(&env, &["--from", "c.txt"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.stderr.contains("the cURL option --proxy-user"),
        "{ran:?}"
    );
    nowhere(&env, &ran);
}
