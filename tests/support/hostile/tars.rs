//! Builds tar files with names and kinds of entry that must not get out.

use ::tar::{Builder, EntryType, Header};

use super::super::pack::tar;
use super::{HONEST, honest};

/// Returns a tar with an entry whose name stands in the header as it is, unchecked.
pub fn named(name: &str) -> Vec<u8> {
    let mut header = tar::header(3, EntryType::Regular);
    set_name(&mut header, name);
    tar_with(|builder| {
        builder
            .append(&header, &b"bad"[..])
            .expect("writing to memory does not fail");
    })
}

/// Returns a tar with an entry whose name of `length` bytes stands in a GNU long name.
pub fn long_name(length: usize) -> Vec<u8> {
    let name = format!("media/{}.jpg", "x".repeat(length - 10));
    tar_with(|builder| tar::append(builder, &name, b"long"))
}

/// Returns a tar with an entry whose name of `length` bytes stands in a PAX header.
pub fn pax_name(length: usize) -> Vec<u8> {
    let name = format!("media/{}.jpg", "x".repeat(length - 10));
    tar_with(|builder| {
        builder
            .append_pax_extensions([("path", name.as_bytes())])
            .expect("writing to memory does not fail");
        tar::append(builder, "short.jpg", b"long");
    })
}

/// Returns a tar with a symbolic link, a hard link and a device.
pub fn links() -> Vec<u8> {
    tar_with(|builder| {
        for (kind, name) in [
            (EntryType::Symlink, "media/posts/202405/symlink.jpg"),
            (EntryType::Link, "media/posts/202405/hardlink.jpg"),
            (EntryType::Char, "media/posts/202405/device.jpg"),
        ] {
            let mut header = tar::header(0, kind);
            set_name(&mut header, name);
            header
                .set_link_name("/etc/passwd")
                .expect("the name is short");
            header.set_cksum();
            builder
                .append(&header, &b""[..])
                .expect("writing to memory does not fail");
        }
    })
}

/// Returns a tar of the honest picture and what `add` adds.
pub fn tar_with(add: impl FnOnce(&mut Builder<Vec<u8>>)) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    tar::append(&mut builder, HONEST, &honest());
    add(&mut builder);
    builder
        .into_inner()
        .expect("writing to memory does not fail")
}

/// Sets a name without the tar crate's checks.
fn set_name(header: &mut Header, name: &str) {
    let field = &mut header.as_old_mut().name;
    field[..name.len()].copy_from_slice(name.as_bytes());
    header.set_cksum();
}
