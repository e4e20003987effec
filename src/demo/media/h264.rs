//! Writes H.264: one picture of uncompressed macroblocks, then pictures in which one square moves.
//!
//! Uncompressed macroblocks (I_PCM) need neither transform nor entropy coding, so a stream every player
//! shows takes two hundred lines. Numbers of sections are those of ITU-T H.264 (2019).

use image::RgbImage;

/// Side of a macroblock in pixels.
const BLOCK: u32 = 16;

/// Type of an I_PCM macroblock in an I slice (table 7-11); in a P slice, five more.
const PCM: u32 = 25;

/// A coded video: parameter sets and one unit a picture, without start codes.
pub(crate) struct Stream {
    /// Sequence parameter set.
    pub sps: Vec<u8>,
    /// Picture parameter set.
    pub pps: Vec<u8>,
    /// One unit for each picture; only the first can be decoded alone.
    pub pictures: Vec<Vec<u8>>,
}

/// Codes `pictures` pictures of a scene with even sides.
pub(crate) fn code(scene: &RgbImage, pictures: usize) -> Stream {
    let blocks = Blocks::of(scene);
    let first = std::iter::once(blocks.whole_picture());
    let others = (1..pictures).map(|number| blocks.moving_square(number, pictures));
    Stream {
        sps: sequence_set(scene.width(), scene.height()),
        pps: picture_set(),
        pictures: first.chain(others).collect(),
    }
}

/// Section 7.3.2.1: baseline profile; sides that are no multiple of 16 are cropped.
fn sequence_set(width: u32, height: u32) -> Vec<u8> {
    let (columns, rows) = (width.div_ceil(BLOCK), height.div_ceil(BLOCK));
    let mut bits = Bits::default();
    // Constraint flags 0 and 1: baseline, and decodable as main. Level 4.0.
    bits.number(8, 66);
    bits.number(8, 0b1100_0000);
    bits.number(8, 40);
    bits.golomb(0); // identifier
    bits.golomb(0); // frame numbers of 4 bits
    bits.golomb(2); // pictures are shown in the order they are coded
    bits.golomb(1); // one reference picture
    bits.number(1, 0);
    bits.golomb(columns - 1);
    bits.golomb(rows - 1);
    bits.number(1, 1); // frames, not fields
    bits.number(1, 1); // direct 8x8 inference
    let crop = [columns * BLOCK - width, rows * BLOCK - height];
    bits.number(1, u32::from(crop != [0, 0]));
    if crop != [0, 0] {
        // Cropping counts pairs of pixels: chroma has half the samples.
        for side in [0, crop[0] / 2, 0, crop[1] / 2] {
            bits.golomb(side);
        }
    }
    bits.number(1, 0); // nothing about usability
    bits.unit(0x67)
}

/// Section 7.3.2.2: Golomb coding, one slice group, deblocking under control of the slice.
fn picture_set() -> Vec<u8> {
    let mut bits = Bits::default();
    bits.golomb(0);
    bits.golomb(0);
    bits.number(2, 0);
    bits.golomb(0);
    bits.golomb(0);
    bits.golomb(0);
    bits.number(3, 0); // no weighting
    bits.golomb(0);
    bits.golomb(0);
    bits.golomb(0);
    bits.number(3, 0b100); // deblocking control; no constrained intra; no redundant pictures
    bits.unit(0x68)
}

/// The samples of a scene, in macroblocks.
struct Blocks {
    columns: u32,
    rows: u32,
    samples: Vec<[u8; 384]>,
}

impl Blocks {
    fn of(scene: &RgbImage) -> Self {
        let (columns, rows) = (
            scene.width().div_ceil(BLOCK),
            scene.height().div_ceil(BLOCK),
        );
        let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
        let samples = places
            .map(|(column, row)| samples(scene, column * BLOCK, row * BLOCK))
            .collect();
        Self {
            columns,
            rows,
            samples,
        }
    }

    /// An IDR picture (section 7.3.3) of nothing but I_PCM.
    fn whole_picture(&self) -> Vec<u8> {
        let mut bits = Bits::default();
        bits.golomb(0);
        bits.golomb(7); // all slices of the picture are I
        bits.golomb(0);
        bits.number(4, 0); // frame number
        bits.golomb(0); // IDR identifier
        bits.number(2, 0); // reference marking
        bits.golomb(0); // quantiser as it is
        bits.golomb(1); // no deblocking
        for block in &self.samples {
            bits.golomb(PCM);
            bits.samples(block);
        }
        bits.unit(0x65)
    }

    /// A P picture that copies the one before, but for a square that moves along the bottom.
    fn moving_square(&self, number: usize, pictures: usize) -> Vec<u8> {
        let mut bits = Bits::default();
        bits.golomb(0);
        bits.golomb(5); // all slices of the picture are P
        bits.golomb(0);
        bits.number(4, (number % 16) as u32);
        bits.number(1, 0); // one reference picture, as the set says
        bits.number(1, 0); // their order as it is
        bits.number(1, 0); // reference marking by sliding window
        bits.golomb(0);
        bits.golomb(1);
        let all = self.columns * self.rows;
        let at =
            |number: usize| all - self.columns + (number * self.columns as usize / pictures) as u32;
        let mut next = 0;
        let (old, new) = (at(number - 1), at(number));
        if old != new {
            for (place, block) in [(old, &self.samples[old as usize]), (new, &SQUARE)] {
                bits.golomb(place - next);
                bits.golomb(PCM + 5);
                bits.samples(block);
                next = place + 1;
            }
        }
        if next < all {
            bits.golomb(all - next);
        }
        bits.unit(0x41)
    }
}

/// A bright orange macroblock.
const SQUARE: [u8; 384] = {
    let mut block = [180; 384];
    let mut at = 256;
    while at < 384 {
        block[at] = if at < 320 { 70 } else { 165 };
        at += 1;
    }
    block
};

/// Returns 256 luma, 64 blue and 64 red samples; outside the scene its edge is repeated.
fn samples(scene: &RgbImage, left: u32, top: u32) -> [u8; 384] {
    let pixel = |x: u32, y: u32| {
        let (x, y) = (x.min(scene.width() - 1), y.min(scene.height() - 1));
        scene.get_pixel(x, y).0.map(f64::from)
    };
    let mut block = [0; 384];
    for (at, sample) in block.iter_mut().enumerate() {
        // Studio range of BT.601, never 0.
        let at32 = at as u32;
        *sample = if at < 256 {
            let [r, g, b] = pixel(left + at32 % 16, top + at32 / 16);
            (16.0 + 0.257 * r + 0.504 * g + 0.098 * b) as u8
        } else {
            let place = at32 % 64;
            let [r, g, b] = pixel(left + 2 * (place % 8), top + 2 * (place / 8));
            if at < 320 {
                (128.0 - 0.148 * r - 0.291 * g + 0.439 * b) as u8
            } else {
                (128.0 + 0.439 * r - 0.368 * g - 0.071 * b) as u8
            }
        };
    }
    block
}

/// Writes bits, the first one highest.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    /// Bits of the last byte that are not used yet.
    free: u32,
}

impl Bits {
    fn number(&mut self, bits: u32, value: u32) {
        for place in (0..bits).rev() {
            if self.free == 0 {
                self.bytes.push(0);
                self.free = 8;
            }
            self.free -= 1;
            if let Some(last) = self.bytes.last_mut() {
                *last |= (((value >> place) & 1) as u8) << self.free;
            }
        }
    }

    /// Exponential Golomb code (section 9.1).
    fn golomb(&mut self, value: u32) {
        let length = 32 - (value + 1).leading_zeros();
        self.number(length - 1, 0);
        self.number(length, value + 1);
    }

    fn samples(&mut self, block: &[u8; 384]) {
        self.free = 0;
        self.bytes.extend(block);
    }

    /// Ends the unit and escapes what would look like a start code (section 7.4.1).
    fn unit(mut self, kind: u8) -> Vec<u8> {
        self.number(1, 1);
        let mut unit = vec![kind];
        let mut zeros = 0;
        for byte in self.bytes {
            if zeros >= 2 && byte <= 3 {
                unit.push(3);
                zeros = 0;
            }
            zeros = if byte == 0 { zeros + 1 } else { 0 };
            unit.push(byte);
        }
        unit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golomb_codes_are_those_of_the_standard() {
        let mut bits = Bits::default();
        for value in [0, 1, 2, 3, 7] {
            bits.golomb(value);
        }
        // 1 010 011 00100 0001000
        assert_eq!(bits.bytes, [0b1010_0110, 0b0100_0001, 0b0000_0000]);
    }

    #[test]
    fn no_start_code_stands_inside_a_unit() {
        let mut bits = Bits::default();
        bits.number(32, 0);
        bits.number(8, 1);
        assert_eq!(bits.unit(0x65), [0x65, 0, 0, 3, 0, 0, 3, 1, 0x80]);
    }
}
