//! Reads what the service counted about the owner's posts (business accounts): likes, comments, saves, reach. A post is
//! named by the path of its thumbnail, so the records only add to what others tell.

use serde_json::{Map, Value};

use crate::instagram::facts::{key_of, uri_of};
use crate::instagram::labels;
use crate::instagram::posts::{Source, media_below};
use crate::instagram::values::raw_record;
use crate::meta_dates::read_date;
use crate::meta_html::{HtmlError, PageItem, read_items};
use model::kind::Kind;
use model::record::{Edition, Extras, Insight, Record};

/// Returns the records of one element of a JSON file. The text must have been repaired.
pub(crate) fn records_of(element: &Value, source: &Source<'_>) -> Vec<Record> {
    let mut media = Vec::new();
    media_below(element, &mut media);
    let mut insights = Vec::new();
    if let Some(Value::Object(map)) = element.get("string_map_data") {
        let values = map
            .iter()
            .filter_map(|(label, value)| insight(label, value.get("value")?.as_str()?));
        insights.extend(values);
    }
    let labelled = labels::read_post(element).labels;
    insights.extend(
        labelled
            .iter()
            .filter_map(|(label, value)| insight(label, value)),
    );
    let uris = media.iter().filter_map(|medium| {
        let mut record = supplement(source, uri_of(medium)?, key_of(medium)?, &insights)?;
        record.raw = raw_record(medium, &rest(element));
        Some(record)
    });
    uris.collect()
}

/// The element without its thumbnail, which stands beside it.
fn rest(element: &Value) -> Map<String, Value> {
    let mut rest = element.as_object().cloned().unwrap_or_default();
    rest.retain(|key, _| !matches!(key.as_str(), "media_map_data" | "media"));
    rest
}

/// Reads a page into records.
///
/// # Errors
/// If the page cannot be read to its end; what stood before that place was given to `sink`.
pub(crate) fn read_page(
    html: &[u8],
    source: &Source<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<(), HtmlError> {
    read_items(html, &mut |_, item| of_box(&item, source, &mut *sink)).map(drop)
}

fn of_box(item: &PageItem, source: &Source<'_>, sink: &mut dyn FnMut(Record)) {
    let rows = item.labels.iter();
    let insights: Vec<Insight> = rows
        .filter_map(|row| insight(&row.label, &row.value))
        .collect();
    for medium in &item.media {
        let key = crate::classify::item_key(&medium.src);
        if let Some(mut record) = supplement(source, &medium.src, key, &insights) {
            record.edition = Edition::Html;
            sink(record);
        }
    }
}

fn supplement(source: &Source<'_>, uri: &str, key: String, insights: &[Insight]) -> Option<Record> {
    if insights.is_empty() {
        return None;
    }
    let mut record = source.record(Kind::Other, uri, key);
    record.facts.extras = Some(Box::new(Extras {
        insights: insights.to_vec(),
        supplement: true,
        ..Extras::default()
    }));
    Some(record)
}

/// A number under its label. Dates begin with a digit in some languages, and `--` means that nothing was counted.
fn insight(label: &str, value: &str) -> Option<Insight> {
    let (label, value) = (label.trim(), value.trim());
    let counted = value.starts_with(|c: char| c.is_ascii_digit())
        && value.chars().count() <= 20
        && read_date(value).is_none();
    (counted && !label.is_empty()).then(|| Insight {
        label: label.to_owned(),
        value: value.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SOURCE: Source<'_> = Source {
        path: "past_instagram_insights/posts.json",
        account: None,
    };

    fn told(records: &[Record]) -> Vec<(&str, Vec<String>)> {
        let told = records.iter().map(|record| {
            let extras = record.facts.extras.as_ref().expect("insights");
            assert!(extras.supplement);
            let insights = extras.insights.iter();
            let texts = insights.map(|one| format!("{}={}", one.label, one.value));
            (record.uri.as_str(), texts.collect())
        });
        told.collect()
    }

    #[test]
    fn both_dialects_give_what_was_counted() {
        let old = json!({"media_map_data": {"Media Thumbnail": {"uri": "media/posts/202109/1.jpg", "title": "x"}},
            "string_map_data": {"Likes": {"href": "", "value": "1,234", "timestamp": 0}, "Saves": {"value": "7"},
                "Impressions": {"value": "--"}, "Creation Timestamp": {"value": "", "timestamp": 1_631_000_000}}});
        let new = json!({"timestamp": 1, "media": [{"uri": "media/posts/202109/1.jpg"}],
            "label_values": [{"label": "Likes", "value": "1,234"}, {"label": "Saves", "value": "7"},
                {"label": "Caption", "value": "3 boats in the harbour of Venice"}]});
        for element in [old, new] {
            let records = records_of(&element, &SOURCE);
            let expected = vec!["Likes=1,234".to_owned(), "Saves=7".to_owned()];
            assert_eq!(
                told(&records),
                [("media/posts/202109/1.jpg", expected)],
                "{element}"
            );
        }
        assert!(records_of(&json!({"media": [{"uri": "a.jpg"}]}), &SOURCE).is_empty());
    }

    #[test]
    fn a_page_gives_what_was_counted() {
        let row = |label: &str, value: &str| {
            format!("<tr><td class=\"_2pin _a6_q\">{label}<div><div>{value}</div></div></td></tr>")
        };
        let rows = row("Curtidas", "58") + &row("Criado", "2021-09-12") + &row("Alcance", "--");
        let html =
            format!("<div class=_a6-g><img src=\"media/other/1.jpg\"><table>{rows}</table></div>");
        let mut records = Vec::new();
        read_page(html.as_bytes(), &SOURCE, &mut |record| records.push(record)).expect("a page");
        assert_eq!(
            told(&records),
            [("media/other/1.jpg", vec!["Curtidas=58".to_owned()])]
        );
    }
}
