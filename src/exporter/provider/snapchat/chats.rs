//! Media of chats: which ids messages list, and when they were sent. Of a message nothing else is kept.

use serde_json::{Value, json};

use crate::meta_elements::read_elements;
use crate::meta_values::text;
use model::kind::Kind;
use model::record::{Edition, Record, RecordFacts};
use model::time::When;

use super::NAME;
use super::rows::instant;

/// Reads `chat_history.json`: lists of messages, each under the id of its conversation.
///
/// # Errors
/// Fails at a syntax error, after the messages before it were given.
pub(crate) fn read(
    bytes: &mut [u8],
    source: &str,
    account: Option<&str>,
    each: &mut dyn FnMut(Record),
) -> Result<(), serde_json::Error> {
    read_elements(bytes, |_| true, &mut |_, message| {
        // The service keeps no medium of a message that was not saved, so none is missing.
        if message.get("IsSaved").and_then(Value::as_bool) == Some(false) {
            return;
        }
        for id in ids(&message) {
            each(record(id, &message, source, account));
        }
    })
}

fn ids(message: &Value) -> impl Iterator<Item = &str> {
    let ids = message.get("Media IDs").and_then(Value::as_str);
    let ids = ids.unwrap_or_default().split('|').map(str::trim);
    ids.filter(|id| id.starts_with("b~") && !id.contains(['/', '\\']))
}

fn record(id: &str, message: &Value, source: &str, account: Option<&str>) -> Record {
    let created = text(message.get("Created")).unwrap_or_default();
    let sent = instant(&created);
    let day = sent.map(|sent| sent.strftime("%Y-%m-%d_").to_string());
    Record {
        provider: NAME.to_owned(),
        account: account.map(str::to_owned),
        export: None,
        kind: Kind::Message,
        source: source.to_owned(),
        edition: Edition::Json,
        uri: format!("chat_media/{}{id}", day.unwrap_or_default()),
        key: id.to_owned(),
        post: None,
        companions: Vec::new(),
        facts: RecordFacts {
            posted_at: sent.map(When::utc),
            ..RecordFacts::default()
        },
        raw: json!({"Created": created, "Media Type": message.get("Media Type")}),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn saved_media_of_messages_are_told_and_nothing_else_of_them() {
        let mut bytes = br#"{"ben":[
            {"From":"ben","Media Type":"MEDIA","Created":"2021-01-02 03:04:05 UTC","Content":"geheim","IsSaved":true,"Media IDs":"b~A | b~B"},
            {"From":"ben","Media Type":"MEDIA","Created":"2021-01-02 03:04:06 UTC","Content":"","IsSaved":false,"Media IDs":"b~C"},
            {"From":"ben","Media Type":"TEXT","Created":"2021-01-02 03:04:07 UTC","Content":"geheim","IsSaved":true,"Media IDs":""}],
            "zoe":[{"Media Type":"MEDIA","Created":"soon","Media IDs":"b~../x | b~D"}]}"#
            .to_vec();
        let mut records = Vec::new();
        read(&mut bytes, "json/chat_history.json", None, &mut |record| {
            records.push(record)
        })
        .unwrap();
        let told: Vec<(&str, bool)> = records
            .iter()
            .map(|record| (record.uri.as_str(), record.facts.posted_at.is_some()))
            .collect();
        assert_eq!(
            told,
            [
                ("chat_media/2021-01-02_b~A", true),
                ("chat_media/2021-01-02_b~B", true),
                ("chat_media/b~D", false)
            ]
        );
        let kept = serde_json::to_string(&records).unwrap();
        assert!(
            !kept.contains("geheim") && !kept.contains("ben") && !kept.contains("zoe"),
            "{kept}"
        );
    }
}
