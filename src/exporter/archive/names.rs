//! Decodes entry names that need not be UTF-8.

use encoding_rs::Encoding;

/// Upper half of code page 437, the encoding of zip names that carry no flag.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// Says whether `label` names an encoding that names can be decoded with.
pub fn is_known_encoding(label: &str) -> bool {
    Encoding::for_label(label.as_bytes()).is_some()
}

/// Decodes a name: UTF-8 where it is valid, else the encoding `label` names, else code page 437.
///
/// Valid UTF-8 wins even without the flag: most packers that forget the flag write UTF-8, and a text of
/// another encoding is almost never valid UTF-8 by chance.
pub(super) fn decode(raw: &[u8], label: Option<&str>) -> String {
    if let Ok(text) = std::str::from_utf8(raw) {
        return text.to_owned();
    }
    if let Some(encoding) = label.and_then(|label| Encoding::for_label(label.as_bytes())) {
        let (text, broken) = encoding.decode_without_bom_handling(raw);
        if !broken {
            return text.into_owned();
        }
    }
    from_cp437(raw)
}

fn from_cp437(raw: &[u8]) -> String {
    let upper: Vec<char> = CP437.chars().collect();
    raw.iter()
        .map(|byte| match byte.checked_sub(128) {
            Some(at) => upper[usize::from(at)],
            None => char::from(*byte),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_by_what_the_bytes_are() {
        assert_eq!(CP437.chars().count(), 128);
        for (raw, label, text) in [
            (&b"a.jpg"[..], None, "a.jpg"),
            ("é.jpg".as_bytes(), None, "é.jpg"),
            ("é.jpg".as_bytes(), Some("shift_jis"), "é.jpg"),
            (b"\x82.jpg", None, "é.jpg"),
            (b"\xe1.jpg", None, "ß.jpg"),
            (b"\xff", None, "\u{a0}"),
            (b"\x93\xfa\x96\x7b.jpg", Some("shift_jis"), "日本.jpg"),
            (b"\xd6\xd0.jpg", Some("gbk"), "中.jpg"),
            (b"\x81", Some("shift_jis"), "ü"),
            (b"\x82", Some("no such encoding"), "é"),
        ] {
            assert_eq!(decode(raw, label), text);
        }
        assert!(is_known_encoding("gbk") && !is_known_encoding("no such encoding"));
    }
}
