//! What closes the numbering of an archive, and what leaves it open.

use super::*;
use model::import_note::{Asked, CameTo, FORMAT, ProblemNote};
use model::parts_word::{KIND, PartsWord};

/// A part whose contents are the text.
fn part(name: &str, contents: &str) -> PartNote {
    PartNote {
        size_bytes: Some(10),
        pieces: Some(vec![PieceNote {
            provider: "p".into(),
            export: name.trim_end_matches(".zip").into(),
            contents: contents.into(),
            ..PieceNote::default()
        }]),
        ..PartNote::named(name)
    }
}

/// A part of a numbered archive.
fn numbered(export: &str, number: u32) -> PartNote {
    let name = format!("{export}-00{number}.zip");
    with(part(&name, &name), |piece| {
        piece.export = export.into();
        piece.told = true;
        piece.slot = Some(format!("{export}-{number}"));
    })
}

/// A part of an archive whose service gives no numbers.
fn dated(export: &str, suffix: &str) -> PartNote {
    with(part(&format!("{export}-{suffix}.zip"), suffix), |piece| {
        piece.export = export.into();
        piece.told = true;
    })
}

fn with(mut part: PartNote, change: impl Fn(&mut PieceNote)) -> PartNote {
    part.pieces.iter_mut().flatten().for_each(change);
    part
}

fn listed(part: PartNote, all: bool) -> PartNote {
    with(part, |piece| piece.listed = Some(all))
}

fn run(id: i64, parts: &[PartNote], said: Option<u32>) -> RunRow {
    let asked = Asked {
        format: FORMAT,
        parts: said,
        ..Asked::default()
    };
    let came_to = CameTo {
        format: FORMAT,
        part_facts: parts.to_vec(),
        ..CameTo::default()
    };
    RunRow {
        id,
        kind: "import".into(),
        started: "2026-01-01T00:00:00Z".into(),
        finished: Some("2026-01-01T00:01:00Z".into()),
        command: serde_json::to_string(&asked).unwrap(),
        report: Some(serde_json::to_string(&came_to).unwrap()),
        undone_by: None,
    }
}

fn word(id: i64, parts: u32, pieces: &[&str]) -> RunRow {
    let word = PartsWord {
        provider: "p".into(),
        account: None,
        parts,
        pieces: pieces.iter().map(|piece| (*piece).to_owned()).collect(),
    };
    RunRow {
        kind: KIND.into(),
        command: serde_json::to_string(&word).unwrap(),
        report: Some("{}".into()),
        ..run(id, &[], None)
    }
}

fn found(rows: &[RunRow]) -> Vec<GivenArchive> {
    let mut found = archives(rows, &|_| None);
    assert!(found.len() <= 1, "one account: {found:?}");
    found
        .pop_first()
        .map(|(_, archives)| archives)
        .unwrap_or_default()
}

fn numberings(rows: &[RunRow]) -> Vec<Numbering> {
    found(rows)
        .iter()
        .map(|archive| archive.numbering)
        .collect()
}

const STAMP: &str = "takeout-20240101T000000Z";
const DAY: &str = "instagram-anna-2024-05-01";

#[test]
fn a_numbered_archive_without_its_list_cannot_show_its_last_part() {
    let two = [numbered(STAMP, 1), numbered(STAMP, 2)];
    assert_eq!(numberings(&[run(1, &two, None)]), [Numbering::Untold]);
    let with_list = [listed(numbered(STAMP, 1), true), numbered(STAMP, 2)];
    assert_eq!(numberings(&[run(1, &with_list, None)]), [Numbering::Listed]);
    // Whichever import brought the list.
    let apart = [
        run(1, &[numbered(STAMP, 2)], None),
        run(2, &[listed(numbered(STAMP, 1), true)], None),
    ];
    assert_eq!(numberings(&apart), [Numbering::Listed]);
    let not_all = [
        listed(numbered(STAMP, 1), true),
        listed(numbered(STAMP, 2), false),
    ];
    assert_eq!(numberings(&[run(1, &not_all, None)]), [Numbering::Unlisted]);
    // The list of another export says nothing of this one.
    let other = [
        listed(numbered("takeout-20200101T000000Z", 1), true),
        numbered(STAMP, 1),
    ];
    assert_eq!(
        numberings(&[run(1, &other, None)]),
        [Numbering::Listed, Numbering::Untold]
    );
}

#[test]
fn a_list_speaks_for_nameless_pieces_only_if_it_lists_them() {
    let both = [listed(part("a", "1"), true), part("b", "2")];
    assert_eq!(
        numberings(&[run(1, &both, None)]),
        [Numbering::Listed, Numbering::Untold]
    );
}

#[test]
fn names_that_tell_the_number_close_it() {
    let of = |number| with(numbered("Part", number), |piece| piece.of = Some(2));
    assert_eq!(
        numberings(&[run(1, &[of(1), of(2)], None)]),
        [Numbering::Named(2)]
    );
    let few = Numbering::TooFew { said: 2, given: 1 };
    assert_eq!(numberings(&[run(1, &[of(2)], None)]), [few]);
}

#[test]
fn the_users_word_with_the_import_closes_what_it_counts() {
    let (a, b) = (dated(DAY, "A"), dated(DAY, "B"));
    let rows = |said| [run(1, &[a.clone(), b.clone()], said)];
    assert_eq!(numberings(&rows(None)), [Numbering::Untold]);
    assert_eq!(numberings(&rows(Some(2))), [Numbering::Said(2)]);
    let few = Numbering::TooFew { said: 3, given: 2 };
    assert_eq!(numberings(&rows(Some(3))), [few]);
    // The third comes later.
    let mut later = vec![rows(Some(3))[0].clone(), run(2, &[dated(DAY, "C")], None)];
    assert_eq!(numberings(&later), [Numbering::Said(3)]);
    later.push(run(3, &[dated(DAY, "D")], None));
    let many = Numbering::TooMany { said: 3, given: 4 };
    assert_eq!(numberings(&later), [many]);
}

#[test]
fn a_part_given_twice_counts_once_under_any_name() {
    let a = dated(DAY, "A");
    let renamed = part("backup.zip", "A");
    let rows = [run(1, &[a.clone(), renamed.clone()], Some(2))];
    assert_eq!(numberings(&rows), [Numbering::TooFew { said: 2, given: 1 }]);
    let number = |copies: &str| {
        let mut again = numbered(STAMP, 1);
        again.name = format!("{STAMP}-001{copies}.zip");
        with(again, |piece| piece.contents = "packed anew".into())
    };
    let rows = [run(1, &[numbered(STAMP, 1), number(" (1)")], Some(2))];
    assert_eq!(numberings(&rows), [Numbering::TooFew { said: 2, given: 1 }]);
}

#[test]
fn two_numbers_are_two_parts_whatever_is_in_them() {
    let same = |number| with(numbered(STAMP, number), |piece| piece.contents = "c".into());
    let rows = [run(1, &[same(1), same(2)], Some(2))];
    assert_eq!(numberings(&rows), [Numbering::Said(2)]);
}

#[test]
fn two_archives_of_one_day_are_each_closed_by_their_own_word() {
    let rows = [
        run(1, &[dated(DAY, "json")], Some(1)),
        run(2, &[dated(DAY, "html")], Some(1)),
    ];
    assert_eq!(numberings(&rows), [Numbering::Said(1)]);
    // Without the second word it may be a part of the first.
    let rows = [rows[0].clone(), run(2, &[dated(DAY, "html")], None)];
    assert_eq!(
        numberings(&rows),
        [Numbering::TooMany { said: 1, given: 2 }]
    );
}

#[test]
fn a_word_given_afterwards_counts_and_the_last_one_wins() {
    let mut rows = vec![
        run(1, &[part("one.zip", "1")], None),
        run(2, &[part("two.zip", "2")], None),
    ];
    assert_eq!(numberings(&rows), [Numbering::Untold, Numbering::Untold]);
    rows.push(word(3, 2, &["1", "2"]));
    assert_eq!(numberings(&rows), [Numbering::Said(2)]);
    assert_eq!(found(&rows)[0].name, "one, two");
    rows.push(word(4, 5, &["1", "2"]));
    assert_eq!(numberings(&rows), [Numbering::TooFew { said: 5, given: 2 }]);
    // A later archive is not what the word was about.
    rows.push(word(5, 2, &["1", "2"]));
    rows.push(run(6, &[part("three.zip", "3")], None));
    assert_eq!(numberings(&rows), [Numbering::Said(2), Numbering::Untold]);
}

#[test]
fn what_is_broken_taken_back_or_cut_off_was_not_given() {
    let mut broken = run(1, &[dated(DAY, "A"), dated(DAY, "B")], Some(2));
    let mut came_to: CameTo = serde_json::from_str(broken.report.as_deref().unwrap()).unwrap();
    came_to.problems.push(ProblemNote {
        part: format!("{DAY}-B.zip"),
        problem: "cut off".into(),
        slot: None,
    });
    broken.report = Some(serde_json::to_string(&came_to).unwrap());
    let few = Numbering::TooFew { said: 2, given: 1 };
    assert_eq!(numberings(&[broken.clone()]), [few]);
    // It comes whole.
    let again = run(2, &[dated(DAY, "B")], None);
    assert_eq!(numberings(&[broken, again.clone()]), [Numbering::Said(2)]);
    let undone = RunRow {
        undone_by: Some(9),
        ..again.clone()
    };
    assert_eq!(numberings(&[undone]), []);
    let cut_off = RunRow {
        report: None,
        finished: None,
        ..again
    };
    assert_eq!(numberings(&[cut_off]), []);
}

#[test]
fn pieces_belong_to_the_account_they_name_or_to_the_only_one() {
    let named = |part: PartNote, account: &str| {
        with(part, |piece| piece.account = Some(account.to_owned()))
    };
    let rows = [
        run(1, &[part("media.zip", "m")], None),
        run(2, &[named(part("anna.zip", "a"), "anna")], None),
    ];
    let sole = archives(&rows, &|_| Some("anna".into()));
    assert_eq!(sole.len(), 1);
    assert_eq!(sole[&("p".to_owned(), Some("anna".to_owned()))].len(), 2);
    assert_eq!(archives(&rows, &|_| None).len(), 2);
    // The same piece, named later: it is that account's.
    let rows = [
        run(1, &[part("x.zip", "x")], None),
        run(2, &[named(part("x.zip", "x"), "ben")], None),
    ];
    let found = archives(&rows, &|_| None);
    assert_eq!(found.keys().next().unwrap().1.as_deref(), Some("ben"));
    assert_eq!((found.len(), found.values().next().unwrap().len()), (1, 1));
}
