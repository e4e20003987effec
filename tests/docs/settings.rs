//! `docs/settings.md` names every setting and every variable of the environment that the program knows, and no other setting.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{read, root};

/// Returns what stands in backticks in the first cells of the page's tables.
fn named() -> BTreeSet<String> {
    let page = read("docs/settings.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    rows.filter_map(|row| row.split('|').nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect()
}

/// Returns whether a word is written like a variable of the environment.
fn is_variable(word: &str) -> bool {
    word.len() > 3
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Returns the variables that a source file asks for or knows by name.
fn variables(code: &str) -> BTreeSet<String> {
    let code = code.split("#[cfg(test)]\nmod tests").next().unwrap_or(code);
    let asked = ["var_os(\"", "var(\"", "variable(\"", "env = \""];
    let mut found = BTreeSet::new();
    for before in asked {
        let words = code.split(before).skip(1);
        found.extend(words.filter_map(|rest| rest.split('"').next()));
    }
    // Those of secrets stand in lists.
    let texts = code.split('"').skip(1).step_by(2);
    found.extend(texts.filter(|text| text.starts_with("ALBUMEN_") || text.starts_with("AWS_")));
    found
        .into_iter()
        .filter(|word| is_variable(word))
        .map(str::to_owned)
        .collect()
}

fn sources(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("there") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("it has one").to_string_lossy();
        // What tests are told is no user's affair.
        if name.contains("test") {
            continue;
        }
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.extend(variables(&fs::read_to_string(&path).expect("readable")));
        }
    }
}

#[test]
fn every_setting_is_on_the_page_and_no_other() {
    let known: BTreeSet<String> = config::settings().into_iter().collect();
    assert!(known.len() > 20, "{known:?}");
    let named = named().into_iter().filter(|name| !is_variable(name));
    assert_eq!(named.collect::<BTreeSet<_>>(), known);
}

#[test]
fn every_variable_of_the_environment_is_on_the_page() {
    let mut known = BTreeSet::new();
    sources(&root().join("src"), &mut known);
    assert!(known.len() > 15, "{known:?}");
    let missing: Vec<_> = known.difference(&named()).cloned().collect();
    assert!(missing.is_empty(), "docs/settings.md lacks {missing:?}");
}

#[test]
fn variables_are_found_in_source() {
    let code = "env::var_os(\"NO_COLOR\"); var(\"lower\"); [\"AWS_REGION\", \"Text\"]\n\
        #[cfg(test)]\nmod tests { var(\"ONLY_TESTS\") }";
    let found: Vec<String> = variables(code).into_iter().collect();
    assert_eq!(found, ["AWS_REGION", "NO_COLOR"]);
}
