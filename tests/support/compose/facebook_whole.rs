//! Composes whole HTML archives of Facebook as people get them: beside the owner's media they hold icons of reactions, avatars and
//! their clothes, badges, previews within videos, upload addresses, and posts of others that the owner only reacted to.

use std::collections::BTreeMap;

use demo::media::{Clip, Picture, jpeg, mp4, png};
use jiff::Timestamp;
use jiff::tz::Offset;

use super::Files;

/// Year of the markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the years")]
pub enum Markup {
    Y2019,
    Y2021,
    Y2024,
    Y2025,
}

/// All markups.
pub const MARKUPS: [Markup; 4] = [Markup::Y2019, Markup::Y2021, Markup::Y2024, Markup::Y2025];

/// Offset of the zone the pages were made in, seconds east of UTC.
pub const ZONE_S: i32 = 7 * 3600;

/// Whose archive it is, as its pages say.
pub const OWNER: &str = "Anna Muster";

/// Words of others, which no library may hold.
pub const WORDS_OF_OTHERS: &str = "words of someone else";

/// Addresses files were uploaded from, which no library may hold.
pub const UPLOADED_FROM: [&str; 3] = ["203.0.113.9", "198.51.100.23", "2001:db8::5"];

/// Title of the album that has a page.
pub const TRIP: &str = "Trip to the sea";

/// Title of the album that has none: only its media name it.
pub const MOBILE: &str = "Mobile uploads";

/// Summer of 2018, the time of the first medium; each is ten minutes after the one before.
const FIRST: i64 = 1_530_000_000;

/// What is known of one medium.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The owner's words.
    pub text: &'static str,
    /// When it was posted, seconds since 1970.
    pub posted: i64,
    /// Title of its album.
    pub album: Option<&'static str>,
    /// Who was tagged.
    pub people: Vec<&'static str>,
    /// How many media its post has.
    pub in_post: usize,
}

/// A composed archive.
#[derive(Debug)]
pub struct Whole {
    /// Its files.
    pub files: Files,
    /// The owner's media, by path.
    pub media: BTreeMap<String, Known>,
    /// Paths of the pictures of the service.
    pub furniture: Vec<String>,
}

impl Markup {
    fn top(self) -> &'static str {
        match self {
            Self::Y2019 | Self::Y2021 => "",
            Self::Y2024 | Self::Y2025 => "your_facebook_activity/",
        }
    }

    fn media(self) -> String {
        match self {
            Self::Y2019 => "photos_and_videos/".to_owned(),
            _ => format!("{}posts/media/", self.top()),
        }
    }

    fn album_page(self) -> String {
        match self {
            Self::Y2019 => "photos_and_videos/album/0.html".to_owned(),
            _ => format!("{}posts/album/0.html", self.top()),
        }
    }

    /// Returns the path of the first page of posts.
    pub fn posts_page(self) -> String {
        match self {
            Self::Y2019 | Self::Y2021 => "posts/your_posts_1.html".to_owned(),
            _ => format!(
                "{}posts/your_posts__check_ins__photos_and_videos_1.html",
                self.top()
            ),
        }
    }

    fn photos_page(self) -> String {
        match self {
            Self::Y2019 => "photos_and_videos/your_uncategorized_photos.html".to_owned(),
            _ => format!("{}posts/your_uncategorized_photos.html", self.top()),
        }
    }

    fn icons(self) -> String {
        match self {
            Self::Y2019 => "likes_and_reactions/icons/".to_owned(),
            _ => format!("{}comments_and_reactions/icons/", self.top()),
        }
    }

    /// The class that only media have.
    pub fn class(self) -> &'static str {
        match self {
            Self::Y2019 => "_2yuc _3-96",
            _ => "_a6_o",
        }
    }

    /// A box of a page.
    pub fn item(self, heading: &str, body: &str, date: &str) -> String {
        match self {
            Self::Y2019 => format!(
                "<div class=\"pam _3-95 _2pi0 _2lej uiBoxWhite noborder\"><div class=\"_3-96 _2pio _2lek _2lel\">{heading}</div>\
                 <div class=\"_3-96 _2let\"><div><div>{body}</div></div></div><div class=\"_3-94 _2lem\">{date}</div></div>"
            ),
            Self::Y2021 | Self::Y2024 => format!(
                "<div class=\"_3-95 _a6-g\"><div class=\"_2ph_ _a6-h _a6-i\">{heading}</div><div class=\"_2ph_ _a6-p\"><div>\
                 <div class=\"_2pin\"><div><div><div>{body}</div></div></div></div></div></div>\
                 <div class=\"_3-94 _a6-o\"><a href=\"https://www.facebook.example/1\"><div class=\"_a72d\">{date}</div></a></div></div>"
            ),
            Self::Y2025 => format!(
                "<section class=\"_3-95 _a6-g\" aria-labelledby=\"u_0_1\"><h2 class=\"_2ph_ _a6-h _a6-i\" id=\"u_0_1\">{heading}</h2>\
                 <div class=\"_2ph_ _a6-p\"><div><div class=\"_2pin\"><div><div><div>{body}</div></div></div></div></div></div>\
                 <footer class=\"_3-94 _a6-o\"><a href=\"https://www.facebook.example/1\"><div class=\"_a72d\">{date}</div></a></footer></section>"
            ),
        }
    }

    /// A page, with the words that say who made it in which zone.
    pub fn page(self, title: &str, items: &str) -> String {
        let made = format!("Generated by {OWNER} on");
        let logo = "<img src=\"files/fb_logo.png\"/>";
        let (head, foot) = match self {
            Self::Y2019 => (
                format!(
                    "<div class=\"_3a_u\"><div class=\"_3b0b\"><div class=\"_3b0c\"><div class=\"_3b0d\">{title}</div></div></div></div>"
                ),
                format!(
                    "<div class=\"_4t5o\"><div class=\"_3b0e\">{made} Thursday, July 18, 2019 at 3:42 PM UTC+07:00</div></div>"
                ),
            ),
            Self::Y2021 | Self::Y2024 => (
                format!(
                    "<div class=\"_a70d\"><div class=\"_a70e\">{title}</div><div class=\"_a70f\">{made} Friday, July 23, 2021 at 10:24 AM UTC+07:00</div></div>"
                ),
                String::new(),
            ),
            Self::Y2025 => (
                format!(
                    "<header><h1>{title}</h1><div>{made} <time datetime=\"2025-10-02T05:10Z\">Oct 02, 2025 12:10 pm</time></div></header>"
                ),
                String::new(),
            ),
        };
        format!(
            "<html><head><meta charset=\"utf-8\"/><base href=\"../\"/><title>{title}</title></head><body class=\"_5vb_ _2yq\">{logo}{head}\
             <div class=\"_4t5n\" role=\"main\">{items}</div>{foot}</body></html>"
        )
    }
}

/// A date as pages show it.
pub fn shown(posted: i64) -> String {
    let at = Timestamp::from_second(posted).expect("in range");
    let zone = Offset::from_seconds(ZONE_S).expect("a zone");
    zone.to_datetime(at)
        .strftime("%b %d, %Y %-I:%M:%S%P")
        .to_string()
}

struct Composer {
    markup: Markup,
    whole: Whole,
    next: i64,
}

impl Composer {
    /// Puts a medium into the archive and returns its path and date.
    fn medium(&mut self, folder: &str, known: Known) -> (String, String) {
        self.next += 1;
        let posted = match known.posted {
            0 => FIRST + self.next * 600,
            given => given,
        };
        let is_video = folder.ends_with("videos/");
        let bytes = match is_video {
            true => mp4(&Clip {
                width: 32,
                height: 32,
                duration_ms: 200,
                seed: self.next as u64,
                ..Clip::default()
            }),
            false => picture(self.next as u64, false),
        };
        let extension = if is_video { "mp4" } else { "jpg" };
        let path = format!("{folder}{}.{extension}", 10_152_345_678_900_000 + self.next);
        self.whole.files.insert(path.clone(), bytes.clone());
        let known = Known {
            bytes,
            posted,
            ..known
        };
        self.whole.media.insert(path.clone(), known);
        (path, shown(posted))
    }

    fn furniture(&mut self, path: String) {
        self.next += 1;
        let seed = 9_000 + self.next as u64;
        self.whole
            .files
            .insert(path.clone(), picture(seed, path.ends_with("png")));
        self.whole.furniture.push(path);
    }

    fn page(&mut self, path: String, title: &str, items: &str) {
        let page = self.markup.page(title, items);
        self.whole.files.insert(path, page.into_bytes());
    }

    fn photo(&self, src: &str, text: &str, below: &str) -> String {
        let class = self.markup.class();
        let photo = format!(
            "<div><a target=\"_blank\" href=\"{src}\"><img src=\"{src}\" class=\"{class}\"/></a><div class=\"_3-95\">{text}</div>{below}</div>"
        );
        match self.markup {
            Markup::Y2019 => photo,
            _ => format!("<div class=\"_a7ng\">{photo}</div>"),
        }
    }

    /// The rows under a photo, with the address it was uploaded from.
    fn table(&self, address: &str) -> String {
        let (label, value) = ("class=\"_2pin _a6_q\"", "class=\"_2pin _2piu _a6_r\"");
        match self.markup {
            Markup::Y2019 => format!(
                "<table><tr><td class=\"_2pin _2piu\">Upload IP address</td><td class=\"_2pin\">{address}</td></tr></table>"
            ),
            Markup::Y2021 => format!("<div><div>Upload IP address</div><div>{address}</div></div>"),
            // The page of another language.
            Markup::Y2024 => format!(
                "<table><tr><td {label}>Adresse IP de mise en ligne</td><td {value}>{address}</td></tr></table>"
            ),
            Markup::Y2025 => format!(
                "<table><tr><td colspan=\"2\" {label}><div class=\"_a6-q\">Upload IP address<div><div class=\"_a6-q\">{address}</div></div></div></td></tr></table>"
            ),
        }
    }

    fn album(&mut self) {
        let folder = format!("{}TriptothesX_v0SYVLIUiA/", self.markup.media());
        let texts = ["the harbour", ""];
        let items: String = texts
            .into_iter()
            .map(|text| {
                let known = Known {
                    text,
                    album: Some(TRIP),
                    in_post: 1,
                    ..Known::default()
                };
                let (src, date) = self.medium(&folder, known);
                let below = self.table(UPLOADED_FROM[0]);
                self.markup.item("", &self.photo(&src, text, &below), &date)
            })
            .collect();
        self.page(self.markup.album_page(), TRIP, &items);
    }

    fn posts(&mut self) {
        let folder = format!("{}your_posts/", self.markup.media());
        let posted = FIRST + 500_000;
        let two: String = ["one", "two"]
            .into_iter()
            .map(|text| {
                let people = vec!["Ben Beispiel", "Zoë Müller"];
                let known = Known {
                    text,
                    posted,
                    people,
                    in_post: 2,
                    ..Known::default()
                };
                let (src, _) = self.medium(&folder, known);
                self.photo(
                    &src,
                    text,
                    "<div class=\"_u14\">You tagged Ben Beispiel, Zoë Müller</div>",
                )
            })
            .collect();
        let mut items = self.markup.item(
            "Anna Muster added 2 photos.",
            &format!("<div>both</div>{two}"),
            &shown(posted),
        );
        let videos = format!("{}videos/", self.markup.media());
        let known = Known {
            text: "waves",
            in_post: 1,
            ..Known::default()
        };
        let (src, date) = self.medium(&videos, known);
        let class = self.markup.class();
        let body = format!(
            "<div>waves</div><div><video src=\"{src}\" controls=\"1\" class=\"{class}\"><img src=\"{videos}preview_1.jpg\"/>\
             <a target=\"_blank\" href=\"{src}\"><div>Click for video:</div></a></video></div>\
             <ul><li class=\"_tqp\">Upload IP address: {}</li></ul>",
            UPLOADED_FROM[1]
        );
        items += &self.markup.item("Anna Muster added a video.", &body, &date);
        items += &self.markup.item(
            "Anna Muster updated her status.",
            "<div>no media here</div>",
            &date,
        );
        self.page(self.markup.posts_page(), "Your posts", &items);
    }

    /// Photos whose album has no page: it is named by what stands in their boxes, or by their folder alone.
    fn mobile_uploads(&mut self) {
        let folder = format!("{}MobileUploads_w0SYVLIUiB/", self.markup.media());
        let items: String = ["at noon", ""]
            .into_iter()
            .map(|text| {
                let known = Known {
                    text,
                    album: Some(MOBILE),
                    in_post: 1,
                    ..Known::default()
                };
                let (src, date) = self.medium(&folder, known);
                let below = match self.markup {
                    Markup::Y2019 => format!(
                        "<ul><li>Group: Old Cameras</li><li>IP: {}</li></ul>",
                        UPLOADED_FROM[2]
                    ),
                    _ => format!("<div>{MOBILE}</div><div>Group: Old Cameras</div>"),
                };
                self.markup.item("", &self.photo(&src, text, &below), &date)
            })
            .collect();
        self.page(
            self.markup.photos_page(),
            "Your uncategorized photos",
            &items,
        );
    }

    /// A picture that was attached to a post in a group.
    fn attachments(&mut self) {
        let known = Known {
            text: "attached",
            in_post: 1,
            ..Known::default()
        };
        let (src, date) = self.medium("files/", known);
        let body = format!("<div>attached</div>{}", self.photo(&src, "", ""));
        let items = self
            .markup
            .item("Anna Muster posted in Old Cameras.", &body, &date);
        let top = self.markup.top();
        self.page(
            format!("{top}groups/your_posts_in_groups.html"),
            "Your posts in groups",
            &items,
        );
    }

    fn reactions(&mut self) {
        let icons = self.markup.icons();
        let names = [
            "like", "love", "haha", "wow", "sorry", "anger", "care", "gift", "star", "up", "down",
            "flower", "pride",
        ];
        for name in names {
            self.furniture(format!("{icons}{name}.png"));
        }
        let items: String = ["like", "none"]
            .into_iter()
            .map(|name| {
                let body = format!(
                    "<div><img src=\"{icons}{name}.png\"/><div>{WORDS_OF_OTHERS}</div></div>"
                );
                self.markup.item(
                    "Anna Muster likes Ben Beispiel's post.",
                    &body,
                    &shown(FIRST),
                )
            })
            .collect();
        let path = match self.markup {
            Markup::Y2019 => "likes_and_reactions/posts_and_comments.html".to_owned(),
            _ => format!(
                "{}comments_and_reactions/likes_and_reactions_1.html",
                self.markup.top()
            ),
        };
        self.page(path, "Likes and reactions", &items);
        let comment = format!("<div><img src=\"{icons}none.png\"/><div>nice!</div></div>");
        let items = self.markup.item(
            "Anna Muster commented on Ben Beispiel's photo.",
            &comment,
            &shown(FIRST),
        );
        let path = match self.markup {
            Markup::Y2019 => "comments/comments.html".to_owned(),
            _ => format!("{}comments_and_reactions/comments.html", self.markup.top()),
        };
        self.page(path, "Comments", &items);
    }

    fn avatars(&mut self) {
        let top = self.markup.top();
        let clothes = "https://scontent.xx.fbcdn.net/v/t39/1_n.png?oh=secret&oe=1";
        let badge = format!("{top}other_activity/your_ownership_of_digital_items/badge_1.png");
        let hat = format!("{top}avatars_store/hat.png");
        for (path, title, src) in [
            (
                format!("{top}avatars_store/avatar_items.html"),
                "Avatar items",
                clothes,
            ),
            (
                format!("{top}avatars_store/your_avatar.html"),
                "Your avatar",
                hat.as_str(),
            ),
            (
                format!("{top}facebook_gaming/gaming_profile.html"),
                "Gaming profile",
                clothes,
            ),
            (
                format!("{top}other_activity/your_ownership_of_digital_items.html"),
                "Digital items",
                badge.as_str(),
            ),
        ] {
            let body = format!("<div><img src=\"{src}\"/><div>Name: hat</div></div>");
            let items = self.markup.item("", &body, &shown(FIRST));
            self.page(path, title, &items);
        }
        self.furniture(badge);
        self.furniture(hat);
    }
}

fn picture(seed: u64, is_png: bool) -> Vec<u8> {
    let picture = Picture {
        width: 48,
        height: 32,
        seed,
        ..Picture::default()
    };
    match is_png {
        true => png(&picture),
        false => jpeg(&picture),
    }
}

/// Composes the archive.
pub fn compose(markup: Markup) -> Whole {
    let whole = Whole {
        files: Files::new(),
        media: BTreeMap::new(),
        furniture: Vec::new(),
    };
    let mut composer = Composer {
        markup,
        whole,
        next: 0,
    };
    composer.album();
    composer.posts();
    composer.mobile_uploads();
    composer.attachments();
    composer.reactions();
    composer.avatars();
    for picture in ["fb_logo.png", "profile_pic.jpg", "Instagram-Logo.png"] {
        composer.furniture(format!("files/{picture}"));
    }
    let logged_in = markup.item("Login", "<div>IP Address: 203.0.113.9</div>", &shown(FIRST));
    composer.page(
        "security_and_login_information/logins.html".to_owned(),
        "Logins",
        &logged_in,
    );
    composer.page(format!("{}posts/archive.html", markup.top()), "Archive", "");
    composer.page("index.html".to_owned(), "Your data", "");
    composer.whole
}
