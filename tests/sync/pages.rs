//! `gallery = true`: each pass leaves the gallery as the library is, whatever changed the library.

use super::{home, posts, put, sync, zipped};

const DAY: u64 = 24 * 60;

#[test]
fn a_pass_keeps_the_gallery_fresh() {
    let env = home("gallery = true");
    let index = env.path("l/gallery/index.html");
    // Nothing was imported yet: there is nothing to show.
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["outcome"]),
        (Some(0), &"nothing_new".into()),
        "{ran:?}"
    );
    assert!(!index.exists());

    put(&env, "a.zip", &zipped(&posts(0..3)), DAY);
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["outcome"]),
        (Some(0), &"done".into()),
        "{ran:?}"
    );
    assert_eq!(report["gallery_months_written"], 1);
    assert!(index.is_file());
    let page =
        || std::fs::read_to_string(env.path("l/gallery/pages/2023-03.html")).expect("a page");
    assert_eq!(page().matches("<figure>").count(), 3);

    let (_, report) = sync(&env);
    assert_eq!(report["outcome"], "nothing_new");
    assert!(report["gallery_months_written"].is_null());

    // Someone imports by hand: the next pass sees it.
    env.write("b.zip", &zipped(&posts(3..5)));
    let ran = env.run(&["--library", "l", "import", "b.zip"]);
    assert!(ran.stdout.ends_with("brings it up to date)\n"), "{ran:?}");
    let (ran, report) = sync(&env);
    assert_eq!(report["gallery_months_written"], 1, "{ran:?}");
    assert_eq!(page().matches("<figure>").count(), 5);
}

#[test]
fn without_the_setting_there_is_none() {
    let env = home("");
    put(&env, "a.zip", &zipped(&posts(0..3)), DAY);
    let (_, report) = sync(&env);
    assert_eq!(report["outcome"], "done");
    assert!(!env.path("l/gallery").exists());
    env.write("b.zip", &zipped(&posts(3..5)));
    let ran = env.run(&["--library", "l", "import", "b.zip"]);
    assert!(
        ran.stdout
            .ends_with("in a browser: albumen --library l gallery\n"),
        "{ran:?}"
    );
}
