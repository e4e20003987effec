//! Accounts used by many tests: one of each kind, and one with everything that ever went wrong.

use jiff::civil::datetime;
use model::kind::Kind;

use super::account::{Account, Claimed, Form, Medium, Message, Post, Shot, Taken, Thread};

/// Captions that broke some reader once.
pub const TRICKY_CAPTIONS: [&str; 12] = [
    "plain",
    "Crème brûlée à la plage",
    "👍🏽 family 👨‍👩‍👧‍👦 and flag 🇨🇭",
    "שלום עולם — مرحبا بالعالم",
    "東京タワー 🗼 서울",
    "two\nlines\n\nand more",
    "CDATA end ]]> and <b>tags</b> & &amp; entities",
    "quotes \" ' ` and \\ backslash \\n",
    "@friend #hash https://example.org/?a=1&b=2",
    "looks like mojibake: Ã©",
    "e\u{301} is not é, nor \u{200f}marks\u{200e}",
    "0",
];

/// Returns camera facts as a phone's own camera gives them, four hours behind UTC at 12:30:10 UTC of 2 May 2024.
pub fn camera_shot() -> Shot {
    Shot {
        taken: Some(Taken::Local(datetime(2024, 5, 2, 8, 30, 2, 0))),
        source_type: Some("camera"),
        device_id: Some("android-0123456789abcdef".to_owned()),
        lens_model: Some("Lens X".to_owned()),
        software: Some("Harbour 1.2".to_owned()),
        iso: Some(160),
        focal_length: Some("35"),
        aperture: Some("1.6960"),
        shutter_speed: Some("5.8855"),
    }
}

/// Returns an account with every kind, carousels, lying extensions, subtitles, places, tags and messages.
pub fn varied() -> Account {
    let mut posts = feed();
    posts.extend(other_kinds());
    let mut account = Account::of("anna.muster", posts);
    account.threads = vec![thread()];
    account.noise = true;
    account
}

/// Returns an account of one post for each tricky caption.
pub fn captions() -> Account {
    let posts = TRICKY_CAPTIONS.iter().zip(0u64..).map(|(caption, at)| {
        let posted_at = format!("2023-03-{:02}T10:00:00Z", at + 1);
        Post::new(
            Kind::Post,
            &posted_at,
            caption,
            vec![Medium::jpeg(500 + at)],
        )
    });
    Account::of("captions", posts.collect())
}

/// Returns two posts with the very same bytes under two ids, a year apart.
pub fn same_bytes_twice() -> Account {
    let post = |at: &str, caption: &str, media_id| {
        let medium = Medium {
            media_id,
            ..Medium::jpeg(600)
        };
        Post::new(Kind::Post, at, caption, vec![medium])
    };
    let posts = vec![
        post("2022-05-01T10:00:00Z", "first", 17_811_111_111_111_111),
        post("2023-05-01T10:00:00Z", "again", 17_822_222_222_222_222),
    ];
    Account::of("twice", posts)
}

/// Returns three posts, of which the archive lacks one single and the middle of a carousel.
pub fn with_absent() -> Account {
    let absent = |seed| Medium {
        absent: true,
        ..Medium::jpeg(seed)
    };
    let carousel = vec![Medium::jpeg(701), absent(702), Medium::jpeg(703)];
    let posts = vec![
        Post::new(
            Kind::Post,
            "2022-01-01T10:00:00Z",
            "here",
            vec![Medium::jpeg(700)],
        ),
        Post::new(Kind::Post, "2022-02-01T10:00:00Z", "one of three", carousel),
        Post::new(
            Kind::Post,
            "2022-03-01T10:00:00Z",
            "gone",
            vec![absent(704)],
        ),
    ];
    Account::of("absent", posts)
}

fn feed() -> Vec<Post> {
    let library = Shot {
        taken: Some(Taken::Local(datetime(2021, 8, 1, 19, 4, 5, 0))),
        source_type: Some("library"),
        device_id: Some("5F3B0C6E-1111-4222-8333-444455556666".to_owned()),
        ..Shot::default()
    };
    let mut harbour = Post::new(
        Kind::Post,
        "2024-05-02T12:30:10Z",
        "Harbour at dawn 🌅",
        vec![Medium::jpeg(1).shot(camera_shot()).at(45.4408, 12.3155)],
    );
    harbour.place = Some("Old Port".to_owned());
    harbour.tagged = vec!["friend.one".to_owned(), "friend.two".to_owned()];
    let carousel = Post::new(
        Kind::Post,
        "2023-12-31T23:59:59Z",
        "Three of us\nin the snow",
        vec![
            Medium::jpeg(2),
            Medium::new(Form::Heic, 3).at(46.5, 7.9),
            Medium::new(Form::Png, 4),
        ],
    );
    let mixed = Post::new(
        Kind::Post,
        // Still November on Meta's clock.
        "2022-12-01T07:59:00Z",
        "",
        vec![Medium::mp4(5), Medium::jpeg(6)],
    );
    let lying = Post::new(
        Kind::Post,
        "2025-02-03T04:05:06Z",
        "Čeština a日本語",
        vec![Medium::jpeg(7).claimed(Claimed::Lie("webp")).shot(library)],
    );
    let stray = Medium {
        stray: true,
        ..Medium::jpeg(8)
    };
    let old = Post::new(Kind::Post, "2016-06-07T08:09:10Z", "old", vec![stray]);
    let mut old = old;
    old.place = Some(String::new());
    let nowhere = Medium::new(Form::Webp, 9).at(0.0, 0.0);
    let no_fix = Post::new(Kind::Post, "2020-02-29T12:00:00Z", "no fix", vec![nowhere]);
    vec![harbour, carousel, mixed, lying, old, no_fix]
}

fn other_kinds() -> Vec<Post> {
    let utc = |text: &str| Some(Taken::Utc(text.parse().expect("a valid time")));
    let story_shot = Shot {
        source_type: Some("feed_reshare"),
        ..Shot::default()
    };
    let reel_shot = Shot {
        taken: utc("2024-01-01T10:00:00Z"),
        ..Shot::default()
    };
    let zero = Shot {
        taken: Some(Taken::Zero),
        ..Shot::default()
    };
    let reel = Medium {
        subtitles: true,
        ..Medium::mp4(12)
    };
    let bare_video = Medium::mp4(13).claimed(Claimed::Nothing);
    let row = |kind, at: &str, caption: &str, medium| Post::new(kind, at, caption, vec![medium]);
    vec![
        row(Kind::Story, "2024-06-01T06:59:59Z", "", Medium::jpeg(10)),
        row(
            Kind::Story,
            "2024-06-01T07:00:00Z",
            "seen elsewhere",
            Medium::jpeg(11).shot(story_shot),
        ),
        row(
            Kind::Reel,
            "2024-01-02T10:00:00Z",
            "reel with words",
            reel.shot(reel_shot),
        ),
        row(
            Kind::Igtv,
            "2020-11-05T18:00:00Z",
            "long one",
            bare_video.shot(zero),
        ),
        row(Kind::Profile, "2019-01-01T00:00:00Z", "", Medium::jpeg(14)),
        row(
            Kind::Archived,
            "2018-04-05T06:07:08Z",
            "put away",
            Medium::jpeg(15),
        ),
        Post::new(
            Kind::Archived,
            "2018-05-05T06:07:08Z",
            "put away, both",
            vec![Medium::jpeg(16), Medium::jpeg(17)],
        ),
        row(
            Kind::Deleted,
            "2024-07-08T09:10:11Z",
            "in the bin",
            Medium::jpeg(18),
        ),
        row(Kind::Other, "2017-07-08T09:10:11Z", "", Medium::jpeg(19)),
        row(
            Kind::Draft,
            "2025-05-06T07:08:09Z",
            "not yet",
            Medium::jpeg(20),
        ),
    ]
}

fn thread() -> Thread {
    let message = |at: &str, text: Option<&str>, media| Message {
        sender: "Zoë Ünal".to_owned(),
        at: at.parse().expect("a valid time"),
        text: text.map(str::to_owned),
        media,
    };
    Thread {
        folder: "zoeunal_17890123456789012".to_owned(),
        people: vec!["Zoë Ünal".to_owned(), "anna.muster".to_owned()],
        messages: vec![
            message("2024-03-03T03:03:03Z", Some("schau 👀"), Vec::new()),
            message(
                "2024-03-03T03:04:03Z",
                None,
                vec![Medium::jpeg(30), Medium::mp4(31)],
            ),
        ],
    }
}
