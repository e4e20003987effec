//! Paints the scene of a made picture: sky, sun and hills in colours chosen by a seed.

use image::RgbImage;

/// Largest side of a made picture, in pixels.
const LARGEST_SIDE: u32 = 16_384;

/// Paints a scene. Only additions and multiplications of floats are used: the same pixels on every machine.
pub(crate) fn scene(width: u32, height: u32, seed: u64) -> RgbImage {
    let (width, height) = (width.clamp(1, LARGEST_SIDE), height.clamp(1, LARGEST_SIDE));
    let palette = Palette::of(seed);
    RgbImage::from_fn(width, height, |x, y| {
        let across = f64::from(x) / f64::from(width);
        let down = f64::from(y) / f64::from(height);
        image::Rgb(palette.colour(across, down))
    })
}

type Colour = [f64; 3];

struct Palette {
    sky: [Colour; 2],
    sun: (f64, f64),
    hills: [(f64, f64, Colour); 3],
}

impl Palette {
    fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let mut tint = |base: Colour| base.map(|channel| channel + dice.next() * 70.0 - 35.0);
        let sky = [tint([110.0, 150.0, 200.0]), tint([235.0, 205.0, 170.0])];
        let colours = [
            tint([120.0, 135.0, 150.0]),
            tint([85.0, 120.0, 105.0]),
            tint([50.0, 80.0, 65.0]),
        ];
        let sun = (0.15 + 0.7 * dice.next(), 0.15 + 0.25 * dice.next());
        let mut level = 0.5;
        let hills = colours.map(|colour| {
            let hill = (level + 0.08 * dice.next(), 4.0 * dice.next(), colour);
            level += 0.15;
            hill
        });
        Self { sky, sun, hills }
    }

    fn colour(&self, across: f64, down: f64) -> [u8; 3] {
        let (sun_x, sun_y) = (across - self.sun.0, (down - self.sun.1) * 0.75);
        let mut colour = mix(self.sky[0], self.sky[1], (down * 1.6).min(1.0));
        if sun_x * sun_x + sun_y * sun_y < 0.006 {
            colour = [255.0, 240.0, 205.0];
        }
        for (layer, (level, phase, hill)) in self.hills.iter().enumerate() {
            let steps = 1.5 + layer as f64;
            if down > level + 0.07 * wave(across * steps + phase) {
                colour = mix(*hill, [20.0, 30.0, 30.0], (down - level).max(0.0) * 0.8);
            }
        }
        // Never 0: H.264's uncompressed samples may not be.
        colour.map(|channel| channel.clamp(1.0, 255.0) as u8)
    }
}

fn mix(from: Colour, to: Colour, part: f64) -> Colour {
    [0, 1, 2].map(|i| from[i] + (to[i] - from[i]) * part)
}

/// Goes up and down between −1 and 1 once every 2, without the library's sine, which differs between systems.
fn wave(at: f64) -> f64 {
    let at = at % 2.0;
    let half = at % 1.0;
    let hump = 4.0 * half * (1.0 - half);
    if at < 1.0 { hump } else { -hump }
}

/// Xorshift numbers: quick, and the same everywhere for the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    /// Starts a row of numbers.
    pub(crate) fn new(seed: u64) -> Self {
        // Neighbouring seeds must not begin alike, and the state may not be 0.
        let mixed = (seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        Self((mixed ^ (mixed >> 31)) | 1)
    }

    /// Returns the next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Returns the next number between 0 and 1.
    pub(crate) fn next(&mut self) -> f64 {
        (self.bits() >> 40) as f64 / (1u64 << 24) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_give_different_scenes_and_one_seed_the_same() {
        assert_eq!(scene(32, 24, 7), scene(32, 24, 7));
        let all: std::collections::BTreeSet<Vec<u8>> = (0..200)
            .map(|seed| scene(16, 12, seed).into_raw())
            .collect();
        assert_eq!(all.len(), 200);
    }

    #[test]
    fn sizes_out_of_range_are_moved_into_it() {
        assert_eq!(scene(0, 3, 1).dimensions(), (1, 3));
    }

    #[test]
    fn no_sample_is_zero() {
        assert!((0..50).all(|seed| !scene(20, 20, seed).into_raw().contains(&0)));
    }
}
