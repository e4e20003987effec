//! Decides what to do with every entry. A pure function of what was read and what is known; no files, no SQL.

use std::collections::HashMap;
use std::sync::Arc;

use archive::EntryId;
use catalog::{SeenKey, SeenRole};
use model::content_hash::ContentHash;
use model::entry_path::PathBelow;
use model::outcome::Ignored;
use provider::EntryRole;

/// What will be done with an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Read its bytes and keep them, unless the library turns out to hold them.
    Store,
    /// The library holds these bytes from an entry of equal path, size and checksum: not read.
    Held(ContentHash),
    /// The same path, size and checksum as another entry of this call, which is read in its place.
    SameAs(EntryId),
    /// A record file, read.
    Record,
    /// Left aside.
    Ignore(Ignored),
    /// Cannot be read.
    Fail(String),
}

/// An entry and what will be done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The entry.
    pub id: EntryId,
    /// Index of its tree, `None` for strays and refused names.
    pub tree: Option<usize>,
    /// Path below the archive's root.
    pub path: PathBelow,
    /// Export, or `""`.
    pub export: Arc<str>,
    /// What will be done.
    pub action: Action,
}

/// An entry with all a decision needs.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The entry.
    pub id: EntryId,
    /// Path below the archive's root.
    pub path: PathBelow,
    /// Export, or `""`.
    pub export: Arc<str>,
    /// Declared size.
    pub size_bytes: u64,
    /// CRC-32, if the container tells.
    pub crc32: Option<u32>,
    /// What the provider takes it for; `None`: the provider was not asked because all of its entries were seen.
    pub role: Option<EntryRole>,
    /// Why it cannot be read, if that is known beforehand.
    pub problem: Option<String>,
    /// A record of it lies outside the dates asked for, and none inside.
    pub outside_dates: bool,
}

impl Candidate {
    /// Returns its identity across archives, if its checksum is known.
    pub fn seen_key(&self) -> Option<SeenKey> {
        let crc32 = self.crc32?;
        Some(SeenKey::of(
            &self.export,
            &self.path,
            self.size_bytes,
            crc32,
        ))
    }
}

/// What earlier imports know.
pub struct Before<'a> {
    /// Entries dealt with.
    pub seen: &'a HashMap<SeenKey, SeenRole>,
    /// Whether the library holds these bytes, on disk, now.
    pub held: &'a dyn Fn(ContentHash) -> bool,
}

/// Returns whether every entry is known and every medium is held, so that the archive need not be read at all.
pub fn nothing_new(candidates: &[Candidate], before: &Before<'_>, include_messages: bool) -> bool {
    candidates.iter().all(|candidate| {
        let role = candidate.seen_key().and_then(|key| before.seen.get(&key));
        match role {
            Some(SeenRole::Media(hash)) => (before.held)(*hash),
            Some(SeenRole::Record) => true,
            Some(SeenRole::Ignored(why)) => {
                !(include_messages && ignored(why) == Ignored::Messages)
            }
            None => false,
        }
    })
}

/// Decides for each entry of one tree. What is decided takes the room of what it was decided by: an archive may have half a
/// million entries.
pub fn plan(tree: usize, candidates: Vec<Candidate>, before: &Before<'_>) -> Vec<Planned> {
    let mut first: HashMap<SeenKey, EntryId> = HashMap::new();
    candidates
        .into_iter()
        .map(|candidate| Planned {
            id: candidate.id,
            tree: Some(tree),
            action: decide(&candidate, before, &mut first),
            path: candidate.path,
            export: candidate.export,
        })
        .collect()
}

fn decide(
    candidate: &Candidate,
    before: &Before<'_>,
    first: &mut HashMap<SeenKey, EntryId>,
) -> Action {
    if let Some(problem) = &candidate.problem {
        return Action::Fail(problem.clone());
    }
    let key = candidate.seen_key();
    let seen = key.as_ref().and_then(|key| before.seen.get(key));
    match (&candidate.role, seen) {
        (Some(EntryRole::Failed(why)), _) => Action::Fail(why.clone()),
        (Some(EntryRole::Record), _) | (None, Some(SeenRole::Record)) => Action::Record,
        (Some(EntryRole::Ignored(why)), _) => Action::Ignore(why.clone()),
        (None, Some(SeenRole::Ignored(why))) => Action::Ignore(ignored(why)),
        (Some(EntryRole::Media), _) if candidate.outside_dates => {
            Action::Ignore(Ignored::OutsideDates)
        }
        (_, Some(SeenRole::Media(hash))) if (before.held)(*hash) => Action::Held(*hash),
        _ => store_once(candidate.id, key, first),
    }
}

fn store_once(id: EntryId, key: Option<SeenKey>, first: &mut HashMap<SeenKey, EntryId>) -> Action {
    match key {
        Some(key) => match first.get(&key) {
            Some(other) => Action::SameAs(*other),
            None => {
                first.insert(key, id);
                Action::Store
            }
        },
        None => Action::Store,
    }
}

/// Reads a reason kept in the catalog; one that this version does not know is as good as unknown.
fn ignored(text: &str) -> Ignored {
    serde_json::from_str(text).unwrap_or(Ignored::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: ContentHash = ContentHash([1; 32]);

    fn candidate(id: usize, path: &str, role: Option<EntryRole>) -> Candidate {
        Candidate {
            id: EntryId(id),
            path: path.into(),
            export: "".into(),
            size_bytes: 3,
            crc32: Some(9),
            role,
            problem: None,
            outside_dates: false,
        }
    }

    fn seen(path: &str, role: SeenRole) -> HashMap<SeenKey, SeenRole> {
        let key = candidate(0, path, None).seen_key().unwrap();
        HashMap::from([(key, role)])
    }

    fn actions(
        candidates: &[Candidate],
        seen: &HashMap<SeenKey, SeenRole>,
        held: bool,
    ) -> Vec<Action> {
        let before = Before {
            seen,
            held: &|_| held,
        };
        plan(0, candidates.to_vec(), &before)
            .into_iter()
            .map(|p| p.action)
            .collect()
    }

    #[test]
    fn a_medium_is_stored_once_and_held_after() {
        let media = Some(EntryRole::Media);
        let twice = [
            candidate(0, "a.jpg", media.clone()),
            candidate(1, "a.jpg", media.clone()),
        ];
        assert_eq!(
            actions(&twice, &HashMap::new(), false),
            [Action::Store, Action::SameAs(EntryId(0))]
        );
        let known = seen("a.jpg", SeenRole::Media(HASH));
        assert_eq!(actions(&twice[..1], &known, true), [Action::Held(HASH)]);
        // Known, but gone from the disk: stored again.
        assert_eq!(actions(&twice[..1], &known, false), [Action::Store]);
    }

    #[test]
    fn another_checksum_is_another_medium() {
        let mut other = candidate(0, "a.jpg", Some(EntryRole::Media));
        other.crc32 = Some(8);
        let known = seen("a.jpg", SeenRole::Media(HASH));
        assert_eq!(actions(&[other.clone()], &known, true), [Action::Store]);
        other.crc32 = None;
        assert_eq!(actions(&[other], &known, true), [Action::Store]);
    }

    #[test]
    fn a_problem_comes_before_everything() {
        let mut cut = candidate(0, "a.jpg", Some(EntryRole::Media));
        cut.problem = Some("cut off".into());
        assert_eq!(
            actions(&[cut], &seen("a.jpg", SeenRole::Media(HASH)), true),
            [Action::Fail("cut off".into())]
        );
    }

    #[test]
    fn what_the_provider_says_of_an_entry_goes_before_what_is_known_of_it() {
        let failed = EntryRole::Failed("no JSON".into());
        let unknown = EntryRole::Ignored(Ignored::Unknown);
        let rows = [
            (Some(failed), Action::Fail("no JSON".into())),
            (Some(EntryRole::Record), Action::Record),
            (Some(unknown), Action::Ignore(Ignored::Unknown)),
            (Some(EntryRole::Media), Action::Held(HASH)),
            (None, Action::Held(HASH)),
        ];
        let known = seen("a", SeenRole::Media(HASH));
        for (role, expected) in rows {
            assert_eq!(
                actions(&[candidate(0, "a", role)], &known, true),
                [expected]
            );
        }
        let known = seen("a", SeenRole::Record);
        assert_eq!(
            actions(&[candidate(0, "a", None)], &known, true),
            [Action::Record]
        );
    }

    #[test]
    fn a_medium_outside_the_dates_is_left_aside_and_nothing_else_is() {
        let outside = |role| Candidate {
            outside_dates: true,
            ..candidate(0, "a", Some(role))
        };
        let none = HashMap::new();
        assert_eq!(
            actions(&[outside(EntryRole::Media)], &none, false),
            [Action::Ignore(Ignored::OutsideDates)]
        );
        assert_eq!(
            actions(&[outside(EntryRole::Record)], &none, false),
            [Action::Record]
        );
    }

    #[test]
    fn messages_left_aside_are_looked_at_again_when_asked_for() {
        let why = serde_json::to_string(&Ignored::Messages).unwrap();
        let known = seen("m.jpg", SeenRole::Ignored(why));
        let before = Before {
            seen: &known,
            held: &|_| true,
        };
        let candidates = [candidate(0, "m.jpg", None)];
        assert!(nothing_new(&candidates, &before, false));
        assert!(!nothing_new(&candidates, &before, true));
        assert_eq!(
            actions(&candidates, &known, true),
            [Action::Ignore(Ignored::Messages)]
        );
    }

    #[test]
    fn nothing_is_new_only_if_every_medium_is_on_disk() {
        let known = seen("a.jpg", SeenRole::Media(HASH));
        let candidates = [candidate(0, "a.jpg", None)];
        for held in [true, false] {
            let before = Before {
                seen: &known,
                held: &|_| held,
            };
            assert_eq!(nothing_new(&candidates, &before, false), held);
        }
    }
}
