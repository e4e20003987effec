//! Makes HEIC and AVIF files: a grid of constant coded tiles, with EXIF (ISO/IEC 23008-12).

use super::Picture;
use super::container::{boxed, numbers, shorts, versioned};
use super::exif::exif;
use super::pixels::Dice;
use super::tiles::{AV1, HEVC, TILE_SIDE, Tiles};

/// Largest side in tiles: numbers of rows and columns have one byte.
const LARGEST_SIDE: u32 = 128 * TILE_SIDE;

/// The grid is the picture; its tiles follow, then EXIF.
const GRID: u16 = 1;
const FIRST_TILE: u16 = 2;

/// Makes a HEIC file as phones do: a grid of tiles that decoders put together and cut to the size.
///
/// The seed lays out tiles of four colours; there is no scene, for want of an HEVC encoder.
pub fn heic(picture: &Picture) -> Vec<u8> {
    Form {
        brands: [b"heic", b"mif1", b"miaf"],
        item: b"hvc1",
        configuration: b"hvcC",
        coded: &HEVC,
    }
    .file(picture)
}

/// Makes an AVIF file, of the same form as [`heic`].
pub fn avif(picture: &Picture) -> Vec<u8> {
    Form {
        brands: [b"avif", b"mif1", b"miaf"],
        item: b"av01",
        configuration: b"av1C",
        coded: &AV1,
    }
    .file(picture)
}

/// What sets the two formats apart.
struct Form {
    brands: [&'static [u8; 4]; 3],
    item: &'static [u8; 4],
    configuration: &'static [u8; 4],
    coded: &'static Tiles,
}

/// What a file holds, in numbers.
struct Plan {
    width: u32,
    height: u32,
    columns: u32,
    rows: u32,
    /// For each place of the grid, which tile.
    layout: Vec<usize>,
    /// Quarter turns against the clock (`irot`), if any.
    turns: u8,
    /// The EXIF item with its four bytes in front; empty if there is none.
    exif: Vec<u8>,
}

impl Plan {
    fn of(picture: &Picture) -> Self {
        let width = picture.width.clamp(1, LARGEST_SIDE);
        let height = picture.height.clamp(1, LARGEST_SIDE);
        let (columns, rows) = (width.div_ceil(TILE_SIDE), height.div_ceil(TILE_SIDE));
        let mut dice = Dice::new(picture.seed);
        Self {
            width,
            height,
            columns,
            rows,
            layout: (0..columns * rows)
                .map(|_| (dice.bits() >> 33) as usize % 4)
                .collect(),
            turns: match picture.orientation {
                Some(3) => 2,
                Some(6) => 3,
                Some(8) => 1,
                _ => 0,
            },
            // The number of bytes before the TIFF structure, then `Exif\0\0` as Apple has it.
            exif: exif(picture).map_or(Vec::new(), |exif| {
                [b"\0\0\0\x06Exif\0\0", &exif[..]].concat()
            }),
        }
    }

    fn tile_ids(&self) -> std::ops::Range<u16> {
        FIRST_TILE..self.exif_id()
    }

    fn exif_id(&self) -> u16 {
        FIRST_TILE + self.layout.len() as u16
    }
}

impl Form {
    fn file(&self, picture: &Picture) -> Vec<u8> {
        let plan = Plan::of(picture);
        let [major, ..] = self.brands;
        let ftyp = boxed(
            b"ftyp",
            &[
                &major[..],
                &[0; 4],
                &self.brands.map(|brand| &brand[..]).concat(),
            ],
        );
        // Two layouts may be alike by chance; the seed makes the files differ.
        let free = boxed(b"free", &[&picture.seed.to_be_bytes()]);
        // The head's size does not depend on the offsets in it.
        let head_len = ftyp.len() + self.meta(&plan, 0).len() + free.len();
        let mut data = self.coded.tiles.concat();
        data.extend(&plan.exif);
        let meta = self.meta(&plan, head_len as u32 + 8);
        [ftyp, meta, free, boxed(b"mdat", &[&data])].concat()
    }

    fn meta(&self, plan: &Plan, data_at: u32) -> Vec<u8> {
        let hdlr = versioned(b"hdlr", 0, 0, &[&[0; 4], b"pict", &[0; 12], b"\0"]);
        let pitm = versioned(b"pitm", 0, 0, &[&GRID.to_be_bytes()]);
        let idat = boxed(b"idat", &[&grid(plan)]);
        let parts = [
            hdlr,
            pitm,
            self.locations(plan, data_at),
            self.items(plan),
            references(plan),
            self.properties(plan),
            idat,
        ];
        versioned(b"meta", 0, 0, &[&parts.concat()])
    }

    fn items(&self, plan: &Plan) -> Vec<u8> {
        let entry = |id: u16, hidden: u32, kind: &[u8; 4]| {
            let ids = shorts(&[id, 0]);
            versioned(b"infe", 2, hidden, &[&ids, kind, b"\0"])
        };
        let mut entries = vec![entry(GRID, 0, b"grid")];
        entries.extend(plan.tile_ids().map(|id| entry(id, 1, self.item)));
        if !plan.exif.is_empty() {
            entries.push(entry(plan.exif_id(), 1, b"Exif"));
        }
        let count = (entries.len() as u16).to_be_bytes();
        versioned(b"iinf", 0, 0, &[&count, &entries.concat()])
    }

    fn locations(&self, plan: &Plan, data_at: u32) -> Vec<u8> {
        // Identifier, where it lies (1: in `idat`), data reference, one extent: offset and length.
        let place = |id: u16, method: u16, at: usize, len: usize| {
            let at = if method == 1 { 0 } else { data_at + at as u32 };
            [shorts(&[id, method, 0, 1]), numbers(&[at, len as u32])].concat()
        };
        let tiles = &self.coded.tiles;
        let start = |tile: usize| tiles[..tile].iter().map(|tile| tile.len()).sum::<usize>();
        let mut places = vec![place(GRID, 1, 0, 8)];
        for (id, &tile) in plan.tile_ids().zip(&plan.layout) {
            places.push(place(id, 0, start(tile), tiles[tile].len()));
        }
        if !plan.exif.is_empty() {
            places.push(place(plan.exif_id(), 0, start(4), plan.exif.len()));
        }
        // Offsets and lengths of four bytes, no base offset.
        let head = shorts(&[0x4400, places.len() as u16]);
        versioned(b"iloc", 1, 0, &[&head, &places.concat()])
    }

    fn properties(&self, plan: &Plan) -> Vec<u8> {
        let size = |width, height| versioned(b"ispe", 0, 0, &[&numbers(&[width, height])]);
        let mut all = [
            boxed(self.configuration, &[self.coded.configuration]),
            size(TILE_SIDE, TILE_SIDE),
            size(plan.width, plan.height),
            versioned(b"pixi", 0, 0, &[&[3, 8, 8, 8]]),
        ]
        .concat();
        let mut of_grid = vec![3, 4];
        if plan.turns > 0 {
            all.extend(boxed(b"irot", &[&[plan.turns]]));
            // The highest bit: who cannot do it must not show the picture.
            of_grid.push(0x80 | 5);
        }
        let association = |id: u16, properties: &[u8]| {
            [&id.to_be_bytes()[..], &[properties.len() as u8], properties].concat()
        };
        let mut associations = association(GRID, &of_grid);
        for id in plan.tile_ids() {
            associations.extend(association(id, &[0x81, 2, 4]));
        }
        let count = numbers(&[1 + plan.layout.len() as u32]);
        let ipma = versioned(b"ipma", 0, 0, &[&count, &associations]);
        boxed(b"iprp", &[&boxed(b"ipco", &[&all]), &ipma])
    }
}

/// How the tiles make the picture: rows and columns (one less), size.
fn grid(plan: &Plan) -> Vec<u8> {
    let mut bytes = vec![0, 0, (plan.rows - 1) as u8, (plan.columns - 1) as u8];
    bytes.extend(shorts(&[plan.width as u16, plan.height as u16]));
    bytes
}

/// The picture is derived from its tiles; EXIF describes it.
fn references(plan: &Plan) -> Vec<u8> {
    let mut tiles = vec![GRID, plan.layout.len() as u16];
    tiles.extend(plan.tile_ids());
    let derived = boxed(b"dimg", &[&shorts(&tiles)]);
    let described = if plan.exif.is_empty() {
        Vec::new()
    } else {
        boxed(b"cdsc", &[&shorts(&[plan.exif_id(), 1, GRID])])
    };
    versioned(b"iref", 0, 0, &[&derived, &described])
}
