//! Opens a tar or tgz part: one pass lists its entries, sums their bytes and keeps its record files.

mod broken;
pub(super) mod keep;
mod member;
mod reader;

pub(super) use broken::Broken;
pub(super) use keep::{Keeper, Kept};
pub(super) use member::Member;
pub(super) use reader::TarReader;

use std::io::{BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use super::bytes::CHUNK;
use super::positional::{Forward, SharedFile};
use super::tree::{Found, Place};
use super::{EntryError, Modified, OpenOptions, PartFault, PartKind, names};

/// Bytes behind the end of a tar that are read to prove the checksum of the gzip around it. More is no padding.
const LONGEST_PADDING: u64 = 64 << 20;

/// Reads a tar part from its first byte to its last.
pub(super) type Stream<'a> = TarReader<Box<dyn Read + Send + 'a>>;

/// Begins to read a part from the front.
pub(super) fn stream(file: &SharedFile, kind: PartKind) -> Stream<'_> {
    let raw = BufReader::with_capacity(CHUNK, Forward::new(file, 0, file.len()));
    if kind == PartKind::TarGz {
        return TarReader::new(Box::new(BufReader::new(MultiGzDecoder::new(raw))));
    }
    TarReader::new(Box::new(raw))
}

/// Lists the entries of a part.
pub(super) fn open(
    file: &SharedFile,
    kind: PartKind,
    options: &OpenOptions,
    keeper: &mut Keeper,
) -> (Vec<Found>, Vec<PartFault>) {
    let mut stream = stream(file, kind);
    let mut pass = FirstPass {
        kind,
        options,
        keeper,
        found: Vec::new(),
        chunk: vec![0; CHUNK],
    };
    let ended = pass.run(&mut stream);
    let found = pass.found;
    let fault = match ended.and_then(|()| prove_end(stream)) {
        Ok(()) => None,
        Err(Broken::CutOff) => Some(PartFault::CutOff {
            whole: found
                .iter()
                .filter(|found| found.problem != Some(EntryError::CutOff))
                .count(),
        }),
        Err(Broken::Damaged(what)) => Some(PartFault::Damaged(format!(
            "{what}, after {} entries",
            found.len()
        ))),
        Err(Broken::Io(error)) => Some(PartFault::Io(error)),
    };
    (found, fault.into_iter().collect())
}

/// Reads on to the end of the compressed stream: only there gzip tells whether the bytes were right.
fn prove_end(stream: Stream<'_>) -> Result<(), Broken> {
    let mut rest = stream.into_inner().take(LONGEST_PADDING);
    match std::io::copy(&mut rest, &mut std::io::sink()) {
        // Anything else behind the end is foreign bytes, which harm nobody.
        Err(error) if error.to_string().contains("checksum") => {
            Err(Broken::Damaged("the gzip checksum differs".to_owned()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(Broken::CutOff),
        _ => Ok(()),
    }
}

struct FirstPass<'a> {
    kind: PartKind,
    options: &'a OpenOptions,
    keeper: &'a mut Keeper,
    found: Vec<Found>,
    chunk: Vec<u8>,
}

impl FirstPass<'_> {
    fn run(&mut self, stream: &mut Stream<'_>) -> Result<(), Broken> {
        let mut ordinal = 0;
        while let Some(member) = stream.next()? {
            if member.is_directory {
                continue;
            }
            let read = self.member(stream, &member, ordinal);
            ordinal += 1;
            read?;
        }
        Ok(())
    }

    /// Adds one entry; if the part breaks off inside, it is added as cut off.
    fn member(
        &mut self,
        stream: &mut Stream<'_>,
        member: &Member,
        ordinal: usize,
    ) -> Result<(), Broken> {
        let raw_name = names::decode(&member.name, self.options.name_encoding.as_deref());
        let mut found = Found {
            raw_name,
            size_bytes: member.size,
            crc32: None,
            modified: member.modified.map(Modified::Exact),
            problem: member.problem.clone(),
            place: Place::Nowhere,
        };
        let mut read = Ok(());
        if found.problem.is_none() {
            let wants_keeping = self.kind == PartKind::TarGz;
            match self.sum(
                stream,
                wants_keeping.then_some(&found.raw_name),
                member.size,
            ) {
                Ok((crc32, kept)) => {
                    found.crc32 = Some(crc32);
                    found.place = match self.kind {
                        PartKind::TarGz => Place::Stream { ordinal, kept },
                        _ => Place::Span(member.offset),
                    };
                }
                Err(broken) => {
                    found.problem = Some(broken.of_entry());
                    read = Err(broken);
                }
            }
        }
        self.found.push(found);
        read
    }

    fn sum(
        &mut self,
        stream: &mut Stream<'_>,
        name: Option<&String>,
        size: u64,
    ) -> Result<(u32, Option<Kept>), Broken> {
        let mut hasher = crc32fast::Hasher::new();
        let mut keeping = name.and_then(|name| self.keeper.begin(name, size));
        loop {
            let n = stream.read(&mut self.chunk)?;
            if n == 0 {
                break;
            }
            hasher.update(&self.chunk[..n]);
            if let Some(keeping) = &mut keeping {
                self.keeper.push(keeping, &self.chunk[..n]);
            }
        }
        let kept = keeping.and_then(|keeping| self.keeper.end(keeping));
        Ok((hasher.finalize(), kept))
    }
}
