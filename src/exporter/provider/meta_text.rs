//! Repairs the text of Meta's JSON files, which write each byte of UTF-8 as a character of its own.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// Returns `text` with every run of mangled UTF-8 put right; other text stays as it is.
///
/// Meta writes `é` as `\u00c3\u00a9`: its UTF-8 bytes read as Latin-1. Files edited by hand mix mangled and right
/// text in one string, so each run is judged alone, and only one that is valid UTF-8 is changed.
pub fn repair(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| continuations(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut repaired = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match mangled_run(rest) {
            Some((right, bytes)) => {
                repaired.push(right);
                rest = &rest[bytes..];
            }
            None => {
                repaired.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    Cow::Owned(repaired)
}

/// Repairs every string below `value`, keys of objects too: labels stand in keys.
pub fn repair_value(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(repaired) = repair(text) {
                *text = repaired;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(repair_value),
        Value::Object(object) => {
            object.values_mut().for_each(repair_value);
            if object.keys().any(|key| !key.is_ascii()) {
                *object = repair_keys(std::mem::take(object));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn repair_keys(object: Map<String, Value>) -> Map<String, Value> {
    object
        .into_iter()
        .map(|(key, value)| (repair(&key).into_owned(), value))
        .collect()
}

/// Returns how many continuation bytes follow the lead byte this character stands for.
fn continuations(c: char) -> Option<usize> {
    match u32::from(c) {
        0xc2..=0xdf => Some(1),
        0xe0..=0xef => Some(2),
        0xf0..=0xf4 => Some(3),
        _ => None,
    }
}

/// Returns the character that the start of `text` stands for if it is mangled, and the bytes it takes there.
fn mangled_run(text: &str) -> Option<(char, usize)> {
    let mut chars = text.chars();
    let lead = chars.next()?;
    let follow = continuations(lead)?;
    let mut bytes = [0_u8; 4];
    bytes[0] = u8::try_from(u32::from(lead)).ok()?;
    for byte in &mut bytes[1..=follow] {
        let value = u8::try_from(u32::from(chars.next()?)).ok()?;
        if !(0x80..=0xbf).contains(&value) {
            return None;
        }
        *byte = value;
    }
    let right = std::str::from_utf8(&bytes[..=follow])
        .ok()?
        .chars()
        .next()?;
    // Every character of the run is in U+0080–U+00FF: two bytes of UTF-8 each.
    Some((right, 2 * (follow + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn mangle(text: &str) -> String {
        text.bytes().map(char::from).collect()
    }

    #[test]
    fn repairs_runs_and_nothing_else() {
        for (mangled, right) in [
            ("", ""),
            ("plain", "plain"),
            ("caf\u{c3}\u{a9}", "café"),
            ("\u{f0}\u{9f}\u{91}\u{8d} ok", "👍 ok"),
            // C1 controls: Latin-1, not code page 1252.
            ("\u{e2}\u{80}\u{99}", "’"),
            // Right text stays, also beside mangled text (files edited by hand).
            ("café", "café"),
            ("日本 \u{c3}\u{a9}", "日本 é"),
            ("é\u{c3}\u{a9}é", "ééé"),
            // Cut short, overlong and surrogate runs are not UTF-8.
            ("\u{c3}", "\u{c3}"),
            ("\u{e2}\u{80}", "\u{e2}\u{80}"),
            ("\u{e0}\u{80}\u{80}", "\u{e0}\u{80}\u{80}"),
            ("\u{ed}\u{a0}\u{80}", "\u{ed}\u{a0}\u{80}"),
            ("\u{f5}\u{80}\u{80}\u{80}", "\u{f5}\u{80}\u{80}\u{80}"),
            ("\u{c3}x\u{a9}", "\u{c3}x\u{a9}"),
            ("\u{c3}日", "\u{c3}日"),
        ] {
            assert_eq!(repair(mangled), right, "{mangled:?}");
        }
    }

    #[test]
    fn repairs_keys_and_nested_text() {
        let mut value = json!({
            "N\u{c3}\u{ba}mero": [{"label": "L\u{c3}\u{a9}gende", "value": 3}],
            "uri": "a.jpg", "flag": true, "none": null
        });
        repair_value(&mut value);
        assert_eq!(
            value,
            json!({"Número": [{"label": "Légende", "value": 3}], "uri": "a.jpg", "flag": true, "none": null})
        );
    }

    proptest! {
        #[test]
        fn mangled_text_comes_back(text in any::<String>()) {
            prop_assert_eq!(repair(&mangle(&text)), text.as_str());
        }

        #[test]
        fn ascii_is_never_touched(text in "[ -~\n\t]*") {
            prop_assert!(matches!(repair(&text), Cow::Borrowed(_)));
        }

        #[test]
        fn latin_1_soup_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let soup: String = bytes.into_iter().map(char::from).collect();
            let _ = repair(&soup);
        }
    }
}
