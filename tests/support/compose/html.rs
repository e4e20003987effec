//! Composes the HTML edition: one page for each record file, with Meta's class names.

use jiff::Timestamp;
use jiff::tz::Offset;
use model::kind::Kind;

use super::super::account::{Account, Medium, Post, Thread};
use super::json::taken_text;
use super::words::{Label, date, date_on, label, tag};
use super::{Files, Generation, Language, messages, newest_first, paths};

/// Kind and page.
const PAGES: [(Kind, &str); 8] = [
    (Kind::Post, "posts_1"),
    (Kind::Story, "stories"),
    (Kind::Reel, "reels"),
    (Kind::Igtv, "igtv_videos"),
    (Kind::Profile, "profile_photos"),
    (Kind::Archived, "archived_posts"),
    (Kind::Deleted, "recently_deleted_content"),
    (Kind::Other, "other_content"),
];

/// What all items of one page share.
#[derive(Clone, Copy)]
struct Page {
    generation: Generation,
    language: Language,
}

/// Adds the pages about media, the profile, the start page and the logo.
pub fn add_records(
    files: &mut Files,
    account: &Account,
    generation: Generation,
    language: Language,
) {
    let page = Page {
        generation,
        language,
    };
    for (kind, name) in PAGES {
        let posts = newest_first(account, &[kind]);
        if posts.is_empty() {
            continue;
        }
        let items: String = posts.iter().map(|(_, post)| page.items(post)).collect();
        let path = format!("{}/{name}.html", paths::content_folder(generation));
        files.insert(path.clone(), page.whole(&path, &items));
    }
    let path = format!("{}.html", paths::profile_file(generation));
    files.insert(path.clone(), page.profile(&path, account));
    let start = match generation {
        Generation::G2 => "index.html",
        _ => "start_here.html",
    };
    files.insert(start.to_owned(), page.whole(start, "<div>Instagram</div>"));
    files.insert("files/Instagram-Logo.png".to_owned(), logo());
}

/// Returns the page of a conversation.
pub fn thread_page(thread: &Thread, generation: Generation, language: Language) -> Vec<u8> {
    let page = Page {
        generation,
        language,
    };
    let people = format!("Participants: {}", thread.people.join(" and "));
    let mut items = format!(
        "<div class=\"{ITEM}\"><div class=\"_3-95 _2pim _a6-h _a6-i\">{}</div></div>",
        escaped(&people)
    );
    for message in messages::newest_first(thread) {
        let mut body = escaped(message.text.as_deref().unwrap_or_default());
        let mut media: Vec<&Medium> = message.media.iter().collect();
        media.sort_by_key(|medium| medium.form.is_video());
        for medium in media {
            let uri = messages::path(thread, message, medium, generation);
            body.push_str(&element(&uri, medium));
        }
        let body = format!("<div><div></div><div>{body}</div></div>");
        items.push_str(&page.item(&message.sender, &body, Some(message.at)));
    }
    let root = paths::activity_root(generation);
    let path = format!("{root}messages/inbox/{}/message_1.html", thread.folder);
    page.whole(&path, &items)
}

/// Returns a page about something else than media.
pub fn other_page(path: &str, language: Language) -> Vec<u8> {
    let page = Page {
        generation: Generation::G4,
        language,
    };
    let body = "<div><a target=\"_blank\" href=\"https://www.instagram.com/p/Cabc/\">👍</a></div>";
    let at = Timestamp::constant(1_700_000_000, 0);
    page.whole(path, &page.item("someone.else", body, Some(at)))
}

/// Pages of May 2025 tell lens, ISO, aperture and shutter of singles, in APEX as JSON does.
pub fn camera_rows(generation: Generation, language: Language) -> bool {
    generation == Generation::G4 && language == Language::English
}

const ITEM: &str = "pam _3-95 _2ph- _a6-g uiBoxWhite noborder";

impl Page {
    /// One item, or one for each medium where they stand alone.
    fn items(self, post: &Post) -> String {
        let at = Some(post.posted_at);
        if post.is_carousel() {
            let slides = post.media.iter();
            let body: String = slides.map(|medium| self.slide(post, medium)).collect();
            return self.item(&post.caption, &body, at);
        }
        let one = |medium| self.item(&post.caption, &self.single(post, medium), at);
        post.media.iter().map(one).collect()
    }

    fn item(self, caption: &str, body: &str, at: Option<Timestamp>) -> String {
        // A heading since 2025; empty captions have none.
        let tag = match self.generation {
            Generation::G4 | Generation::G5 => "h2",
            _ => "div",
        };
        let caption = match caption {
            "" => String::new(),
            text => format!(
                "<{tag} class=\"_3-95 _2pim _a6-h _a6-i\">{}</{tag}>",
                self.text(text)
            ),
        };
        let date = at.map_or_else(String::new, |at| {
            let text = date(at, self.generation, self.language);
            format!("<div class=\"_3-94 _a6-o\">{}</div>", escaped(&text))
        });
        format!(
            "<div class=\"{ITEM}\">{caption}<div class=\"_3-95 _a6-p\">{body}</div>{date}</div>"
        )
    }

    /// Members of a carousel have neither coordinates nor camera facts.
    fn slide(self, post: &Post, medium: &Medium) -> String {
        let uri = paths::medium(post, medium, self.generation);
        format!("<div>{}<div></div></div>", element(&uri, medium))
    }

    fn single(self, post: &Post, medium: &Medium) -> String {
        let uri = paths::medium(post, medium, self.generation);
        let rows: String = self
            .facts(post, medium)
            .into_iter()
            .map(|(name, value)| self.row(name, &value))
            .collect();
        format!(
            "{}<div><table style=\"table-layout: fixed;\">{rows}</table></div>",
            element(&uri, medium)
        )
    }

    /// Labels and values, the values already HTML.
    fn facts(self, post: &Post, medium: &Medium) -> Vec<(Label, String)> {
        let mut facts = Vec::new();
        if let Some((latitude, longitude)) = medium.gps {
            facts.push((Label::Latitude, latitude.to_string()));
            facts.push((Label::Longitude, longitude.to_string()));
        }
        if let Some(shot) = &medium.shot {
            let texts = [
                (Label::DateTaken, shot.taken.map(taken_text)),
                (Label::Software, shot.software.clone()),
                (Label::DeviceId, shot.device_id.clone()),
                (Label::SourceType, shot.source_type.map(str::to_owned)),
            ];
            let told = texts
                .into_iter()
                .filter_map(|(name, text)| Some((name, escaped(&text?))));
            facts.extend(told);
            if camera_rows(self.generation, self.language) {
                let iso = shot.iso.map(|iso| iso.to_string());
                let text = |text: Option<&str>| text.map(str::to_owned);
                let rows = [
                    (Label::FocalLength, text(shot.focal_length)),
                    (Label::Aperture, text(shot.aperture)),
                    (Label::ShutterSpeed, text(shot.shutter_speed)),
                    (Label::Iso, iso),
                    (Label::LensModel, shot.lens_model.clone()),
                ];
                let told = rows.into_iter();
                facts.extend(told.filter_map(|(name, text)| Some((name, escaped(&text?)))));
            }
        }
        let camera = if medium.shot.is_some() { "1" } else { "" };
        facts.push((Label::HasCameraMetadata, camera.to_owned()));
        if medium.subtitles {
            let uri = paths::subtitles(post, medium, self.generation);
            let link = format!("<a target=\"_blank\" href=\"{uri}\">{uri}</a>");
            facts.push((Label::Subtitles, link));
        }
        if !post.tagged.is_empty() {
            let people: Vec<String> = post
                .tagged
                .iter()
                .map(|name| format!("{name} (Tagged, 0.00, 0.00)"))
                .collect();
            facts.push((Label::TaggedUsers, escaped(&people.join(", "))));
        }
        facts
    }

    fn row(self, name: Label, value: &str) -> String {
        let name = escaped(label(name, self.generation, self.language));
        format!(
            "<tr><td colspan=\"2\" class=\"_2pin _a6_q\"><div class=\"_a6-q\">{name}<div><div class=\"_a6-q\">{value}</div></div></div></td></tr>"
        )
    }

    /// Captions keep their line breaks: as newlines in the first years, as elements later.
    fn text(self, text: &str) -> String {
        match self.generation {
            Generation::G2 => escaped(text),
            _ => escaped(text).replace('\n', "<br />"),
        }
    }

    fn profile(self, path: &str, account: &Account) -> Vec<u8> {
        let name = label(Label::Username, self.generation, self.language);
        let row = format!(
            "<table style=\"table-layout: fixed;\"><tr><td colspan=\"2\" class=\"_2pin _a6_q\">{}<div><div>{}</div></div></td></tr></table>",
            escaped(name),
            escaped(&account.username)
        );
        self.whole(path, &self.item("", &row, None))
    }

    fn whole(self, path: &str, items: &str) -> Vec<u8> {
        let base = "../".repeat(path.matches('/').count());
        let header = match self.generation {
            Generation::G5 => self.header(),
            _ => String::new(),
        };
        format!(
            "<html lang=\"{}\"><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\" /><base href=\"{base}\" /><title>Instagram</title><style type=\"text/css\">._a706 {{ margin: 0 }}</style></head><body class=\"_5vb_ _2yq\">{header}<div class=\"clearfix _ikh\"><main class=\"_a706\" role=\"main\">{items}</main></div></body></html>",
            tag(self.language)
        )
        .into_bytes()
    }

    /// Pages of 2026 say whose they are and when they were made: in UTC, and as shown on a clock that is not the items'.
    fn header(self) -> String {
        let at = Timestamp::constant(1_783_000_020, 0);
        let shown = date_on(Offset::constant(-7), at, self.generation, self.language);
        format!(
            "<header><h1>Instagram</h1><aside>Generated by anna.muster on <time datetime=\"{at}\">{}</time></aside></header>",
            escaped(&shown)
        )
    }
}

fn element(uri: &str, medium: &Medium) -> String {
    let uri = escaped(uri);
    if medium.form.is_video() {
        return format!(
            "<video src=\"{uri}\" controls=\"1\" class=\"_a6_o _3-96\"><a target=\"_blank\" href=\"{uri}\"><div>Click for video:</div></a></video>"
        );
    }
    format!("<a target=\"_blank\" href=\"{uri}\"><img src=\"{uri}\" class=\"_a6_o _3-96\" /></a>")
}

/// Escapes as Meta does: more than HTML asks for.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#039;"),
            '@' => out.push_str("&#064;"),
            c => out.push(c),
        }
    }
    out
}

fn logo() -> Vec<u8> {
    use super::super::account::Form;
    super::super::media::bytes_of(&Medium::new(Form::Png, 1))
}
