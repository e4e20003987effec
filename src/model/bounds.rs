//! How long the texts that records and albums state may be. No service lets anybody write a longer one; a hostile archive may hold
//! one of any length, and it would be in the catalog, in lists and in every page.
//!
//! Nothing is lost by it: the record as it stood in the archive (`raw`) stays whole, in the catalog and in the sidecar.

use super::record::{AlbumRecord, Record};

/// Longest text kept of a statement, in bytes: more than the 63,206 characters of a Facebook post, each of four bytes.
pub const LONGEST_TEXT_BYTES: usize = 256 << 10;

/// Stands at the end of a text that was cut.
const CUT: char = '…';

/// Cuts the texts of a statement that are longer than [`LONGEST_TEXT_BYTES`].
pub fn bound_record(record: &mut Record) {
    let facts = &mut record.facts;
    let texts = [&mut facts.description, &mut facts.title, &mut facts.place];
    texts.into_iter().flatten().for_each(bound);
    facts.people.iter_mut().for_each(bound);
    facts.keywords.iter_mut().for_each(bound);
    let Some(extras) = &mut facts.extras else {
        return;
    };
    extras.coauthors.iter_mut().for_each(bound);
    for insight in &mut extras.insights {
        bound(&mut insight.label);
        bound(&mut insight.value);
    }
    for comment in &mut extras.comments {
        comment.author.iter_mut().for_each(bound);
        bound(&mut comment.text);
    }
}

/// Cuts the texts of a statement about an album that are longer than [`LONGEST_TEXT_BYTES`].
pub fn bound_album(album: &mut AlbumRecord) {
    bound(&mut album.title);
    album.description.iter_mut().for_each(bound);
}

fn bound(text: &mut String) {
    if text.len() <= LONGEST_TEXT_BYTES {
        return;
    }
    text.truncate(text.floor_char_boundary(LONGEST_TEXT_BYTES - CUT.len_utf8()));
    text.push(CUT);
    text.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounded(mut text: String) -> String {
        bound(&mut text);
        text
    }

    #[test]
    fn a_text_as_long_as_may_be_stays_and_a_longer_one_is_cut_to_that() {
        let whole = "a".repeat(LONGEST_TEXT_BYTES);
        assert_eq!(bounded(whole.clone()), whole);
        let cut = bounded(whole + "b");
        assert_eq!(cut.len(), LONGEST_TEXT_BYTES);
        assert!(cut.ends_with("aa…"));
    }

    #[test]
    fn a_text_is_never_cut_within_a_character() {
        for first in ["", "a", "ab", "abc"] {
            let text = format!("{first}{}", "🌊".repeat(LONGEST_TEXT_BYTES / 4));
            let cut = bounded(text.clone());
            assert!(cut.len() <= LONGEST_TEXT_BYTES, "{first}");
            match text.len() > LONGEST_TEXT_BYTES {
                true => assert!(cut.ends_with("🌊…"), "{first}"),
                false => assert_eq!(cut, text),
            }
        }
    }
}
