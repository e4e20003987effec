//! How to ask a service for its archive is written once, in its provider; the documents repeat it.

use std::fs;

use albumen::cli::reference::{how_to_ask, how_to_ask_for_threads};
use provider::PROVIDERS;

use super::{read, root};

const BEGIN: &str = "<!-- made from the program -->\n";
const END: &str = "<!-- end -->\n";

/// Compares what stands between the marks of a document with `wanted`, or writes it there.
fn shall_say(document: &str, wanted: &str) {
    let text = read(document);
    let (before, rest) = text.split_once(BEGIN).expect("it has the first mark");
    let (found, after) = rest.split_once(END).expect("it has the second mark");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(
            root().join(document),
            format!("{before}{BEGIN}{wanted}{END}{after}"),
        )
        .expect("written");
        return;
    }
    assert_eq!(
        found, wanted,
        "{document} is out of date; run: UPDATE_DOCS=1 cargo test --test main docs"
    );
}

#[test]
fn documents_say_how_to_ask_in_the_programs_words() {
    for provider in PROVIDERS {
        let document = format!("docs/providers/{}.md", provider.about().name);
        shall_say(&document, &how_to_ask(*provider));
    }
    shall_say("docs/providers/threads.md", &how_to_ask_for_threads());
}

/// Services move their menus: whoever reads how to ask must see how old the description is.
#[test]
fn every_menu_says_when_it_was_last_checked() {
    for provider in PROVIDERS {
        let text = provider.about().how_to_ask;
        let last = text.lines().last().unwrap_or_default();
        let year = last
            .strip_prefix("Menus last checked in ")
            .and_then(|rest| rest.split([' ', ',']).nth(1));
        assert!(
            year.is_some_and(|year| year.len() == 4 && year.parse::<u16>().is_ok()),
            "{}: {last}",
            provider.about().name
        );
    }
}
