//! Streams the elements of a JSON record file one by one, so that a file of 50 MB costs the memory of one post.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use model::shown::shown;

use super::bounded_json::{Bounded, Budget};

/// Calls `each` for every element of the list a record file holds, with the root key it stands under (`""` in a bare list).
///
/// Meta writes a bare list, a list under a root key (`is_root` says which keys are), or one bare object
/// in place of a list of one. The elements before a syntax error are given before the error is returned.
pub fn read_elements(
    bytes: &mut [u8],
    is_root: fn(&str) -> bool,
    each: &mut dyn FnMut(&str, Value),
) -> Result<(), serde_json::Error> {
    // Files that were opened and saved by an editor on Windows begin with a byte order mark.
    let start = if bytes.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    let bytes = &mut bytes[start..];
    mend_half_characters(bytes);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    Document { is_root, each }.deserialize(&mut deserializer)?;
    deserializer.end()
}

/// Replaces `\ud83d` without its other half by `\ufffd`, and never changes a length, so that errors name the right column.
///
/// A text cut in the middle of an emoji leaves half of a surrogate pair, which no strict reader accepts: one caption
/// would cost a whole file.
fn mend_half_characters(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == b'\\') {
        at += found;
        let step = match (surrogate(bytes, at), surrogate(bytes, at + 6)) {
            (Some(Half::High), Some(Half::Low)) => 12,
            (Some(_), _) => {
                bytes[at + 2..at + 6].copy_from_slice(b"fffd");
                6
            }
            (None, _) => 2,
        };
        at = (at + step).min(bytes.len());
    }
}

enum Half {
    High,
    Low,
}

/// Returns which half of a surrogate pair is escaped at this place, if any.
fn surrogate(bytes: &[u8], at: usize) -> Option<Half> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok()?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xd800..=0xdbff => Some(Half::High),
        0xdc00..=0xdfff => Some(Half::Low),
        _ => None,
    }
}

struct Document<'a> {
    is_root: fn(&str) -> bool,
    each: &'a mut dyn FnMut(&str, Value),
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        List {
            key: "",
            each: self.each,
        }
        .visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut bare = Map::new();
        let budget = Budget::default();
        while let Some(key) = map.next_key::<String>()? {
            if (self.is_root)(&key) {
                map.next_value_seed(List {
                    key: &key,
                    each: self.each,
                })?;
            } else {
                bare.insert(key, map.next_value_seed(Bounded(&budget))?);
            }
        }
        if !bare.is_empty() {
            (self.each)("", Value::Object(bare));
        }
        Ok(())
    }
}

struct List<'a> {
    key: &'a str,
    each: &'a mut dyn FnMut(&str, Value),
}

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, an object or null")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element_seed(Bounded(&Budget::default()))? {
            (self.each)(self.key, element);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let element = Bounded(&Budget::default()).visit_map(map)?;
        (self.each)(self.key, element);
        Ok(())
    }

    // A key that holds a single value holds no elements: `null`, a version, a title.
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

/// Returns the elements of a value that is a list, or one bare object in place of a list of one.
pub fn as_list(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(values)) => values,
        Some(object @ Value::Object(_)) => std::slice::from_ref(object),
        _ => &[],
    }
}

/// Words for a record file that is not valid JSON; what stands before the fault has been read.
pub fn broken(error: &serde_json::Error, records: usize) -> String {
    let error = shown(&error.to_string());
    match records {
        0 => format!("broken JSON: {error}"),
        _ => format!("broken JSON: {error}; {records} records before it were read"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(String, String)>, bool) {
        let mut seen = Vec::new();
        let is_root = |key: &str| key.starts_with("ig_");
        let result = read_elements(
            &mut text.as_bytes().to_vec(),
            is_root,
            &mut |key, element| {
                seen.push((key.to_owned(), element.to_string()));
            },
        );
        (seen, result.is_ok())
    }

    #[test]
    fn every_container_gives_its_elements() {
        for (text, elements) in [
            ("[]", vec![]),
            ("{}", vec![]),
            ("[1,{}]", vec![("", "1"), ("", "{}")]),
            ("\u{feff}[2]", vec![("", "2")]),
            (
                r#"{"ig_a":[{"x":1},2]}"#,
                vec![("ig_a", r#"{"x":1}"#), ("ig_a", "2")],
            ),
            (r#"{"ig_a":{"x":1}}"#, vec![("ig_a", r#"{"x":1}"#)]),
            (
                r#"{"ig_a":null,"ig_b":[3],"ig_c":"text","ig_d":1.5,"ig_e":true,"ig_f":-1,"ig_g":2}"#,
                vec![("ig_b", "3")],
            ),
            (
                r#"{"uri":"a","ig_a":[4]}"#,
                vec![("ig_a", "4"), ("", r#"{"uri":"a"}"#)],
            ),
        ] {
            let elements: Vec<(String, String)> = elements
                .into_iter()
                .map(|(key, element)| (key.to_owned(), element.to_owned()))
                .collect();
            assert_eq!(read(text), (elements, true), "{text}");
        }
    }

    #[test]
    fn what_stands_before_an_error_is_given() {
        for (text, whole) in [
            (r#"[{"a":1},{"b""#, 1),
            ("[1,2,x]", 2),
            ("[1] trailing", 1),
            ("", 0),
            ("3", 0),
            (r#"{"ig_a":[1],"ig_b":tru}"#, 1),
        ] {
            let (elements, fine) = read(text);
            assert_eq!((elements.len(), fine), (whole, false), "{text}");
        }
    }

    #[test]
    fn half_characters_cost_no_file() {
        for (text, expected) in [
            (r#"["\ud83d\udc4d"]"#, "👍"),
            (r#"["a\ud83d"]"#, "a\u{fffd}"),
            (r#"["\uD83Dx\uDC4D"]"#, "\u{fffd}x\u{fffd}"),
            (r#"["\ud83d\ud83d\udc4d"]"#, "\u{fffd}👍"),
            (r#"["\\ud83d"]"#, r"\ud83d"),
            (r#"["\u00e9\n"]"#, "é\n"),
        ] {
            let (elements, fine) = read(text);
            let quoted = serde_json::to_string(expected).unwrap();
            assert_eq!(
                (elements, fine),
                (vec![(String::new(), quoted)], true),
                "{text}"
            );
        }
        for cut in [r#"["\ud8"#, r#"["\"#, "[\"\\ué", r#"["\u"#] {
            assert!(!read(cut).1, "{cut}");
        }
    }

    #[test]
    fn one_object_stands_for_a_list_of_one() {
        let object = serde_json::json!({"uri": "a"});
        assert_eq!(as_list(Some(&object)).len(), 1);
        assert_eq!(as_list(Some(&serde_json::json!([1, 2]))).len(), 2);
        assert!(as_list(Some(&serde_json::json!("text"))).is_empty());
        assert!(as_list(None).is_empty());
    }
}
