//! Times `albumen verify` beside `sha256sum -c` over the same files, both warm.
//!
//! Run by hand: `cargo bench --bench verify -- [--mebibytes N] [--rounds N] [--dir DIR]`.

#![allow(unreachable_pub, reason = "nobody uses a benchmark from outside")]

#[path = "shared/options.rs"]
mod options;
#[allow(
    clippy::unwrap_used,
    reason = "the builders of the tests, where a panic is an answer"
)]
#[path = "../tests/support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use demo::media::padded_jpeg;
use support::compose::Files;
use support::pack::zip::{ZipStyle, zip};

/// Photos of this size and films of that.
const PHOTO_BYTES: usize = 3 << 20;
const FILM_BYTES: usize = 48 << 20;

fn main() -> Result<()> {
    let mut mebibytes = 1024;
    let mut rounds = 5;
    let mut folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-verify");
    options::each(|word, value| {
        match word {
            "--mebibytes" => mebibytes = value()?.parse()?,
            "--rounds" => rounds = value()?.parse()?,
            "--dir" => folder = PathBuf::from(value()?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let library = folder.join("library");
    if !library.exists() {
        make(&folder, &library, mebibytes << 20)?;
    }
    let mut ratios = Vec::new();
    println!("round  sha256sum -c  albumen verify  ratio of speeds");
    for round in 0..rounds {
        // Both read what the round before left in memory.
        let sums = timed(
            Command::new("sha256sum").args(["-c", "--quiet", "SHA256SUMS"]),
            &library,
        )?;
        let binary = env!("CARGO_BIN_EXE_albumen");
        let own = timed(
            Command::new(binary).args(["--library", ".", "verify"]),
            &library,
        )?;
        ratios.push(sums / own);
        println!(
            "{round:>5}  {sums:>10.3} s  {own:>12.3} s  {:>15.2}",
            sums / own
        );
    }
    ratios.sort_by(f64::total_cmp);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!(
        "median ratio {:.2} (load now {})",
        ratios[ratios.len() / 2],
        load.trim()
    );
    std::fs::remove_dir_all(&folder).context("our own folder")
}

/// Imports a library of so many bytes: mostly photos, some films.
fn make(folder: &Path, library: &Path, bytes: usize) -> Result<()> {
    let archive = folder.join("a.zip");
    std::fs::create_dir_all(folder)?;
    let mut made = 0;
    let mut number = 0;
    while made < bytes {
        // Some at a time, because a zip is made in memory.
        let mut files = Files::new();
        while made < bytes && files.len() < 60 {
            number += 1;
            let size = if number % 20 == 0 {
                FILM_BYTES
            } else {
                PHOTO_BYTES
            };
            let path = format!("media/posts/2024{:02}/{number}.jpg", 1 + number % 12);
            files.insert(path, padded_jpeg(number as u64, size));
            made += size;
        }
        std::fs::write(&archive, zip(&files, &ZipStyle::default()))?;
        let binary = env!("CARGO_BIN_EXE_albumen");
        let import = ["--library", "library", "import", "a.zip"];
        timed(Command::new(binary).args(import), folder)?;
    }
    ensure!(library.join("SHA256SUMS").exists(), "nothing was imported");
    Ok(std::fs::remove_file(archive)?)
}

fn timed(command: &mut Command, folder: &Path) -> Result<f64> {
    command.current_dir(folder).stdout(Stdio::null());
    let began = Instant::now();
    let ended = command.status()?;
    ensure!(ended.success(), "{command:?} ended with {ended}");
    Ok(began.elapsed().as_secs_f64())
}
