//! The decision table of the certificate.

use super::super::journal::Journal;
use super::super::situation::Situation;
use super::super::{CertificateCounts, Gap, NotUnderstoodFile};
use super::*;
use model::kind::Kind;
use model::not_understood::UnnamedMedia;

/// Everything is there, was read, and nothing is open.
fn whole() -> Situation {
    Situation {
        provider: "instagram".into(),
        account: Some("anna".into()),
        counts: CertificateCounts {
            records: 3,
            named: 3,
            held: 3,
            missing: 0,
            companions_missing: 0,
            assets: 3,
            files: 4,
            damaged: 0,
        },
        journal: Journal {
            imports: 1,
            ..Journal::default()
        },
        archives: vec![archive(Numbering::Said(1))],
        read_everything: true,
        ..Situation::default()
    }
}

fn file(what: NotUnderstood) -> NotUnderstoodFile {
    NotUnderstoodFile {
        part: "a.zip".into(),
        entry: "content/posts_1.html".into(),
        what,
    }
}

fn archive(numbering: Numbering) -> GivenArchive {
    GivenArchive {
        name: "instagram-anna-2024-05-01".into(),
        parts: Vec::new(),
        numbering,
        pieces: Default::default(),
    }
}

fn part(name: &str, problem: &str) -> ProblemNote {
    ProblemNote {
        part: name.into(),
        problem: problem.into(),
        slot: None,
    }
}

fn gap(date: Option<&str>) -> Gap {
    Gap {
        date: date.map(Into::into),
        what: "media/a.jpg".into(),
        records: vec!["posts_1.json".into()],
        why: "x".into(),
        to_do: "y".into(),
    }
}

type Change = fn(&mut Situation);

/// What is changed in the situation where all is well, the verdict, and words its text must hold.
const TABLE: &[(Change, &str, &str)] = &[
    (|_| {}, "complete", ""),
    (
        |s| s.archives = vec![archive(Numbering::Listed)],
        "complete",
        "",
    ),
    (
        |s| s.archives = vec![archive(Numbering::Named(3))],
        "complete",
        "",
    ),
    (
        |s| s.archives = vec![archive(Numbering::Untold)],
        "cannot_be_known",
        "--parts anna=NUMBER",
    ),
    (
        |s| {
            s.account = None;
            s.archives = vec![archive(Numbering::Untold)];
        },
        "cannot_be_known",
        "--provider instagram --parts '(not known)=NUMBER'",
    ),
    (
        |s| s.two_owners = vec!["Photos from 2023/a.jpg.json".into()],
        "cannot_be_known",
        "--account NAME",
    ),
    (
        |s| s.archives.push(archive(Numbering::Unlisted)),
        "cannot_be_known",
        "does not name everything",
    ),
    (
        |s| s.archives = vec![archive(Numbering::TooFew { said: 3, given: 1 })],
        "cannot_be_known",
        "has 3 parts, according to the user or its file names, and 1 of them was given",
    ),
    (
        |s| s.archives = vec![archive(Numbering::TooMany { said: 1, given: 2 })],
        "cannot_be_known",
        "import each archive by itself",
    ),
    (
        |s| s.archives.clear(),
        "cannot_be_known",
        "names no archive of this account",
    ),
    (
        |s| {
            s.missing = vec![gap(Some("2021-03-04"))];
            s.counts.missing = 1
        },
        "not_complete",
        "2021-03 among them",
    ),
    (
        |s| {
            s.missing = vec![gap(Some("2021-03-04")), gap(Some("2022-05-01"))];
            s.counts.missing = 2
        },
        "not_complete",
        "2021-03 to 2022-05",
    ),
    (
        |s| {
            s.missing = vec![gap(None)];
            s.counts.missing = 1
        },
        "not_complete",
        "all dates",
    ),
    (|s| s.damaged = vec![gap(None)], "not_complete", "--repair"),
    (
        |s| {
            s.damaged = vec![gap(None)];
            s.missing = vec![gap(None)];
            s.counts.missing = 1
        },
        "not_complete",
        "--repair",
    ),
    (
        |s| {
            s.missing = vec![gap(None)];
            s.counts.missing = 1;
            s.unsettled = true
        },
        "not_complete",
        "repeat it",
    ),
    (
        |s| s.counts.records = 0,
        "cannot_be_known",
        "no record files",
    ),
    (
        |s| s.counts.assets = 0,
        "cannot_be_known",
        "holds no photo or video",
    ),
    (
        |s| s.journal.imports = 0,
        "cannot_be_known",
        "journal of imports is gone",
    ),
    (
        |s| s.journal.parts = vec![part("a_2.zip", "missing")],
        "cannot_be_known",
        "a_2.zip: missing: download it again",
    ),
    (
        |s| s.journal.parts = vec![part("a_2.zip", "cut off"), part("a_3.zip", "empty")],
        "cannot_be_known",
        "a_3.zip",
    ),
    (
        |s| {
            s.journal.failed = vec![FailedNote {
                part: "a.zip".into(),
                entry: "x.jpg".into(),
                reason: "checksum differs".into(),
            }]
        },
        "cannot_be_known",
        "x.jpg in a.zip",
    ),
    (
        |s| s.journal.filtered = vec!["2026-01-01".into()],
        "cannot_be_known",
        "--since",
    ),
    (
        |s| s.journal.cut_off = vec!["2026-01-01".into()],
        "cannot_be_known",
        "was cut off",
    ),
    (
        |s| s.not_understood = vec![file(NotUnderstood::GivesNoMedia)],
        "cannot_be_known",
        "content/posts_1.html in a.zip (its name is that of a record file",
    ),
    (
        |s| {
            s.not_understood = vec![file(NotUnderstood::NotAllRead {
                count: 2,
                examples: vec!["media/1.jpg".into()],
            })]
        },
        "cannot_be_known",
        "2 of the media it names were not read out of it (media/1.jpg)",
    ),
    (
        |s| {
            s.not_understood = vec![file(NotUnderstood::NamesMedia {
                examples: vec!["media/1.jpg".into()],
            })]
        },
        "cannot_be_known",
        "it names media (media/1.jpg)",
    ),
    (
        |s| {
            s.not_understood = vec![file(NotUnderstood::UnknownStructure {
                lacks: "no box of a post".into(),
            })]
        },
        "cannot_be_known",
        "no box of a post",
    ),
    (
        |s| {
            s.not_understood = vec![file(NotUnderstood::Unreadable {
                reason: "checksum differs".into(),
            })]
        },
        "cannot_be_known",
        "checksum differs): download the part again",
    ),
    (
        |s| {
            s.not_understood = vec![file(NotUnderstood::MediaWithoutRecord {
                count: 9,
                folder: "media/stories".into(),
            })]
        },
        "cannot_be_known",
        "9 media in media/stories that no record names",
    ),
    (
        |s| {
            s.not_understood = vec![
                file(NotUnderstood::LooksLikeMedia {
                    media_type: "image/jpeg".into(),
                });
                5
            ]
        },
        "cannot_be_known",
        "and 2 more: look at them",
    ),
    (
        |s| s.counts.companions_missing = 1,
        "not_complete",
        "1 file that belongs to a photo or video",
    ),
    (
        |s| s.journal.older = vec!["2026-01-01".into()],
        "cannot_be_known",
        "made by an older albumen",
    ),
    (
        |s| {
            s.journal.unreadable = vec![UnreadableImport {
                run: 7,
                started: "2026-01-01".into(),
            }]
        },
        "cannot_be_known",
        "albumen undo 7",
    ),
    (
        |s| s.unsettled = true,
        "cannot_be_known",
        "did not come to its end",
    ),
    (
        |s| s.read_everything = false,
        "cannot_be_known",
        "not every file was read",
    ),
    (
        |s| s.catalog_faults = vec!["page 3".into()],
        "cannot_be_known",
        "albumen rebuild",
    ),
    (
        |s| {
            s.photos = 50;
            s.median_pixels = Some(640)
        },
        "cannot_be_known",
        "640 pixels",
    ),
    (
        |s| {
            s.photos = 50;
            s.median_pixels = Some(1080)
        },
        "complete",
        "",
    ),
    (
        |s| {
            s.photos = 9;
            s.median_pixels = Some(320)
        },
        "complete",
        "",
    ),
    (
        |s| {
            s.not_understood = vec![file(NotUnderstood::NumberBefore {
                missing: "content/posts_1.json".into(),
            })]
        },
        "cannot_be_known",
        "the file numbered before it is in no part given so far: content/posts_1.json",
    ),
    (
        |s| {
            s.few_unnamed = vec![UnnamedMedia {
                provider: "instagram".into(),
                account: None,
                kind: Kind::Other,
                folder: "media/other".into(),
                count: 2,
                example: "media/other/1.jpg".into(),
                expected: false,
            }]
        },
        "complete",
        "2 media in media/other: no record file names them",
    ),
    (|s| s.html_only = true, "complete", "JSON edition"),
    (
        |s| s.journal.messages_left_aside = 2,
        "complete",
        "2 files of private messages",
    ),
    (
        |s| s.days = Some(("2020-01-01".into(), "2020-12-31".into())),
        "complete",
        "2020-01-01 to 2020-12-31",
    ),
    (
        |s| s.kinds = [("post".to_owned(), 3)].into(),
        "complete",
        "post 3",
    ),
    (
        |s| {
            s.account = None;
            s.without_account = true
        },
        "complete",
        "whose account",
    ),
];

#[test]
fn every_situation_has_its_verdict_and_its_words() {
    assert!(TABLE.len() >= 20);
    for (row, (change, verdict, words)) in TABLE.iter().enumerate() {
        let mut situation = whole();
        change(&mut situation);
        let certificate = judge(situation.clone());
        assert_eq!(certificate.verdict.as_str(), *verdict, "row {row}");
        let text = format!(
            "{} {}",
            certificate.reasons.join(" "),
            certificate.notes.join(" ")
        );
        assert!(
            text.contains(words),
            "row {row}: {words:?} is not in {text}"
        );
        let silent = *verdict != "complete" && certificate.reasons.is_empty();
        assert!(!silent, "row {row}");
    }
}

#[test]
fn what_no_archive_shows_is_said_even_when_all_is_well() {
    let certificate = judge(whole());
    assert!(certificate.notes[0].contains("all dates, all kinds of data and the highest quality"));
    assert!(certificate.reasons.is_empty() && certificate.gaps.is_empty());
}

#[test]
fn every_gap_is_listed_in_order_of_time() {
    let mut situation = whole();
    situation.missing = vec![gap(Some("2022-01-01")), gap(Some("2020-01-01"))];
    situation.damaged = vec![gap(Some("2021-01-01"))];
    let dates: Vec<String> = judge(situation.clone())
        .gaps
        .into_iter()
        .filter_map(|gap| gap.date.map(|date| date.to_string()))
        .collect();
    assert_eq!(dates, ["2020-01-01", "2021-01-01", "2022-01-01"]);
}

#[test]
fn an_archive_older_than_what_other_accounts_hold_is_said() {
    let noted = |made: Option<&str>, newest: Option<&str>| {
        let mut situation = whole();
        situation.journal.archive_day = made.map(|day| day.parse().unwrap());
        situation.newest_elsewhere = newest.map(str::to_owned);
        let certificate = judge(situation.clone());
        assert!(matches!(certificate.verdict, Verdict::Complete(_)));
        certificate
            .notes
            .iter()
            .any(|note| note.contains("is not covered; ask for a new archive"))
    };
    assert!(noted(Some("2024-05-01"), Some("2025-03-02")));
    assert!(!noted(Some("2024-05-01"), Some("2024-05-01")));
    assert!(!noted(Some("2024-05-01"), Some("2024-05")));
    assert!(noted(Some("2024-05-01"), Some("2024-06")));
    assert!(!noted(None, Some("2025-03-02")));
    assert!(!noted(Some("2024-05-01"), None));
}

#[test]
fn items_that_begin_one_or_three_years_before_the_archive_are_a_sign() {
    let noted = |first: &str| {
        let mut situation = whole();
        situation.journal.archive_day = Some("2024-05-08".parse().unwrap());
        situation.days = Some((first.to_owned(), "2024-05-01".to_owned()));
        let notes = judge(situation.clone()).notes;
        notes
            .into_iter()
            .find(|note| note.contains("ordered for all time"))
    };
    for (first, range) in [
        ("2023-05-08", Some("the last year")),
        ("2023-05-01", Some("the last year")),
        ("2021-05-15", Some("the last three years")),
        ("2023-04-30", None),
        ("2023-05-16", None),
        ("2019-01-01", None),
        ("2023-05", None),
    ] {
        let note = noted(first);
        assert_eq!(note.is_some(), range.is_some(), "{first}: {note:?}");
        assert!(
            note.unwrap_or_default().contains(range.unwrap_or("")),
            "{first}"
        );
    }
}

#[test]
fn a_single_month_is_named_once_and_no_range() {
    let mut situation = whole();
    situation.missing = vec![gap(Some("2021-03-04")), gap(Some("2021-03-30"))];
    situation.counts.missing = 2;
    let reasons = judge(situation.clone()).reasons.join(" ");
    assert!(!reasons.contains("2021-03 to"), "{reasons}");
}

#[test]
fn pictures_of_the_usual_size_are_not_small() {
    let small = |photos: u64, pixels: u32| {
        let mut situation = whole();
        (situation.photos, situation.median_pixels) = (photos, Some(pixels));
        matches!(judge(situation.clone()).verdict, Verdict::CannotBeKnown)
    };
    assert!(small(ENOUGH_PHOTOS, USUAL_PIXELS - 1));
    assert!(!small(ENOUGH_PHOTOS, USUAL_PIXELS));
    assert!(!small(ENOUGH_PHOTOS - 1, USUAL_PIXELS - 1));
}

#[test]
fn messages_left_aside_are_noted_if_there_are_any() {
    let noted = |count: u64| {
        let mut situation = whole();
        situation.journal.messages_left_aside = count;
        let notes = judge(situation.clone()).notes.join(" ");
        notes.contains("private messages left aside")
    };
    assert!(noted(1) && !noted(0));
}
