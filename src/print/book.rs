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
    /// Room for another lying picture of the month, if there is any.
    rest: Option<Rect>,
}

/// What is known of the place of a picture before the picture itself is.
struct Turn<'a> {
    page: &'a Boxes,
    /// Room on the page that was begun.
    rest: Option<Rect>,
    /// The picture is the first of its month.
    begins: bool,
    /// The next one lies, too, and can share a page with it.
    shares: bool,
}

impl Turn<'_> {
    /// Returns the room on the page that was begun, if the picture goes there.
    fn rest(&self, pixels: (u32, u32)) -> Option<Rect> {
        self.rest.filter(|_| !self.begins && lies(pixels))
    }

    /// Returns where picture and words go.
    fn slot(&self, pixels: (u32, u32)) -> Rect {
        if let Some(rest) = self.rest(pixels) {
            return rest;
        }
        let whole = whole(self.page, self.begins);
        if !(self.shares && lies(pixels)) {
            return whole;
        }
        let height = (whole.height - GAP) / 2.0;
        Rect {
            y: whole.y + whole.height - height,
            height,
            ..whole
        }
    }

    /// Returns the room that is left beneath a place.
    fn left(&self, pixels: (u32, u32), slot: Rect) -> Option<Rect> {
        let left = Rect {
            height: slot.y - GAP - whole(self.page, self.begins).y,
            y: whole(self.page, self.begins).y,
            ..slot
        };
        (self.shares && lies(pixels) && self.rest(pixels).is_none()).then_some(left)
    }
}

/// Writes the pages.
pub(crate) fn write<W: Write>(
    job: &mut Job<'_, W>,
    picks: &Picks,
    title: &str,
) -> Result<(), PrintError> {
    let size = &job.options.size;
    let (bleed, marks) = (job.options.bleed, job.options.crop_marks);
    let page = boxes(size.width, size.height, bleed, marks);
    title_page(job, &page, picks, title)?;
    let mut open: Option<Open> = None;
    let mut chapter = None;
    for (index, picked) in picks.pictures.iter().enumerate() {
        let words = Words::of(job, picked, page.trim.width - 2.0 * MARGIN);
        let turn = Turn {
            page: &page,
            rest: open.as_ref().and_then(|open| open.rest),
            begins: chapter != Some(picked.month),
            shares: shares(&page, picked, picks.pictures.get(index + 1)),
        };
        let placed = |pixels| place(pixels, words.above(turn.slot(pixels)), 0.0, Fit::Whole);
        let Some(put) = job.put(picked, placed)? else {
            continue;
        };
        let there = placed(put.pixels);
        job.check(picked, &put, &there, Fit::Whole);
        job.check_text(Some(picked), &picked.caption, words.caption.cut);
        job.check_text(Some(picked), &picked.facts, words.facts.cut);
        let mut sheet = match open.take() {
            Some(begun) if turn.rest(put.pixels).is_some() => begun.sheet,
            full => {
                if let Some(full) = full {
                    job.end(full.sheet, 1)?;
                }
                begin(job, &page, picked.month, turn.begins)
            }
        };
        chapter = Some(picked.month);
        let slot = turn.slot(put.pixels);
        let there = words.raised(there, slot);
        sheet.draw(put.image, &there, put.orientation);
        words.write(job, &mut sheet, there.picture);
        let rest = turn.left(put.pixels, slot);
        open = Some(Open { sheet, rest });
    }
    match open {
        Some(last) => job.end(last.sheet, 1),
        None => Ok(()),
    }
}

/// Returns whether two lying pictures of a month can share an upright page, as far as the catalog knows them.
fn shares(page: &Boxes, picked: &Picked, next: Option<&Picked>) -> bool {
    let upright = page.trim.height > page.trim.width * 1.2;
    let fits = |next: &Picked| next.month == picked.month && next.shown.is_some_and(lies);
    upright && next.is_some_and(fits)
}

/// Returns whether pictures of a useful size would be left: half of A6.
pub(crate) fn has_room(width: f64, height: f64) -> bool {
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
) -> Sheet {
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
    sheet
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
    job.end(sheet, 1)
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
