//! Who hears about a pass, and what a pass does with destinations and quiet hours.

use std::fs;

use super::{home, posts, put, sync, zipped};
use crate::support::downloads::{Download, Downloads};

const DAY: u64 = 24 * 60;

#[test]
fn destinations_get_what_is_new_and_are_left_alone_else() {
    let env = home("[[destination]]\naddress = \"copies\"");
    put(&env, "a.zip", &zipped(&posts(0..3)), DAY);
    let (ran, report) = sync(&env);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        report["pushed"][0]["sent"].as_u64().expect("a number") >= 3,
        "{report}"
    );
    assert!(env.path("copies/SHA256SUMS").exists());
    let (_, report) = sync(&env);
    assert_eq!(
        (&report["outcome"], &report["pushed"]),
        (&"nothing_new".into(), &serde_json::json!([]))
    );
    // One that could not be reached is tried again by the next pass.
    fs::remove_dir_all(env.path("copies")).expect("ours");
    fs::write(env.path("copies"), "in the way").expect("ours");
    put(&env, "b.zip", &zipped(&posts(3..5)), DAY);
    let (ran, _) = sync(&env);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    fs::remove_file(env.path("copies")).expect("ours");
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["imports"]),
        (Some(0), &serde_json::json!([])),
        "{ran:?}"
    );
    assert!(env.path("copies/SHA256SUMS").exists());
}

#[test]
fn the_health_check_is_told_of_start_success_and_failure_and_its_address_is_shown_nowhere() {
    let check = Downloads::start(
        ["/geheim", "/geheim/start", "/geheim/fail"]
            .map(|path| (path, Download::new(b"ok".to_vec()))),
    );
    let env = home(&format!("[notify]\nping = \"{}\"", check.url("/geheim")));
    let paths = |check: &Downloads| -> Vec<String> {
        check
            .log()
            .iter()
            .map(|served| served.path.clone())
            .collect()
    };
    let mut shown = sync(&env).0.stdout;
    assert_eq!(paths(&check), ["/geheim"]);
    put(&env, "a.zip", &zipped(&posts(0..2)), DAY);
    shown += &sync(&env).0.stdout;
    assert_eq!(paths(&check)[1..], ["/geheim/start", "/geheim"]);
    put(&env, "cut.zip", b"PK\x03\x04", DAY);
    shown += &sync(&env).0.stdout;
    assert_eq!(paths(&check)[3..], ["/geheim/fail"]);
    // A check that is away spoils nothing.
    drop(check);
    let env = home("[notify]\nping = \"http://127.0.0.1:1/geheim\"");
    let (ran, _) = sync(&env);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stderr
            .contains("the health check could not be notified"),
        "{ran:?}"
    );
    assert!(
        !format!("{shown}{ran:?}").contains("geheim"),
        "{shown}{ran:?}"
    );
}

#[cfg(unix)]
#[test]
fn the_command_gets_the_report_when_there_is_something_to_say() {
    let env = home("[notify]\ncommand = \"cat >> heard\"");
    sync(&env);
    assert!(!env.path("heard").exists());
    put(&env, "a.zip", &zipped(&posts(0..2)), DAY);
    sync(&env);
    let heard = fs::read_to_string(env.path("heard")).expect("told");
    assert!(
        heard.starts_with(
            "albumen sync: done\nimported a.zip: 2 new, 0 changed, 0 failed, 0 missing\n"
        ),
        "{heard}"
    );
    assert!(heard.contains("verified: "), "{heard}");
    let plain = env.run(&["--config", "albumen.toml", "sync"]);
    assert_eq!(plain.stdout, "albumen sync: nothing new\n");
}

#[test]
fn quiet_hours_are_kept_unless_told_otherwise() {
    let env = home("quiet_hours = \"00:00-23:59\"");
    put(&env, "a.zip", &zipped(&posts(0..2)), DAY);
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["outcome"]),
        (Some(0), &"idle".into()),
        "{ran:?}"
    );
    let ran = env.run(&["--config", "albumen.toml", "--json", "sync", "--now"]);
    assert!(ran.stdout.contains("\"assets_added\":2"), "{ran:?}");
}
