//! Reads whose archive it is, and the profile picture the profile page names.

use serde_json::Value;

use crate::instagram::facts::uri_of;
use crate::instagram::facts::{facts_of, key_of};
use crate::instagram::layout::is_user_name;
use crate::instagram::posts::{Source, media_below};
use crate::instagram::values::raw_record;
use model::kind::Kind;
use model::record::Record;

/// Labels of the user name. They are in the language of the account.
const USER_NAME: &[&str] = &[
    "Username",
    "Nombre de usuario",
    "Nome de usuário",
    "Nome de utilizador",
    "Nom d’utilisateur",
    "Nom d'utilisateur",
    "Benutzername",
    "Nome utente",
    "Gebruikersnaam",
    "Kullanıcı adı",
    "Nama pengguna",
    "ユーザーネーム",
    "사용자 이름",
    "Имя пользователя",
    "用户名",
    "用戶名稱",
];

/// Returns the user name a profile file tells. The text must have been repaired.
///
/// G1 has `username` at the top; later files have labels. A label nobody listed is found by shape only if a single value
/// can be a user name at all: gender and the like have the same shape.
pub(crate) fn user_name(profile: &Value) -> Option<String> {
    if let Some(name) = profile.get("username").and_then(Value::as_str) {
        return is_user_name(name).then(|| name.to_owned());
    }
    let mut labelled = Vec::new();
    labelled_values(profile, &mut labelled);
    name_among(labelled)
}

/// Returns the user name among labels and their values: by its label, else by its shape.
pub(crate) fn name_among(labelled: Vec<(String, String)>) -> Option<String> {
    let known = USER_NAME.iter().find_map(|wanted| {
        labelled
            .iter()
            .find(|(label, value)| label.trim().eq_ignore_ascii_case(wanted) && is_user_name(value))
    });
    if let Some((_, name)) = known {
        return Some(name.clone());
    }
    let mut candidates = labelled
        .into_iter()
        .map(|(_, value)| value)
        .filter(|value| is_user_name(value) && value.bytes().any(|byte| byte.is_ascii_lowercase()));
    let first = candidates.next()?;
    candidates.next().is_none().then_some(first)
}

fn labelled_values(value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Array(values) => values
            .iter()
            .for_each(|value| labelled_values(value, found)),
        Value::Object(object) => {
            let text = |value: &Value| {
                value
                    .get("value")
                    .and_then(Value::as_str)
                    .map(str::to_owned)
            };
            if let (Some(Value::String(label)), Some(text)) = (object.get("label"), text(value)) {
                found.push((label.clone(), text));
            }
            for (key, inner) in object {
                match text(inner) {
                    Some(text) => found.push((key.clone(), text)),
                    None => labelled_values(inner, found),
                }
            }
        }
        _ => {}
    }
}

/// Returns a record for each picture a profile file names (`media_map_data`, under a label in any language).
pub(crate) fn records_of(profile: &Value, source: &Source<'_>) -> Vec<Record> {
    let mut pictures = Vec::new();
    media_below(profile, &mut pictures);
    pictures
        .iter()
        .filter_map(|picture| {
            let mut record = source.record(Kind::Profile, uri_of(picture)?, key_of(picture)?);
            record.facts = facts_of(picture, &|_| false);
            record.raw = raw_record(picture, &serde_json::Map::new());
            Some(record)
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn user_names_stand_in_several_places() {
        let labels = |pairs: Value| json!({"profile_user": [{"string_map_data": pairs}]});
        for (profile, name) in [
            (
                json!({"username": "anna.b_1", "name": "Anna"}),
                Some("anna.b_1"),
            ),
            (json!({"username": "not a name"}), None),
            (
                labels(json!({"Name": {"value": "anna"}, "Username": {"value": "anna.b"}})),
                Some("anna.b"),
            ),
            (
                labels(
                    json!({"Benutzername": {"value": "anna.b"}, "Geschlecht": {"value": "female"}}),
                ),
                Some("anna.b"),
            ),
            (
                labels(
                    json!({"Enw defnyddiwr": {"value": "anna.b"}, "Enw": {"value": "Anna Berg"}}),
                ),
                Some("anna.b"),
            ),
            (
                labels(json!({"Enw defnyddiwr": {"value": "anna.b"}, "Rhyw": {"value": "female"}})),
                None,
            ),
            (
                json!([{"label_values": [{"label": "Username", "value": "anna.b"}]}]),
                Some("anna.b"),
            ),
            (json!({}), None),
        ] {
            assert_eq!(user_name(&profile).as_deref(), name, "{profile}");
        }
    }

    #[test]
    fn the_profile_picture_is_a_record_whatever_its_label() {
        let profile = json!({"profile_user": [{"media_map_data": {"Profielfoto": {
            "uri": "media/profile/202101/17912345678901234.jpg", "creation_timestamp": 1_610_000_000, "title": ""
        }}, "string_map_data": {"E-mail": {"href": "", "value": "a@example.org", "timestamp": 0}}}]});
        let source = Source {
            path: "personal_information/personal_information.json",
            account: None,
        };
        let records = records_of(&profile, &source);
        assert_eq!(records.len(), 1);
        assert_eq!(
            (records[0].kind, records[0].key.as_str()),
            (Kind::Profile, "17912345678901234")
        );
        assert!(
            !serde_json::to_string(&records[0])
                .unwrap()
                .contains("example.org")
        );
    }
}
