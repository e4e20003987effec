//! Tests of `progress.rs`: what is said, and that it never needs more room than there is.

use super::*;

fn progress() -> Progress {
    let mut progress = Progress::new("storing", Some(3_400_000_000), 0, Unit::Bytes);
    progress.items = 1412;
    progress.done = 1_200_000_000;
    progress.at(Duration::from_secs(12));
    progress
}

#[test]
fn a_line_says_how_far_how_fast_and_how_long() {
    assert_eq!(
        progress().line(),
        "storing: 1.20 GB of 3.40 GB (35 %), 1,412 items, 100.00 MB/s, 22 seconds left"
    );
    assert_eq!(
        progress().ended(),
        "storing: 1.20 GB, 1,412 items in 12.0 s"
    );
}

#[test]
fn what_is_not_known_is_not_guessed() {
    let mut young = progress();
    young.pace = Pace::from(0);
    young.at(Duration::from_millis(100));
    assert_eq!(
        young.line(),
        "storing: 1.20 GB of 3.40 GB (35 %), 1,412 items"
    );
    let mut unknown = Progress::new("storing", None, 0, Unit::Items);
    unknown.done = 20_000;
    unknown.at(Duration::from_secs(12));
    assert_eq!(unknown.line(), "storing: 20,000, 1,666/s");
    let empty = Progress::new("storing", Some(0), 0, Unit::Bytes);
    assert_eq!(empty.line(), "storing: 0 B");
}

#[test]
fn nothing_is_said_of_speed_before_anything_moved_and_after_all_is_done() {
    for width in [20, 60, 200] {
        let mut progress = Progress::new("storing", Some(100), 0, Unit::Items);
        for ms in [0, 100, 600, 5_000] {
            progress.at(Duration::from_millis(ms));
            let line = progress.line_within(width);
            assert!(!line.contains("/s") && !line.contains("left"), "{line}");
        }
        progress.done = 100;
        progress.at(Duration::from_secs(6));
        let line = progress.line_within(width);
        assert!(!line.contains("left") && !line.contains(" 0/"), "{line}");
        assert!(!progress.line().contains("left"));
    }
}

#[test]
fn a_rate_below_one_a_second_is_told_by_the_minute() {
    let mut slow = Progress::new("drawing", Some(100), 0, Unit::Items);
    slow.done = 3;
    slow.at(Duration::from_secs(10));
    assert_eq!(
        slow.line(),
        "drawing: 3 of 100 (3 %), 18/min, 5 minutes left"
    );
}

#[test]
fn more_than_all_is_all() {
    let mut over = progress();
    over.done = 4_000_000_000;
    assert!(over.line().contains("(100 %)"), "{}", over.line());
    assert_eq!(over.left(), None);
}

#[test]
fn the_rate_is_that_of_the_last_half_minute() {
    let mut progress = Progress::new("storing", Some(10_000), 0, Unit::Items);
    // A fast minute, then a slow one.
    for second in 1..=120 {
        progress.done += if second <= 60 { 100 } else { 10 };
        progress.at(Duration::from_secs(second));
    }
    assert_eq!(progress.rate(), Some(10.0));
    assert_eq!(progress.left(), Some(Duration::from_secs(340)));
    // What moved long ago says nothing of a step that stands still.
    progress.at(Duration::from_secs(200));
    assert_eq!((progress.rate(), progress.left()), (None, None));
}

#[test]
fn what_an_earlier_run_brought_is_not_counted_as_speed() {
    let mut part = Progress::new("a.zip", Some(1_000), 900, Unit::Bytes);
    part.done = 910;
    part.at(Duration::from_secs(10));
    assert_eq!(part.rate(), Some(1.0));
}

#[test]
fn a_line_is_never_wider_than_the_terminal() {
    let mut wide = Progress::new("東京の夜と海 archive-of-2024.zip", None, 7, Unit::Bytes);
    wide.done = 9;
    let mut long = progress();
    long.total = Some(u64::MAX);
    let mut part = Progress::new("a-part-with-a-long-name-001.zip", Some(100), 0, Unit::Bytes);
    part.done = 7;
    assert_eq!(part.line_within(19), "a-part-with-a-  7 %");
    for progress in [progress(), wide, long, part] {
        for width in 0..140 {
            let line = progress.line_within(width);
            assert!(columns(&line) <= width, "{width}: {line}");
        }
    }
    assert_eq!(
        progress().line_within(100),
        "storing  [=======>            ]  35 %  1.20 GB of 3.40 GB  1,412 items  100.00 MB/s  22s left"
    );
    assert_eq!(
        progress().line_within(60),
        "storing  35 %  1.20 GB of 3.40 GB  100.00 MB/s  22s left"
    );
    assert_eq!(progress().line_within(20), "storing  35 %");
    assert_eq!(progress().line_within(5), "stori");
}

#[test]
fn times_are_short() {
    for (seconds, text) in [
        (7, "7s"),
        (185, "3m 05s"),
        (8_040, "2h 14m"),
        (273_600, "3d 04h"),
    ] {
        assert_eq!(short(Duration::from_secs(seconds)), text);
    }
}

#[test]
fn json_has_null_for_unknown() {
    let mut unknown = progress();
    unknown.total = None;
    unknown.pace = Pace::default();
    let json = serde_json::to_value(unknown.to_json()).expect("plain numbers");
    assert_eq!(
        json,
        serde_json::json!({"type": "progress", "step": "storing", "unit": "bytes", "done": 1_200_000_000_u64,
            "total": null, "items": 1412, "per_second": null, "seconds_left": null})
    );
}
