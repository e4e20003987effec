//! Makes names that are safe on ext4, APFS, NTFS and exFAT at once, and tells which names these take for equal.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use jiff::civil::DateTime;

use model::time::{Precision, When};

/// Longest stem in bytes. With a hash, a role, two extensions and the folders a path stays well below the 260
/// characters older Windows programs can open.
pub const LONGEST_STEM: usize = 120;

/// Name of a file whose own name holds nothing that can be kept.
const UNNAMED: &str = "unnamed";

/// Hex digits of a content hash that tell two files of one name apart.
pub const SHORT_HASH: usize = 8;

/// Returns the text under which a file system that ignores case (APFS, NTFS, exFAT) files `name`.
///
/// Wider than any one of them: two names that fold apart are apart everywhere. Lower, upper and lower again takes
/// `ẞ`, `ß` and `SS` to the same text, and final and other sigma.
pub fn folded(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.nfd()
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfc()
        .collect()
}

/// Returns `name` as a stem (file name without extension) of at most [`LONGEST_STEM`] bytes; never empty.
pub fn safe_stem(name: &str) -> String {
    safe_stem_within(name, LONGEST_STEM).unwrap_or_else(|| UNNAMED.to_owned())
}

/// Returns `name` with nothing changed but what some file system does not hold, in at most `longest` bytes; `None` if nothing is
/// left. Unlike [`safe_stem`] it keeps what looks like a hash put there by the writer: such a name stands in no library.
pub fn held_stem(name: &str, longest: usize) -> Option<String> {
    let stem = without_device_name(trim_end(cut(&clean(name), longest)), longest);
    (!stem.is_empty()).then_some(stem)
}

/// Returns the stem of a medium: when it was taken, then the name it had.
pub fn base_stem(taken_at: Option<&When>, name: &str) -> String {
    let Some(when) = taken_at else {
        return safe_stem(name);
    };
    let time = time_text(when);
    if name.starts_with(&time) {
        return safe_stem(name);
    }
    match safe_stem_within(name, LONGEST_STEM - time.len() - 1) {
        Some(name) => format!("{time}_{name}"),
        None => time,
    }
}

/// Returns the folder of a medium: year and month, the year alone where no more is known, or `undated`.
pub fn folder(taken_at: Option<&When>) -> String {
    let Some(when) = taken_at else {
        return "undated".to_owned();
    };
    let time = when.for_names();
    match when.precision {
        Precision::Year => year_text(time),
        _ => format!("{}/{:02}", year_text(time), time.month()),
    }
}

/// Returns `extension` in lower case with letters and digits only; `bin` if nothing is left.
pub fn safe_extension(extension: &str) -> String {
    let clean: String = extension
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(10)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if clean.is_empty() {
        "bin".to_owned()
    } else {
        clean
    }
}

fn time_text(when: &When) -> String {
    let time = when.for_names();
    let (year, month, day) = (year_text(time), time.month(), time.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    match when.precision {
        Precision::Second => {
            format!("{year}-{month:02}-{day:02}_{hour:02}-{minute:02}-{second:02}")
        }
        Precision::Minute => format!("{year}-{month:02}-{day:02}_{hour:02}-{minute:02}"),
        Precision::Day => format!("{year}-{month:02}-{day:02}"),
        Precision::Month => format!("{year}-{month:02}"),
        Precision::Year => year,
    }
}

/// A folder that begins with `-` is taken for an option by many programs, so years before 1 get letters.
fn year_text(time: DateTime) -> String {
    match time.year() {
        year @ 0.. => format!("{year:04}"),
        year => format!("bc{:04}", year.unsigned_abs()),
    }
}

fn safe_stem_within(name: &str, longest: usize) -> Option<String> {
    let clean = clean(name);
    let cut = trim_end(cut(&clean, longest));
    let stem = without_device_name(&without_hash_marks(cut), longest);
    (!stem.is_empty()).then_some(stem)
}

/// Takes out or replaces what some file system does not hold, or holds without showing it.
fn clean(name: &str) -> String {
    let clean: String = name
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| if is_reserved(c) { '_' } else { c })
        .nfc()
        .collect();
    // A mark at the very start would sit on whatever stands before the name.
    clean
        .trim_start_matches(|c: char| c == '.' || c.is_whitespace() || is_combining_mark(c))
        .to_owned()
}

fn trim_end(name: &str) -> &str {
    name.trim_end_matches(|c: char| c == '.' || c.is_whitespace())
}

fn is_reserved(c: char) -> bool {
    matches!(
        c,
        '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' | '\u{fffd}'
    ) || c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Zero-width, direction and format characters: names that differ in them alone look the same, HFS+ takes some of
/// them for equal, and a direction mark makes `gpj.exe` of `exe.jpg`.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{fff0}'..='\u{fff8}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(c) & 0xfffe == 0xfffe
        || ('\u{fdd0}'..='\u{fdef}').contains(&c)
}

/// Cuts at a character's border and never between a letter and its marks.
fn cut(name: &str, longest: usize) -> &str {
    if name.len() <= longest {
        return name;
    }
    let end = name
        .char_indices()
        .filter(|(at, c)| *at <= longest && !is_combining_mark(*c) && !is_skin_tone(*c))
        .map(|(at, _)| at)
        .next_back()
        .unwrap_or(0);
    // A single letter under a pile of marks: the marks have to go.
    let end = if end == 0 {
        name.floor_char_boundary(longest)
    } else {
        end
    };
    &name[..end]
}

fn is_skin_tone(c: char) -> bool {
    ('\u{1f3fb}'..='\u{1f3ff}').contains(&c)
}

/// Takes the `~` from names that look as if they carried a hash, so that a name with a hash put to it never equals
/// the plain name of another file.
fn without_hash_marks(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for (at, c) in name.char_indices() {
        let digits = name[at + c.len_utf8()..]
            .bytes()
            .take(SHORT_HASH)
            .filter(u8::is_ascii_hexdigit)
            .count();
        out.push(if c == '~' && digits == SHORT_HASH {
            '_'
        } else {
            c
        });
    }
    out
}

/// Windows opens a device for these names, whatever extension follows.
fn without_device_name(name: &str, longest: usize) -> String {
    let (base, rest) = name.split_at(name.find('.').unwrap_or(name.len()));
    if !is_device(base.trim_end()) {
        return name.to_owned();
    }
    let safe = format!("{}_{rest}", base.trim_end());
    trim_end(cut(&safe, longest)).to_owned()
}

fn is_device(base: &str) -> bool {
    let upper = base.to_ascii_uppercase();
    let numbered = upper
        .strip_prefix("COM")
        .or_else(|| upper.strip_prefix("LPT"));
    matches!(
        upper.as_str(),
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$"
    ) || numbered.is_some_and(|number| {
        let mut chars = number.chars();
        let digit = |c: char| c.is_ascii_digit() || matches!(c, '¹' | '²' | '³');
        chars.next().is_some_and(digit) && chars.next().is_none()
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use jiff::civil::{date, datetime};
    use proptest::prelude::*;

    #[test]
    fn names_become_safe() {
        let long = "é".repeat(100);
        let rows: &[(&str, &str)] = &[
            ("IMG_1234", "IMG_1234"),
            ("", "unnamed"),
            ("...", "unnamed"),
            ("\u{200b}\u{202e}", "unnamed"),
            (".hidden", "hidden"),
            ("trailing. . ", "trailing"),
            ("a<b>c:d\"e/f\\g|h?i*j", "a_b_c_d_e_f_g_h_i_j"),
            ("tab\there\u{0}\u{7f}\u{85}", "tab_here___"),
            ("\u{202e}gpj.exe", "gpj.exe"),
            ("e\u{301}t\u{e9}", "\u{e9}t\u{e9}"),
            ("e\u{200d}\u{301}", "\u{e9}"),
            ("CON", "CON_"),
            ("con.jpg", "con_.jpg"),
            ("Com1 .txt", "Com1_.txt"),
            ("COM\u{b9}", "COM\u{b9}_"),
            ("COM10", "COM10"),
            ("CONSOLE", "CONSOLE"),
            ("lpt0", "lpt0_"),
            ("a~1a2b3c4d", "a_1a2b3c4d"),
            ("a~1A2B3C4D5_edited", "a_1A2B3C4D5_edited"),
            ("a~1a2b3c4", "a~1a2b3c4"),
            ("~tilde~", "~tilde~"),
            ("emoji 👩‍👧 ok", "emoji 👩👧 ok"),
            ("שלום", "שלום"),
            ("\u{301}mark first", "mark first"),
            (&long, &long[..120]),
        ];
        for (name, expected) in rows {
            assert_eq!(safe_stem(name), *expected, "{name:?}");
        }
    }

    #[test]
    fn a_cut_never_parts_a_letter_from_its_marks() {
        // q with a hook has no composed form, so mark and letter stay two characters.
        let name = format!("{}q\u{301}\u{302}", "a".repeat(117));
        assert_eq!(safe_stem(&name), "a".repeat(117));
        let pile = format!("q{}", "\u{301}".repeat(500));
        assert!(safe_stem(&pile).len() <= LONGEST_STEM);
    }

    #[test]
    fn stems_begin_with_the_time_as_far_as_known() {
        let wall = When::wall(datetime(2023, 7, 14, 18, 3, 22, 0));
        let utc = When::utc(Timestamp::constant(1_700_000_000, 0));
        let old = When::wall(datetime(-44, 3, 15, 12, 0, 0, 0));
        let rows = [
            (Some(wall), "x", "2023/07", "2023-07-14_18-03-22_x"),
            (
                Some(wall.known_to(Precision::Minute)),
                "x",
                "2023/07",
                "2023-07-14_18-03_x",
            ),
            (
                Some(wall.known_to(Precision::Day)),
                "x",
                "2023/07",
                "2023-07-14_x",
            ),
            (
                Some(wall.known_to(Precision::Month)),
                "x",
                "2023/07",
                "2023-07_x",
            ),
            (Some(wall), "", "2023/07", "2023-07-14_18-03-22"),
            (
                Some(wall),
                "2023-07-14_18-03-22 beach",
                "2023/07",
                "2023-07-14_18-03-22 beach",
            ),
            (Some(wall), "CON", "2023/07", "2023-07-14_18-03-22_CON_"),
            (Some(utc), "x", "2023/11", "2023-11-14_22-13-20_x"),
            (
                Some(wall.at_offset(7200)),
                "x",
                "2023/07",
                "2023-07-14_18-03-22_x",
            ),
            (Some(old), "x", "bc0044/03", "bc0044-03-15_12-00-00_x"),
            (
                Some(When::wall(date(33, 4, 3).at(15, 0, 0, 0))),
                "x",
                "0033/04",
                "0033-04-03_15-00-00_x",
            ),
            (None, "x", "undated", "x"),
        ];
        for (when, name, expected_folder, expected) in rows {
            assert_eq!(folder(when.as_ref()), expected_folder);
            assert_eq!(base_stem(when.as_ref(), name), expected);
        }
    }

    #[test]
    fn a_long_name_leaves_room_for_the_time() {
        let when = When::wall(datetime(2023, 7, 14, 18, 3, 22, 0));
        let stem = base_stem(Some(&when), &"漢".repeat(300));
        assert!(stem.starts_with("2023-07-14_18-03-22_漢") && stem.len() <= LONGEST_STEM);
    }

    #[test]
    fn extensions_are_plain() {
        let rows = [
            ("JPG", "jpg"),
            ("", "bin"),
            ("j/p\u{202e}g", "jpg"),
            ("mp4 ", "mp4"),
        ];
        for (given, expected) in rows {
            assert_eq!(safe_extension(given), expected);
        }
    }

    #[test]
    fn names_that_some_file_system_takes_for_equal_fold_alike() {
        let rows = [
            ("IMG.JPG", "img.jpg"),
            ("Straße", "STRASSE"),
            ("STRAẞE", "strasse"),
            ("e\u{301}", "\u{c9}"),
            ("ΣΑΣ", "σας"),
            ("K", "\u{212a}"),
            ("ﬁ", "FI"),
            ("ǅ", "ǆ"),
            ("İ", "i\u{307}"),
        ];
        for (a, b) in rows {
            assert_eq!(folded(a), folded(b), "{a} {b}");
        }
        assert_ne!(folded("a"), folded("á"));
    }

    proptest! {
        #[test]
        fn any_text_gives_a_safe_name_and_a_safe_name_stays(text in "\\PC{0,80}|.{0,200}") {
            let stem = safe_stem(&text);
            prop_assert!(!stem.is_empty() && stem.len() <= LONGEST_STEM);
            prop_assert!(!stem.starts_with('.') && !stem.ends_with(['.', ' ']));
            prop_assert!(!stem.chars().any(|c| is_reserved(c) || is_invisible(c)));
            prop_assert_eq!(stem.nfc().collect::<String>(), stem.clone());
            prop_assert_eq!(safe_stem(&stem), stem);
        }

        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
            prop_assert_eq!(folded(&folded(&text)), folded(&text));
        }
    }
}
