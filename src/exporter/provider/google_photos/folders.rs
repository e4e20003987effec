//! What the folders of a Google Photos archive are, told by their names in any language.
//!
//! A name is only a hint: a folder with an album file in it is an album, whatever it is called.

use super::names::nfc;

/// What a folder's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FolderKind {
    /// Everything of one year (`Photos from 2023`).
    Year,
    /// Everything of one day (exports before December 2020).
    Day,
    /// Archived items.
    Archive,
    /// Items deleted within 60 days.
    Trash,
    /// The locked folder.
    Locked,
    /// Videos Google could not process.
    Failed,
    /// No name at all: the files were given without their folder.
    Unnamed,
    /// Anything else: an album.
    Album,
}

const ARCHIVE: &[&str] = &[
    "archive",
    "archiv",
    "archivo",
    "arquivo",
    "archivio",
    "archief",
    "archiwum",
    "arxiu",
    "архив",
    "アーカイブ",
    "档案",
];
const TRASH: &[&str] = &[
    "trash",
    "bin",
    "papierkorb",
    "corbeille",
    "papelera",
    "cestino",
    "lixeira",
    "prullenbak",
    "kosz",
    "koš",
    "paperera",
    "papperskorg",
    "papirkurv",
    "roskakori",
    "корзина",
    "çöp kutusu",
    "ゴミ箱",
    "휴지통",
    "回收站",
];
const LOCKED: &[&str] = &[
    "locked folder",
    "carpeta privada",
    "gesperrter ordner",
    "dossier verrouillé",
    "cartella bloccata",
    "pasta trancada",
    "vergrendelde map",
    "folder zablokowany",
    "锁定文件夹",
    "ロックされたフォルダ",
    "잠긴 폴더",
];
/// Only the English name is known; others are albums to us until an export shows them.
const FAILED: &[&str] = &["failed videos"];

/// Words before or after the year that only Google writes; the rest is seen (fr, es, de, it) or expected.
const YEAR_WORDS: &[(&str, &str)] = &[
    ("photos from ", ""),
    ("photos de ", ""),
    ("fotos de ", ""),
    ("fotos del ", ""),
    ("fotos von ", ""),
    ("fotos aus ", ""),
    ("foto da ", ""),
    ("foto del ", ""),
    ("foto's uit ", ""),
    ("zdjęcia z ", ""),
    ("фото за ", ""),
    ("", " 年の写真"),
    ("", "년의 사진"),
    ("", "年的照片"),
];

/// Tells what a folder is by its name.
pub(crate) fn kind(name: &str) -> FolderKind {
    let name = nfc(name).to_lowercase();
    let name = name.trim();
    let listed = |list: &[&str]| list.contains(&name);
    match () {
        () if name.is_empty() => FolderKind::Unnamed,
        () if listed(ARCHIVE) => FolderKind::Archive,
        () if listed(TRASH) => FolderKind::Trash,
        () if listed(LOCKED) => FolderKind::Locked,
        () if listed(FAILED) => FolderKind::Failed,
        () if is_day(name) => FolderKind::Day,
        () if is_year(name) => FolderKind::Year,
        () => FolderKind::Album,
    }
}

/// One four-digit number that can be a year, besides letters and spaces.
fn is_year(name: &str) -> bool {
    let digits: String = name.chars().filter(char::is_ascii_digit).collect();
    let year = digits
        .parse()
        .is_ok_and(|y: u32| (1800..=2100).contains(&y));
    let plain = |c: char| {
        c.is_alphabetic()
            || c.is_whitespace()
            || c.is_ascii_digit()
            || matches!(c, '\'' | '’' | '_')
            // Thai signs that Unicode does not count as letters.
            || ('\u{e47}'..='\u{e4e}').contains(&c)
    };
    digits.len() == 4 && year && name.contains(&digits) && name.chars().all(plain)
}

/// `2016-05-21` or `2016-05-21 #2`.
fn is_day(name: &str) -> bool {
    let (day, rest) = name.split_at_checked(10).unwrap_or((name, ""));
    let shape = day.len() == 10
        && day.char_indices().all(|(at, c)| match at {
            4 | 7 => c == '-',
            _ => c.is_ascii_digit(),
        });
    let number = rest.strip_prefix(" #");
    let numbered = number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    shape && (rest.is_empty() || numbered)
}

/// Says whether only Google calls a folder so: `Rome 2023` may be anyone's, `Photos from 2023` is not.
pub(crate) fn is_googles_year(name: &str) -> bool {
    let name = nfc(name).to_lowercase();
    is_year(&name)
        && YEAR_WORDS.iter().any(|(before, after)| {
            name.strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after))
                .is_some_and(|year| year.len() == 4)
        })
}

/// Returns the year of a folder that only Google names so. Of 1970 nothing can be told: what has no date is of that year.
pub(crate) fn googles_year(name: &str) -> Option<i16> {
    let digits: String = name.chars().filter(char::is_ascii_digit).collect();
    let year = digits.parse().ok().filter(|year| *year != 1970);
    year.filter(|_| is_googles_year(name))
}

/// Splits a path into the name of the folder a file lies in (empty if none) and its file name.
///
/// Only the last folder counts: whether `Takeout/Google Photos/` was above it depends on how the archive was unpacked.
pub(crate) fn split_path(path: &str) -> (&str, &str) {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    (folders.rsplit('/').next().unwrap_or(folders), file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_folders_by_their_names() {
        for (name, expected) in [
            ("Photos from 2023", FolderKind::Year),
            ("Fotos del 2018", FolderKind::Year),
            ("Foto's uit 2019", FolderKind::Year),
            ("2019 年の写真", FolderKind::Year),
            ("2019년의 사진", FolderKind::Year),
            ("Rome 2023", FolderKind::Year),
            ("Rome 2023 2", FolderKind::Album),
            ("Rome 12345", FolderKind::Album),
            ("Rome 1023", FolderKind::Album),
            ("Rome 20-23", FolderKind::Album),
            ("2016-05-21", FolderKind::Day),
            ("2016-05-21 #2", FolderKind::Day),
            ("2016-05-21 beach", FolderKind::Album),
            ("Archiv", FolderKind::Archive),
            ("Papierkorb", FolderKind::Trash),
            ("Kos\u{30c}", FolderKind::Trash),
            ("Locked Folder", FolderKind::Locked),
            ("Failed Videos", FolderKind::Failed),
            ("Untitled(1)", FolderKind::Album),
            ("Été", FolderKind::Album),
            ("", FolderKind::Unnamed),
        ] {
            assert_eq!(kind(name), expected, "{name}");
        }
    }

    #[test]
    fn only_googles_own_words_name_a_year_surely() {
        for name in ["Photos from 2023", "Fotos von 2024", "2019年的照片"] {
            assert!(is_googles_year(name), "{name}");
        }
        assert_eq!(googles_year("Photos from 2023"), Some(2023));
        assert_eq!(googles_year("2019年的照片"), Some(2019));
        for name in ["Photos from 1970", "Rome 2023", "2023"] {
            assert_eq!(googles_year(name), None, "{name}");
        }
        for name in ["Rome 2023", "Photos from Rome", "2023", "Photos from 20234"] {
            assert!(!is_googles_year(name), "{name}");
        }
    }

    #[test]
    fn only_the_last_folder_counts() {
        for (path, expected) in [
            ("Google Photos/Rome/a.jpg", ("Rome", "a.jpg")),
            ("Rome/a.jpg", ("Rome", "a.jpg")),
            ("a.jpg", ("", "a.jpg")),
        ] {
            assert_eq!(split_path(path), expected);
        }
    }
}
