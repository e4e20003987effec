//! Tells the owner's text from what else stands in the body of an item: place, address, "Updated …", bare links, people tagged,
//! the group of a comment.

use super::lines;
use crate::classify::is_web_address;
use crate::facebook::posts::coordinates;
use crate::meta_dates::read_date;
use model::record::Location;

/// Words that may stand beside the date in a line like "Updated Jul 26, 2024 12:48:39pm".
const BOILERPLATE_WORDS: usize = 3;

/// The body of an item, sorted out.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Body {
    /// The owner's text.
    pub text: Option<String>,
    /// Name of the place.
    pub place: Option<String>,
    /// Its coordinates.
    pub location: Option<Location>,
    /// People a line says were tagged.
    pub people: Vec<String>,
}

impl Body {
    /// Reads the lines right below a medium: words of the owner's, people tagged, the group of a comment. A place would be the
    /// post's, and a date or address that someone writes below a picture is its caption.
    pub(crate) fn of_medium(lines: &[String]) -> Self {
        let mut body = Self::default();
        let mut texts: Vec<&str> = Vec::new();
        for line in lines {
            match lines::tagged(line) {
                Some(people) => body.people.extend(people),
                None if lines::is_group_label(line) => {}
                None => texts.push(line),
            }
        }
        let text = texts.join("\n").trim().to_owned();
        body.text = (!text.is_empty()).then_some(text);
        body
    }

    /// Reads the blocks of a body in their order.
    pub(crate) fn read(blocks: &[String]) -> Self {
        let mut body = Self::default();
        let mut texts: Vec<&str> = Vec::new();
        let mut address_may_follow = false;
        for block in blocks {
            let after_place = std::mem::take(&mut address_may_follow);
            if let Some((name, location)) = place_line(block) {
                body.place.get_or_insert(name);
                body.location = body.location.or(location);
                address_may_follow = true;
            } else if let Some(people) = lines::tagged(block) {
                body.people.extend(people);
            } else if !after_place && is_own_text(block) {
                texts.push(block);
            }
        }
        body.text = (!texts.is_empty()).then(|| texts.join("\n"));
        body
    }
}

/// Says whether a block may be the owner's words.
pub(crate) fn is_own_text(block: &str) -> bool {
    !is_boilerplate(block) && !is_bare_link(block) && !lines::is_group_label(block)
}

/// Reads `NAME (lat, lon)`; the address follows in the next block. `(0, 0)` is a place without position.
fn place_line(block: &str) -> Option<(String, Option<Location>)> {
    let (name, inside) = block.trim().strip_suffix(')')?.rsplit_once('(')?;
    let (latitude, longitude) = inside.split_once(',')?;
    let is_degree =
        |text: &str| text.trim().parse::<f64>().is_ok_and(f64::is_finite) && text.contains('.');
    let name = name.trim();
    let zero = inside.chars().all(|c| matches!(c, '0' | ',' | ' ' | '.'));
    (!name.is_empty() && (zero || is_degree(latitude) && is_degree(longitude)))
        .then(|| (name.to_owned(), coordinates(inside)))
}

/// A line that is a date but for a few words, in whatever language and order.
fn is_boilerplate(block: &str) -> bool {
    let words: Vec<&str> = block.split_whitespace().collect();
    let is_date = |words: &[&str]| words.len() > 1 && read_date(&words.join(" ")).is_some();
    (0..=BOILERPLATE_WORDS.min(words.len()))
        .any(|left_out| is_date(&words[left_out..]) || is_date(&words[..words.len() - left_out]))
}

fn is_bare_link(block: &str) -> bool {
    is_web_address(block.trim()) && !block.trim().contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(blocks: &[&str]) -> Body {
        let blocks: Vec<String> = blocks.iter().map(|block| (*block).to_owned()).collect();
        Body::read(&blocks)
    }

    #[test]
    fn text_place_address_and_boilerplate_are_told_apart() {
        for (blocks, text, place) in [
            (vec!["words"], Some("words"), None),
            (vec!["words", "more"], Some("words\nmore"), None),
            (
                vec!["words", "Old Port (59.36, 17.96)", "1 Quay Street", "after"],
                Some("words\nafter"),
                Some("Old Port"),
            ),
            (
                vec!["Updated Jul 26, 2024 12:48:39pm", "words"],
                Some("words"),
                None,
            ),
            (vec!["ago 24, 2023 2:45:44pm"], None, None),
            (
                vec!["https://example.org/a", "see https://example.org/a"],
                Some("see https://example.org/a"),
                None,
            ),
            (vec!["Bar (old) (59.36, -17.96)"], None, Some("Bar (old)")),
            (vec!["we (Anna, Ben)"], Some("we (Anna, Ben)"), None),
            (vec!["score (3, 4)"], Some("score (3, 4)"), None),
            (vec!["in 2019 we met"], Some("in 2019 we met"), None),
            (vec!["Group: Old Cameras", "words"], Some("words"), None),
            (vec!["You tagged Ben Beispiel"], None, None),
            (vec![], None, None),
        ] {
            let body = read(&blocks);
            assert_eq!(
                (body.text.as_deref(), body.place.as_deref()),
                (text, place),
                "{blocks:?}"
            );
        }
        assert_eq!(
            read(&["P (59.36, 17.96)"]).location,
            Location::new(59.36, 17.96)
        );
        assert_eq!(
            read(&["P (0.0, 0.0)"]),
            Body {
                place: Some("P".to_owned()),
                ..Body::default()
            }
        );
    }
}
