//! Accounts of Facebook to compose archives from: one with everything, and random ones.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Strategy, any};
use proptest::sample::select;

use super::compose::facebook_account::{FbAccount, FbAlbum, FbPhoto, FbPost};

/// First id; ids have 17 digits.
const FIRST_ID: u64 = 10_152_345_678_900_000;
/// A summer's day: a place in Sweden then has the zone of the account.
pub const SUMMER: i64 = 1_593_600_000;

/// Returns a photo of an album's folder, posted `minutes` after the summer began.
pub fn photo(number: u64, folder: &str) -> FbPhoto {
    FbPhoto {
        id: FIRST_ID + number,
        folder: folder.to_owned(),
        posted: SUMMER + number as i64 * 600,
        text: String::new(),
        taken: None,
        comments: vec![],
    }
}

/// Returns a post of these photos.
pub fn post(photos: Vec<FbPhoto>, text: &str) -> FbPost {
    FbPost {
        posted: photos.first().map_or(SUMMER, |first| first.posted),
        text: text.to_owned(),
        people: vec![],
        place: None,
        backdated: None,
        photos,
        on_the_web: None,
    }
}

/// Folder of photos that are in posts only.
pub const LOOSE: &str = "your_posts";
/// Folder of an album.
pub const TRIP: &str = "Trip_v0SYVLIUiA";

/// Returns an account with one of everything.
pub fn varied() -> FbAccount {
    let mut album = [photo(1, TRIP), photo(2, TRIP), photo(3, TRIP)];
    album[0].text = "le café 👍".into();
    album[0].comments = vec!["what a picture", "envy!"];
    album[1].taken = Some(SUMMER - 40 * 86_400);
    let tagged = FbPost {
        people: vec!["Ben Beispiel", "Zoë Müller"],
        place: Some(("Old Port", 59.36, 17.96)),
        ..post(
            vec![photo(11, LOOSE), photo(12, LOOSE)],
            "all of <us> & more",
        )
    };
    let backdated = FbPost {
        backdated: Some(SUMMER - 30 * 365 * 86_400),
        ..post(vec![photo(13, LOOSE)], "found in a drawer")
    };
    // A photo of the album, posted.
    let of_album = post(vec![album[2].clone()], "look");
    FbAccount {
        albums: vec![FbAlbum {
            title: "Été à Brème 👍".into(),
            description: "sun, all day".into(),
            cover: 1,
            photos: album.into(),
        }],
        uncategorized: vec![photo(21, LOOSE), photo(13, LOOSE)],
        stories: vec![photo(31, LOOSE)],
        posts: vec![tagged, backdated, of_album],
        posts_per_file: 2,
    }
}

/// Texts that both editions can carry.
const TEXTS: &[&str] = &[
    "",
    "",
    "plain",
    "le café 👍",
    "a <b> & \"c\"",
    "東京 🗼",
    "@[1:2:Ben Beispiel] and me",
];

type Draft = (&'static str, bool, bool);

fn arb_draft() -> impl Strategy<Value = Draft> {
    (select(TEXTS), any::<bool>(), any::<bool>())
}

/// Returns accounts of up to three albums and `posts` posts; no two photos are alike, some are told of twice.
pub fn arb_account(posts: usize) -> impl Strategy<Value = FbAccount> {
    let albums = vec((select(TEXTS), vec(arb_draft(), 0..4)), 0..3);
    let one_post = (
        select(TEXTS),
        vec(arb_draft(), 0..4),
        any::<bool>(),
        any::<bool>(),
        option::of(0i64..20_000),
    );
    (
        albums,
        vec(one_post, 1..=posts),
        vec(arb_draft(), 0..3),
        1usize..4,
    )
        .prop_map(|(albums, posts, lone, posts_per_file)| {
            let mut numbers = Numbers(0);
            let mut account = FbAccount {
                posts_per_file,
                ..FbAccount::default()
            };
            for (at, (text, drafts)) in albums.into_iter().enumerate() {
                let photos = numbers.photos(drafts, &format!("Album{at}_v0SYVLIUi{at}"));
                account.albums.push(FbAlbum {
                    title: format!("Album {at} {text}").trim().to_owned(),
                    description: text.to_owned(),
                    cover: photos.len() / 2,
                    photos,
                });
            }
            for (text, drafts, with_people, with_place, backdated) in posts {
                let photos = numbers.photos(drafts, LOOSE);
                account.posts.push(FbPost {
                    posted: numbers.next().posted,
                    people: if with_people {
                        vec!["Ben Beispiel"]
                    } else {
                        vec![]
                    },
                    place: with_place.then_some(("Old Port", 59.36, 17.96)),
                    backdated: backdated.map(|days| SUMMER - days * 86_400),
                    ..post(photos, text)
                });
            }
            account.uncategorized = numbers.photos(lone, LOOSE);
            let twice = account.posts.iter().filter_map(|post| post.photos.first());
            let twice: Vec<FbPhoto> = twice.take(2).cloned().collect();
            account.uncategorized.extend(twice);
            account.stories = vec![numbers.next()];
            account
        })
}

/// Gives every photo an id and a time of its own.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> FbPhoto {
        self.0 += 1;
        photo(self.0, LOOSE)
    }

    fn photos(&mut self, drafts: Vec<Draft>, folder: &str) -> Vec<FbPhoto> {
        let made = drafts.into_iter().map(|(text, by_camera, with_comment)| {
            let fresh = self.next();
            FbPhoto {
                folder: folder.to_owned(),
                text: text.to_owned(),
                taken: by_camera.then_some(fresh.posted - 86_400),
                comments: if with_comment { vec!["nice"] } else { vec![] },
                ..fresh
            }
        });
        made.collect()
    }
}
