//! Reads the profile page of the HTML edition: whose archive it is, and the profile picture. Nothing else of it is kept.

use crate::classify::item_key;
use crate::instagram::posts::Source;
use crate::instagram::profile::name_among;
use crate::meta_html::read_items;
use model::kind::Kind;
use model::record::{Edition, Record};

/// Returns the user name the page tells.
pub(crate) fn user_name(html: &[u8]) -> Option<String> {
    let mut labelled = Vec::new();
    // A page that breaks in the middle may have told before, and is reported when it is read for good.
    let _ = read_items(html, &mut |_, item| {
        let rows = item.labels.into_iter().map(|row| (row.label, row.value));
        labelled.extend(rows);
    });
    name_among(labelled)
}

/// Returns a record for each picture on the page.
///
/// # Errors
/// In words, if the page cannot be read to its end.
pub(crate) fn records_of(html: &[u8], source: &Source<'_>) -> Result<Vec<Record>, String> {
    let mut uris = Vec::new();
    let head = read_items(html, &mut |_, item| {
        uris.extend(item.media.into_iter().map(|medium| medium.src));
    });
    let head = head.map_err(|error| error.to_string())?;
    uris.extend(head.media_outside);
    let records = uris.into_iter().map(|uri| Record {
        edition: Edition::Html,
        ..source.record(Kind::Profile, &uri, item_key(&uri))
    });
    Ok(records.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_tells_name_and_picture_and_nothing_private() {
        let row = |label: &str, value: &str| {
            format!(
                "<tr><td colspan=\"2\" class=\"_2pin _a6_q\">{label}<div><div>{value}</div></div></td></tr>"
            )
        };
        for (labels, expected) in [
            (["Username", "Name"], Some("anna.b")),
            (["Benutzername", "Name"], Some("anna.b")),
            (["Enw defnyddiwr", "Enw"], Some("anna.b")),
        ] {
            let rows = row(
                "Profile Photo",
                "<img src=\"media/profile/202101/17912345678901234.jpg\">",
            ) + &row("Email", "anna@example.org")
                + &row(labels[0], "anna.b")
                + &row(labels[1], "Anna Berg");
            let html = format!("<main><div class=\"_a6-g\"><table>{rows}</table></div></main>");
            assert_eq!(user_name(html.as_bytes()).as_deref(), expected);
            let source = Source {
                path: "personal_information/personal_information.html",
                account: Some("anna.b"),
            };
            let records = records_of(html.as_bytes(), &source).expect("a page");
            let told = serde_json::to_string(&records).expect("JSON");
            assert_eq!(records.len(), 1, "{told}");
            assert_eq!(records[0].key, "17912345678901234");
            assert!(
                !told.contains("example.org") && !told.contains("Berg"),
                "{told}"
            );
        }
    }
}
