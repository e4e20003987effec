//! Says where the files of each asset belong. Pure: the paths depend on the set of assets alone.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::names::{SHORT_HASH, base_stem, folded, folder, safe_extension};
use model::asset::{Asset, Companion};
use model::content_hash::ContentHash;
use model::kind::CompanionRole;
use model::library_path::LibraryPath;

/// Where the files of one asset would lie if no other asset wanted the same names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedNames {
    /// `2023/07`, or `undated`.
    pub folder: String,
    /// File name of the original without extension.
    pub stem: String,
    /// The original.
    pub primary: LibraryPath,
    /// The companions, in the order of [`Asset::companions`].
    pub companions: Vec<LibraryPath>,
}

/// Where the files of one asset lie.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Placement {
    /// The asset.
    pub content_hash: ContentHash,
    /// The original.
    pub primary: LibraryPath,
    /// The companions with their bytes, in the order of [`Asset::companions`].
    pub companions: Vec<(ContentHash, LibraryPath)>,
}

/// Returns the names an asset wants.
pub fn wanted(asset: &Asset) -> WantedNames {
    let names = Names::of(asset);
    let mut paths = names.paths(Mark::None).into_iter();
    WantedNames {
        primary: paths.next().expect("an asset's first path is its original"),
        companions: paths.collect(),
        folder: names.folder,
        stem: names.stem,
    }
}

/// Gives every asset its paths, sorted by content hash.
///
/// Assets that want one path (case aside) all get the first digits of their own content hash, never a
/// counter: which of them came first must not show. An asset given twice counts once.
pub fn settle_names<'a>(names: impl IntoIterator<Item = &'a Names>) -> Vec<Placement> {
    let mut names: Vec<&Names> = names.into_iter().collect();
    names.sort_by_key(|names| names.content_hash);
    names.dedup_by_key(|names| names.content_hash);
    let mut marks = vec![Mark::None; names.len()];
    // Each round marks more of the assets that still collide; whole hashes cannot, so this ends.
    while raise_marks(&names, &mut marks) {}
    names
        .iter()
        .zip(marks)
        .map(|(names, mark)| names.place(mark))
        .collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    Short,
    Whole,
}

impl Mark {
    fn next(self) -> Self {
        match self {
            Self::None => Self::Short,
            Self::Short | Self::Whole => Self::Whole,
        }
    }

    fn text(self, hash: &ContentHash) -> String {
        match self {
            Self::None => String::new(),
            Self::Short => hash_mark(hash, SHORT_HASH),
            Self::Whole => hash_mark(hash, 64),
        }
    }
}

/// Returns what a name gets to be told apart: `~` and the first digits of the content hash.
pub fn hash_mark(hash: &ContentHash, digits: usize) -> String {
    format!("~{}", hash.short(digits))
}

/// Marks further every asset one of whose paths another asset wants too.
fn raise_marks(names: &[&Names], marks: &mut [Mark]) -> bool {
    let mut owner: HashMap<[u8; 16], usize> = HashMap::with_capacity(names.len() * 2);
    let mut colliding = vec![false; names.len()];
    for (index, names) in names.iter().enumerate() {
        for claim in names.claims(marks[index]) {
            let first = *owner.entry(brief(&claim)).or_insert(index);
            if first != index {
                colliding[first] = true;
                colliding[index] = true;
            }
        }
    }
    let mut raised = false;
    for (mark, _) in marks.iter_mut().zip(&colliding).filter(|(_, hit)| **hit) {
        raised |= *mark != Mark::Whole;
        *mark = mark.next();
    }
    raised
}

/// Stands for a path, in a fifth of its memory. Two that were alike by chance would cost both a mark, no more.
fn brief(claim: &str) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(claim.as_bytes()).into();
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    short
}

#[derive(Debug, Clone)]
struct CompanionName {
    content_hash: ContentHash,
    ending: String,
}

/// What the files of one asset are called, before assets that want the same names are told apart.
#[derive(Debug, Clone)]
pub struct Names {
    content_hash: ContentHash,
    folder: String,
    stem: String,
    extension: String,
    companions: Vec<CompanionName>,
}

impl Names {
    /// Says what the files of an asset are called.
    pub fn of(asset: &Asset) -> Self {
        let taken_at = asset.taken_at.as_ref().map(|claim| &claim.value);
        Self {
            content_hash: asset.content_hash,
            folder: folder(taken_at),
            stem: base_stem(taken_at, &asset.name),
            extension: safe_extension(&asset.extension),
            companions: companion_names(asset),
        }
    }

    fn path(&self, mark: &str, ending: &str) -> LibraryPath {
        let text = format!("{}/{}{mark}{ending}", self.folder, self.stem);
        LibraryPath::parse(&text).expect("folder and stem hold no separator, `.` or `..` part")
    }

    fn paths(&self, mark: Mark) -> Vec<LibraryPath> {
        let mark = mark.text(&self.content_hash);
        let primary = format!(".{}", self.extension);
        std::iter::once(primary.as_str())
            .chain(
                self.companions
                    .iter()
                    .map(|companion| companion.ending.as_str()),
            )
            .map(|ending| self.path(&mark, ending))
            .collect()
    }

    /// Everything the asset puts into its folder, its sidecar too, as case-blind file systems see it.
    fn claims(&self, mark: Mark) -> Vec<String> {
        let paths = self.paths(mark);
        let sidecar = paths[0].sidecar();
        paths
            .iter()
            .chain([&sidecar])
            .map(|path| folded(path.as_str()))
            .collect()
    }

    fn place(&self, mark: Mark) -> Placement {
        let mut paths = self.paths(mark).into_iter();
        Placement {
            content_hash: self.content_hash,
            primary: paths.next().expect("an asset's first path is its original"),
            companions: self
                .companions
                .iter()
                .map(|companion| companion.content_hash)
                .zip(paths)
                .collect(),
        }
    }
}

/// Companions of one asset that want one name get the first digits of their own hash; all of it where those are equal.
fn companion_names(asset: &Asset) -> Vec<CompanionName> {
    let endings = |digits: usize| -> Vec<String> {
        let mark = |c: &Companion| match digits {
            0 => String::new(),
            digits => hash_mark(&c.content_hash, digits),
        };
        asset
            .companions
            .iter()
            .map(|c| ending(c, &mark(c)))
            .collect()
    };
    let choices = [endings(0), endings(SHORT_HASH), endings(64)];
    let primary = format!(".{}", safe_extension(&asset.extension));
    let free = |list: &[String], ending: &String| {
        *ending != primary && list.iter().filter(|other| *other == ending).count() == 1
    };
    let best = |index: usize| {
        let chosen = choices.iter().find(|list| free(list, &list[index]));
        chosen.unwrap_or(&choices[2])[index].clone()
    };
    asset
        .companions
        .iter()
        .enumerate()
        .map(|(index, companion)| CompanionName {
            content_hash: companion.content_hash,
            ending: best(index),
        })
        .collect()
}

fn ending(companion: &Companion, mark: &str) -> String {
    let role = match companion.role {
        CompanionRole::LiveVideo | CompanionRole::Subtitles => "",
        CompanionRole::Edited => "_edited",
        CompanionRole::Overlay => "_overlay",
    };
    format!("{role}{mark}.{}", safe_extension(&companion.extension))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
pub(super) mod tests {
    use super::*;
    use jiff::civil::datetime;
    use model::claim::{Claim, Origin};
    use model::time::When;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn hash(first: u8, last: u8) -> ContentHash {
        let mut bytes = [first; 32];
        bytes[31] = last;
        ContentHash(bytes)
    }

    fn companion(role: CompanionRole, hash: ContentHash, extension: &str) -> Companion {
        Companion {
            role,
            content_hash: hash,
            extension: extension.to_owned(),
        }
    }

    fn settled<'a>(assets: impl IntoIterator<Item = &'a Asset>) -> Vec<Placement> {
        let names: Vec<Names> = assets.into_iter().map(Names::of).collect();
        settle_names(&names)
    }

    fn paths(placements: &[Placement]) -> Vec<String> {
        placements
            .iter()
            .flat_map(|p| {
                std::iter::once(&p.primary).chain(p.companions.iter().map(|(_, path)| path))
            })
            .map(|path| path.as_str().to_owned())
            .collect()
    }

    #[test]
    fn an_asset_alone_gets_plain_names() {
        let mut a = Asset::bare(hash(1, 0), "IMG_1");
        a.taken_at = Some(Claim::new(
            When::wall(datetime(2023, 7, 14, 18, 3, 22, 0)),
            Origin::Embedded,
        ));
        a.companions = vec![
            companion(CompanionRole::LiveVideo, hash(2, 0), "MOV"),
            companion(CompanionRole::Edited, hash(3, 0), "jpg"),
            companion(CompanionRole::Overlay, hash(4, 0), "png"),
            companion(CompanionRole::Subtitles, hash(5, 0), "srt"),
        ];
        let base = "2023/07/2023-07-14_18-03-22_IMG_1";
        let expected = [".jpg", ".mov", "_edited.jpg", "_overlay.png", ".srt"]
            .map(|end| format!("{base}{end}"));
        assert_eq!(paths(&settled([&a])), expected);
        let names = wanted(&a);
        assert_eq!(names.primary.as_str(), expected[0]);
        assert_eq!(names.companions.len(), 4);
    }

    #[test]
    fn assets_of_one_name_are_both_marked() {
        let (a, b) = (
            Asset::bare(hash(0xaa, 0), "IMG_1"),
            Asset::bare(hash(0xbb, 0), "img_1"),
        );
        let expected = ["undated/IMG_1~aaaaaaaa.jpg", "undated/img_1~bbbbbbbb.jpg"];
        assert_eq!(paths(&settled([&a, &b])), expected);
        assert_eq!(paths(&settled([&b, &a, &b])), expected);
    }

    #[test]
    fn equal_first_digits_are_told_apart_by_the_whole_hash() {
        let (a, b) = (
            Asset::bare(hash(0xaa, 0), "x"),
            Asset::bare(hash(0xaa, 1), "x"),
        );
        let found = paths(&settled([&a, &b]));
        assert_eq!(found[0], format!("undated/x~{}.jpg", a.content_hash));
        assert_eq!(found[1], format!("undated/x~{}.jpg", b.content_hash));
    }

    #[test]
    fn a_companion_that_takes_an_originals_name_marks_both_assets() {
        let mut a = Asset::bare(hash(0xaa, 0), "x");
        a.companions = vec![companion(CompanionRole::Edited, hash(0xcc, 0), "jpg")];
        let b = Asset::bare(hash(0xbb, 0), "x_edited");
        assert_eq!(
            paths(&settled([&a, &b])),
            [
                "undated/x~aaaaaaaa.jpg",
                "undated/x~aaaaaaaa_edited.jpg",
                "undated/x_edited~bbbbbbbb.jpg"
            ]
        );
    }

    #[test]
    fn companions_of_one_name_get_their_own_hash() {
        let mut a = Asset::bare(hash(0xaa, 0), "x");
        a.companions = vec![
            companion(CompanionRole::Edited, hash(0xcc, 0), "jpg"),
            companion(CompanionRole::Edited, hash(0xdd, 0), "jpg"),
            companion(CompanionRole::LiveVideo, hash(0xee, 0), "jpg"),
        ];
        assert_eq!(
            paths(&settled([&a])),
            [
                "undated/x.jpg",
                "undated/x_edited~cccccccc.jpg",
                "undated/x_edited~dddddddd.jpg",
                "undated/x~eeeeeeee.jpg"
            ]
        );
    }

    proptest! {
        #[test]
        fn paths_are_unique_and_do_not_depend_on_order(
            rows in proptest::collection::vec(
                ("(a|A|x|x_edited|a~bbbbbbbb|ß|ss|SS|é|e\u{301})", 0u8..4, 0u8..4, 0usize..3), 1..24),
            turn in 0usize..24,
        ) {
            let assets: Vec<Asset> = rows
                .iter()
                .enumerate()
                .map(|(index, (name, first, companion_hash, companions))| {
                    // Few first digits, so that equal short hashes do happen.
                    let mut a = Asset::bare(hash(*first, index as u8), name);
                    for n in 0..*companions {
                        let bytes = hash(*companion_hash, n as u8);
                        a.companions.push(companion(CompanionRole::Edited, bytes, "jpg"));
                    }
                    a
                })
                .collect();
            let mut turned: Vec<&Asset> = assets.iter().rev().collect();
            let turn = turn % turned.len();
            turned.rotate_left(turn);
            let first = settled(&assets);
            prop_assert_eq!(&first, &settled(turned));
            let all = paths(&first);
            let different: HashSet<String> = all.iter().map(|path| folded(path)).collect();
            prop_assert_eq!(different.len(), all.len(), "{:?}", all);
        }
    }
}
