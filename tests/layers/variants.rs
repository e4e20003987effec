//! Errors of the library say when they occur: each variant of a public error has a comment. What its fields hold, the message says,
//! so rustc's `missing_docs`, which asks for a comment at each field, too, is off there.

/// Returns the variants of public errors in a file that have no comment, each with its enum.
pub fn without_comment(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    let mut derives_error = false;
    while let Some(line) = lines.next() {
        if line.starts_with("#[derive(") {
            derives_error = line.contains("thiserror::Error");
        }
        let Some(name) = line
            .strip_prefix("pub enum ")
            .and_then(|rest| rest.strip_suffix(" {"))
        else {
            continue;
        };
        if !std::mem::take(&mut derives_error) {
            continue;
        }
        let mut documented = false;
        for line in lines.by_ref().take_while(|line| *line != "}") {
            let Some(own) = line.strip_prefix("    ") else {
                continue;
            };
            if own.starts_with("///") {
                documented = true;
            } else if own.starts_with(|c: char| c.is_ascii_uppercase())
                && !std::mem::take(&mut documented)
            {
                let variant: String = own.chars().take_while(|c| c.is_alphanumeric()).collect();
                found.push(format!("{name}::{variant}"));
            }
        }
    }
    found
}

#[test]
fn a_variant_without_a_comment_is_found() {
    let text = "#[derive(Debug, thiserror::Error)]\npub enum E {\n    /// When it rains.\n    #[error(\"rain\")]\n    Rain {\n        how: u8,\n    },\n    \
                #[error(\"snow\")]\n    Snow(u8),\n}\n#[derive(Debug)]\npub enum Plain {\n    One,\n}\n";
    assert_eq!(without_comment(text), ["E::Snow"]);
}
