//! Decodes HTML entities: the parser hands over text and attributes as they stand in the file.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

/// Longest entity that is looked for, in bytes between `&` and `;`.
const LONGEST: usize = 12;

/// Named entities that occur in such pages, and their near relations.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("shy", '\u{ad}'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("deg", '°'),
    ("middot", '·'),
    ("bull", '•'),
    ("hellip", '…'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("euro", '€'),
    ("pound", '£'),
    ("yen", '¥'),
    ("sect", '§'),
    ("times", '×'),
    ("zwj", '\u{200d}'),
    ("zwnj", '\u{200c}'),
];

/// Decodes each entity once; what is none stays as it stands.
pub fn decode(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(LONGEST + 2).position(|byte| byte == b';');
        match end.and_then(|end| Some((one(&rest[1..end])?, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn one(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else {
        return NAMED
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, c)| *c);
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
            u32::from_str_radix(hex, 16).ok()?
        }
        None if number.bytes().all(|b| b.is_ascii_digit()) => number.parse().ok()?,
        _ => return None,
    };
    Some(match code {
        // As every browser does: these numbers mean code page 1252.
        0x80..=0x9f => {
            let byte = [u8::try_from(code).ok()?];
            WINDOWS_1252
                .decode_without_bom_handling(&byte)
                .0
                .chars()
                .next()?
        }
        0 => char::REPLACEMENT_CHARACTER,
        code => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    #[test]
    fn entities_become_characters_once() {
        for (text, expected) in [
            ("plain", "plain"),
            ("&#064;anna &#039;quoted&#039;", "@anna 'quoted'"),
            ("a &amp; b &lt;c&gt; &quot;d&quot;", "a & b <c> \"d\""),
            ("&amp;lt; stays a text", "&lt; stays a text"),
            ("&#x1F30A;&#128077;&#X2019;", "🌊👍’"),
            ("caf&nbsp;&eacute; & co", "caf\u{a0}&eacute; & co"),
            ("&#150;", "–"),
            (
                "&#0;&#xD800;&#x110000;&#4294967296;",
                "\u{fffd}\u{fffd}\u{fffd}&#4294967296;",
            ),
            ("& &; &# &#; &#x; &#xg; &amp", "& &; &# &#; &#x; &#xg; &amp"),
            ("&#+5; &&amp;", "&#+5; &&"),
            ("é&aé;", "é&aé;"),
            ("&🌊🌊🌊🌊;", "&🌊🌊🌊🌊;"),
        ] {
            assert_eq!(decode(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn escaped_text_comes_back(text in any::<String>()) {
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('@', "&#064;").replace('\'', "&#039;");
            prop_assert_eq!(decode(&escaped), text);
        }
    }
}
