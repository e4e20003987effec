//! Turns one media object of Instagram's JSON into facts: times, device, position, whose picture it is.

use serde_json::{Map, Value};

use crate::classify::{is_subtitles, item_key};
use crate::instagram::elements::as_list;
use crate::instagram::values::{
    capture_time, exposure_s, f_number, instant, is_video_date, number, text,
};
use model::kind::CompanionRole;
use model::record::{CompanionRef, Device, DeviceFacts, Location, RecordFacts};
use model::time::When;

/// `source_type` of pictures taken with a camera at the moment of posting. The number was seen on such
/// pictures, too.
const CAMERA_SOURCES: &[&str] = &["camera", "ANDROID_ADVANCED_CAMERA", "3"];

/// Returns the path of a medium, if the object names one.
pub(crate) fn uri_of(medium: &Value) -> Option<&str> {
    medium
        .get("uri")?
        .as_str()
        .filter(|uri| !uri.trim().is_empty())
}

/// Returns the stable key of the medium the object names.
pub(crate) fn key_of(medium: &Value) -> Option<String> {
    uri_of(medium).map(item_key)
}

/// Returns what the medium's own object claims, without caption. `is_template` says of a video date that too many posts share it.
pub(crate) fn facts_of(medium: &Value, is_template: &dyn Fn(&str) -> bool) -> RecordFacts {
    let exif = exif_of(medium);
    let source = source_type(&exif);
    RecordFacts {
        taken_at: taken_at(&exif, is_template),
        posted_at: posted_at(medium),
        taken_while_posting: CAMERA_SOURCES.contains(&source.as_str()),
        by_someone_else: source.ends_with("_reshare"),
        location: location(&exif),
        device: device(&exif),
        ..RecordFacts::default()
    }
}

/// Returns when a medium or post was published.
pub(crate) fn posted_at(object: &Value) -> Option<When> {
    instant(object.get("creation_timestamp")).map(When::utc)
}

/// Joins the `exif_data` objects of photo and video; at most one of them holds anything in archives seen.
pub(crate) fn exif_of(medium: &Value) -> Map<String, Value> {
    let metadata = medium.get("media_metadata");
    let mut joined = Map::new();
    for block in ["photo_metadata", "video_metadata"] {
        let data = metadata
            .and_then(|metadata| metadata.get(block))
            .and_then(|block| block.get("exif_data"));
        for object in as_list(data).iter().filter_map(Value::as_object) {
            for (key, value) in object {
                joined.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    joined
}

/// Returns the video date of a medium as it is written, to be counted over a whole file.
pub(crate) fn video_date(medium: &Value) -> Option<String> {
    date_texts(&exif_of(medium))
        .into_iter()
        .find(|date| is_video_date(date))
}

fn date_texts(exif: &Map<String, Value>) -> Vec<String> {
    ["date_time_original", "date_time_digitized"]
        .iter()
        .filter_map(|key| text(exif.get(*key)))
        .collect()
}

fn taken_at(exif: &Map<String, Value>, is_template: &dyn Fn(&str) -> bool) -> Option<When> {
    date_texts(exif)
        .iter()
        .filter(|date| !(is_video_date(date) && is_template(date)))
        .find_map(|date| capture_time(date))
}

fn source_type(exif: &Map<String, Value>) -> String {
    match exif.get("source_type") {
        Some(Value::String(source)) => source.trim().to_owned(),
        Some(Value::Number(source)) => source.to_string(),
        _ => String::new(),
    }
}

fn location(exif: &Map<String, Value>) -> Option<Location> {
    Location::new(
        number(exif.get("latitude"))?,
        number(exif.get("longitude"))?,
    )
}

fn device(exif: &Map<String, Value>) -> Device {
    let positive = |key: &str| number(exif.get(key)).filter(|value| *value > 0.0);
    let facts = DeviceFacts {
        id: text(exif.get("device_id")),
        make: text(exif.get("camera_make")).or_else(|| text(exif.get("make"))),
        model: text(exif.get("camera_model")).or_else(|| text(exif.get("model"))),
        lens: text(exif.get("lens_model")),
        software: text(exif.get("software")),
        iso: positive("iso")
            .or_else(|| positive("iso_speed"))
            .and_then(whole),
        // In APEX; under the other names plain, as Facebook writes them.
        f_number: number(exif.get("aperture"))
            .and_then(f_number)
            .or_else(|| positive("f_number"))
            .or_else(|| positive("f_stop")),
        exposure_s: number(exif.get("shutter_speed"))
            .and_then(exposure_s)
            .or_else(|| positive("exposure_time"))
            .or_else(|| positive("exposure")),
        focal_length_mm: positive("focal_length"),
    };
    facts.into()
}

fn whole(value: f64) -> Option<u32> {
    format!("{value:.0}").parse().ok()
}

/// Returns the subtitles the medium's object names.
pub(crate) fn subtitles(medium: &Value) -> Vec<CompanionRef> {
    let subtitles = medium
        .get("media_metadata")
        .and_then(|metadata| metadata.get("video_metadata"))
        .and_then(|video| video.get("subtitles"));
    as_list(subtitles)
        .iter()
        .filter_map(uri_of)
        .filter(|uri| is_subtitles(uri))
        .map(|uri| CompanionRef {
            uri: uri.to_owned(),
            role: CompanionRole::Subtitles,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;
    use model::time::{Clock, Precision};
    use serde_json::json;

    fn photo(exif: Value) -> Value {
        json!({
            "uri": "media/posts/202405/1_n_17912345678901234.jpg", "creation_timestamp": 1_715_560_000,
            "media_metadata": {"photo_metadata": {"exif_data": exif}}, "title": "t"
        })
    }

    fn never(_: &str) -> bool {
        false
    }

    #[test]
    fn a_photo_tells_its_camera() {
        let medium = photo(json!([{
            "iso": 160, "focal_length": "35", "lens_model": "Lens X", "aperture": "1.6960",
            "shutter_speed": "5.8855", "software": "17.4", "device_id": "android-0123456789abcdef",
            "date_time_original": "2024:05:02 22:47:28", "latitude": 45.1, "longitude": "9.2",
            "source_type": "library"
        }]));
        let facts = facts_of(&medium, &never);
        assert_eq!(
            facts.taken_at,
            Some(When::wall(datetime(2024, 5, 2, 22, 47, 28, 0)))
        );
        assert_eq!(
            facts.posted_at.map(|at| at.rough_seconds()),
            Some(1_715_560_000)
        );
        assert_eq!(facts.location, Location::new(45.1, 9.2));
        assert_eq!(facts.device.iso, Some(160));
        assert_eq!(facts.device.f_number, Some(1.8));
        assert_eq!(facts.device.focal_length_mm, Some(35.0));
        assert_eq!(facts.device.lens.as_deref(), Some("Lens X"));
        assert_eq!(facts.device.id.as_deref(), Some("android-0123456789abcdef"));
        assert!(!facts.taken_while_posting && !facts.by_someone_else);
    }

    #[test]
    fn a_photo_tells_its_camera_in_plain_numbers_too() {
        let medium = photo(
            json!([{"camera_make": "Maker", "camera_model": "M 1", "iso": "64",
            "f_stop": "9/5", "exposure": "1/495"}]),
        );
        let device = facts_of(&medium, &never).device;
        assert_eq!(device.make.as_deref(), Some("Maker"));
        assert_eq!(device.model.as_deref(), Some("M 1"));
        assert_eq!((device.iso, device.f_number), (Some(64), Some(1.8)));
        assert_eq!(device.exposure_s, Some(1.0 / 495.0));
    }

    #[test]
    fn nothing_known_is_nothing_claimed() {
        let bare = json!({"uri": "a.jpg", "creation_timestamp": 0, "title": ""});
        assert_eq!(facts_of(&bare, &never), RecordFacts::default());
        let empty = photo(json!([{
            "latitude": 0.0, "longitude": 0.0, "iso": 0, "aperture": "0", "date_time_original": "", "device_id": " "
        }]));
        let facts = facts_of(&empty, &never);
        assert_eq!(
            (facts.location, facts.device, facts.taken_at),
            (None, Device::default(), None)
        );
    }

    #[test]
    fn sources_tell_who_took_it_and_when() {
        for (source, at_once, by_other) in [
            (json!("camera"), true, false),
            (json!("ANDROID_ADVANCED_CAMERA"), true, false),
            (json!(3), true, false),
            (json!("3"), true, false),
            (json!("ANDROID_GALLERY"), false, false),
            (json!("library"), false, false),
            (json!("feed_reshare"), false, true),
            (json!("reel_reshare"), false, true),
            (json!("4"), false, false),
            (json!(null), false, false),
        ] {
            let facts = facts_of(&photo(json!([{"source_type": source}])), &never);
            assert_eq!(
                (facts.taken_while_posting, facts.by_someone_else),
                (at_once, by_other),
                "{source}"
            );
        }
    }

    #[test]
    fn a_bare_object_stands_for_a_list_of_one() {
        let facts = facts_of(&photo(json!({"iso": "200"})), &never);
        assert_eq!(facts.device.iso, Some(200));
    }

    #[test]
    fn a_template_date_is_no_date_and_the_other_one_is_tried() {
        let video = json!({"uri": "a.mp4", "media_metadata": {"video_metadata": {"exif_data": [
            {"date_time_original": "20200101T101010.000Z", "date_time_digitized": "20240502T224728.000Z"}
        ]}}});
        let is_template = |date: &str| date.starts_with("2020");
        let taken = facts_of(&video, &is_template).taken_at;
        assert!(
            matches!(taken, Some(When { clock: Clock::Utc(at), precision: Precision::Second })
            if at.as_second() == 1_714_690_048)
        );
        assert_eq!(video_date(&video).as_deref(), Some("20200101T101010.000Z"));
        let photo = photo(json!([{"date_time_original": "2020:01:01 10:10:10"}]));
        assert!(
            facts_of(&photo, &is_template).taken_at.is_some(),
            "only videos have templates"
        );
    }

    #[test]
    fn subtitles_are_companions() {
        for (subtitles_value, count) in [
            (
                json!({"uri": "media/other/1.srt", "creation_timestamp": 1}),
                1,
            ),
            (
                json!([{"uri": "media/other/1.srt"}, {"uri": "media/other/2.vtt"}]),
                2,
            ),
            (json!({"uri": ""}), 0),
            (json!([]), 0),
        ] {
            let medium =
                json!({"media_metadata": {"video_metadata": {"subtitles": subtitles_value}}});
            assert_eq!(subtitles(&medium).len(), count);
        }
    }
}
