//! The words dates are written with beside months: parts of the day and words that say nothing; and how words are compared.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::months::MONTHS;

/// A part of the day, by what it does to the hour on a 12-hour clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum DayPart {
    /// Midnight to noon.
    Am,
    /// Noon to midnight.
    Pm,
    /// Around noon: 11, 12, 1 and 2.
    Noon,
    /// 5 to 11 in the evening. "12 at night" is midnight to some and noon's opposite to others: refused.
    Evening,
    /// Midnight to 6.
    SmallHours,
}

/// Words that come before the number of a month: Vietnamese.
pub(crate) const MONTH_BEFORE: &[&str] = &["thang", "thg"];

/// Letters that come after the number of a month: Chinese and Japanese, Korean.
pub(crate) const MONTH_AFTER: &[char] = &['月', '월'];

/// Letters that come after year and day numbers and say no more than their place does.
pub(crate) const NUMBER_MARKS: &[char] = &['年', '日', '号', '號', '년', '일'];

/// Words for parts of the day. `a. m.` and `après-midi`, which fall into two words, are in [`DAY_PART_PAIRS`].
const DAY_PARTS: &[(&str, DayPart)] = &[
    ("AM", DayPart::Am),
    ("PM", DayPart::Pm),
    // Portuguese and Spanish. Portuguese pages of 2026 say `da manhã` for AM and `da tarde/noite` for PM.
    ("manhã", DayPart::Am),
    ("mañana", DayPart::Am),
    ("madrugada", DayPart::SmallHours),
    ("tarde", DayPart::Pm),
    ("noite", DayPart::Evening),
    ("noche", DayPart::Evening),
    ("mediodía", DayPart::Noon),
    // French, German, Italian, Dutch.
    ("matin", DayPart::Am),
    ("soir", DayPart::Evening),
    ("vorm", DayPart::Am),
    ("vormittags", DayPart::Am),
    ("morgens", DayPart::Am),
    ("nachm", DayPart::Pm),
    ("nachmittags", DayPart::Pm),
    ("abends", DayPart::Evening),
    ("mattina", DayPart::Am),
    ("mattino", DayPart::Am),
    ("pomeriggio", DayPart::Pm),
    ("sera", DayPart::Evening),
    ("ochtends", DayPart::Am),
    ("middags", DayPart::Pm),
    ("avonds", DayPart::Evening),
    // Swedish.
    ("fm", DayPart::Am),
    ("em", DayPart::Pm),
    // Turkish, Indonesian and Malay.
    ("ÖÖ", DayPart::Am),
    ("ÖS", DayPart::Pm),
    ("PG", DayPart::Am),
    ("pagi", DayPart::Am),
    ("PTG", DayPart::Pm),
    ("petang", DayPart::Pm),
    ("siang", DayPart::Noon),
    ("sore", DayPart::Pm),
    ("malam", DayPart::Evening),
    // Russian.
    ("ДП", DayPart::Am),
    ("ПП", DayPart::Pm),
    ("утра", DayPart::Am),
    ("дня", DayPart::Pm),
    ("вечера", DayPart::Evening),
    ("ночи", DayPart::SmallHours),
    // Vietnamese.
    ("SA", DayPart::Am),
    ("sáng", DayPart::Am),
    ("CH", DayPart::Pm),
    ("chiều", DayPart::Pm),
    ("trưa", DayPart::Noon),
    ("tối", DayPart::Evening),
    // Japanese, Korean, Chinese.
    ("午前", DayPart::Am),
    ("午後", DayPart::Pm),
    ("오전", DayPart::Am),
    ("오후", DayPart::Pm),
    ("上午", DayPart::Am),
    ("早上", DayPart::Am),
    ("清晨", DayPart::SmallHours),
    ("凌晨", DayPart::SmallHours),
    ("中午", DayPart::Noon),
    ("下午", DayPart::Pm),
    ("晚上", DayPart::Evening),
];

/// Parts of the day that fall into two words.
pub(crate) const DAY_PART_PAIRS: &[(&str, &str, DayPart)] = &[
    ("a", "m", DayPart::Am),
    ("p", "m", DayPart::Pm),
    ("apres", "midi", DayPart::Pm),
];

/// Parts of the day that are words of other languages without the dot after them: Hungarian.
const DOTTED_DAY_PARTS: &[(&str, DayPart)] = &[("de", DayPart::Am), ("du", DayPart::Pm)];

/// Words that say nothing of their own. Any other unknown word makes a text unreadable: it could be a part of the day.
const FILLERS: &[&str] = &[
    // "at", "of", "the", "o'clock" …
    "at", "on", "st", "nd", "rd", "th", "a", "la", "las", "de", "del", "d", "da", "di", "do", "do",
    "as", "às", "à", "le", "l", "du", "h", "der", "den", "um", "Uhr", "alle", "ore", "om", "s",
    "pukul", "jam", "saat", "в", "г", "года", "godz", "o", "lúc", "ngày", "năm", "kl", "UTC",
    "GMT",
];

/// Days of the week, which say nothing that the date does not. Full names only: `mar` is Tuesday to a Spaniard, and March.
const WEEKDAYS: &[&str] = &[
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "lunes martes miércoles jueves viernes sábado domingo",
    "segunda terça quarta quinta sexta feira sábado domingo",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonnabend Sonntag",
    "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "Pazartesi Salı Çarşamba Perşembe Cuma Cumartesi Pazar",
    "Senin Selasa Rabu Kamis Jumat Sabtu Minggu",
    "понедельник вторник среда четверг пятница суббота воскресенье",
    "måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag",
    "poniedziałek wtorek środa czwartek piątek sobota niedziela",
    "火曜日 水曜日 木曜日 金曜日 土曜日 日曜日 화요일 수요일 목요일 금요일 토요일",
    "星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天 週一 週二 週三 週四 週五 週六 週日",
];

/// Days of the week that begin with the mark of a month or day, so they must go before text is taken apart.
const MARKED_WEEKDAYS: &[&str] = &["月曜日", "日曜日", "월요일", "일요일"];

static MONTH_TABLE: LazyLock<HashMap<String, i8>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    for (_, months) in MONTHS {
        for (month, words) in (1..).zip(months) {
            for word in *words {
                table.insert(fold(word), month);
            }
        }
    }
    table
});

static DAY_PART_TABLE: LazyLock<HashMap<String, DayPart>> = LazyLock::new(|| {
    DAY_PARTS
        .iter()
        .map(|(word, part)| (fold(word), *part))
        .collect()
});

static FILLER_TABLE: LazyLock<Vec<String>> = LazyLock::new(|| {
    let weekdays = WEEKDAYS.iter().flat_map(|week| week.split(' '));
    FILLERS.iter().copied().chain(weekdays).map(fold).collect()
});

/// Returns the number of the month a folded word names.
pub(crate) fn month(word: &str) -> Option<i8> {
    MONTH_TABLE.get(word).copied()
}

/// Returns the part of the day a folded word names.
pub(crate) fn day_part(word: &str) -> Option<DayPart> {
    DAY_PART_TABLE.get(word).copied()
}

/// Returns the part of the day a folded word names if a dot follows it.
pub(crate) fn day_part_with_dot(word: &str) -> Option<DayPart> {
    let found = DOTTED_DAY_PARTS.iter().find(|(known, _)| *known == word);
    found.map(|(_, part)| *part)
}

/// Returns whether a folded word says nothing of its own.
pub(crate) fn is_filler(word: &str) -> bool {
    FILLER_TABLE.iter().any(|filler| filler == word)
}

/// Takes out the days of the week that would be taken for numbered months and days.
pub(crate) fn without_marked_weekdays(folded: &str) -> String {
    MARKED_WEEKDAYS
        .iter()
        .fold(folded.to_owned(), |text, day| text.replace(day, " "))
}

/// Brings text to the form words are compared in: no accents, small letters, plain spaces and digits.
///
/// Accents go because pages mix NFC and NFD and people's tools drop them; a dotless Turkish ı counts as i, so that
/// `KASIM`, `Kasım` and `kasim` are one word. Hangul is decomposed by NFKD and must be composed again.
pub(crate) fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c) && !is_direction_mark(*c))
        .nfkc()
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ı' { 'i' } else { c })
        .filter(|c| !is_combining_mark(*c))
        .collect()
}

fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn no_word_names_two_months_or_a_month_and_something_else() {
        let mut seen: BTreeMap<String, (i8, &str)> = BTreeMap::new();
        for (language, months) in MONTHS {
            for (month, words) in (1..).zip(months) {
                for word in *words {
                    let folded = fold(word);
                    let (other, of) = *seen.entry(folded.clone()).or_insert((month, language));
                    assert_eq!(other, month, "{word} ({} and {of})", language);
                    assert_eq!(day_part(&folded), None, "{word}");
                    assert!(!is_filler(&folded), "{word}");
                }
            }
        }
        assert!(seen.len() > 150);
    }

    #[test]
    fn no_word_names_two_parts_of_the_day_or_fills() {
        let mut seen: BTreeMap<String, DayPart> = BTreeMap::new();
        for (word, part) in DAY_PARTS {
            assert_eq!(*seen.entry(fold(word)).or_insert(*part), *part, "{word}");
            assert!(!is_filler(&fold(word)), "{word}");
        }
    }

    #[test]
    fn words_croatian_uses_for_other_months_are_not_read() {
        for word in ["lip", "lis", "listopad", "listopada", "jui"] {
            assert_eq!(month(word), None, "{word}");
        }
    }

    #[test]
    fn folding_makes_spellings_one() {
        for (text, folded) in [
            ("Février", "fevrier"),
            ("FE\u{301}VRIER", "fevrier"),
            ("KASIM", "kasim"),
            ("Kasım", "kasim"),
            ("İSTANBUL", "istanbul"),
            ("май", "маи"),
            ("오전", "오전"),
            ("\u{110b}\u{1169}\u{110c}\u{1165}\u{11ab}", "오전"),
            ("２：０７\u{202f}PM", "2:07 pm"),
            ("\u{200e}午後", "午後"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
            assert_eq!(fold(folded), folded, "{text}");
        }
    }
}
