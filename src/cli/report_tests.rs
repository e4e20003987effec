//! Tests of `report.rs`.

use super::*;
use crate::cli::output::Format;
use crate::cli::output::testing::printed;
use archive::{EntryError, PartFault, PartProblem};
use model::outcome::{Ignored, OutcomeCounts};

fn text(report: &ImportReport) -> String {
    text_of(report, false)
}

fn text_of(report: &ImportReport, dry_run: bool) -> String {
    text_for(&Ran {
        dry_run,
        plan: dry_run,
        ..ran(report)
    })
}

fn text_for(ran: &Ran<'_>) -> String {
    printed(Format::Text, |out| print_text(ran, out))
}

fn ran(report: &ImportReport) -> Ran<'_> {
    Ran {
        report,
        library: Path::new("/l"),
        dry_run: false,
        plan: false,
        reader: Reader::Program,
    }
}

fn json_lines(report: &ImportReport) -> Vec<serde_json::Value> {
    printed(Format::Json, |out| print_json(&ran(report), out))
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect()
}

fn line(entry: &str, outcome: Outcome) -> EntryLine {
    EntryLine {
        part: "p1.zip".into(),
        entry: entry.into(),
        outcome,
        path: None,
    }
}

fn missing_line(record: &str, number: usize) -> MissingLine {
    MissingLine {
        provider: "instagram".to_owned(),
        account: None,
        record: record.to_owned(),
        uri: format!("media/{number:03}.jpg"),
        taken_at: Some("2019-08-02".to_owned()),
    }
}

fn good() -> ImportReport {
    ImportReport {
        parts: 1,
        entries: 1_203,
        outcomes: OutcomeCounts {
            imported: 1_200,
            record: 3,
            ..OutcomeCounts::default()
        },
        items: 1_200,
        assets_added: 1_200,
        bytes_read: 5_000_000,
        bytes_written: 4_000_000,
        seconds: 1.25,
        recognized: vec![("instagram".to_owned(), Some("anna".to_owned()), 1_200)],
        ..ImportReport::default()
    }
}

#[test]
fn a_good_import_is_short() {
    assert_eq!(
        text(&good()),
        "Instagram · anna: 1,200 items\n\
         1,203 entries in 1 part:\n\
         \u{20}     1,200  media imported\n\
         \u{20}         0  media the library already held\n\
         \u{20}         3  record files read\n\
         \u{20}         0  left aside\n\
         \u{20}         0  failed\n\
         1,200 photos and videos added, 0 changed; 5.00 MB read, 4.00 MB written in 1.2 s\n\
         \n\
         library: /l\n\
         to look at it in a browser: albumen --library /l gallery\n"
    );
}

#[test]
fn problems_come_first_and_the_library_last() {
    let report = ImportReport {
        problems: vec![PartProblem {
            part: "p2\u{1b}.zip".to_owned(),
            what: PartFault::CutOff { whole: 7 },
        }],
        ..good()
    };
    let text = text(&report);
    assert!(
        text.starts_with("problems:\n  p2\\u001b.zip: cut off: 7 entries are whole"),
        "{text}"
    );
    assert!(text.contains("    hint: "), "{text}");
    assert!(
        text.contains("\nlibrary: /l\n") && text.ends_with("albumen --library /l gallery\n"),
        "{text}"
    );
}

#[test]
fn each_failure_says_where_why_and_what_to_do() {
    let why = EntryError::Encrypted.to_string();
    let report = ImportReport {
        entries: 1,
        outcomes: OutcomeCounts {
            failed: 1,
            ..OutcomeCounts::default()
        },
        lines: vec![line("media/a\u{202e}.jpg", Outcome::Failed(why.clone()))],
        ..ImportReport::default()
    };
    let text = text(&report);
    assert!(text.contains("1 entry could not be read:\n"), "{text}");
    assert!(
        text.contains(&format!("  p1.zip: media/a\\u202e.jpg: {why}\n    hint: ")),
        "{text}"
    );
}

#[test]
fn a_failure_without_hint_of_its_own_has_the_general_one() {
    for (name, hint) in [("a.jpg", hints::ANY_ENTRY), ("a.json", hints::TEXT_ENTRY)] {
        let report = ImportReport {
            lines: vec![line(
                name,
                Outcome::Failed("expected value at line 1".to_owned()),
            )],
            ..ImportReport::default()
        };
        let text = text(&report);
        assert_eq!(text.matches(hint).count(), 1, "{text}");
    }
    // Another copy of a text would read the same.
    assert!(!hints::TEXT_ENTRY.contains("download"));
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let report = ImportReport {
        lines: (0..33)
            .map(|_| line("a.jpg", Outcome::Failed("bad".to_owned())))
            .collect(),
        missing: (0..15)
            .map(|n| missing_line("a.json", n))
            .chain((15..106).map(|n| missing_line("b.json", n)))
            .collect(),
        ..ImportReport::default()
    };
    let text = text(&report);
    assert_eq!(text.matches("p1.zip: a.jpg: bad").count(), 20);
    assert!(text.contains("… and 13 more; --json lists all"), "{text}");
    assert_eq!(text.matches("    media/").count(), 20);
    assert!(text.contains("… and 86 more; --json lists all"), "{text}");
    assert!(text.contains("106 media are named by records"), "{text}");
    assert!(
        text.contains("  Instagram: b.json: 91\n    media/015.jpg  (2019-08-02)\n"),
        "{text}"
    );
}

#[test]
fn what_was_left_aside_is_counted_and_named() {
    let report = ImportReport {
        lines: vec![
            line("a", Outcome::Ignored(Ignored::Messages)),
            line("b", Outcome::Ignored(Ignored::Messages)),
            line("c", Outcome::Ignored(Ignored::SystemFile)),
        ],
        ..ImportReport::default()
    };
    let text = text(&report);
    assert!(
        text.contains("        2  private messages (kept with --include messages)\n"),
        "{text}"
    );
    assert!(
        text.contains("        1  left by an operating system or packer\n"),
        "{text}"
    );
}

#[test]
fn a_dry_run_shows_the_plan_and_writes_nothing() {
    let mut planned = line("media/a.jpg", Outcome::Imported);
    planned.path = Some("2023/07/a.jpg".to_owned());
    let report = ImportReport {
        lines: vec![planned],
        ..good()
    };
    let dry = text_of(&report, true);
    assert!(
        dry.contains("plan:\n  p1.zip: media/a.jpg -> 2023/07/a.jpg\n"),
        "{dry}"
    );
    assert!(
        dry.ends_with(
            "\n\
             Instagram · anna: 1,200 items\n\
             1,203 entries in 1 part:\n\
             \u{20}     1,200  media would be imported\n\
             \u{20}         0  media the library already held\n\
             \u{20}         3  record files read\n\
             \u{20}         0  left aside\n\
             \u{20}         0  failed\n\
             1,200 photos and videos would be added, 0 would be changed; 5.00 MB read in 1.2 s, 4.00 MB would be written\n\
             nothing was written; the library would be: /l\n"
        ),
        "the summary comes last: {dry}"
    );
    let short = text_for(&Ran {
        dry_run: true,
        ..ran(&report)
    });
    assert!(!short.contains("plan:"), "only with --plan: {short}");
    assert!(!text_of(&report, false).contains("plan:"));
}

#[test]
fn doubles_of_the_archives_are_not_called_held_before() {
    let report = ImportReport {
        entries: 7,
        outcomes: OutcomeCounts {
            imported: 2,
            duplicate: 5,
            ..OutcomeCounts::default()
        },
        repeats: 3,
        lines: vec![
            line("a.jpg", Outcome::Repeat),
            line("b.jpg", Outcome::Duplicate),
        ],
        ..ImportReport::default()
    };
    let text = text(&report);
    assert!(
        text.contains("        2  media the library already held\n          3  media that the archives hold more than once\n"),
        "{text}"
    );
    let lines = json_lines(&report);
    assert_eq!(
        (&lines[0]["outcome"], &lines[0]["repeat"]),
        (&"duplicate".into(), &true.into())
    );
    assert_eq!(
        (&lines[1]["outcome"], &lines[1]["repeat"]),
        (&"duplicate".into(), &false.into())
    );
    assert_eq!(
        (&lines[2]["outcomes"]["duplicate"], &lines[2]["repeats"]),
        (&5.into(), &3.into())
    );
}

#[test]
fn what_a_stopped_run_did_not_reach_is_not_called_failed() {
    let report = ImportReport {
        entries: 3,
        outcomes: OutcomeCounts {
            imported: 1,
            not_reached: 2,
            ..OutcomeCounts::default()
        },
        lines: vec![
            line("a.jpg", Outcome::NotReached),
            line("b.jpg", Outcome::NotReached),
        ],
        interrupted: true,
        ..ImportReport::default()
    };
    let text = text(&report);
    assert!(
        text.contains("          0  failed\n          2  not reached before the stop\n"),
        "{text}"
    );
    assert!(!text.contains("could not be read"), "{text}");
    assert!(text.contains(hints::STOPPED), "{text}");
    assert!(!text.contains("do not add up"), "{text}");
    let lines = json_lines(&report);
    assert_eq!(lines[0]["outcome"], "not_reached");
    assert_eq!(lines[2]["outcomes"]["not_reached"], 2);
}

#[test]
fn times_known_only_as_utc_are_counted_and_a_person_is_told_what_helps() {
    let report = ImportReport {
        utc_only: 1_034,
        ..good()
    };
    let said = "1,034 photos and videos have a time known only as UTC";
    let log = text(&report);
    assert!(
        log.contains(said) && !log.contains("--home-timezone"),
        "{log}"
    );
    for (zone, hint) in [
        (
            Some("America/Bogota"),
            "this computer is set to America/Bogota; if you lived there, the same import with --home-timezone America/Bogota",
        ),
        (None, "--home-timezone ZONE (like Europe/Berlin)"),
    ] {
        let text = text_for(&Ran {
            reader: Reader::Person {
                system_zone: zone.map(str::to_owned),
            },
            ..ran(&report)
        });
        assert!(text.contains(said) && text.contains(hint), "{text}");
    }
    assert!(!text(&good()).contains("UTC"));
    assert_eq!(
        json_lines(&report).last().expect("a report")["utc_only"],
        1_034
    );
}

#[test]
fn times_that_pages_show_without_a_zone_are_counted_once_with_what_helps() {
    let report = ImportReport {
        zoneless: 1,
        ..good()
    };
    let text_of_it = text(&report);
    let said = "1 photo or video has a time that the service's pages show without a time zone";
    assert_eq!(text_of_it.matches(said).count(), 1, "{text_of_it}");
    assert!(text_of_it.contains("--home-timezone"), "{text_of_it}");
    assert!(!text(&good()).contains("without a time zone"));
    assert_eq!(json_lines(&report).last().expect("a report")["zoneless"], 1);
}

#[test]
fn numbers_that_do_not_add_up_are_not_hidden() {
    let report = ImportReport {
        entries: 9,
        ..ImportReport::default()
    };
    assert!(text(&report).contains("do not add up"));
    assert!(!text(&good()).contains("do not add up"));
}

#[test]
fn json_lists_everything_and_ends_with_the_report() {
    let report = ImportReport {
        problems: vec![PartProblem {
            part: "p.zip".to_owned(),
            what: PartFault::Empty,
        }],
        lines: (0..33)
            .map(|_| line("a.jpg", Outcome::Failed("bad".to_owned())))
            .collect(),
        missing: (0..40).map(|n| missing_line("a.json", n)).collect(),
        ..good()
    };
    let lines = json_lines(&report);
    let count = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count();
    assert_eq!(
        (count("problem"), count("entry"), count("missing")),
        (1, 33, 40)
    );
    let last = lines.last().expect("never empty");
    assert_eq!(
        (&last["type"], &last["missing"], &last["entries"]),
        (&"report".into(), &40.into(), &1_203.into())
    );
}
