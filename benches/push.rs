//! Times `albumen push` to a WebDAV server on loopback beside `rclone copy` of the same files with the same concurrency.
//!
//! rclone waits 10 ms between two requests to a WebDAV server unless it is told not to, so it is timed with and without. albumen reads
//! every file back and rclone does not; what rclone needs to do the same (`rclone check --download`, without waiting) is shown, too.
//!
//! Run by hand: `cargo bench --bench push -- [--files N] [--kilobytes N] [--rounds N] [--sidecars] [--binary FILE] [--dir DIR]`.

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
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use demo::media::padded_jpeg;
use support::compose::Files;
use support::pack::zip::{ZipStyle, zip};
use support::servers::{Server, rclone_webdav};

const PASSWORD: (&str, &str) = ("anna", "geheim");
/// Files sent at once by both.
const AT_ONCE: &str = "4";

fn main() -> Result<()> {
    let (mut files, mut kilobytes, mut rounds, mut sidecars) = (5000, 100, 3, false);
    let mut binary = PathBuf::from(env!("CARGO_BIN_EXE_albumen"));
    let mut folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-push");
    options::each(|word, value| {
        match word {
            "--files" => files = value()?.parse()?,
            "--kilobytes" => kilobytes = value()?.parse()?,
            "--rounds" => rounds = value()?.parse()?,
            "--sidecars" => sidecars = true,
            "--binary" => binary = PathBuf::from(value()?),
            "--dir" => folder = PathBuf::from(value()?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let library = folder.join("library");
    if !library.exists() {
        make(&folder, &library, files, kilobytes * 1000)?;
    }
    let mut ratios = [Vec::new(), Vec::new(), Vec::new()];
    println!(
        "round  rclone copy  without waits  and check  albumen push  ratio to each              peak memory"
    );
    for round in 0..rounds {
        let (mut copied, mut hurried, mut checked) = (0.0, 0.0, 0.0);
        let (mut own, mut peak) = (0.0, 0);
        for turn in 0..3 {
            let server = rclone_webdav(PASSWORD.0, PASSWORD.1).context("rclone is needed")?;
            let rclone = |verb, waits| rclone(verb, waits, &server, &library, sidecars);
            match (round + turn) % 3 {
                0 => copied = run(&mut rclone("copy", true)?)?.0,
                1 => {
                    hurried = run(&mut rclone("copy", false)?)?.0;
                    checked = run(&mut rclone("check", false)?)?.0;
                }
                _ => (own, peak) = run(&mut push(&binary, &server, &library, sidecars))?,
            }
        }
        let now = [own / copied, own / hurried, own / (hurried + checked)];
        for (all, ratio) in ratios.iter_mut().zip(now) {
            all.push(ratio);
        }
        println!(
            "{round:>5}  {copied:>9.2} s  {hurried:>11.2} s  {checked:>7.2} s  {own:>10.2} s  {:>6.2} {:>6.2} {:>6.2}      {:>8} MB",
            now[0],
            now[1],
            now[2],
            peak / 1000
        );
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!(
        "median ratios: to rclone copy {:.2}, without its waits {:.2}, and with its check {:.2} (load now {})",
        median(&mut ratios[0]),
        median(&mut ratios[1]),
        median(&mut ratios[2]),
        load.trim()
    );
    std::fs::remove_dir_all(&folder).context("our own folder")
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Imports a library of so many photos.
fn make(folder: &Path, library: &Path, files: usize, bytes: usize) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let photos: Files = (0..files)
        .map(|number| {
            let path = format!("media/posts/2024{:02}/{number}.jpg", 1 + number % 12);
            (path, padded_jpeg(number as u64, bytes))
        })
        .collect();
    std::fs::write(folder.join("a.zip"), zip(&photos, &ZipStyle::default()))?;
    let mut import = Command::new(env!("CARGO_BIN_EXE_albumen"));
    import
        .args(["--library", "library", "import", "a.zip"])
        .current_dir(folder);
    run(&mut import)?;
    ensure!(library.join("SHA256SUMS").exists(), "nothing was imported");
    Ok(std::fs::remove_file(folder.join("a.zip"))?)
}

fn push(binary: &Path, server: &Server, library: &Path, sidecars: bool) -> Command {
    let mut command = Command::new(binary);
    command
        .arg("--library")
        .arg(library)
        .arg("push")
        .arg(format!("webdav+http://127.0.0.1:{}/x", server.port))
        .args(["--concurrency", AT_ONCE])
        .args(["--sidecars", if sidecars { "xmp" } else { "none" }])
        .env("ALBUMEN_WEBDAV_USER", PASSWORD.0)
        .env("ALBUMEN_WEBDAV_PASSWORD", PASSWORD.1);
    command
}

fn rclone(
    verb: &str,
    waits: bool,
    server: &Server,
    library: &Path,
    sidecars: bool,
) -> Result<Command> {
    let obscured = Command::new("rclone")
        .args(["obscure", PASSWORD.1])
        .output()?;
    let mut command = Command::new("rclone");
    command
        .arg(verb)
        .arg(library)
        .arg(":webdav:x")
        .args([
            "--config",
            "/dev/null",
            "--transfers",
            AT_ONCE,
            "--checkers",
            AT_ONCE,
        ])
        .arg(format!("--webdav-url=http://127.0.0.1:{}", server.port))
        .args([
            "--webdav-vendor=other",
            "--webdav-user",
            PASSWORD.0,
            "--webdav-pass",
        ])
        .arg(String::from_utf8(obscured.stdout)?.trim());
    if !waits {
        command.arg("--webdav-pacer-min-sleep=0ms");
    }
    if verb == "check" {
        command.args(["--download", "--one-way"]);
    }
    if !sidecars {
        command.args(["--filter", "- *.xmp"]);
    }
    command.args([
        "--filter",
        "+ /2*/**",
        "--filter",
        "+ /undated/**",
        "--filter",
        "- *",
    ]);
    Ok(command)
}

/// Runs a program to its end. Returns seconds and, in kilobytes, the most memory it had.
fn run(command: &mut Command) -> Result<(f64, u64)> {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let began = Instant::now();
    let mut child = command.spawn()?;
    let mut peak = 0;
    loop {
        peak = peak.max(memory(&child));
        if let Some(ended) = child.try_wait()? {
            ensure!(ended.success(), "{command:?} ended with {ended}");
            return Ok((began.elapsed().as_secs_f64(), peak));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn memory(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
    number.unwrap_or(0)
}
