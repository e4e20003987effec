//! Fetches one part: tries until it is whole, fails for good, or no try gets any further.

use super::attempt::{Fetching, Got};
use super::error::FetchError;
use super::note::Note;
use super::partial::{Left, Partial};
use super::shared::Shared;
use super::tools::{Kit, tools};
use super::{Link, PartOutcome, PartReport};
use monitor::PartProgress;

/// Fetches the part at `link`, which is number `number` of those asked for.
pub(super) fn fetch_part(shared: &Shared<'_>, number: usize, link: &Link, kit: &Kit) -> PartReport {
    let mut report = PartReport {
        address: link.to_string(),
        path: None,
        size_bytes: None,
        bytes_fetched: 0,
        outcome: PartOutcome::Stopped,
    };
    let result = open(shared, number, link, kit, &mut report);
    shared.release(number);
    match result {
        Ok(outcome) => report.outcome = outcome,
        Err(FetchError::Stopped) => {}
        Err(error) => {
            if error.ends_run() {
                shared.end();
            }
            report.outcome = PartOutcome::Failed(error);
        }
    }
    report
}

fn open(
    shared: &Shared<'_>,
    number: usize,
    link: &Link,
    kit: &Kit,
    report: &mut PartReport,
) -> Result<PartOutcome, FetchError> {
    let folder = &shared.options.folder;
    let left = match Note::read(folder, &link.key()) {
        Some(note) => Partial::left(folder, note)?,
        None => Left::Nothing,
    };
    let partial = match left {
        Left::Whole(path, size) => {
            report.path = Some(path);
            report.size_bytes = Some(size);
            return Ok(PartOutcome::Present);
        }
        Left::Unfinished(partial) => Some(partial),
        Left::Nothing => None,
    };
    let mut fetching = Fetching {
        shared,
        tools: tools(kit, shared.options.ca_file.as_deref())?,
        link,
        number,
        partial,
        fetched: 0,
    };
    let result = persistently(&mut fetching);
    report.bytes_fetched = fetching.fetched;
    if let Some(partial) = &fetching.partial {
        report.size_bytes = partial.note.size_bytes;
        shared.conditions.monitor.part(PartProgress {
            number,
            name: &partial.note.name,
            done: partial.done,
            total: partial.note.size_bytes,
            ended: true,
        });
    }
    let (path, size, outcome) = result?;
    report.path = Some(path);
    report.size_bytes = Some(size);
    Ok(outcome)
}

/// Tries again as long as a try gets further than any before it.
fn persistently(
    fetching: &mut Fetching<'_>,
) -> Result<(std::path::PathBuf, u64, PartOutcome), FetchError> {
    let done =
        |fetching: &Fetching<'_>| fetching.partial.as_ref().map_or(0, |partial| partial.done);
    let mut resumed = done(fetching) > 0;
    let (mut best, mut tried) = (done(fetching), 0);
    loop {
        let error = match fetching.attempt() {
            Ok(Got::Present(path, size)) => return Ok((path, size, PartOutcome::Present)),
            Ok(Got::All(path, size)) => {
                let outcome = match resumed && fetching.fetched < size {
                    true => PartOutcome::Resumed,
                    false => PartOutcome::Fetched,
                };
                return Ok((path, size, outcome));
            }
            Err(error) => error,
        };
        // What another address had brought counts as an earlier run's.
        resumed |= done(fetching) > fetching.fetched;
        if done(fetching) > best {
            best = done(fetching);
            tried = 0;
        }
        tried += 1;
        let policy = &fetching.shared.options.policy;
        let Some(wait) = policy.wait(&error, tried, &fetching.link.key()) else {
            return Err(error);
        };
        if !(fetching.shared.conditions.pause)(wait) {
            return Err(FetchError::Stopped);
        }
    }
}
