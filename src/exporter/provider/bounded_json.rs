//! Reads JSON values that may take only so much memory: a byte of text can become a value of seventy.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Values one record may hold; real ones hold some hundreds. With their keys they take about 100 MB.
pub const MOST_VALUES: u32 = 1_000_000;

/// How many values may still be read.
pub struct Budget(Cell<u32>);

impl Default for Budget {
    fn default() -> Self {
        Self(Cell::new(MOST_VALUES))
    }
}

impl Budget {
    fn spend<E: Error>(&self) -> Result<(), E> {
        let left = self.0.get().checked_sub(1);
        self.0.set(
            left.ok_or_else(|| E::custom(format!("one record of more than {MOST_VALUES} values")))?,
        );
        Ok(())
    }
}

/// Reads a text that is one value, behind a byte order mark or none: some packers write one.
///
/// # Errors
/// Fails if it is no JSON, or more values than one record may hold.
pub fn from_slice(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Bounded(&Budget::default()).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Reads one value out of a budget.
pub struct Bounded<'a>(pub &'a Budget);

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.0.spend()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(Bounded(self.0))? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            object.insert(key, map.next_value_seed(Bounded(self.0))?);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Value, serde_json::Error> {
        from_slice(text.as_bytes())
    }

    #[test]
    fn what_is_read_is_what_stands_there() {
        let text =
            r#"{"a":[1,-2,2.5,true,null,"é\u0000",{"b":{}}],"c":18446744073709551615,"a2":[]}"#;
        assert_eq!(
            read(text).unwrap(),
            serde_json::from_str::<Value>(text).unwrap()
        );
        assert!(read("[1,").is_err() && read("1 2").is_err());
    }

    #[test]
    fn a_record_of_too_many_values_is_refused() {
        let list = |count: u32| format!("[{}0]", "0,".repeat(count as usize - 1));
        assert!(read(&list(MOST_VALUES - 1)).is_ok());
        let error = read(&list(MOST_VALUES)).unwrap_err().to_string();
        assert!(
            error.starts_with("one record of more than 1000000 values"),
            "{error}"
        );
    }
}
