//! Hours in which nothing shall run.

use std::fmt;

use jiff::civil::Time;
use serde::Deserialize;

/// From one time of day to another; over midnight if the second is earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct QuietHours {
    from: Time,
    /// When they end.
    pub until: Time,
}

impl QuietHours {
    /// Returns whether a time of day lies in them.
    pub fn holds(&self, time: Time) -> bool {
        match self.from <= self.until {
            true => (self.from..self.until).contains(&time),
            false => time >= self.from || time < self.until,
        }
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, until) = (self.from.strftime("%H:%M"), self.until.strftime("%H:%M"));
        write!(f, "{from}-{until}")
    }
}

impl TryFrom<String> for QuietHours {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let time = |text: &str| text.trim().parse::<Time>().ok();
        let both = text
            .split_once('-')
            .and_then(|(from, until)| Some((time(from)?, time(until)?)));
        both.map(|(from, until)| Self { from, until })
            .ok_or_else(|| "expected hours such as \"22:00-07:00\"".to_owned())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use jiff::civil::time;

    #[test]
    fn hours_may_go_over_midnight() {
        let night = QuietHours::try_from("22:00-07:00".to_owned()).unwrap();
        let day = QuietHours::try_from("09:00 - 17:30".to_owned()).unwrap();
        for (hour, minute, in_night, in_day) in [
            (22, 0, true, false),
            (6, 59, true, false),
            (7, 0, false, false),
            (17, 29, false, true),
            (17, 30, false, false),
        ] {
            let at = time(hour, minute, 0, 0);
            assert_eq!((night.holds(at), day.holds(at)), (in_night, in_day), "{at}");
        }
        assert_eq!(day.to_string(), "09:00-17:30");
        assert!(QuietHours::try_from("22-7".to_owned()).is_err());
    }
}
