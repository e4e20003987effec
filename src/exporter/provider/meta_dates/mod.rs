//! Reads the dates Meta's HTML pages show, in any of the languages whose words we know. Never guesses.
//!
//! A page is written in the language of its account, and nothing on it says which. So a date is read by its shape:
//! the four-digit number is the year, what stands around the colons is the time, a known word or a number
//! marked as a month is the month, and the number left over is the day. Anything left unexplained makes the whole text
//! unreadable: an unknown word could be the part of the day, and twelve hours are at stake.

mod months;
mod words;

use jiff::civil::{Date, DateTime, Time};

use model::time::Precision;
use words::DayPart;

/// Longest text that is looked at, in bytes. Dates seen stay below 60.
const LONGEST: usize = 200;

/// A date as a page shows it: a wall clock in whatever zone the page uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadDate {
    /// What the page shows; midnight if it shows no time.
    pub local: DateTime,
    /// How finely it is shown.
    pub precision: Precision,
}

/// Reads a date as shown on a page; `None` if any of it is not understood.
pub fn read_date(text: &str) -> Option<ReadDate> {
    if text.len() > LONGEST {
        return None;
    }
    let mut tokens = tokenize(&words::without_marked_weekdays(&words::fold(text)))?;
    let clock = take_time(&mut tokens)?;
    let part = take_day_part(&mut tokens)?;
    let month = take_month(&mut tokens)?;
    let date = read_day(month, &tokens)?;
    let Some(clock) = clock else {
        return part.is_none().then_some(ReadDate {
            local: date.to_datetime(Time::midnight()),
            precision: Precision::Day,
        });
    };
    let hour = hour_of_day(clock.hour, part)?;
    let time = Time::new(hour, clock.minute, clock.second.unwrap_or(0), 0).ok()?;
    Some(ReadDate {
        local: date.to_datetime(time),
        precision: match clock.second {
            Some(_) => Precision::Second,
            None => Precision::Minute,
        },
    })
}

/// A run of digits, of letters, or one sign.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Number { value: i16, digits: usize },
    Word(String),
    Sign(char),
    Space,
}

/// What a clock shows, before the part of the day is applied.
struct Clock {
    hour: i8,
    minute: i8,
    second: Option<i8>,
}

fn tokenize(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let same = |c: char| class(c) == class(first) && class(first) != Class::Sign;
        let end = rest
            .find(|c| !same(c))
            .unwrap_or(rest.len())
            .max(first.len_utf8());
        let (run, after) = rest.split_at(end);
        rest = after;
        tokens.push(match class(first) {
            Class::Digit if run.len() <= 4 => Token::Number {
                value: run.parse().ok()?,
                digits: run.len(),
            },
            Class::Digit => return None,
            Class::Letter | Class::Ideograph => {
                push_words(run, &mut tokens);
                continue;
            }
            Class::Space => Token::Space,
            Class::Sign => Token::Sign(first),
        });
    }
    Some(tokens)
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Class {
    Digit,
    Letter,
    Ideograph,
    Space,
    Sign,
}

fn class(c: char) -> Class {
    match c {
        '0'..='9' => Class::Digit,
        // CJK and Hangul run into numbers and into each other without spaces.
        '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' => Class::Ideograph,
        c if c.is_alphabetic() => Class::Letter,
        c if c.is_whitespace() => Class::Space,
        _ => Class::Sign,
    }
}

/// Splits a run of letters: East Asian marks (`日下午`) stand without a space before the next word.
fn push_words(run: &str, tokens: &mut Vec<Token>) {
    let mut rest = run;
    while let Some(first) = rest.chars().next() {
        let is_mark = words::MONTH_AFTER.contains(&first) || words::NUMBER_MARKS.contains(&first);
        let end = if is_mark {
            first.len_utf8()
        } else {
            rest.len()
        };
        let (word, after) = rest.split_at(end);
        tokens.push(Token::Word(word.to_owned()));
        rest = after;
    }
}

/// Takes `h:mm`, `h:mm:ss`, else `h.mm` out. Outer `None`: two times, or a time with odd parts.
fn take_time(tokens: &mut Vec<Token>) -> Option<Option<Clock>> {
    if let Some(at) = tokens.iter().position(|token| *token == Token::Sign(':')) {
        return take_time_at(tokens, at.checked_sub(1)?, ':').map(Some);
    }
    match dotted_time(tokens) {
        Some(at) => take_time_at(tokens, at, '.').map(Some),
        None => Some(None),
    }
}

/// Finds `14.07`: Indonesian and older Italian clocks. Not within `26.07.2024`, and not the day of `2. 10`.
fn dotted_time(tokens: &[Token]) -> Option<usize> {
    (0..tokens.len()).find(|&at| {
        let dot = |i: usize| tokens.get(i) == Some(&Token::Sign('.'));
        is_number(tokens.get(at), 1..=2)
            && dot(at + 1)
            && is_number(tokens.get(at + 2), 2..=2)
            && !(at > 0 && dot(at - 1))
            && (!dot(at + 3) || is_number(tokens.get(at + 4), 2..=2) && !dot(at + 5))
    })
}

fn is_number(token: Option<&Token>, digits_wanted: std::ops::RangeInclusive<usize>) -> bool {
    matches!(token, Some(Token::Number { digits, .. }) if digits_wanted.contains(digits))
}

fn take_time_at(tokens: &mut Vec<Token>, at: usize, sign: char) -> Option<Clock> {
    let hour = number(tokens.get(at)?, 1..=2)?;
    let minute = number(tokens.get(at + 2)?, 2..=2)?;
    let mut end = at + 3;
    let mut second = None;
    if tokens.get(end) == Some(&Token::Sign(sign)) && is_number(tokens.get(end + 1), 1..=2) {
        second = Some(number(tokens.get(end + 1)?, 2..=2)?);
        end += 2;
    }
    // A second time, or a fourth number, is nothing we know.
    if tokens[end..].contains(&Token::Sign(':')) {
        return None;
    }
    tokens.splice(at..end, [Token::Space]);
    Some(Clock {
        hour,
        minute,
        second,
    })
}

fn number(token: &Token, digits_wanted: std::ops::RangeInclusive<usize>) -> Option<i8> {
    match token {
        Token::Number { value, digits } if digits_wanted.contains(digits) => {
            i8::try_from(*value).ok()
        }
        _ => None,
    }
}

/// Takes the words for the part of the day out. Outer `None`: words that contradict each other.
fn take_day_part(tokens: &mut Vec<Token>) -> Option<Option<DayPart>> {
    let mut found = Vec::new();
    while let Some((range, part)) = find_day_part(tokens) {
        found.push(part);
        tokens.splice(range, [Token::Space]);
    }
    found.sort_unstable();
    found.dedup();
    match found[..] {
        [] => Some(None),
        [part] => Some(Some(part)),
        // `da tarde/noite`: one label for all hours after noon.
        [DayPart::Pm, DayPart::Evening] => Some(Some(DayPart::Pm)),
        _ => None,
    }
}

fn find_day_part(tokens: &[Token]) -> Option<(std::ops::Range<usize>, DayPart)> {
    for (at, token) in tokens.iter().enumerate() {
        let Token::Word(word) = token else { continue };
        if let Some(part) = words::day_part(word) {
            return Some((at..at + 1, part));
        }
        // Only with its dot: `de` is Spanish and `du` French for other things.
        let dotted = tokens.get(at + 1) == Some(&Token::Sign('.'));
        if let Some(part) = words::day_part_with_dot(word).filter(|_| dotted) {
            return Some((at..at + 2, part));
        }
        for (first, second, part) in words::DAY_PART_PAIRS {
            if word != first {
                continue;
            }
            let next = tokens[at + 1..]
                .iter()
                .position(|t| !matches!(t, Token::Space | Token::Sign('.' | '-')));
            let next = next.map(|after| at + 1 + after);
            if next.is_some_and(|i| tokens[i] == Token::Word((*second).to_owned())) {
                return Some((at..next? + 1, *part));
            }
        }
    }
    None
}

/// Takes the month out, by word or by a number marked as one. Outer `None`: two months.
fn take_month(tokens: &mut Vec<Token>) -> Option<Option<i8>> {
    let mut found = Vec::new();
    while let Some((range, month)) = find_month(tokens) {
        found.push(month);
        tokens.splice(range, [Token::Space]);
    }
    match found[..] {
        [] => Some(None),
        [month] => Some(Some(month)),
        _ => None,
    }
}

fn find_month(tokens: &[Token]) -> Option<(std::ops::Range<usize>, i8)> {
    for (at, token) in tokens.iter().enumerate() {
        let Token::Word(word) = token else { continue };
        if let Some(month) = words::month(word) {
            return Some((at..at + 1, month));
        }
        if words::MONTH_BEFORE.contains(&word.as_str()) {
            let next = at + 1 + tokens[at + 1..].iter().position(|t| *t != Token::Space)?;
            return Some((at..next + 1, number(&tokens[next], 1..=2)?));
        }
        if word
            .chars()
            .eq(word.chars().filter(|c| words::MONTH_AFTER.contains(c)))
        {
            let before = tokens[..at].iter().rposition(|t| *t != Token::Space)?;
            return Some((before..at + 1, number(&tokens[before], 1..=2)?));
        }
    }
    None
}

/// Reads year and day (and month, where the year comes first and all is numbers) from what is left.
fn read_day(month: Option<i8>, tokens: &[Token]) -> Option<Date> {
    let mut numbers = Vec::new();
    for token in tokens {
        match token {
            Token::Number { value, digits } => numbers.push((*value, *digits)),
            Token::Word(word) if is_harmless(word) => {}
            Token::Word(_) => return None,
            Token::Sign(c) if ",./-–—·()'’،、".contains(*c) => {}
            Token::Sign(_) => return None,
            Token::Space => {}
        }
    }
    let (year, month, day) = match (month, &numbers[..]) {
        (Some(month), [(year, 4), (day, 1..=2)] | [(day, 1..=2), (year, 4)]) => {
            (*year, month, *day)
        }
        // Only year-first: 02/10/2020 means two days, depending on who wrote it.
        (None, [(year, 4), (month, 1..=2), (day, 1..=2)]) => {
            (*year, i8::try_from(*month).ok()?, *day)
        }
        _ => return None,
    };
    if !(1800..2200).contains(&year) {
        return None;
    }
    Date::new(year, month, i8::try_from(day).ok()?).ok()
}

fn is_harmless(word: &str) -> bool {
    words::is_filler(word) || word.chars().all(|c| words::NUMBER_MARKS.contains(&c))
}

/// Returns the hour on a 24-hour clock; `None` if hour and part of the day contradict each other.
fn hour_of_day(hour: i8, part: Option<DayPart>) -> Option<i8> {
    let Some(part) = part else {
        return (hour <= 23).then_some(hour);
    };
    match (part, hour) {
        (DayPart::Am | DayPart::SmallHours, 12) => Some(0),
        (DayPart::Am, 0..=11) | (DayPart::SmallHours, 0..=6) => Some(hour),
        // Japanese counts 午後0:30 for half past twelve.
        (DayPart::Pm | DayPart::Noon, 0) => (part == DayPart::Pm).then_some(12),
        (DayPart::Pm, 1..=11) | (DayPart::Noon, 1..=2) | (DayPart::Evening, 5..=11) => {
            Some(hour + 12)
        }
        (DayPart::Pm | DayPart::Noon, 12) | (DayPart::Noon, 11) => Some(hour),
        (DayPart::Pm, 13..=23) | (DayPart::Evening, 17..=23) | (DayPart::Noon, 13..=14) => {
            Some(hour)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
