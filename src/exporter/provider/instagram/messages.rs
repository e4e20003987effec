//! Reads the media of private messages. Only what belongs to a medium is kept: no text, no names of others.

use serde_json::Value;

use crate::instagram::facts::{facts_of, key_of, uri_of};
use crate::instagram::posts::Source;
use crate::meta_messages::media_of;
use model::kind::Kind;
use model::record::Record;

/// Returns the records of the media of one message.
pub(crate) fn records_of(message: &Value, source: &Source<'_>) -> Vec<Record> {
    let record_of = |medium: &Value| {
        Some(Record {
            facts: facts_of(medium, &|_| false),
            ..source.record(Kind::Message, uri_of(medium)?, key_of(medium)?)
        })
    };
    let mut records = media_of(message, &record_of);
    // The picture of a group stands beside its messages.
    records.extend(message.get("image").and_then(record_of));
    records
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use model::record::PostRef;
    use serde_json::json;

    const SOURCE: Source<'_> = Source {
        path: "messages/inbox/ben_1/message_1.json",
        account: None,
    };

    #[test]
    fn media_of_a_message_come_without_its_text() {
        let message = json!({
            "sender_name": "Ben Beispiel", "timestamp_ms": 1_715_560_000_123_i64, "content": "secret words",
            "photos": [{"uri": "messages/inbox/ben_1/photos/1_n_17912345678901234.jpg",
                "creation_timestamp": 1_715_559_999, "backup_uri": "https://x.fbcdn.net/y"}],
            "audio_files": [{"uri": "messages/inbox/ben_1/audio/2.mp4"}],
            "sticker": {"uri": "messages/stickers_used/3.png"},
            "share": {"link": "https://example.org"}
        });
        let records = records_of(&message, &SOURCE);
        assert_eq!(records.len(), 2);
        let seconds = |index: usize| records[index].facts.posted_at.map(|at| at.rough_seconds());
        assert_eq!(
            (seconds(0), seconds(1)),
            (Some(1_715_559_999), Some(1_715_560_000))
        );
        assert!(records.iter().all(|record| record.kind == Kind::Message));
        assert_eq!(
            records[1].post,
            Some(PostRef {
                id: "post:17912345678901234".to_owned(),
                index: 1
            })
        );
        for record in &records {
            let kept = serde_json::to_string(record).unwrap();
            for private in ["secret", "Beispiel", "fbcdn"] {
                assert!(!kept.contains(private), "{private}");
            }
        }
    }

    #[test]
    fn messages_without_media_give_nothing() {
        for message in [
            json!({}),
            json!({"content": "x"}),
            json!({"photos": [{"uri": ""}]}),
            json!(3),
        ] {
            assert!(records_of(&message, &SOURCE).is_empty());
        }
    }
}
