//! Fetches several parts at once, and keeps count of the room they need.

use super::error::FetchError;
use super::part::fetch_part;
use super::shared::Shared;
use super::{FetchConditions, FetchOptions, FetchReport, Link, PartOutcome};
use disk::private;
use monitor::Unit;

/// Fetches every part, several at once, and says what became of each.
///
/// # Errors
/// Fails only if the folder cannot be made; what is wrong with a part is in its report.
pub fn fetch(
    links: &[Link],
    options: &FetchOptions,
    conditions: &FetchConditions<'_>,
) -> Result<FetchReport, FetchError> {
    let began = (conditions.clock)();
    private::make_folder(&options.folder).map_err(FetchError::disk("make", &options.folder))?;
    conditions.monitor.step("fetching", None, Unit::Bytes);
    let shared = Shared::new(options, conditions);
    let parts = shared.on_threads(&once(links), &|number, link, kit| {
        fetch_part(&shared, number, link, kit)
    });
    Ok(FetchReport {
        interrupted: conditions.monitor.stopped()
            && parts
                .iter()
                .any(|part| matches!(part.outcome, PartOutcome::Stopped)),
        parts,
        seconds: (conditions.clock)().duration_since(began).as_secs_f64(),
    })
}

/// The same address twice is one part.
fn once(links: &[Link]) -> Vec<&Link> {
    let mut seen = std::collections::BTreeSet::new();
    links
        .iter()
        .filter(|link| seen.insert(link.key()))
        .collect()
}
