//! Finds an entry's bytes in a zip and inflates them.

use deflate64::InflaterManaged;
use flate2::{FlushDecompress, Status};

use super::ZipPlace;
use super::header::{DEFLATED, DEFLATED_64, LOCAL, LOCAL_SIZE, STORED, u16_at};
use crate::EntryError;
use crate::bytes::{Buffers, CHUNK, Halt, Packed, Sink, Tally};
use crate::positional::SharedFile;

/// Name and extra fields read along with the local header; longer ones cost a second read.
const USUAL_HEAD: u64 = 512;

/// Hands the bytes of an entry to `sink` and returns their CRC, proven.
pub(crate) fn stream(
    file: &SharedFile,
    place: &ZipPlace,
    tally: Tally,
    buffers: &mut Buffers,
    sink: Sink<'_>,
) -> Result<u32, Halt> {
    let Buffers {
        input,
        output,
        inflate,
    } = buffers;
    // Header and first bytes in one read: for small files, the only one.
    let guess = place
        .compressed
        .saturating_add(LOCAL_SIZE as u64 + USUAL_HEAD);
    let first = CHUNK.min(usize::try_from(guess).unwrap_or(CHUNK));
    let have = file.read_at(&mut input[..first], place.header)?;
    let head = head_size(&input[..have])?;
    let mut packed = Packed::new(file, input, place.header, have);
    packed.begin(head, place.compressed);
    match place.method {
        STORED => packed.give_all(tally, sink),
        DEFLATED => {
            inflate.reset(false);
            let step = |input: &[u8], output: &mut [u8]| deflate_step(inflate, input, output);
            unpack(packed, output, tally, sink, step)
        }
        DEFLATED_64 => {
            let mut inflate = Box::new(InflaterManaged::new());
            let step =
                |input: &[u8], output: &mut [u8]| deflate64_step(&mut inflate, input, output);
            unpack(packed, output, tally, sink, step)
        }
        other => Err(EntryError::Method(other.to_string()).into()),
    }
}

/// Returns the offset of a stored entry's bytes.
pub(crate) fn stored_offset(file: &SharedFile, place: &ZipPlace) -> Option<u64> {
    if place.method != STORED {
        return None;
    }
    let fixed = file.array_at::<LOCAL_SIZE>(place.header).ok()??;
    let offset = place.header.checked_add(head_size(&fixed).ok()? as u64)?;
    let end = offset.checked_add(place.compressed)?;
    (end <= file.len()).then_some(offset)
}

/// Returns how long the local header with name and extra fields is.
fn head_size(bytes: &[u8]) -> Result<usize, EntryError> {
    if bytes.len() < LOCAL_SIZE {
        return Err(EntryError::CutOff);
    }
    if bytes[..4] != LOCAL {
        return Err(EntryError::Damaged(
            "no entry begins where the directory says".to_owned(),
        ));
    }
    Ok(LOCAL_SIZE + usize::from(u16_at(bytes, 26)) + usize::from(u16_at(bytes, 28)))
}

/// What one step of unpacking did.
struct Step {
    consumed: usize,
    produced: usize,
    finished: bool,
}

fn unpack(
    mut packed: Packed<'_>,
    output: &mut [u8],
    mut tally: Tally,
    sink: Sink<'_>,
    mut step: impl FnMut(&[u8], &mut [u8]) -> Result<Step, EntryError>,
) -> Result<u32, Halt> {
    loop {
        packed.refill()?;
        let done = step(packed.ready(), output)?;
        packed.consume(done.consumed);
        tally.give(&output[..done.produced], sink)?;
        if done.finished {
            return Ok(tally.finish()?);
        }
        if done.consumed == 0 && done.produced == 0 {
            return Err(
                EntryError::Damaged("the compressed bytes end too early".to_owned()).into(),
            );
        }
    }
}

fn deflate_step(
    inflate: &mut flate2::Decompress,
    input: &[u8],
    output: &mut [u8],
) -> Result<Step, EntryError> {
    let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
    let status = inflate
        .decompress(input, output, FlushDecompress::None)
        .map_err(|_| EntryError::Damaged("the compressed bytes make no sense".to_owned()))?;
    // Differences within one step: at most a buffer long.
    let moved = |before: u64, after: u64| usize::try_from(after - before).unwrap_or(0);
    Ok(Step {
        consumed: moved(before_in, inflate.total_in()),
        produced: moved(before_out, inflate.total_out()),
        finished: status == Status::StreamEnd,
    })
}

fn deflate64_step(
    inflate: &mut InflaterManaged,
    input: &[u8],
    output: &mut [u8],
) -> Result<Step, EntryError> {
    let result = inflate.inflate(input, output);
    if result.data_error {
        return Err(EntryError::Damaged(
            "the compressed bytes make no sense".to_owned(),
        ));
    }
    Ok(Step {
        consumed: result.bytes_consumed,
        produced: result.bytes_written,
        finished: inflate.finished(),
    })
}
