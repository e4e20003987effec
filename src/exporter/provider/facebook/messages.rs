//! Reads the media of private messages. Only what belongs to a medium is kept: no text, no names of others.

use serde_json::Value;

use crate::classify::is_web_address;
use crate::facebook::layout::is_message_medium;
use crate::facebook::media::{facts_of, uri_of};
use crate::facebook::source::Source;
use crate::meta_messages::media_of;
use model::kind::Kind;
use model::record::Record;

/// Returns the records of the media of one message.
pub(crate) fn records_of(message: &Value, source: &Source<'_>) -> Vec<Record> {
    media_of(message, &|medium| {
        let uri = uri_of(medium).filter(|uri| is_web_address(uri) || is_message_medium(uri))?;
        Some(Record {
            facts: facts_of(medium),
            ..source.record(Kind::Message, uri)
        })
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use model::record::{Edition, PostRef};
    use serde_json::json;

    const SOURCE: Source<'_> = Source {
        path: "messages/inbox/ben_x/message_1.json",
        account: None,
        edition: Edition::Json,
    };

    #[test]
    fn media_are_read_and_words_names_stickers_and_documents_are_not() {
        let message = json!({"sender_name": "Ben Beispiel", "timestamp_ms": 1_600_000_000_123_i64, "content": "secret words",
            "photos": [{"uri": "messages/inbox/ben_x/photos/1.jpg", "creation_timestamp": 1_599_999_999}],
            "audio_files": {"uri": "messages/inbox/ben_x/audio/2.mp4"},
            "files": [{"uri": "messages/inbox/ben_x/files/tax.pdf"}],
            "sticker": {"uri": "messages/stickers_used/3.png"}, "gifs": [{"uri": "messages/stickers_used/4.gif"}]});
        let records = records_of(&message, &SOURCE);
        let told: Vec<_> = records
            .iter()
            .map(|r| (r.uri.as_str(), r.facts.posted_at.unwrap().rough_seconds()))
            .collect();
        assert_eq!(
            told,
            [
                ("messages/inbox/ben_x/photos/1.jpg", 1_599_999_999),
                ("messages/inbox/ben_x/audio/2.mp4", 1_600_000_000)
            ]
        );
        assert_eq!(
            records[1].post,
            Some(PostRef {
                id: "post:1".to_owned(),
                index: 1
            })
        );
        let kept = serde_json::to_string(&records).unwrap();
        assert!(
            !kept.contains("secret") && !kept.contains("Beispiel"),
            "{kept}"
        );
    }

    #[test]
    fn odd_messages_give_nothing() {
        for message in [
            json!(null),
            json!({}),
            json!({"photos": "x", "timestamp_ms": "y"}),
            json!({"photos": [{"uri": ""}, 3]}),
        ] {
            assert!(records_of(&message, &SOURCE).is_empty(), "{message}");
        }
    }
}
