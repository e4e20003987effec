//! Single prints: a page of the finished size for each picture.

use std::io::Write;

use super::document::Sheet;
use super::geometry::{Boxes, Fit, boxes};
use super::select::Picks;
use super::{Job, PrintError, place};

/// Writes the pages.
pub(crate) fn write<W: Write>(
    job: &mut Job<'_, W>,
    picks: &Picks,
    fit: Fit,
    copies: usize,
) -> Result<(), PrintError> {
    let options = job.options;
    let page = |pixels: (u32, u32)| -> Boxes {
        let (width, height) = options
            .size
            .turned_for(f64::from(pixels.0), f64::from(pixels.1));
        boxes(width, height, options.bleed, options.crop_marks)
    };
    let placed = |pixels| place(pixels, page(pixels).trim, options.bleed, fit);
    for picked in &picks.pictures {
        let Some(put) = job.put(picked, placed)? else {
            continue;
        };
        let there = placed(put.pixels);
        job.check(picked, &put, &there, fit);
        let mut sheet = Sheet::new(page(put.pixels));
        sheet.draw(put.image, &there, put.orientation);
        job.end(sheet, copies)?;
    }
    Ok(())
}
