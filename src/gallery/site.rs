//! The code of the pages: files of our own, the same in every gallery.

use sha2::{Digest, Sha256};

use model::content_hash::ContentHash;

/// Name in the gallery's folder, and text.
pub(crate) const FILES: [(&str, &str); 12] = [
    ("index.html", include_str!("site/index.html")),
    ("site/style.css", include_str!("site/style.css")),
    ("site/data.js", include_str!("site/data.js")),
    ("site/words.js", include_str!("site/words.js")),
    ("site/sequence.js", include_str!("site/sequence.js")),
    ("site/grid.js", include_str!("site/grid.js")),
    ("site/scrubber.js", include_str!("site/scrubber.js")),
    ("site/zoom.js", include_str!("site/zoom.js")),
    ("site/viewer.js", include_str!("site/viewer.js")),
    ("site/map.js", include_str!("site/map.js")),
    ("site/main.js", include_str!("site/main.js")),
    ("site/land.js", include_str!("site/land.js")),
];

/// Returns a digest of them all: another one means that a gallery is to be written again.
pub(crate) fn digest() -> ContentHash {
    let mut hasher = Sha256::new();
    for (name, text) in FILES {
        hasher.update((name.len() as u64).to_le_bytes());
        hasher.update(name);
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    }
    ContentHash(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_each_of_its_files() {
        let (_, index) = FILES[0];
        for (name, _) in &FILES[1..] {
            // The outlines of the land are asked for by the map.
            assert!(index.contains(name) || name.ends_with("land.js"), "{name}");
        }
    }

    #[test]
    fn the_code_asks_nobody_for_anything() {
        for (name, text) in FILES {
            for word in [
                "http:",
                "https:",
                "//cdn",
                "@import",
                "eval(",
                "innerHTML",
                "fetch(",
            ] {
                let allowed = text.replace("http://www.w3.org/2000/svg", "");
                assert!(!allowed.contains(word), "{name}: {word}");
            }
        }
    }

    #[test]
    fn the_policy_lets_nothing_in_from_outside() {
        let (_, index) = FILES[0];
        assert!(index.contains("default-src 'none'"));
        assert!(!index.contains("unsafe"));
    }
}
