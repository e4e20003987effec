//! Encrypts zip entries, or says so.

use super::super::compose::Files;
use super::super::pack::zip_writer::ZipWriter;
use super::stored;

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
