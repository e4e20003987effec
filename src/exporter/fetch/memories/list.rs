//! Reads which memories an archive links to. The addresses stay in memory, and nowhere else.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::{Link, LinkError};
use archive::{Archive, Entry, EntryId, OpenOptions};
use model::shown::shown;
use provider::LARGEST_RECORD_FILE;
use provider::snapchat::html;
use provider::snapchat::rows::{MemoryAddress, Method, Row, read_json};

/// The lists, the fuller one first.
const LISTS: [&str; 2] = ["json/memories_history.json", "html/memories_history.html"];

/// A memory that can be fetched.
#[derive(Debug, Clone)]
pub struct WantedMemory {
    /// Name of its files, without part and ending: what archives that hold it would call it.
    pub stem: String,
    /// When it was taken.
    pub taken: Option<Timestamp>,
    /// Where it can be had, best first.
    pub(super) links: Vec<Link>,
}

/// The memories that archives list.
#[derive(Debug, Clone, Default)]
pub struct MemoryLinks {
    /// Those with a link, each once, in the order of the lists.
    pub wanted: Vec<WantedMemory>,
    /// Rows without a link: other parts of the archive hold those memories.
    pub without_link: usize,
    /// Rows whose links cannot be used.
    pub unusable: usize,
}

/// Why no list could be read.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields hold")]
pub enum MemoriesError {
    /// When an archive that was given could not be opened.
    #[error("{part}: {why}")]
    Part { part: String, why: String },
    /// When none of the archives holds `memories_history`.
    #[error("there is no list of memories in {archives}")]
    NoList { archives: String },
    /// When the list is there, and its end could not be reached.
    #[error("{entry} in {part} cannot be read: {why}")]
    List {
        part: String,
        entry: String,
        why: String,
    },
}

/// Reads the lists of memories in these archives (JSON or HTML).
///
/// # Errors
/// Fails if an archive cannot be opened, has no list, or the list cannot be read to its end.
pub fn memory_links(paths: &[PathBuf]) -> Result<MemoryLinks, MemoriesError> {
    let archive = Archive::open(paths, &OpenOptions::default());
    if let Some(problem) = archive.problems().first() {
        return Err(MemoriesError::Part {
            part: shown(&problem.part),
            why: problem.what.to_string(),
        });
    }
    let mut found = MemoryLinks::default();
    let mut seen = BTreeSet::new();
    let mut lists = 0;
    for list in LISTS {
        for (at, entry) in archive.entries().iter().enumerate() {
            if is_list(entry, list) {
                let rows = rows(&archive, EntryId(at), list == LISTS[0])?;
                rows.iter().for_each(|row| found.add(row, &mut seen));
                lists += 1;
            }
        }
    }
    match lists {
        0 => {
            let names: Vec<String> = paths
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            let archives = shown(&names.join(", "));
            Err(MemoriesError::NoList { archives })
        }
        _ => Ok(found),
    }
}

fn is_list(entry: &Entry, list: &str) -> bool {
    entry.path.as_ref().is_ok_and(|path| {
        let outer = path.as_str().strip_suffix(list);
        outer.is_some_and(|outer| outer.is_empty() || outer.ends_with('/'))
    })
}

fn rows(archive: &Archive, id: EntryId, is_json: bool) -> Result<Vec<Row>, MemoriesError> {
    let entry = &archive.entries()[id.0];
    let broken = |why: String| MemoriesError::List {
        part: shown(&archive.parts()[entry.part.0].name),
        entry: shown(&entry.raw_name),
        why: shown(&why),
    };
    let read = archive.read(id, LARGEST_RECORD_FILE);
    let mut bytes = read.map_err(|error| broken(error.to_string()))?;
    if !is_json {
        return html::rows(&bytes).map_err(broken);
    }
    let mut rows = Vec::new();
    read_json(&mut bytes, &mut |row| rows.extend(row)).map_err(|error| {
        // The error's own words could repeat a piece of an address.
        broken(format!(
            "broken JSON in line {}, column {}",
            error.line(),
            error.column()
        ))
    })?;
    Ok(rows)
}

impl MemoryLinks {
    fn add(&mut self, row: &Row, seen: &mut BTreeSet<String>) {
        if row.addresses.is_empty() {
            self.without_link += 1;
            return;
        }
        let links: Vec<Link> = row.told_stem().map_or_else(Vec::new, |stem| {
            let links = row.addresses.iter();
            links.filter_map(|one| link(one, &stem).ok()).collect()
        });
        match (row.told_stem(), links.is_empty()) {
            (Some(stem), false) => {
                // The JSON and the HTML list of one archive name the same.
                if seen.insert(stem.clone()) {
                    self.wanted.push(WantedMemory {
                        stem,
                        taken: row.taken(),
                        links,
                    });
                }
            }
            _ => self.unusable += 1,
        }
    }
}

fn link(address: &MemoryAddress, stem: &str) -> Result<Link, LinkError> {
    let link = Link::parse(address.reveal())?.called(stem);
    Ok(match address.method {
        Method::Get => link,
        Method::Post => link.by_form(),
    })
}
