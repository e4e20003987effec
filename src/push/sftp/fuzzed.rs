//! What fuzz targets call: every reader of what an SFTP server sends, and of its addresses.

use super::site::Site;
use super::wire;

/// Reads bytes as messages one after another, and as an address.
///
/// # Panics
/// If an address does not lead to the same place by its name.
pub fn messages(bytes: &[u8]) {
    let mut rest = bytes;
    let mut first = true;
    while let Ok((kind, body)) = wire::receive(&mut rest) {
        if std::mem::take(&mut first) {
            let _ = wire::extensions(kind, &body);
        }
        let _ = wire::answer(kind, &body);
        let _ = wire::free_bytes(&body);
    }
    let Some(site) = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| Site::parse(text).ok())
    else {
        return;
    };
    let name = site.name();
    let again = name.strip_prefix("sftp://").unwrap_or_default();
    assert_eq!(Site::parse(again).as_ref(), Ok(&site), "{name}");
}
