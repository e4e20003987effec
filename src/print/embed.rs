//! Puts the used part of a font into the PDF, with what its glyphs mean.

use std::collections::BTreeMap;
use std::io::{self, Write};

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Rect, Ref, Str};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider, Tag};
use subsetter::GlyphRemapper;

use super::fonts::{Font, Fonts};
use super::glyph::Glyph;
use super::pdf::PdfFile;
use super::picture::deflate;
use super::text::own_width;

const UCS: SystemInfo<'_> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"UCS"),
    supplement: 0,
};

const IDENTITY: SystemInfo<'_> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// A font of which some glyphs are used.
pub(crate) struct UsedFont {
    /// Its object.
    pub id: Ref,
    glyphs: GlyphRemapper,
    texts: BTreeMap<u16, String>,
}

impl UsedFont {
    /// Begins with no glyph.
    pub(crate) fn new(id: Ref) -> Self {
        Self {
            id,
            glyphs: GlyphRemapper::new(),
            texts: BTreeMap::new(),
        }
    }

    /// Returns the number a glyph has in the PDF.
    pub(crate) fn glyph(&mut self, glyph: &Glyph) -> u16 {
        let id = self.glyphs.remap(glyph.id);
        if !glyph.text.is_empty() && glyph.id != 0 {
            self.texts.entry(id).or_insert_with(|| glyph.text.clone());
        }
        id
    }

    /// Writes font number `number` with all its objects.
    pub(crate) fn write<W: Write>(
        &self,
        file: &mut PdfFile<W>,
        fonts: &Fonts,
        number: usize,
    ) -> io::Result<()> {
        let font = &fonts.fonts[number];
        let [descendant, descriptor, data, cmap] = [(); 4].map(|()| file.reserve());
        let broken =
            |error: subsetter::Error| io::Error::other(format!("font {}: {error}", font.name));
        let subset = subsetter::subset(&font.data, font.index, &self.glyphs).map_err(broken)?;
        // Fonts of the PostScript kind go in without what is around their outlines.
        let outlines = FontRef::new(&subset)
            .ok()
            .and_then(|font| font.table_data(Tag::new(b"CFF ")))
            .map(|table| table.as_bytes());
        let stream = deflate(outlines.unwrap_or(&subset))?;
        let name = format!("{}+{}", tag(number), font.name);
        let name = Name(name.as_bytes());

        file.put(self.id, |chunk| {
            let mut font = chunk.type0_font(self.id);
            font.base_font(name)
                .encoding_predefined(Name(b"Identity-H"));
            font.descendant_font(descendant).to_unicode(cmap);
        })?;
        file.put(descendant, |chunk| {
            let mut cid = chunk.cid_font(descendant);
            cid.subtype(match outlines {
                Some(_) => CidFontType::Type0,
                None => CidFontType::Type2,
            });
            cid.base_font(name)
                .system_info(IDENTITY)
                .font_descriptor(descriptor);
            if outlines.is_none() {
                cid.cid_to_gid_map_predefined(Name(b"Identity"));
            }
            let widths = self
                .glyphs
                .remapped_gids()
                .map(|glyph| (own_width(fonts, number, glyph) * 1000.0) as f32);
            cid.widths().consecutive(0, widths);
        })?;
        file.put(descriptor, |chunk| {
            let mut about = chunk.font_descriptor(descriptor);
            describe(&mut about, font, name);
            match outlines {
                Some(_) => about.font_file3(data),
                None => about.font_file2(data),
            };
        })?;
        file.put(data, |chunk| {
            let mut written = chunk.stream(data, &stream);
            written.filter(Filter::FlateDecode);
            match outlines {
                Some(_) => written.pair(Name(b"Subtype"), Name(b"CIDFontType0C")),
                None => written.pair(
                    Name(b"Length1"),
                    i32::try_from(subset.len()).unwrap_or(i32::MAX),
                ),
            };
        })?;
        let mut meanings = UnicodeCmap::new(Name(b"Meanings"), UCS);
        for (glyph, text) in &self.texts {
            meanings.pair_with_multiple(*glyph, text.chars());
        }
        let meanings = meanings.finish();
        file.put(cmap, |chunk| {
            chunk.cmap(cmap, &meanings).finish();
        })
    }
}

/// Six letters that mark a font as a part of one; each font of a file needs others.
fn tag(number: usize) -> String {
    let mut rest = number;
    let letters: Vec<char> = (0..6)
        .map(|_| {
            let letter = (b'A' + (rest % 26) as u8) as char;
            rest /= 26;
            letter
        })
        .collect();
    letters.into_iter().rev().collect()
}

fn describe(about: &mut pdf_writer::writers::FontDescriptor<'_>, font: &Font, name: Name<'_>) {
    about
        .name(name)
        .flags(FontFlags::SYMBOLIC)
        .italic_angle(0.0)
        .stem_v(80.0);
    let Some(opened) = font.open() else {
        return;
    };
    let metrics = opened.metrics(Size::unscaled(), LocationRef::default());
    let size = f32::from(metrics.units_per_em.max(1));
    let scaled = |value: f32| value * 1000.0 / size;
    let bounds = metrics.bounds.unwrap_or_default();
    about.bbox(Rect::new(
        scaled(bounds.x_min),
        scaled(bounds.y_min),
        scaled(bounds.x_max),
        scaled(bounds.y_max),
    ));
    about.ascent(scaled(metrics.ascent));
    about.descent(scaled(metrics.descent));
    about.cap_height(scaled(metrics.cap_height.unwrap_or(metrics.ascent)));
}
