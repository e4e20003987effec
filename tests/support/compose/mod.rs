//! Composes the files of an archive from the description of an account, generation by generation.

pub mod facebook;
pub mod facebook_account;
pub mod facebook_whole;
pub mod flickr;
pub mod g1;
pub mod g5;
pub mod html;
pub mod json;
pub mod messages;
pub mod mojibake;
pub mod noise;
pub mod paths;
pub mod snapchat;
pub mod takeout;
pub mod takeout_names;
pub mod takeout_words;
pub mod words;

use std::collections::BTreeMap;

use model::kind::Kind;

use super::account::{Account, Medium, Post};
use super::media::{bytes_of, subtitles_of};

/// Path below the archive's root → bytes.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Generation of Instagram's archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Generation {
    /// 2018 to early 2021: `media.json`.
    G1,
    /// 2021 to 2023: `content/`.
    G2,
    /// 2024: `your_instagram_activity/content/`.
    G3,
    /// 2025: `your_instagram_activity/media/`.
    G4,
    /// 2026: `posts.json` beside an incomplete `posts_1.json`.
    G5,
}

/// Language of HTML pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the languages")]
pub enum Language {
    English,
    Portuguese,
    Spanish,
    Japanese,
    Korean,
}

/// Form of the record files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// JSON.
    Json,
    /// HTML pages in a language.
    Html(Language),
}

/// One medium of a post, with the place an archive gives it.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    /// Index of the post in [`Account::posts`].
    pub post_index: usize,
    /// The post.
    pub post: &'a Post,
    /// Its place in the post.
    pub index: usize,
    /// The medium.
    pub medium: &'a Medium,
}

/// Returns the files Instagram would have put into the archive of `account`.
///
/// # Panics
/// G1 had no HTML edition.
pub fn compose(account: &Account, generation: Generation, edition: Edition) -> Files {
    let mut files = Files::new();
    add_media(&mut files, account, generation, edition);
    match (generation, edition) {
        (Generation::G1, Edition::Json) => g1::add_records(&mut files, account),
        (Generation::G1, Edition::Html(_)) => panic!("G1 had no HTML edition"),
        (_, Edition::Json) => {
            json::add_records(&mut files, account, generation);
            if generation == Generation::G5 {
                g5::add_records(&mut files, account);
            }
        }
        (_, Edition::Html(language)) => {
            html::add_records(&mut files, account, generation, language);
        }
    }
    messages::add_records(&mut files, account, generation, edition);
    if account.noise {
        noise::add_records(&mut files, account, generation, edition);
    }
    files
}

/// Returns the files of JSON and HTML parts that were requested separately and lie side by side.
pub fn compose_both(account: &Account, generation: Generation, language: Language) -> Files {
    let mut files = compose(account, generation, Edition::Html(language));
    files.extend(compose(account, generation, Edition::Json));
    files
}

/// Returns whether the archives of a generation hold this kind in this edition.
pub fn holds(generation: Generation, edition: Edition, kind: Kind) -> bool {
    match generation {
        Generation::G1 => matches!(kind, Kind::Post | Kind::Story | Kind::Profile),
        Generation::G5 if edition == Edition::Json => kind != Kind::Message,
        _ => !matches!(kind, Kind::Draft | Kind::Message),
    }
}

/// Returns the posts of some kinds as archives list them: the newest first.
pub fn newest_first<'a>(account: &'a Account, kinds: &[Kind]) -> Vec<(usize, &'a Post)> {
    let mut posts: Vec<_> = account
        .posts
        .iter()
        .enumerate()
        .filter(|(_, post)| kinds.contains(&post.kind) && !post.media.is_empty())
        .collect();
    posts.sort_by_key(|(_, post)| std::cmp::Reverse(post.posted_at));
    posts
}

/// Returns every medium of every post with its place.
pub fn placed(account: &Account) -> impl Iterator<Item = Placed<'_>> {
    account
        .posts
        .iter()
        .enumerate()
        .flat_map(|(post_index, post)| {
            post.media
                .iter()
                .enumerate()
                .map(move |(index, medium)| Placed {
                    post_index,
                    post,
                    index,
                    medium,
                })
        })
}

fn add_media(files: &mut Files, account: &Account, generation: Generation, edition: Edition) {
    for placed in placed(account) {
        if placed.medium.absent || !holds(generation, edition, placed.post.kind) {
            continue;
        }
        let path = paths::medium(placed.post, placed.medium, generation);
        files.insert(path, bytes_of(placed.medium));
        if placed.medium.subtitles && generation != Generation::G1 {
            let path = paths::subtitles(placed.post, placed.medium, generation);
            files.insert(path, subtitles_of(placed.medium));
        }
    }
}
