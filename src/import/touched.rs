//! Takes in what the library's owner changed in sidecars with other programs, before any of them is written again.

use std::collections::{HashMap, HashSet};

use catalog::{Catalog, SidecarRow};
use disk::digest::hash_file;
use model::content_hash::ContentHash;
use model::user_changes::UserChanges;
use monitor::{Monitor, Warning};
use writer::library::Library;
use writer::sidecar::merge::changes;
use writer::sidecar::read::{ForeignProperty, Sidecar, read_file};

use super::ImportError;
use super::sweep::Sweep;

/// What the owner changed, by asset, and which sidecars are to be written again.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    /// Assets whose sidecar is gone or was changed.
    pub sidecars: HashSet<ContentHash>,
    /// Changed facts.
    pub changes: HashMap<ContentHash, UserChanges>,
    /// Properties of other programs.
    pub foreign: HashMap<ContentHash, Vec<ForeignProperty>>,
}

/// What is done with a sidecar that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// A copy is kept, since it will be written anew.
    SetAside,
    /// It stays: nothing will be written.
    Leave,
}

/// Reads every sidecar that was touched and keeps what it says in the catalog.
///
/// # Errors
/// Fails if the catalog or the disk does. A sidecar that cannot be read as XMP is set aside, never overwritten.
pub(crate) fn read_touched(
    library: &Library,
    catalog: &mut Catalog,
    swept: &Sweep,
    broken: Broken,
    monitor: &dyn Monitor,
) -> Result<Touched, ImportError> {
    let mut touched = Touched::default();
    for (hash, changes, others) in catalog.user_changes()? {
        touched.changes.insert(hash, changes);
        // What cannot be read as properties was written by another version; it stays in the catalog.
        let foreign: Vec<ForeignProperty> = serde_json::from_str(&others).unwrap_or_default();
        if !foreign.is_empty() {
            touched.foreign.insert(hash, foreign);
        }
    }
    for row in &swept.touched {
        touched.sidecars.insert(row.asset_hash);
        if let Some(found) = found(library, row, broken, monitor)? {
            take_in(&mut touched, row.asset_hash, &found);
        }
    }
    for row in &swept.rotten {
        if broken == Broken::SetAside && put_aside(library, row, monitor)? {
            touched.sidecars.insert(row.asset_hash);
        }
    }
    keep(catalog, &touched, swept)?;
    Ok(touched)
}

/// Keeps a copy of a sidecar whose bytes changed although nobody wrote it. Nothing in it is anybody's change. Returns whether it
/// is to be written anew.
fn put_aside(
    library: &Library,
    row: &SidecarRow,
    monitor: &dyn Monitor,
) -> Result<bool, ImportError> {
    let path = library.root().join(&row.path);
    let kept = match hash_file(&path) {
        Ok(hash) if hash == row.sha256 => return Ok(false),
        Ok(_) => {
            let kept = library.set_aside_file(&row.path);
            format!(
                "kept as {} and ",
                kept.map_err(ImportError::Write)?.display()
            )
        }
        Err(error) => format!("it cannot be read ({error}); "),
    };
    monitor.warn(Warning {
        subject: row.path.clone(),
        message: format!("its bytes changed although nobody wrote it; {kept}written again"),
    });
    Ok(true)
}

/// Reads a touched sidecar; `None` if it is gone, unchanged, or cannot be read and was set aside.
fn found(
    library: &Library,
    row: &SidecarRow,
    broken: Broken,
    monitor: &dyn Monitor,
) -> Result<Option<Sidecar>, ImportError> {
    let path = library.root().join(&row.path);
    let sidecar = match read_file(&path) {
        Ok((hash, _)) if hash == row.sha256 => return Ok(None),
        Ok((_, sidecar)) => sidecar,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(ImportError::Read { path, source }),
    };
    match sidecar {
        Ok(sidecar) => Ok(Some(sidecar)),
        Err(_) if broken == Broken::Leave => Ok(None),
        Err(why) => {
            let kept = library
                .set_aside_file(&row.path)
                .map_err(ImportError::Write)?;
            monitor.warn(Warning {
                subject: row.path.clone(),
                message: format!(
                    "cannot be read as a sidecar ({}); kept as {} and written again",
                    model::shown::shown(&why),
                    kept.display()
                ),
            });
            Ok(None)
        }
    }
}

fn take_in(touched: &mut Touched, asset: ContentHash, found: &Sidecar) {
    let before = touched.changes.remove(&asset).unwrap_or_default();
    let after = before.then(changes(found));
    // Nothing changed is the same as never touched, or the asset would seem to be another one than at the next look.
    if !after.is_empty() {
        touched.changes.insert(asset, after);
    }
    match found.foreign.is_empty() {
        true => touched.foreign.remove(&asset),
        false => touched.foreign.insert(asset, found.foreign.clone()),
    };
}

fn keep(catalog: &mut Catalog, touched: &Touched, swept: &Sweep) -> Result<(), ImportError> {
    let none = UserChanges::default();
    let settled = catalog.setting("unsettled")?.is_none();
    catalog.in_transaction(|writing| {
        // Killed after this, the next run knows that there is something to settle, and sums of the last settling do not hold.
        if settled {
            writing.set_setting("unsettled", Some("1"))?;
        }
        for row in &swept.touched {
            let asset = row.asset_hash;
            let changes = touched.changes.get(&asset).unwrap_or(&none);
            let foreign = touched.foreign.get(&asset).map_or(&[][..], Vec::as_slice);
            let others = match foreign.is_empty() {
                true => None,
                false => Some(serde_json::json!(foreign).to_string()),
            };
            writing.set_user_changes(asset, changes, others.as_deref())?;
        }
        Ok(())
    })?;
    Ok(())
}
