//! Writes the files of months: facts, details and the plain page, several months at once.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use catalog::{Catalog, ListedAsset, Source};
use disk::threads;
use model::content_hash::ContentHash;
use monitor::{Monitor, Unit};

use super::GalleryError;
use super::facets::{PartSummary, summary};
use super::folder::Folder;
use super::pages;
use super::plan::{Month, Posts, members};
use super::record::{Beside, Record, Recorder};
use super::wanted::AllBeside;

/// What months are written with.
pub(crate) struct MonthWriter<'a> {
    /// How the catalog was opened: each thread reads it by itself.
    pub catalog: &'a Source,
    /// The gallery's folder.
    pub folder: &'a Folder<'a>,
    /// Makes records of assets.
    pub recorder: Recorder<'a>,
    /// Where the members of posts stand.
    pub posts: &'a Posts,
    /// Files beside originals.
    pub beside: &'a AllBeside,
    /// Threads that write.
    pub threads: Option<NonZeroUsize>,
    /// Hears of progress.
    pub monitor: &'a dyn Monitor,
}

impl MonthWriter<'_> {
    /// Writes months; returns what the files of each hold.
    ///
    /// # Errors
    /// Fails if the catalog or the disk does.
    pub(crate) fn write(
        &self,
        months: &[&Month],
    ) -> Result<HashMap<String, Vec<PartSummary>>, GalleryError> {
        self.monitor
            .step("writing pages", Some(months.len() as u64), Unit::Items);
        let next = AtomicUsize::new(0);
        let threads = threads::or_one_a_core(self.threads).get().min(months.len());
        let written = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|_| scope.spawn(|| self.go_on(months, &next)))
                .collect();
            let joined = workers.into_iter().map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            joined.collect::<Result<Vec<_>, GalleryError>>()
        })?;
        Ok(written.into_iter().flatten().collect())
    }

    fn go_on(
        &self,
        months: &[&Month],
        next: &AtomicUsize,
    ) -> Result<Vec<(String, Vec<PartSummary>)>, GalleryError> {
        let catalog = Catalog::open_again(self.catalog)?;
        let mut written = Vec::new();
        while let Some(month) = months.get(next.fetch_add(1, Ordering::Relaxed)) {
            written.push((month.key.clone(), self.month(month, &catalog)?));
            self.monitor.advance(1);
        }
        Ok(written)
    }

    fn month(&self, month: &Month, catalog: &Catalog) -> Result<Vec<PartSummary>, GalleryError> {
        let mut parts = Vec::new();
        for (name, assets) in month.parts() {
            let rows: Vec<i64> = assets.iter().map(|asset| asset.row).collect();
            let listed = catalog.listed_assets(&rows)?;
            let mut records: Vec<Record> = Vec::with_capacity(listed.len());
            let mut details: Vec<Value> = Vec::with_capacity(listed.len());
            for (asset, listed) in assets.iter().zip(&listed) {
                let files = self.beside.get(&asset.content_hash);
                let files: Vec<Beside> =
                    files.map_or_else(Vec::new, |files| besides(listed, files));
                records.push(self.recorder.record(listed, &files));
                details.push(self.recorder.details(listed, members(asset, self.posts)));
            }
            let [data, more, page] = files_of(&name);
            let text = chunk(&format!("m/{name}"), &records)?;
            let digest = ContentHash::of(text.as_bytes()).short(8);
            self.folder.write(&data, text.as_bytes())?;
            let text = chunk(&format!("d/{name}"), &details)?;
            self.folder.write(&more, text.as_bytes())?;
            let text = pages::month(&name, &month.key, &records, self.recorder.own_pictures);
            self.folder.write(&page, text.as_bytes())?;
            parts.push(summary(&name, digest, &records));
        }
        Ok(parts)
    }
}

/// Returns the files of a part of a month: records, details, plain page.
pub(crate) fn files_of(part: &str) -> [String; 3] {
    [
        format!("data/months/{part}.js"),
        format!("data/details/{part}.js"),
        format!("pages/{part}.html"),
    ]
}

/// Returns a file of data: a call that hands a value over, because a page that was opened from a disk may read nothing else.
pub(crate) fn chunk(
    name: &str,
    value: &impl serde::Serialize,
) -> Result<String, serde_json::Error> {
    let json = serde_json::to_string(value)?;
    Ok(format!("albumen({}, {json});\n", json!(name)))
}

/// Finds the hashes of the files beside an asset.
fn besides(listed: &ListedAsset, files: &[(String, ContentHash)]) -> Vec<Beside> {
    listed
        .companions
        .iter()
        .filter_map(|(role, path)| {
            let (_, hash) = files.iter().find(|(beside, _)| beside == path)?;
            Some((*role, path.clone(), *hash))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_a_call_with_plain_data() {
        let text = chunk("m/2023-07", &["</script>\u{2028}\"); alert(1); (\""]).expect("JSON");
        assert!(text.starts_with("albumen(\"m/2023-07\", [\""), "{text}");
        let json = text
            .strip_prefix("albumen(\"m/2023-07\", ")
            .and_then(|rest| rest.strip_suffix(");\n"))
            .expect("one call");
        let back: Vec<String> = serde_json::from_str(json).expect("JSON");
        assert_eq!(back, ["</script>\u{2028}\"); alert(1); (\""]);
    }
}
