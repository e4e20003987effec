//! What fuzz targets call: a picture's way into a PDF.

use super::document::Document;
use super::fonts::Fonts;
use super::picture::Picture;
use media::thumbnail::Inside;

/// Puts a picture into a PDF, as it is and made small.
pub fn picture(bytes: &[u8]) {
    for longest_side in [None, Some(16)] {
        let Ok(picture) = Picture::of(bytes.to_vec(), longest_side, &Inside) else {
            continue;
        };
        let fonts = Fonts::default();
        let written = Document::new(Vec::new(), &fonts).and_then(|mut document| {
            document.image(&picture)?;
            document.finish("a title")
        });
        assert!(written.is_ok_and(|pdf| pdf.starts_with(b"%PDF-")));
    }
}
