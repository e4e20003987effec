//! How much memory pictures may take while they are decoded: one of them, and all at once.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::ThumbnailError;

/// Most bytes a decoder may hold for one picture.
pub(crate) const MOST_BYTES: u64 = 768 << 20;

/// Pictures whose decoding takes more bytes are decoded one at a time, however many threads work.
const SMALL_BYTES: u64 = 48 << 20;

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Lets a picture be decoded that takes so many bytes, at once if few, else when no other such picture is decoded.
///
/// # Errors
/// Fails if it takes more than any picture may.
pub fn admit(
    bytes: u64,
    (width, height): (u32, u32),
) -> Result<Option<MutexGuard<'static, ()>>, ThumbnailError> {
    if bytes > MOST_BYTES {
        return Err(ThumbnailError::TooLarge { width, height });
    }
    if bytes <= SMALL_BYTES {
        return Ok(None);
    }
    Ok(Some(
        ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_pictures_wait_for_each_other_and_absurd_ones_are_refused() {
        let size = (100_000, 100_000);
        assert!(admit(1 << 20, size).unwrap().is_none());
        let first = admit(MOST_BYTES, size).unwrap();
        assert!(first.is_some());
        let refused = admit(MOST_BYTES + 1, size);
        assert!(matches!(
            refused,
            Err(ThumbnailError::TooLarge { width: 100_000, .. })
        ));
    }
}
