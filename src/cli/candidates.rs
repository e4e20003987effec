//! Words that a shell offers while a command line is typed, as far as they stand in the library: albums, accounts, imports.
//!
//! Asked is the library of the environment or the configuration. What cannot be read offers nothing: nobody wants an error between two
//! keys.

use std::env;
use std::path::PathBuf;

use clap_complete::engine::CompletionCandidate;

use super::account::NOT_KNOWN;
use super::home;
use super::library::catalog;
use super::settings;
use catalog::{Catalog, CatalogError};
use model::kind::Kind;
use model::select::{Fact, Form};
use provider::PROVIDERS;

/// Returns the titles of albums.
pub fn albums() -> Vec<CompletionCandidate> {
    let titles = asked(Catalog::album_titles);
    titles.into_iter().map(CompletionCandidate::new).collect()
}

/// Returns the accounts, and what stands for one that no archive named.
pub fn accounts() -> Vec<CompletionCandidate> {
    let named = asked(Catalog::accounts);
    let named = named
        .into_iter()
        .map(|(provider, account)| CompletionCandidate::new(account).help(Some(provider.into())));
    named.chain([CompletionCandidate::new(NOT_KNOWN)]).collect()
}

/// Returns the numbers of imports that can be taken back, the newest first.
pub fn imports() -> Vec<CompletionCandidate> {
    let runs = asked(Catalog::runs);
    let imports = runs
        .into_iter()
        .rev()
        .filter(|run| run.kind == "import" && run.undone_by.is_none());
    imports
        .map(|run| CompletionCandidate::new(run.id.to_string()).help(Some(run.started.into())))
        .collect()
}

/// Returns the kinds of media.
pub fn kinds() -> Vec<CompletionCandidate> {
    Kind::ALL
        .iter()
        .map(|kind| CompletionCandidate::new(kind.as_str()))
        .collect()
}

/// Returns what a photo or video can be.
pub fn forms() -> Vec<CompletionCandidate> {
    Form::words().map(CompletionCandidate::new).collect()
}

/// Returns what can be known of a photo or video.
pub fn facts() -> Vec<CompletionCandidate> {
    Fact::ALL
        .iter()
        .map(|fact| CompletionCandidate::new(fact.as_str()))
        .collect()
}

/// Returns the names of services.
pub fn providers() -> Vec<CompletionCandidate> {
    PROVIDERS
        .iter()
        .map(|provider| CompletionCandidate::new(provider.about().name))
        .collect()
}

/// Asks the catalog.
fn asked<T>(question: impl FnOnce(&Catalog) -> Result<Vec<T>, CatalogError>) -> Vec<T> {
    let found = library().and_then(|library| catalog(&library).ok());
    found
        .and_then(|catalog| question(&catalog).ok())
        .unwrap_or_default()
}

fn library() -> Option<PathBuf> {
    let named = env::var_os("ALBUMEN_LIBRARY").filter(|path| !path.is_empty());
    named
        .map(PathBuf::from)
        .or_else(configured)
        .or_else(home::default_library)
}

fn configured() -> Option<PathBuf> {
    let named = env::var_os("ALBUMEN_CONFIG").map(PathBuf::from);
    settings::find(named.as_deref()).ok()??.config.library
}
