//! Which offset from UTC the dates of a page have.
//!
//! To 2025 always −8 hours, summer and winter (Apr 2022, Nov 2024, Apr and Oct 2025: 1,950 posts). Pages of 2026 say when they were
//! made, once for machines and once as shown; one of August 2026 so shows −7 hours, and calls it UTC.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::date_of;
use super::labels::capture_time;
use crate::exporter::provider::meta_dates::{ReadDate, read_date};
use crate::exporter::provider::meta_html::{PageHead, PageItem, read_items};
use crate::model::shown::shown;
use crate::model::time::{When, wall_minus_utc};

/// Offset of all pages seen to 2025.
const FIXED_S: i32 = -8 * 3600;

/// Offsets go by quarters of an hour.
const QUARTER_S: i64 = 900;

/// Most the difference of a page's two clocks may be off a quarter, in seconds: both are cut to minutes.
const SLACK_S: i64 = 120;

/// Items that must share a video date before it is taken for that of a template clip, as in JSON.
const TEMPLATE_ITEMS: usize = 3;

/// Videos that must agree on an offset: the time between shooting and posting can be a quarter of an hour by chance.
const AGREEING_VIDEOS: usize = 2;

/// What must be known of a whole page before its first item can be read.
#[derive(Debug, Default)]
pub struct Survey {
    items_by_video_date: HashMap<String, usize>,
    videos_by_offset: BTreeMap<i32, usize>,
}

impl Survey {
    /// Looks at the videos of a page; a page without their dates is not read twice.
    pub fn of(html: &[u8]) -> Self {
        let mut survey = Self::default();
        let marker = b".000Z";
        if html.windows(marker.len()).any(|window| window == marker) {
            // A page that breaks in the middle breaks again when it is read for good, and is reported then.
            let _ = read_items(html, &mut |_, item| survey.add(&item));
        }
        survey
    }

    fn add(&mut self, item: &PageItem) {
        let mut dates: Vec<&str> = item.labels.iter().map(|row| row.value.trim()).collect();
        dates.retain(|date| date.ends_with('Z'));
        dates.sort_unstable();
        dates.dedup();
        let (_, shown) = date_of(item);
        for date in dates {
            let Some(taken) = capture_time(date).and_then(|when| when.instant()) else {
                continue;
            };
            *self.items_by_video_date.entry(date.to_owned()).or_default() += 1;
            if let Some(offset_s) = shown.and_then(|shown| quarter_between(shown.local, taken)) {
                *self.videos_by_offset.entry(offset_s).or_default() += 1;
            }
        }
    }

    /// Returns whether so many items share a video date that it is not theirs.
    pub fn is_template(&self, date: &str) -> bool {
        self.items_by_video_date
            .get(date.trim())
            .is_some_and(|items| *items >= TEMPLATE_ITEMS)
    }

    /// Returns the offset most videos agree on: posted as soon as they were shot, they show it.
    fn offset_s(&self) -> Option<i32> {
        let most = self.videos_by_offset.values().max().copied()?;
        let mut best = self
            .videos_by_offset
            .iter()
            .filter(|(_, videos)| **videos == most);
        match (best.next(), best.next()) {
            (Some((offset_s, _)), None) if most >= AGREEING_VIDEOS => Some(*offset_s),
            _ => None,
        }
    }
}

/// The offset of a page's dates, and the rule that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageOffset {
    offset_s: i32,
    rule: &'static str,
}

impl PageOffset {
    /// Decides: the user's word, else the head of the page, else its videos if it has such a head, else −8 hours.
    pub fn of(
        given_s: Option<i32>,
        head: &PageHead,
        survey: &Survey,
        warn: &mut dyn FnMut(String),
    ) -> Self {
        if let Some(offset_s) = given_s {
            return Self {
                offset_s,
                rule: "given",
            };
        }
        let Some((_, made)) = head.generated() else {
            return Self {
                offset_s: FIXED_S,
                rule: "fixed",
            };
        };
        if let Some(offset_s) = offset_of_head(head) {
            return Self {
                offset_s,
                rule: "header",
            };
        }
        warn(format!(
            "the time the page was made could not be read: {}",
            shown(made)
        ));
        match survey.offset_s() {
            Some(offset_s) => Self {
                offset_s,
                rule: "videos",
            },
            None => Self {
                offset_s: FIXED_S,
                rule: "fixed",
            },
        }
    }

    /// Returns the name of the rule, kept with each record.
    pub fn rule(self) -> &'static str {
        self.rule
    }

    /// Returns the instant a date of the page means.
    pub fn instant(self, date: ReadDate) -> Option<When> {
        let offset = Offset::from_seconds(self.offset_s).ok()?;
        let instant = offset.to_timestamp(date.local).ok()?;
        Some(When::utc(instant).known_to(date.precision))
    }
}

/// Returns the offset between the two clocks of the head: the first pair that can be read.
fn offset_of_head(head: &PageHead) -> Option<i32> {
    head.times
        .iter()
        .find_map(|(instant, text)| quarter_between(read_date(text)?.local, *instant))
}

/// Returns the offset that lies between a wall clock and an instant, if it is one.
fn quarter_between(local: DateTime, instant: Timestamp) -> Option<i32> {
    let seconds = wall_minus_utc(local, instant).as_secs();
    let quarter = (seconds + QUARTER_S / 2).div_euclid(QUARTER_S) * QUARTER_S;
    let is_offset =
        (seconds - quarter).abs() <= SLACK_S && (-12 * 3600..=14 * 3600).contains(&quarter);
    i32::try_from(quarter).ok().filter(|_| is_offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Precision;
    use jiff::civil::datetime;

    fn head(times: &[(&str, &str)]) -> PageHead {
        let times = times.iter();
        PageHead {
            times: times
                .map(|(at, text)| (at.parse().expect("instant"), (*text).to_owned()))
                .collect(),
            ..PageHead::default()
        }
    }

    fn decide(given: Option<i32>, head: &PageHead, survey: &Survey) -> (PageOffset, Vec<String>) {
        let mut warnings = Vec::new();
        let offset = PageOffset::of(given, head, survey, &mut |text| warnings.push(text));
        (offset, warnings)
    }

    fn page(videos: &[(&str, &str)]) -> String {
        videos
            .iter()
            .map(|(taken, shown)| {
                format!("<div class=_a6-g><video src=v></video><td class=_a6_q>Date taken<div>{taken}</div></td><p class=_a6-o>{shown}</p></div>")
            })
            .collect()
    }

    #[test]
    fn the_user_is_right_then_the_head_then_minus_eight() {
        let pair = head(&[(
            "2026-08-12T05:03Z",
            "Terça-feira, 11 de agosto de 2026 às 22:03 UTC",
        )]);
        let none = Survey::default();
        assert_eq!(
            decide(Some(3600), &pair, &none).0,
            PageOffset {
                offset_s: 3600,
                rule: "given"
            }
        );
        assert_eq!(
            decide(None, &pair, &none).0,
            PageOffset {
                offset_s: -7 * 3600,
                rule: "header"
            }
        );
        assert_eq!(
            decide(None, &head(&[]), &none).0,
            PageOffset {
                offset_s: FIXED_S,
                rule: "fixed"
            }
        );
    }

    #[test]
    fn a_head_in_unknown_words_is_reported_and_its_second_pair_tried() {
        let odd = ("2026-08-12T05:03:59Z", "xx 2026");
        let (offset, warnings) = decide(None, &head(&[odd]), &Survey::default());
        assert_eq!(offset.rule, "fixed");
        assert!(
            warnings.len() == 1 && warnings[0].contains("xx 2026"),
            "{warnings:?}"
        );

        let second = ("2025-08-12T04:52:59Z", "Aug 11, 2025 9:52 PM");
        let (offset, warnings) = decide(None, &head(&[odd, second]), &Survey::default());
        assert_eq!((offset.offset_s, offset.rule), (-7 * 3600, "header"));
        assert!(warnings.is_empty());
    }

    #[test]
    fn a_pair_that_is_no_offset_is_none() {
        let noon = "2026-08-12T12:00:00Z"
            .parse::<Timestamp>()
            .expect("instant");
        for (hour, minute, expected) in [
            (4, 0, Some(-8 * 3600)),
            (4, 2, Some(-8 * 3600)),
            (17, 30, Some(5 * 3600 + 1800)),
            (17, 44, Some(5 * 3600 + 2700)),
            (4, 5, None),
            (4, 8, None),
        ] {
            let local = datetime(2026, 8, 12, hour, minute, 0, 0);
            assert_eq!(quarter_between(local, noon), expected, "{hour}:{minute}");
        }
        assert_eq!(
            quarter_between(datetime(2026, 8, 11, 20, 0, 0, 0), noon),
            None
        );
    }

    #[test]
    fn videos_decide_only_if_they_agree() {
        let odd = head(&[("2026-08-12T05:03Z", "unknown")]);
        let decided =
            |videos: &[(&str, &str)]| decide(None, &odd, &Survey::of(page(videos).as_bytes())).0;
        let first = ("20260701T120000.000Z", "Jul 01, 2026 5:01 am");
        let second = ("20260702T150030.000Z", "Jul 02, 2026 8:00 am");
        let other = ("20260703T150000.000Z", "Jul 03, 2026 9:00 am");
        let late = ("20260703T150000.000Z", "Jul 20, 2026 9:00 am");
        assert_eq!(
            decided(&[first, second, other, late]),
            PageOffset {
                offset_s: -7 * 3600,
                rule: "videos"
            }
        );
        assert_eq!(decided(&[first, other]).rule, "fixed");
        assert_eq!(decided(&[first]).rule, "fixed");
    }

    #[test]
    fn a_video_date_on_three_items_is_a_template_s() {
        let clip = ("20240701T120000.000Z", "Jul 01, 2024 5:01 am");
        let own = ("20240702T120000.000Z", "Jul 02, 2024 5:01 am");
        let survey = Survey::of(page(&[clip, clip, clip, own, own]).as_bytes());
        assert!(survey.is_template("20240701T120000.000Z"));
        assert!(!survey.is_template("20240702T120000.000Z"));
        assert!(!survey.is_template("2024:07:01 12:00:00"));
    }

    #[test]
    fn a_date_of_the_page_means_an_instant() {
        let offset = PageOffset {
            offset_s: FIXED_S,
            rule: "fixed",
        };
        let date = ReadDate {
            local: datetime(2020, 7, 2, 23, 30, 0, 0),
            precision: Precision::Minute,
        };
        let when = offset.instant(date).expect("in range");
        assert_eq!(when.instant(), "2020-07-03T07:30:00Z".parse().ok());
        assert_eq!(when.precision, Precision::Minute);
    }
}
