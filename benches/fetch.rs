//! Times `albumen fetch` beside `curl` on the same server, in turn, and measures the memory it takes.
//!
//! Run by hand: `cargo bench --bench fetch -- [--mebibytes N] [--parts N] [--rounds N] [--dir DIR]`. Needs the room of all parts once.

#![allow(unreachable_pub, reason = "nobody uses a benchmark from outside")]

#[path = "shared/options.rs"]
mod options;
#[allow(
    clippy::unwrap_used,
    reason = "the builders of the tests, where a panic is an answer"
)]
#[path = "../tests/support/mod.rs"]
mod support;

use std::fs;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use support::memory::peak_of;

fn main() -> Result<()> {
    let (mut mebibytes, mut parts, mut rounds) = (1024, 4, 3);
    let mut folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-fetch");
    options::each(|word, value| {
        match word {
            "--mebibytes" => mebibytes = value()?.parse()?,
            "--parts" => parts = value()?.parse()?,
            "--rounds" => rounds = value()?.parse()?,
            "--dir" => folder = PathBuf::from(value()?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let port = serve(mebibytes << 20)?;
    let urls: Vec<String> = (0..parts)
        .map(|part| format!("http://127.0.0.1:{port}/part-{part}.tgz"))
        .collect();
    let mut ratios = Vec::new();
    println!("round  curl, synced  albumen fetch  ratio of speeds  albumen's memory");
    for round in 0..rounds {
        let curl = timed(&folder, &urls, curl)?;
        let own = timed(&folder, &urls, albumen)?;
        ratios.push(curl.0 / own.0);
        println!(
            "{round:>5}  {:>9.2} s  {:>10.2} s  {:>14.2}  {:>12.1} MB",
            curl.0,
            own.0,
            curl.0 / own.0,
            own.1 as f64 / 1e6
        );
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "median ratio {:.2} (more than 1: faster than curl)",
        ratios[ratios.len() / 2]
    );
    Ok(())
}

fn curl(folder: &Path, urls: &[String]) -> Command {
    let mut command = Command::new("sh");
    let list: Vec<String> = urls.iter().map(|url| format!("-O {url}")).collect();
    // albumen says "fetched" when the bytes are on the disk; so must curl.
    command.current_dir(folder).args([
        "-c",
        &format!(
            "curl -sS -Z --parallel-max {} {} && sync *",
            urls.len(),
            list.join(" ")
        ),
    ]);
    command
}

fn albumen(folder: &Path, urls: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_albumen"));
    command.arg("fetch").arg("--into").arg(folder).args(urls);
    command
}

/// Runs a command in an empty folder; returns its seconds and the most memory it had.
fn timed(
    folder: &Path,
    urls: &[String],
    command: impl Fn(&Path, &[String]) -> Command,
) -> Result<(f64, u64)> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    let began = Instant::now();
    let mut child = command(folder, urls)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let peak = watch(&mut child)?;
    let seconds = began.elapsed().as_secs_f64();
    let files = fs::read_dir(folder)?.filter_map(Result::ok);
    let whole = files.filter(|file| file.path().extension().is_some_and(|end| end == "tgz"));
    ensure!(whole.count() == urls.len(), "not every part came");
    fs::remove_dir_all(folder)?;
    Ok((seconds, peak))
}

fn watch(child: &mut Child) -> Result<u64> {
    let mut peak = 0;
    loop {
        if let Some(status) = child.try_wait()? {
            ensure!(status.success(), "the command failed");
            return Ok(peak);
        }
        let found = peak_of(child.id(), Path::new(env!("CARGO_BIN_EXE_albumen")));
        peak = peak.max(found.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Serves files of one size, made up as they go, so that no disk is read.
fn serve(size: usize) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        for client in listener.incoming().filter_map(Result::ok) {
            std::thread::spawn(move || answer(client, size));
        }
    });
    Ok(port)
}

fn answer(mut client: TcpStream, size: usize) -> io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    write!(
        client,
        "HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n"
    )?;
    let mut piece = vec![0x5a; 1 << 20];
    piece[..2].copy_from_slice(&[0x1f, 0x8b]);
    let mut left = size;
    while left > 0 {
        let count = left.min(piece.len());
        client.write_all(&piece[..count])?;
        left -= count;
    }
    Ok(())
}
