//! Lists of files with their hashes, in the form `sha256sum -c` reads.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use model::content_hash::ContentHash;
use model::library_path::LibraryPath;

/// Name of the list of originals and companions.
pub const ORIGINALS: &str = "SHA256SUMS";

/// Name of the list of sidecars and `albums.json`, which change over time.
pub const METADATA: &str = "SHA256SUMS.metadata";

/// A line that is not of GNU's form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not a hash and a path")]
pub struct ManifestError {
    /// Number of the line, from 1.
    pub line: usize,
}

/// Returns the text of a manifest, sorted by path.
pub fn render(files: impl IntoIterator<Item = (LibraryPath, ContentHash)>) -> String {
    let files: BTreeMap<LibraryPath, ContentHash> = files.into_iter().collect();
    // Each line is a hash of 64 digits, two blanks, the path and its end.
    let length = files.keys().map(|path| path.as_str().len() + 67).sum();
    let mut text = String::with_capacity(length);
    for (path, hash) in files {
        let (mark, path) = escaped(path.as_str());
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{mark}{hash}  {path}");
    }
    text
}

/// Reads a manifest, ours or one `sha256sum` wrote.
pub fn parse(text: &str) -> Result<BTreeMap<LibraryPath, ContentHash>, ManifestError> {
    let lines = text
        .split('\n')
        .enumerate()
        .filter(|(_, line)| !line.is_empty());
    lines
        .map(|(index, line)| parse_line(line).ok_or(ManifestError { line: index + 1 }))
        .collect()
}

/// GNU marks a line whose name needs escapes with a backslash at its very start.
fn escaped(path: &str) -> (&'static str, Cow<'_, str>) {
    if !path.contains(['\\', '\n', '\r']) {
        return ("", path.into());
    }
    (
        "\\",
        path.replace('\\', "\\\\")
            .replace('\n', "\\n")
            .replace('\r', "\\r")
            .into(),
    )
}

fn parse_line(line: &str) -> Option<(LibraryPath, ContentHash)> {
    let (is_escaped, line) = line
        .strip_prefix('\\')
        .map_or((false, line), |rest| (true, rest));
    let (hash, path) = line.split_at_checked(64)?;
    // Two spaces, or a space and a star for what `sha256sum -b` wrote.
    let path = path
        .strip_prefix("  ")
        .or_else(|| path.strip_prefix(" *"))?;
    let path = if is_escaped {
        unescaped(path)?
    } else {
        path.to_owned()
    };
    Some((
        LibraryPath::parse(path.strip_prefix("./").unwrap_or(&path))?,
        hash.parse().ok()?,
    ))
}

fn unescaped(path: &str) -> Option<String> {
    let mut out = String::with_capacity(path.len());
    let mut chars = path.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next()? {
                'n' => '\n',
                'r' => '\r',
                '\\' => '\\',
                _ => return None,
            },
            c => c,
        });
    }
    Some(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use disk::digest::hash_file;
    use std::fs;

    const ODD: [&str; 6] = [
        "2023/07/a b.jpg",
        "undated/é 😀.jpg",
        "u/two\nlines.jpg",
        "u/cr\r.jpg",
        "u/ lead",
        "u/*star",
    ];

    fn path(text: &str) -> LibraryPath {
        LibraryPath::parse(text).unwrap()
    }

    #[test]
    fn lines_are_sorted_and_end_in_a_line_feed() {
        let hash = |byte| ContentHash([byte; 32]);
        let text = render([
            (path("b"), hash(1)),
            (path("a/c"), hash(2)),
            (path("a"), hash(3)),
        ]);
        let expected = [(3, "a"), (2, "a/c"), (1, "b")]
            .map(|(byte, path)| format!("{}  {path}\n", hash(byte)));
        assert_eq!(text, expected.concat());
        assert_eq!(render([]), "");
    }

    #[test]
    fn odd_names_come_back() {
        let files = || ODD.iter().map(|name| (path(name), ContentHash([7; 32])));
        assert_eq!(parse(&render(files())).unwrap(), files().collect());
    }

    #[test]
    fn lines_of_other_writers_and_damaged_ones() {
        let hash = ContentHash([7; 32]);
        let parsed = parse(&format!("{hash} *./a.jpg\n\n{hash}  b.jpg")).unwrap();
        assert_eq!(
            parsed.into_keys().collect::<Vec<_>>(),
            [path("a.jpg"), path("b.jpg")]
        );
        for line in [
            "nonsense",
            &format!("{hash} a"),
            &format!("{hash}  ../a"),
            &format!("\\{hash}  a\\x"),
        ] {
            assert_eq!(
                parse(&format!("{hash}  ok\n{line}\n")),
                Err(ManifestError { line: 2 }),
                "{line}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn sha256sum_agrees_even_with_odd_names() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = Vec::new();
        for name in ODD {
            let file = path(name).on_disk(folder.path());
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, name).unwrap();
            files.push((path(name), hash_file(&file).unwrap()));
        }
        fs::write(folder.path().join(ORIGINALS), render(files)).unwrap();
        let script = format!(
            "cd '{}' && sha256sum -c --strict {ORIGINALS}",
            folder.path().display()
        );
        let check = || testkit::outside::run("sh", ["-c", &script]);
        let Some(output) = check() else {
            return;
        };
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        fs::write(path(ODD[0]).on_disk(folder.path()), "changed").unwrap();
        assert!(!check().unwrap().status.success());
    }
}
