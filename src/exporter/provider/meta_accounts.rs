//! Whose data each piece of Meta's archives holds. Pieces of two accounts may come in one call, and lie in one folder.

use std::collections::BTreeMap;

use crate::classify::{Format, format_of};
use crate::{Node, PieceId, Tree};
use archive::{EntryId, PartName, part_name};

/// What is believed first where the name of a part and the profile in it tell different accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Believed {
    /// The profile: names of parts were made by hand at times.
    Profile,
    /// The name: it is the same on all parts, and only one of them has the profile.
    PartName,
}

/// Most pages of one piece that are looked at for the name of their owner. All pages of a year have it, or none.
const MOST_PAGES: usize = 8;

/// Largest page that is looked at, in bytes.
const LARGEST_PAGE: u64 = 16 << 20;

/// Accounts of the pieces of one call.
#[derive(Debug)]
pub struct Accounts {
    given: Option<String>,
    by_piece: BTreeMap<PieceId, String>,
    by_page: BTreeMap<PieceId, String>,
    of_name: fn(&str) -> Option<String>,
    believed: Believed,
}

impl Accounts {
    /// Looks for profiles: `of_profile` reads the user name in one, `of_name` that in the name of a part. What the user gave
    /// goes before both.
    pub fn find(
        tree: &dyn Tree,
        given: Option<&str>,
        of_profile: &dyn Fn(&Node) -> Option<String>,
        (of_name, believed): (fn(&str) -> Option<String>, Believed),
    ) -> Self {
        let mut by_piece = BTreeMap::new();
        for node in tree.nodes() {
            if let Some(name) = of_profile(node) {
                by_piece.entry(tree.piece(node.id)).or_insert(name);
            }
        }
        Self {
            given: given.map(str::to_owned),
            by_piece,
            by_page: BTreeMap::new(),
            of_name,
            believed,
        }
    }

    /// Looks at pages of the pieces that neither a profile nor their name tells of: an unpacked folder may have any name.
    /// `pages` are the pages to look at, and `of_page` reads whose one is.
    pub fn or_pages(
        mut self,
        tree: &dyn Tree,
        pages: &mut dyn Iterator<Item = &Node>,
        of_page: &dyn Fn(&Node) -> Option<String>,
    ) -> Self {
        let mut looked_at: BTreeMap<PieceId, usize> = BTreeMap::new();
        for node in pages {
            if tree.size_bytes(node.id) > LARGEST_PAGE || self.of(tree, node.id).is_some() {
                continue;
            }
            let piece = tree.piece(node.id);
            let looked_at = looked_at.entry(piece).or_default();
            *looked_at += 1;
            if *looked_at > MOST_PAGES {
                continue;
            }
            if let Some(name) = of_page(node) {
                self.by_page.insert(tree.piece(node.id), name);
            }
        }
        self
    }

    /// Returns the account of the piece an entry lies in, if anything in it tells.
    ///
    /// The profile in another piece tells nothing here: whether that piece came in the same call must leave no trace. Merging
    /// gives pieces that do not tell to the only account there is.
    pub fn of(&self, tree: &dyn Tree, id: EntryId) -> Option<String> {
        let profile = || self.by_piece.get(&tree.piece(id)).cloned();
        let name = || {
            let names = tree.piece_names(id);
            names.iter().find_map(|name| (self.of_name)(name))
        };
        let page = || self.by_page.get(&tree.piece(id)).cloned();
        let told = || match self.believed {
            Believed::Profile => profile().or_else(name),
            Believed::PartName => name().or_else(profile),
        };
        self.given.clone().or_else(told).or_else(page)
    }

    /// Returns the account of every piece that tells.
    pub fn of_pieces(&self, tree: &dyn Tree) -> BTreeMap<PieceId, String> {
        let mut asked = BTreeMap::new();
        for node in tree.nodes() {
            asked.entry(tree.piece(node.id)).or_insert(node.id);
        }
        let told = asked
            .into_iter()
            .filter_map(|(piece, id)| Some((piece, self.of(tree, id)?)));
        told.collect()
    }
}

/// Returns the pages that may say whose they are, the smallest first: all of a year say it, or none. `passed_over` are those of
/// other people's words.
pub fn pages<'a>(tree: &'a dyn Tree, passed_over: &dyn Fn(&Node) -> bool) -> Vec<&'a Node> {
    let is_page = |node: &&Node| format_of(&node.path) == Some(Format::Html) && !passed_over(node);
    let mut pages: Vec<&Node> = tree.nodes().iter().filter(is_page).collect();
    pages.sort_by_key(|node| (tree.size_bytes(node.id), &node.path));
    pages
}

/// Reads the name of a part of Meta's: since 2022 the parts of an archive have a day and no number.
pub fn dated_part(file_name: &str) -> PartName {
    let part = part_name(file_name);
    match dated_export(&part.stem) {
        Some(export) if part.slot.is_none() => PartName {
            export: export.to_owned(),
            told: true,
            ..part
        },
        _ => part,
    }
}

/// Returns whether a name is of the form that Meta gives to parts since 2022: a service, an account, a day and the token of the part.
pub fn has_token(file_name: &str) -> bool {
    let part = dated_part(file_name);
    let token = part.stem.strip_prefix(&part.export);
    let token = token.and_then(|rest| rest.strip_prefix('-'));
    part.told
        && token.is_some_and(|token| {
            token.len() == 8 && token.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// Returns what the parts of one archive of Meta's have in common, and no two archives of different days: the name up to the
/// day. Each part has eight letters and digits of its own behind it.
fn dated_export(stem: &str) -> Option<&str> {
    const DAY: &[u8] = b"-dddd-dd-dd";
    let is_day = |at: &usize| {
        let rest = &stem.as_bytes()[*at..];
        rest.len() >= DAY.len()
            && DAY.iter().zip(rest).all(|(shape, byte)| match shape {
                b'd' => byte.is_ascii_digit(),
                _ => byte == shape,
            })
            && !rest.get(DAY.len()).is_some_and(u8::is_ascii_digit)
    };
    let at = (1..stem.len()).find(is_day)?;
    stem.get(..at + DAY.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_a_token_behind_the_day() {
        for (name, has) in [
            ("instagram-anna-2024-05-01-Ab3dEf9h.zip", true),
            ("facebook-anna-2024-05-01-Ab3dEf9h (1).zip", true),
            ("facebook-anna-2024-05-01-Ab3dEf9h", true),
            ("facebook-photos-2024-05-01.zip", false),
            ("facebook-photos-2024-05-01-of summer", false),
            ("facebook-photos-2024-05-01-summer", false),
            ("Ab3dEf9h", false),
            ("", false),
        ] {
            assert_eq!(has_token(name), has, "{name}");
        }
    }

    #[test]
    fn parts_of_one_archive_share_their_name_up_to_the_day() {
        for (stem, export) in [
            (
                "instagram-anna-2024-05-01-Ab3dEf9h",
                Some("instagram-anna-2024-05-01"),
            ),
            ("facebook-anna-2024-05-01", Some("facebook-anna-2024-05-01")),
            ("instagram-anna-2024-05-012", None),
            ("instagram-anna", None),
            ("é-2024-05-01", Some("é-2024-05-01")),
            ("", None),
        ] {
            assert_eq!(dated_export(stem), export, "{stem}");
        }
    }
}
