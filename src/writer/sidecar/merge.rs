//! Finds what another program changed in a sidecar since we wrote it.

use jiff::civil::DateTime;

use super::fields::{Fields, parse_date, sorted, tag_name};
use super::read::{Sidecar, Standard};
use super::xml_text::clean;
use model::record::Location;
use model::time::{Precision, When};
use model::user_changes::{Change, UserChanges};

/// Degrees two ways of writing one coordinate may differ by: a decimetre.
const SAME_DEGREES: f64 = 1e-6;

/// Metres two ways of writing one altitude may differ by.
const SAME_METRES: f64 = 0.06;

/// Returns whether nobody but us wrote anything into a sidecar.
pub fn is_untouched(found: &Sidecar) -> bool {
    found.foreign.is_empty() && changes(found).is_empty()
}

/// Returns what changed since we wrote the sidecar, without what we know already. Nothing for a sidecar that is not ours.
///
/// Programs rewrite files in their own style; only a changed value counts. Where a fact stands in several properties,
/// the first that differs is the change; a fact is removed once its main property is gone and no other says something new.
pub fn changes(found: &Sidecar) -> UserChanges {
    let Some(own) = &found.own else {
        return UserChanges::default();
    };
    let (now, was) = (&found.standard, &own.written);
    let (people, keywords) = tags(now, was);
    UserChanges {
        taken_at: date(now, was),
        description: text(&now.descriptions, was.description.as_deref()),
        title: text(std::slice::from_ref(&now.title), was.title.as_deref()),
        location: location(now.location, was.location),
        place: text(&now.places, was.place.as_deref()),
        people,
        keywords,
        rating: one(now.rating, was.rating),
        favorite: one(Some(now.favorite), Some(was.favorite)),
    }
}

fn one<T: PartialEq>(now: Option<T>, was: Option<T>) -> Change<T> {
    match now {
        now if now == was => Change::Kept,
        Some(now) => Change::Changed(now),
        None => Change::Removed,
    }
}

fn text(now: &[Option<String>], was: Option<&str>) -> Change<String> {
    let plain = was.map(normal);
    let changed = now.iter().flatten().find(|now| Some(normal(now)) != plain);
    match changed {
        Some(now) => Change::Changed(now.clone()),
        None if now.first().is_some_and(Option::is_none) && was.is_some() => Change::Removed,
        None => Change::Kept,
    }
}

/// White space is what programs that indent or wrap a file change.
fn normal(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn date(now: &Standard, was: &Fields) -> Change<When> {
    let written = was.taken_at.as_deref().and_then(parse_date);
    let mut dates = now
        .dates
        .iter()
        .flatten()
        .filter_map(|text| parse_date(text));
    let changed = dates.find(|date| written.is_none_or(|written| !is_same_date(date, &written)));
    match changed {
        Some(date) => Change::Changed(date),
        None if now.dates == [None, None] && written.is_some() => Change::Removed,
        None => Change::Kept,
    }
}

/// Returns whether `now` is `was` in another program's hand: a fraction or an offset may be lost, what a day or month
/// leaves open may be filled with zeros.
fn is_same_date(now: &When, was: &When) -> bool {
    let whole_day = was.precision >= Precision::Day;
    if let (Some(now), Some(was)) = (now.instant(), was.instant()) {
        return now.as_second() == was.as_second();
    }
    let offset_added = now.instant().is_some() && !whole_day;
    !offset_added && to_second(now) == to_second(was)
}

/// The wall clock; days and months begin at midnight, months on the 1st.
fn to_second(when: &When) -> DateTime {
    let time = when.for_names();
    time.with().subsec_nanosecond(0).build().unwrap_or(time)
}

fn location(now: Option<Location>, was: Option<Location>) -> Change<Location> {
    match (now, was) {
        (Some(now), Some(was)) if is_same_location(&now, &was) => Change::Kept,
        _ => one(now, was),
    }
}

fn is_same_location(now: &Location, was: &Location) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= SAME_DEGREES;
    let altitude = match (now.altitude_m, was.altitude_m) {
        (Some(now), Some(was)) => (now - was).abs() <= SAME_METRES,
        // Many programs drop the altitude; nobody removes it alone.
        (None, _) => true,
        (Some(_), None) => false,
    };
    near(now.latitude, was.latitude) && near(now.longitude, was.longitude) && altitude
}

const PEOPLE: &str = "People|";

/// People and keywords share three lists; the first that differs from what we wrote is the owner's.
fn tags(now: &Standard, was: &Fields) -> (Change<Vec<String>>, Change<Vec<String>>) {
    let full = was.tags('|');
    let lists = [&now.tags_list, &now.hierarchical];
    let changed = lists
        .into_iter()
        .find(|list| !list.is_empty() && set(list) != full);
    let people = person_names(now, was, changed);
    let keywords = match changed {
        Some(list) => keyword_change(plain_keywords(list, &full), was),
        None => flat_keywords(now, was),
    };
    (people, keywords)
}

fn set(texts: &[String]) -> Vec<String> {
    sorted(texts.iter().map(|text| text.trim().to_owned()))
}

/// Keywords among full tags: people, and the parents digiKam and darktable write beside their children, are left out.
fn plain_keywords(list: &[String], written: &[String]) -> Vec<String> {
    let list = set(list);
    let is_parent = |tag: &String| {
        let below = format!("{tag}|");
        !written.contains(tag) && list.iter().any(|other| other.starts_with(&below))
    };
    let keyword = |tag: &&String| !tag.starts_with(PEOPLE) && *tag != "People" && !is_parent(tag);
    list.iter().filter(keyword).cloned().collect()
}

fn keyword_change(now: Vec<String>, was: &Fields) -> Change<Vec<String>> {
    let without_people = Fields {
        people: Vec::new(),
        ..was.clone()
    };
    list_change(now, without_people.tags('|'), &was.keywords)
}

fn list_change(now: Vec<String>, was: Vec<String>, before: &[String]) -> Change<Vec<String>> {
    if now == was {
        Change::Kept
    } else if now.is_empty() {
        Change::Removed
    } else {
        Change::Changed(now.into_iter().map(|tag| original(tag, before)).collect())
    }
}

/// A tag we had to change for want of slashes gets its own text back.
fn original(tag: String, before: &[String]) -> String {
    let same = before.iter().find(|keyword| {
        let levels: Vec<String> = keyword.split('|').map(tag_name).collect();
        levels.join("|") == tag
    });
    same.cloned().unwrap_or(tag)
}

/// Words put to or taken from the flat list alone, by programs that know no other.
fn flat_keywords(now: &Standard, was: &Fields) -> Change<Vec<String>> {
    let (flat, written) = (set(&now.subject), was.leaves());
    if flat == written || (flat.is_empty() && !no_tags(now)) {
        return Change::Kept;
    }
    let stays =
        |keyword: &&String| flat.contains(&tag_name(keyword.rsplit('|').next().unwrap_or(keyword)));
    let kept = was.keywords.iter().filter(stays).cloned();
    let added = flat
        .iter()
        .filter(|word| !written.contains(word) && !is_level(word, was))
        .cloned();
    let keywords = sorted(kept.chain(added));
    list_change(keywords, was.keywords.clone(), &was.keywords)
}

/// darktable and Lightroom put the upper levels of a tag into the flat list, too.
fn is_level(word: &str, was: &Fields) -> bool {
    was.tags('|')
        .iter()
        .any(|tag| tag.split('|').any(|level| level == word))
}

fn person_names(
    now: &Standard,
    was: &Fields,
    changed: Option<&Vec<String>>,
) -> Change<Vec<String>> {
    let in_image = set(&now.people);
    if !in_image.is_empty() && in_image != was.people {
        return Change::Changed(in_image);
    }
    match changed {
        Some(list) => {
            let tags = sorted(was.people.iter().map(|name| tag_name(name)));
            list_change(people_in(list), tags, &was.people)
        }
        None if in_image.is_empty() && !was.people.is_empty() && no_tags(now) => Change::Removed,
        None => Change::Kept,
    }
}

fn no_tags(now: &Standard) -> bool {
    now.tags_list.is_empty() && now.hierarchical.is_empty()
}

fn people_in(list: &[String]) -> Vec<String> {
    sorted(
        list.iter()
            .filter_map(|tag| tag.trim().strip_prefix(PEOPLE))
            .map(str::to_owned),
    )
}
