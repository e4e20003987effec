//! One gallery from beginning to end: look what changed, draw, write, remove what is no longer needed, note it.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde_json::{Value, json};

use catalog::{Catalog, Others};
use media::thumbnail::Decoder;
use model::content_hash::ContentHash;
use model::media_type::MediaClass;
use monitor::Monitor;
use writer::library::{Library, LibraryError};

use super::albums::{self, Shown};
use super::facets::{Facet, PartSummary, Totals};
use super::folder::Folder;
use super::months::{MonthWriter, chunk, files_of};
use super::note::{self, Kind, MADE, MONTHS, Made, MonthNote, Months};
use super::pages;
use super::pictures::{Drawn, Have, NoPicture, Studio, Undrawn, Use, Wanted, id};
use super::plan::{Plan, plan};
use super::record::Recorder;
use super::site;
use super::target::{Target, UNFINISHED, clean, end, lock};
use super::wanted::{AllBeside, Needs};
use super::{GalleryError, GalleryOptions, GalleryReport, Holds, INDEX};

/// Returns whether the library's own gallery is what it should be.
///
/// # Errors
/// Fails if there is no library, or the catalog fails.
pub fn is_fresh(root: &Path, options: &GalleryOptions) -> Result<bool, GalleryError> {
    let library = Library::open(root)?;
    let others = || Others::asked(library.lock_to_read(), LibraryError::is_locked);
    let catalog = Catalog::open_to_read(&library.catalog_path(), others)?;
    let target = Target::of(&library, options)?;
    let folder = target.folder(&library);
    Ok(fresh(&folder, options, catalog.state_mark()?)?.is_some())
}

/// Returns the short note if it says that there is nothing to do, and the pictures are still there.
fn fresh(
    folder: &Folder<'_>,
    options: &GalleryOptions,
    mark: Option<String>,
) -> Result<Option<Made>, GalleryError> {
    let Some(made) = note::read::<Made>(folder, MADE) else {
        return Ok(None);
    };
    let as_it_was = made.kind == Kind::of(options)
        // Posters stay when `ffmpeg` goes: a timer may not find it where a person does.
        && (made.posters || options.ffmpeg.is_none())
        && mark.is_some()
        && made.mark == mark
        && folder.place(INDEX).is_file()
        && folder.note(MONTHS).is_file()
        && made.pictures == Have::list(folder)?.count();
    Ok(as_it_was.then_some(made))
}

/// Writes the gallery of the library at `root`, or what of it changed.
///
/// # Errors
/// Fails if there is no library, another run is at work in it, or the gallery's folder cannot be written. A file that cannot
/// be drawn is counted, and shown as a card.
pub fn gallery(
    root: &Path,
    options: &GalleryOptions,
    decoder: &dyn Decoder,
    monitor: &dyn Monitor,
) -> Result<GalleryReport, GalleryError> {
    let library = Library::open(root)?;
    let lock = lock(&library, options)?;
    let others = || match lock {
        Some(_) => Others::KeptOut(Box::new(())),
        None => Others::Unknown,
    };
    let catalog = Catalog::open_to_read(&library.catalog_path(), others)?;
    let target = Target::of(&library, options)?;
    let run = Run {
        root,
        options,
        kind: Kind::of(options),
        catalog: &catalog,
        folder: target.folder(&library),
        decoder,
        monitor,
    };
    let mark = catalog.state_mark()?;
    let report = GalleryReport {
        index: run.folder.place(INDEX),
        ..GalleryReport::default()
    };
    if let Some(made) = fresh(&run.folder, options, mark.clone())? {
        return Ok(GalleryReport {
            unchanged: true,
            holds: made.holds,
            ..report
        });
    }
    // A run that was killed may have left files that have no final name yet.
    match &target.writer {
        Some(writer) => {
            writer.make_folder(UNFINISHED)?;
            clean(&run.folder)?;
        }
        None => {
            library.clean_unfinished(&|_| true)?;
        }
    }
    let done = run.write(mark, report)?;
    if target.writer.is_some() {
        end(&run.folder)?;
    }
    Ok(done)
}

/// What a run works with.
struct Run<'a> {
    root: &'a Path,
    options: &'a GalleryOptions,
    kind: Kind,
    catalog: &'a Catalog,
    folder: Folder<'a>,
    decoder: &'a dyn Decoder,
    monitor: &'a dyn Monitor,
}

/// All files that are wanted in folders that are swept.
type Names = HashSet<String>;

impl Run<'_> {
    fn write(
        &self,
        mark: Option<String>,
        mut report: GalleryReport,
    ) -> Result<GalleryReport, GalleryError> {
        let old: Option<Months> = note::read(&self.folder, MONTHS);
        let old = old.filter(|old| old.kind == self.kind);
        let plan = plan(
            self.catalog.assets_in_short(&self.options.select)?,
            &self.options.include,
        );
        let beside = self.beside()?;
        let mut have = Have::list(&self.folder)?;
        let wanted = Needs(self.options).wanted(&plan, &beside, &have);
        let mut undrawn = old
            .as_ref()
            .map_or_else(Undrawn::new, |old| old.undrawn.clone());
        let drawn = self.draw(&wanted, &mut have, &mut undrawn)?;
        report.drawn = drawn.made;
        report.interrupted = drawn.interrupted;
        if report.interrupted {
            return Ok(report);
        }
        // From here on the gallery may be neither what it was nor what it should be.
        let whole = self.folder.note(MADE).is_file();
        self.folder.remove_note(MADE)?;
        report.files_removed = have.sweep(&self.folder, &wanted)?;
        report.holds = holds(&plan, &wanted, &have, &undrawn, &drawn, self.options);
        // Without the short note nobody knows whether the files are those of the long one.
        let known = old
            .filter(|_| whole)
            .map(|old| old.months)
            .unwrap_or_default();
        let mut names = Names::new();
        let months = self.months(&plan, &beside, &have, known, &mut report, &mut names)?;
        let parts: Vec<&PartSummary> = months.iter().flat_map(|month| &month.parts).collect();
        self.lists(&plan, &parts, &have, &report.holds, &mut names)?;
        report.files_removed += self.sweep(&names)?;
        report.files_written = self.folder.written();
        let wanted_ids: HashSet<String> = wanted.iter().map(|wanted| id(&wanted.hash)).collect();
        undrawn.retain(|id, _| wanted_ids.contains(id));
        let months = Months {
            kind: self.kind.clone(),
            months,
            undrawn,
        };
        self.folder
            .put_note(MONTHS, &serde_json::to_vec(&months)?)?;
        self.folder.sync()?;
        let made = Made {
            kind: self.kind.clone(),
            mark: mark.filter(|_| drawn.unreadable.is_empty()),
            posters: self.options.ffmpeg.is_some(),
            pictures: have.count(),
            holds: match self.options.strip {
                // Names of files tell of places and people, too.
                Some(_) => report.holds.without_paths(),
                None => report.holds.clone(),
            },
        };
        self.folder.put_note(MADE, &serde_json::to_vec(&made)?)?;
        self.folder.sync()?;
        Ok(report)
    }

    fn beside(&self) -> Result<AllBeside, GalleryError> {
        let mut beside = AllBeside::new();
        for row in self.catalog.placed_files()? {
            if row.content_hash != row.asset_hash {
                let files = beside.entry(row.asset_hash).or_default();
                files.push((row.path, row.content_hash));
            }
        }
        Ok(beside)
    }

    fn own_pictures(&self) -> bool {
        self.options.to.is_some()
    }

    fn draw(
        &self,
        wanted: &[Wanted],
        have: &mut Have,
        undrawn: &mut Undrawn,
    ) -> Result<Drawn, GalleryError> {
        Studio {
            root: self.root,
            folder: &self.folder,
            decoder: self.decoder,
            ffmpeg: self.options.ffmpeg.as_deref(),
            threads: self.options.threads,
        }
        .draw(wanted, have, undrawn, self.monitor)
    }

    /// Writes the files of the months that changed.
    fn months(
        &self,
        plan: &Plan,
        beside: &AllBeside,
        have: &Have,
        known: Vec<MonthNote>,
        report: &mut GalleryReport,
        names: &mut Names,
    ) -> Result<Vec<MonthNote>, GalleryError> {
        let mut known: HashMap<String, MonthNote> = known
            .into_iter()
            .map(|month| (month.key.clone(), month))
            .collect();
        let mut changed = Vec::new();
        let mut notes = Vec::with_capacity(plan.months.len());
        for month in &plan.months {
            let digest = month.digest(&plan.posts, have);
            let as_it_was = known.remove(&month.key).filter(|old| {
                old.digest == digest && old.parts.iter().all(|p| self.is_there(&p.name))
            });
            if as_it_was.is_none() {
                changed.push(month);
            }
            notes.push(as_it_was.unwrap_or(MonthNote {
                key: month.key.clone(),
                digest,
                parts: Vec::new(),
            }));
        }
        report.months_written = changed.len() as u64;
        let writer = MonthWriter {
            catalog: self.catalog.source(),
            folder: &self.folder,
            recorder: Recorder {
                strip: self.options.strip,
                own_pictures: self.own_pictures(),
                have,
            },
            posts: &plan.posts,
            beside,
            threads: self.options.threads,
            monitor: self.monitor,
        };
        let mut written = writer.write(&changed)?;
        for note in &mut notes {
            if let Some(parts) = written.remove(&note.key) {
                note.parts = parts;
            }
            for part in &note.parts {
                names.extend(files_of(&part.name));
            }
        }
        Ok(notes)
    }

    fn is_there(&self, part: &str) -> bool {
        let there = |name: String| self.folder.place(&name).is_file();
        files_of(part).into_iter().all(there)
    }

    /// Writes the small files that speak of all months.
    fn lists(
        &self,
        plan: &Plan,
        parts: &[&PartSummary],
        have: &Have,
        holds: &Holds,
        names: &mut Names,
    ) -> Result<(), GalleryError> {
        let totals = Totals::of(parts.iter().copied());
        let shown: Shown<'_> = plan
            .months
            .iter()
            .flat_map(|month| month.assets.iter().map(|asset| (month.key.as_str(), asset)))
            .map(|(month, asset)| (asset.path.as_str(), (month, asset.content_hash)))
            .collect();
        // Titles of albums tell of places and people; a copy without anything has none.
        let albums = match self.options.strip {
            Some(model::strip::Strip::All) => Vec::new(),
            _ => albums::pages(&albums::read(self.root, self.monitor), &shown, have),
        };
        let mut lines = Vec::with_capacity(albums.len());
        for album in &albums {
            let path = format!("data/albums/{}.js", album.id);
            let text = chunk(&format!("a/{}", album.id), &album.members)?;
            self.folder.write(&path, text.as_bytes())?;
            names.insert(path);
            let mut line = album.line.clone();
            line.push(json!(ContentHash::of(text.as_bytes()).short(8)));
            lines.push(Value::Array(line));
        }
        let facets = json!({
            "albums": lines,
            "kinds": totals.json(Facet::Kind),
            "people": totals.json(Facet::Person),
            "forms": totals.json(Facet::Form),
            "marks": totals.json(Facet::Mark),
        });
        let map =
            json!({"places": totals.json(Facet::Place), "squares": totals.json(Facet::Square)});
        let facets = chunk("facets", &facets)?;
        let map = chunk("map", &map)?;
        let index = json!({
            "total": holds.assets,
            "library": !self.own_pictures(),
            "strip": self.options.strip.map(|strip| strip.as_str()),
            "parts": parts.iter().map(|part| json!([part.name, part.count, part.digest])).collect::<Vec<_>>(),
            "albums": albums.len(),
            "people": totals.len(Facet::Person),
            "places": totals.len(Facet::Square) + totals.len(Facet::Place),
            "favourites": totals.get(Facet::Mark, "favourite").map_or(0, |total| total.count),
            "facets": ContentHash::of(facets.as_bytes()).short(8),
            "map": ContentHash::of(map.as_bytes()).short(8),
        });
        for (name, text) in [
            ("data/facets.js", facets),
            ("data/map.js", map),
            ("data/index.js", chunk("index", &index)?),
            ("pages/index.html", pages::index(parts, holds.assets)),
        ] {
            self.folder.write(name, text.as_bytes())?;
            names.insert(name.to_owned());
        }
        for (name, text) in site::FILES {
            self.folder.write(name, text.as_bytes())?;
            names.insert(name.to_owned());
        }
        Ok(())
    }

    /// Removes what earlier runs wrote and nothing needs any more.
    fn sweep(&self, names: &Names) -> Result<u64, GalleryError> {
        let mut removed = 0;
        for (folder, extension) in [
            ("data", ".js"),
            ("data/months", ".js"),
            ("data/details", ".js"),
            ("data/albums", ".js"),
            ("pages", ".html"),
            ("site", ".js"),
        ] {
            let ours = |name: &str| is_ours(name, extension);
            removed += self.folder.sweep(folder, ours, names)?;
        }
        Ok(removed)
    }
}

/// Returns whether a gallery may have written a file of this name.
fn is_ours(name: &str, extension: &str) -> bool {
    name.strip_suffix(extension).is_some_and(|stem| {
        let plain = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-');
        !stem.is_empty() && stem.bytes().all(plain)
    })
}

fn holds(
    plan: &Plan,
    wanted: &[Wanted],
    have: &Have,
    undrawn: &Undrawn,
    drawn: &Drawn,
    options: &GalleryOptions,
) -> Holds {
    let mut holds = Holds {
        kept_out: plan.kept_out,
        damaged: drawn.unreadable.clone(),
        ..Holds::default()
    };
    for asset in plan.months.iter().flat_map(|month| &month.assets) {
        holds.assets += 1;
        let moves = matches!(
            asset.media_type.class(),
            MediaClass::Video | MediaClass::Audio
        );
        if moves && options.strip.is_some() {
            holds.left_out += 1;
        }
    }
    let thumbs = wanted.iter().filter(|wanted| wanted.used == Use::Thumb);
    for wanted in thumbs.filter(|wanted| !have.has(Use::Thumb, &wanted.hash)) {
        match undrawn.get(&id(&wanted.hash)) {
            Some(NoPicture::Unsupported) => {
                let mime = wanted.media_type.mime().to_owned();
                *holds.no_picture.entry(mime).or_default() += 1;
            }
            Some(NoPicture::Damaged(why)) => holds.damaged.push((wanted.path.clone(), why.clone())),
            None => {}
        }
    }
    holds.damaged.sort();
    holds.damaged.dedup();
    holds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_a_gallery_are_removed() {
        for (name, ours) in [
            ("2023-07-2.js", true),
            ("undated.js", true),
            ("my notes.js", false),
            ("a.txt", false),
            (".js", false),
            ("A.js", false),
        ] {
            assert_eq!(is_ours(name, ".js"), ours, "{name}");
        }
    }
}
