//! Random accounts for property tests: every kind and form, tricky captions, no two media alike.

use jiff::Timestamp;
use jiff::civil::datetime;
use model::kind::Kind;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::account::{Account, Claimed, Form, Medium, Post, Shot, Taken};
use super::samples::TRICKY_CAPTIONS;

/// Returns accounts of up to `posts` posts.
///
/// Posts lie more than five minutes apart: `posts.json` is joined by time within two, and G1 knows carousels by equal time and
/// caption. Seeds and media ids differ throughout.
pub fn arb_account(posts: usize) -> impl Strategy<Value = Account> {
    let draft = (arb_post(), 301i64..20_000_000);
    (vec(draft, 0..=posts), option::of(1usize..5)).prop_map(|(drafts, posts_per_file)| {
        let mut at = Timestamp::constant(1_300_000_000, 0).as_second();
        let mut number = 0;
        let mut posts = Vec::new();
        for (mut post, gap) in drafts {
            at += gap;
            post.posted_at = Timestamp::from_second(at).expect("decades at most");
            for medium in &mut post.media {
                number += 1;
                let fresh = Medium::new(medium.form, number);
                (medium.seed, medium.media_id) = (fresh.seed, fresh.media_id);
            }
            posts.push(post);
        }
        Account {
            posts_per_file,
            ..Account::of("random.user", posts)
        }
    })
}

/// Returns accounts whose captions HTML can carry: no control characters but line breaks, no blanks at the ends.
pub fn arb_html_account(posts: usize) -> impl Strategy<Value = Account> {
    arb_account(posts).prop_map(|mut account| {
        for post in &mut account.posts {
            let shown = |c: &char| !c.is_control() || *c == '\n';
            let caption: String = post.caption.chars().filter(shown).collect();
            post.caption = caption.trim().to_owned();
        }
        account
    })
}

/// Returns captions: tricky ones, any characters at all, very long ones, mostly none.
pub fn arb_caption() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        4 => select(&TRICKY_CAPTIONS[..]).prop_map(str::to_owned),
        3 => vec(select(CHARACTERS), 0..40).prop_map(String::from_iter),
        2 => vec(any::<char>(), 0..40).prop_map(|all| all.into_iter().filter(|c| *c != '\0').collect()),
        1 => (select(CHARACTERS), 19_000usize..20_001).prop_map(|(c, count)| format!("a{}z", c.to_string().repeat(count))),
    ]
}

/// Characters that break readers and writers.
const CHARACTERS: &[char] = &[
    'a',
    ' ',
    '\n',
    '\r',
    '\t',
    '"',
    '\'',
    '<',
    '>',
    '&',
    ']',
    '\\',
    '/',
    '@',
    '#',
    '\u{1}',
    '\u{1b}',
    '\u{7f}',
    '\u{85}',
    'é',
    'Ã',
    '©',
    'Â',
    '\u{a0}',
    'ß',
    'Ж',
    'ש',
    'ع',
    '\u{200f}',
    '\u{202e}',
    '\u{200d}',
    '東',
    '한',
    '👍',
    '🏽',
    '🇨',
    '\u{301}',
    '\u{feff}',
    '\u{fffd}',
    '\u{ffff}',
    '\u{10ffff}',
];

fn arb_post() -> impl Strategy<Value = Post> {
    let kinds: &[Kind] = &[
        Kind::Post,
        Kind::Post,
        Kind::Post,
        Kind::Story,
        Kind::Reel,
        Kind::Igtv,
        Kind::Profile,
        Kind::Archived,
        Kind::Deleted,
        Kind::Other,
        Kind::Draft,
    ];
    let count = prop_oneof![4 => Just(1usize), 2 => 2usize..5, 1 => 5usize..11];
    let media = count.prop_flat_map(|count| vec(arb_medium(), count));
    let place = option::of(select(&["Old Port", "Málaga", "北海道"][..]));
    let tagged = vec(select(&["friend.one", "friend_two", "third"][..]), 0..2);
    (select(kinds), arb_caption(), place, tagged, media).prop_map(
        |(kind, caption, place, tagged, media)| Post {
            kind,
            caption,
            posted_at: Timestamp::UNIX_EPOCH,
            place: place.map(str::to_owned),
            tagged: tagged.into_iter().map(str::to_owned).collect(),
            media,
        },
    )
}

fn arb_medium() -> impl Strategy<Value = Medium> {
    let forms = [
        Form::Jpeg,
        Form::Jpeg,
        Form::Png,
        Form::Webp,
        Form::Heic,
        Form::Mp4,
    ];
    let claimed = prop_oneof![
        6 => Just(Claimed::Truth),
        1 => select(&["webp", "heic", "png", "jpg"][..]).prop_map(Claimed::Lie),
        1 => Just(Claimed::Nothing),
    ];
    let gps = option::of((-90.0..90.0f64, -180.0..180.0f64));
    let odds = (any::<bool>(), 0..10u8);
    (
        select(forms.to_vec()),
        claimed,
        option::of(arb_shot()),
        gps,
        odds,
    )
        .prop_map(|(form, claimed, shot, gps, (subtitles, stray))| Medium {
            claimed,
            shot,
            // Instagram writes a handful of digits.
            gps: gps.map(|(lat, lon)| ((lat * 1e5).round() / 1e5, (lon * 1e5).round() / 1e5)),
            subtitles: subtitles && form.is_video(),
            stray: stray == 0,
            ..Medium::new(form, 0)
        })
}

fn arb_shot() -> impl Strategy<Value = Shot> {
    let taken = prop_oneof![
        (0i64..400_000_000).prop_map(|seconds| {
            let start = datetime(2008, 1, 1, 0, 0, 0, 0);
            Taken::Local(start + jiff::SignedDuration::from_secs(seconds))
        }),
        (1_200_000_000i64..1_700_000_000).prop_map(|seconds| {
            Taken::Utc(Timestamp::from_second(seconds).expect("a time of this century"))
        }),
        Just(Taken::Zero),
    ];
    let sources = [
        "library",
        "ANDROID_GALLERY",
        "feed_reshare",
        "reel_reshare",
        "2",
    ];
    (
        option::of(taken),
        option::of(select(sources.to_vec())),
        any::<bool>(),
    )
        .prop_map(|(taken, source_type, device)| Shot {
            taken,
            source_type,
            device_id: device.then(|| "android-00112233aabbccdd".to_owned()),
            ..Shot::default()
        })
}
