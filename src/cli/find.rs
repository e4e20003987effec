//! Which photos a person means by a path, a hash or a name: for `info` and `open`.

use std::fs;
use std::path::Path;

use super::error::CliError;
use super::library;
use catalog::{Catalog, CatalogError, ListedAsset};
use disk::digest::hash_file;
use model::content_hash::ContentHash;

/// Fewest hex digits that are taken for the beginning of a hash: shorter ones are names (`cafe`, `2023`).
const FEWEST_DIGITS: usize = 8;

/// Returns the assets that are meant. A path comes first, then a hash, then a name. A file outside the library is looked up by
/// its bytes.
///
/// # Errors
/// Fails if the catalog does, or a file cannot be read. Nothing found is no error.
pub fn find(catalog: &Catalog, library: &Path, asked: &Path) -> Result<Vec<ListedAsset>, CliError> {
    let failed = || library::catalog_failed(library);
    if let Some(path) = path_in(library, asked) {
        let found = catalog.asset_at(&path).map_err(failed())?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    if asked.is_file() {
        let hash = hash_file(asked).map_err(|source| CliError::Unreadable {
            path: asked.to_owned(),
            source,
        })?;
        return catalog.assets_of_hashes(hash, hash).map_err(failed());
    }
    let name = asked.to_string_lossy();
    by_hash(catalog, &name)
        .and_then(|found| match found.is_empty() {
            true => catalog.assets_named(&name),
            false => Ok(found),
        })
        .map_err(failed())
}

/// Returns a path as the catalog keeps it: below the library, with slashes. What is there on the disk is looked at from where the
/// person stands, else from the library's folder.
fn path_in(library: &Path, asked: &Path) -> Option<String> {
    let whole = |path: &Path| fs::canonicalize(path).ok();
    let root = whole(library)?;
    let file = whole(asked).or_else(|| whole(&library.join(asked)));
    let below = match file {
        Some(file) => file.strip_prefix(&root).ok()?.to_owned(),
        // It may be gone from the disk, and known to the catalog.
        None => asked.to_owned(),
    };
    let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

/// Returns the assets whose hash begins so.
fn by_hash(catalog: &Catalog, asked: &str) -> Result<Vec<ListedAsset>, CatalogError> {
    let digits = asked.strip_prefix("sha256:").unwrap_or(asked);
    let is_hash = (FEWEST_DIGITS..=64).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bound = |fill: char| -> Option<ContentHash> {
        let filled: String = digits
            .chars()
            .chain(std::iter::repeat(fill))
            .take(64)
            .collect();
        filled.to_ascii_lowercase().parse().ok()
    };
    match (bound('0'), bound('f')) {
        (Some(from), Some(to)) if is_hash => catalog.assets_of_hashes(from, to),
        _ => Ok(Vec::new()),
    }
}

/// Returns what is said of something that was not found.
pub fn not_found(library: &Path, asked: Vec<String>) -> CliError {
    CliError::NotOfLibrary {
        library: library.to_owned(),
        asked,
    }
}
