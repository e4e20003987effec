//! Prints: pictures of the library as a PDF, as single prints, contact sheets or a simple book.
//!
//! JPEG originals go in byte for byte. Nothing depends on the clock: the same library, options and fonts give the same file.

mod book;
mod contact;
mod document;
mod embed;
mod error;
mod fonts;
#[doc(hidden)]
pub mod fuzzed;
pub mod geometry;
mod glyph;
mod latin;
mod pdf;
mod picture;
mod prints;
mod report;
mod select;
pub mod size;
mod text;

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use pdf_writer::Ref;

use catalog::Catalog;
use media::thumbnail::Decoder;
use model::select::Select;
use model::shown::shown;
use monitor::{Monitor, Unit, Warning};
use writer::library::Library;

use document::{Document, Sheet};
use fonts::Fonts;
use geometry::{Fit, Placed, good_for, good_mm, is_good, place};
use picture::Picture;
use select::Picked;
use size::Size;

pub use error::PrintError;
pub use report::{LeftOut, LowResolution, PrintReport, Undrawable};

/// Forms of a PDF.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// A page for each picture.
    Prints {
        /// How a picture is put on its page.
        fit: Fit,
        /// How often each page is there.
        copies: usize,
    },
    /// Many small pictures on a page.
    Contact {
        /// Pictures beside each other.
        columns: usize,
        /// Pictures above each other.
        rows: usize,
    },
    /// A title page, a chapter for each month, captions.
    Book,
}

impl Form {
    /// Returns whether paper of this size has room for it.
    pub fn has_room(&self, size: &Size) -> bool {
        match self {
            Self::Prints { .. } => true,
            Self::Contact { columns, rows } => {
                contact::has_room(size.width, size.height, *columns, *rows)
            }
            Self::Book => book::has_room(size.width, size.height),
        }
    }
}

/// What to print, and how.
#[derive(Debug, Clone)]
pub struct PrintOptions {
    /// Which assets.
    pub select: Select,
    /// Hidden and trashed ones, too.
    pub include_hidden: bool,
    /// Form of the PDF.
    pub form: Form,
    /// Size of the finished paper.
    pub size: Size,
    /// Points to which colour runs beyond the paper's edge.
    pub bleed: f64,
    /// Marks where to cut.
    pub crop_marks: bool,
    /// Title of the document; `None`: the years of the pictures.
    pub title: Option<String>,
    /// Pictures that would have more dots per inch than this are made smaller. `None`: originals stay as they are.
    pub most_dpi: Option<f64>,
    /// Folders in which fonts are looked for.
    pub font_folders: Vec<PathBuf>,
}

/// Writes the pictures a query asks for into a new PDF file.
///
/// # Errors
/// Fails if there is something of that name, nothing to print, the catalog cannot be read, the file cannot be written
/// or the monitor wants to stop; then no file is left. Pictures that cannot be printed are in the report.
pub fn print(
    library: &Library,
    catalog: &Catalog,
    file: &Path,
    options: &PrintOptions,
    decoder: &dyn Decoder,
    monitor: &dyn Monitor,
) -> Result<PrintReport, PrintError> {
    let failed = |source| PrintError::Write {
        path: file.to_owned(),
        source,
    };
    if file.symlink_metadata().is_ok() {
        return Err(PrintError::Exists {
            path: file.to_owned(),
        });
    }
    let picks = select::select(catalog, options).map_err(PrintError::Catalog)?;
    if picks.pictures.is_empty() {
        return Err(PrintError::Nothing {
            films: picks.films,
            hidden: picks.hidden,
        });
    }
    let title = options.title.clone().unwrap_or_else(|| picks.years());
    let fonts = match options.form {
        // No text is on prints.
        Form::Prints { .. } => Fonts::default(),
        _ => Fonts::find(&options.font_folders, &picks.characters(&title)),
    };
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let made = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    let document = Document::new(BufWriter::new(made), &fonts).map_err(failed)?;
    let mut job = Job {
        library,
        options,
        decoder,
        monitor,
        document,
        report: PrintReport::of(&picks, &fonts),
        file,
    };
    monitor.step("printing", Some(picks.pictures.len() as u64), Unit::Items);
    match &options.form {
        Form::Prints { fit, copies } => prints::write(&mut job, &picks, *fit, *copies)?,
        Form::Contact { columns, rows } => contact::write(&mut job, &picks, *columns, *rows)?,
        Form::Book => book::write(&mut job, &picks, &title)?,
    }
    let Job {
        document,
        mut report,
        ..
    } = job;
    if report.printed.is_empty() {
        return Err(PrintError::NonePrintable {
            left_out: report.left_out,
        });
    }
    report.pages = document.page_count();
    let out = document.finish(&title).map_err(failed)?;
    let made = out
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    disk::durable::sync(made.as_file()).map_err(failed)?;
    report.size_bytes = made.as_file().metadata().map_err(failed)?.len();
    made.persist_noclobber(file).map_err(|error| {
        match error.error.kind() == std::io::ErrorKind::AlreadyExists {
            true => PrintError::Exists {
                path: file.to_owned(),
            },
            false => failed(error.error),
        }
    })?;
    Ok(report)
}

/// One run.
struct Job<'a, W> {
    library: &'a Library,
    options: &'a PrintOptions,
    decoder: &'a dyn Decoder,
    monitor: &'a dyn Monitor,
    document: Document<'a, W>,
    report: PrintReport,
    file: &'a Path,
}

/// A picture that is in the PDF.
struct Put {
    image: Ref,
    orientation: u8,
    pixels: (u32, u32),
}

impl<W: Write> Job<'_, W> {
    fn failed(&self, source: std::io::Error) -> PrintError {
        PrintError::Write {
            path: self.file.to_owned(),
            source,
        }
    }

    /// Puts a picture into the PDF; `None` for one that cannot be printed, which the report then names. `placed` says where so many
    /// pixels would be.
    fn put(
        &mut self,
        picked: &Picked,
        placed: impl Fn((u32, u32)) -> Placed,
    ) -> Result<Option<Put>, PrintError> {
        if self.monitor.stopped() {
            return Err(PrintError::Stopped);
        }
        self.monitor.advance(1);
        let most = self
            .options
            .most_dpi
            .zip(picked.shown)
            .map(|(dpi, pixels)| {
                let picture = placed(pixels).picture;
                (picture.width.max(picture.height) / size::POINTS_OF_INCH * dpi).ceil() as u32
            });
        let path = self.library.root().join(&picked.path);
        let picture = match Picture::read(&path, &picked.content_hash, most, self.decoder) {
            Ok(picture) => picture,
            Err(fault) => {
                let why = shown(&fault.to_string());
                self.monitor.warn(Warning {
                    subject: picked.path.clone(),
                    message: format!("not printed: {why}"),
                });
                self.report.left_out.push(LeftOut {
                    path: picked.path.clone(),
                    why,
                });
                return Ok(None);
            }
        };
        let image = self
            .document
            .image(&picture)
            .map_err(|source| self.failed(source))?;
        self.report.printed.push(picked.path.clone());
        Ok(Some(Put {
            image,
            orientation: picture.orientation,
            pixels: picture.shown(),
        }))
    }

    /// Ends a sheet: its marks, if they are wanted, and so many copies of it.
    fn end(&mut self, mut sheet: Sheet, copies: usize) -> Result<(), PrintError> {
        if self.options.crop_marks {
            sheet.mark();
        }
        self.document
            .add(sheet, copies)
            .map_err(|source| self.failed(source))
    }

    /// Notes a picture that is too small for its place. `original` are the pixels of the file in the library.
    fn check(&mut self, picked: &Picked, put: &Put, placed: &Placed, fit: Fit) {
        let pixels = picked.shown.unwrap_or(put.pixels);
        let dpi = placed.dpi(pixels);
        if is_good(dpi) {
            return;
        }
        self.report.low.push(LowResolution {
            path: picked.path.clone(),
            pixels,
            dpi,
            good_for: good_for(pixels, self.options.bleed, fit).map(|size| size.name),
            good_mm: good_mm(pixels),
        });
    }

    /// Notes what of a text is not on paper as it was written.
    fn check_text(&mut self, picked: Option<&Picked>, text: &str, cut: bool) {
        let path = picked.map(|picked| picked.path.clone());
        let characters = text::undrawable(self.document.fonts(), text);
        if !characters.is_empty() {
            self.report.undrawable.push(Undrawable {
                path: path.clone(),
                characters,
            });
        }
        if cut {
            self.report.cut.push(path.unwrap_or_default());
        }
    }
}
