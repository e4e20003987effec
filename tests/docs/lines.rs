//! Lines of documents are short, so that a change shows in a diff as what it is.

use std::fs;

use super::documents;

/// Characters a line may have.
const MOST: usize = 119;

/// Returns the numbers of lines of prose that are too long. Tables, code and generated lines cannot be broken.
fn too_long(text: &str) -> Vec<usize> {
    let mut code = false;
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            code = !code;
            continue;
        }
        let breakable = !code && !line.trim_start().starts_with('|') && line.trim().contains(' ');
        if breakable && line.chars().count() > MOST {
            found.push(index + 1);
        }
    }
    found
}

#[test]
fn lines_of_documents_are_short() {
    let mut found = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).expect("readable");
        for line in too_long(&text) {
            found.push(format!("{}:{line}", document.display()));
        }
    }
    assert!(
        found.is_empty(),
        "longer than {MOST} characters:\n{}",
        found.join("\n")
    );
}

#[test]
fn tables_code_and_addresses_may_be_long() {
    let long = "x ".repeat(70);
    let text = format!("{long}\n| {long} |\n```text\n{long}\n```\n{long}\nshort\n");
    assert_eq!(too_long(&text), [1, 6]);
    assert_eq!(too_long(&"x".repeat(200)), [0_usize; 0]);
}
