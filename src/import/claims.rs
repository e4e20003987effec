//! Why an asset is what it is: every value that was ever stated of a fact, by whom, and which of them stands.
//!
//! The facts themselves are merged in `merge` and `taken`, and what won is read from the asset as it was settled. Here the
//! statements are only laid beside it, ranked by the same tables, so that a person can follow the choice. Pure.

use model::asset::Asset;
use model::claim::{Claim, Origin};
use model::media_facts::MediaFacts;
use model::record::{Location, Record};
use model::time::When;
use model::user_changes::{Change, UserChanges};

use super::merge::{names_files, text_rank};
use super::name_date::name_date;
use super::newest::{newest, standing};
use super::taken::{posted, stated, taken_rank};

/// All that was stated of one asset.
pub struct Statements<'a> {
    /// The asset as it was settled.
    pub asset: &'a Asset,
    /// What its bytes say.
    pub facts: &'a MediaFacts,
    /// Records tied to it.
    pub records: Vec<&'a Record>,
    /// What its owner changed.
    pub user: Option<&'a UserChanges>,
    /// Names the file had, without folders.
    pub names: Vec<&'a str>,
}

/// A value that was stated.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A time.
    Time(When),
    /// A text.
    Text(String),
    /// A position.
    Location(Location),
    /// Names of people.
    Names(Vec<String>),
    /// Its owner took away what was there.
    Removed,
}

/// What became of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is what the asset shows.
    Won,
    /// It says the same.
    Agrees,
    /// A better one won.
    Lost,
    /// A newer archive of the same account says otherwise.
    Outdated,
}

impl Fate {
    /// Returns its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Won => "won",
            Self::Agrees => "agrees",
            Self::Lost => "lost",
            Self::Outdated => "outdated",
        }
    }
}

/// One statement about one fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement<'a> {
    /// What was stated.
    pub value: Value,
    /// Where it came from.
    pub origin: Origin,
    /// The record that states it, if one does.
    pub record: Option<&'a Record>,
    /// The best has the lowest.
    pub rank: u8,
    /// What became of it.
    pub fate: Fate,
}

/// All statements about one fact, the best first.
#[derive(Debug, Clone, PartialEq)]
pub struct FactStatements<'a> {
    /// Name of the fact, as in JSON.
    pub fact: &'static str,
    /// How one of several wins.
    pub rule: &'static str,
    /// The statements.
    pub statements: Vec<Statement<'a>>,
}

const TIMES: &str = "your own change, then a plain correction on the service, the file itself, a record, the file's name, the \
                     time of posting; of equals the finest, then the earliest";
const TEXTS: &str = "your own change, then a record (the earliest post), then the file itself";
const PLACES: &str = "your own change, then a record, then the file itself";
const PEOPLE: &str =
    "your own change, else everybody whom the newest archive of each account names";

/// Returns every fact of which something was stated.
pub fn claims<'a>(said: &Statements<'a>) -> Vec<FactStatements<'a>> {
    let asset = said.asset;
    let all = [
        FactStatements {
            fact: "taken_at",
            rule: TIMES,
            statements: times(said),
        },
        FactStatements {
            fact: "description",
            rule: TEXTS,
            statements: texts(
                said,
                |record| record.facts.description.as_ref(),
                said.facts.description.as_ref(),
                said.user.map(|user| &user.description),
                asset.description.as_ref(),
            ),
        },
        FactStatements {
            fact: "title",
            rule: TEXTS,
            statements: texts(
                said,
                // Of some services the title is the name of the file, and titles nothing.
                |record| record.facts.title.as_ref().filter(|_| !names_files(record)),
                None,
                said.user.map(|user| &user.title),
                asset.title.as_ref(),
            ),
        },
        FactStatements {
            fact: "place",
            rule: TEXTS,
            statements: texts(
                said,
                |record| record.facts.place.as_ref(),
                None,
                said.user.map(|user| &user.place),
                asset.place.as_ref(),
            ),
        },
        FactStatements {
            fact: "location",
            rule: PLACES,
            statements: locations(said),
        },
        FactStatements {
            fact: "people",
            rule: PEOPLE,
            statements: people(said),
        },
    ];
    let stated = all.into_iter().filter(|fact| !fact.statements.is_empty());
    stated.collect()
}

/// A statement before anybody knows what became of it.
fn open(value: Value, origin: Origin, record: Option<&Record>, rank: u8) -> Statement<'_> {
    Statement {
        value,
        origin,
        record,
        rank,
        fate: Fate::Lost,
    }
}

fn times<'a>(said: &Statements<'a>) -> Vec<Statement<'a>> {
    let place = said.asset.location.as_ref().map(|claim| claim.value);
    let time = |claim: Claim<When>, record: Option<&'a Record>| {
        let rank = taken_rank(&claim.origin);
        open(Value::Time(claim.value), claim.origin, record, rank)
    };
    let current = newest(&said.records, |record| record.facts.taken_at);
    let mut all = Vec::new();
    for record in &said.records {
        if let Some(taken) = record.facts.taken_at {
            let mut one = time(stated(record, taken, said.facts, place), Some(record));
            if !current
                .iter()
                .any(|(newer, _)| std::ptr::eq(*newer, *record))
            {
                one.fate = Fate::Outdated;
            }
            all.push(one);
        }
        all.extend(posted(record).map(|(_, claim)| time(claim, Some(record))));
    }
    let embedded = said.facts.taken_at();
    all.extend(embedded.map(|when| time(Claim::new(when, Origin::Embedded), None)));
    let titles = said.records.iter().filter(|record| names_files(record));
    let titles = titles.filter_map(|record| record.facts.title.as_deref());
    let mut names: Vec<&str> = said.names.iter().copied().chain(titles).collect();
    names.sort_unstable();
    names.dedup();
    let named = names.into_iter().filter_map(name_date);
    all.extend(named.map(|when| time(Claim::new(when, Origin::FileName), None)));
    all.extend(of_user(said.user.map(|user| &user.taken_at), Value::Time));
    let won = said.asset.taken_at.as_ref();
    judged(
        all,
        won.map(|claim| (Value::Time(claim.value), &claim.origin)),
    )
}

fn texts<'a>(
    said: &Statements<'a>,
    text: impl Fn(&'a Record) -> Option<&'a String>,
    embedded: Option<&String>,
    user: Option<&Change<String>>,
    won: Option<&Claim<String>>,
) -> Vec<Statement<'a>> {
    let filled = |record: &'a Record| text(record).filter(|text| !text.is_empty());
    let current = standing(&said.records, filled);
    let mut all: Vec<Statement<'a>> = of_records(said, &current, |record| {
        filled(record).map(|text| Value::Text(text.clone()))
    });
    let embedded = embedded.filter(|text| !text.is_empty()).cloned();
    all.extend(embedded.map(|text| {
        let rank = text_rank(&Origin::Embedded) + 1;
        open(Value::Text(text), Origin::Embedded, None, rank)
    }));
    all.extend(of_user(user, Value::Text));
    judged(
        all,
        won.map(|claim| (Value::Text(claim.value.clone()), &claim.origin)),
    )
}

fn locations<'a>(said: &Statements<'a>) -> Vec<Statement<'a>> {
    let current = standing(&said.records, |record| record.facts.location);
    let mut all = of_records(said, &current, |record| {
        record.facts.location.map(Value::Location)
    });
    let embedded = said.facts.location;
    all.extend(embedded.map(|at| open(Value::Location(at), Origin::Embedded, None, 2)));
    all.extend(of_user(
        said.user.map(|user| &user.location),
        Value::Location,
    ));
    let won = said.asset.location.as_ref();
    judged(
        all,
        won.map(|claim| (Value::Location(claim.value), &claim.origin)),
    )
}

fn people<'a>(said: &Statements<'a>) -> Vec<Statement<'a>> {
    let named = |record: &'a Record| Some(&record.facts.people).filter(|names| !names.is_empty());
    let current = standing(&said.records, named);
    let mut all = of_records(said, &current, |record| {
        named(record).map(|names| Value::Names(names.clone()))
    });
    all.extend(of_user(said.user.map(|user| &user.people), Value::Names));
    let by_user = said.user.is_some_and(|user| !user.people.is_kept());
    for one in &mut all {
        let stands = match &one.value {
            Value::Names(names) => names.iter().all(|name| said.asset.people.contains(name)),
            _ => false,
        };
        let wins = stands && (one.origin == Origin::User || !by_user);
        if one.fate == Fate::Lost {
            one.fate = match (wins, stands) {
                (true, _) => Fate::Won,
                (false, true) => Fate::Agrees,
                (false, false) => Fate::Lost,
            };
        }
    }
    all.sort_by_key(|one| one.rank);
    all
}

/// Returns what records state; what a newer archive states anew is outdated.
fn of_records<'a, T>(
    said: &Statements<'a>,
    current: &[(&'a Record, T)],
    value: impl Fn(&'a Record) -> Option<Value>,
) -> Vec<Statement<'a>> {
    let records = said.records.iter().filter_map(|record| {
        let origin = Origin::Record(record.provider.clone());
        let mut one = open(value(record)?, origin, Some(record), 1);
        if !current
            .iter()
            .any(|(newer, _)| std::ptr::eq(*newer, *record))
        {
            one.fate = Fate::Outdated;
        }
        Some(one)
    });
    records.collect()
}

fn of_user<'a, T: Clone>(
    change: Option<&Change<T>>,
    value: impl Fn(T) -> Value,
) -> Option<Statement<'a>> {
    let value = match change? {
        Change::Kept => return None,
        Change::Changed(changed) => value(changed.clone()),
        Change::Removed => Value::Removed,
    };
    Some(open(value, Origin::User, None, 0))
}

/// Says of each statement what became of it. A value that none of them states (taken over from the other half of a live photo,
/// or from media near by) is added: it won.
fn judged<'a>(mut all: Vec<Statement<'a>>, won: Option<(Value, &Origin)>) -> Vec<Statement<'a>> {
    let removed = |one: &Statement<'_>| one.value == Value::Removed;
    match won {
        None => {
            for one in all.iter_mut().filter(|one| removed(one)) {
                one.fate = Fate::Won;
            }
        }
        Some((value, origin)) => {
            let mut found = false;
            for one in all.iter_mut().filter(|one| is_same(&one.value, &value)) {
                one.fate = match one.origin == *origin && !found {
                    true => Fate::Won,
                    false => Fate::Agrees,
                };
                found |= one.fate == Fate::Won;
            }
            if !found {
                let mut one = open(value, origin.clone(), None, taken_rank(origin));
                one.fate = Fate::Won;
                all.push(one);
            }
        }
    }
    all.sort_by_key(|one| (one.fate != Fate::Won, one.rank));
    all
}

/// Returns whether two values are one: a time is the same with and without the zone that was found for it.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Time(a), Value::Time(b)) => {
            let clock = a.local().is_some() && a.local() == b.local();
            let instant = a.instant().is_some() && a.instant() == b.instant();
            a == b || clock || instant
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::merge::tests_support::record;
    use model::content_hash::ContentHash;
    use model::media_type::MediaType;

    fn fates(facts: &[FactStatements<'_>], name: &str) -> Vec<(String, &'static str)> {
        let fact = facts.iter().find(|one| one.fact == name);
        let statements = fact.map_or(&[][..], |fact| &fact.statements);
        statements
            .iter()
            .map(|one| (one.origin.to_string(), one.fate.as_str()))
            .collect()
    }

    #[test]
    fn who_won_who_agrees_and_who_lost_is_told_of_each_fact() {
        let day = |hour| When::wall(date(2023, 7, 14).at(hour, 0, 0, 0));
        let mut one = record("a.jpg");
        one.facts.description = Some("Sea".into());
        one.facts.taken_at = Some(day(18));
        one.facts.posted_at = Some(day(20));
        let mut other = record("a.jpg");
        other.provider = "flickr".into();
        other.facts.description = Some("Sun".into());
        other.facts.people = vec!["Ben".into()];
        let mut facts = MediaFacts::of_type(MediaType::Jpeg);
        facts.taken_local = Some(date(2023, 7, 14).at(18, 0, 0, 0));
        let mut asset = Asset::bare(ContentHash([1; 32]), "a");
        asset.taken_at = Some(Claim::new(
            When::zoned(date(2023, 7, 14).at(18, 0, 0, 0), 7200),
            Origin::Embedded,
        ));
        asset.description = Some(Claim::new("Sea".into(), Origin::Record("instagram".into())));
        asset.people = vec!["Ben".into()];
        let found = claims(&Statements {
            asset: &asset,
            facts: &facts,
            records: vec![&one, &other],
            user: None,
            names: vec!["IMG_20230714_190000.jpg"],
        });
        let said = |origin: &str, fate| (origin.to_owned(), fate);
        assert_eq!(
            fates(&found, "taken_at"),
            [
                said("embedded", "won"),
                said("record:instagram", "agrees"),
                said("file_name", "lost"),
                said("posted:instagram", "lost"),
            ]
        );
        assert_eq!(
            fates(&found, "description"),
            [
                said("record:instagram", "won"),
                said("record:flickr", "lost")
            ]
        );
        assert_eq!(fates(&found, "people"), [said("record:flickr", "won")]);
        assert!(fates(&found, "location").is_empty());
    }

    #[test]
    fn the_owners_word_wins_and_a_newer_archive_outdates_an_older_one() {
        let mut old = record("a.jpg");
        old.export = Some("2022".into());
        old.facts.description = Some("Old".into());
        let mut new = record("a.jpg");
        new.export = Some("2024".into());
        new.facts.description = Some("New".into());
        let facts = MediaFacts::of_type(MediaType::Jpeg);
        let asset = Asset::bare(ContentHash([1; 32]), "a");
        let user = UserChanges {
            description: Change::Removed,
            ..UserChanges::default()
        };
        let asked = |asset: &Asset, user: Option<&UserChanges>| {
            let found = claims(&Statements {
                asset,
                facts: &facts,
                records: vec![&old, &new],
                user,
                names: vec![],
            });
            fates(&found, "description")
        };
        let said = |origin: &str, fate| (origin.to_owned(), fate);
        assert_eq!(
            asked(&asset, Some(&user)),
            [
                said("user", "won"),
                said("record:instagram", "outdated"),
                said("record:instagram", "lost"),
            ]
        );
        let taken_over = Asset {
            description: Some(Claim::new("From its video".into(), Origin::Sibling)),
            ..asset.clone()
        };
        let found = asked(&taken_over, None);
        assert_eq!(found[0], said("sibling", "won"));
    }
}
