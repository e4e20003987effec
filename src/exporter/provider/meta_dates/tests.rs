//! Tests of dates as Meta's pages show them, language by language.

use std::fmt::Write;

use jiff::civil::datetime;
use proptest::prelude::{Just, Strategy, any, prop_assert_eq, proptest};

use super::*;

fn show(text: &str) -> String {
    match read_date(text) {
        None => "unread".to_owned(),
        Some(date) => format!("{} {}", date.local, date.precision.as_str()),
    }
}

/// Shown text and what it means: seconds are written only where the text has them.
const ROWS: &[(&str, &str)] = &[
    // English. The first two are Instagram 2022-23 and 2024, the third Facebook 2024, the fourth Facebook 2019.
    ("Oct 2, 2020, 2:07 PM", "2020-10-02T14:07:00 minute"),
    ("Oct 02, 2020 2:07 pm", "2020-10-02T14:07:00 minute"),
    ("Jul 26, 2024 12:48:39pm", "2024-07-26T12:48:39 second"),
    ("Mar 1, 2019 2:05pm", "2019-03-01T14:05:00 minute"),
    ("Oct 02, 2020 12:07\u{202f}AM", "2020-10-02T00:07:00 minute"),
    (
        "October 2nd, 2020 at 11:59\u{a0}p.m.",
        "2020-10-02T23:59:00 minute",
    ),
    ("2 Sept 2020, 14:07", "2020-09-02T14:07:00 minute"),
    ("Aug 14, 2026 2:07 AM UTC", "2026-08-14T02:07:00 minute"),
    ("OCT 02 2020", "2020-10-02T00:00:00 day"),
    // Spanish.
    ("dic 01, 2025 9:05 pm", "2025-12-01T21:05:00 minute"),
    ("ago 24, 2023 2:45:44pm", "2023-08-24T14:45:44 second"),
    (
        "1 de diciembre de 2025, 21:05",
        "2025-12-01T21:05:00 minute",
    ),
    ("ene 31, 2024 12:00 a. m.", "2024-01-31T00:00:00 minute"),
    (
        "sept. 5, 2024 1:10 p.\u{a0}m.",
        "2024-09-05T13:10:00 minute",
    ),
    (
        "mar 03, 2022 4:38 de la tarde",
        "2022-03-03T16:38:00 minute",
    ),
    (
        "mar 03, 2022 9:38 de la mañana",
        "2022-03-03T09:38:00 minute",
    ),
    // Hungarian: `de.` and `du.`, which are words of other languages without their dots.
    ("okt 02, 2020 2:07 du.", "2020-10-02T14:07:00 minute"),
    ("okt. 02, 2020 2:07 de.", "2020-10-02T02:07:00 minute"),
    ("2020. október 2. 12:07 du.", "2020-10-02T12:07:00 minute"),
    ("máj 31, 2024 12:07 de.", "2024-05-31T00:07:00 minute"),
    ("szept. 05, 2024 11:59 du.", "2024-09-05T23:59:00 minute"),
    // Portuguese.
    ("ago 10, 2026 4:38 da manhã", "2026-08-10T04:38:00 minute"),
    (
        "ago 10, 2026 4:38 da tarde/noite",
        "2026-08-10T16:38:00 minute",
    ),
    (
        "ago 10, 2026 12:15 da tarde/noite",
        "2026-08-10T12:15:00 minute",
    ),
    ("fev 29, 2024 12:15 da manhã", "2024-02-29T00:15:00 minute"),
    ("10 de março de 2026 às 16:38", "2026-03-10T16:38:00 minute"),
    ("out 01, 2025 10:21 da noite", "2025-10-01T22:21:00 minute"),
    (
        "DEZ 1, 2025 10:21 DA MANHA\u{303}",
        "2025-12-01T10:21:00 minute",
    ),
    // French.
    ("févr. 02, 2021 2:07 PM", "2021-02-02T14:07:00 minute"),
    ("août 15, 2022 18:30", "2022-08-15T18:30:00 minute"),
    ("2 déc. 2021 à 00:07", "2021-12-02T00:07:00 minute"),
    ("juil. 14, 2023 7:05 du soir", "2023-07-14T19:05:00 minute"),
    (
        "juin 14, 2023 4:05 de l’après-midi",
        "2023-06-14T16:05:00 minute",
    ),
    (
        "Fe\u{301}vrier 3, 2021 9:00 du matin",
        "2021-02-03T09:00:00 minute",
    ),
    // German.
    ("Okt. 02, 2020 14:07", "2020-10-02T14:07:00 minute"),
    ("2. März 2024 um 23:59 Uhr", "2024-03-02T23:59:00 minute"),
    ("Dez 24, 2023 6:00 nachm.", "2023-12-24T18:00:00 minute"),
    ("Mai 01, 2022 12:00:01 AM", "2022-05-01T00:00:01 second"),
    ("Jän 5, 2022 0:15", "2022-01-05T00:15:00 minute"),
    // Italian.
    ("giu 02, 2021 2:07 PM", "2021-06-02T14:07:00 minute"),
    (
        "2 settembre 2021 alle ore 14.07",
        "2021-09-02T14:07:00 minute",
    ),
    ("lug 31, 2021 8:15 di sera", "2021-07-31T20:15:00 minute"),
    ("gen 1, 2021 7:00 del mattino", "2021-01-01T07:00:00 minute"),
    (
        "mag 9, 2021 3:00 del pomeriggio",
        "2021-05-09T15:00:00 minute",
    ),
    // Dutch.
    ("mrt. 02, 2021 2:07 p.m.", "2021-03-02T14:07:00 minute"),
    ("mei 02, 2021 02:07", "2021-05-02T02:07:00 minute"),
    ("2 augustus 2021 om 14:07", "2021-08-02T14:07:00 minute"),
    (
        "okt. 02, 2021 9:07 's ochtends",
        "2021-10-02T09:07:00 minute",
    ),
    ("dec. 02, 2021 9:07 's avonds", "2021-12-02T21:07:00 minute"),
    // Turkish: capital dotted İ and small dotless ı.
    ("Ağu 02, 2021 2:07 ÖS", "2021-08-02T14:07:00 minute"),
    ("Kas 02, 2021 12:07 ÖÖ", "2021-11-02T00:07:00 minute"),
    ("ARALIK 02, 2021 14:07", "2021-12-02T14:07:00 minute"),
    ("EYLÜL 2, 2021 14:07", "2021-09-02T14:07:00 minute"),
    ("Nİsan 2, 2021 4:07 os", "2021-04-02T16:07:00 minute"),
    ("2 Mayıs 2021 saat 14:07", "2021-05-02T14:07:00 minute"),
    // Indonesian.
    ("Agu 02, 2021 2:07 PTG", "2021-08-02T14:07:00 minute"),
    ("Des 02, 2021 14.07", "2021-12-02T14:07:00 minute"),
    ("2 Mei 2021 pukul 14.07.09", "2021-05-02T14:07:09 second"),
    ("Okt 02, 2021 12:07 AM", "2021-10-02T00:07:00 minute"),
    ("Agustus 17, 2021 7:07 malam", "2021-08-17T19:07:00 minute"),
    // Japanese.
    ("6月 23, 2026 2:06 午前", "2026-06-23T02:06:00 minute"),
    ("6月 23, 2026 2:06 午後", "2026-06-23T14:06:00 minute"),
    ("2026年6月23日 14:06", "2026-06-23T14:06:00 minute"),
    ("2026年6月23日午後0:30", "2026-06-23T12:30:00 minute"),
    ("12月 3, 2026 0:30:07 午前", "2026-12-03T00:30:07 second"),
    (
        "１２月 ３, ２０２６ １１：３０ 午前",
        "2026-12-03T11:30:00 minute",
    ),
    // Korean.
    ("6월 23, 2026 2:06 오전", "2026-06-23T02:06:00 minute"),
    ("6월 23, 2026 12:06 오전", "2026-06-23T00:06:00 minute"),
    ("11월 3, 2025 11:59 오후", "2025-11-03T23:59:00 minute"),
    ("2025년 11월 3일 오후 12:01", "2025-11-03T12:01:00 minute"),
    ("2025. 11. 3. 오후 1:01", "2025-11-03T13:01:00 minute"),
    (
        "6\u{110b}\u{116f}\u{11af} 23, 2026 2:06 \u{110b}\u{1169}\u{1112}\u{116e}",
        "2026-06-23T14:06:00 minute",
    ),
    // Russian.
    ("окт. 02, 2020 14:07", "2020-10-02T14:07:00 minute"),
    ("2 мая 2020 г. в 14:07", "2020-05-02T14:07:00 minute"),
    ("Май 02, 2020 2:07 PM", "2020-05-02T14:07:00 minute"),
    ("нояб. 02, 2020 12:07 ДП", "2020-11-02T00:07:00 minute"),
    (
        "2 сентября 2020 г., 9:07 вечера",
        "2020-09-02T21:07:00 minute",
    ),
    ("ФЕВ 02, 2020 1:07 ночи", "2020-02-02T01:07:00 minute"),
    // Chinese, traditional and simplified. The first is Facebook 2020.
    ("7 月 22, 2020 5:54:13 下午", "2020-07-22T17:54:13 second"),
    ("7月 22, 2020 5:54 上午", "2020-07-22T05:54:00 minute"),
    ("2020年7月22日 下午5:54", "2020-07-22T17:54:00 minute"),
    ("2020年7月22日凌晨12:54", "2020-07-22T00:54:00 minute"),
    ("10月 01, 2024 12:10 中午", "2024-10-01T12:10:00 minute"),
    ("10月 01, 2024 8:10 早上", "2024-10-01T08:10:00 minute"),
    ("10月 01, 2024 8:10 晚上", "2024-10-01T20:10:00 minute"),
    ("2024/10/1 20:10", "2024-10-01T20:10:00 minute"),
    // Vietnamese. The first two are Facebook 2025.
    (
        "Tháng 10 01, 2025 10:21:24 ch",
        "2025-10-01T22:21:24 second",
    ),
    (
        "Tháng 10 01, 2025 10:21:24 sáng",
        "2025-10-01T10:21:24 second",
    ),
    (
        "Tha\u{301}ng 2 28, 2025 12:21 SA",
        "2025-02-28T00:21:00 minute",
    ),
    ("thg 12 31, 2025 12:21 CH", "2025-12-31T12:21:00 minute"),
    (
        "ngày 1 tháng 10 năm 2025 lúc 22:21",
        "2025-10-01T22:21:00 minute",
    ),
    // Swedish, Danish, Norwegian.
    ("okt. 02, 2020 2:07 em", "2020-10-02T14:07:00 minute"),
    ("2 augusti 2020 kl. 14:07", "2020-08-02T14:07:00 minute"),
    ("maj 02, 2020 12:07 fm", "2020-05-02T00:07:00 minute"),
    ("2. marts 2020 kl. 14.07", "2020-03-02T14:07:00 minute"),
    ("lørdag 2. mai 2020 kl. 09:07", "2020-05-02T09:07:00 minute"),
    ("des. 02, 2020 2:07 PM", "2020-12-02T14:07:00 minute"),
    // Heads of pages of 2026 name the day of the week.
    (
        "Terça-feira, 11 de agosto de 2026 às 22:03 UTC",
        "2026-08-11T22:03:00 minute",
    ),
    (
        "Tuesday, August 11, 2026 at 10:03\u{202f}PM UTC",
        "2026-08-11T22:03:00 minute",
    ),
    (
        "Dienstag, 11. August 2026 um 22:03 Uhr",
        "2026-08-11T22:03:00 minute",
    ),
    ("2026年8月10日月曜日 22:03", "2026-08-10T22:03:00 minute"),
    ("2026年8月11日火曜日 22:03", "2026-08-11T22:03:00 minute"),
    (
        "2026년 8월 10일 월요일 오후 10:03",
        "2026-08-10T22:03:00 minute",
    ),
    (
        "2026年8月11日星期二 下午10:03",
        "2026-08-11T22:03:00 minute",
    ),
    // Polish.
    ("paź 02, 2020 2:07 PM", "2020-10-02T14:07:00 minute"),
    ("2 września 2020 14:07", "2020-09-02T14:07:00 minute"),
    ("gru 31, 2020 23:59:59", "2020-12-31T23:59:59 second"),
    ("2 lipca 2020 o 00:07", "2020-07-02T00:07:00 minute"),
    ("sty 1, 2021 12:00 AM", "2021-01-01T00:00:00 minute"),
];

#[test]
fn reads_what_pages_show() {
    let mut wrong = String::new();
    for (text, expected) in ROWS {
        let found = show(text);
        if found != *expected {
            let _ = writeln!(wrong, "{text}: {found}, not {expected}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn twelve_o_clock_and_its_neighbours() {
    for (clock, hour) in [
        ("12:00 AM", 0),
        ("12:59 AM", 0),
        ("1:00 AM", 1),
        ("11:59 AM", 11),
        ("12:00 PM", 12),
        ("12:59 PM", 12),
        ("1:00 PM", 13),
        ("11:59 PM", 23),
        ("0:00", 0),
        ("12:00", 12),
        ("23:00", 23),
    ] {
        let read = read_date(&format!("Oct 02, 2020 {clock}")).expect(clock);
        assert_eq!(read.local.hour(), hour, "{clock}");
    }
}

#[test]
fn what_is_not_understood_is_not_guessed() {
    for text in [
        "",
        "yesterday",
        "Updated",
        "Oct 2020",
        "Oct 2, 20 2:07 PM",
        "Oct 32, 2020 2:07 PM",
        "Feb 30, 2021 2:07 PM",
        "Oct 2, 2020 24:07",
        "Oct 2, 2020 2:60 PM",
        "Oct 2, 2020 2:07:61 PM",
        "Oct 2, 2020 13:07 AM",
        "Oct 2, 2020 2:07 AM PM",
        "Oct 2, 2020 2:07 in the evening",
        "Oct 2, 2020 PM",
        "Oct Nov 2, 2020 2:07 PM",
        "Oct 2, 2020 2:07 PM 3:07 PM",
        "Oct 2, 2020 2:07:08:09",
        "Oct 2, 2020 14h07",
        // Two readings.
        "02/10/2020 14:07",
        "2.10.2020 14:07",
        "1:15 da noite",
        "out 01, 2025 12:21 da noite",
        "10月 01, 2024 12:10 晚上",
        // June or July, October or November: see `months::MONTHS`.
        "lip 02, 2020 14:07",
        "2 listopada 2020 14:07",
        "13月 01, 2024 12:10",
        "Oct 2, 99999 2:07 PM",
        "Oct 2, 2020 2:07 PM #1",
    ] {
        assert_eq!(show(text), "unread", "{text}");
    }
}

/// How each language writes the part of the day for AM and PM, and where.
const AM_PM: &[(&str, &str, &str)] = &[
    ("en", "AM", "PM"),
    ("es", "a. m.", "p. m."),
    ("pt", "da manhã", "da tarde/noite"),
    ("fr", "AM", "PM"),
    ("de", "vorm.", "nachm."),
    ("it", "AM", "PM"),
    ("nl", "a.m.", "p.m."),
    ("tr", "ÖÖ", "ÖS"),
    ("id", "AM", "PM"),
    ("ru", "ДП", "ПП"),
    ("pl", "AM", "PM"),
    ("sv", "fm", "em"),
    ("da", "AM", "PM"),
    ("nb", "AM", "PM"),
    ("vi", "sáng", "ch"),
    ("ja", "午前", "午後"),
    ("ko", "오전", "오후"),
    ("zh", "上午", "下午"),
];

fn month_forms(language: &str, month: i8) -> Vec<String> {
    match language {
        "vi" => vec![format!("Tháng {month}"), format!("thg {month}")],
        "ja" | "zh" => vec![format!("{month}月"), format!("{month} 月")],
        "ko" => vec![format!("{month}월")],
        _ => months::MONTHS
            .iter()
            .filter(|(code, _)| *code == language)
            .flat_map(|(_, months)| months[month as usize - 1])
            .map(|word| (*word).to_owned())
            .collect(),
    }
}

fn any_time() -> impl Strategy<Value = DateTime> {
    (1990i16..2100, 1i8..=12, 1i8..=28, 0i8..24, 0i8..60, 0i8..60)
        .prop_map(|(y, mo, d, h, mi, s)| datetime(y, mo, d, h, mi, s, 0))
}

proptest! {
    #[test]
    fn every_date_of_every_language_is_read_back(
        time in any_time(),
        language in (0..AM_PM.len()).prop_flat_map(|i| Just(AM_PM[i])),
        spelling in any::<usize>(),
        with_seconds in any::<bool>(),
        space in proptest::sample::select(vec![" ", "\u{a0}", "\u{202f}"]),
    ) {
        let (code, am, pm) = language;
        let forms = month_forms(code, time.month());
        proptest::prop_assume!(!forms.is_empty());
        let month = &forms[spelling % forms.len()];
        let (year, day, minute, second) = (time.year(), time.day(), time.minute(), time.second());
        let seconds = if with_seconds { format!(":{second:02}") } else { String::new() };
        let (hour, part) = (time.hour(), if time.hour() < 12 { am } else { pm });
        let hour12 = if hour % 12 == 0 { 12 } else { hour % 12 };
        let expected = ReadDate {
            local: if with_seconds { time } else { time.with().second(0).build().expect("in range") },
            precision: if with_seconds { Precision::Second } else { Precision::Minute },
        };
        for text in [
            format!("{month} {day:02}, {year} {hour12}:{minute:02}{seconds}{space}{part}"),
            format!("{month} {day}, {year}, {hour}:{minute:02}{seconds}"),
            format!("{}. {day:02}, {year}{space}{hour:02}:{minute:02}{seconds}", month.to_uppercase()),
        ] {
            prop_assert_eq!(read_date(&text), Some(expected), "{}", text);
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = read_date(&text);
    }

    #[test]
    fn no_heap_of_date_pieces_panics(pieces in proptest::collection::vec(
        proptest::sample::select(vec![":", ".", "12", "2020", "7", "月", "월", "Tháng", "a", "m", "PM", "Oct", " ", "下午", "年", "-", "\u{301}"]),
        0..14,
    )) {
        let _ = read_date(&pieces.concat());
    }
}
