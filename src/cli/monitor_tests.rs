//! Tests of `monitor.rs`: what is told, when, and where.

use super::*;
use crate::cli::output::testing::{Printed, output};

fn warning(subject: &str) -> Warning {
    Warning {
        subject: subject.to_owned(),
        message: "odd".to_owned(),
    }
}

/// A monitor whose standard error is `errors`.
fn showing<'a>(show: Show, out: &'a Output, errors: &Printed) -> CommandLineMonitor<'a> {
    let errors = Box::new(errors.clone());
    CommandLineMonitor::with(show, out, Interrupt::default(), errors)
}

#[test]
fn warnings_are_shown_clean_and_counted() {
    let (out, _) = output(Format::Text);
    let errors = Printed::default();
    let monitor = showing(Show::Lines, &out, &errors);
    monitor.warn(warning("a\u{1b}[2J.zip"));
    monitor.step("storing", Some(10), Unit::Items);
    monitor.warn(warning(""));
    assert_eq!(
        errors.text(),
        "warning: a\\u001b[2J.zip: odd\nwarning: odd\n"
    );
    assert_eq!(monitor.warnings(), 2);
}

#[test]
fn json_tells_each_step_and_not_each_advance() {
    let (out, printed) = output(Format::Json);
    let monitor = showing(Show::Json, &out, &Printed::default());
    monitor.step("reading", None, Unit::Items);
    monitor.step("storing", Some(5_000), Unit::Bytes);
    (0..5_000).for_each(|_| monitor.advance(1));
    let text = printed.text();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert!(lines.len() >= 2 && lines.len() < 100, "{}", lines.len());
    assert_eq!(lines[0]["step"], "reading");
    assert_eq!(lines[1]["total"], 5_000);
}

#[test]
fn nothing_is_said_before_its_time() {
    let (out, printed) = output(Format::Text);
    let errors = Printed::default();
    let monitor = showing(Show::Lines, &out, &errors);
    monitor.advance(1);
    monitor.step("storing", Some(3), Unit::Bytes);
    monitor.advance(3);
    monitor.items_done(1);
    monitor.finish();
    assert_eq!((errors.text().as_str(), printed.text().as_str()), ("", ""));
}

#[test]
fn lines_come_when_it_is_time() {
    let (out, printed) = output(Format::Text);
    let errors = Printed::default();
    let mut monitor = showing(Show::Lines, &out, &errors);
    monitor.pause = Duration::ZERO;
    monitor.step("storing", Some(4), Unit::Bytes);
    monitor.advance(1);
    monitor.items_done(1);
    assert_eq!(
        errors.text(),
        "storing: 1 B of 4 B (25 %)\nstoring: 1 B of 4 B (25 %), 1 item\n"
    );
    assert_eq!(printed.text(), "");
}

#[test]
fn a_step_may_grow_and_its_parts_are_shown_on_a_terminal() {
    let (out, _) = output(Format::Text);
    let errors = Printed::default();
    let mut monitor = showing(Show::Lines, &out, &errors);
    monitor.pause = Duration::ZERO;
    monitor.step("fetching", None, Unit::Bytes);
    monitor.grow(4);
    monitor.advance(1);
    monitor.grow(6);
    assert_eq!(
        errors.text(),
        "fetching: 0 B of 4 B (0 %)\nfetching: 1 B of 4 B (25 %)\nfetching: 1 B of 10 B (10 %)\n"
    );
    let bars = showing(Show::Bar, &out, &Printed::default());
    bars.step("fetching", None, Unit::Bytes);
    let part = |done, ended| PartProgress {
        number: 3,
        name: "a.zip",
        done,
        total: Some(9),
        ended,
    };
    bars.part(part(2, false));
    bars.part(part(5, false));
    let position = |monitor: &CommandLineMonitor<'_>| {
        let step = monitor.lock();
        let part = step.as_ref().and_then(|step| step.parts.get(&3));
        part.map(|(shared, _)| shared.lock().done)
    };
    assert_eq!(position(&bars), Some(5));
    bars.part(part(9, true));
    assert_eq!(position(&bars), None);
}

#[test]
fn ctrl_c_reaches_the_run() {
    let (out, _) = output(Format::Text);
    let interrupt = Interrupt::default();
    let monitor = CommandLineMonitor::new(&out, interrupt.clone());
    assert!(!monitor.stopped());
    interrupt.ask();
    assert!(monitor.stopped());
}

#[test]
fn quiet_says_nothing_and_counts_all_the_same() {
    let (out, printed) = output(Format::Json);
    let out = out.telling_as(Telling::new(Level::Quiet));
    assert_eq!(Show::suited(&out), Show::Nothing);
    let errors = Printed::default();
    let mut monitor = showing(Show::Nothing, &out, &errors);
    monitor.pause = Duration::ZERO;
    monitor.step("storing", Some(4), Unit::Bytes);
    monitor.advance(1);
    monitor.warn(warning("a.zip"));
    monitor.finish();
    assert_eq!(monitor.warnings(), 1);
    assert_eq!((errors.text().as_str(), printed.text().as_str()), ("", ""));
}

#[test]
fn verbose_says_what_each_step_did() {
    let (out, _) = output(Format::Text);
    let out = out.telling_as(Telling::new(Level::Verbose));
    let errors = Printed::default();
    let monitor = showing(Show::Lines, &out, &errors);
    monitor.step("reading", None, Unit::Items);
    monitor.advance(7);
    monitor.step("storing", Some(4), Unit::Bytes);
    monitor.finish();
    assert_eq!(
        errors.text(),
        "reading: 7 in 0.0 s\nstoring: 0 B in 0.0 s\n"
    );
}
