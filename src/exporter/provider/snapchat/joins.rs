//! Joins memories to files, which hold nothing of their own: by id, then by the second, then by the day. A pure function.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use model::media_type::MediaClass;
use model::record::Location;

/// Seconds by which the clock of a plain zip may be off.
const STEP_S: i64 = 2;

/// Metres within which several places are one.
const SAME_PLACE_M: f64 = 1000.0;

/// A memory as rows tell it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory<'a> {
    /// Its identity, to break ties with.
    pub key: &'a str,
    /// Ids its file may have in its name, best first, in small letters; none where rows have no addresses.
    pub ids: Vec<String>,
    /// Second it was taken in.
    pub second: Option<i64>,
    /// Day it was taken on.
    pub day: Option<Date>,
    /// Photo or video.
    pub class: Option<MediaClass>,
    /// Where it was taken.
    pub place: Option<Location>,
}

/// When a file's entry says the memory was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FileTime {
    /// To the second.
    Exact(i64),
    /// In steps of two seconds.
    Stepped(i64),
}

/// A file of a memory, by its name and entry.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryFile<'a> {
    /// Its identity, to break ties with.
    pub stem: &'a str,
    /// The id in its name, in small letters.
    pub id: String,
    /// The day in its name.
    pub day: Option<Date>,
    /// Photo or video, if its ending tells.
    pub class: Option<MediaClass>,
    /// Time of its entry.
    pub time: Option<FileTime>,
}

/// What a join cannot vouch for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// Nothing.
    None,
    /// Which of several memories it is: the place may be another's.
    Place,
    /// Which of the memories of a day it is: place and time of day may be another's.
    PlaceAndClock,
}

/// A memory and its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Join {
    /// Index of the memory.
    pub memory: usize,
    /// Index of the file.
    pub file: usize,
    /// The rule that joined them.
    pub how: &'static str,
    /// What it cannot vouch for.
    pub doubt: Doubt,
}

/// Joins memories to files. Archives with addresses and archives without tell the same memories in different words, so each
/// of the two is joined to all files by itself.
pub(crate) fn join(memories: &[Memory<'_>], files: &[MemoryFile<'_>]) -> Vec<Join> {
    let (told, counted): (Vec<usize>, Vec<usize>) =
        (0..memories.len()).partition(|at| !memories[*at].ids.is_empty());
    let mut joiner = Joiner {
        memories,
        times: files.iter().map(|file| file.time).collect(),
        files,
        joins: Vec::new(),
    };
    let by_id = joiner.by_id(&told);
    joiner.joins.extend(by_id);
    // What a file's row says is as good as the time of its entry, which unpacking loses.
    for join in &joiner.joins {
        if let (None, Some(second)) = (joiner.times[join.file], memories[join.memory].second) {
            joiner.times[join.file] = Some(FileTime::Exact(second));
        }
    }
    let (mut left, mut free) = (told, (0..files.len()).collect());
    take_away(&joiner.joins, &mut left, &mut free);
    joiner.without_ids(left, free);
    joiner.without_ids(counted, (0..files.len()).collect());
    joiner.joins.sort_by_key(|join| (join.memory, join.file));
    joiner.joins
}

struct Joiner<'a> {
    memories: &'a [Memory<'a>],
    files: &'a [MemoryFile<'a>],
    times: Vec<Option<FileTime>>,
    joins: Vec<Join>,
}

impl Joiner<'_> {
    fn by_id(&self, memories: &[usize]) -> Vec<Join> {
        let mut by_id: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, file) in self.files.iter().enumerate() {
            by_id.entry(&file.id).or_default().push(at);
        }
        let mut of_file: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for &memory in memories {
            let ids = self.memories[memory].ids.iter();
            let found = ids
                .filter_map(|id| by_id.get(id.as_str()))
                .find_map(|files| self.of_day(files, self.memories[memory].day));
            if let Some(file) = found {
                of_file.entry(file).or_default().push(memory);
            }
        }
        let mut joins = Vec::new();
        for (file, memories) in of_file {
            let doubt = match memories.len() {
                1 => Doubt::None,
                _ => self.doubt_of(&memories, Doubt::Place),
            };
            joins.extend(memories.into_iter().map(|memory| Join {
                memory,
                file,
                how: "id",
                doubt,
            }));
        }
        joins
    }

    /// Chooses among files of one id: the one of that day, one without a day, else the only one if it is of the day beside.
    fn of_day(&self, files: &[usize], day: Option<Date>) -> Option<usize> {
        let same = |at: &&usize| self.files[**at].day == day && day.is_some();
        let without = |at: &&usize| self.files[**at].day.is_none() || day.is_none();
        let beside = || match (files, day) {
            ([only], Some(day)) => {
                let apart = self.files[*only].day?.since(day).ok()?.get_days();
                (apart.abs() <= 1).then_some(only)
            }
            _ => None,
        };
        let found = files.iter().find(same);
        found
            .or_else(|| files.iter().find(without))
            .or_else(beside)
            .copied()
    }

    fn without_ids(&mut self, mut memories: Vec<usize>, mut files: Vec<usize>) {
        for stage in [Self::by_second, Self::by_step, Self::by_day] {
            let joins = stage(self, &memories, &files);
            take_away(&joins, &mut memories, &mut files);
            self.joins.extend(joins);
        }
    }

    fn by_second(&self, memories: &[usize], files: &[usize]) -> Vec<Join> {
        let mut groups: BTreeMap<i64, Group> = BTreeMap::new();
        for &memory in memories {
            if let Some(second) = self.memories[memory].second {
                groups.entry(second).or_default().memories.push(memory);
            }
        }
        for &file in files {
            if let Some(FileTime::Exact(second)) = self.times[file] {
                groups.entry(second).or_default().files.push(file);
            }
        }
        let groups = groups.into_values().flat_map(|group| self.by_class(group));
        groups
            .flat_map(|group| self.pair(group, "second", Doubt::Place))
            .collect()
    }

    /// Plain zips have steps of two seconds: what lies so close together is one group.
    fn by_step(&self, memories: &[usize], files: &[usize]) -> Vec<Join> {
        let mut all: Vec<(i64, bool, usize)> = Vec::new();
        for &memory in memories {
            all.extend(
                self.memories[memory]
                    .second
                    .map(|second| (second, false, memory)),
            );
        }
        for &file in files {
            if let Some(FileTime::Stepped(second)) = self.times[file] {
                all.push((second, true, file));
            }
        }
        all.sort_unstable();
        let mut joins = Vec::new();
        for group in all.chunk_by(|a, b| b.0 - a.0 <= STEP_S) {
            let of = |is_file: bool| {
                let of = group.iter().filter(move |(_, file, _)| *file == is_file);
                of.map(|(.., at)| *at).collect::<Vec<_>>()
            };
            let group = Group {
                memories: of(false),
                files: of(true),
            };
            for group in self.by_class(group) {
                joins.extend(self.pair(group, "time within two seconds", Doubt::Place));
            }
        }
        joins
    }

    /// Only where the numbers agree, and only files whose entries tell no time.
    fn by_day(&self, memories: &[usize], files: &[usize]) -> Vec<Join> {
        let mut groups: BTreeMap<Date, Group> = BTreeMap::new();
        for &memory in memories {
            if let Some(day) = self.memories[memory].day {
                groups.entry(day).or_default().memories.push(memory);
            }
        }
        for &file in files.iter().filter(|file| self.times[**file].is_none()) {
            if let Some(day) = self.files[file].day {
                groups.entry(day).or_default().files.push(file);
            }
        }
        let groups = groups.into_values().flat_map(|group| self.by_class(group));
        groups
            .filter(|group| group.memories.len() == group.files.len())
            .flat_map(|group| self.pair(group, "order in the day", Doubt::PlaceAndClock))
            .collect()
    }

    /// Takes photos and videos apart, unless a file does not tell which it is.
    fn by_class(&self, group: Group) -> Vec<Group> {
        let untold = group.files.iter().any(|at| self.files[*at].class.is_none())
            || group
                .memories
                .iter()
                .any(|at| self.memories[*at].class.is_none());
        if untold {
            return vec![group];
        }
        let of = |class| Group {
            memories: of_class(&group.memories, |at| self.memories[at].class == Some(class)),
            files: of_class(&group.files, |at| self.files[at].class == Some(class)),
        };
        vec![of(MediaClass::Photo), of(MediaClass::Video)]
    }

    /// Pairs a group in order. Alone a pair is sure; of several only what they have in common is.
    fn pair(&self, group: Group, how: &'static str, doubt: Doubt) -> Vec<Join> {
        let Group {
            mut memories,
            mut files,
        } = group;
        memories.sort_by_key(|at| (self.memories[*at].second, self.memories[*at].key));
        files.sort_by_key(|at| (self.times[*at], self.files[*at].stem));
        let doubt = match (memories.len(), files.len()) {
            (1, 1) => Doubt::None,
            _ => self.doubt_of(&memories, doubt),
        };
        let pairs = memories.into_iter().zip(files);
        pairs
            .map(|(memory, file)| Join {
                memory,
                file,
                how,
                doubt,
            })
            .collect()
    }

    /// Where all were taken in one place, the place is sure.
    fn doubt_of(&self, memories: &[usize], doubt: Doubt) -> Doubt {
        let places: Option<Vec<Location>> =
            memories.iter().map(|at| self.memories[*at].place).collect();
        let together = places.is_some_and(|places| {
            let first = places.first().copied();
            first.is_some_and(|first| places.iter().all(|one| metres(first, *one) <= SAME_PLACE_M))
        });
        match (doubt, together) {
            (Doubt::Place, true) => Doubt::None,
            _ => doubt,
        }
    }
}

fn take_away(joins: &[Join], memories: &mut Vec<usize>, files: &mut Vec<usize>) {
    let (joined, taken): (BTreeSet<usize>, BTreeSet<usize>) =
        joins.iter().map(|join| (join.memory, join.file)).unzip();
    memories.retain(|at| !joined.contains(at));
    files.retain(|at| !taken.contains(at));
}

#[derive(Default)]
struct Group {
    memories: Vec<usize>,
    files: Vec<usize>,
}

fn of_class(all: &[usize], is: impl Fn(usize) -> bool) -> Vec<usize> {
    all.iter().copied().filter(|at| is(*at)).collect()
}

/// Distance in metres, near enough for a kilometre.
fn metres(a: Location, b: Location) -> f64 {
    let degree_m = 111_195.0;
    let apart = (a.longitude - b.longitude + 540.0).rem_euclid(360.0) - 180.0;
    let east = apart * ((a.latitude + b.latitude) / 2.0).to_radians().cos();
    (a.latitude - b.latitude).hypot(east) * degree_m
}

#[cfg(test)]
#[path = "joins_tests.rs"]
mod tests;
