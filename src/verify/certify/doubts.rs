//! What the archives hold that nobody understood, account by account.

use std::collections::HashMap;

use catalog::{Catalog, CatalogError, Puzzling};
use model::kind::Kind;
use model::not_understood::{NamedMedia, UnnamedMedia};

use super::NotUnderstoodFile;

/// All doubts that the catalog keeps, and what may take them away.
#[derive(Default)]
pub(crate) struct Doubts {
    files: Vec<Puzzling>,
    unnamed: Vec<UnnamedMedia>,
    /// For each folder of `unnamed`, the part that held its example.
    parts: Vec<Option<String>>,
    named: HashMap<String, NamedMedia>,
}

impl Doubts {
    /// Loads them.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub(crate) fn load(catalog: &Catalog) -> Result<Self, CatalogError> {
        let unnamed = catalog.unnamed_media()?;
        let parts = unnamed
            .iter()
            .map(|media| catalog.part_that_held(&media.provider, &media.example));
        Ok(Self {
            files: catalog.puzzling_files()?,
            parts: parts.collect::<Result<_, _>>()?,
            unnamed,
            named: HashMap::new(),
        })
    }

    /// Returns a list for what a provider's records name, if anything depends on it.
    pub(crate) fn list_for(&self, provider: &str) -> Option<NamedMedia> {
        let mut files = self.files.iter();
        let any = files.any(|file| file.file.provider == provider);
        any.then(NamedMedia::default)
    }

    /// Takes up what a provider's records name.
    pub(crate) fn named_by(&mut self, provider: &str, named: NamedMedia) {
        self.named.insert(provider.to_owned(), named);
    }

    /// Returns the doubts about one account: a file whose archive names no account is everybody's.
    pub(crate) fn of(&self, provider: &str, account: Option<&str>) -> Vec<NotUnderstoodFile> {
        let none = NamedMedia::default();
        let named = self.named.get(provider).unwrap_or(&none);
        let has_unnamed = |kind: Kind| {
            let mut media = self.unnamed.iter();
            media.any(|media| media.provider == provider && media.kind == kind)
        };
        let mine = |puzzling: &&Puzzling| {
            let accounts = &puzzling.accounts;
            let is_mine = |account: &str| accounts.iter().any(|name| name == account);
            puzzling.file.provider == provider
                && (accounts.is_empty() || account.is_none_or(is_mine))
        };
        let files = self.files.iter().filter(mine);
        let files = files.filter_map(|puzzling| puzzling.file.in_the_light_of(named, &has_unnamed));
        let mut all: Vec<NotUnderstoodFile> = files
            .map(|file| NotUnderstoodFile {
                part: file.part,
                entry: file.entry,
                what: file.what,
            })
            .collect();
        let counting = UnnamedMedia::that_count(&self.unnamed);
        let parts = self.unnamed.iter().zip(&self.parts);
        let media = parts.filter(|(media, _)| {
            media.provider == provider
                && (media.account.is_none() || media.account.as_deref() == account)
                && counting.contains(media)
        });
        all.extend(media.map(|(media, part)| NotUnderstoodFile {
            part: part.clone().unwrap_or_default(),
            entry: media.example.clone(),
            what: media.reason(),
        }));
        all.sort();
        all.dedup();
        all
    }

    /// Returns the media of an account without record that do not count, being few.
    pub(crate) fn few_unnamed(&self, provider: &str, account: Option<&str>) -> Vec<UnnamedMedia> {
        let counting = UnnamedMedia::that_count(&self.unnamed);
        let few = self.unnamed.iter().filter(|media| {
            media.provider == provider
                && (media.account.is_none() || media.account.as_deref() == account)
                && !counting.contains(media)
        });
        few.cloned().collect()
    }
}
