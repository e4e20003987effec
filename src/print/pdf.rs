//! Writes a PDF file object by object, so that no more than one picture is in memory at a time. The objects are `pdf-writer`'s.

use std::io::{self, Write};

use pdf_writer::{Chunk, Ref};

/// Says that it is PDF 1.7, and that it holds bytes that are no text.
const HEAD: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n";

/// A PDF file in the making.
pub(crate) struct PdfFile<W> {
    out: W,
    at: u64,
    /// Where each object begins; 0 for one not written yet. The first has the number 1.
    offsets: Vec<u64>,
}

impl<W: Write> PdfFile<W> {
    /// Begins a file.
    pub(crate) fn new(out: W) -> io::Result<Self> {
        let mut file = Self {
            out,
            at: 0,
            offsets: Vec::new(),
        };
        file.write(HEAD)?;
        Ok(file)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// Returns a number for an object that will be written.
    pub(crate) fn reserve(&mut self) -> Ref {
        self.offsets.push(0);
        Ref::new(i32::try_from(self.offsets.len()).unwrap_or(i32::MAX))
    }

    /// Writes one object, which `fill` makes with that number.
    pub(crate) fn put(&mut self, id: Ref, fill: impl FnOnce(&mut Chunk)) -> io::Result<()> {
        let mut chunk = Chunk::new();
        fill(&mut chunk);
        let index = usize::try_from(id.get() - 1).unwrap_or(usize::MAX);
        if let Some(offset) = self.offsets.get_mut(index) {
            *offset = self.at;
        }
        self.write(chunk.as_bytes())
    }

    /// Writes the table of objects and ends the file. Every number reserved must have been used.
    pub(crate) fn finish(mut self, catalog: Ref, info: Ref) -> io::Result<W> {
        let table_at = self.at;
        let count = self.offsets.len() + 1;
        let mut table = format!("xref\n0 {count}\n0000000000 65535 f \n");
        for offset in &self.offsets {
            table.push_str(&format!("{offset:010} 00000 n \n"));
        }
        self.write(table.as_bytes())?;
        let (root, info) = (catalog.get(), info.get());
        self.write(
            format!("trailer\n<< /Size {count} /Root {root} 0 R /Info {info} 0 R >>").as_bytes(),
        )?;
        self.write(format!("\nstartxref\n{table_at}\n%%EOF\n").as_bytes())?;
        Ok(self.out)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_where_each_object_begins() {
        let mut file = PdfFile::new(Vec::new()).unwrap();
        let [one, two] = [file.reserve(), file.reserve()];
        file.put(two, |chunk| {
            chunk.indirect(two).primitive(22);
        })
        .unwrap();
        file.put(one, |chunk| {
            chunk.indirect(one).primitive(11);
        })
        .unwrap();
        let bytes = file.finish(one, two).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let table = bytes.windows(5).position(|five| five == b"xref\n").unwrap();
        let lines: Vec<&str> = std::str::from_utf8(&bytes[table..])
            .unwrap()
            .lines()
            .collect();
        for (number, line) in [(1, lines[3]), (2, lines[4])] {
            let at: usize = line[..10].parse().unwrap();
            assert!(
                bytes[at..].starts_with(format!("{number} 0 obj").as_bytes()),
                "{text}"
            );
        }
        assert!(text.contains(&format!("startxref\n{table}\n")), "{text}");
        assert!(
            text.contains("/Root 1 0 R") && text.contains("/Size 3"),
            "{text}"
        );
    }
}
