//! Makes a new TIFF of the pages' pixels, of the tags that say how they are laid out, and of new EXIF directories.
//!
//! Raw files are TIFF, too, with the maker's secrets all over them: what is no plain picture is refused.

use std::collections::BTreeSet;

use super::Strip;
use super::exif::{Block, CAMERA, Field, GPS};
use super::hidden::Hidden;

const SUBFILE: u16 = 0x00fe;
const WIDTH: u16 = 0x0100;
const HEIGHT: u16 = 0x0101;
const BITS: u16 = 0x0102;
const COMPRESSION: u16 = 0x0103;
const PHOTOMETRIC: u16 = 0x0106;
const ROWS: u16 = 0x0116;
const SAMPLES: u16 = 0x0115;
const PLANAR: u16 = 0x011c;
const TILE_WIDTH: u16 = 0x0142;
const TILE_HEIGHT: u16 = 0x0143;
const XMP: u16 = 0x02bc;
const IPTC: u16 = 0x83bb;
const PHOTOSHOP: u16 = 0x8649;
const PROFILE: u16 = 0x8773;
const DNG: u16 = 0xc612;

/// Where pixels are, and how many bytes: in strips, or in tiles.
const STRIPS: (u16, u16) = (0x0111, 0x0117);
const TILES: (u16, u16) = (0x0144, 0x0145);

/// Tags that say how pixels are laid out, and what their numbers mean.
const LAYOUT: [u16; 38] = [
    SUBFILE,
    0x00ff,
    WIDTH,
    HEIGHT,
    BITS,
    COMPRESSION,
    PHOTOMETRIC,
    0x0107,
    0x0108,
    0x0109,
    0x010a,
    0x0112,
    SAMPLES,
    ROWS,
    0x0118,
    0x0119,
    0x011a,
    0x011b,
    PLANAR,
    0x0122,
    0x0123,
    0x0124,
    0x0125,
    0x0128,
    0x0129,
    0x012d,
    0x013d,
    0x013e,
    0x013f,
    0x0140,
    TILE_WIDTH,
    TILE_HEIGHT,
    0x014c,
    0x014e,
    0x0152,
    0x0153,
    0x0211,
    0x0213,
];

/// Ways of coding that hold pixels alone: none, fax, LZW, deflate (two numbers), packed bits, LZMA, Zstandard. JPEG holds segments
/// of its own.
const CODINGS: [usize; 10] = [1, 2, 3, 4, 5, 8, 32773, 32946, 34925, 50000];

/// What colours can be: grey, RGB, palette, mask, CMYK, YCbCr, three kinds of Lab. No raw ones.
const COLOURS: [usize; 10] = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10];

/// Largest value of a tag of the layout, in bytes: colours of white and of three lights are 48.
const LARGEST: usize = 64;

/// Tables with an entry for each number a pixel can be, and how many such tables there are at most.
const TABLES: [(u16, usize); 3] = [(0x0123, 1), (0x012d, 3), (0x0140, 3)];

/// Pages that are read: of a fax, or of layers.
const MOST_PAGES: usize = 1000;

/// Strips and tiles that are read, of all pages.
const MOST_STRIPS: usize = 1 << 20;

/// Said where tags do not fit together.
const DAMAGED: &str = "its pages are damaged";

/// A page.
struct Page<'a> {
    fields: Vec<Field<'a>>,
    /// The tags that say where its pixels are.
    tags: (u16, u16),
    /// Where each strip or tile begins and ends.
    pixels: Vec<(usize, usize)>,
}

/// How strips or tiles are built that are not coded: bytes of a row, rows of a page, rows of a strip.
struct Plain {
    row: usize,
    height: usize,
    rows: usize,
}

impl Plain {
    /// Returns how many bytes a strip or tile has: behind them anything can hide.
    fn size(&self, index: usize) -> usize {
        // The last strip of each plane is shorter.
        let strips = self.height.div_ceil(self.rows.max(1)).max(1);
        let done = (index % strips).saturating_mul(self.rows);
        let rows = self.rows.min(self.height.saturating_sub(done));
        self.row.saturating_mul(rows)
    }
}

/// Returns the TIFF without what shall be taken out.
pub(crate) fn strip(bytes: &[u8], what: Strip, hidden: &mut Hidden) -> Result<Vec<u8>, String> {
    let block = Block::open(bytes).ok_or("it is of a kind of TIFF that albumen does not know")?;
    let pages = pages(bytes, &block)?;
    hidden.exif(bytes);
    for field in pages.iter().flat_map(|page| &page.fields) {
        match field.tag {
            XMP => hidden.xmp(&field.value),
            IPTC | PHOTOSHOP => hidden.photoshop(&field.value),
            _ => {}
        }
    }
    let mut out = bytes[..4].to_vec();
    block.put_long(&mut out, 0);
    let mut link = 4;
    for (index, page) in pages.iter().enumerate() {
        // Small pictures of others may show what was cut away.
        let reduced = page
            .number(&block, SUBFILE)?
            .is_some_and(|kind| kind & 1 == 1);
        if index > 0 && reduced {
            continue;
        }
        let mut fields = page.layout(&block, bytes, &mut out)?;
        if index == 0 {
            add_settings(&block, page, what, &mut fields, &mut out);
        }
        fields.sort_by_key(|field| field.tag);
        fields.dedup_by_key(|field| field.tag);
        let mut place = Vec::new();
        block.put_long(&mut place, out.len());
        out[link..link + 4].copy_from_slice(&place);
        link = out.len() + 2 + 12 * fields.len();
        block.put_directory(&mut out, &fields);
    }
    match u32::try_from(out.len()) {
        Ok(_) => Ok(out),
        Err(_) => Err("the file is too large to be changed".to_owned()),
    }
}

/// Returns what a TIFF says beside its pixels.
pub(crate) fn said(bytes: &[u8]) -> Vec<u8> {
    let pages = Block::open(bytes).and_then(|block| pages(bytes, &block).ok());
    // What cannot be read says too much.
    let Some(pages) = pages else {
        return bytes.to_vec();
    };
    let mut pixels: Vec<(usize, usize)> = pages.into_iter().flat_map(|page| page.pixels).collect();
    pixels.sort_unstable();
    let (mut said, mut at) = (Vec::new(), 0);
    for (start, end) in pixels {
        said.extend_from_slice(bytes.get(at..start).unwrap_or_default());
        at = at.max(end);
    }
    said.extend_from_slice(&bytes[at..]);
    said
}

fn pages<'a>(bytes: &'a [u8], block: &Block<'a>) -> Result<Vec<Page<'a>>, String> {
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    let mut strips = 0;
    let mut at = block.first().ok_or(DAMAGED)?;
    while at != 0 {
        if !seen.insert(at) || all.len() == MOST_PAGES {
            return Err(DAMAGED.to_owned());
        }
        let fields = block.directory(at).ok_or(DAMAGED)?;
        // One that points outside may be needed.
        if block.entries(at) != Some(fields.len()) {
            return Err(DAMAGED.to_owned());
        }
        let page = Page::of(bytes, block, fields)?;
        strips += page.pixels.len();
        if strips > MOST_STRIPS {
            return Err("it has too many strips".to_owned());
        }
        all.push(page);
        at = block.next(at).ok_or(DAMAGED)?;
    }
    match all.is_empty() {
        true => Err(DAMAGED.to_owned()),
        false => Ok(all),
    }
}

/// Adds the settings of the camera and the position, in directories of their own.
fn add_settings<'a>(
    block: &Block<'a>,
    page: &Page<'a>,
    what: Strip,
    fields: &mut Vec<Field<'a>>,
    out: &mut Vec<u8>,
) {
    let mut kept = block.kept(&page.fields, what).into_iter();
    fields.extend(kept.next().unwrap_or_default());
    for (mut below, pointer) in kept.zip([CAMERA, GPS]) {
        if below.is_empty() {
            continue;
        }
        below.sort_by_key(|field| field.tag);
        below.dedup_by_key(|field| field.tag);
        fields.push(block.longs(pointer, &[out.len()]));
        block.put_directory(out, &below);
    }
}

impl<'a> Page<'a> {
    fn of(bytes: &[u8], block: &Block<'a>, fields: Vec<Field<'a>>) -> Result<Self, String> {
        let has = |tag: u16| fields.iter().any(|field| field.tag == tag);
        let tags = if has(TILES.0) { TILES } else { STRIPS };
        let mut page = Self {
            fields,
            tags,
            pixels: Vec::new(),
        };
        let coding = page.number(block, COMPRESSION)?.unwrap_or(1);
        let colours = page.number(block, PHOTOMETRIC)?.ok_or(DAMAGED)?;
        if page.has(DNG) || !COLOURS.contains(&colours) {
            return Err("it is a raw picture, with notes of the maker all over it".to_owned());
        }
        if !CODINGS.contains(&coding) {
            return Err(format!(
                "it is coded in a way that albumen cannot look into ({coding})"
            ));
        }
        let places = page.numbers(block, tags.0)?.ok_or(DAMAGED)?;
        let sizes = page.numbers(block, tags.1)?.ok_or(DAMAGED)?;
        if places.len() != sizes.len() {
            return Err(DAMAGED.to_owned());
        }
        let plain = match coding {
            1 => Some(page.plain(block)?),
            _ => None,
        };
        for (index, (at, size)) in places.into_iter().zip(sizes).enumerate() {
            let most = plain.as_ref().map_or(usize::MAX, |plain| plain.size(index));
            let end = at
                .checked_add(size.min(most))
                .filter(|end| *end <= bytes.len());
            page.pixels.push((at, end.ok_or(DAMAGED)?));
        }
        Ok(page)
    }

    fn has(&self, tag: u16) -> bool {
        self.fields.iter().any(|field| field.tag == tag)
    }

    fn numbers(&self, block: &Block<'a>, tag: u16) -> Result<Option<Vec<usize>>, String> {
        let field = self.fields.iter().find(|field| field.tag == tag);
        if field.is_some_and(|field| field.value.len() > 4 * MOST_STRIPS) {
            return Err("it has too many strips".to_owned());
        }
        let numbers = field.map(|field| block.numbers(field).ok_or(DAMAGED));
        Ok(numbers.transpose()?)
    }

    fn number(&self, block: &Block<'a>, tag: u16) -> Result<Option<usize>, String> {
        let numbers = self.numbers(block, tag)?;
        Ok(numbers.and_then(|numbers| numbers.first().copied()))
    }

    /// Returns how many bytes the value of a tag of the layout can have.
    fn largest(&self, block: &Block<'a>, tag: u16) -> Result<usize, String> {
        let table = TABLES.iter().find(|(known, _)| *known == tag);
        let Some((_, tables)) = table else {
            return Ok(LARGEST);
        };
        let bits = self.number(block, BITS)?.unwrap_or(1).min(16);
        Ok((2 * tables) << bits)
    }

    /// Returns how strips or tiles are built that are not coded.
    fn plain(&self, block: &Block<'a>) -> Result<Plain, String> {
        let samples = self.number(block, SAMPLES)?.unwrap_or(1);
        let bits = self.numbers(block, BITS)?.unwrap_or_else(|| vec![1]);
        let bits = bits.iter().copied().max().unwrap_or(1);
        let planes = self.number(block, PLANAR)? == Some(2);
        let need = |tag: u16| self.number(block, tag)?.ok_or(DAMAGED.to_owned());
        let (width, height, rows) = match self.tags == TILES {
            // Every tile is whole.
            true => (need(TILE_WIDTH)?, usize::MAX, need(TILE_HEIGHT)?),
            false => {
                let height = need(HEIGHT)?;
                let rows = self.number(block, ROWS)?.unwrap_or(height);
                (need(WIDTH)?, height, rows.clamp(1, height.max(1)))
            }
        };
        let bits = bits.saturating_mul(if planes { 1 } else { samples });
        let row = width.saturating_mul(bits).div_ceil(8);
        Ok(Plain { row, height, rows })
    }

    /// Adds the page's pixels; returns the tags that say how they are laid out.
    fn layout(
        &self,
        block: &Block<'a>,
        bytes: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<Vec<Field<'a>>, String> {
        let (mut places, mut sizes) = (Vec::new(), Vec::new());
        for (start, end) in &self.pixels {
            // Strips that overlap could make any size of it.
            if out.len() + end - start > 2 * bytes.len() + 64 {
                return Err(DAMAGED.to_owned());
            }
            places.push(out.len());
            sizes.push(end - start);
            out.extend_from_slice(&bytes[*start..*end]);
        }
        out.resize(out.len().next_multiple_of(2), 0);
        let mut fields = vec![
            block.longs(self.tags.0, &places),
            block.longs(self.tags.1, &sizes),
        ];
        for field in &self.fields {
            // Whole numbers and fractions: neither texts nor bytes of anybody's own.
            let numbers = matches!(field.kind, 3..=5 | 8..=12);
            let layout = LAYOUT.contains(&field.tag) && numbers;
            if layout && field.value.len() > self.largest(block, field.tag)? {
                return Err("a table of the picture has another size than it says".to_owned());
            }
            let profile = field.tag == PROFILE && field.kind == 7;
            if layout || profile {
                fields.push(field.clone());
            }
        }
        Ok(fields)
    }
}

#[cfg(test)]
#[path = "tiff_tests.rs"]
mod tests;
