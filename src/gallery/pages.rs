//! Plain pages without any code: an index by year and month, and one page a file of data, which lead to every picture.

use std::fmt::Write;

use super::facets::PartSummary;
use super::pictures::{Use, place};
use super::plan::{NO_MONTH, UNDATED};
use super::record::Record;
use model::html::{address, escaped};
use model::media_type::MediaType;

/// Longest caption of a plain page, in characters; the whole text is on the picture's own page.
const LONGEST: usize = 500;
/// Longest text that stands for a picture, in characters.
const LONGEST_ALT: usize = 200;

/// Returns the page of one file of data.
pub(crate) fn month(name: &str, month: &str, records: &[Record], own_pictures: bool) -> String {
    let mut html = head(&title(month));
    let _ = writeln!(
        html,
        "<nav><a href=\"index.html\">All months</a> · <a href=\"../index.html#/timeline/{month}\">With search and map</a></nav>\n\
         <h1>{}</h1>\n<ul class=\"plain\">",
        title(month)
    );
    for record in records {
        let _ = writeln!(html, "<li>{}</li>", figure(record, own_pictures));
    }
    let _ = writeln!(html, "</ul>\n<!-- {name} -->\n</body>\n</html>");
    html
}

/// Returns the index.
pub(crate) fn index(parts: &[&PartSummary], total: u64) -> String {
    let mut html = head("Photos and videos");
    let _ = writeln!(
        html,
        "<nav><a href=\"../index.html\">With search and map</a></nav>\n<h1>Photos and videos</h1>\n<p>{total} in all, the newest first.</p>"
    );
    let mut year = "";
    for part in parts {
        let of = part.name.get(..4).unwrap_or(&part.name);
        let of = if part.name.starts_with(UNDATED) {
            "Without a date"
        } else {
            of
        };
        if of != year {
            let close = if year.is_empty() { "" } else { "</ul>\n" };
            let _ = writeln!(html, "{close}<h2>{of}</h2>\n<ul>");
            year = of;
        }
        let (month, number) = split(&part.name);
        let number = number.map_or(String::new(), |number| format!(", page {number}"));
        let _ = writeln!(
            html,
            "<li><a href=\"{}.html\">{}{number}</a> ({})</li>",
            part.name,
            title(month),
            part.count
        );
    }
    if !year.is_empty() {
        html.push_str("</ul>\n");
    }
    html.push_str("</body>\n</html>\n");
    html
}

/// Parts the name of a file of data into its month and its number in the month.
fn split(name: &str) -> (&str, Option<&str>) {
    let month = if name.starts_with(UNDATED) {
        UNDATED.len()
    } else {
        "2023-07".len()
    };
    match name.split_at_checked(month) {
        Some((month, rest)) => (month, rest.strip_prefix('-')),
        None => (name, None),
    }
}

/// Returns a month as people write it.
fn title(month: &str) -> String {
    if let Some(year) = month.strip_suffix(NO_MONTH) {
        return year.to_owned();
    }
    let date = format!("{month}-01").parse::<jiff::civil::Date>();
    match date {
        Ok(date) => date.strftime("%B %Y").to_string(),
        Err(_) => "Without a date".to_owned(),
    }
}

fn head(title: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<link rel=\"stylesheet\" href=\"../site/style.css\">\n\
         </head>\n<body class=\"plain\">\n"
    )
}

fn figure(record: &Record, own_pictures: bool) -> String {
    // Each by itself: a text that turns the direction of writing turns no other.
    let texts: String = [&record.n, &record.d]
        .into_iter()
        .flatten()
        .map(|text| format!(" <bdi>{}</bdi>", escaped(&cut(text, LONGEST))))
        .collect();
    let when = record.t.as_deref().unwrap_or("date not known");
    let what = record.m.split('/').next().unwrap_or("file");
    let alt = match record.n.as_ref().or(record.d.as_ref()) {
        None => format!("{what}, {when}"),
        Some(text) => cut(text, LONGEST_ALT),
    };
    let picture = if record.b & (1 << Use::Thumb as u8) != 0 {
        format!(
            "<img src=\"../{}\" alt=\"{}\" loading=\"lazy\" width=\"160\">",
            place(Use::Thumb, &record.i, MediaType::Jpeg),
            escaped(&alt)
        )
    } else {
        format!("<span class=\"card\">{}</span>", escaped(record.m))
    };
    let picture = match target(record, own_pictures) {
        Some(target) => format!("<a href=\"{}\">{picture}</a>", address(&target)),
        None => picture,
    };
    let clock = when.replace('T', " ");
    format!("<figure>{picture}<figcaption><time>{clock}</time>{texts}</figcaption></figure>")
}

/// Returns the beginning of a text, and a sign if there is more.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

/// Returns where a picture leads to, from the folder of the plain pages.
fn target(record: &Record, own_pictures: bool) -> Option<String> {
    if record.m == MediaType::Other.mime() {
        // It may be a page or a drawing with a program in it, which a browser would run.
        return None;
    }
    let has = |used: Use| record.b & (1 << used as u8) != 0;
    if let Some(copy) = &record.x {
        return Some(format!("../{copy}"));
    }
    if own_pictures {
        let used = [Use::Large, Use::Thumb]
            .into_iter()
            .find(|used| has(*used))?;
        return Some(format!("../{}", place(used, &record.i, MediaType::Jpeg)));
    }
    record.o.as_ref().map(|path| format!("../../{path}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn record(description: &str) -> Record {
        Record {
            i: "ab".repeat(16),
            m: "image/jpeg",
            t: Some("2023-07-14T18:03:22".into()),
            z: None,
            o: Some("2023/07/a b's.jpg".into()),
            x: None,
            b: 1,
            s: None,
            l: None,
            d: Some(description.into()),
            n: None,
            p: None,
            g: None,
            e: vec![],
            y: vec![],
            a: vec![],
            k: vec![],
            f: 0,
            v: None,
            u: None,
            r: None,
        }
    }

    #[test]
    fn a_page_leads_to_each_original_and_holds_no_foreign_markup() {
        let hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\" onload=\"x";
        let html = month("2023-07", "2023-07", &[record(hostile)], false);
        assert!(html.contains("href=\"../../2023/07/a%20b%27s.jpg\""));
        assert!(html.contains("src=\"../thumbs/ab/ababab"));
        assert!(html.contains("<h1>July 2023</h1>"));
        assert!(
            !html.contains("<script")
                && !html.contains("<img src=x")
                && !html.contains("\" onload")
        );
    }

    #[test]
    fn a_long_caption_is_cut() {
        let html = month("x", "undated", &[record(&"é".repeat(20_000))], false);
        assert!(html.len() < 4_000, "{}", html.len());
        assert!(html.contains("<h1>Without a date</h1>"));
    }

    #[test]
    fn the_index_has_each_file_below_its_year() {
        let part = |name: &str| PartSummary {
            name: name.into(),
            digest: String::new(),
            count: 2,
            counts: vec![],
        };
        let parts = ["2023-07", "2023-07-2", "2022-01", "undated", "undated-2"].map(part);
        let html = index(&parts.iter().collect::<Vec<_>>(), 10);
        let years: Vec<&str> = html.matches("<h2>").collect();
        assert_eq!(years.len(), 3);
        for text in [
            "<a href=\"2023-07.html\">July 2023</a> (2)",
            "<a href=\"2023-07-2.html\">July 2023, page 2</a>",
            "<a href=\"undated-2.html\">Without a date, page 2</a>",
        ] {
            assert!(html.contains(text), "{text}: {html}");
        }
    }

    #[test]
    fn a_copy_leads_to_its_own_pictures() {
        let mut own = record("");
        own.b = 3;
        assert!(target(&own, true).unwrap().starts_with("../large/ab/"));
        own.x = Some("media/ab/cd.mp4".into());
        assert_eq!(target(&own, true).unwrap(), "../media/ab/cd.mp4");
        own.x = None;
        own.b = 0;
        assert_eq!(target(&own, true), None);
    }
}
