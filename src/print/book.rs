//! A simple book: a title page, a chapter for each month, one picture or two lying ones on a page, captions beneath.

use std::io::Write;

use super::document::Sheet;
use super::geometry::{Boxes, Fit, Rect, boxes};
use super::select::{Picked, Picks, month};
use super::size::POINTS_OF_MM;
use super::text::{Lines, lines};
use super::{Job, PrintError, place};

/// White at the edges of the paper.
const MARGIN: f64 = 16.0 * POINTS_OF_MM;

/// Sizes of letters.
const TITLE: f64 = 30.0;
const HEADING: f64 = 20.0;
const CAPTION: f64 = 10.5;
const FACTS: f64 = 8.5;
const FOOT: f64 = 8.5;

/// Height of a line, in sizes of its letters.
const LEADING: f64 = 1.35;

/// Height of the heading of a chapter, with the room beneath it, and of the foot of a page.
const HEADING_ROOM: f64 = 2.2 * HEADING;
const FOOT_ROOM: f64 = 2.0 * FOOT;

/// Room between two pictures of a page.
const GAP: f64 = 8.0 * POINTS_OF_MM;

/// Most lines of a title and of a caption.
const TITLE_LINES: usize = 4;
const CAPTION_LINES: usize = 8;

/// A page that is not full yet.
struct Open {
    sheet: Sheet,
    /// Room that is left, from the lower edge up.
    rest: Rect,
    /// It has one lying picture; another one has room.
    half: bool,
}

/// Writes the pages.
pub fn write<W: Write>(job: &mut Job<'_, W>, picks: &Picks, title: &str) -> Result<(), PrintError> {
    let options = job.options;
    let page = boxes(
        options.size.width,
        options.size.height,
        options.bleed,
        options.crop_marks,
    );
    title_page(job, &page, picks, title)?;
    let mut open: Option<Open> = None;
    let mut chapter = None;
    for picked in &picks.pictures {
        let words = Words::of(job, picked, page.trim.width - 2.0 * MARGIN);
        let begins = chapter != Some(picked.month);
        let half = (page.trim.height - 2.0 * MARGIN - FOOT_ROOM - HEADING_ROOM - GAP) / 2.0;
        let frame = |pixels: (u32, u32)| {
            let begun = open
                .as_ref()
                .filter(|open| open.half && !begins && lies(pixels));
            let rest = begun.map_or_else(|| whole(&page, begins), |open| open.rest);
            let height = match begun.is_none() && lies(pixels) {
                true => half.min(rest.height),
                false => rest.height,
            };
            Rect {
                y: rest.y + rest.height - height,
                height,
                ..rest
            }
        };
        let placed = |pixels| place(pixels, words.above(frame(pixels)), 0.0, Fit::Whole);
        let Some(put) = job.put(picked, placed)? else {
            continue;
        };
        let (slot, there) = (frame(put.pixels), placed(put.pixels));
        job.check(picked, &put, &there, Fit::Whole);
        job.check_text(Some(picked), &picked.caption, words.caption.cut);
        job.check_text(Some(picked), &picked.facts, words.facts.cut);
        let goes_on = |open: &Open| open.half && !begins && lies(put.pixels);
        let mut current = match open.take() {
            Some(begun) if goes_on(&begun) => begun,
            full => {
                if let Some(full) = full {
                    end(job, full.sheet)?;
                }
                begin(job, &page, picked.month, begins)
            }
        };
        chapter = Some(picked.month);
        // What a picture does not need of its place is divided: half of it above.
        let there = words.raised(there, slot);
        current.sheet.draw(put.image, &there, put.orientation);
        words.write(job, &mut current.sheet, there.picture);
        current.half = lies(put.pixels) && !current.half;
        current.rest.height = slot.y - GAP - current.rest.y;
        open = Some(current);
    }
    match open {
        Some(last) => end(job, last.sheet),
        None => Ok(()),
    }
}

/// Returns whether pictures of a useful size would be left: half of A6.
pub fn has_room(width: f64, height: f64) -> bool {
    width - 2.0 * MARGIN > 50.0 * POINTS_OF_MM && height - 2.0 * MARGIN > 100.0 * POINTS_OF_MM
}

fn lies(pixels: (u32, u32)) -> bool {
    pixels.0 > pixels.1
}

/// The room of an empty page.
fn whole(page: &Boxes, with_heading: bool) -> Rect {
    let inner = page.trim.grown(-MARGIN);
    let heading = if with_heading { HEADING_ROOM } else { 0.0 };
    Rect {
        y: inner.y + FOOT_ROOM,
        height: inner.height - FOOT_ROOM - heading,
        ..inner
    }
}

fn begin<W: Write>(
    job: &mut Job<'_, W>,
    page: &Boxes,
    chapter: Option<(i16, i8)>,
    with_heading: bool,
) -> Open {
    let mut sheet = Sheet::new(*page);
    let inner = page.trim.grown(-MARGIN);
    let middle = inner.x + inner.width / 2.0;
    if with_heading {
        let heading = chapter.map_or("Undated".to_owned(), |(year, number)| month(year, number));
        let broken = lines(job.document.fonts(), &heading, inner.width / HEADING, 1);
        for line in &broken.lines {
            let y = inner.far().1 - HEADING;
            job.document.centred(&mut sheet, line, middle, y, HEADING);
        }
    }
    let number = (job.document.page_count() + 1).to_string();
    for line in &lines(job.document.fonts(), &number, inner.width / FOOT, 1).lines {
        job.document
            .centred(&mut sheet, line, middle, inner.y, FOOT);
    }
    Open {
        sheet,
        rest: whole(page, with_heading),
        half: false,
    }
}

fn end<W: Write>(job: &mut Job<'_, W>, mut sheet: Sheet) -> Result<(), PrintError> {
    if job.options.crop_marks {
        sheet.mark();
    }
    job.document
        .add(sheet, 1)
        .map_err(|source| job.failed(source))
}

fn title_page<W: Write>(
    job: &mut Job<'_, W>,
    page: &Boxes,
    picks: &Picks,
    title: &str,
) -> Result<(), PrintError> {
    let mut sheet = Sheet::new(*page);
    let inner = page.trim.grown(-MARGIN);
    let middle = inner.x + inner.width / 2.0;
    let broken = lines(
        job.document.fonts(),
        title,
        inner.width / TITLE,
        TITLE_LINES,
    );
    job.check_text(None, title, broken.cut);
    let mut y = inner.y + inner.height * 0.62;
    for line in &broken.lines {
        job.document.centred(&mut sheet, line, middle, y, TITLE);
        y -= TITLE * LEADING;
    }
    let span = span(picks);
    for line in &lines(job.document.fonts(), &span, inner.width / CAPTION, 1).lines {
        job.document
            .centred(&mut sheet, line, middle, y - CAPTION, CAPTION);
    }
    end(job, sheet)
}

/// Returns the first and the last month.
fn span(picks: &Picks) -> String {
    let mut months = picks.pictures.iter().filter_map(|picked| picked.month);
    let first = months.next();
    let last = months.next_back().or(first);
    match (first, last) {
        (Some(first), Some(last)) if first == last => month(first.0, first.1),
        (Some(first), Some(last)) => {
            format!("{} – {}", month(first.0, first.1), month(last.0, last.1))
        }
        _ => String::new(),
    }
}

/// What is written beneath a picture.
struct Words {
    caption: Lines,
    facts: Lines,
}

impl Words {
    fn of<W: Write>(job: &Job<'_, W>, picked: &Picked, width: f64) -> Self {
        let fonts = job.document.fonts();
        Self {
            caption: lines(fonts, picked.caption.trim(), width / CAPTION, CAPTION_LINES),
            facts: lines(fonts, &picked.facts, width / FACTS, 2),
        }
    }

    fn height(&self) -> f64 {
        let height = |lines: &Lines, size: f64| lines.lines.len() as f64 * size * LEADING;
        height(&self.caption, CAPTION) + height(&self.facts, FACTS) + CAPTION * 0.6
    }

    /// Returns what a picture may have of a place.
    fn above(&self, slot: Rect) -> Rect {
        let height = self.height().min(slot.height * 0.6);
        Rect {
            y: slot.y + height,
            height: slot.height - height,
            ..slot
        }
    }

    /// Moves a picture up so that it and its words together are in the middle of their place.
    fn raised(&self, mut placed: super::Placed, slot: Rect) -> super::Placed {
        let used = placed.picture.height + self.height();
        let spare = (slot.height - used).max(0.0);
        placed.picture.y = slot.y + slot.height - spare / 2.0 - placed.picture.height;
        placed.window = placed.picture;
        placed
    }

    fn write<W: Write>(&self, job: &mut Job<'_, W>, sheet: &mut Sheet, picture: Rect) {
        let inner = sheet.boxes.trim;
        let middle = inner.x + inner.width / 2.0;
        let mut y = picture.y - CAPTION * 0.4;
        for (lines, size) in [(&self.caption, CAPTION), (&self.facts, FACTS)] {
            for line in &lines.lines {
                y -= size * LEADING;
                job.document
                    .centred(sheet, line, middle, y + size * 0.25, size);
            }
        }
    }
}
