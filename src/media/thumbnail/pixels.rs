//! Pixels in memory: made smaller, put on white, turned upright.

use std::fmt::Display;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, ResizeOptions, Resizer};

use super::colour::Profile;
use super::{ThumbnailError, colour};

/// What the bytes of a pixel are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channels {
    /// One byte.
    Grey,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, opacity.
    Rgba,
    /// Amounts of four inks.
    Cmyk,
}

impl Channels {
    /// Returns the bytes of a pixel.
    pub fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }

    fn kind(self) -> PixelType {
        match self {
            Self::Grey => PixelType::U8,
            Self::Rgb => PixelType::U8x3,
            Self::Rgba | Self::Cmyk => PixelType::U8x4,
        }
    }
}

/// A decoded picture, row by row without gaps; maybe smaller than its file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pixels {
    /// Pixels of a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// What the bytes of a pixel are.
    pub channels: Channels,
    /// All pixels.
    pub bytes: Vec<u8>,
    /// Colours of the file; `None` are sRGB's.
    pub profile: Option<Profile>,
    /// How to turn it upright: EXIF orientation, 1 to 8.
    pub orientation: u8,
    /// Width and height in the file.
    pub full: (u32, u32),
}

impl Pixels {
    /// Returns width and height of the whole picture, turned upright.
    pub fn shown_size(&self) -> (u32, u32) {
        match self.orientation {
            5..=8 => (self.full.1, self.full.0),
            _ => self.full,
        }
    }

    /// Returns the error that names its size.
    pub fn too_large(&self) -> ThumbnailError {
        ThumbnailError::TooLarge {
            width: self.full.0,
            height: self.full.1,
        }
    }

    /// Returns it with the longest side of the whole picture at most this long; a smaller one stays as it is.
    pub(super) fn fitted(self, longest_side: Option<u32>) -> Result<Self, ThumbnailError> {
        let (width, height) = longest_side.map_or(self.full, |side| fitted(self.full, side));
        if (width, height) == (self.width, self.height) {
            return Ok(self);
        }
        let fault = |error: &dyn Display| ThumbnailError::Damaged(error.to_string());
        let kind = self.channels.kind();
        let from = ImageRef::new(self.width, self.height, &self.bytes, kind)
            .map_err(|error| fault(&error))?;
        let mut to = Image::new(width, height, kind);
        let options = ResizeOptions::new().use_alpha(self.channels == Channels::Rgba);
        Resizer::new()
            .resize(&from, &mut to, &options)
            .map_err(|error| fault(&error))?;
        Ok(Self {
            width,
            height,
            bytes: to.into_vec(),
            ..self
        })
    }

    /// Returns it in sRGB, grey or RGB, transparent parts white.
    pub fn in_srgb(self) -> Result<Self, ThumbnailError> {
        colour::in_srgb(self).map(Self::on_white)
    }

    fn on_white(self) -> Self {
        if self.channels != Channels::Rgba {
            return self;
        }
        let over = |value: u8, opacity: u8| {
            let (value, opacity) = (u32::from(value), u32::from(opacity));
            ((value * opacity + 255 * (255 - opacity) + 127) / 255) as u8
        };
        let bytes = self
            .bytes
            .chunks_exact(4)
            .flat_map(|pixel| [0, 1, 2].map(|channel| over(pixel[channel], pixel[3])))
            .collect();
        Self {
            channels: Channels::Rgb,
            bytes,
            ..self
        }
    }

    /// Returns it upright.
    pub fn turned(self) -> Self {
        if self.orientation <= 1 {
            return self;
        }
        let (width, height) = match self.orientation {
            5..=8 => (self.height, self.width),
            _ => (self.width, self.height),
        };
        let count = self.channels.count();
        let mut bytes = Vec::with_capacity(self.bytes.len());
        for y in 0..height {
            for x in 0..width {
                let (from_x, from_y) = source_of(self.orientation, (x, y), (width, height));
                let at = (from_y as usize * self.width as usize + from_x as usize) * count;
                bytes.extend_from_slice(&self.bytes[at..at + count]);
            }
        }
        Self {
            width,
            height,
            bytes,
            orientation: 1,
            full: self.shown_size(),
            ..self
        }
    }
}

/// Returns where the pixel at `(x, y)` of the upright picture, of this size, is stored (EXIF 2.32, 4.6.4 A, Orientation).
fn source_of(orientation: u8, (x, y): (u32, u32), (width, height): (u32, u32)) -> (u32, u32) {
    let (right, bottom) = (width - 1 - x, height - 1 - y);
    match orientation {
        2 => (right, y),
        3 => (right, bottom),
        4 => (x, bottom),
        5 => (y, x),
        6 => (y, right),
        7 => (bottom, right),
        8 => (bottom, x),
        _ => (x, y),
    }
}

/// Returns the size with the longest side at most this long, no side without pixels; never larger.
pub(crate) fn fitted((width, height): (u32, u32), longest_side: u32) -> (u32, u32) {
    let longest = width.max(height).max(1);
    if longest <= longest_side {
        return (width, height);
    }
    let scaled = |side: u32| {
        let (side, limit, longest) = (
            u64::from(side),
            u64::from(longest_side.max(1)),
            u64::from(longest),
        );
        ((side * limit + longest / 2) / longest).max(1) as u32
    };
    (scaled(width), scaled(height))
}
