//! A PDF document in the making: sheets, pictures, texts.

use std::collections::BTreeMap;
use std::io::{self, Write};

use pdf_writer::{Content, Filter, Finish, Name, Rect as PdfRect, Ref, Str, TextStr};

use super::embed::UsedFont;
use super::fonts::Fonts;
use super::geometry::{Boxes, Placed, Rect};
use super::glyph::Glyph;
use super::pdf::PdfFile;
use super::picture::{Picture, deflate};
use super::text::{Face, Line, own_width};

/// Width of crop marks, in points.
const MARK_WIDTH: f32 = 0.25;

/// Pages of a node of the tree.
const MOST_KIDS: usize = 500;

/// A document.
pub(crate) struct Document<'f, W> {
    file: PdfFile<W>,
    fonts: &'f Fonts,
    used: BTreeMap<Face, UsedFont>,
    /// Objects of colour profiles, by their bytes.
    profiles: BTreeMap<Vec<u8>, Ref>,
    pages: Vec<Ref>,
    nodes: Vec<Ref>,
}

/// A page in the making.
pub(crate) struct Sheet {
    /// Its boxes.
    pub boxes: Boxes,
    content: Content,
    images: Vec<Ref>,
    faces: BTreeMap<Face, Ref>,
}

impl Sheet {
    /// Begins an empty page.
    pub(crate) fn new(boxes: Boxes) -> Self {
        Self {
            boxes,
            content: Content::new(),
            images: Vec::new(),
            faces: BTreeMap::new(),
        }
    }

    /// Draws a picture, of which no more is seen than its window.
    pub(crate) fn draw(&mut self, image: Ref, placed: &Placed, orientation: u8) {
        self.content.save_state();
        if placed.window != placed.picture {
            let Rect {
                x,
                y,
                width,
                height,
            } = placed.window;
            self.content
                .rect(x as f32, y as f32, width as f32, height as f32)
                .clip_nonzero()
                .end_path();
        }
        self.content.transform(placed.matrix(orientation));
        self.content.x_object(Name(image_name(image).as_bytes()));
        self.content.restore_state();
        if !self.images.contains(&image) {
            self.images.push(image);
        }
    }

    /// Draws crop marks.
    pub(crate) fn mark(&mut self) {
        self.content.save_state().set_line_width(MARK_WIDTH);
        for [from, to] in self.boxes.marks() {
            self.content
                .move_to(from.0 as f32, from.1 as f32)
                .line_to(to.0 as f32, to.1 as f32)
                .stroke();
        }
        self.content.restore_state();
    }
}

fn image_name(id: Ref) -> String {
    format!("I{}", id.get())
}

fn font_name(id: Ref) -> String {
    format!("F{}", id.get())
}

impl<'f, W: Write> Document<'f, W> {
    /// Begins a document.
    pub(crate) fn new(out: W, fonts: &'f Fonts) -> io::Result<Self> {
        Ok(Self {
            file: PdfFile::new(out)?,
            fonts,
            used: BTreeMap::new(),
            profiles: BTreeMap::new(),
            pages: Vec::new(),
            nodes: Vec::new(),
        })
    }

    /// Returns the fonts it uses.
    pub(crate) fn fonts(&self) -> &'f Fonts {
        self.fonts
    }

    /// Returns how many pages are written.
    pub(crate) fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// Writes a picture, to be drawn on pages.
    pub(crate) fn image(&mut self, picture: &Picture) -> io::Result<Ref> {
        let profile = match picture.profile() {
            Some(profile) => Some(self.profile(profile, picture.components())?),
            None => None,
        };
        let id = self.file.reserve();
        self.file
            .put(id, |chunk| picture.write(chunk, id, profile))?;
        Ok(id)
    }

    fn profile(&mut self, profile: &[u8], components: u8) -> io::Result<Ref> {
        if let Some(id) = self.profiles.get(profile) {
            return Ok(*id);
        }
        let id = self.file.reserve();
        let deflated = deflate(profile)?;
        self.file.put(id, |chunk| {
            let mut icc = chunk.icc_profile(id, &deflated);
            icc.n(components.into()).filter(Filter::FlateDecode);
        })?;
        self.profiles.insert(profile.to_owned(), id);
        Ok(id)
    }

    /// Draws a line of text whose middle is at `x`.
    pub(crate) fn centred(&mut self, sheet: &mut Sheet, line: &Line, x: f64, y: f64, size: f64) {
        let mut x = x - line.width * size / 2.0;
        for run in &line.runs {
            let used = match self.used.get_mut(&run.face) {
                Some(used) => used,
                None => {
                    let id = self.file.reserve();
                    self.used.entry(run.face).or_insert(UsedFont::new(id))
                }
            };
            sheet.faces.insert(run.face, used.id);
            sheet.content.begin_text();
            sheet
                .content
                .set_font(Name(font_name(used.id).as_bytes()), size as f32);
            show(
                &mut sheet.content,
                self.fonts,
                used,
                run.face,
                &run.glyphs,
                (x, y),
                size,
            );
            sheet.content.end_text();
            x += run.glyphs.iter().map(|glyph| glyph.advance).sum::<f64>() * size;
        }
    }

    /// Writes a page, as often as is wanted.
    pub(crate) fn add(&mut self, sheet: Sheet, times: usize) -> io::Result<()> {
        let Sheet {
            boxes,
            content,
            images,
            faces,
        } = sheet;
        let content_id = self.file.reserve();
        let stream = deflate(&content.finish())?;
        self.file.put(content_id, |chunk| {
            chunk
                .stream(content_id, &stream)
                .filter(Filter::FlateDecode);
        })?;
        for _ in 0..times {
            if self.pages.len().is_multiple_of(MOST_KIDS) {
                let node = self.file.reserve();
                self.nodes.push(node);
            }
            let parent = self.nodes[self.nodes.len() - 1];
            let id = self.file.reserve();
            self.file.put(id, |chunk| {
                let mut page = chunk.page(id);
                page.parent(parent).contents(content_id);
                page.media_box(rect(boxes.media));
                page.bleed_box(rect(boxes.bleed));
                page.trim_box(rect(boxes.trim));
                let mut resources = page.resources();
                let mut objects = resources.x_objects();
                for image in &images {
                    objects.pair(Name(image_name(*image).as_bytes()), *image);
                }
                objects.finish();
                let mut fonts = resources.fonts();
                for font in faces.values() {
                    fonts.pair(Name(font_name(*font).as_bytes()), *font);
                }
            })?;
            self.pages.push(id);
        }
        Ok(())
    }

    /// Writes what belongs to all pages and ends the file.
    pub(crate) fn finish(mut self, title: &str) -> io::Result<W> {
        let [catalog, tree, info] = [(); 3].map(|()| self.file.reserve());
        for (node, pages) in self.nodes.iter().zip(self.pages.chunks(MOST_KIDS)) {
            self.file.put(*node, |chunk| {
                let mut written = chunk.pages(*node);
                written.parent(tree).count(number(pages.len()));
                written.kids(pages.iter().copied());
            })?;
        }
        self.file.put(tree, |chunk| {
            let mut written = chunk.pages(tree);
            written.count(number(self.pages.len()));
            written.kids(self.nodes.iter().copied());
        })?;
        self.file.put(catalog, |chunk| {
            chunk
                .indirect(catalog)
                .start::<pdf_writer::writers::Catalog<'_>>()
                .pages(tree);
        })?;
        self.file.put(info, |chunk| {
            let mut written = chunk
                .indirect(info)
                .start::<pdf_writer::writers::DocumentInfo<'_>>();
            written.title(TextStr(title)).producer(TextStr("albumen"));
        })?;
        for (face, used) in &self.used {
            match face {
                Face::Found(number) => used.write(&mut self.file, self.fonts, *number)?,
                Face::Standard => self.file.put(used.id, |chunk| {
                    let mut font = chunk.type1_font(used.id);
                    font.base_font(Name(b"Helvetica"));
                    font.encoding_predefined(Name(b"WinAnsiEncoding"));
                })?,
            }
        }
        self.file.finish(catalog, info)
    }
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn rect(rect: Rect) -> PdfRect {
    let (right, top) = rect.far();
    PdfRect::new(rect.x as f32, rect.y as f32, right as f32, top as f32)
}

/// Shows glyphs from a point on: those that follow each other as their font wants in one go.
fn show(
    content: &mut Content,
    fonts: &Fonts,
    used: &mut UsedFont,
    face: Face,
    glyphs: &[Glyph],
    (x, y): (f64, f64),
    size: f64,
) {
    let mut pen = x;
    let mut bytes: Vec<u8> = Vec::new();
    let mut begin = (x, y);
    let mut flush = |bytes: &mut Vec<u8>, at: (f64, f64)| {
        if !bytes.is_empty() {
            content.set_text_matrix([1.0, 0.0, 0.0, 1.0, at.0 as f32, at.1 as f32]);
            content.show(Str(bytes));
            bytes.clear();
        }
    };
    for glyph in glyphs {
        let at = (pen + glyph.offset.0 * size, y + glyph.offset.1 * size);
        let own = match face {
            Face::Found(number) => own_width(fonts, number, glyph.id),
            Face::Standard => glyph.advance,
        };
        let plain = glyph.offset == (0.0, 0.0);
        if !plain {
            flush(&mut bytes, begin);
        }
        if bytes.is_empty() {
            begin = at;
        }
        match face {
            Face::Found(_) => bytes.extend(used.glyph(glyph).to_be_bytes()),
            Face::Standard => bytes.push(glyph.id as u8),
        }
        pen += glyph.advance * size;
        if !plain || (own - glyph.advance).abs() > 1e-4 {
            flush(&mut bytes, begin);
        }
    }
    flush(&mut bytes, begin);
}
