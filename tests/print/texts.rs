//! Captions in every script there is a font for; what cannot be drawn is named.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{Given, Printing, tools};
use crate::support::samples::TRICKY_CAPTIONS;

/// Fonts that `.ci/run` installs.
const JAPANESE: &str = "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf";
const DEJAVU: &str = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";

/// Returns whether both fonts are there; where tools are required they must be.
fn fonts() -> bool {
    let there = [JAPANESE, DEJAVU]
        .iter()
        .all(|font| Path::new(font).exists());
    let must = std::env::var_os("ALBUMEN_REQUIRE_TOOLS")
        .is_some_and(|value| !value.is_empty() && value != "0");
    assert!(
        there || !must,
        "fonts-dejavu-core and fonts-droid-fallback are not installed"
    );
    if !there {
        eprintln!("skipped: fonts-dejavu-core and fonts-droid-fallback are not installed");
    }
    there
}

fn book(captions: &[&str]) -> Printing {
    let given: Vec<Given> = (1..)
        .zip(captions)
        .map(|(n, caption)| Given::jpeg(&format!("{n:02}.jpg"), 60, 90).with_caption(caption))
        .collect();
    Printing::of(&given)
}

#[test]
fn captions_come_back_as_they_were_written() {
    let Some(tools) = tools() else { return };
    if !fonts() {
        return;
    }
    let captions = [
        "Crème brûlée à la plage – œuf, ß, ½ €",
        "Вечер на набережной",
        "Καλημέρα κόσμε",
        "東京タワーの夜、また行きたい",
        "שלום עולם",
        "مساء الخير",
        "Rome: שלום and مرحبا, together",
        "e\u{301} and é",
    ];
    let printing = book(&captions);
    let ran = printing.print("a.pdf", &["--form", "book", "--title", "東京 Рим שלום"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.json_lines("undrawable"), Vec::<Value>::new());
    let pdf = printing.env.path("a.pdf");
    tools.check(&pdf);
    let text = tools.text(&pdf);
    for caption in captions.iter().take(6).chain(&["東京 Рим שלום"]) {
        assert!(text.contains(caption), "{caption} not in {text}");
    }
    for words in ["Rome:", "שלום", "مرحبا", "together"] {
        assert!(text.contains(words), "{words} not in {text}");
    }
    let fonts = tools.fonts(&pdf);
    for line in fonts.lines().skip(2) {
        assert!(
            line.contains("+") && line.contains(" yes yes yes "),
            "not a part, embedded, with meanings: {line}"
        );
    }
    assert!(
        fs::metadata(&pdf).expect("there").len() < 300_000,
        "whole fonts were put in"
    );
}

#[test]
fn hostile_captions_are_text() {
    let Some(tools) = tools() else { return };
    let long = "endless ".repeat(2_500);
    let hostile = [
        "</script><script>alert(1)</script>",
        "(Tj) ET Q endstream endobj %%EOF \\) <</JS>>",
        "\u{202e}gpj.exe\u{202c} \u{2066}x\u{2069}",
        "\u{1b}[2J\u{0}\u{7f}\u{85}bell\u{7}",
        long.as_str(),
    ];
    let all: Vec<&str> = hostile.iter().chain(&TRICKY_CAPTIONS).copied().collect();
    let printing = book(&all);
    for form in ["book", "contact"] {
        let file = format!("{form}.pdf");
        let ran = printing.print(&file, &["--form", form]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let pdf = printing.env.path(&file);
        tools.check(&pdf);
        assert!(tools.pages(&pdf, 20).len() > usize::from(form == "book"));
    }
    let text = tools.text(&printing.env.path("book.pdf"));
    assert!(
        text.contains("</script><script>alert(1)</script>"),
        "{text}"
    );
    assert!(text.contains("endstream endobj %%EOF"), "{text}");
    let ran = printing.print("c.pdf", &["--form", "book"]);
    let cut = ran.json_lines("cut_text");
    assert_eq!(
        cut.len(),
        1,
        "the caption of 20,000 characters is cut, and it is said: {cut:?}"
    );
}

#[test]
fn what_no_font_has_is_named() {
    let Some(tools) = tools() else { return };
    let captions = ["Zoë, café – 5 €", "Вечер 東京", "plain"];
    let printing = book(&captions);
    let paths = printing.paths();
    fs::create_dir(printing.env.path("none")).expect("made");
    let ran = printing.print("a.pdf", &["--form", "book", "--fonts", "none"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let pdf = printing.env.path("a.pdf");
    tools.check(&pdf);
    // Helvetica, which every reader has, draws Western European text.
    assert!(
        tools.text(&pdf).contains(captions[0]),
        "{}",
        tools.text(&pdf)
    );
    assert!(tools.fonts(&pdf).contains("Helvetica"));
    let undrawable = ran.json_lines("undrawable");
    assert_eq!(undrawable.len(), 1, "{undrawable:?}");
    assert_eq!(undrawable[0]["path"], paths[1].as_str());
    let characters = undrawable[0]["characters"].as_array().expect("a list");
    assert!(
        characters.contains(&"東".into()) && characters.contains(&"В".into()),
        "{characters:?}"
    );
    let text = printing.env.run_on(
        "l",
        &["print", "b.pdf", "--form", "book", "--fonts", "none"],
    );
    assert!(text.stdout.contains("東 (U+6771)"), "{}", text.stdout);
    assert!(
        text.stdout.contains("hint: install a font"),
        "{}",
        text.stdout
    );
}
