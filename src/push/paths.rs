//! Gives every file its path at a destination. What lies there already keeps its path; what collides is told apart by its hash.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::layout::file_name;
use super::parcel::Parcel;
use model::content_hash::ContentHash;
use writer::layout::hash_mark;
use writer::names::{SHORT_HASH, folded};

/// An asset and where its original shall lie.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    /// The asset.
    pub asset: ContentHash,
    /// Path its layout gives it.
    pub path: String,
    /// Path the journal knows; it stays.
    pub journaled: Option<String>,
}

/// Returns the folder a path is in; `""` for the topmost.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns the folders of parcels, each once: a host is asked for each as a whole.
pub(crate) fn folders_of<'a>(parcels: &[&'a Parcel]) -> BTreeSet<&'a str> {
    let folders = parcels.iter().map(|parcel| folder_of(&parcel.path));
    folders.collect()
}

/// Returns the path of each original, in the same order. `taken` are assets whose name somebody else's file has.
pub(crate) fn settle(wishes: &[Wish], taken: &HashSet<ContentHash>) -> Vec<String> {
    let mut owners: HashMap<String, u32> = HashMap::with_capacity(wishes.len());
    for wish in wishes {
        let path = wish.journaled.as_ref().unwrap_or(&wish.path);
        // Without the extension: the companions of two assets must not collide either.
        *owners.entry(folded(stem(path))).or_default() += 1;
    }
    let settled = |wish: &Wish| {
        if taken.contains(&wish.asset) {
            return marked(&wish.path, &wish.asset);
        }
        match &wish.journaled {
            Some(path) => path.clone(),
            None if owners[&folded(stem(&wish.path))] > 1 => marked(&wish.path, &wish.asset),
            None => wish.path.clone(),
        }
    };
    wishes.iter().map(settled).collect()
}

/// Returns where a companion lies, given where its original lies in the library and at the destination.
pub(crate) fn beside(
    original_in_library: &str,
    companion_in_library: &str,
    original: &str,
) -> String {
    let name = file_name(companion_in_library);
    let own = stem(file_name(original_in_library));
    let ending = match name.strip_prefix(own) {
        Some(ending) => format!("{}{ending}", stem(file_name(original))),
        None => name.to_owned(),
    };
    match original.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{ending}"),
        None => ending,
    }
}

fn stem(path: &str) -> &str {
    match path.rsplit_once('.') {
        Some((stem, extension)) if !extension.contains('/') => stem,
        _ => path,
    }
}

fn marked(path: &str, asset: &ContentHash) -> String {
    let own = stem(path);
    format!(
        "{own}{}{}",
        hash_mark(asset, SHORT_HASH),
        &path[own.len()..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(seed: u8, path: &str, journaled: Option<&str>) -> Wish {
        Wish {
            asset: ContentHash([seed; 32]),
            path: path.to_owned(),
            journaled: journaled.map(str::to_owned),
        }
    }

    #[test]
    fn equal_names_are_told_apart_by_hash_whatever_their_order() {
        let one = [wish(1, "x/a.jpg", None), wish(2, "x/A.mp4", None)];
        assert_eq!(
            settle(&one, &HashSet::new()),
            ["x/a~01010101.jpg", "x/A~02020202.mp4"]
        );
        let turned = [one[1].clone(), one[0].clone()];
        assert_eq!(
            settle(&turned, &HashSet::new()),
            ["x/A~02020202.mp4", "x/a~01010101.jpg"]
        );
    }

    #[test]
    fn what_lies_there_keeps_its_path_and_what_is_taken_gets_a_mark() {
        let wishes = [
            wish(1, "x/a.jpg", Some("old/a.jpg")),
            wish(2, "x/a.jpg", None),
            wish(3, "x/b.jpg", None),
        ];
        let taken = HashSet::from([ContentHash([3; 32])]);
        assert_eq!(
            settle(&wishes, &taken),
            ["old/a.jpg", "x/a.jpg", "x/b~03030303.jpg"]
        );
    }

    #[test]
    fn companions_stay_beside_their_original() {
        for (companion, expected) in [
            ("2023/07/n.mp4", "album/n~01.mp4"),
            ("2023/07/n_edited.jpg", "album/n~01_edited.jpg"),
            ("2023/07/other.srt", "album/other.srt"),
        ] {
            assert_eq!(
                beside("2023/07/n.heic", companion, "album/n~01.heic"),
                expected
            );
        }
        assert_eq!(beside("2023/07/n.heic", "2023/07/n.mp4", "n.heic"), "n.mp4");
    }
}
