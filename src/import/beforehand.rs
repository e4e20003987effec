//! Looks at records before they are linked, where they are very many: most of them need not be in memory all at once.

use catalog::{Catalog, CatalogError};
use provider::PROVIDERS;

use super::absent::Circles;
use super::crowds::{Crowd, Names};

/// Fewer records than this beyond the number of media are little memory: they are all linked, without another look at them.
pub(crate) const FAR_MORE: usize = 20_000;

/// A provider's records that are not linked one by one.
#[derive(Default)]
pub(crate) struct LeftOut {
    /// Catalog numbers of those whose media no archive so far holds, sorted.
    pub absent: Vec<i64>,
    /// Those that are very many about one medium.
    pub crowds: Vec<Crowd>,
}

impl LeftOut {
    /// Returns the catalog numbers of all of them, sorted.
    pub(crate) fn all(&self) -> Vec<i64> {
        let others = self.crowds.iter().flat_map(|crowd| &crowd.others);
        let mut all: Vec<i64> = self.absent.iter().chain(others).copied().collect();
        all.sort_unstable();
        all
    }
}

/// Returns the records of a provider that need not be linked; none unless they are `far_more` than its media.
///
/// # Errors
/// Fails if the catalog does.
pub(crate) fn left_out(
    catalog: &Catalog,
    name: &str,
    far_more: usize,
) -> Result<LeftOut, CatalogError> {
    let records = catalog.record_count(name)?;
    if records <= catalog.media_count(name)?.saturating_add(far_more) {
        return Ok(LeftOut::default());
    }
    let Some(provider) = PROVIDERS
        .iter()
        .find(|provider| provider.about().name == name)
    else {
        return Ok(LeftOut::default());
    };
    let mut circles = Circles::new(*provider, records);
    for medium in catalog.media_entries(name)? {
        circles.medium(&medium);
    }
    let mut names = Names::new(records);
    catalog.each_record(name, |id, record| {
        circles.record(id, &record);
        names.record(id, &record);
        Ok(())
    })?;
    if circles.is_mixed() {
        return Ok(LeftOut::default());
    }
    let absent = circles.without_media();
    let mut crowds = names.crowds();
    // Of media that no archive holds nothing needs to be tied.
    let is_held = |id: &i64| absent.binary_search(id).is_err();
    crowds.retain(|crowd| crowd.others.iter().all(is_held));
    Ok(LeftOut { absent, crowds })
}
