//! Which pictures and copies a gallery needs. Pure.

use std::collections::HashMap;

use catalog::AssetShort;
use model::content_hash::ContentHash;
use model::media_type::{MediaClass, MediaType};

use super::GalleryOptions;
use super::pictures::{Have, Use, Wanted};
use super::plan::Plan;

/// Files beside originals, path and hash, by the original's hash.
pub(crate) type AllBeside = HashMap<ContentHash, Vec<(String, ContentHash)>>;

/// What a gallery of this kind needs.
pub(crate) struct Needs<'a>(pub &'a GalleryOptions);

impl Needs<'_> {
    fn own_pictures(&self) -> bool {
        self.0.to.is_some()
    }

    /// Returns the pictures that the gallery needs.
    pub(crate) fn wanted(&self, plan: &Plan, beside: &AllBeside, have: &Have) -> Vec<Wanted> {
        let mut all = Vec::new();
        for asset in plan.months.iter().flat_map(|month| &month.assets) {
            for used in self.uses(asset, have) {
                all.push(Wanted {
                    used,
                    hash: asset.content_hash,
                    path: asset.path.clone(),
                    media_type: asset.media_type,
                });
            }
            all.extend(self.live_videos(asset, beside));
        }
        all
    }

    fn uses(&self, asset: &AssetShort, have: &Have) -> Vec<Use> {
        let media_type = asset.media_type;
        let whole = self.own_pictures() && self.0.strip.is_none();
        match media_type.class() {
            MediaClass::Photo if whole && needs_its_file(media_type) => vec![Use::Thumb, Use::Copy],
            MediaClass::Photo if self.own_pictures() => vec![Use::Thumb, Use::Large],
            MediaClass::Photo if media_type.is_shown_by_browsers() => vec![Use::Thumb],
            MediaClass::Photo => vec![Use::Thumb, Use::Large],
            MediaClass::Video => {
                let drawable = self.0.ffmpeg.is_some();
                let poster = drawable || have.has(Use::Thumb, &asset.content_hash);
                let poster = poster.then_some(Use::Thumb);
                poster
                    .into_iter()
                    .chain(whole.then_some(Use::Copy))
                    .collect()
            }
            MediaClass::Audio => whole.then_some(Use::Copy).into_iter().collect(),
            // A file of no known kind is a tile and no more: nothing of it is opened in a browser.
            MediaClass::Text | MediaClass::Other => vec![],
        }
    }

    fn live_videos(&self, asset: &AssetShort, beside: &AllBeside) -> Vec<Wanted> {
        if !self.own_pictures() || self.0.strip.is_some() {
            return Vec::new();
        }
        let files = beside.get(&asset.content_hash).into_iter().flatten();
        files
            .filter_map(|(path, hash)| {
                let media_type = MediaType::of_name(path)?;
                (media_type.class() == MediaClass::Video).then(|| Wanted {
                    used: Use::Copy,
                    hash: *hash,
                    path: path.clone(),
                    media_type,
                })
            })
            .collect()
    }
}

/// A drawing of it does not move, or cannot be made here: a copy takes the file itself.
fn needs_its_file(media_type: MediaType) -> bool {
    matches!(
        media_type,
        MediaType::Gif | MediaType::Avif | MediaType::Jxl | MediaType::Raw
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::kind::Visibility;
    use model::strip::Strip;

    fn asset(media_type: MediaType) -> AssetShort {
        AssetShort {
            row: 1,
            content_hash: ContentHash([1; 32]),
            path: "a".to_owned(),
            digest: [1; 32],
            taken_seconds: None,
            month: None,
            visibility: Visibility::Shown,
            media_type,
            group: None,
        }
    }

    #[test]
    fn each_kind_gets_what_a_browser_needs() {
        use MediaType::{Avif, Gif, Heic, Jpeg, M4a, Mp4};
        let library = GalleryOptions::default();
        let copy = GalleryOptions {
            to: Some("c".into()),
            ..GalleryOptions::default()
        };
        let shared = GalleryOptions {
            strip: Some(Strip::Location),
            ..copy.clone()
        };
        let posters = GalleryOptions {
            ffmpeg: Some("/ffmpeg".into()),
            ..shared.clone()
        };
        let (thumb, large, file) = (Use::Thumb, Use::Large, Use::Copy);
        for (options, media_type, expected) in [
            (&library, Jpeg, vec![thumb]),
            (&library, Heic, vec![thumb, large]),
            (&library, Avif, vec![thumb]),
            (&library, Mp4, vec![]),
            (&library, M4a, vec![]),
            (&copy, Jpeg, vec![thumb, large]),
            (&copy, Gif, vec![thumb, file]),
            (&copy, Avif, vec![thumb, file]),
            (&copy, Mp4, vec![file]),
            (&copy, M4a, vec![file]),
            (&shared, Gif, vec![thumb, large]),
            (&shared, Mp4, vec![]),
            (&posters, Mp4, vec![thumb]),
        ] {
            let uses = Needs(options).uses(&asset(media_type), &Have::default());
            assert_eq!(uses, expected, "{options:?} {media_type:?}");
        }
    }

    #[test]
    fn the_film_of_a_live_photo_goes_along_with_a_whole_copy_alone() {
        let asset = asset(MediaType::Jpeg);
        let film = ("a.mov".to_owned(), ContentHash([2; 32]));
        let text = ("a.srt".to_owned(), ContentHash([3; 32]));
        let beside = AllBeside::from([(asset.content_hash, vec![film, text])]);
        for (to, strip, count) in [
            (None, None, 0),
            (Some("c".into()), None, 1),
            (Some("c".into()), Some(Strip::People), 0),
        ] {
            let options = GalleryOptions {
                to,
                strip,
                ..GalleryOptions::default()
            };
            let wanted = Needs(&options).live_videos(&asset, &beside);
            assert_eq!(wanted.len(), count, "{options:?}");
        }
    }
}
