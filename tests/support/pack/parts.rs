//! Spreads the files of an archive over parts, as Instagram does with large ones: each part its own suffix.

use std::path::Path;
use std::{fs, io};

use sha2::{Digest, Sha256};

use super::super::account::Account;
use super::super::compose::{Edition, Files, Generation, compose};

/// Writes the files into a folder, as unpacking gives.
pub fn folder(files: &Files, dir: &Path) -> io::Result<()> {
    for (path, bytes) in files {
        let target = dir.join(path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(target, bytes)?;
    }
    Ok(())
}

/// Returns the file name of a part: `instagram-<user>-2025-04-01-<8 chars>.zip`, another suffix for each part.
pub fn part_name(username: &str, part: usize, seed: u64) -> String {
    let letters: String = digest(&[b"suffix", &seed.to_le_bytes(), &part.to_le_bytes()])
        .iter()
        .take(8)
        .map(|byte| {
            char::from(
                b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                    [usize::from(*byte) % 62],
            )
        })
        .collect();
    format!("instagram-{username}-2025-04-01-{letters}.zip")
}

/// Returns the file name of a part as until early 2021: `<user>_20200102.zip`, `<user>_20200102_part_2.zip`.
pub fn numbered_name(username: &str, part: usize) -> String {
    match part {
        0 | 1 => format!("{username}_20200102.zip"),
        part => format!("{username}_20200102_part_{part}.zip"),
    }
}

/// Spreads files over `count` parts by the seed. Every file is whole in one part; parts of JSON and media do not line up.
pub fn split(files: &Files, username: &str, count: usize, seed: u64) -> Vec<(String, Files)> {
    let mut parts = empty_parts(username, count, seed);
    for (path, bytes) in files {
        let part = place(path, count, seed);
        parts[part].1.insert(path.clone(), bytes.clone());
    }
    parts
}

/// Composes an archive in which every part has record files of its own for some of the posts (`media.json` of G1 was so), and
/// media lie in any part. All of it together says the same as one part would.
pub fn split_records(
    account: &Account,
    generation: Generation,
    edition: Edition,
    count: usize,
    seed: u64,
) -> Vec<(String, Files)> {
    let mut parts = empty_parts(&account.username, count, seed);
    for part in 0..count {
        let mut own = account.clone();
        for (at, post) in own.posts.iter_mut().enumerate() {
            // Posts keep their index, which decides what `posts_1.json` of G5 lists.
            if place(&format!("post {at}"), count, seed) != part {
                post.media.clear();
            }
        }
        if part != 0 {
            own.threads.clear();
            own.noise = false;
        }
        for (path, bytes) in compose(&own, generation, edition) {
            let is_record = path.ends_with(".json") || path.ends_with(".html");
            let target = if is_record {
                part
            } else {
                place(&path, count, seed)
            };
            parts[target].1.insert(path, bytes);
        }
    }
    parts
}

fn empty_parts(username: &str, count: usize, seed: u64) -> Vec<(String, Files)> {
    (0..count)
        .map(|part| (part_name(username, part, seed), Files::new()))
        .collect()
}

fn place(what: &str, count: usize, seed: u64) -> usize {
    let digest = digest(&[b"place", &seed.to_le_bytes(), what.as_bytes()]);
    usize::from(u16::from_le_bytes([digest[0], digest[1]])) % count.max(1)
}

fn digest(pieces: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for piece in pieces {
        hasher.update(piece);
    }
    hasher.finalize().into()
}
