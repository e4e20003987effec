//! Makes foreign text safe inside a page and in an address.

/// Percent-encodes a path, `/` between its parts left as it is.
pub fn address(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Returns `text` without markup and control characters. Quotes are escaped, too: it may stand in an attribute.
///
/// Characters that turn the direction of writing stay, because captions in Arabic and Hebrew need them: the page must isolate
/// the text (`<bdi>`, `dir="auto"`), or leave them out.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' => safe.push('\n'),
            c if c.is_control() => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(
            escaped("</script><a href='x' title=\"y\">&\n\u{1b}\u{0}"),
            "&lt;/script&gt;&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;\n\u{fffd}\u{fffd}"
        );
    }

    #[test]
    fn no_name_leaves_its_address() {
        assert_eq!(address("2023/a b#?\".jpg"), "2023/a%20b%23%3F%22.jpg");
        assert_eq!(address("é"), "%C3%A9");
    }

    #[test]
    fn text_of_every_script_stays() {
        let text = "שלום \u{2067}مرحبا\u{2069} 東京 👩‍👧";
        assert_eq!(escaped(text), text);
    }
}
