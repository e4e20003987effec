//! Ties Snapchat's records to media, over all archives ever given.

use std::collections::{BTreeMap, BTreeSet};

use crate::classify::{file_name, stem};
use crate::link::unrecorded;
use model::evidence::{Evidence, Link, Links, MediaEntry, Sure, Vague};
use model::kind::{CompanionRole, Kind};
use model::media_type::MediaClass;
use model::record::{Record, RecordFacts};

use super::files::{day_of, is_statement, the_day, time_of};
use super::joins::{Doubt, FileTime, Join, Memory, MemoryFile, join};
use super::names::{self, ChatFile, Part, chat_file, class_of, memory_name};

/// Ties all records to media and makes up records for the media none names.
pub(crate) fn link(evidence: &Evidence) -> Links {
    let files = files(evidence);
    let told = told(evidence);
    let memories: Vec<Memory<'_>> = told
        .iter()
        .map(|((_, key), records)| memory(key, records, evidence))
        .collect();
    let views: Vec<MemoryFile<'_>> = files.iter().map(|(stem, file)| file.view(stem)).collect();
    let joins = join(&memories, &views);
    let mut linker = Linker {
        evidence,
        links: Vec::with_capacity(evidence.records.len()),
        vague: Vec::new(),
    };
    let files: Vec<&File> = files.values().collect();
    let told: Vec<&Vec<usize>> = told.values().collect();
    linker.memories(&told, &files, &joins);
    let joined: BTreeSet<usize> = joins.iter().map(|join| join.file).collect();
    for (at, file) in files.iter().enumerate() {
        linker.file(file, joined.contains(&at));
    }
    linker.chats();
    linker.finish()
}

/// Files of one memory, in all archives: where they are in the evidence.
#[derive(Default)]
struct File {
    mains: Vec<usize>,
    overlays: Vec<usize>,
    /// What entries say: of the memory itself, and of its overlay.
    main_statements: Vec<usize>,
    overlay_statements: Vec<usize>,
    time: Option<FileTime>,
    class: Option<MediaClass>,
}

impl File {
    fn view<'a>(&self, stem: &'a str) -> MemoryFile<'a> {
        let name = memory_name(stem);
        MemoryFile {
            stem,
            id: name.map_or_else(String::new, |name| name.id.to_ascii_lowercase()),
            day: name.and_then(|name| name.day),
            class: self.class,
            time: self.time,
        }
    }

    /// The time of the memory's own entry goes before that of its overlay, an exact one before one in steps.
    fn hear(&mut self, part: Part, time: Option<FileTime>) {
        let known = match part {
            Part::Main => self.time.into_iter().chain(time).min(),
            Part::Overlay => self.time.or(time),
        };
        self.time = known;
    }
}

/// Whether a path or a record's is of a memory, and of which file.
fn memory_file(path: &str) -> Option<(&str, Part)> {
    let below = path.strip_prefix("memories/")?;
    let name = memory_name(below)?;
    Some((name.stem, name.part))
}

/// Gathers files by their whole stem.
fn files(evidence: &Evidence) -> BTreeMap<&str, File> {
    let mut files: BTreeMap<&str, File> = BTreeMap::new();
    for (at, entry) in evidence.media.iter().enumerate() {
        if let Some((stem, part)) = memory_file(&entry.path) {
            let file = files.entry(stem).or_default();
            match part {
                Part::Main => {
                    file.mains.push(at);
                    file.class = file.class.into_iter().chain(class_of(&entry.path)).min();
                }
                Part::Overlay => file.overlays.push(at),
            }
        }
    }
    // Overlays last: their times count where nothing else tells one.
    for wanted in [Part::Main, Part::Overlay] {
        for (at, record) in evidence.records.iter().enumerate() {
            let Some((stem, part)) = memory_file(&record.uri).filter(|_| is_statement(record))
            else {
                continue;
            };
            if part != wanted {
                continue;
            }
            let file = files.entry(stem).or_default();
            file.hear(part, time_of(record));
            match part {
                Part::Main => {
                    file.main_statements.push(at);
                    file.class = file.class.into_iter().chain(class_of(&record.uri)).min();
                }
                Part::Overlay => file.overlay_statements.push(at),
            }
        }
    }
    files
}

/// Gathers the rows of each memory: several exports and both editions tell of the same.
fn told(evidence: &Evidence) -> BTreeMap<(Option<&str>, &str), Vec<usize>> {
    let mut told: BTreeMap<(Option<&str>, &str), Vec<usize>> = BTreeMap::new();
    for (at, record) in evidence.records.iter().enumerate() {
        if record.kind == Kind::Post && !is_statement(record) {
            let key = (record.account.as_deref(), record.key.as_str());
            told.entry(key).or_default().push(at);
        }
    }
    told
}

fn memory<'a>(key: &'a str, records: &[usize], evidence: &'a Evidence) -> Memory<'a> {
    let all = || records.iter().map(|at| &evidence.records[*at]);
    let taken = all().filter_map(|record| record.facts.taken_at).min();
    let places = all().filter_map(|record| record.facts.location);
    Memory {
        key,
        ids: ids_of(key),
        second: taken
            .and_then(|taken| taken.instant())
            .map(|at| at.as_second()),
        day: taken.map(day_of),
        class: all().filter_map(|record| class_of(&record.uri)).min(),
        place: places.min_by_key(|place| (place.latitude.to_bits(), place.longitude.to_bits())),
    }
}

/// Reads the ids out of a key: `<day>_<mid>+<sid>`. Keys of rows without addresses have further `_`, which no id has.
fn ids_of(key: &str) -> Vec<String> {
    let rest = names::day_of(key).map_or(key, |(_, rest)| rest);
    if rest.contains('_') {
        return Vec::new();
    }
    let mut ids: Vec<String> = rest.split('+').map(str::to_ascii_lowercase).collect();
    // Two memories may share a `mid` and have a `sid` of their own.
    ids.reverse();
    ids
}

struct Linker<'a> {
    evidence: &'a Evidence,
    links: Vec<Link>,
    vague: Vec<Vague>,
}

impl Linker<'_> {
    fn tie(
        &mut self,
        record: usize,
        media: Option<usize>,
        role: Option<CompanionRole>,
        how: &'static str,
    ) {
        self.links.push(Link {
            record,
            media,
            role,
            how,
        });
    }

    fn memories(&mut self, told: &[&Vec<usize>], files: &[&File], joins: &[Join]) {
        let mut of_memory: BTreeMap<usize, Vec<&Join>> = BTreeMap::new();
        for join in joins {
            of_memory.entry(join.memory).or_default().push(join);
        }
        for (memory, records) in told.iter().enumerate() {
            let joins = of_memory.remove(&memory).unwrap_or_default();
            for &record in *records {
                let mut held = false;
                for join in &joins {
                    held |= self.row(record, files[join.file], join);
                }
                if !held {
                    self.tie(record, None, None, "no medium in any archive");
                }
            }
        }
    }

    /// Ties a row to its file; returns whether the memory itself is held.
    fn row(&mut self, record: usize, file: &File, join: &Join) -> bool {
        for &main in &file.mains {
            self.tie(record, Some(main), None, join.how);
        }
        if file.mains.is_empty() {
            for &overlay in &file.overlays {
                self.tie(
                    record,
                    Some(overlay),
                    Some(CompanionRole::Overlay),
                    join.how,
                );
            }
        }
        if join.doubt != Doubt::None {
            self.vague.push(Vague {
                record,
                sure: match join.doubt == Doubt::PlaceAndClock {
                    true => Sure::Day,
                    false => Sure::AllButPlace,
                },
            });
        }
        !file.mains.is_empty()
    }

    /// Ties what entries say to the file, and the overlay to the memory. An overlay alone stands for itself.
    fn file(&mut self, file: &File, is_joined: bool) {
        let targets = match file.mains.is_empty() {
            true => &file.overlays,
            false => &file.mains,
        };
        let statements = || file.main_statements.iter().chain(&file.overlay_statements);
        for &statement in statements() {
            for &media in targets {
                self.tie(statement, Some(media), None, "name");
            }
        }
        if !file.mains.is_empty() {
            for &statement in statements() {
                for &overlay in &file.overlays {
                    self.tie(
                        statement,
                        Some(overlay),
                        Some(CompanionRole::Overlay),
                        "name",
                    );
                }
            }
        } else if !is_joined {
            // Its bytes could not be read. Where a row tells of it, the row says that it is missing.
            for &statement in &file.main_statements {
                self.tie(statement, None, None, "no medium in any archive");
            }
        }
    }

    /// Ties what messages list to the media of chats, by id.
    fn chats(&mut self) {
        let evidence = self.evidence;
        let mut media: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, entry) in evidence.media.iter().enumerate() {
            if let Some(ChatFile::Named(id)) = entry.path.strip_prefix("chat_media/").map(chat_file)
            {
                media.entry(id).or_default().push(at);
            }
        }
        for (at, record) in evidence.records.iter().enumerate() {
            if record.kind != Kind::Message || is_statement(record) {
                continue;
            }
            // A name without ending may hold a dot.
            let found = media
                .get(record.key.as_str())
                .or_else(|| media.get(stem(&record.key)));
            let found = found.map_or(&[][..], Vec::as_slice).to_vec();
            if found.is_empty() {
                self.tie(at, None, None, "no medium in any archive");
            }
            for medium in found {
                self.tie(at, Some(medium), None, "id");
            }
        }
    }

    fn finish(mut self) -> Links {
        let linked: BTreeSet<usize> = self.links.iter().filter_map(|link| link.media).collect();
        let unlinked = (0..self.evidence.media.len()).filter(|media| !linked.contains(media));
        let unrecorded = unlinked
            .map(|media| (media, made_up(&self.evidence.media[media])))
            .collect();
        self.links
            .sort_by_key(|link| (link.record, link.media, link.role));
        self.vague.sort_by_key(|vague| (vague.record, vague.sure));
        Links {
            links: self.links,
            unrecorded,
            vague: self.vague,
            ..Links::default()
        }
    }
}

/// Says what the path of a medium tells by itself: of chats, the day it was sent.
fn made_up(entry: &MediaEntry) -> Record {
    let kind = match entry.path.split('/').next() {
        Some("chat_media") => Kind::Message,
        Some("memories") => Kind::Post,
        Some("shared_story") => Kind::Story,
        _ => Kind::Other,
    };
    let day = names::day_of(file_name(&entry.path)).map(|(day, _)| the_day(day));
    let (taken_at, posted_at) = match kind {
        Kind::Post => (day, None),
        _ => (None, day),
    };
    let facts = RecordFacts {
        taken_at,
        posted_at,
        ..RecordFacts::default()
    };
    unrecorded(entry, kind, stem(&entry.path).to_owned(), facts)
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
