//! Parts that are not among those given, because an earlier import was given them.
//!
//! The archive only sees the parts of one import, so it calls every number between them a gap. Someone who imports part by part
//! would be told each time that all the others are missing. The catalog knows what was given before: such a part is no problem, and the
//! report says when it came.

use std::collections::BTreeMap;

use jiff::Timestamp;

use archive::{Archive, PartFault, PartName, PartProblem, part_name};
use catalog::{Catalog, CatalogError};
use monitor::{Monitor, Warning};

use super::GivenBefore;

/// What is wrong with the parts given, in the light of those given before.
pub(super) struct Problems {
    /// Problems that stand.
    pub(super) standing: Vec<PartProblem>,
    /// Parts between those given that came earlier.
    pub(super) before: Vec<GivenBefore>,
}

impl Problems {
    /// Asks the catalog about every gap, and warns of those that stand.
    ///
    /// # Errors
    /// Fails if the catalog does.
    pub(super) fn of(
        archive: &Archive,
        catalog: &Catalog,
        monitor: &dyn Monitor,
    ) -> Result<Self, CatalogError> {
        let (gaps, mut standing): (Vec<PartProblem>, Vec<PartProblem>) =
            archive.problems().iter().cloned().partition(is_gap);
        let mut before = Vec::new();
        if !gaps.is_empty() {
            let known = catalog.parts_given()?;
            for gap in gaps {
                match given(&gap, &known) {
                    Some(part) => before.push(part),
                    None => {
                        tell_problem(&gap, monitor);
                        standing.push(gap);
                    }
                }
            }
        }
        Ok(Self { standing, before })
    }
}

/// Says whether a problem is a part that is not there.
pub(super) fn is_gap(problem: &PartProblem) -> bool {
    matches!(problem.what, PartFault::Gap { .. })
}

/// Warns of what is wrong with a part.
pub(super) fn tell_problem(problem: &PartProblem, monitor: &dyn Monitor) {
    monitor.warn(Warning {
        subject: model::shown::shown(&problem.part),
        message: problem.what.to_string(),
    });
}

fn given(gap: &PartProblem, known: &BTreeMap<String, Timestamp>) -> Option<GivenBefore> {
    let wanted = part_name(&gap.part);
    let first = matches!(gap.what, PartFault::Gap { number: 1 });
    let of_slot = |name: &PartName| {
        // The first part of some exports has no number.
        let unnumbered = first && name.slot.is_none() && name.stem == wanted.export;
        unnumbered || (name.slot.is_some() && name.slot == wanted.slot)
    };
    let found = known.iter().filter(|(name, _)| of_slot(&part_name(name)));
    // One part may have been given under two names: as downloaded, and as "NAME (1)".
    let (name, at) = found.max_by_key(|(_, at)| **at)?;
    Some(GivenBefore {
        part: name.clone(),
        at: *at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(gap: &str, number: u32, known: &[&str]) -> Option<String> {
        let known = known
            .iter()
            .map(|name| ((*name).to_owned(), Timestamp::UNIX_EPOCH))
            .collect();
        let gap = PartProblem {
            part: gap.to_owned(),
            what: PartFault::Gap { number },
        };
        given(&gap, &known).map(|part| part.part)
    }

    #[test]
    fn only_the_same_number_of_the_same_export_fills_a_gap() {
        let gap = "takeout-20250301T101112Z-3-002.zip";
        for (known, fills) in [
            ("takeout-20250301T101112Z-3-002.zip", true),
            ("takeout-20250301T101112Z-3-002 (1).zip", true),
            ("takeout-20250301T101112Z-3-001.zip", false),
            ("takeout-20250301T101112Z-4-002.zip", false),
            ("takeout-20240301T101112Z-3-002.zip", false),
            ("takeout.zip", false),
        ] {
            assert_eq!(found(gap, 2, &[known]).is_some(), fills, "{known}");
        }
    }

    #[test]
    fn a_first_part_may_have_no_number() {
        let gap = "anna_20200102_part_1.zip";
        assert_eq!(
            found(gap, 1, &["anna_20200102.zip"]).as_deref(),
            Some("anna_20200102.zip")
        );
        assert_eq!(found(gap, 1, &["anna_20190102.zip"]), None);
        assert_eq!(
            found("anna_20200102_part_2.zip", 2, &["anna_20200102.zip"]),
            None
        );
    }
}
