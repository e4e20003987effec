//! Where things are on a page: boxes, the picture in its frame, its matrix, how fine it prints. Points, from the lower left corner.

use super::size::{POINTS_OF_INCH, POINTS_OF_MM, Size};

/// Dots of an inch that a good print has.
pub const GOOD_DPI: f64 = 300.0;

/// Share of what is cut off in height that is cut off above: heads are in the upper part.
const CUT_ABOVE: f64 = 1.0 / 3.0;

/// Length of a crop mark, and its distance from the edge of the finished print.
const MARK_LENGTH: f64 = 5.0 * POINTS_OF_MM;
const MARK_GAP: f64 = 3.0 * POINTS_OF_MM;

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Lower edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Rect {
    /// Returns it with each edge moved outwards; inwards for less than nothing.
    pub fn grown(self, by: f64) -> Self {
        Self {
            x: self.x - by,
            y: self.y - by,
            width: self.width + 2.0 * by,
            height: self.height + 2.0 * by,
        }
    }

    /// Returns right and upper edge.
    pub fn far(&self) -> (f64, f64) {
        (self.x + self.width, self.y + self.height)
    }
}

/// How a picture is put into its frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fit {
    /// All of it is seen; where its shape differs, paper stays white at two edges.
    Whole,
    /// No paper is seen; where its shape differs, two edges of it are cut off.
    Fill,
    /// All of it is seen, with white of at least this width on all sides.
    Border(f64),
}

/// The boxes of a page (PDF 32000, 14.11.2).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Boxes {
    /// The whole sheet.
    pub media: Rect,
    /// To where colour runs.
    pub bleed: Rect,
    /// The finished print.
    pub trim: Rect,
}

/// Returns the boxes of a page for a print of this size.
pub fn boxes(width: f64, height: f64, bleed: f64, marks: bool) -> Boxes {
    let around = match marks {
        true => bleed.max(MARK_GAP) + MARK_LENGTH,
        false => bleed,
    };
    let trim = Rect {
        x: around,
        y: around,
        width,
        height,
    };
    Boxes {
        media: Rect {
            x: 0.0,
            y: 0.0,
            ..trim.grown(around)
        },
        bleed: trim.grown(bleed),
        trim,
    }
}

impl Boxes {
    /// Returns the crop marks: eight lines, two at each corner, from where they begin to where they end.
    pub fn marks(&self) -> [[(f64, f64); 2]; 8] {
        let gap = (self.trim.x - self.bleed.x).max(MARK_GAP);
        let (left, low) = (self.trim.x, self.trim.y);
        let (right, top) = self.trim.far();
        let mut marks = [[(0.0, 0.0); 2]; 8];
        for (index, x) in [left, right].into_iter().enumerate() {
            marks[2 * index] = [(x, low - gap), (x, low - gap - MARK_LENGTH)];
            marks[2 * index + 1] = [(x, top + gap), (x, top + gap + MARK_LENGTH)];
        }
        for (index, y) in [low, top].into_iter().enumerate() {
            marks[4 + 2 * index] = [(left - gap, y), (left - gap - MARK_LENGTH, y)];
            marks[5 + 2 * index] = [(right + gap, y), (right + gap + MARK_LENGTH, y)];
        }
        marks
    }
}

/// A picture in its frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// Where all of the picture would be.
    pub picture: Rect,
    /// What of it is seen.
    pub window: Rect,
}

/// Puts a picture of these pixels (as shown) into a frame. `bleed` is the room around it that is to be filled, too.
pub fn place(pixels: (u32, u32), frame: Rect, bleed: f64, fit: Fit) -> Placed {
    let (width, height) = (f64::from(pixels.0.max(1)), f64::from(pixels.1.max(1)));
    let (frame, fill) = match fit {
        Fit::Whole => (frame, false),
        Fit::Fill => (frame.grown(bleed), true),
        Fit::Border(border) => {
            // A border as wide as the paper would leave nothing.
            let most = frame.width.min(frame.height) * 0.45;
            (frame.grown(-border.min(most)), false)
        }
    };
    let scales = (frame.width / width, frame.height / height);
    let scale = match fill {
        true => scales.0.max(scales.1),
        false => scales.0.min(scales.1),
    };
    let (width, height) = (width * scale, height * scale);
    let spare = (frame.width - width, frame.height - height);
    // From the lower edge: of what is cut off two thirds are below.
    let below = if fill { 1.0 - CUT_ABOVE } else { 0.5 };
    let picture = Rect {
        x: frame.x + spare.0 / 2.0,
        y: frame.y + spare.1 * below,
        width,
        height,
    };
    Placed {
        picture,
        window: if fill { frame } else { picture },
    }
}

impl Placed {
    /// Returns how many pixels an inch of paper gets.
    pub fn dpi(&self, pixels: (u32, u32)) -> f64 {
        f64::from(pixels.0) * POINTS_OF_INCH / self.picture.width
    }

    /// Returns the matrix that puts the stored picture, of this EXIF orientation, upright into its place.
    ///
    /// PDF draws a picture into the square from (0, 0) to (1, 1), its first row on top.
    pub fn matrix(&self, orientation: u8) -> [f32; 6] {
        let place = |across: f64, up: f64| {
            let (from_left, from_top) = shown(orientation, across, 1.0 - up);
            (
                self.picture.x + self.picture.width * from_left,
                self.picture.y + self.picture.height * (1.0 - from_top),
            )
        };
        let (origin, right, up) = (place(0.0, 0.0), place(1.0, 0.0), place(0.0, 1.0));
        [
            right.0 - origin.0,
            right.1 - origin.1,
            up.0 - origin.0,
            up.1 - origin.1,
            origin.0,
            origin.1,
        ]
        .map(|number| number as f32)
    }
}

/// Returns where a point of the stored picture is shown, both from the upper left corner in shares of the sides.
fn shown(orientation: u8, x: f64, y: f64) -> (f64, f64) {
    match orientation {
        2 => (1.0 - x, y),
        3 => (1.0 - x, 1.0 - y),
        4 => (x, 1.0 - y),
        5 => (y, x),
        6 => (1.0 - y, x),
        7 => (1.0 - y, 1.0 - x),
        8 => (y, 1.0 - x),
        _ => (x, y),
    }
}

/// Returns the largest named size for which so many pixels are enough, put in the same way.
pub fn good_for(pixels: (u32, u32), bleed: f64, fit: Fit) -> Option<Size> {
    let enough = |size: &Size| {
        let (width, height) = size.turned_for(f64::from(pixels.0), f64::from(pixels.1));
        let frame = Rect {
            x: 0.0,
            y: 0.0,
            width,
            height,
        };
        is_good(place(pixels, frame, bleed, fit).dpi(pixels))
    };
    Size::named().filter(enough).last()
}

/// Returns whether a print is fine enough; a pixel in a thousand does not count.
pub fn is_good(dpi: f64) -> bool {
    dpi >= GOOD_DPI * 0.999
}

/// Returns width and height in millimetres at which so many pixels are just enough.
pub fn good_mm(pixels: (u32, u32)) -> (f64, f64) {
    let mm = |pixels: u32| f64::from(pixels) / GOOD_DPI * 25.4;
    (mm(pixels.0), mm(pixels.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Rect = Rect {
        x: 10.0,
        y: 20.0,
        width: 200.0,
        height: 300.0,
    };

    fn rect(x: f64, y: f64, width: f64, height: f64) -> Rect {
        Rect {
            x,
            y,
            width,
            height,
        }
    }

    #[test]
    fn the_whole_picture_is_centred() {
        let wide = place((400, 200), FRAME, 9.0, Fit::Whole);
        assert_eq!(wide.picture, rect(10.0, 120.0, 200.0, 100.0));
        assert_eq!(wide.window, wide.picture);
        let tall = place((100, 300), FRAME, 9.0, Fit::Whole);
        assert_eq!(tall.picture, rect(60.0, 20.0, 100.0, 300.0));
    }

    #[test]
    fn a_border_is_white_on_all_sides() {
        let placed = place((180, 280), FRAME, 9.0, Fit::Border(10.0));
        assert_eq!(placed.picture, rect(20.0, 30.0, 180.0, 280.0));
        let absurd = place((1, 1), FRAME, 0.0, Fit::Border(1e6));
        assert!(absurd.picture.width > 0.0);
    }

    #[test]
    fn filling_runs_into_the_bleed_and_spares_heads() {
        // 210 × 310 are to be filled; the picture becomes 210 × 420: 110 too high, a third of it cut off above.
        let placed = place((100, 200), FRAME, 5.0, Fit::Fill);
        assert_eq!(placed.window, rect(5.0, 15.0, 210.0, 310.0));
        assert_eq!(
            (placed.picture.width, placed.picture.height),
            (210.0, 420.0)
        );
        let (_, top) = placed.picture.far();
        assert!((top - (325.0 + 110.0 / 3.0)).abs() < 1e-9, "{top}");
        // Too wide: the same on both sides.
        let placed = place((400, 300), FRAME, 0.0, Fit::Fill);
        assert_eq!(placed.picture, rect(-90.0, 20.0, 400.0, 300.0));
    }

    #[test]
    fn boxes_are_nested_and_exact() {
        let plain = boxes(288.0, 432.0, 0.0, false);
        assert_eq!(plain.media, rect(0.0, 0.0, 288.0, 432.0));
        assert_eq!((plain.bleed, plain.trim), (plain.media, plain.media));
        let bleeding = boxes(288.0, 432.0, 9.0, false);
        assert_eq!(bleeding.media, rect(0.0, 0.0, 306.0, 450.0));
        assert_eq!(bleeding.trim, rect(9.0, 9.0, 288.0, 432.0));
        let marked = boxes(288.0, 432.0, 9.0, true);
        let around = 9.0 + MARK_LENGTH;
        assert_eq!(marked.trim, rect(around, around, 288.0, 432.0));
        assert_eq!(marked.media.width, 288.0 + 2.0 * around);
        for [from, to] in marked.marks() {
            assert!(from.0 == to.0 || from.1 == to.1);
            for (x, y) in [from, to] {
                assert!(x >= -1e-9 && x <= marked.media.width + 1e-9, "{x}");
                assert!(y >= -1e-9 && y <= marked.media.height + 1e-9, "{y}");
                let inside = x > marked.bleed.x + 1e-9
                    && x < marked.bleed.far().0 - 1e-9
                    && y > marked.bleed.y + 1e-9
                    && y < marked.bleed.far().1 - 1e-9;
                assert!(!inside, "a mark in the picture: {x} {y}");
            }
        }
    }

    #[test]
    fn every_orientation_has_its_matrix() {
        let placed = place((200, 300), FRAME, 0.0, Fit::Whole);
        // Where the stored first pixel (upper left) and the last of the first row are drawn.
        let at = |matrix: [f32; 6], x: f32, y: f32| {
            let [a, b, c, d, e, f] = matrix;
            (a * x + c * y + e, b * x + d * y + f)
        };
        let (left, low, right, top) = (10.0, 20.0, 210.0, 320.0);
        for (orientation, first, last) in [
            (1, (left, top), (right, top)),
            (2, (right, top), (left, top)),
            (3, (right, low), (left, low)),
            (4, (left, low), (right, low)),
            (5, (left, top), (left, low)),
            (6, (right, top), (right, low)),
            (7, (right, low), (right, top)),
            (8, (left, low), (left, top)),
        ] {
            let matrix = placed.matrix(orientation);
            assert_eq!(at(matrix, 0.0, 1.0), first, "{orientation}");
            assert_eq!(at(matrix, 1.0, 1.0), last, "{orientation}");
        }
    }

    #[test]
    fn a_print_is_as_fine_as_its_pixels() {
        let inch = rect(0.0, 0.0, 288.0, 432.0);
        let placed = place((1200, 1800), inch, 0.0, Fit::Fill);
        assert_eq!(placed.dpi((1200, 1800)), 300.0);
        let name = |pixels, fit| good_for(pixels, 0.0, fit).map(|size| size.name);
        assert_eq!(name((1200, 1800), Fit::Fill).as_deref(), Some("4x6in"));
        assert_eq!(name((1199, 1700), Fit::Fill).as_deref(), Some("9x13"));
        assert_eq!(name((640, 480), Fit::Whole), None);
        assert_eq!(name((4000, 3000), Fit::Whole).as_deref(), Some("30x30"));
        let (width, height) = good_mm((1200, 600));
        assert!((width - 101.6).abs() < 1e-9 && (height - 50.8).abs() < 1e-9);
    }
}
