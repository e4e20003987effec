//! Loads all evidence from the catalog and lets each provider tie its own together.

use std::collections::{BTreeSet, HashSet};

use catalog::{Catalog, CatalogError, EvidenceIds, RecordText, StoredMedium};
use model::content_hash::ContentHash;
use model::evidence::{Evidence, Links};
use model::owners::two_owners;
use model::record::{Device, Extras, Record};
use provider::PROVIDERS;

use super::ImportError;
use super::beforehand::{FAR_MORE, left_out};
use super::crowds::append;
use super::derive::Source;
use super::linked::Linked;

/// Fetches records and facts about bytes from the catalog, one by one.
pub(crate) struct FromCatalog<'a> {
    /// The catalog.
    pub catalog: &'a Catalog,
    /// Whose records they are.
    pub providers: &'a [Linked],
}

impl Source for FromCatalog<'_> {
    fn record(&self, provider: usize, record: usize) -> Result<RecordText, CatalogError> {
        self.catalog
            .bare_record(self.providers[provider].record_ids[record])
    }

    fn original(&self, hash: ContentHash) -> Result<Option<StoredMedium>, CatalogError> {
        self.catalog.original(hash)
    }
}

/// Takes facts away that do not tell which medium a record is about: of a hundred thousand records they are much memory.
fn lighten(record: &mut Record) {
    let facts = &mut record.facts;
    facts.people = Vec::new();
    facts.keywords = Vec::new();
    facts.place = None;
    facts.device = Device::default();
    let supplement = facts.is_supplement();
    facts.extras = supplement.then(|| {
        Box::new(Extras {
            supplement,
            ..Extras::default()
        })
    });
}

/// Loads all evidence and lets each provider tie its own together. Records come without what does not tell to which medium
/// they belong: they are fetched again when assets are made.
pub(crate) fn linked(catalog: &Catalog) -> Result<Vec<Linked>, ImportError> {
    linked_apart_from(catalog, FAR_MORE)
}

/// The same, where records are looked at beforehand if they are so many more than media.
pub(super) fn linked_apart_from(
    catalog: &Catalog,
    far_more: usize,
) -> Result<Vec<Linked>, ImportError> {
    let mut all = Vec::new();
    for name in catalog.providers()? {
        let left_out = left_out(catalog, &name, far_more)?;
        let (mut evidence, mut ids) = catalog.evidence_without(&name, &left_out.all(), &lighten)?;
        let sole_account = give_accounts(&mut evidence, &mut ids);
        let mut provider = Linked {
            provider: name,
            evidence,
            absent: left_out.absent,
            record_ids: ids.records,
            record_digests: ids.digests,
            crowds: Vec::new(),
            sole_account,
            links: Links::default(),
        };
        link_provider(&mut provider);
        append(&mut provider, &left_out.crowds, catalog)?;
        all.push(provider);
    }
    Ok(all)
}

/// Ties the evidence of one provider together.
fn link_provider(linked: &mut Linked) {
    linked.evidence.media.sort_by(|a, b| {
        (&a.path, a.content_hash, &a.export).cmp(&(&b.path, b.content_hash, &b.export))
    });
    // A provider of another version of albumen: its records are kept, and untied until that version comes back.
    let provider = PROVIDERS
        .iter()
        .find(|provider| provider.about().name == linked.provider);
    linked.links = provider.map_or_else(Links::default, |p| p.link(&linked.evidence));
    for (record, kind, visibility) in &linked.links.corrected {
        let record = &mut linked.evidence.records[*record];
        record.kind = *kind;
        record.facts.visibility = *visibility;
    }
    for vague in &linked.links.vague {
        vague.apply(&mut linked.evidence.records[vague.record]);
    }
}

/// Gives records of parts that did not tell whose they are the provider's only account, and drops those that another
/// part told with its account: whichever parts came in one call, the same records remain. Returns that account.
fn give_accounts(evidence: &mut Evidence, ids: &mut EvidenceIds) -> Option<String> {
    let accounts: BTreeSet<&String> = evidence
        .records
        .iter()
        .filter_map(|record| record.account.as_ref())
        .collect();
    let only = accounts.first().filter(|_| accounts.len() == 1);
    let only = only.map(|name| (*name).clone());
    // What is another person's by all that can be seen stays nobody's.
    let is_open = evidence
        .records
        .iter()
        .any(|record| record.account.is_none());
    let only = only.filter(|_| !is_open || two_owners(&evidence.records).is_empty());
    let told: HashSet<[u8; 32]> = evidence
        .records
        .iter()
        .zip(&ids.digests)
        .filter(|(record, _)| record.account.is_some())
        .map(|(_, digest)| *digest)
        .collect();
    let repeated: Vec<bool> = evidence
        .records
        .iter()
        .zip(&ids.digests)
        .map(|(record, digest)| record.account.is_none() && told.contains(digest))
        .collect();
    let mut rows = repeated.iter();
    evidence.records.retain(|_| rows.next() == Some(&false));
    let mut rows = repeated.iter();
    ids.records.retain(|_| rows.next() == Some(&false));
    let mut rows = repeated.iter();
    ids.digests.retain(|_| rows.next() == Some(&false));
    for record in &mut evidence.records {
        if record.account.is_none() {
            record.account.clone_from(&only);
        }
    }
    only
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::derive::Derivation;
    use crate::merge::tests_support::record;
    use crate::missing_list::MissingList;
    use crate::settle::set_missing;
    use crate::tie::tie;
    use model::record::RecordFacts;

    /// Accounts left after records with these accounts and digests came.
    fn left(records: &[(Option<&str>, u8)]) -> Vec<Option<String>> {
        let mut evidence = Evidence {
            records: records
                .iter()
                .map(|(account, _)| Record {
                    account: account.map(str::to_owned),
                    ..record("a.jpg")
                })
                .collect(),
            ..Evidence::default()
        };
        let mut ids = EvidenceIds {
            records: (0..records.len() as i64).collect(),
            digests: records.iter().map(|(_, digest)| [*digest; 32]).collect(),
        };
        give_accounts(&mut evidence, &mut ids);
        assert_eq!(ids.records.len(), evidence.records.len());
        assert_eq!(ids.digests.len(), evidence.records.len());
        evidence.records.into_iter().map(|r| r.account).collect()
    }

    #[test]
    fn a_part_that_does_not_tell_belongs_to_the_only_account() {
        let anna = || Some("anna".to_owned());
        assert_eq!(left(&[(None, 1), (Some("anna"), 2)]), [anna(), anna()]);
        assert_eq!(left(&[(None, 1)]), [None]);
        let three = left(&[(None, 1), (Some("anna"), 2), (Some("ben"), 3)]);
        assert_eq!(three, [None, anna(), Some("ben".to_owned())]);
    }

    #[test]
    fn a_statement_told_with_and_without_its_account_is_one() {
        let anna = Some("anna".to_owned());
        assert_eq!(
            left(&[(None, 1), (Some("anna"), 1)]),
            std::slice::from_ref(&anna)
        );
        let two = left(&[(None, 1), (Some("anna"), 1), (Some("ben"), 2)]);
        assert_eq!(two, [anna, Some("ben".to_owned())]);
    }

    #[test]
    fn what_is_missing_is_the_same_whether_absent_records_are_linked_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut catalog = Catalog::open(&folder.path().join("c.db")).unwrap();
        let numbered =
            |number: u32| record(&format!("media/{number}_17890000000000{number:03}.jpg"));
        let supplement = |record: Record| {
            let extras = Extras {
                supplement: true,
                ..Extras::default()
            };
            let facts = RecordFacts {
                extras: Some(Box::new(extras)),
                ..RecordFacts::default()
            };
            Record { facts, ..record }
        };
        let mut records: Vec<Record> = (0..40).map(numbered).collect();
        records.extend((38..60).map(|number| supplement(numbered(number))));
        let all = |far_more| {
            catalog
                .in_transaction(|writing| {
                    for record in &records {
                        writing.add_record(record)?;
                    }
                    Ok(())
                })
                .unwrap();
            let linked = linked_apart_from(&catalog, far_more).unwrap();
            let left_out: usize = linked.iter().map(|linked| linked.absent.len()).sum();
            let derivation = Derivation {
                missing: tie(&linked).missing,
                ..Derivation::default()
            };
            catalog
                .in_transaction(|writing| set_missing(writing, &derivation, &linked))
                .unwrap();
            let list = MissingList::load(&catalog, &linked, &derivation).unwrap();
            let mut rows = Vec::new();
            catalog
                .each_missing_record(|id, provider, uri| {
                    rows.push((id, provider.to_owned(), uri.to_owned()));
                    Ok(())
                })
                .unwrap();
            (left_out, list.hash(), rows)
        };
        let mut all = all;
        let (none, list, rows) = all(usize::MAX);
        let (some, same_list, same_rows) = all(0);
        assert_eq!((none, some), (0, 61));
        assert_eq!(rows.len(), 40);
        assert_eq!(rows, same_rows);
        assert_eq!(list, same_list);
    }
}
