//! Runs one program on one archive and measures it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::ground::run;

/// Another version of albumen to measure in the same series, if one was asked for.
pub static BEFORE: OnceLock<String> = OnceLock::new();

/// A program that gets files out of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contender {
    /// Info-ZIP.
    Unzip,
    /// libarchive.
    Bsdtar,
    /// 7-Zip.
    SevenZip,
    /// Ours: checks, hashes, reads metadata, keeps a catalog, writes sidecars, syncs.
    Albumen,
    /// Another version of it ([`BEFORE`]).
    Before,
}

impl Contender {
    /// All of them, in the order of a round.
    pub const ALL: [Self; 5] = [
        Self::Unzip,
        Self::Bsdtar,
        Self::SevenZip,
        Self::Before,
        Self::Albumen,
    ];

    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unzip => "unzip",
            Self::Bsdtar => "bsdtar",
            Self::SevenZip => "7z",
            Self::Albumen => "albumen",
            Self::Before => "before",
        }
    }

    /// Returns whether it is a version of albumen: such a run is durable when it ends.
    pub fn is_ours(self) -> bool {
        matches!(self, Self::Albumen | Self::Before)
    }

    /// Returns whether it can be run here.
    pub fn is_installed(self) -> bool {
        match self {
            Self::Albumen => true,
            Self::Before => BEFORE.get().is_some(),
            _ => run("which", &[self.name()]).is_ok(),
        }
    }

    fn words(self, archive: &str, out: &str) -> Vec<String> {
        let words: &[&str] = match self {
            Self::Unzip => &["unzip", "-q", archive, "-d", out],
            Self::Bsdtar => &["bsdtar", "-xf", archive, "-C", out],
            Self::SevenZip => &["7z", "x", "-y", "-bso0", "-bsp0", archive],
            Self::Albumen => &[
                env!("CARGO_BIN_EXE_albumen"),
                "--library",
                out,
                "--json",
                "import",
                archive,
            ],
            Self::Before => {
                let program = BEFORE.get().map_or("albumen", String::as_str);
                &[program, "--library", out, "--json", "import", archive]
            }
        };
        let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        if self == Self::SevenZip {
            words.push(format!("-o{out}"));
        }
        words
    }
}

/// One run.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// From start to exit.
    pub seconds: f64,
    /// The same and `sync` of the file system.
    pub synced_seconds: f64,
    /// Largest resident size in KiB.
    pub peak_kib: u64,
}

/// All runs of one program on one archive.
#[derive(Debug, Clone, Default)]
pub struct Measured(Vec<Run>);

impl Measured {
    /// Adds a run.
    pub fn push(&mut self, run: Run) {
        self.0.push(run);
    }

    /// Returns the median time in seconds.
    pub fn seconds(&self) -> f64 {
        median(self.0.iter().map(|run| run.seconds))
    }

    /// Returns the median time with `sync` after it.
    pub fn synced_seconds(&self) -> f64 {
        median(self.0.iter().map(|run| run.synced_seconds))
    }

    /// Returns the largest peak of memory in MiB.
    pub fn peak_mib(&self) -> f64 {
        self.0.iter().map(|run| run.peak_kib).max().unwrap_or(0) as f64 / 1024.0
    }

    /// Returns how long each round took beside `other` in the same round: what slows the machine for a while slows both.
    fn ratios(&self, other: &Self) -> impl Iterator<Item = f64> {
        let pairs = self.0.iter().zip(&other.0);
        pairs.map(|(ours, theirs)| ours.seconds / theirs.seconds)
    }

    /// Returns the median of the ratios of all rounds.
    pub fn ratio(&self, other: &Self) -> f64 {
        median(self.ratios(other))
    }

    /// Returns the lowest and the highest ratio of a round.
    pub fn ratios_spread(&self, other: &Self) -> (f64, f64) {
        least_and_most(self.ratios(other))
    }

    /// Returns fastest and slowest time.
    pub fn spread(&self) -> (f64, f64) {
        least_and_most(self.0.iter().map(|run| run.seconds))
    }
}

fn least_and_most(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    numbers.fold((f64::INFINITY, 0.0), |(least, most), number| {
        (number.min(least), number.max(most))
    })
}

fn median(times: impl Iterator<Item = f64>) -> f64 {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Reads a file once, so that every run finds it in memory.
pub fn warm(path: &Path) -> Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    while file.read(&mut buffer)? > 0 {}
    Ok(())
}

/// Runs one program into an empty folder, and makes sure that it did its work.
pub fn measure(contender: Contender, archive: &Path, out: &Path, items: u64) -> Result<Run> {
    let (run, printed) = timed(contender, archive, out)?;
    let added = if contender.is_ours() {
        let report = report(&printed)?;
        ensure!(report["outcomes"]["failed"] == 0, "{report}");
        report["assets_added"].as_u64().unwrap_or(0)
    } else {
        files(out)?
    };
    // Unpackers write the record files, too.
    ensure!(added >= items, "{added} of {items} files came out");
    Ok(run)
}

/// The program runs under `time`, which alone knows its memory: a child that we start inherits our own peak.
fn timed(contender: Contender, archive: &Path, out: &Path) -> Result<(Run, String)> {
    let words = contender.words(&archive.display().to_string(), &out.display().to_string());
    let note = out.with_extension("memory");
    let begun = Instant::now();
    let output = Command::new("/usr/bin/time")
        .args(["-f", "%M", "-o"])
        .arg(&note)
        .args(&words)
        .stderr(Stdio::inherit())
        .output()
        .context("/usr/bin/time")?;
    let seconds = begun.elapsed().as_secs_f64();
    run("sync", &["-f", &out.display().to_string()])?;
    let synced_seconds = begun.elapsed().as_secs_f64();
    ensure!(output.status.success(), "{words:?}: {}", output.status);
    let peak = std::fs::read_to_string(&note)?;
    let run = Run {
        seconds,
        synced_seconds,
        peak_kib: peak.trim().parse()?,
    };
    Ok((run, String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// Returns the last line of `import --json`.
fn report(printed: &str) -> Result<Value> {
    let last = printed.lines().last().context("albumen printed nothing")?;
    let report: Value = serde_json::from_str(last)?;
    ensure!(report["type"] == "report", "{last}");
    Ok(report)
}

fn files(folder: &Path) -> io::Result<u64> {
    let mut count = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        count += match entry.file_type()?.is_dir() {
            true => files(&entry.path())?,
            false => 1,
        };
    }
    Ok(count)
}

/// A second import of an archive that is all held.
#[derive(Debug, Clone, Copy)]
pub struct Again {
    seconds: f64,
    bytes_read: u64,
    duplicates: u64,
}

impl Again {
    /// Returns the one of median time, with the most bytes any of them read.
    pub fn median(all: &[Self]) -> Option<Self> {
        let first = all.first()?;
        Some(Self {
            seconds: median(all.iter().map(|one| one.seconds)),
            bytes_read: all.iter().map(|one| one.bytes_read).max()?,
            duplicates: first.duplicates,
        })
    }

    /// Returns what it came to, against the first import's time.
    pub fn describe(&self, first_seconds: f64) -> String {
        format!(
            "again, all held: {:.3} s, {:.1} % of the first import; {} duplicates, {} bytes read out of the archive",
            self.seconds,
            100.0 * self.seconds / first_seconds,
            self.duplicates,
            self.bytes_read
        )
    }
}

/// Imports the same archive once more.
pub fn again(archive: &Path, out: &Path) -> Result<Again> {
    let (run, printed) = timed(Contender::Albumen, archive, out)?;
    let report = report(&printed)?;
    let number = |value: &Value| value.as_u64().context("a number is missing in the report");
    Ok(Again {
        seconds: run.seconds,
        bytes_read: number(&report["bytes_read"])?,
        duplicates: number(&report["outcomes"]["duplicate"])?,
    })
}
