//! `albumen certify`: may the account be deleted?

use std::io::BufWriter;
use std::path::Path;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::args::CertifyArgs;
use super::error::CliError;
use super::exit::Exit;
use super::interrupt::Interrupt;
use super::monitor::CommandLineMonitor;
use super::output::{Format, Output};
use super::{certify_parts as parts, recheck};
use disk::private;
use model::amount::{Bytes, Count};
use model::shown::shown;
use provider::title_of;
use verify::certify::{
    Certificate, Certified, Gap, GivenArchive, NotUnderstoodFile, Verdict, certify,
    numbering_in_words, page,
};

/// Gaps a person reads before giving up.
const MOST_LINES: usize = 50;

/// Runs the command.
pub fn run(args: &CertifyArgs, library: &Path, out: &Output) -> Result<Exit, CliError> {
    if let Some(at) = &args.at {
        return recheck::certify(args, at, library, out);
    }
    parts::take(args, library, out)?;
    let monitor = CommandLineMonitor::new(out, Interrupt::listen()?);
    let result = certify(library, &Timestamp::now, &monitor);
    monitor.finish();
    let mut certified = result.map_err(|source| CliError::Verify {
        library: library.to_owned(),
        source,
    })?;
    choose(&mut certified, args)?;
    if let Some(path) = &args.html {
        write_page(path, &certified)?;
    }
    match out.format() {
        Format::Json => print_json(&certified, out)?,
        Format::Text => print_text(&certified, out)?,
    }
    Ok(exit(&certified))
}

/// Keeps the certificates asked for. A name the library does not know must not look like an account without gaps.
fn choose(certified: &mut Certified, args: &CertifyArgs) -> Result<(), CliError> {
    let known: Vec<String> = certified
        .certificates
        .iter()
        .map(|c| parts::typed(c.account.as_deref()))
        .collect();
    certified
        .certificates
        .retain(|c| parts::is_asked(args, &c.provider, c.account.as_deref()));
    let asked = args.account.as_ref().or(args.provider.as_ref());
    match asked.filter(|_| certified.certificates.is_empty()) {
        Some(account) => Err(CliError::NoAccount {
            account: account.clone(),
            known,
        }),
        None => Ok(()),
    }
}

fn write_page(path: &Path, certified: &Certified) -> Result<(), CliError> {
    let failed = |source| CliError::Page {
        path: path.to_owned(),
        source,
    };
    // The page names what a person has posted: private, as the library is.
    let mut file = BufWriter::new(private::create_new(path).map_err(failed)?);
    page(certified, title_of, &mut file).map_err(failed)?;
    let file = file
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    disk::durable::sync(&file).map_err(failed)
}

/// Returns 0 only if every account asked about is complete.
fn exit(certified: &Certified) -> Exit {
    let complete = |c: &Certificate| matches!(c.verdict, Verdict::Complete(_));
    if certified.verified.interrupted {
        Exit::Interrupted
    } else if !certified.certificates.is_empty() && certified.certificates.iter().all(complete) {
        Exit::Done
    } else {
        Exit::Incomplete
    }
}

fn print_json(certified: &Certified, out: &Output) -> Result<(), CliError> {
    for certificate in &certified.certificates {
        let counts = &certificate.counts;
        out.json(&CertificateJson {
            line: "certificate",
            provider: &certificate.provider,
            account: certificate.account.as_deref(),
            verdict: certificate.verdict.as_str(),
            reasons: &certificate.reasons,
            counts: json!({
                "records": counts.records, "named": counts.named, "held": counts.held, "missing": counts.missing,
                "companions_missing": counts.companions_missing,
                "assets": counts.assets, "files": counts.files, "damaged": counts.damaged,
            }),
            archives: certificate.archives.iter().map(archive).collect(),
            gaps: Each(certificate.gaps.iter(), gap),
            not_understood: Each(certificate.not_understood.iter(), not_understood),
            notes: &certificate.notes,
            first_day: certificate.days.as_ref().map(|(first, _)| &**first),
            last_day: certificate.days.as_ref().map(|(_, last)| &**last),
            files_read: certified.verified.files_read,
            bytes_read: certified.verified.bytes_read,
            made: certified.at.to_string(),
        })?;
    }
    Ok(())
}

/// A certificate as JSON. Its lists may be long and are made as they are printed.
#[derive(Serialize)]
struct CertificateJson<'a, G: Serialize, N: Serialize> {
    #[serde(rename = "type")]
    line: &'static str,
    provider: &'a str,
    account: Option<&'a str>,
    verdict: &'static str,
    reasons: &'a [String],
    counts: Value,
    archives: Vec<Value>,
    gaps: G,
    not_understood: N,
    notes: &'a [String],
    first_day: Option<&'a str>,
    last_day: Option<&'a str>,
    files_read: u64,
    bytes_read: u64,
    made: String,
}

/// A list whose elements are made one by one.
struct Each<I, T>(I, fn(T) -> Value);

impl<I: Iterator<Item = T> + Clone, T> Serialize for Each<I, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone().map(self.1))
    }
}

fn gap(gap: &Gap) -> Value {
    let records: Vec<&str> = gap.records.iter().map(|record| &**record).collect();
    json!({
        "date": gap.date.as_deref(), "what": gap.what, "record": records.first(), "records": records,
        "why": gap.why, "to_do": &*gap.to_do,
    })
}

fn not_understood(file: &NotUnderstoodFile) -> Value {
    json!({"part": file.part, "entry": file.entry, "what": file.what, "reason": file.what.reason()})
}

fn archive(archive: &GivenArchive) -> Value {
    let parts: Vec<_> = archive
        .parts
        .iter()
        .map(|part| {
            json!({
                "part": part.name, "size_bytes": part.size_bytes, "made": part.made.map(|day| day.to_string()),
                "modified": part.modified.map(|at| at.to_string()), "whole": part.whole,
            })
        })
        .collect();
    json!({
        "archive": archive.name, "closed": archive.numbering.is_closed(), "numbering": archive.numbering.as_str(),
        "parts_said": archive.numbering.told(), "parts": parts,
    })
}

fn print_text(certified: &Certified, out: &Output) -> Result<(), CliError> {
    if certified.certificates.is_empty() {
        return out.line("the library holds nothing of any account");
    }
    for certificate in &certified.certificates {
        one(certificate, out)?;
        out.line("")?;
    }
    out.line(format!(
        "{} files were read and compared just now",
        Count(certified.verified.files_read)
    ))
}

fn one(certificate: &Certificate, out: &Output) -> Result<(), CliError> {
    let account = certificate
        .account
        .as_deref()
        .unwrap_or("account not known");
    let verdict = match certificate.verdict {
        Verdict::Complete(_) => "complete: all that the archives name is in the library",
        Verdict::NotComplete => "NOT COMPLETE",
        Verdict::CannotBeKnown => "CANNOT BE KNOWN",
    };
    out.line(format!(
        "{} · {}: {verdict}",
        title_of(&certificate.provider),
        shown(account)
    ))?;
    for reason in &certificate.reasons {
        out.line(format!("  because {}", clean(reason)))?;
    }
    for gap in certificate.gaps.iter().take(MOST_LINES) {
        let date = gap.date.as_deref().unwrap_or("date not known");
        let named = match gap.records.as_slice() {
            [] => String::new(),
            [record] => format!(" (named by {})", shown(record)),
            [record, more @ ..] => format!(" (named by {} and {} more)", shown(record), more.len()),
        };
        out.line(format!(
            "  gap: {date}  {}{named}: {}",
            shown(&gap.what),
            shown(&gap.why)
        ))?;
    }
    for file in certificate.not_understood.iter().take(MOST_LINES) {
        out.line(format!(
            "  not understood: {}: {}: {}",
            shown(&file.part),
            shown(&file.entry),
            clean(&file.what.reason())
        ))?;
    }
    if certificate.not_understood.len() > MOST_LINES {
        let more = certificate.not_understood.len() - MOST_LINES;
        out.line(format!(
            "  and {more} more files that were not understood: see all with --json or --html"
        ))?;
    }
    if certificate.gaps.len() > MOST_LINES {
        let more = certificate.gaps.len() - MOST_LINES;
        out.line(format!(
            "  and {more} more gaps: see all with --json or --html"
        ))?;
    }
    let counts = &certificate.counts;
    out.line(format!(
        "  {} records name {} media: {} held, {} missing; {} photos and videos in {} files, {} of these files damaged",
        Count(counts.records),
        Count(counts.named),
        Count(counts.held),
        Count(counts.missing),
        Count(counts.assets),
        Count(counts.files),
        Count(counts.damaged)
    ))?;
    for archive in &certificate.archives {
        print_archive(archive, out)?;
    }
    for note in &certificate.notes {
        out.line(format!("  Note: {}", clean(note)))?;
    }
    Ok(())
}

fn print_archive(archive: &GivenArchive, out: &Output) -> Result<(), CliError> {
    let numbering = numbering_in_words(&archive.numbering);
    out.line(format!("  archive {}: {numbering}", clean(&archive.name)))?;
    for part in &archive.parts {
        let size = part
            .size_bytes
            .map_or("folder".to_owned(), |size| Bytes(size).to_string());
        let date = part.date().unwrap_or_else(|| "date not known".to_owned());
        let whole = if part.whole { "" } else { "  not whole" };
        out.line(format!("    {}  {size}  {date}{whole}", shown(&part.name)))?;
    }
    Ok(())
}

/// Cleans a sentence that may hold names from an archive, word by word: a long sentence is not cut.
fn clean(text: &str) -> String {
    let words: Vec<String> = text.split(' ').map(shown).collect();
    words.join(" ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::cli::output::testing::printed;
    use verify::VerifyReport;
    use verify::certify::{ArchivePart, CertificateCounts, Gap, Numbering};

    fn certified() -> Certified {
        Certified {
            certificates: vec![Certificate {
                provider: "instagram".into(),
                account: Some("anna".into()),
                verdict: Verdict::NotComplete,
                reasons: vec!["one is missing".into()],
                notes: vec!["note\u{1b}[2J".into()],
                gaps: vec![Gap {
                    date: Some("2021-03-04".into()),
                    what: "a\u{1b}.jpg".into(),
                    records: vec!["posts_1.json".into()],
                    why: "no archive holds it".into(),
                    to_do: "ask".into(),
                }],
                not_understood: vec![],
                archives: vec![GivenArchive {
                    name: "instagram-anna-2024-05-01".into(),
                    parts: vec![ArchivePart {
                        name: "a\u{1b}.zip".into(),
                        size_bytes: Some(5_000_000),
                        made: Some("2024-05-01".parse().unwrap()),
                        modified: None,
                        whole: true,
                    }],
                    numbering: Numbering::Said(1),
                    pieces: Default::default(),
                }],
                counts: CertificateCounts::default(),
                days: None,
            }],
            verified: VerifyReport::default(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn text_says_verdict_reason_gap_and_note_and_is_safe() {
        let text = printed(Format::Text, |out| print_text(&certified(), out));
        for part in [
            "anna: NOT COMPLETE",
            "because one is missing",
            "gap: 2021-03-04  a\\u001b.jpg (named by posts_1.json): no archive",
            "Note: note\\u001b[2J",
            "archive instagram-anna-2024-05-01: all 1, as stated by the user",
            "    a\\u001b.zip  5.00 MB  2024-05-01\n",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn json_is_as_promised() {
        let json = printed(Format::Json, |out| print_json(&certified(), out));
        let line: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(line["type"], "certificate");
        assert_eq!(line["verdict"], "not_complete");
        assert_eq!(line["gaps"][0]["to_do"], "ask");
        let archive = &line["archives"][0];
        assert_eq!(
            (&archive["closed"], &archive["parts_said"]),
            (&true.into(), &1.into())
        );
        assert_eq!(archive["parts"][0]["size_bytes"], 5_000_000);
    }

    #[test]
    fn nothing_but_complete_ends_in_zero_and_an_unknown_name_is_refused() {
        let mut certified = certified();
        assert_eq!(exit(&certified), Exit::Incomplete);
        let of = |account: &str| CertifyArgs {
            account: Some(account.to_owned()),
            ..CertifyArgs::default()
        };
        assert!(choose(&mut certified.clone(), &of("anna")).is_ok());
        let provider = CertifyArgs {
            provider: Some("instagram".into()),
            ..CertifyArgs::default()
        };
        assert!(choose(&mut certified.clone(), &provider).is_ok());
        let mut unknown = certified.clone();
        unknown.certificates[0].account = None;
        assert!(choose(&mut unknown.clone(), &provider).is_ok());
        assert!(choose(&mut unknown, &of("(not known)")).is_ok());
        let error = choose(&mut certified, &of("ben")).unwrap_err();
        assert!(error.to_string().contains("it knows: anna"), "{error}");
        assert_eq!(
            exit(&certified),
            Exit::Incomplete,
            "nothing is not complete"
        );
    }

    #[test]
    fn the_page_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.html");
        write_page(&path, &certified()).unwrap();
        let page = std::fs::read_to_string(&path).unwrap();
        assert!(page.contains("<h2>Instagram · anna</h2>"), "{page}");
        assert!(matches!(
            write_page(&path, &certified()),
            Err(CliError::Page { .. })
        ));
    }
}
