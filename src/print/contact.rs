//! Contact sheets: small pictures in rows, each with its name.

use std::io::Write;

use super::document::Sheet;
use super::geometry::{Boxes, Fit, Rect, boxes};
use super::select::{Picked, Picks};
use super::size::POINTS_OF_MM;
use super::{Job, PrintError, place, text};

/// White at the edges of the paper, and between pictures.
const MARGIN: f64 = 12.0 * POINTS_OF_MM;
const GAP: f64 = 4.0 * POINTS_OF_MM;

/// Size of the letters, and the height of their line.
const LETTERS: f64 = 6.5;
const LINE: f64 = 8.5;

/// Letters are made no smaller than this to let a long name in.
const SMALLEST: f64 = 3.5;

/// Writes the pages.
pub(crate) fn write<W: Write>(
    job: &mut Job<'_, W>,
    picks: &Picks,
    columns: usize,
    rows: usize,
) -> Result<(), PrintError> {
    let options = job.options;
    let page = boxes(
        options.size.width,
        options.size.height,
        options.bleed,
        options.crop_marks,
    );
    let cells = cells(&page, columns.max(1), rows.max(1));
    let mut sheet: Option<(Sheet, usize)> = None;
    for picked in &picks.pictures {
        let at = sheet.as_ref().map_or(0, |(_, used)| *used);
        let cell = cells[at];
        let frame = Rect {
            y: cell.y + 2.0 * LINE,
            height: cell.height - 2.0 * LINE,
            ..cell
        };
        let placed = |pixels| place(pixels, frame, 0.0, Fit::Whole);
        let Some(put) = job.put(picked, placed)? else {
            continue;
        };
        let (mut current, used) = match sheet.take() {
            Some(begun) => begun,
            None => (Sheet::new(page), 0),
        };
        let there = placed(put.pixels);
        job.check(picked, &put, &there, Fit::Whole);
        current.draw(put.image, &there, put.orientation);
        label(job, &mut current, picked, cell, there.picture.y);
        if used + 1 == cells.len() {
            job.end(current, 1)?;
        } else {
            sheet = Some((current, used + 1));
        }
    }
    match sheet {
        Some((last, _)) => job.end(last, 1),
        None => Ok(()),
    }
}

/// Writes name and date beneath a picture.
fn label<W: Write>(
    job: &mut Job<'_, W>,
    sheet: &mut Sheet,
    picked: &Picked,
    cell: Rect,
    below: f64,
) {
    let name = picked.path.rsplit('/').next().unwrap_or_default();
    let middle = cell.x + cell.width / 2.0;
    let mut y = below - LINE;
    for words in [name, picked.facts.as_str()] {
        let fonts = job.document.fonts();
        // A name is worth more than large letters.
        let natural = text::lines(fonts, words, f64::INFINITY, 1);
        let width = natural.lines.first().map_or(0.0, |line| line.width);
        let size = (cell.width / width.max(f64::MIN_POSITIVE)).clamp(SMALLEST, LETTERS);
        let broken = text::lines(fonts, words, cell.width / size * 1.001, 1);
        job.check_text(Some(picked), words, broken.cut);
        for line in &broken.lines {
            job.document.centred(sheet, line, middle, y, size);
            y -= LINE;
        }
    }
}

/// Returns the places of a page, row by row from the top.
fn cells(page: &Boxes, columns: usize, rows: usize) -> Vec<Rect> {
    let inner = page.trim.grown(-MARGIN);
    let width = (inner.width - GAP * (columns - 1) as f64) / columns as f64;
    let height = (inner.height - GAP * (rows - 1) as f64) / rows as f64;
    let (_, top) = inner.far();
    (0..rows)
        .flat_map(|row| (0..columns).map(move |column| (row, column)))
        .map(|(row, column)| Rect {
            x: inner.x + (width + GAP) * column as f64,
            y: top - height - (height + GAP) * row as f64,
            width,
            height,
        })
        .collect()
}

/// Returns whether pictures of a useful size would be left.
pub(crate) fn has_room(width: f64, height: f64, columns: usize, rows: usize) -> bool {
    let page = boxes(width, height, 0.0, false);
    cells(&page, columns, rows)
        .first()
        .is_some_and(|cell| cell.width > 4.0 * LINE && cell.height > 6.0 * LINE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_fill_the_page_and_do_not_touch() {
        let page = boxes(595.0, 842.0, 0.0, false);
        let cells = cells(&page, 4, 5);
        assert_eq!(cells.len(), 20);
        let inner = page.trim.grown(-MARGIN);
        assert!((cells[0].far().1 - inner.far().1).abs() < 1e-9);
        assert!((cells[19].far().0 - inner.far().0).abs() < 1e-9);
        assert!((cells[19].y - inner.y).abs() < 1e-9);
        assert!((cells[1].x - cells[0].far().0 - GAP).abs() < 1e-9);
        assert!((cells[0].y - cells[4].far().1 - GAP).abs() < 1e-9);
        assert!(has_room(595.0, 842.0, 4, 5));
        assert!(!has_room(288.0, 432.0, 20, 5));
    }
}
