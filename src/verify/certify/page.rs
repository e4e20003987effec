//! The certificate as one page to print and keep: no script, no network, everything escaped.

use model::amount::{Bytes, Count};
use std::io::{self, Write};

use super::archives::{GivenArchive, numbering_in_words};
use super::{Certificate, Certified, NotUnderstoodFile, Verdict};
use model::html;

const STYLE: &str = "body{font:16px/1.5 Georgia,serif;max-width:46em;margin:2em auto;padding:0 1em;color:#222;background:#fff}\
h1{font-size:1.6em}h2{border-top:1px solid #999;padding-top:1em}.verdict{font-size:1.3em;font-weight:bold;padding:.4em .6em;border:2px solid}\
.complete{border-color:#2a7a2a}.not_complete{border-color:#b22222}.cannot_be_known{border-color:#b87800}\
table{border-collapse:collapse;width:100%;font-size:.85em}td,th{border:1px solid #bbb;padding:.2em .4em;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
@media print{body{margin:0;max-width:none}h2{break-before:auto}tr{break-inside:avoid}}";

/// Gives the name people know a service by, for the name that is stored. This room knows no services.
pub(super) type Title = fn(&str) -> &str;

/// Writes the page, row by row: there may be half a million gaps.
///
/// # Errors
/// Fails if `html` cannot be written.
pub fn page(certified: &Certified, title: Title, html: &mut dyn Write) -> io::Result<()> {
    html.write_all(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Certificate of an albumen library</title>\n"
            .as_bytes(),
    )?;
    writeln!(html, "<style>{STYLE}</style>\n</head>\n<body>")?;
    html.write_all("<h1>May the account be deleted?</h1>\n".as_bytes())?;
    let verified = &certified.verified;
    writeln!(
        html,
        "<p>Made on {} after reading {} files ({}) of the library and comparing each with its checksum.</p>",
        escaped(&certified.at.strftime("%Y-%m-%d %H:%M UTC").to_string()),
        Count(verified.files_read),
        Bytes(verified.bytes_read)
    )?;
    if certified.certificates.is_empty() {
        html.write_all("<p>The library holds nothing of this account.</p>\n".as_bytes())?;
    }
    for certificate in &certified.certificates {
        one(certificate, title, html)?;
    }
    html.write_all("</body>\n</html>\n".as_bytes())
}

/// Returns the answer in words.
fn in_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Complete(_) => "Complete: all that the archives name is in the library",
        Verdict::NotComplete => "Not complete",
        Verdict::CannotBeKnown => "Cannot be known",
    }
}

fn one(certificate: &Certificate, title: Title, html: &mut dyn Write) -> io::Result<()> {
    let account = certificate
        .account
        .as_deref()
        .unwrap_or("account not known");
    writeln!(
        html,
        "<h2>{} · {}</h2>\n<p class=\"verdict {}\">{}</p>",
        escaped(title(&certificate.provider)),
        escaped(account),
        certificate.verdict.as_str(),
        in_words(certificate.verdict)
    )?;
    list("Why", &certificate.reasons, html)?;
    let counts = &certificate.counts;
    writeln!(
        html,
        "<p>{} records name {} media: {} of these are held, {} are in no archive given. The library holds {} photos and videos \
         of the account in {} files; {} of these files are gone or changed.</p>",
        counts.records,
        counts.named,
        counts.held,
        counts.missing,
        counts.assets,
        counts.files,
        counts.damaged
    )?;
    list("What this does not cover", &certificate.notes, html)?;
    not_understood(&certificate.not_understood, html)?;
    archives(&certificate.archives, html)?;
    if certificate.gaps.is_empty() {
        return Ok(());
    }
    html.write_all("<h3>Every gap</h3>\n<table>\n<tr><th>Date</th><th>What</th><th>Named by</th><th>Why</th><th>What to do</th></tr>\n".as_bytes())?;
    for gap in &certificate.gaps {
        let cells = [
            gap.date.as_deref().unwrap_or("not known"),
            &gap.what,
            &gap.records.join(", "),
            &gap.why,
            &gap.to_do,
        ];
        let cells: String = cells
            .iter()
            .map(|cell| format!("<td>{}</td>", escaped(cell)))
            .collect();
        writeln!(html, "<tr>{cells}</tr>")?;
    }
    html.write_all("</table>\n".as_bytes())
}

fn not_understood(files: &[NotUnderstoodFile], html: &mut dyn Write) -> io::Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    html.write_all("<h3>Every file that was not understood</h3>\n<table>\n<tr><th>File</th><th>Part</th><th>Why</th></tr>\n".as_bytes())?;
    for file in files {
        writeln!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(&file.entry),
            escaped(&file.part),
            escaped(&file.what.reason())
        )?;
    }
    html.write_all("</table>\n".as_bytes())
}

fn archives(archives: &[GivenArchive], html: &mut dyn Write) -> io::Result<()> {
    if archives.is_empty() {
        return Ok(());
    }
    html.write_all(
        "<h3>Archives it rests on</h3>\n<table>\n<tr><th>Archive</th><th>Part</th><th>Bytes</th><th>Date</th></tr>\n".as_bytes())?;
    for archive in archives {
        let rows = archive.parts.len();
        let mut first = format!(
            "<td rowspan=\"{rows}\">{}<br>{}</td>",
            escaped(&archive.name),
            escaped(&numbering_in_words(&archive.numbering))
        );
        for part in &archive.parts {
            let size = part
                .size_bytes
                .map_or("folder".to_owned(), |size| size.to_string());
            writeln!(
                html,
                "<tr>{}<td>{}{}</td><td>{size}</td><td>{}</td></tr>",
                std::mem::take(&mut first),
                escaped(&part.name),
                if part.whole { "" } else { " (not whole)" },
                escaped(&part.date().unwrap_or_default()),
            )?;
        }
    }
    html.write_all("</table>\n".as_bytes())
}

fn list(title: &str, lines: &[String], html: &mut dyn Write) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(html, "<h3>{title}</h3>\n<ul>")?;
    for line in lines {
        writeln!(html, "<li>{}</li>", escaped(line))?;
    }
    html.write_all("</ul>\n".as_bytes())
}

/// Makes text from an archive safe inside the page: no markup, no control and direction characters.
fn escaped(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    html::escaped(text).replace(turns, "\u{fffd}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::super::{CertificateCounts, Gap};
    use super::*;
    use crate::VerifyReport;
    use model::not_understood::NotUnderstood;

    fn certified() -> Certified {
        Certified {
            certificates: vec![Certificate {
                provider: "instagram".into(),
                account: Some("<script>alert(1)</script>".into()),
                verdict: Verdict::NotComplete,
                reasons: vec!["\"quotes\" & more".into()],
                notes: vec!["note".into()],
                gaps: vec![Gap {
                    date: None,
                    what: "a\u{202e}gpj.exe<img src=x>".into(),
                    records: vec!["media.json".into()],
                    why: "why".into(),
                    to_do: "do".into(),
                }],
                not_understood: vec![NotUnderstoodFile {
                    part: "<b>.zip".into(),
                    entry: "<img src=y>.json".into(),
                    what: NotUnderstood::GivesNoMedia,
                }],
                archives: Vec::new(),
                counts: CertificateCounts::default(),
                days: None,
            }],
            verified: VerifyReport::default(),
            at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn page(certified: &Certified) -> String {
        let mut html = Vec::new();
        super::page(certified, |name| name, &mut html).unwrap();
        String::from_utf8(html).unwrap()
    }

    #[test]
    fn nothing_of_an_archive_becomes_markup() {
        let html = page(&certified());
        for bad in ["<script", "<img", "\u{202e}", "\"quotes\" &"] {
            assert!(!html.contains(bad), "{bad}");
        }
        assert!(html.contains("&lt;script&gt;alert(1)"));
        assert!(html.contains("&lt;img src=y&gt;.json"));
        assert!(html.contains("verdict not_complete"));
        assert!(html.contains("1970-01-01 00:00 UTC"));
    }

    #[test]
    fn the_page_asks_nobody_for_anything() {
        let html = page(&certified());
        assert!(html.contains("default-src 'none'"));
        // Text of an archive cannot look like an attribute: its quotes are escaped.
        for word in ["http:", "https:", "src=\"", "href=\"", "url(", "@import"] {
            assert!(!html.contains(word), "{word}");
        }
    }
}
