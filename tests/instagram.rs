//! The Instagram reader against composed archives: every generation, edition and language says what was composed.

use std::collections::BTreeMap;

use archive::EntryId;
use model::evidence::{Evidence, MediaEntry};
use model::record::{AlbumRecord, Record};
use provider::{EntryRole, ItemSink, Node, PROVIDERS, Provider, ReadOptions, Statements, Tree};

use crate::builders::every_composition;
use crate::support::account::Account;
use crate::support::compose::{Edition, Files, Generation, Language, compose};
use crate::support::expected::{Expected, expected, hash};
use crate::support::samples::{captions, same_bytes_twice, varied, with_absent};

struct Composed {
    nodes: Vec<Node>,
    bytes: Vec<Vec<u8>>,
}

impl Composed {
    fn of(files: &Files) -> Self {
        let node = |(at, path): (usize, &String)| Node {
            id: EntryId(at),
            path: path.as_str().into(),
        };
        Self {
            nodes: files.keys().enumerate().map(node).collect(),
            bytes: files.values().cloned().collect(),
        }
    }
}

impl Tree for Composed {
    fn nodes(&self) -> &[Node] {
        &self.nodes
    }
    fn part_names(&self) -> Vec<String> {
        vec!["instagram-anna.muster-2025-04-01-abcdefgh.zip".to_owned()]
    }
    fn part_name(&self, _: EntryId) -> String {
        self.part_names().remove(0)
    }
    fn size_bytes(&self, id: EntryId) -> u64 {
        self.bytes[id.0].len() as u64
    }
    fn read(&self, id: EntryId, _: u64) -> Result<Vec<u8>, String> {
        Ok(self.bytes[id.0].clone())
    }
}

#[derive(Default)]
struct Heard {
    records: Vec<Record>,
    roles: BTreeMap<EntryId, EntryRole>,
    warnings: Vec<String>,
}

impl Statements for Heard {
    fn record(&mut self, record: Record) {
        self.records.push(record);
    }
    fn album(&mut self, _: AlbumRecord) {}
    fn warn(&mut self, _: EntryId, message: String) {
        self.warnings.push(message);
    }
}

impl ItemSink for Heard {
    fn entry(&mut self, id: EntryId, role: EntryRole) {
        assert!(
            self.roles.insert(id, role).is_none(),
            "{id:?} is told twice"
        );
    }
}

fn instagram() -> &'static dyn Provider {
    let found = PROVIDERS
        .iter()
        .find(|provider| provider.about().name == "instagram");
    *found.expect("Instagram is read")
}

fn read(account: &Account, generation: Generation, edition: Edition) -> (Files, Heard) {
    let files = compose(account, generation, edition);
    let tree = Composed::of(&files);
    let mut heard = Heard::default();
    let options = ReadOptions {
        include_messages: true,
        ..ReadOptions::default()
    };
    instagram().read(&tree, &options, &mut heard);
    assert_eq!(heard.roles.len(), files.len(), "{generation:?} {edition:?}");
    (files, heard)
}

fn check(account: &Account, generation: Generation, edition: Edition) -> Vec<String> {
    let (_, heard) = read(account, generation, edition);
    let mut wrong: Vec<String> = heard.warnings.clone();
    for one in expected(account, generation, edition) {
        let records: Vec<&Record> = heard
            .records
            .iter()
            .filter(|record| record.uri == one.uri)
            .collect();
        wrong.extend(
            differences(&one, &records)
                .into_iter()
                .map(|what| format!("{generation:?} {edition:?} {}: {what}", one.uri)),
        );
    }
    wrong
}

fn differences(one: &Expected, records: &[&Record]) -> Vec<String> {
    let mut out = Vec::new();
    if records.is_empty() {
        return vec!["no record".to_owned()];
    }
    macro_rules! same {
        ($name:literal, $found:expr, $wanted:expr) => {
            let (found, wanted) = ($found, $wanted);
            if found != wanted {
                out.push(format!("{}: found {found:?}, wanted {wanted:?}", $name));
            }
        };
    }
    let facts = || records.iter().map(|record| &record.facts);
    // Of several records one may know better: `posts.json` does not tell that a post is archived.
    same!(
        "kind",
        records.iter().any(|record| record.kind == one.kind),
        true
    );
    same!(
        "key",
        records.iter().all(|record| record.key == one.key),
        true
    );
    if one.kind != model::kind::Kind::Draft {
        same!(
            "posted_at",
            facts().find_map(|facts| facts.posted_at),
            one.posted_at
        );
    }
    same!(
        "taken_at",
        facts().find_map(|facts| facts.taken_at),
        one.taken_at
    );
    same!(
        "description",
        facts().find_map(|facts| facts.description.clone()),
        one.description.clone()
    );
    same!(
        "place",
        facts().find_map(|facts| facts.place.clone()),
        one.place.clone()
    );
    same!(
        "gps",
        facts()
            .find_map(|facts| facts.location)
            .map(|at| (at.latitude, at.longitude)),
        one.gps
    );
    let mut people: Vec<String> = facts().flat_map(|facts| facts.people.clone()).collect();
    people.sort();
    people.dedup();
    same!("people", people, one.people.clone());
    same!(
        "index",
        records
            .iter()
            .find_map(|record| record.post.as_ref())
            .map(|post| post.index as usize),
        one.group.as_ref().map(|group| group.index)
    );
    same!(
        "someone else",
        facts().any(|facts| facts.by_someone_else),
        one.by_someone_else
    );
    same!(
        "device",
        facts().find_map(|facts| facts.device.id.clone()),
        one.device_id.clone()
    );
    same!("iso", facts().find_map(|facts| facts.device.iso), one.iso);
    let close = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 0.02,
        (a, b) => a.is_none() && b.is_none(),
    };
    same!(
        "f number",
        close(
            facts().find_map(|facts| facts.device.f_number),
            one.f_number
        ),
        true
    );
    same!(
        "exposure",
        close(
            facts().find_map(|facts| facts.device.exposure_s),
            one.exposure_s
        ),
        true
    );
    let companions = records.iter().map(|record| record.companions.len()).max();
    same!("companions", companions, Some(one.companions.len()));
    if one.offset_s.is_some() {
        same!(
            "while posting",
            facts().any(|facts| facts.taken_while_posting),
            true
        );
    }
    out
}

fn of_edition(html: bool) -> Vec<(Generation, Edition)> {
    let mut all = every_composition();
    all.retain(|(_, edition)| html == (*edition != Edition::Json));
    all
}

fn reads_as_composed(html: bool) {
    let mut wrong = Vec::new();
    for (generation, edition) in of_edition(html) {
        for account in [varied(), captions(), same_bytes_twice(), with_absent()] {
            let found = check(&account, generation, edition).into_iter();
            wrong.extend(found.map(|line| format!("{generation:?} {edition:?}: {line}")));
        }
    }
    let shown = wrong.join("\n");
    assert!(wrong.is_empty(), "{} differences:\n{shown}", wrong.len());
}

fn ties_as_composed(html: bool) {
    for (generation, edition) in of_edition(html) {
        let (files, heard) = read(&varied(), generation, edition);
        let media: Vec<MediaEntry> = heard
            .roles
            .iter()
            .filter(|(_, role)| **role == EntryRole::Media)
            .filter_map(|(id, _)| files.iter().nth(id.0))
            .map(|(path, bytes)| MediaEntry {
                provider: "instagram".to_owned(),
                export: None,
                path: path.clone(),
                content_hash: hash(bytes),
                content_id: None,
                taken: None,
            })
            .collect();
        let evidence = Evidence {
            records: heard.records,
            albums: Vec::new(),
            media,
        };
        let links = instagram().link(&evidence);
        let unrecorded: Vec<&str> = links
            .unrecorded
            .iter()
            .map(|(at, _)| evidence.media[*at].path.as_str())
            .collect();
        assert!(
            unrecorded.is_empty(),
            "{generation:?} {edition:?}: {unrecorded:?}"
        );
        for link in &links.links {
            let record = &evidence.records[link.record];
            let medium = link.media.map(|at| evidence.media[at].path.as_str());
            assert!(
                medium.is_some(),
                "{generation:?} {edition:?}: {} is tied to nothing",
                record.uri
            );
        }
    }
}

#[test]
fn every_json_archive_reads_as_it_was_composed() {
    reads_as_composed(false);
}

#[test]
fn every_json_record_is_tied_to_its_medium() {
    ties_as_composed(false);
}

#[test]
fn every_html_archive_reads_as_it_was_composed() {
    reads_as_composed(true);
}

#[test]
fn every_html_record_is_tied_to_its_medium() {
    ties_as_composed(true);
}

/// The dates of items of every HTML edition stand eight hours behind UTC, whatever the header of the page shows.
#[test]
fn a_header_of_another_clock_moves_no_date() {
    let account = varied();
    let (files, heard) = read(&account, Generation::G5, Edition::Html(Language::English));
    let page = files["your_instagram_activity/media/posts_1.html"].clone();
    let page = String::from_utf8(page).expect("UTF-8");
    // As composed: 13:47 UTC is shown as 6:47 am, seven hours behind.
    assert!(
        page.contains("datetime=\"2026-07-02T13:47:00Z\">Jul 02, 2026 6:47 am"),
        "{page}"
    );
    let at = |uri: &str| {
        let record = heard.records.iter().find(|record| record.uri.contains(uri));
        record.and_then(|record| record.facts.posted_at?.instant())
    };
    for one in expected(&account, Generation::G5, Edition::Html(Language::English)) {
        assert_eq!(
            at(&one.uri),
            one.posted_at.and_then(|when| when.instant()),
            "{}",
            one.uri
        );
    }
}
