//! Decides how the tree becomes what it should be. Pure: looks at the disk through [`Disk`] and changes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::layout::hash_mark;
use super::names::{SHORT_HASH, folded};
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;

/// A media file the library should hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WantedFile {
    /// Where.
    pub path: LibraryPath,
    /// Its bytes.
    pub content_hash: ContentHash,
    /// Their number.
    pub size_bytes: u64,
    /// Modification time it gets.
    pub modified: Option<Timestamp>,
}

/// A media file that is, or may be, on disk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlacedFile {
    /// Where.
    pub path: LibraryPath,
    /// Its bytes.
    pub content_hash: ContentHash,
    /// Their number.
    pub size_bytes: u64,
}

/// What lies at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// An ordinary file; not a folder, link or device.
    pub is_file: bool,
    /// Size in bytes.
    pub size_bytes: u64,
    /// When it was last changed.
    pub modified: Option<Timestamp>,
    /// Device and number of the file, where the system has such: tells whether two names mean one file.
    pub id: Option<(u64, u64)>,
}

/// A file in staging: a content may lie there more than once, each time in another slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Staged {
    /// Its bytes.
    pub content_hash: ContentHash,
    /// 0, or a higher number for a further copy.
    pub slot: u32,
    /// Size in bytes.
    pub size_bytes: u64,
}

/// How the reconciler looks at the disk.
pub trait Disk {
    /// Looks at what lies at a path, without following links.
    fn look(&self, path: &LibraryPath) -> io::Result<Option<Found>>;
    /// Reads and hashes a file.
    fn hash(&self, path: &LibraryPath) -> io::Result<ContentHash>;
    /// Lists staging.
    fn staged(&self) -> io::Result<Vec<Staged>>;
}

/// One change to the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of the files")]
pub enum Action {
    /// Takes a file from a place where it no longer belongs back into staging.
    MoveOut {
        from: LibraryPath,
        content_hash: ContentHash,
        slot: u32,
    },
    /// Gives a staged file its final name.
    Place {
        content_hash: ContentHash,
        slot: u32,
        to: LibraryPath,
    },
    /// Copies a file that is wanted at two places.
    Copy {
        content_hash: ContentHash,
        from: LibraryPath,
        to: LibraryPath,
    },
    /// Removes a staged copy of bytes that lie where they belong, after reading these again.
    DropExtra {
        content_hash: ContentHash,
        slot: u32,
        kept_at: LibraryPath,
    },
    /// Sets a file's modification time.
    SetTime { path: LibraryPath, to: Timestamp },
}

/// A file that got another name than it should, because someone else's file has that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Displaced {
    /// The name it should have.
    pub wanted: LibraryPath,
    /// The name it got.
    pub path: LibraryPath,
}

/// How the tree becomes what it should be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What to do, in this order.
    pub actions: Vec<Action>,
    /// Every media file on disk once that is done, sorted by path: what the catalog notes.
    pub placements: Vec<PlacedFile>,
    /// Files whose bytes are nowhere: they must come from an archive again.
    pub vanished: Vec<WantedFile>,
    /// Files that give way to foreign ones.
    pub displaced: Vec<Displaced>,
    /// Files of ours that nothing wants any more; left where they are.
    pub unwanted: Vec<PlacedFile>,
    /// Files that have another time than they got, and other bytes.
    pub changed: Vec<LibraryPath>,
}

/// Two seconds: FAT and exFAT keep no finer times.
const TIME_TOLERANCE_S: i64 = 2;

/// Compares what should be with what is.
///
/// `placed` is what the catalog believes to be on disk, together with what an earlier run may have put there before it
/// was killed. Files of right size at a believed path are taken for what they are believed to be (`verify` reads
/// them); any other file counts as ours only if its bytes hash to a wanted content.
pub fn plan(wanted: &[WantedFile], placed: &[PlacedFile], disk: &dyn Disk) -> io::Result<Plan> {
    let mut wanted: Vec<&WantedFile> = wanted.iter().collect();
    wanted.sort();
    wanted.dedup_by(|a, b| a.path == b.path && a.content_hash == b.content_hash);
    let mut planner = Planner::new(&wanted, placed, disk);
    for file in &wanted {
        planner.settle(file)?;
    }
    planner.find_movable()?;
    Ok(planner.finish(disk.staged()?))
}

/// What stands at a path.
enum Standing {
    Free,
    /// A file whose content is wanted somewhere.
    Ours(ContentHash, Found),
    Foreign,
}

struct Planner<'a> {
    disk: &'a dyn Disk,
    believed: BTreeMap<&'a LibraryPath, BTreeSet<(ContentHash, u64)>>,
    /// Other spellings of a path that a case-blind file system takes for it.
    spellings: HashMap<String, Vec<&'a LibraryPath>>,
    sizes: HashSet<u64>,
    /// Wanted contents and their sizes.
    hashes: BTreeMap<ContentHash, u64>,
    claimed: HashSet<String>,
    kept: BTreeMap<LibraryPath, (ContentHash, Found)>,
    needs: Vec<(LibraryPath, &'a WantedFile)>,
    movable: BTreeMap<ContentHash, BTreeSet<LibraryPath>>,
    times: Vec<Action>,
    plan: Plan,
}

impl<'a> Planner<'a> {
    fn new(wanted: &[&'a WantedFile], placed: &'a [PlacedFile], disk: &'a dyn Disk) -> Self {
        let mut believed: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for file in placed {
            believed
                .entry(&file.path)
                .or_default()
                .insert((file.content_hash, file.size_bytes));
        }
        let mut spellings: HashMap<String, Vec<&LibraryPath>> = HashMap::new();
        for path in believed.keys() {
            spellings
                .entry(folded(path.as_str()))
                .or_default()
                .push(path);
        }
        Self {
            disk,
            believed,
            spellings,
            sizes: wanted.iter().map(|file| file.size_bytes).collect(),
            hashes: wanted
                .iter()
                .map(|file| (file.content_hash, file.size_bytes))
                .collect(),
            claimed: HashSet::new(),
            kept: BTreeMap::new(),
            needs: Vec::new(),
            movable: BTreeMap::new(),
            times: Vec::new(),
            plan: Plan::default(),
        }
    }

    /// Finds the path a wanted file gets: its own, or one with its hash where a foreign file lies.
    fn settle(&mut self, file: &'a WantedFile) -> io::Result<()> {
        for path in choices(file) {
            if self.claimed.contains(&folded(path.as_str())) {
                continue;
            }
            match self.standing(&path)? {
                Standing::Foreign => continue,
                Standing::Ours(hash, found)
                    if hash == file.content_hash && !self.is_misspelt(&path, &found)? =>
                {
                    self.keep(&path, file, found)?;
                }
                Standing::Ours(hash, _) if hash != file.content_hash => {
                    self.movable.entry(hash).or_default().insert(path.clone());
                    self.need(&path, file);
                }
                Standing::Ours(..) | Standing::Free => self.need(&path, file),
            }
            self.claimed.insert(folded(path.as_str()));
            if path != file.path {
                self.plan.displaced.push(Displaced {
                    wanted: file.path.clone(),
                    path,
                });
            }
            return Ok(());
        }
        self.plan.vanished.push(file.clone());
        Ok(())
    }

    fn keep(&mut self, path: &LibraryPath, file: &WantedFile, found: Found) -> io::Result<()> {
        self.kept.insert(path.clone(), (file.content_hash, found));
        let Some(to) = file.modified.filter(|to| differs(found.modified, *to)) else {
            return Ok(());
        };
        // Another time may be the only sign that somebody wrote into the file: it is taken away only where nobody did.
        match self.disk.hash(path)? == file.content_hash {
            true => self.times.push(Action::SetTime {
                path: path.clone(),
                to,
            }),
            false => self.plan.changed.push(path.clone()),
        }
        Ok(())
    }

    fn need(&mut self, path: &LibraryPath, file: &'a WantedFile) {
        self.needs.push((path.clone(), file));
    }

    fn standing(&self, path: &LibraryPath) -> io::Result<Standing> {
        let Some(found) = self.disk.look(path)? else {
            return Ok(Standing::Free);
        };
        if !found.is_file {
            return Ok(Standing::Foreign);
        }
        let believed: Vec<ContentHash> = self
            .believed
            .get(path)
            .into_iter()
            .flatten()
            .filter(|(_, size_bytes)| *size_bytes == found.size_bytes)
            .map(|(hash, _)| *hash)
            .collect();
        let hash = match believed[..] {
            [hash] => hash,
            _ if believed.len() > 1 || self.sizes.contains(&found.size_bytes) => {
                self.disk.hash(path)?
            }
            _ => return Ok(Standing::Foreign),
        };
        let ours = self.hashes.contains_key(&hash);
        Ok(if ours {
            Standing::Ours(hash, found)
        } else {
            Standing::Foreign
        })
    }

    /// Returns whether a case-blind file system shows, under `path`, a file we placed under another spelling.
    fn is_misspelt(&self, path: &LibraryPath, found: &Found) -> io::Result<bool> {
        if self.believed.contains_key(path) {
            return Ok(false);
        }
        for other in self
            .spellings
            .get(&folded(path.as_str()))
            .into_iter()
            .flatten()
        {
            if self
                .disk
                .look(other)?
                .is_some_and(|other| is_same_file(&other, found))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Finds our files at paths where they do not belong.
    fn find_movable(&mut self) -> io::Result<()> {
        let mut seen: HashSet<(u64, u64)> = self
            .kept
            .values()
            .filter_map(|(_, found)| found.id)
            .collect();
        let believed = std::mem::take(&mut self.believed);
        let kept: HashSet<String> = self.kept.keys().map(|path| folded(path.as_str())).collect();
        for (path, contents) in &believed {
            if self.kept.contains_key(path) {
                continue;
            }
            let Some(found) = self.disk.look(path)?.filter(|found| found.is_file) else {
                continue;
            };
            // Another spelling of a file that stays where it is.
            let seen_before = match found.id {
                Some(id) => !seen.insert(id),
                None => kept.contains(&folded(path.as_str())),
            };
            if seen_before {
                continue;
            }
            self.sort_out(path, contents, &found)?;
        }
        Ok(())
    }

    fn sort_out(
        &mut self,
        path: &LibraryPath,
        contents: &BTreeSet<(ContentHash, u64)>,
        found: &Found,
    ) -> io::Result<()> {
        let fitting: Vec<_> = contents
            .iter()
            .filter(|(_, size_bytes)| *size_bytes == found.size_bytes)
            .collect();
        let content_hash = match fitting[..] {
            [] => return Ok(()),
            [(hash, _)] => *hash,
            _ => self.disk.hash(path)?,
        };
        if self.hashes.contains_key(&content_hash) {
            self.movable
                .entry(content_hash)
                .or_default()
                .insert(path.clone());
        } else if fitting.iter().any(|(hash, _)| *hash == content_hash) {
            let file = PlacedFile {
                path: path.clone(),
                content_hash,
                size_bytes: found.size_bytes,
            };
            self.plan.placements.push(file.clone());
            self.plan.unwanted.push(file);
        }
        Ok(())
    }

    /// Gives every need a source: staging first, then a copy.
    ///
    /// Staged files, needs and contents are gone through side by side, in the order of their hashes: a set for each
    /// content would be as much memory as the whole plan.
    fn finish(mut self, mut staged: Vec<Staged>) -> Plan {
        // One that a power loss cut short does not count.
        staged.retain(|file| self.hashes.get(&file.content_hash) == Some(&file.size_bytes));
        staged.sort();
        let mut staged = staged.into_iter().peekable();
        let mut needs = std::mem::take(&mut self.needs);
        needs.sort_by_key(|(_, file)| file.content_hash);
        let mut needs = needs.into_iter().peekable();
        let mut later = Later::default();
        later.places.reserve_exact(needs.len());
        self.times.reserve_exact(needs.len());
        for (path, (content_hash, found)) in &self.kept {
            let size_bytes = found.size_bytes;
            self.plan.placements.push(PlacedFile {
                path: path.clone(),
                content_hash: *content_hash,
                size_bytes,
            });
        }
        let mut kept_at: HashMap<ContentHash, LibraryPath> = HashMap::new();
        for (path, (hash, _)) in &self.kept {
            kept_at.entry(*hash).or_insert_with(|| path.clone());
        }
        for hash in std::mem::take(&mut self.hashes).into_keys() {
            let mut free = BTreeSet::new();
            while let Some(file) = staged.next_if(|file| file.content_hash == hash) {
                free.insert(file.slot);
            }
            self.move_out(hash, &mut free);
            let needs = std::iter::from_fn(|| needs.next_if(|(_, file)| file.content_hash == hash));
            self.supply(hash, needs, free, kept_at.remove(&hash), &mut later);
        }
        let Plan {
            actions,
            placements,
            ..
        } = &mut self.plan;
        let last = [later.copies, later.drops, self.times];
        let count = last.iter().map(Vec::len).sum::<usize>() + later.places.len();
        actions.reserve_exact(count);
        actions.extend(later.places);
        last.into_iter().for_each(|some| actions.extend(some));
        placements.sort();
        self.plan
    }

    fn move_out(&mut self, content_hash: ContentHash, slots: &mut BTreeSet<u32>) {
        for from in self.movable.remove(&content_hash).unwrap_or_default() {
            let slot = (0..).find(|slot| !slots.contains(slot)).unwrap_or(u32::MAX);
            slots.insert(slot);
            self.plan.actions.push(Action::MoveOut {
                from,
                content_hash,
                slot,
            });
        }
    }

    fn supply(
        &mut self,
        content_hash: ContentHash,
        needs: impl Iterator<Item = (LibraryPath, &'a WantedFile)>,
        mut slots: BTreeSet<u32>,
        mut kept_at: Option<LibraryPath>,
        later: &mut Later,
    ) {
        for (to, file) in needs {
            if let Some(slot) = slots.pop_first() {
                later.places.push(Action::Place {
                    content_hash,
                    slot,
                    to: to.clone(),
                });
            } else if let Some(from) = kept_at.clone() {
                later.copies.push(Action::Copy {
                    content_hash,
                    from,
                    to: to.clone(),
                });
            } else {
                self.plan.vanished.push(file.clone());
                continue;
            }
            if let Some(time) = file.modified {
                self.times.push(Action::SetTime {
                    path: to.clone(),
                    to: time,
                });
            }
            kept_at.get_or_insert_with(|| to.clone());
            self.plan.placements.push(PlacedFile {
                path: to,
                content_hash,
                size_bytes: file.size_bytes,
            });
        }
        if let Some(kept_at) = kept_at {
            later
                .drops
                .extend(slots.into_iter().map(|slot| Action::DropExtra {
                    content_hash,
                    slot,
                    kept_at: kept_at.clone(),
                }));
        }
    }
}

#[derive(Default)]
struct Later {
    places: Vec<Action>,
    copies: Vec<Action>,
    drops: Vec<Action>,
}

fn differs(found: Option<Timestamp>, wanted: Timestamp) -> bool {
    found.is_none_or(|found| (found.as_second() - wanted.as_second()).abs() > TIME_TOLERANCE_S)
}

/// Where a system gives files no number, two spellings of one path mean one file.
fn is_same_file(a: &Found, b: &Found) -> bool {
    match (a.id, b.id) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

/// The paths a file may get, best first.
fn choices(file: &WantedFile) -> impl Iterator<Item = LibraryPath> {
    let marked = |digits| {
        let text = file.path.as_str();
        let name_at = text.len() - file.path.file_name().len();
        let dot = text.rfind('.').filter(|dot| *dot > name_at);
        let (stem, extension) = text.split_at(dot.unwrap_or(text.len()));
        let mark = hash_mark(&file.content_hash, digits);
        LibraryPath::parse(&format!("{stem}{mark}{extension}"))
    };
    // Nearly every file gets the first.
    std::iter::once(file.path.clone()).chain([SHORT_HASH, 64].into_iter().filter_map(marked))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
#[path = "reconcile_tests.rs"]
mod tests;
