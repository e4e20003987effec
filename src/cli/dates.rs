//! Days as people write them on the command line: a year, a month or a day.

use std::time::Duration;

use jiff::civil::Date;

/// Reads the first day of what was given: `2023`, `2023-07` or `2023-07-14`.
pub fn first_day(text: &str) -> Result<Date, String> {
    let (year, month, day) = parts(text).ok_or_else(|| wrong(text))?;
    Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).map_err(|_| wrong(text))
}

/// Reads the last day of what was given: `2023`, `2023-07` or `2023-07-14`.
pub fn last_day(text: &str) -> Result<Date, String> {
    let (year, month, day) = parts(text).ok_or_else(|| wrong(text))?;
    let first = Date::new(year, month.unwrap_or(12), day.unwrap_or(1)).map_err(|_| wrong(text))?;
    Ok(if day.is_some() {
        first
    } else {
        first.last_of_month()
    })
}

fn parts(text: &str) -> Option<(i16, Option<i8>, Option<i8>)> {
    let mut fields = text.split('-');
    let year = digits(fields.next()?, 4)?;
    let month = fields.next().map(|field| digits(field, 2));
    let day = fields.next().map(|field| digits(field, 2));
    if fields.next().is_some() || month == Some(None) || day == Some(None) {
        return None;
    }
    let small = |field: Option<Option<i16>>| field.flatten().and_then(|n| i8::try_from(n).ok());
    Some((year, small(month), small(day)))
}

fn digits(field: &str, count: usize) -> Option<i16> {
    let right = field.len() == count && field.bytes().all(|byte| byte.is_ascii_digit());
    right.then(|| field.parse().ok()).flatten()
}

fn wrong(text: &str) -> String {
    format!("{text:?} is not a day, month or year like 2023-07-14, 2023-07 or 2023")
}

/// Reads a length of time such as `30m`, `2h`, `45s` or `1h30m`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a length of time like 30m, 2h or 45s");
    let mut seconds = 0u64;
    let mut number = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let unit = match c {
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return Err(wrong()),
        };
        let count: u64 = number.parse().map_err(|_| wrong())?;
        let more = count.checked_mul(unit).ok_or_else(wrong)?;
        seconds = seconds.checked_add(more).ok_or_else(wrong)?;
        number.clear();
    }
    // A number without a unit could be minutes to one reader and seconds to the next.
    if !number.is_empty() || seconds == 0 {
        return Err(wrong());
    }
    Ok(Duration::from_secs(seconds))
}

/// Reads an offset from UTC such as `-08:00`, `+05:30` or `Z`, in seconds.
pub fn offset(text: &str) -> Result<i32, String> {
    let wrong = || format!("{text:?} is not an offset from UTC like -08:00 or +05:30");
    if text == "Z" {
        return Ok(0);
    }
    let sign = match text.chars().next() {
        Some('+') => 1,
        Some('-' | '−') => -1,
        _ => return Err(wrong()),
    };
    let clock = text.trim_start_matches(['+', '-', '−']);
    let (hours, minutes) = clock.split_once(':').ok_or_else(wrong)?;
    let hours = digits(hours, 2)
        .filter(|hours| *hours <= 14)
        .ok_or_else(wrong)?;
    let minutes = digits(minutes, 2)
        .filter(|minutes| *minutes < 60)
        .ok_or_else(wrong)?;
    Ok(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60))
}

#[cfg(test)]
mod tests {
    #[test]
    fn lengths_of_time_need_their_unit() {
        for (text, seconds) in [
            ("30m", Some(1800)),
            ("2h", Some(7200)),
            ("1h30m", Some(5400)),
            ("45s", Some(45)),
            ("30", None),
            ("0m", None),
            ("", None),
            ("m", None),
            ("1d", None),
            ("99999999999999999999h", None),
        ] {
            assert_eq!(duration(text).ok().map(|d| d.as_secs()), seconds, "{text}");
        }
    }

    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_year_or_month_means_all_of_it() {
        for (text, first, last) in [
            ("2023", date(2023, 1, 1), date(2023, 12, 31)),
            ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
            ("2023-07-14", date(2023, 7, 14), date(2023, 7, 14)),
        ] {
            assert_eq!(first_day(text), Ok(first), "{text}");
            assert_eq!(last_day(text), Ok(last), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "23",
            "2023-7",
            "2023-13",
            "2023-02-30",
            "2023-07-14-1",
            "14.07.2023",
            "2023-",
            "-2023",
            "2023-07-1x",
            "２０２３",
        ] {
            assert!(first_day(text).is_err(), "{text}");
            assert!(last_day(text).is_err(), "{text}");
        }
    }

    #[test]
    fn offsets() {
        for (text, seconds) in [
            ("-08:00", -28_800),
            ("+05:30", 19_800),
            ("Z", 0),
            ("−03:00", -10_800),
        ] {
            assert_eq!(offset(text), Ok(seconds), "{text}");
        }
        for text in ["", "8", "-8", "+15:00", "+01:60", "++01:00x", "CET", "+01"] {
            assert!(offset(text).is_err(), "{text}");
        }
    }
}
