//! What Google adds to the names of edited copies, by language, and what looks like it and is not.

use unicode_normalization::char::is_combining_mark;

use super::names::nfc;

/// Confirmed in real exports.
const CONFIRMED: &[&str] = &[
    "-edited",
    "-bearbeitet",
    "-modifié",
    "-modificato",
    "-ha editado",
    "-editado",
    "-editat",
    "-edytowane",
    "-bewerkt",
    "-編集済み",
    "-编辑",
    "-已修改",
];
/// Only in word lists of other programs.
const LISTED: &[&str] = &[
    "-modificata",
    "-editada",
    "-已編輯",
    "-修改",
    "-muokattu",
    "-redigeret",
    "-redigerad",
    "-redigert",
    "-düzenlendi",
    "-измененный",
    "-изменено",
    "-отредактировано",
    "-відредаговано",
    "-upravené",
    "-upraveno",
    "-szerkesztett",
    "-편집됨",
    "-已编辑",
    // Thai: the first in a script its author ran over an export of his own, the second in a list of other languages.
    "-แก้ไข",
    "-แก้ไขแล้ว",
    // One list of another program has these four; nobody was seen to confirm them.
    "-đã chỉnh sửa",
    "-تم التعديل",
    "-संपादित",
    "-diedit",
];

/// What the end of a media name says about an edited copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// One of the known suffixes.
    Known,
    /// The start of one, cut off by the length limit.
    Cut,
    /// A word that may be the suffix of a language we do not know.
    Word,
}

/// Splits a base before the suffix of an edited copy. `at_limit` says that the name is as long as names can be.
///
/// Every known suffix begins with the only `-` in it, so the last `-` is the only place to look.
pub(crate) fn edited(base: &str, at_limit: bool) -> Option<(&str, Ending)> {
    let (original, _) = base.rsplit_once('-')?;
    if original.is_empty() {
        return None;
    }
    let tail = nfc(&base[original.len()..]).to_lowercase();
    let mut known = CONFIRMED.iter().chain(LISTED);
    if known.any(|suffix| *suffix == tail) {
        return Some((original, Ending::Known));
    }
    let mut known = CONFIRMED.iter().chain(LISTED);
    if at_limit && known.any(|suffix| suffix.starts_with(&tail)) {
        return Some((original, Ending::Cut));
    }
    is_word(&base[original.len() + 1..]).then_some((original, Ending::Word))
}

/// Google writes its suffixes in small letters; `-COLLAGE`, `-EFFECTS` and the like are creations with sidecars of their own.
fn is_word(tail: &str) -> bool {
    let is_letter = |c: char| (c.is_alphabetic() && !c.is_uppercase()) || is_combining_mark(c);
    tail.chars().count() >= 2 && tail.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_suffixes_whole_cut_and_unknown() {
        for (base, at_limit, expected) in [
            ("a-edited", false, Some(("a", Ending::Known))),
            ("a-b-EDITED", false, Some(("a-b", Ending::Known))),
            ("a-modifie\u{301}", false, Some(("a", Ending::Known))),
            ("a-ha editado", false, Some(("a", Ending::Known))),
            ("a-đã chỉnh sửa", false, Some(("a", Ending::Known))),
            (
                "a-đa\u{303} chi\u{309}nh sư\u{309}a",
                false,
                Some(("a", Ending::Known)),
            ),
            ("a-đã chỉ", true, Some(("a", Ending::Cut))),
            ("a-แก้ไข", false, Some(("a", Ending::Known))),
            ("a-แก้ไขแล้ว", false, Some(("a", Ending::Known))),
            ("a-แก้", true, Some(("a", Ending::Cut))),
            ("a-تم التعديل", false, Some(("a", Ending::Known))),
            ("a-संपादित", false, Some(("a", Ending::Known))),
            // Another word of a script with marks.
            ("a-ปรับปรุงแล้ว", false, Some(("a", Ending::Word))),
            ("a-ha edi", true, Some(("a", Ending::Cut))),
            ("a-ha edi", false, None),
            ("a-e", true, Some(("a", Ending::Cut))),
            ("a-", true, Some(("a", Ending::Cut))),
            ("a-", false, None),
            ("a-zmieniono", false, Some(("a", Ending::Word))),
            ("a-COLLAGE", false, None),
            ("a-EFFECTS", true, None),
            ("a-1234", true, None),
            ("-edited", false, None),
            ("edited", false, None),
        ] {
            assert_eq!(edited(base, at_limit), expected, "{base}");
        }
    }

    #[test]
    fn every_suffix_has_one_dash_at_its_start_and_is_in_its_folded_form() {
        for suffix in CONFIRMED.iter().chain(LISTED) {
            assert_eq!(suffix.rfind('-'), Some(0), "{suffix}");
            assert_eq!(nfc(suffix).to_lowercase(), **suffix);
        }
    }
}
