//! Dates that cameras, screenshots and messengers write into file names. The last resort: strict patterns, nothing guessed.

use jiff::civil::DateTime;
use jiff::tz::Offset;

use model::time::{Precision, When};

/// Years that a digital picture's name can tell.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

/// How the digits of a name are to be read.
#[derive(Clone, Copy)]
enum Reads {
    /// What the clock on the wall said.
    Wall,
    /// UTC: Google's Pixel camera since 2020 (`PXL_…`).
    Utc,
    /// UTC, with milliseconds and a mark: what OneDrive uploads from iPhones (`…322000_iOS`, six digits of them or three).
    UtcOfOneDrive,
    /// A day; what follows is a running number (WhatsApp).
    Day,
    /// A day and nothing else but a number in brackets.
    BareDay,
}

/// Starts of names, best told apart by the longest, and the shape after them: `Y` year, `M` month, `D` day, `h`, `m`, `s`; `?` is
/// one of `_`, `-`, `.`, and a space; `@` is ` at `; anything else stands for itself.
const SHAPES: &[(&str, &str, Reads)] = &[
    ("PXL_", "YYYYMMDD_hhmmss", Reads::Utc),
    ("IMG_", "YYYYMMDD_hhmmss", Reads::Wall),
    ("VID_", "YYYYMMDD_hhmmss", Reads::Wall),
    ("IMG", "YYYYMMDDhhmmss", Reads::Wall),
    ("VID", "YYYYMMDDhhmmss", Reads::Wall),
    ("MVIMG_", "YYYYMMDD_hhmmss", Reads::Wall),
    ("PANO_", "YYYYMMDD_hhmmss", Reads::Wall),
    ("BURST", "YYYYMMDDhhmmss", Reads::Wall),
    ("Screenshot_", "YYYY-MM-DD-hh-mm-ss", Reads::Wall),
    ("Screenshot_", "YYYYMMDD?hhmmss", Reads::Wall),
    ("Screenshot ", "YYYY-MM-DD@hh.mm.ss", Reads::Wall),
    ("Screenshot ", "YYYY-MM-DD hhmmss", Reads::Wall),
    ("Screen Shot ", "YYYY-MM-DD@hh.mm.ss", Reads::Wall),
    ("WhatsApp Image ", "YYYY-MM-DD@hh.mm.ss", Reads::Wall),
    ("WhatsApp Video ", "YYYY-MM-DD@hh.mm.ss", Reads::Wall),
    ("IMG-", "YYYYMMDD-WA", Reads::Day),
    ("VID-", "YYYYMMDD-WA", Reads::Day),
    ("signal-", "YYYY-MM-DD-hh-mm-ss", Reads::Wall),
    ("signal-", "YYYY-MM-DD-hhmmss", Reads::Wall),
    ("signal-", "YYYY-MM-DD-", Reads::Day),
    ("WIN_", "YYYYMMDD_hh_mm_ss", Reads::Wall),
    ("P_", "YYYYMMDD_hhmmss", Reads::Wall),
    ("P", "YYYYMMDD-hhmmss", Reads::Wall),
    // Dropbox's camera uploads.
    ("", "YYYY-MM-DD hh.mm.ss", Reads::Wall),
    ("", "YYYYMMDD_hhmmss", Reads::UtcOfOneDrive),
    ("", "YYYYMMDD_hhmmss", Reads::Wall),
    ("", "YYYY-MM-DD", Reads::BareDay),
];

/// Returns the time a file's name tells, with or without extension.
///
/// Names of Instagram and Facebook are ids, whatever dates their digits look like, and tell none.
pub fn name_date(name: &str) -> Option<When> {
    SHAPES.iter().find_map(|(start, shape, reads)| {
        let (digits, rest) = matched(name.strip_prefix(start)?, shape)?;
        ends(rest, *reads).then(|| when(&digits, rest, *reads))?
    })
}

/// Numbers read off a name.
#[derive(Default)]
struct Digits {
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    second: i8,
}

/// Reads `shape` off the start of `text`; returns what is left.
fn matched<'a>(text: &'a str, shape: &str) -> Option<(Digits, &'a str)> {
    let mut digits = Digits::default();
    let mut rest = text;
    for sign in shape.chars() {
        if sign == '@' {
            rest = rest.strip_prefix(" at ")?;
            continue;
        }
        let mut chars = rest.chars();
        let c = chars.next()?;
        let number = c.to_digit(10).and_then(|digit| i8::try_from(digit).ok());
        match (sign, number) {
            ('Y', Some(n)) => digits.year = digits.year * 10 + i16::from(n),
            ('M', Some(n)) => digits.month = digits.month * 10 + n,
            ('D', Some(n)) => digits.day = digits.day * 10 + n,
            ('h', Some(n)) => digits.hour = digits.hour * 10 + n,
            ('m', Some(n)) => digits.minute = digits.minute * 10 + n,
            ('s', Some(n)) => digits.second = digits.second * 10 + n,
            ('?', None) if matches!(c, '_' | '-' | '.' | ' ') => {}
            (sign, None) if sign == c && !"YMDhms".contains(sign) => {}
            // macOS writes hours below ten with one digit: "at 3.04.05 PM".
            ('h', None) if c == '.' && digits.hour > 0 && shape.contains('@') => continue,
            _ => return None,
        }
        rest = chars.as_str();
    }
    Some((digits, rest))
}

/// Says whether a name may go on so. Milliseconds, counters and words may follow; long numbers are ids.
fn ends(rest: &str, reads: Reads) -> bool {
    let longest = rest
        .split(|c: char| !c.is_ascii_digit())
        .map(str::len)
        .max()
        .unwrap_or(0);
    let stem = rest.split('.').next().unwrap_or(rest);
    // `…_n.jpg`, `…_o.jpg`: Facebook's and Instagram's sizes.
    let is_id = matches!(
        stem.as_bytes(),
        [.., b'_', b'a' | b'n' | b'o' | b's' | b't']
    );
    let first_digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    match reads {
        Reads::Day => first_digits <= 6 && longest <= 6 && !is_id,
        Reads::Utc => first_digits <= 3 && longest <= 8,
        Reads::UtcOfOneDrive => {
            matches!(first_digits, 3 | 6) && rest[first_digits..].starts_with("_iOS")
        }
        Reads::BareDay => is_number_in_brackets(stem),
        Reads::Wall => matches!(first_digits, 0 | 3) && longest <= 8 && !is_id,
    }
}

/// Nothing, or `(3516)`: a day with words behind it is a title of its owner's.
fn is_number_in_brackets(text: &str) -> bool {
    let digits = text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'));
    text.is_empty()
        || digits.is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
}

fn when(digits: &Digits, rest: &str, reads: Reads) -> Option<When> {
    let hour = match half_of_day(rest) {
        None => digits.hour,
        Some(_) if !(1..=12).contains(&digits.hour) => return None,
        Some(afternoon) => digits.hour % 12 + if afternoon { 12 } else { 0 },
    };
    let local = DateTime::new(
        digits.year,
        digits.month,
        digits.day,
        hour,
        digits.minute,
        digits.second,
        0,
    );
    let local = local.ok().filter(|local| YEARS.contains(&local.year()))?;
    Some(match reads {
        Reads::Wall => When::wall(local),
        Reads::Day | Reads::BareDay => When::wall(local).known_to(Precision::Day),
        Reads::Utc | Reads::UtcOfOneDrive => When::utc(Offset::UTC.to_timestamp(local).ok()?),
    })
}

/// `Some(true)` for PM, `Some(false)` for AM. macOS puts a narrow no-break space before it.
fn half_of_day(rest: &str) -> Option<bool> {
    let mark = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    if mark.len() == rest.len() {
        return None;
    }
    match mark.get(..2)? {
        "PM" | "pm" => Some(true),
        "AM" | "am" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use model::time::Clock;

    fn written(name: &str) -> String {
        match name_date(name) {
            None => "-".into(),
            Some(when) => match (when.clock, when.precision) {
                (Clock::Utc(instant), _) => instant.to_string(),
                (_, Precision::Day) => when.for_names().date().to_string(),
                _ => when.for_names().to_string(),
            },
        }
    }

    #[test]
    fn names_of_cameras_and_programs_tell_a_time() {
        for (name, expected) in [
            ("IMG_20180722_120942.jpg", "2018-07-22T12:09:42"),
            ("IMG_20180830_123540573.jpg", "2018-08-30T12:35:40"),
            ("IMG_20130711_123218-edited.jpg", "2013-07-11T12:32:18"),
            ("IMG_20230714_180322_HDR.jpg", "2023-07-14T18:03:22"),
            ("IMG20210213074722.jpg", "2021-02-13T07:47:22"),
            ("VID20240523214231~2.mp4", "2024-05-23T21:42:31"),
            ("VID_20191230_232926(1).mp4", "2019-12-30T23:29:26"),
            ("MVIMG_20191230_232926", "2019-12-30T23:29:26"),
            ("PXL_20211013_220651983.jpg", "2021-10-13T22:06:51Z"),
            (
                "PXL_20220405_090123740.PORTRAIT.jpg",
                "2022-04-05T09:01:23Z",
            ),
            ("20220322_205147.jpg", "2022-03-22T20:51:47"),
            ("20220322_205147_001.jpg", "2022-03-22T20:51:47"),
            (
                "Screenshot_2023-04-05-18-07-21-83_abb9c8060a0a.jpg",
                "2023-04-05T18:07:21",
            ),
            (
                "Screenshot_2024-08-31-00-53-48-647_com.snapchat.jpg",
                "2024-08-31T00:53:48",
            ),
            (
                "Screenshot_20231027_123303_Facebook.jpg",
                "2023-10-27T12:33:03",
            ),
            ("Screenshot_20200301-161151.png", "2020-03-01T16:11:51"),
            (
                "Screen Shot 2019-01-02 at 3.04.05 PM.png",
                "2019-01-02T15:04:05",
            ),
            (
                "Screen Shot 2019-01-02 at 12.04.05\u{202f}AM.png",
                "2019-01-02T00:04:05",
            ),
            (
                "Screenshot 2023-01-02 at 13.04.05.png",
                "2023-01-02T13:04:05",
            ),
            (
                "WhatsApp Image 2021-03-04 at 10.11.12 AM (1).jpeg",
                "2021-03-04T10:11:12",
            ),
            ("2025-04-28(3516).jpg", "2025-04-28"),
            ("2025-04-28.jpg", "2025-04-28"),
            ("P20260105-205639.jpg", "2026-01-05T20:56:39"),
            ("P_20260105_205639.jpg", "2026-01-05T20:56:39"),
            ("P_20260105_205639_vHDR_On.jpg", "2026-01-05T20:56:39"),
            ("WIN_20260105_20_56_39_Pro.jpg", "2026-01-05T20:56:39"),
            ("WIN_20260105_20_56_39_Pro (2).mp4", "2026-01-05T20:56:39"),
            ("2021-07-14 18.03.22.jpg", "2021-07-14T18:03:22"),
            ("2021-07-14 18.03.22-1.jpg", "2021-07-14T18:03:22"),
            ("20210714_160322000_iOS.jpg", "2021-07-14T16:03:22Z"),
            ("20210714_160322000_iOS 1.heic", "2021-07-14T16:03:22Z"),
            ("IMG-20150125-WA0003.jpg", "2015-01-25"),
            ("VID-20150125-WA0003.mp4", "2015-01-25"),
            ("signal-2023-01-05-14-25-30-123.jpg", "2023-01-05T14:25:30"),
            ("signal-2023-01-05-142530.jpeg", "2023-01-05T14:25:30"),
            ("signal-2023-01-05-142530_002.jpeg", "2023-01-05T14:25:30"),
        ] {
            assert_eq!(written(name), expected, "{name}");
        }
    }

    #[test]
    fn other_names_tell_none() {
        for name in [
            "",
            "IMG_1234.jpg",
            "IMG_20180230_120942.jpg",
            "IMG_20181322_120942.jpg",
            "IMG_20180722_250942.jpg",
            "IMG_19890722_120942.jpg",
            "IMG_21010722_120942.jpg",
            "img_20180722_120942.jpg",
            "20180722.jpg",
            "2018-07-22 the beach.jpg",
            "2018-07-22(a).jpg",
            "2018-13-22.jpg",
            "P20260105.jpg",
            "20180722_1209421.jpg",
            "120180722_120942.jpg",
            "20180722_120942_3881876012_n.jpg",
            "20180722_120942_n.jpg",
            "20180722_hhmmss.jpg",
            "170825_193248390692632_3881876_o.jpg",
            "17912345678901234.jpg",
            "20200101_123456789012345_1234567890123456789_n.jpg",
            "2234089303984509579.jpg",
            "1547619445646-f3910eb9-859a-42b0-8bca-d8a34d2bd.jpg",
            "IMG-20150125-WB0003.jpg",
            "IMG-20150125-WA20150125.jpg",
            "Screen Shot 2019-01-02 at 13.04.05 PM.png",
            "Screen Shot 2019-01-02 at 0.04.05 PM.png",
            "Scan_20180722_120942.jpg",
            "２０１８0722_120942.jpg",
        ] {
            assert_eq!(written(name), "-", "{name}");
        }
    }

    #[test]
    fn any_text_is_borne() {
        for name in [
            "é",
            "IMG_",
            "IMG_２0180722_120942",
            "signal-",
            "Screen Shot 2019-01-02 at 3.é",
        ] {
            assert_eq!(name_date(name), None, "{name}");
        }
    }
}
