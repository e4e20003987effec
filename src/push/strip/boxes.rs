//! Boxes of ISO base media files (ISO/IEC 14496-12) in memory: listed strictly, and written.

/// A box.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    /// Four letters.
    pub name: [u8; 4],
    /// What is in it.
    pub body: &'a [u8],
    /// Where the body begins in what was listed.
    pub start: usize,
}

/// Boxes of one level that are believed: a grid of a thousand tiles has a thousand.
const MOST: usize = 100_000;

/// Bytes behind the last box that are no box: QuickTime ends some lists with four zeros.
const TAIL: usize = 8;

/// Lists the boxes that bytes are made of.
///
/// # Errors
/// Fails if one is larger than the bytes, smaller than its own head, or has no length: all of it must be accounted for.
pub(crate) fn parts(bytes: &[u8]) -> Result<Vec<Part<'_>>, String> {
    let mut all = Vec::new();
    let mut at = 0;
    while bytes.len() - at >= TAIL {
        let part = part(bytes, at).ok_or("one of its boxes has another size than it says")?;
        at = part.start + part.body.len();
        all.push(part);
        if all.len() > MOST {
            return Err("it has too many boxes".to_owned());
        }
    }
    Ok(all)
}

fn part(bytes: &[u8], at: usize) -> Option<Part<'_>> {
    let size = number(bytes.get(at..at + 4)?);
    let name = bytes.get(at + 4..at + 8)?.try_into().ok()?;
    let (head, size) = match size {
        1 => (16, number(bytes.get(at + 8..at + 16)?)),
        size => (8, size),
    };
    let end = at.checked_add(usize::try_from(size).ok()?)?;
    let start = at + head;
    // A size of zero would mean: to the end of the file.
    let body = bytes.get(start..end)?;
    Some(Part { name, body, start })
}

/// Returns the number in up to eight bytes.
pub(crate) fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

/// Returns a box. Nothing that is put together in memory is as long as four gigabytes.
pub(crate) fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = (body.len() as u32 + 8).to_be_bytes();
    [&size[..], name, body].concat()
}

/// Returns a box that begins with a version and flags of zero.
pub(crate) fn plain(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    boxed(name, &[&[0; 4], body].concat())
}
