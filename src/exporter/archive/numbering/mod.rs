//! Reads part numbers out of file names and finds the numbers that are not there.

mod spelling;

use std::collections::{BTreeMap, BTreeSet};

use super::{PartFault, PartProblem};
use spelling::{Spelled, spelled};

/// Largest number taken for a part number: the largest exports known have a few hundred parts, and a longer
/// number is a date or an id.
const LARGEST_NUMBER: u32 = 9_999;

/// Digits of Google's part numbers at least.
const GOOGLES_DIGITS: usize = 3;

/// Says whether a name is that of a download still running or broken off.
pub fn is_unfinished(name: &str) -> bool {
    spelling::is_unfinished(name)
}

/// Says whether a name ends like a part's, whatever the bytes are.
pub fn is_named_like_part(name: &str) -> bool {
    is_unfinished(name) || spelling::has_extension(name)
}

/// What the name of a part tells, in whichever spelling it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartName {
    /// What the names of all parts of one archive have in common.
    pub export: String,
    /// Which part of which series: two downloads of one part have the same. `None` where the name has no number.
    pub slot: Option<String>,
    /// Number of parts, where the name tells ("Part 1 of 3").
    pub of: Option<u32>,
    /// The service itself gives this name to all parts of this archive, and to no other archive.
    pub told: bool,
    /// The name without extension, marks of a second download and changes of spelling.
    pub stem: String,
}

/// Reads the name of a part.
pub fn part_name(name: &str) -> PartName {
    let spelled = spelled(name);
    match parse(&spelled) {
        Some(numbered) => PartName {
            export: first_part_stem(&numbered.prefix)
                .unwrap_or(&numbered.prefix)
                .to_owned(),
            slot: Some(format!("{}{}", numbered.prefix, numbered.number)),
            of: numbered.total,
            told: true,
            stem: spelled.stem,
        },
        None => {
            // Snapchat's first part has no number.
            let first = is_snapchats_first(&spelled.stem);
            PartName {
                export: spelled.stem.clone(),
                slot: first.then(|| format!("{}-1", spelled.stem)),
                of: None,
                told: first,
                stem: spelled.stem,
            }
        }
    }
}

/// A part number found in a name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Numbered {
    /// What comes before the number: the same for all parts of an export.
    prefix: String,
    number: u32,
    /// Number of parts, where the name tells ("Part 1 of 3").
    total: Option<u32>,
    /// What comes after the number, without marks of a second download.
    suffix: String,
    /// Digits the number is written with at least.
    width: usize,
}

impl Numbered {
    fn name_of(&self, number: u32) -> String {
        if let (1, Some(first)) = (number, snapchats_first(&self.prefix)) {
            return format!("{first}{}", self.suffix);
        }
        format!(
            "{}{number:0width$}{}",
            self.prefix,
            self.suffix,
            width = self.width
        )
    }
}

/// Names every part number missing between 1 and the largest number given (or the total, where names tell it).
///
/// Names without a number tell nothing, but `anna_20201020.zip` beside `anna_20201020_part_2.zip` is part 1 (Instagram, 2020).
pub(super) fn gaps(names: &[String]) -> Vec<PartProblem> {
    let mut groups: BTreeMap<(String, Option<u32>), Vec<Numbered>> = BTreeMap::new();
    let mut plain = BTreeSet::new();
    for name in names {
        let spelled = spelled(name);
        match parse(&spelled) {
            Some(numbered) => {
                let key = (numbered.prefix.clone(), numbered.total);
                groups.entry(key).or_default().push(numbered);
            }
            None => {
                plain.insert(spelled.stem);
            }
        }
    }
    groups
        .values()
        .flat_map(|group| gaps_of(group, &plain))
        .collect()
}

/// Returns what the names of all parts of one export have in common.
pub fn export_of(name: &str) -> String {
    part_name(name).export
}

/// Names the parts that are missing between those given.
pub fn missing_parts(names: &[String]) -> Vec<String> {
    gaps(names)
        .into_iter()
        .map(|problem| problem.part)
        .collect()
}

fn gaps_of(group: &[Numbered], plain: &BTreeSet<String>) -> Vec<PartProblem> {
    let given: BTreeSet<u32> = group.iter().map(|part| part.number).collect();
    let Some(first) = group.iter().min_by_key(|part| (part.number, &part.suffix)) else {
        return Vec::new();
    };
    let largest = first.total.or(given.last().copied()).unwrap_or(0);
    let unnumbered_first = first_part_stem(&first.prefix).is_some_and(|stem| plain.contains(stem));
    (1..=largest)
        .filter(|number| !given.contains(number))
        .filter(|number| *number != 1 || !unnumbered_first)
        .map(|number| PartProblem {
            part: first.name_of(number),
            what: PartFault::Gap { number },
        })
        .collect()
}

/// Returns the name the first part has without a number: `anna_20201020` for `anna_20201020_part_`.
fn first_part_stem(prefix: &str) -> Option<&str> {
    if let Some(first) = snapchats_first(prefix) {
        return Some(first);
    }
    let before = prefix.trim_end_matches(['-', '_', ' ']);
    let cut = before.len().checked_sub("part".len())?;
    let word = before.get(cut..)?;
    word.eq_ignore_ascii_case("part")
        .then(|| before[..cut].trim_end_matches(['-', '_', ' ', '.']))
}

fn parse(spelled: &Spelled) -> Option<Numbered> {
    let (stem, extension) = (spelled.stem.as_str(), spelled.extension.as_str());
    part_of_total(stem, extension)
        .or_else(|| word_part(stem, extension))
        .or_else(|| after_stamp(stem, extension))
        .or_else(|| snapchats(stem, extension))
}

/// `iCloud Photos Part 1 of 3`, in any language: a word, a number, a word, a number.
fn part_of_total(stem: &str, extension: &str) -> Option<Numbered> {
    let (before_total, total) = trailing_number(stem)?;
    let (before_of, of) = trailing_word(before_total.strip_suffix(' ')?)?;
    let (before_number, number) = trailing_number(before_of.strip_suffix(' ')?)?;
    let (_, word) = trailing_word(before_number.strip_suffix(' ')?)?;
    let holds = !of.is_empty() && !word.is_empty() && number >= 1 && number <= total;
    holds.then(|| Numbered {
        prefix: before_number.to_owned(),
        number,
        total: Some(total),
        suffix: format!("{}{extension}", &stem[before_of.trim_end().len()..]),
        width: 1,
    })
}

/// `anna_20201020_part_2`, `facebook-anna-part2`.
fn word_part(stem: &str, extension: &str) -> Option<Numbered> {
    let (prefix, number) = trailing_number(stem)?;
    let word_end = prefix.trim_end_matches(['-', '_', ' ']);
    let before = word_end.get(..word_end.len().checked_sub("part".len())?)?;
    let word = &word_end[before.len()..];
    let apart = before.is_empty() || before.ends_with(['-', '_', ' ', '.']);
    let holds = word.eq_ignore_ascii_case("part") && apart && number >= 1;
    holds.then(|| Numbered {
        prefix: prefix.to_owned(),
        number,
        total: None,
        suffix: extension.to_owned(),
        width: stem.len() - prefix.len(),
    })
}

/// `takeout-20240101T000000Z-001` and `takeout-20260101T000000Z-3-001` (since 2025): the number follows a stamp, so that the
/// random ends of other names are never taken for numbers. Some browsers mark a second download with one more number
/// (`…-001-2`), which has fewer digits.
fn after_stamp(stem: &str, extension: &str) -> Option<Numbered> {
    let (prefix, number) = trailing_number(stem)?;
    let width = stem.len() - prefix.len();
    let before = prefix.strip_suffix('-')?;
    if width < GOOGLES_DIGITS {
        return after_stamp(before, extension).filter(|_| !ends_in_stamp(before));
    }
    let without_group = match before.rsplit_once('-') {
        Some((front, group)) if group.bytes().all(|b| b.is_ascii_digit()) => front,
        _ => before,
    };
    let holds = number >= 1 && (ends_in_stamp(before) || ends_in_stamp(without_group));
    holds.then(|| Numbered {
        prefix: prefix.to_owned(),
        number,
        total: None,
        suffix: extension.to_owned(),
        width,
    })
}

/// `mydata~1700000000000-2`: Snapchat's first part has no number.
fn snapchats(stem: &str, extension: &str) -> Option<Numbered> {
    let (prefix, number) = trailing_number(stem)?;
    let holds = snapchats_first(prefix).is_some() && number >= 2;
    holds.then(|| Numbered {
        prefix: prefix.to_owned(),
        number,
        total: None,
        suffix: extension.to_owned(),
        width: 1,
    })
}

/// Returns the first part of what begins so: `mydata~1700000000000` for `mydata~1700000000000-`.
fn snapchats_first(prefix: &str) -> Option<&str> {
    let first = prefix.strip_suffix('-')?;
    is_snapchats_first(first).then_some(first)
}

/// Says whether this is the name of a first part of Snapchat's.
fn is_snapchats_first(stem: &str) -> bool {
    let stamp = stem.strip_prefix("mydata~").unwrap_or_default();
    stamp.len() >= 10 && stamp.bytes().all(|byte| byte.is_ascii_digit())
}

/// Says whether text ends in `20240101T000000Z`.
fn ends_in_stamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(start) = bytes.len().checked_sub(16) else {
        return false;
    };
    bytes[start..]
        .iter()
        .enumerate()
        .all(|(at, byte)| match at {
            8 => *byte == b'T',
            15 => *byte == b'Z',
            _ => byte.is_ascii_digit(),
        })
}

fn trailing_number(text: &str) -> Option<(&str, u32)> {
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let number: u32 = text[before.len()..].parse().ok()?;
    (number <= LARGEST_NUMBER).then_some((before, number))
}

fn trailing_word(text: &str) -> Option<(&str, &str)> {
    let before = text.trim_end_matches(char::is_alphabetic);
    (before.len() < text.len()).then(|| text.split_at(before.len()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn missing(names: &[&str]) -> Vec<(String, u32)> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        gaps(&names)
            .into_iter()
            .map(|problem| match problem.what {
                PartFault::Gap { number } => (problem.part, number),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn finds_gaps_in_every_form() {
        type Row<'a> = (&'a [&'a str], &'a [(&'a str, u32)]);
        let rows: &[Row<'_>] = &[
            (&["x_part_1.zip", "x_part_3.zip"], &[("x_part_2.zip", 2)]),
            (
                &["anna_20201020.zip", "anna_20201020_part_3.zip"],
                &[("anna_20201020_part_2.zip", 2)],
            ),
            (&["anna_20201020.zip", "anna_20201020_part_2.zip"], &[]),
            (&["anna_part_2.zip"], &[("anna_part_1.zip", 1)]),
            (&["facebook-x-part1.zip", "facebook-x-part2.zip"], &[]),
            (
                &[
                    "takeout-20240101T000000Z-001.zip",
                    "takeout-20240101T000000Z-003.tgz",
                ],
                &[("takeout-20240101T000000Z-002.zip", 2)],
            ),
            (
                &["takeout-20260101T000000Z-3-002.tgz"],
                &[("takeout-20260101T000000Z-3-001.tgz", 1)],
            ),
            (
                &[
                    "takeout-20240101T000000Z-001.zip",
                    "takeout-20240101T000000Z-002 (1).zip",
                ],
                &[],
            ),
            (
                &["iCloud Photos Part 1 of 3.zip"],
                &[
                    ("iCloud Photos Part 2 of 3.zip", 2),
                    ("iCloud Photos Part 3 of 3.zip", 3),
                ],
            ),
            (
                &[
                    "iCloud-bilder Del 1 av 2.zip",
                    "iCloud-bilder Del 2 av 2.zip",
                ],
                &[],
            ),
            (&["x_part_1.zip", "y_part_2.zip"], &[("y_part_1.zip", 1)]),
            (
                &["mydata~1700000000000.zip", "mydata~1700000000000-3.zip"],
                &[("mydata~1700000000000-2.zip", 2)],
            ),
            (
                &["mydata~1700000000000-2.zip"],
                &[("mydata~1700000000000.zip", 1)],
            ),
            (&["x_PART_1.ZIP", "x_PART_2.ZIP.crdownload"], &[]),
            // Spellings of browsers and tools.
            (
                &["mydata_1700000000000.zip", "mydata_1700000000000-3.zip"],
                &[("mydata~1700000000000-2.zip", 2)],
            ),
            (
                &[
                    "mydata~1700000000000.zip",
                    "mydata%7E1700000000000-2 (1).zip",
                    "mydata-1700000000000-3(2).zip",
                    "mydata_1700000000000-5.zip.1",
                ],
                &[("mydata~1700000000000-4.zip", 4)],
            ),
            (
                &[
                    "takeout-20240101T000000Z-001%20(2).zip",
                    "takeout-20240101T000000Z-001-2.zip",
                    "takeout-20240101T000000Z-003.zip?j=1&i=2",
                ],
                &[("takeout-20240101T000000Z-002.zip", 2)],
            ),
            (
                &[
                    "takeout-20260101T000000Z-3-001-1.tgz",
                    "takeout-20260101T000000Z-3-002 - Copy.tgz",
                ],
                &[],
            ),
            (
                &["takeout-20260101T000000Z-3-002-1.tgz"],
                &[("takeout-20260101T000000Z-3-001.tgz", 1)],
            ),
        ];
        for (names, expected) in rows {
            let expected: Vec<(String, u32)> = expected
                .iter()
                .map(|(name, n)| ((*name).to_owned(), *n))
                .collect();
            assert_eq!(missing(names), expected, "{names:?}");
        }
    }

    #[test]
    fn takes_nothing_else_for_a_number() {
        for name in [
            "instagram-anna-2024-05-01-Ab3dEf9h.zip",
            "instagram-anna-2024-05-01-12345678.zip",
            "instagram-anna-2024-05-01.zip",
            "anna_20201020.zip",
            "x (2).zip",
            "photos (3).tgz",
            "counterpart7.zip",
            "part_4000000000.zip",
            "x_part_99999.zip",
            "é2.zip",
            "2.zip",
            "mydata~1700000000000.zip",
            "mydata~17-2.zip",
            "takeout-20240101T000000Z-2.zip",
            "takeout-20240101T000000Z.zip",
            "",
            ".zip",
        ] {
            assert_eq!(missing(&[name]), [], "{name}");
        }
    }

    #[test]
    fn parts_of_one_export_are_known_by_their_names() {
        for (a, b, same) in [
            (
                "takeout-20240101T000000Z-001.zip",
                "takeout-20240101T000000Z-002 (1).zip",
                true,
            ),
            (
                "takeout-20240101T000000Z-001.zip",
                "takeout-20240301T000000Z-002.zip",
                false,
            ),
            ("anna_20201020.zip", "anna_20201020_part_2.zip", true),
            (
                "iCloud Photos Part 1 of 3.zip",
                "iCloud Photos Part 3 of 3.zip.part",
                true,
            ),
            ("x.zip", "y.zip", false),
        ] {
            assert_eq!(export_of(a) == export_of(b), same, "{a} {b}");
        }
    }

    #[test]
    fn two_downloads_of_a_part_have_one_slot() {
        let slot = |name: &str| part_name(name).slot;
        for (a, b) in [
            ("mydata~1700000000000.zip", "mydata_1700000000000 (1).zip"),
            (
                "mydata~1700000000000-2.zip",
                "mydata%7E1700000000000-2(1).zip",
            ),
            (
                "takeout-20240101T000000Z-001.zip",
                "takeout-20240101T000000Z-001 (1).tgz",
            ),
            ("a_part_2.zip", "a_part_02.zip.part"),
        ] {
            assert!(slot(a).is_some(), "{a}");
            assert_eq!(slot(a), slot(b), "{a} {b}");
        }
        assert_ne!(
            slot("takeout-20240101T000000Z-001.zip"),
            slot("takeout-20240101T000000Z-3-001.zip")
        );
        assert_eq!(slot("holiday.zip"), None);
        assert_eq!(part_name("iCloud Photos Part 1 of 3.zip").of, Some(3));
    }

    #[test]
    fn knows_unfinished_downloads() {
        assert!(is_unfinished("a.tgz.part") && is_named_like_part("a.tgz.part"));
        assert!(is_named_like_part("A.ZIP"));
        assert!(!is_unfinished("a_part_2.zip"));
        assert!(!is_named_like_part("a.jpg"));
    }
}
