//! Where the bytes of a zip's entries are.

/// Where an entry's bytes lie in a zip.
#[derive(Debug, Clone)]
pub(crate) struct ZipPlace {
    /// Offset of the local header.
    pub(crate) header: u64,
    /// Size of the bytes as stored.
    pub(crate) compressed: u64,
    /// Compression method.
    pub(crate) method: u16,
}
