//! The first bytes of entries, to see what kind of file they are without reading them.

use std::collections::HashMap;
use std::sync::Mutex;

use super::bytes::{Buffers, Tally};
use super::positional::SharedFile;
use super::tree::{Place, Source};
use super::zip_part::{ZipPlace, inflate};
use super::{Archive, EntryConsumer, EntryError, EntryId, Stop, Workers};

/// Packed bytes of a zip's entry that are read for its first bytes: no packer makes less of a file's head than this.
const PACKED: u64 = 16 << 10;

impl Archive {
    /// Returns up to `most` first bytes of each entry, unchecked. Entries that cannot be read have none.
    ///
    /// A tgz is read through for those in it; of all others little more than these bytes is read.
    pub fn first_bytes(
        &self,
        ids: &[EntryId],
        most: usize,
        workers: Workers,
    ) -> HashMap<EntryId, Vec<u8>> {
        let mut heads = HashMap::new();
        let mut streamed = Vec::new();
        let mut buffers = Buffers::new();
        // A small output ends the inflating as soon as there is enough.
        buffers.output.truncate(most.max(1));
        for id in ids {
            match self.places.get(id.0) {
                Some(Place::Stream { kept: None, .. }) => streamed.push(*id),
                Some(_) => {
                    heads.insert(*id, self.head(*id, most, &mut buffers));
                }
                None => {}
            }
        }
        if !streamed.is_empty() {
            let found = Mutex::new(HashMap::new());
            self.visit(&streamed, workers, &|| Heads {
                found: &found,
                most,
                current: None,
            });
            // A worker that died while it held the map left bytes that are still true.
            let found = found
                .into_inner()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            heads.extend(found);
        }
        heads
    }

    fn head(&self, id: EntryId, most: usize, buffers: &mut Buffers) -> Vec<u8> {
        let Some((entry, place)) = self.entry(id) else {
            return Vec::new();
        };
        if entry.problem.is_some() {
            return Vec::new();
        }
        let mut head = Vec::new();
        let mut take = |bytes: &[u8]| {
            let wanted = bytes.len().min(most - head.len());
            head.extend_from_slice(&bytes[..wanted]);
            if head.len() < most { Ok(()) } else { Err(Stop) }
        };
        // Whether it ended by an error or because there was enough: what came is what there is.
        match (place, self.sources.get(entry.part.0)) {
            (Place::Zip(place), Some(Source::File(part))) => {
                let short = ZipPlace {
                    compressed: place.compressed.min(PACKED),
                    ..place.clone()
                };
                let tally = Tally::new(entry.size_bytes, None);
                let _ = inflate::stream(part, &short, tally, buffers, &mut take);
            }
            (Place::File(path), _) => {
                return SharedFile::open(path)
                    .map_or_else(|_| Vec::new(), |file| read_head(&file, 0, most));
            }
            (Place::Span(offset), Some(Source::File(part))) => {
                let most = most.min(usize::try_from(entry.size_bytes).unwrap_or(most));
                return read_head(part, *offset, most);
            }
            _ => {
                let _ = self.stream(id, buffers, &mut take);
            }
        }
        head
    }
}

fn read_head(file: &SharedFile, offset: u64, most: usize) -> Vec<u8> {
    let mut head = vec![0; most];
    let read = file.read_at(&mut head, offset).unwrap_or(0);
    head.truncate(read);
    head
}

/// Keeps the first bytes of what comes by in a stream.
struct Heads<'a> {
    found: &'a Mutex<HashMap<EntryId, Vec<u8>>>,
    most: usize,
    current: Option<(EntryId, Vec<u8>)>,
}

impl EntryConsumer for Heads<'_> {
    fn begin(&mut self, id: EntryId) -> bool {
        self.current = Some((id, Vec::new()));
        true
    }

    fn chunk(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        if let Some((_, head)) = &mut self.current {
            let wanted = bytes.len().min(self.most - head.len());
            head.extend_from_slice(&bytes[..wanted]);
        }
        Ok(())
    }

    fn end(&mut self, _: Result<u32, EntryError>) {
        if let (Some((id, head)), Ok(mut found)) = (self.current.take(), self.found.lock()) {
            found.insert(id, head);
        }
    }
}
