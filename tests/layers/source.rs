//! Reads Rust source as far as the layer test needs: without comments, texts and test code.

/// Returns the source with comments and the contents of texts taken out. Line breaks stay.
pub fn code_only(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let skipped = skipped_length(rest, code.chars().next_back());
        if skipped == 0 {
            code.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let (gone, after) = rest.split_at(skipped);
        if !gone.starts_with('/') {
            code.push_str("\"\"");
        }
        code.extend(gone.matches('\n'));
        rest = after;
    }
    code
}

/// Returns the length of the comment or text that begins here, or 0.
fn skipped_length(rest: &str, before: Option<char>) -> usize {
    let inside_name = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    if let Some(length) = raw_text(rest).filter(|_| !inside_name) {
        return length;
    }
    if let Some(body) = rest.strip_prefix('"') {
        return 1 + closing(body, '"');
    }
    if rest.starts_with('\'') {
        character(rest)
    } else {
        0
    }
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let bytes = rest.as_bytes();
    let mut at = 0;
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn raw_text(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    let body = body[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let start = rest.len() - body.len();
    Some(
        body.find(&end)
            .map_or(rest.len(), |at| start + at + end.len()),
    )
}

/// Returns the length up to and with the closing quote.
fn closing(body: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    body.len()
}

/// Returns the length of a character literal; 0 for a lifetime.
fn character(rest: &str) -> usize {
    let body = &rest[1..];
    if body.starts_with('\\') {
        return 1 + closing(body, '\'');
    }
    let Some(c) = body.chars().next() else {
        return 0;
    };
    if body[c.len_utf8()..].starts_with('\'') {
        2 + c.len_utf8()
    } else {
        0
    }
}

/// Returns code (from [`code_only`]) without the items marked `#[cfg(test)]`.
pub fn without_tests(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        kept.push_str(&rest[..at]);
        let item = &rest[at..];
        rest = &item[item_length(item)..];
    }
    kept + rest
}

/// Returns the length of an item: to its closing brace, or to its semicolon.
fn item_length(item: &str) -> usize {
    let mut depth = 0;
    for (at, c) in item.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    item.len()
}

/// Returns whether `word` stands in code as a word of its own.
pub fn has_word(code: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    let word_begins = word.chars().next().is_some_and(part_of_name);
    let word_ends = word.chars().next_back().is_some_and(part_of_name);
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back().is_some_and(part_of_name);
        let after = code[at + word.len()..]
            .chars()
            .next()
            .is_some_and(part_of_name);
        !((word_begins && before) || (word_ends && after))
    })
}

/// Returns the modules declared without a body (`mod name;`), each with the inline modules it stands in.
pub fn declared_modules(code: &str) -> Vec<Vec<String>> {
    let mut found = vec![];
    let mut open: Vec<Option<String>> = vec![];
    let mut words: Vec<&str> = vec![];
    let spaced = code
        .replace('{', " { ")
        .replace('}', " } ")
        .replace(';', " ; ");
    for token in spaced.split_whitespace() {
        let named = match words.as_slice() {
            [.., "mod", name] => Some((*name).to_owned()),
            _ => None,
        };
        match (token, named) {
            ("{", name) => open.push(name),
            ("}", _) => drop(open.pop()),
            (";", Some(name)) => found.push(open.iter().flatten().cloned().chain([name]).collect()),
            _ => {
                words.push(token);
                continue;
            }
        }
        words.clear();
    }
    found
}

#[test]
fn comments_and_texts_are_no_code() {
    for (source, code) in [
        ("a // println!\nb", "a \nb"),
        ("a /* x /* y */ z */ b", "a  b"),
        ("f(\"println!\\\" // \")", "f(\"\")"),
        (
            "f(r#\"a \" b\"#, 'x', '\\'', '\"')",
            "f(\"\", \"\", \"\", \"\")",
        ),
        ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
        ("for\"x\"", "for\"\""),
    ] {
        assert_eq!(code_only(source), code, "{source}");
    }
    assert_eq!(code_only("\"a\nb\" c").lines().count(), 2);
}

#[test]
fn test_code_is_taken_out() {
    let code = "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { c } }\nfn d() {}\n#[cfg(test)]\n#[path = \"\"]\nmod e;\nfn f() {}";
    let kept = without_tests(code);
    assert!(
        kept.contains("fn a") && kept.contains("fn d") && kept.contains("fn f"),
        "{kept}"
    );
    assert!(!kept.contains("fn b") && !kept.contains("mod e"), "{kept}");
}

#[test]
fn words_are_whole() {
    assert!(has_word("x.unwrap() ;", ".unwrap()") && !has_word("x.unwrap_or(y)", ".unwrap()"));
    assert!(has_word("unsafe {", "unsafe") && !has_word("unsafe_code", "unsafe"));
}

#[test]
fn modules_are_found_in_inline_modules_too() {
    let code = "pub mod a; mod b { mod c; fn d() { e; } } mod f;";
    assert_eq!(
        declared_modules(code),
        [vec!["a"], vec!["b", "c"], vec!["f"]]
    );
}
