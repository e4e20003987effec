//! Which photos and videos: the same options for `list`, `push`, `print` and `gallery`.

use clap::Args;
use clap_complete::engine::ArgValueCandidates;
use jiff::civil::Date;

use super::{kind, provider};
use crate::cli::account::as_kept;
use crate::cli::{candidates, dates};
use model::kind::Kind;
use model::select::{Circle, Days, Fact, Form, ItemSelect, Pattern, Select};

/// Heading of these options.
const WHICH: &str = "Which photos and videos (several options narrow the choice)";

/// Which photos and videos.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = WHICH)]
pub struct SelectionArgs {
    /// Taken (or posted) on or after this day, month or year
    #[arg(long, value_name = "DATE", value_parser = dates::first_day)]
    pub since: Option<Date>,
    /// Taken (or posted) on or before this day, month or year
    #[arg(long, value_name = "DATE", value_parser = dates::last_day)]
    pub until: Option<Date>,
    /// Without a known date
    #[arg(long, conflicts_with_all = ["since", "until"])]
    pub undated: bool,
    /// With all these words in description, title, place, people, keywords or name; -WORD leaves out what has that word, and
    /// "TWO WORDS" in quotes must stand side by side
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true)]
    pub text: Option<String>,
    /// In an album whose title contains this; with * for any letters, whose whole title matches: "Rome*"
    #[arg(long, value_name = "TITLE", add = ArgValueCandidates::new(candidates::albums))]
    pub album: Option<String>,
    /// Showing somebody whose name contains this; give it twice for photos of both
    #[arg(long, value_name = "NAME")]
    pub person: Vec<String>,
    /// At a place whose name contains this
    #[arg(long, value_name = "NAME")]
    pub place: Option<String>,
    /// Within this many kilometres of a point [default: 1]
    #[arg(long, value_name = "LAT,LON[,KM]", value_parser = near, allow_hyphen_values = true)]
    pub near: Option<Circle>,
    /// Of this type: photo, video, audio, live (a photo with its short video), or a format such as heic; give it twice for either
    #[arg(long = "type", value_name = "TYPE", value_parser = form, add = ArgValueCandidates::new(candidates::forms))]
    pub types: Vec<Form>,
    /// Taken with a camera whose maker and model contain this
    #[arg(long, value_name = "NAME")]
    pub camera: Option<String>,
    /// Only favourites
    #[arg(long)]
    pub favorite: bool,
    /// With this: date, description, title, location, place, people, keywords, album, camera, rating, comments, edited (an edited
    /// version) or subtitles
    #[arg(long, value_name = "WHAT", value_parser = fact, add = ArgValueCandidates::new(candidates::facts))]
    pub has: Vec<Fact>,
    /// Without this; the words are those of --has
    #[arg(long, value_name = "WHAT", value_parser = fact, add = ArgValueCandidates::new(candidates::facts))]
    pub without: Vec<Fact>,
    /// Of this kind on its service: post, story, reel, igtv, profile, archived, deleted, draft, message or other
    #[arg(long, value_name = "KIND", value_parser = kind, add = ArgValueCandidates::new(candidates::kinds))]
    pub kind: Option<Kind>,
    /// From this service
    #[arg(long, value_name = "NAME", value_parser = provider, add = ArgValueCandidates::new(candidates::providers))]
    pub provider: Option<String>,
    /// From this account; "(not known)" means the one that no archive names
    #[arg(long, value_name = "NAME", add = ArgValueCandidates::new(candidates::accounts))]
    pub account: Option<String>,
    /// In an archive of this import; `albumen status --runs` shows the numbers
    #[arg(long, value_name = "RUN", add = ArgValueCandidates::new(candidates::imports))]
    pub import: Option<i64>,
}

impl SelectionArgs {
    /// Returns what is chosen.
    pub fn to_select(&self) -> Select {
        let pattern = |text: &String| Pattern::new(text);
        let mut parts = Vec::new();
        if self.since.is_some() || self.until.is_some() {
            parts.push(Select::Taken(Days {
                since: self.since,
                until: self.until,
            }));
        }
        if self.undated {
            parts.push(Select::Undated);
        }
        parts.extend(self.text.as_deref().map(Select::words));
        parts.extend(self.album.as_ref().map(pattern).map(Select::Album));
        parts.extend(self.person.iter().map(pattern).map(Select::Person));
        parts.extend(self.place.as_ref().map(pattern).map(Select::Place));
        parts.extend(self.near.map(Select::Near));
        if !self.types.is_empty() {
            parts.push(Select::Or(
                self.types.iter().copied().map(Select::Type).collect(),
            ));
        }
        parts.extend(self.camera.as_ref().map(pattern).map(Select::Camera));
        if self.favorite {
            parts.push(Select::Favorite);
        }
        parts.extend(self.has.iter().copied().map(Select::Has));
        let lacks = |fact| Select::Not(Box::new(Select::Has(fact)));
        parts.extend(self.without.iter().copied().map(lacks));
        parts.extend(self.item().map(Select::Item));
        parts.extend(self.import.map(Select::Import));
        Select::And(parts)
    }

    fn item(&self) -> Option<ItemSelect> {
        let item = ItemSelect {
            provider: self.provider.clone(),
            account: self.account.as_deref().map(|name| as_kept(name).to_owned()),
            kind: self.kind,
        };
        (item != ItemSelect::default()).then_some(item)
    }
}

fn near(text: &str) -> Result<Circle, String> {
    Circle::parse(text).map_err(|error| error.to_string())
}

fn form(word: &str) -> Result<Form, String> {
    let known = || Form::words().collect::<Vec<_>>().join(", ");
    Form::from_word(word).ok_or_else(|| format!("the types are: {}", known()))
}

fn fact(word: &str) -> Result<Fact, String> {
    let known = || Fact::ALL.map(Fact::as_str).join(", ");
    Fact::from_word(word).ok_or_else(|| format!("write one of: {}", known()))
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use jiff::civil::date;

    use super::super::{Cli, Command};
    use super::*;
    use model::media_type::MediaClass;

    fn select(words: &[&str]) -> Vec<Select> {
        let line = [&["albumen", "list"], words].concat();
        let Command::List(args) = Cli::try_parse_from(line).expect("right").command else {
            panic!("not list");
        };
        match args.selection.to_select() {
            Select::And(parts) => parts,
            one => vec![one],
        }
    }

    fn item(account: &str, kind: Option<Kind>) -> Select {
        Select::Item(ItemSelect {
            account: Some(account.to_owned()),
            kind,
            provider: None,
        })
    }

    #[test]
    fn nothing_said_is_everything() {
        assert_eq!(select(&[]), []);
    }

    #[test]
    fn options_become_a_choice() {
        let found = select(&[
            "--since",
            "2023-07",
            "--until",
            "2023-07",
            "--kind",
            "story",
            "--account",
            "anna",
            "--album",
            "Rome",
            "--text",
            "-rain",
            "--near",
            "-16.8,179.9,20",
            "--type",
            "photo",
            "--type",
            "heic",
            "--without",
            "location",
            "--favorite",
        ]);
        let expected = [
            Select::Taken(Days {
                since: Some(date(2023, 7, 1)),
                until: Some(date(2023, 7, 31)),
            }),
            Select::Not(Box::new(Select::Text("rain".to_owned()))),
            Select::Album(Pattern::new("Rome")),
            Select::Near(Circle::new(-16.8, 179.9, 20.0).expect("right")),
            Select::Or(vec![
                Select::Type(Form::Class(MediaClass::Photo)),
                Select::Type(Form::from_word("heic").expect("known")),
            ]),
            Select::Favorite,
            Select::Not(Box::new(Select::Has(Fact::Location))),
            item("anna", Some(Kind::Story)),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_account_without_a_name_is_asked_for_as_the_catalog_keeps_it() {
        assert_eq!(select(&["--account", "(not known)"]), [item("", None)]);
    }
}
