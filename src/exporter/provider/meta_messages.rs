//! Media of private messages in Meta's JSON: which keys list them, when they were sent, which came together.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::meta_elements::as_list;
use crate::meta_values::raw_record;
use model::record::{PostRef, Record};
use model::time::When;

/// Keys of a message that list media. Not `sticker`: that is a picture of the service.
const MEDIA_KEYS: &[&str] = &["photos", "videos", "audio_files", "gifs", "files"];

/// Returns the records of the media of one message; `record_of` makes that of one medium, or says that it is none.
///
/// Of the message only its time is kept: no text, no names of others.
pub fn media_of(message: &Value, record_of: &dyn Fn(&Value) -> Option<Record>) -> Vec<Record> {
    let sent_at = sent_at(message);
    let mut sent = Map::new();
    if let Some(at) = message.get("timestamp_ms") {
        sent.insert("timestamp_ms".to_owned(), at.clone());
    }
    let media = MEDIA_KEYS.iter().flat_map(|key| as_list(message.get(*key)));
    let mut records: Vec<Record> = media
        .filter_map(|medium| {
            let mut record = record_of(medium)?;
            record.facts.posted_at = record.facts.posted_at.or(sent_at);
            record.raw = raw_record(medium, &sent);
            Some(record)
        })
        .collect();
    if records.len() > 1 {
        let id = format!("post:{}", records[0].key);
        for (index, record) in (0..).zip(&mut records) {
            record.post = Some(PostRef {
                id: id.clone(),
                index,
            });
        }
    }
    records
}

fn sent_at(message: &Value) -> Option<When> {
    let milliseconds = message.get("timestamp_ms")?.as_i64().filter(|ms| *ms > 0)?;
    let instant = Timestamp::from_second(milliseconds / 1000).ok()?;
    Some(When::utc(instant))
}
