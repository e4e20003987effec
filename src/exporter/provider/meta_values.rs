//! Reads single values out of Meta's JSON: numbers that may be text, APEX, both date forms, cleaned raw records.

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Map, Value};

use model::time::When;

/// Returns a text that is not blank.
pub fn text(value: Option<&Value>) -> Option<String> {
    let text = value?.as_str()?;
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// Returns a finite number, written as a number, a text (`"2.97"`) or a ratio in text (`"399/100"`).
pub fn number(value: Option<&Value>) -> Option<f64> {
    let number = match value? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => ratio(text.trim())?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

fn ratio(text: &str) -> Option<f64> {
    match text.split_once('/') {
        Some((above, below)) => {
            let below: f64 = below.trim().parse().ok()?;
            let above: f64 = above.trim().parse().ok()?;
            (below != 0.0).then(|| above / below)
        }
        None => text.parse().ok(),
    }
}

/// Returns the instant of a count of seconds since 1970; 0 and less mean unknown, Instagram is of 2010.
pub fn instant(value: Option<&Value>) -> Option<Timestamp> {
    let seconds = match value? {
        Value::Number(number) => number.as_i64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (seconds > 0).then(|| Timestamp::from_second(seconds).ok())?
}

/// Converts an aperture in APEX to an f-number: f = 2^(A/2). 0 means unknown.
pub fn f_number(apex: f64) -> Option<f64> {
    let plausible = apex > 0.0 && apex <= 20.0;
    // Two decimals hide the last bit of `exp2`, which differs between systems.
    plausible.then(|| ((apex / 2.0).exp2() * 100.0).round() / 100.0)
}

/// Converts a shutter speed in APEX to seconds: t = 2^(−T). 0 means unknown.
pub fn exposure_s(apex: f64) -> Option<f64> {
    let plausible = apex != 0.0 && apex.abs() <= 20.0;
    plausible.then(|| six_digits((-apex).exp2()))?
}

/// Rounds to six significant digits: the last bit of `exp2` differs between systems, libraries must not.
fn six_digits(value: f64) -> Option<f64> {
    format!("{value:.5e}").parse().ok()
}

/// Reads `date_time_original`.
///
/// Photos: `2024:05:02 22:47:28`, the camera's wall clock. Videos: `20240502T224728.000Z`, UTC. 1904 is the zero of QuickTime
/// and 1970 that of Unix, so neither year's first second is a date.
pub fn capture_time(text: &str) -> Option<When> {
    let text = text.trim();
    let (local, is_utc) = match text.strip_suffix('Z') {
        Some(compact) if compact.as_bytes().get(8) == Some(&b'T') => (
            DateTime::strptime("%Y%m%dT%H%M%S", compact.split('.').next()?).ok()?,
            true,
        ),
        _ => (
            DateTime::strptime("%Y:%m:%d %H:%M:%S", text.get(..19)?).ok()?,
            false,
        ),
    };
    let zero = matches!(
        (local.year(), local.month(), local.day()),
        (1904 | 1970, 1, 1)
    ) && local.hour() == 0
        && local.minute() == 0;
    if zero || local.year() < 1826 {
        return None;
    }
    match is_utc {
        true => Some(When::utc(jiff::tz::Offset::UTC.to_timestamp(local).ok()?)),
        false => Some(When::wall(local)),
    }
}

/// Says whether a date is in the form videos have; the same one on many items is a template's, not theirs.
pub fn is_video_date(text: &str) -> bool {
    text.trim().ends_with('Z')
}

/// Keys whose values must not be kept: signed addresses that let anyone fetch the file, and network addresses.
const SECRETS: &[&str] = &["backup_uri", "upload_ip", "ip_address", "IP Address"];

/// Parts of host names of Meta's signed addresses.
const SIGNED_HOSTS: &[&str] = &["fbcdn.net", "cdninstagram.com", "fbsbx.com"];

/// Takes secrets and signed addresses out of a record before it is kept.
pub fn clean(value: &mut Value) {
    match value {
        Value::Array(values) => {
            values.retain(|value| !is_secret(value));
            values.iter_mut().for_each(clean);
        }
        Value::Object(object) => {
            object.retain(|key, value| !SECRETS.contains(&key.as_str()) && !is_secret(value));
            object.values_mut().for_each(clean);
        }
        _ => {}
    }
}

fn is_secret(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| is_signed(text) || is_ip_address(text))
}

fn is_signed(text: &str) -> bool {
    text.starts_with("http") && SIGNED_HOSTS.iter().any(|host| text.contains(host))
}

/// Says whether a text is an address a photo was uploaded from, alone or after a label (`Upload IP address: 192.0.2.1`), in
/// whatever language and markup.
pub fn is_ip_address(text: &str) -> bool {
    let text = text.trim();
    let is_address = |text: &str| text.trim().parse::<IpAddr>().is_ok();
    let is_after = |separator: &str| {
        text.split_once(separator)
            .is_some_and(|(_, rest)| is_address(rest))
    };
    is_address(text) || [": ", ":", "："].into_iter().any(is_after)
}

/// Joins one medium and the keys of its post to the raw record that is kept.
pub fn raw_record(medium: &Value, post: &Map<String, Value>) -> Value {
    raw_record_of(medium.clone(), post)
}

/// The same of a medium that is not needed any more: a post may have very many.
pub fn raw_record_of(medium: Value, post: &Map<String, Value>) -> Value {
    let mut raw = Map::new();
    raw.insert("media".to_owned(), medium);
    if !post.is_empty() {
        raw.insert("post".to_owned(), Value::Object(post.clone()));
    }
    let mut raw = Value::Object(raw);
    clean(&mut raw);
    raw
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;
    use serde_json::json;

    #[test]
    fn numbers_come_in_three_forms() {
        for (value, expected) in [
            (json!(160), Some(160.0)),
            (json!("2.97"), Some(2.97)),
            (json!("399/100"), Some(3.99)),
            (json!("1/0"), None),
            (json!("NaN"), None),
            (json!("f/2"), None),
            (json!(""), None),
            (json!(null), None),
        ] {
            assert_eq!(number(Some(&value)), expected, "{value}");
        }
    }

    #[test]
    fn apex_becomes_what_cameras_show() {
        assert_eq!(f_number(1.6960), Some(1.8));
        assert_eq!(f_number(2.97), Some(2.8));
        assert_eq!(f_number(0.0), None);
        assert_eq!(exposure_s(5.8855).map(|t| (1.0 / t).round()), Some(59.0));
        assert_eq!(exposure_s(-1.0), Some(2.0));
        assert_eq!(exposure_s(0.0), None);
        assert_eq!(exposure_s(5e9), None);
    }

    #[test]
    fn both_date_forms_are_read_and_zeros_are_not() {
        let wall = When::wall(datetime(2024, 5, 2, 22, 47, 28, 0));
        let utc = "2024-05-02T22:47:28Z".parse().map(When::utc).ok();
        for (text, expected) in [
            ("2024:05:02 22:47:28", Some(wall)),
            (" 2024:05:02 22:47:28 ", Some(wall)),
            ("20240502T224728.000Z", utc),
            ("20240502T224728Z", utc),
            ("19040101T000000.000Z", None),
            ("1970:01:01 00:00:00", None),
            ("0000:00:00 00:00:00", None),
            ("2024:13:02 22:47:28", None),
            ("2024:02:30 22:47:28", None),
            ("yesterday", None),
            ("é024:05:02 22:47:2", None),
            ("", None),
        ] {
            assert_eq!(capture_time(text), expected, "{text}");
        }
    }

    #[test]
    fn instants_are_positive_seconds() {
        let known = Timestamp::from_second(1_715_560_000).ok();
        for (value, expected) in [
            (json!(1_715_560_000), known),
            (json!("1715560000"), known),
            (json!(0), None),
            (json!(-5), None),
            (json!(i64::MAX), None),
            (json!(1.5), None),
        ] {
            assert_eq!(instant(Some(&value)), expected, "{value}");
        }
    }

    #[test]
    fn network_addresses_are_known_in_any_markup() {
        for (text, expected) in [
            ("192.0.2.1", true),
            (" 2001:db8::1 ", true),
            ("Upload IP address: 192.0.2.1", true),
            ("上傳 IP 位址:192.0.2.1", true),
            ("Ratio 16:9", false),
            ("12:30:45", false),
            ("v 17.5.1", false),
            ("my router is 192.0.2.1 and yours", false),
            ("", false),
        ] {
            assert_eq!(is_ip_address(text), expected, "{text}");
        }
    }

    #[test]
    fn secrets_leave_the_raw_record() {
        let medium = json!({
            "uri": "a.jpg", "backup_uri": "https://x/y",
            "media_metadata": {"exif_data": [{"upload_ip": "192.0.2.1", "iso": 1}]},
            "list": ["https://scontent.fbcdn.net/v/a?oh=secret", "kept"],
            "link": "https://scontent.cdninstagram.com/v/a?oh=secret",
            "website": "https://example.org",
            "lines": ["Upload IP address: 192.0.2.1", "Dirección IP：2001:db8::1", "2001:db8::7"],
            "string_map_data": {"Adresse": {"value": "192.0.2.7"}}
        });
        let mut post = Map::new();
        post.insert("title".to_owned(), json!("T"));
        assert_eq!(
            raw_record(&medium, &post),
            json!({
                "media": {
                    "uri": "a.jpg", "media_metadata": {"exif_data": [{"iso": 1}]},
                    "list": ["kept"], "website": "https://example.org", "lines": [], "string_map_data": {"Adresse": {}}
                },
                "post": {"title": "T"}
            })
        );
    }
}
