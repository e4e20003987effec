//! Times a `sync` that finds nothing new, on a large library with an inbox of known archives: it must not depend on the size.
//!
//! Run by hand: `cargo bench --bench sync -- [--assets N] [--rounds N] [--dir DIR]`. 100,000 assets need about 2 GB.

#![allow(unreachable_pub, reason = "nobody uses a benchmark from outside")]

#[path = "shared/options.rs"]
mod options;
#[allow(
    clippy::unwrap_used,
    reason = "the builders of the tests, where a panic is an answer"
)]
#[path = "../tests/support/mod.rs"]
mod support;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, ensure};
use demo::media::padded_jpeg;
use support::compose::Files;
use support::pack::zip::{ZipStyle, zip};

/// Media of one archive: a zip is made in memory.
const AT_ONCE: usize = 5_000;
/// Bytes of a photo. Its size does not matter here.
const PHOTO_BYTES: usize = 4_000;
/// What a person is promised, in seconds.
const PROMISE: f64 = 0.3;

fn main() -> Result<()> {
    let (mut assets, mut rounds) = (100_000, 5);
    let mut folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-sync");
    options::each(|word, value| {
        match word {
            "--assets" => assets = value()?.parse()?,
            "--rounds" => rounds = value()?.parse()?,
            "--dir" => folder = PathBuf::from(value()?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    if !folder.join("made").exists() {
        make(&folder, assets)?;
    }
    let mut times = Vec::new();
    println!("round  albumen sync, nothing new");
    for round in 0..rounds {
        let (took, said) = sync(&folder)?;
        ensure!(said.contains("nothing new"), "{said}");
        println!("{round:>5}  {took:>10.3} s");
        times.push(took);
    }
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!(
        "median {median:.3} s on {assets} assets: {} {PROMISE} s (load now {})",
        if median < PROMISE {
            "below"
        } else {
            "NOT below"
        },
        load.trim()
    );
    fs::remove_dir_all(&folder).context("our own folder")
}

/// Lets `sync` itself import so many photos from archives in its inbox, which stay there.
fn make(folder: &Path, assets: usize) -> Result<()> {
    let inbox = folder.join("in");
    fs::create_dir_all(&inbox)?;
    let config = "library = \"l\"\nverify_sample = \"0%\"\n[[inbox]]\npath = \"in\"\n";
    fs::write(folder.join("albumen.toml"), config)?;
    let mut made = 0;
    while made < assets {
        let many = AT_ONCE.min(assets - made);
        let files: Files = (made..made + many)
            .map(|number| {
                let path = format!("media/posts/2024{:02}/{number}.jpg", 1 + number % 12);
                (path, padded_jpeg(number as u64, PHOTO_BYTES))
            })
            .collect();
        let path = inbox.join(format!("instagram-anna-2024-05-01-{made:08}.zip"));
        fs::write(&path, zip(&files, &ZipStyle::default()))?;
        // What has just come is left for the next pass.
        let an_hour = Duration::from_secs(3600);
        File::options()
            .write(true)
            .open(&path)?
            .set_modified(SystemTime::now() - an_hour)?;
        made += many;
    }
    let (took, said) = sync(folder)?;
    ensure!(said.contains(&format!("{assets} new")), "{said}");
    println!("{assets} assets imported in {took:.0} s");
    Ok(fs::write(folder.join("made"), "")?)
}

fn sync(folder: &Path) -> Result<(f64, String)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_albumen"));
    command.current_dir(folder);
    command.args(["--config", "albumen.toml", "sync"]);
    let began = Instant::now();
    let output = command.output()?;
    let took = began.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{said}{error}");
    Ok((took, said))
}
