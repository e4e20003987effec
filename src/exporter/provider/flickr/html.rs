//! Turns the little HTML of descriptions and comments, and the entities of titles, into plain text.

use crate::entities::decode;

/// Decodes the entities of a text that is no HTML: titles and tags may hold a `<` of their own.
pub(crate) fn words(text: &str) -> String {
    decode(text).trim().to_owned()
}

/// Takes tags off and decodes entities once. A `<` that begins no tag stays as it is.
pub(crate) fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&decode(&rest[..at]));
        rest = &rest[at..];
        match tag_end(rest) {
            Some(end) => {
                if breaks_line(&rest[1..end]) {
                    out.push('\n');
                }
                rest = &rest[end + 1..];
            }
            None => {
                out.push('<');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(&decode(rest));
    out.trim().to_owned()
}

/// Returns where the tag ends that a text begins with.
fn tag_end(text: &str) -> Option<usize> {
    let inner = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    inner
        .starts_with(|c: char| c.is_ascii_alphabetic())
        .then(|| text.find('>'))?
}

fn breaks_line(tag: &str) -> bool {
    let name = tag.trim_end_matches('/').trim();
    name.eq_ignore_ascii_case("br") || name.eq_ignore_ascii_case("/p")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_words_stay() {
        for (html, text) in [
            ("<b>Rome</b> &amp; more", "Rome & more"),
            (
                "see <a href=\"https://x.example/?a=1&amp;b\">here</a>",
                "see here",
            ),
            ("one<br />two<BR>three", "one\ntwo\nthree"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
            ("a <b unclosed", "a <b unclosed"),
            ("é<i>ü</i>", "éü"),
            ("", ""),
            ("<", "<"),
        ] {
            assert_eq!(plain(html), text, "{html}");
        }
        assert_eq!(words(" a <b> &amp; c "), "a <b> & c");
    }
}
