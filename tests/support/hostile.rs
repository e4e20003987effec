//! Builds archives that lie, break or attack. Each holds one honest picture too, so that one bad entry spoils only itself.

use ::tar::{Builder, EntryType, Header};

use super::account::Medium;
use super::compose::Files;
use super::media::bytes_of;
use super::pack::tar;
use super::pack::zip::{Method, RawEntry, ZipStyle, ZipWriter, deflated, entry};

/// Path of the honest picture in every hostile archive.
pub const HONEST: &str = "media/posts/202405/100000999_7003_n_17890000000000099.jpg";

/// Names that want out of the folder, or into the terminal.
pub const BAD_NAMES: [&str; 12] = [
    "../outside.jpg",
    "media/../../outside.jpg",
    "..\\outside.jpg",
    "/absolute.jpg",
    "\\absolute.jpg",
    "C:/drive.jpg",
    "C:\\drive.jpg",
    "c:drive.jpg",
    "nul\0byte.jpg",
    "escape\u{1b}[2J.jpg",
    "line\nbreak.jpg",
    "..",
];

/// Returns the bytes of the honest picture.
pub fn honest() -> Vec<u8> {
    bytes_of(&Medium::jpeg(999))
}

/// Returns the honest picture as files, for packing it otherwise.
pub fn honest_files() -> Files {
    Files::from([(HONEST.to_owned(), honest())])
}

/// Returns a zip of the honest picture and `entries`.
pub fn zip_with(entries: &[RawEntry]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Vec::new(), false, false);
    let mut write = |one: &RawEntry| writer.entry(one).expect("writing to memory does not fail");
    write(&stored(HONEST, honest()));
    entries.iter().for_each(&mut write);
    writer.finish().expect("writing to memory does not fail")
}

/// Returns a zip with an entry of this name.
pub fn named(name: &str) -> Vec<u8> {
    zip_with(&[stored(name, b"bytes of a bad name".to_vec())])
}

/// Returns a zip with the longest name the format can hold.
pub fn longest_name() -> Vec<u8> {
    named(&format!("media/{}.jpg", "x".repeat(65_535 - 10)))
}

/// Returns a zip with two entries of one name and different bytes.
pub fn twice(name: &str) -> Vec<u8> {
    let picture = |seed| stored(name, bytes_of(&Medium::jpeg(seed)));
    zip_with(&[picture(901), picture(902)])
}

/// Returns a zip with an entry that inflates to a megabyte and declares a hundred bytes.
pub fn inflates_past_declared(name: &str) -> Vec<u8> {
    let bytes = vec![b'a'; 1 << 20];
    let style = ZipStyle {
        method: Method::Deflated,
        ..ZipStyle::default()
    };
    let honest = entry(name, bytes, &style);
    zip_with(&[RawEntry {
        size: 100,
        ..honest
    }])
}

/// Returns a zip with an entry that declares a megabyte and inflates to a hundred bytes.
pub fn shorter_than_declared(name: &str) -> Vec<u8> {
    let style = ZipStyle {
        method: Method::Deflated,
        ..ZipStyle::default()
    };
    let honest = entry(name, vec![b'a'; 100], &style);
    zip_with(&[RawEntry {
        size: 1 << 20,
        ..honest
    }])
}

/// Returns a zip with an entry whose checksum is wrong.
pub fn wrong_crc(name: &str) -> Vec<u8> {
    let honest = stored(name, bytes_of(&Medium::jpeg(903)));
    zip_with(&[RawEntry {
        crc32: honest.crc32 ^ 1,
        ..honest
    }])
}

/// Returns a zip with an entry of deflated bytes that are damaged in the middle.
pub fn broken_deflate(name: &str) -> Vec<u8> {
    let style = ZipStyle {
        method: Method::Deflated,
        ..ZipStyle::default()
    };
    let mut honest = entry(name, bytes_of(&Medium::jpeg(904)), &style);
    let middle = honest.data.len() / 2;
    honest.data[middle..].fill(0xff);
    zip_with(&[honest])
}

/// Returns a zip with an entry of a method nobody here reads (bzip2).
pub fn unknown_method(name: &str) -> Vec<u8> {
    let honest = stored(name, b"not really bzip2".to_vec());
    zip_with(&[RawEntry {
        method: 12,
        ..honest
    }])
}

/// Returns a zip with a symbolic link out of the folder.
pub fn zip_link(name: &str) -> Vec<u8> {
    let link = stored(name, b"/etc/passwd".to_vec());
    zip_with(&[RawEntry {
        mode: 0o120_777,
        ..link
    }])
}

/// Returns a zip bomb: a hundred names in the directory, all for the bytes of one entry of ten megabytes.
pub fn overlapping() -> Vec<u8> {
    let data = deflated(&vec![0; 10 << 20]);
    let crc32 = crc32fast::hash(&vec![0; 10 << 20]);
    let one = RawEntry {
        data,
        method: 8,
        crc32,
        size: 10 << 20,
        mode: 0o100_644,
        name: b"media/posts/202405/bomb_000.jpg".to_vec(),
        ..RawEntry::default()
    };
    let mut writer = ZipWriter::new(Vec::new(), false, false);
    let mut write = |entry: &RawEntry| {
        writer
            .entry(entry)
            .expect("writing to memory does not fail")
    };
    let honest = stored(HONEST, honest());
    write(&honest);
    write(&one);
    let offset = 30 + honest.name.len() as u64 + honest.data.len() as u64;
    for number in 1..100 {
        let name = format!("media/posts/202405/bomb_{number:03}.jpg").into_bytes();
        let packed = one.data.len() as u64;
        writer.list(
            &RawEntry {
                name,
                ..one.clone()
            },
            0,
            packed,
            offset,
        );
    }
    writer.finish().expect("writing to memory does not fail")
}

/// Returns a zip in which every entry is encrypted with ZipCrypto and this password.
pub fn zip_crypto(files: &Files, password: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(Vec::new(), false, false);
    for (path, bytes) in files {
        let mut entry = stored(path, bytes.clone());
        // The last byte of the header lets a reader check the password.
        let mut plain = vec![0x5a; 11];
        plain.push((entry.crc32 >> 24) as u8);
        plain.append(&mut entry.data);
        entry.data = Keys::new(password).encrypt(&plain);
        entry.flags |= 1;
        writer
            .entry(&entry)
            .expect("writing to memory does not fail");
    }
    writer.finish().expect("writing to memory does not fail")
}

/// Returns a zip in which every entry says it is encrypted with AES-256 (its bytes are noise).
pub fn aes(files: &Files) -> Vec<u8> {
    let mut writer = ZipWriter::new(Vec::new(), false, false);
    for (path, bytes) in files {
        let mut entry = stored(path, bytes.clone());
        // AE-2, AES-256, stored inside; salt, check, bytes and code are 28 bytes more.
        entry.extra = b"\x01\x99\x07\0\x02\0AE\x03\0\0".to_vec();
        entry.data.iter_mut().for_each(|byte| *byte ^= 0xa7);
        entry.data.extend([0xc3; 28]);
        (entry.method, entry.flags, entry.crc32) = (99, entry.flags | 1, 0);
        writer
            .entry(&entry)
            .expect("writing to memory does not fail");
    }
    writer.finish().expect("writing to memory does not fail")
}

/// Returns the first `bytes` of a file: a download that stopped.
pub fn cut(whole: &[u8], bytes: usize) -> Vec<u8> {
    whole[..bytes.min(whole.len())].to_vec()
}

/// Cuts a record file in the middle of its text.
pub fn break_json(files: &mut Files, path: &str) {
    let bytes = files
        .get_mut(path)
        .unwrap_or_else(|| panic!("{path} is not composed"));
    bytes.truncate(bytes.len() / 2);
}

/// Returns a tar with an entry whose name stands in the header as it is, unchecked.
pub fn tar_named(name: &str) -> Vec<u8> {
    let mut header = tar::header(3, EntryType::Regular);
    set_name(&mut header, name);
    tar_with(|builder| {
        builder
            .append(&header, &b"bad"[..])
            .expect("writing to memory does not fail");
    })
}

/// Returns a tar with an entry whose name of `length` bytes stands in a GNU long name.
pub fn tar_long_name(length: usize) -> Vec<u8> {
    let name = format!("media/{}.jpg", "x".repeat(length - 10));
    tar_with(|builder| tar::append(builder, &name, b"long"))
}

/// Returns a tar with an entry whose name of `length` bytes stands in a PAX header.
pub fn tar_pax_name(length: usize) -> Vec<u8> {
    let name = format!("media/{}.jpg", "x".repeat(length - 10));
    tar_with(|builder| {
        builder
            .append_pax_extensions([("path", name.as_bytes())])
            .expect("writing to memory does not fail");
        tar::append(builder, "short.jpg", b"long");
    })
}

/// Returns a tar with a symbolic link, a hard link and a device.
pub fn tar_links() -> Vec<u8> {
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

/// Returns the honest zips' evil siblings with their names: for tests that must hold for all of them.
pub fn zips() -> Vec<(String, Vec<u8>)> {
    let bad = "media/posts/202405/bad.jpg";
    let whole = super::pack::zip::zip(&honest_files(), &ZipStyle::default());
    let mut all = vec![
        ("longest name", longest_name()),
        ("twice", twice(bad)),
        ("inflates past declared", inflates_past_declared(bad)),
        ("shorter than declared", shorter_than_declared(bad)),
        ("wrong crc", wrong_crc(bad)),
        ("broken deflate", broken_deflate(bad)),
        ("unknown method", unknown_method(bad)),
        ("link", zip_link(bad)),
        ("overlapping", overlapping()),
        ("zip crypto", zip_crypto(&honest_files(), "secret")),
        ("aes", aes(&honest_files())),
        ("cut", cut(&whole, whole.len() - 30)),
        ("empty", Vec::new()),
        ("a photo", honest()),
    ]
    .into_iter()
    .map(|(name, bytes)| (name.to_owned(), bytes))
    .collect::<Vec<_>>();
    all.extend(BAD_NAMES.map(|name| (format!("name {name:?}"), named(name))));
    all
}

fn stored(name: &str, bytes: Vec<u8>) -> RawEntry {
    entry(name, bytes, &ZipStyle::default())
}

fn tar_with(add: impl FnOnce(&mut Builder<Vec<u8>>)) -> Vec<u8> {
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

/// The three keys of ZipCrypto (APPNOTE 6.1).
struct Keys([u32; 3]);

impl Keys {
    fn new(password: &str) -> Self {
        let mut keys = Self([0x1234_5678, 0x2345_6789, 0x3456_7890]);
        password.bytes().for_each(|byte| keys.update(byte));
        keys
    }

    fn encrypt(mut self, plain: &[u8]) -> Vec<u8> {
        plain
            .iter()
            .map(|byte| {
                let temp = (self.0[2] | 2) & 0xffff;
                let mask = ((temp.wrapping_mul(temp ^ 1)) >> 8) as u8;
                self.update(*byte);
                byte ^ mask
            })
            .collect()
    }

    fn update(&mut self, byte: u8) {
        self.0[0] = crc_step(self.0[0], byte);
        self.0[1] = self.0[1]
            .wrapping_add(self.0[0] & 0xff)
            .wrapping_mul(134_775_813)
            .wrapping_add(1);
        self.0[2] = crc_step(self.0[2], (self.0[1] >> 24) as u8);
    }
}

fn crc_step(crc: u32, byte: u8) -> u32 {
    (0..8).fold(crc ^ u32::from(byte), |crc, _| {
        if crc & 1 == 1 {
            (crc >> 1) ^ 0xedb8_8320
        } else {
            crc >> 1
        }
    })
}
