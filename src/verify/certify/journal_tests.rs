//! What the journal leaves open, and what another import makes good.

use super::*;
use model::import_note::{AccountNote, Asked, FORMAT};

fn row(asked: &Asked, came_to: Option<&CameTo>) -> RunRow {
    RunRow {
        id: 1,
        kind: "import".into(),
        started: "2026-01-01T00:00:00Z".into(),
        finished: came_to.map(|_| "2026-01-01T00:01:00Z".into()),
        command: serde_json::to_string(asked).unwrap(),
        report: came_to.map(|came_to| serde_json::to_string(came_to).unwrap()),
        undone_by: None,
    }
}

fn asked(parts: &[&str]) -> Asked {
    Asked {
        format: FORMAT,
        paths: parts.iter().map(|part| (*part).to_owned()).collect(),
        ..Asked::default()
    }
}

fn of(provider: &str, account: Option<&str>) -> AccountNote {
    AccountNote {
        provider: provider.into(),
        account: account.map(str::to_owned),
        items: 1,
    }
}

fn came_to(parts: &[&str]) -> CameTo {
    CameTo {
        format: FORMAT,
        part_facts: parts.iter().map(|part| PartNote::named(*part)).collect(),
        accounts: vec![of("p", None)],
        left_aside: Some(Vec::new()),
        not_understood: Some(Vec::new()),
        ..CameTo::default()
    }
}

/// An import of some parts that came to its end; `more` says what else it noted.
fn done(parts: &[&str], more: impl FnOnce(&mut CameTo)) -> RunRow {
    let mut came_to = came_to(parts);
    more(&mut came_to);
    row(&asked(parts), Some(&came_to))
}

fn whole(parts: &[&str]) -> RunRow {
    done(parts, |_| ())
}

fn problem(part: &str, problem: &str) -> Vec<ProblemNote> {
    vec![ProblemNote {
        part: part.into(),
        problem: problem.into(),
        slot: None,
    }]
}

#[test]
fn a_missing_part_is_told_until_it_comes() {
    let gap = |came_to: &mut CameTo| came_to.problems = problem("a_2.zip", "missing");
    let mut rows = vec![done(&["a_1.zip", "a_3.zip"], gap)];
    assert_eq!(journal(&rows, "p").parts.len(), 1);
    rows.push(whole(&["a_2.zip"]));
    assert_eq!(journal(&rows, "p").parts, []);
    // Broken again is not there.
    rows[1] = done(&["a_2.zip"], |came_to| {
        came_to.problems = problem("a_2.zip", "cut off");
    });
    assert_eq!(journal(&rows, "p").parts.len(), 2);
    assert_eq!(journal(&rows, "q"), Journal::default());
}

#[test]
fn the_day_of_the_newest_archive_is_read_from_its_name() {
    for (name, day) in [
        ("instagram-anna-2024-05-01-Ab3dEf9h.zip", Some("2024-05-01")),
        ("takeout-20240502T101112Z-3-001.tgz", Some("2024-05-02")),
        ("anna_20200102_part_1.zip", Some("2020-01-02")),
        ("2024-05-03.zip", Some("2024-05-03")),
        ("anna-17890000000000012.zip", None),
        ("anna-99999999.zip", None),
        ("mydata~1700000000000-2.zip", Some("2023-11-14")),
        ("mydata~17.zip", None),
        ("été-2024-13-01-é.zip", None),
        ("", None),
    ] {
        assert_eq!(
            day_in(name).map(|day| day.to_string()).as_deref(),
            day,
            "{name}"
        );
    }
    let day = |rows: &[RunRow], provider| {
        let found = journal(rows, provider).archive_day;
        found.map(|day| day.to_string())
    };
    // Of two services in one import only the parts that say whose they are.
    let parts = ["instagram-2024-05-01.zip", "other-2025-01-01.zip"];
    let both = done(&parts, |came_to| {
        came_to.accounts = vec![of("instagram", None), of("q", None)];
    });
    assert_eq!(day(&[both], "instagram").as_deref(), Some("2024-05-01"));
    let alone = [whole(&["any-2023-01-01.zip"])];
    assert_eq!(day(&alone, "p").as_deref(), Some("2023-01-01"));
}

#[test]
fn the_newest_archive_of_each_account_is_told_by_names_only() {
    let import = |parts: &[&str], accounts: &[(&str, Option<&str>)]| {
        done(parts, |came_to| {
            let accounts = accounts.iter();
            came_to.accounts = accounts
                .map(|(provider, account)| of(provider, *account))
                .collect();
        })
    };
    let rows = [
        import(
            &["instagram-anna-2024-05-01-x.zip"],
            &[("instagram", Some("anna"))],
        ),
        import(
            &[
                "instagram-anna-2025-05-01-x.zip",
                "instagram-ben-2023-01-02-x.zip",
                "mydata~1700000000000.zip",
            ],
            &[
                ("instagram", Some("anna")),
                ("instagram", Some("ben")),
                ("snapchat", None),
            ],
        ),
        import(&["holiday.zip"], &[("facebook", Some("anna"))]),
    ];
    let told: Vec<String> = newest_archives(&rows)
        .iter()
        .map(|newest| {
            format!(
                "{} {} {}",
                newest.provider,
                newest.account.as_deref().unwrap_or("-"),
                newest.day
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "instagram anna 2025-05-01",
            "instagram ben 2023-01-02",
            "snapchat - 2023-11-14"
        ]
    );
}

#[test]
fn an_import_that_was_taken_back_says_nothing() {
    let undone = RunRow {
        undone_by: Some(2),
        ..done(&["a_1.zip"], |came_to| {
            came_to.problems = problem("a_2.zip", "missing");
        })
    };
    assert_eq!(journal(&[undone], "p"), Journal::default());
}

#[test]
fn a_failed_entry_is_told_until_its_part_is_read_without() {
    let mut rows = vec![done(&["a.zip"], |came_to| {
        came_to.failed = vec![FailedNote {
            part: "a.zip".into(),
            entry: "x.jpg".into(),
            reason: "crc".into(),
        }];
    })];
    assert_eq!(journal(&rows, "p").failed.len(), 1);
    rows.push(whole(&["b.zip"]));
    assert_eq!(journal(&rows, "p").failed.len(), 1);
    rows.push(whole(&["a.zip"]));
    assert_eq!(journal(&rows, "p").failed, []);
}

#[test]
fn filters_and_cuts_are_told_until_made_good() {
    let filtered = Asked {
        since: Some("2020-01-01".parse().unwrap()),
        ..asked(&["a.zip"])
    };
    let mut rows = vec![
        row(&filtered, Some(&came_to(&["a.zip"]))),
        row(&asked(&["b.zip"]), None),
    ];
    let found = journal(&rows, "p");
    assert_eq!((found.filtered.len(), found.cut_off.len()), (1, 1));
    rows.push(whole(&["a.zip", "b.zip"]));
    let found = journal(&rows, "p");
    assert_eq!((found.filtered.len(), found.cut_off.len()), (0, 0));
    assert_eq!(found.imports, 2);
}

#[test]
fn an_import_whose_note_cannot_be_read_is_one_of_which_nothing_is_known() {
    let good = whole(&["a.zip"]);
    let broken = |command: &str, report: Option<&str>| RunRow {
        id: 7,
        command: command.to_owned(),
        report: report.map(str::to_owned),
        ..good.clone()
    };
    let report = good.report.as_deref();
    for bad in [
        broken("{}", report),
        broken(&good.command.replace("null", "\"never\""), report),
        broken(&good.command, Some("{}")),
        broken(&good.command, Some("{\"interrupted\":false}")),
        broken("", None),
    ] {
        // Whoever's it was, no account can be known.
        let found = journal(&[good.clone(), bad.clone()], "p");
        assert_eq!(found.unreadable.len(), 1, "{bad:?}");
        assert_eq!(found.unreadable[0].run, 7);
        assert_eq!(journal(std::slice::from_ref(&bad), "q").unreadable.len(), 1);
        assert_eq!(newest_archives(&[bad]), []);
    }
}

#[test]
fn an_import_of_an_older_albumen_is_told_until_a_newer_one_repeats_it() {
    let old = RunRow {
        command: r#"{"paths":["a.zip"],"provider":null,"account":null,"since":null,"until":null,"include_messages":false,"home_timezone":null}"#.into(),
        report: Some(r#"{"part_names":["a.zip"],"problems":[],"failed":[],"recognized":[["p",null,1]],"messages_left_aside":0,"parts":1,"entries":1,"outcomes":{"imported":1,"duplicate":0,"record":0,"ignored":0,"failed":0},"items":1,"missing":0,"assets_added":1,"assets_changed":0,"bytes_read":1,"bytes_written":1,"interrupted":false}"#.into()),
        ..whole(&["a.zip"])
    };
    let mut rows = vec![old.clone()];
    let found = journal(&rows, "p");
    assert_eq!((found.older.len(), found.unreadable.len()), (1, 0));
    // An old one does not make good what an old one left open.
    rows.push(old);
    assert_eq!(journal(&rows, "p").older.len(), 2);
    rows.push(whole(&["a.zip"]));
    assert_eq!(journal(&rows, "p").older, [""; 0]);
}
