//! Which offset from UTC the dates of a page have, and which dates of videos are a template's.
//!
//! The dates of items stand at −8 hours, summer and winter, in every edition seen from April 2022 to August 2026. Pages of
//! 2026 say when they were made, once for machines and once as shown: that pair shows −7 hours in August and says nothing of
//! the items. 227 of 231 likes carry the same wall clock in an edition of December 2025 and in one of August 2026.

use std::collections::HashMap;

use jiff::tz::Offset;

use super::labels::capture_time;
use crate::meta_dates::ReadDate;
use crate::meta_html::{PageItem, read_items};
use model::time::{Clock, When};

/// Offset of the dates of all pages.
const FIXED_S: i32 = -8 * 3600;

/// Items that must share a video date before it is taken for that of a template clip, as in JSON.
const TEMPLATE_ITEMS: usize = 3;

/// What must be known of a whole page before its first item can be read.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    items_by_video_date: HashMap<String, usize>,
}

impl Survey {
    /// Looks at the videos of a page; a page without their dates is not read twice.
    pub(crate) fn of(html: &[u8]) -> Self {
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
        dates.retain(|date| date.ends_with('Z') && capture_time(date).is_some());
        dates.sort_unstable();
        dates.dedup();
        for date in dates {
            *self.items_by_video_date.entry(date.to_owned()).or_default() += 1;
        }
    }

    /// Returns whether so many items share a video date that it is not theirs.
    pub(crate) fn is_template(&self, date: &str) -> bool {
        self.items_by_video_date
            .get(date.trim())
            .is_some_and(|items| *items >= TEMPLATE_ITEMS)
    }
}

/// The offset of a page's dates, and the rule that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageOffset {
    given_s: Option<i32>,
}

impl PageOffset {
    /// Decides: the user's word, else −8 hours.
    pub(crate) fn of(given_s: Option<i32>) -> Self {
        Self { given_s }
    }

    /// Returns the name of the rule, kept with each record.
    pub(crate) fn rule(self) -> &'static str {
        match self.given_s {
            Some(_) => "given",
            None => "fixed",
        }
    }

    /// Returns the time a date of the page means.
    ///
    /// −8 hours is the clock of the service's servers and nobody's wall clock, so only the instant counts; an offset the user
    /// gives is that of the wall clock, and stays with the time.
    pub(crate) fn time(self, date: ReadDate) -> Option<When> {
        let offset_s = self.given_s.unwrap_or(FIXED_S);
        let instant = Offset::from_seconds(offset_s)
            .ok()?
            .to_timestamp(date.local)
            .ok()?;
        let clock = match self.given_s {
            Some(offset_s) => Clock::Zoned {
                local: date.local,
                offset_s,
            },
            None => Clock::Utc(instant),
        };
        Some(When {
            clock,
            precision: date.precision,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;
    use model::time::Precision;

    fn page(videos: &[(&str, &str)]) -> String {
        videos
            .iter()
            .map(|(taken, shown)| {
                format!("<div class=_a6-g><video src=v></video><td class=_a6_q>Date taken<div>{taken}</div></td><p class=_a6-o>{shown}</p></div>")
            })
            .collect()
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
    fn a_date_of_the_page_means_an_instant_and_a_given_offset_stays() {
        let local = datetime(2020, 7, 2, 23, 30, 0, 0);
        let date = ReadDate {
            local,
            precision: Precision::Minute,
        };
        let when = PageOffset::of(None).time(date).expect("in range");
        let instant = "2020-07-03T07:30:00Z".parse().expect("instant");
        assert_eq!(when, When::utc(instant).known_to(Precision::Minute));
        let when = PageOffset::of(Some(3600)).time(date).expect("in range");
        assert_eq!(when, When::zoned(local, 3600).known_to(Precision::Minute));
    }
}
