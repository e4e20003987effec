//! Lengths and named sizes of paper.

/// Points of an inch: PDF's unit is the point.
pub const POINTS_OF_INCH: f64 = 72.0;

/// Points of a millimetre.
pub const POINTS_OF_MM: f64 = POINTS_OF_INCH / 25.4;

/// Largest side, in points: PDF readers take no larger page (5 m).
const LARGEST: f64 = 14_400.0;

/// Smallest side, in points: one centimetre.
const SMALLEST: f64 = 10.0 * POINTS_OF_MM;

/// Width and height in points, upright.
#[derive(Debug, Clone, PartialEq)]
pub struct Size {
    /// What it is called.
    pub name: String,
    /// The shorter side.
    pub width: f64,
    /// The longer side.
    pub height: f64,
}

/// Named sizes: what shops call them, width, height, unit. From small to large by area.
const NAMED: &[(&str, f64, f64, &str)] = &[
    ("square", 100.0, 100.0, "mm"),
    ("9x13", 90.0, 130.0, "mm"),
    ("10x15", 100.0, 150.0, "mm"),
    ("4x6in", 4.0, 6.0, "in"),
    ("a6", 105.0, 148.0, "mm"),
    ("13x13", 130.0, 130.0, "mm"),
    ("5x7in", 5.0, 7.0, "in"),
    ("13x18", 130.0, 180.0, "mm"),
    ("15x20", 150.0, 200.0, "mm"),
    ("a5", 148.0, 210.0, "mm"),
    ("20x20", 200.0, 200.0, "mm"),
    ("8x10in", 8.0, 10.0, "in"),
    ("20x30", 200.0, 300.0, "mm"),
    ("letter", 8.5, 11.0, "in"),
    ("a4", 210.0, 297.0, "mm"),
    ("30x30", 300.0, 300.0, "mm"),
    ("30x40", 300.0, 400.0, "mm"),
    ("a3", 297.0, 420.0, "mm"),
    ("40x60", 400.0, 600.0, "mm"),
    ("50x70", 500.0, 700.0, "mm"),
];

/// Returns the points of a unit; centimetres where none is said.
fn points_of(unit: &str) -> Option<f64> {
    match unit.trim() {
        "mm" => Some(POINTS_OF_MM),
        "cm" | "" => Some(10.0 * POINTS_OF_MM),
        "in" | "\"" => Some(POINTS_OF_INCH),
        "pt" => Some(1.0),
        _ => None,
    }
}

fn unit_at(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len())
}

/// Reads a length: `3mm`, `0.5cm`, `0.125in`, `9pt`; returns points.
///
/// # Errors
/// Says what is wrong with the text.
pub fn length(text: &str) -> Result<f64, String> {
    let (number, unit) = text.split_at(unit_at(text));
    let points = points_of(unit).filter(|_| !unit.is_empty());
    match (number.parse::<f64>(), points) {
        (Ok(number), Some(points)) if number.is_finite() && number * points < LARGEST => {
            Ok(number * points)
        }
        _ => Err("give a length such as 3mm, 0.5cm or 0.125in".to_owned()),
    }
}

impl Size {
    /// Returns every named size, small ones first.
    pub fn named() -> impl Iterator<Item = Self> {
        NAMED.iter().filter_map(|(name, width, height, unit)| {
            let points = points_of(unit)?;
            Some(Self {
                name: (*name).to_owned(),
                width: width * points,
                height: height * points,
            })
        })
    }

    /// Reads a size: a name (`10x15`, `a4`, `square`), or two sides (`12x17cm`, `100x150mm`, `4.5x6in`). Centimetres where no unit is said.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let name = text.trim().to_lowercase().replace(['×', '*'], "x");
        if let Some(found) = Self::named().find(|size| size.name == name) {
            return Ok(found);
        }
        let wrong = || {
            let known: Vec<String> = Self::named().map(|size| size.name).collect();
            format!(
                "give two sides such as 12x17cm or 4.5x6in, or one of {}",
                known.join(", ")
            )
        };
        let (first, rest) = name.split_once('x').ok_or_else(wrong)?;
        let (second, unit) = rest.split_at(unit_at(rest));
        let points = points_of(unit).ok_or_else(wrong)?;
        let side = |number: &str| number.parse::<f64>().ok().map(|number| number * points);
        let (Some(first), Some(second)) = (side(first), side(second)) else {
            return Err(wrong());
        };
        let (width, height) = (first.min(second), first.max(second));
        if !(width >= SMALLEST && height <= LARGEST) {
            return Err("a side is between one centimetre and five metres long".to_owned());
        }
        // 10x15cm, 100x150mm and 10x15 are one size with one name.
        let same =
            |size: &Self| (size.width - width).abs() < 0.01 && (size.height - height).abs() < 0.01;
        Ok(Self::named().find(same).unwrap_or(Self {
            name,
            width,
            height,
        }))
    }

    /// Returns width and height, lying down where the picture does.
    pub fn turned_for(&self, width: f64, height: f64) -> (f64, f64) {
        match width > height {
            true => (self.height, self.width),
            false => (self.width, self.height),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn named_sizes_are_exact_and_in_order() {
        let points = |text: &str| {
            let size = Size::parse(text).unwrap();
            (size.width, size.height)
        };
        assert_eq!(points("4x6in"), (288.0, 432.0));
        assert_eq!(points("letter"), (612.0, 792.0));
        let (width, height) = points("10x15");
        assert!((width - 283.464_567).abs() < 1e-5 && (height - 425.196_85).abs() < 1e-5);
        let (width, height) = points("A4");
        assert!((width - 595.275_59).abs() < 1e-5 && (height - 841.889_76).abs() < 1e-5);
        let areas: Vec<f64> = Size::named().map(|size| size.width * size.height).collect();
        assert!(areas.is_sorted(), "{areas:?}");
    }

    #[test]
    fn sides_may_be_said_in_any_unit_and_order() {
        for text in ["100x150mm", "15x10cm", "15x10", "10×15", " 10X15 "] {
            assert_eq!(Size::parse(text).unwrap().name, "10x15", "{text}");
        }
        let own = Size::parse("7x5cm").unwrap();
        assert_eq!(own.name, "7x5cm");
        assert!(own.width < own.height);
        for text in [
            "",
            "x",
            "10",
            "10x",
            "ax b",
            "10x15furlong",
            "0x0",
            "1e9x1e9",
            "-3x4",
            "900x900cm",
            "naN x 3",
        ] {
            assert!(Size::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lengths_need_a_unit() {
        assert_eq!(length("1in"), Ok(72.0));
        assert_eq!(length("0pt"), Ok(0.0));
        assert!((length("3mm").unwrap() - 8.503_937).abs() < 1e-5);
        for text in ["3", "mm", "-3mm", "3 furlongs", "1e5mm", "99999999mm"] {
            assert!(length(text).is_err(), "{text}");
        }
    }
}
