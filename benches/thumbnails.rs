//! Times thumbnails of 12-megapixel JPEGs beside `vipsthumbnail`: same files, same cores, in turn.
//!
//! Before that, the same thumbnails made in this process and in the child processes that the command line uses.
//! Run by hand: `cargo bench --bench thumbnails -- [--files N] [--rounds N] [--threads N] [--dir DIR]`, and again with
//! `--features turbojpeg`. Files are made once and stay until the end of the run.

#![allow(unreachable_pub, reason = "nobody uses a benchmark from outside")]

#[path = "../tests/support/memory.rs"]
mod memory;
#[path = "shared/options.rs"]
mod options;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use albumen::cli::decoder::Apart;
use anyhow::{Context, Result, bail, ensure};
use demo::media::{Picture, jpeg};
use image::{Rgb, RgbImage};
use media::thumbnail::{Decoder, Inside};
use model::media_type::MediaType;

/// Longest side of a thumbnail.
const SIDE: u32 = 320;

/// Different pictures; each is there several times, with another comment in it.
const SCENES: usize = 12;

fn main() -> Result<()> {
    let mut files = 500;
    let mut rounds = 5;
    let mut threads = std::thread::available_parallelism()?.get();
    let mut folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-thumbnails");
    let mut only = None;
    let mut inside = false;
    let mut vips_too = true;
    options::each(|word, value| {
        match word {
            "--files" => files = value()?.parse()?,
            "--rounds" => rounds = value()?.parse()?,
            "--threads" => threads = value()?.parse()?,
            "--dir" => folder = PathBuf::from(value()?),
            // How the benchmark starts itself, so that the memory measured is that of the thumbnails alone.
            "--only" => only = Some(PathBuf::from(value()?)),
            // Decode in the process itself, and not in children.
            "--inside" => inside = true,
            // Only the two ways of our own, where vipsthumbnail is not installed.
            "--ours" => vips_too = false,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    if let Some(out) = only {
        let apart = Apart::of(env!("CARGO_BIN_EXE_albumen").into());
        let decoder: &dyn Decoder = if inside { &Inside } else { &apart };
        return ours(&folder.join("in"), &out, threads, decoder);
    }
    let bytes = compose(&folder.join("in"), files)?;
    let decoder = match cfg!(feature = "turbojpeg") {
        true => "turbojpeg",
        false => "default build",
    };
    println!(
        "{files} JPEGs of 4000 × 3000, {:.1} MB each on the average, to {SIDE} px; {threads} threads; {decoder}",
        bytes as f64 / files as f64 / 1e6
    );
    in_children(&folder, threads, rounds)?;
    if !vips_too {
        return std::fs::remove_dir_all(&folder).context("our own folder");
    }
    let mut all = Vec::new();
    for round in 0..rounds {
        let vips = Run::of(&mut vips(&folder, 1, round)?)?;
        let two = Run::of(&mut vips_many(&folder, threads, round)?)?;
        let own = Run::of(&mut [start(&folder, threads, round, &[])?])?;
        println!(
            "round {round}: vipsthumbnail {:.2} s, {threads} of them at once {:.2} s, albumen {:.2} s ({:.0} a second, peak {} MB); ratio {:.2}, to {threads} at once {:.2}",
            vips.seconds,
            two.seconds,
            own.seconds,
            files as f64 / own.seconds,
            own.peak_bytes / 1_000_000,
            vips.seconds / own.seconds,
            two.seconds / own.seconds,
        );
        all.push((
            vips.seconds / own.seconds,
            two.seconds / own.seconds,
            own.peak_bytes,
        ));
    }
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!(
        "median ratio {:.2} to vipsthumbnail, {:.2} to {threads} of them at once; peak memory {} MB (load now {})",
        median(all.iter().map(|run| run.0).collect()),
        median(all.iter().map(|run| run.1).collect()),
        all.iter().map(|run| run.2).max().unwrap_or(0) / 1_000_000,
        load.trim()
    );
    std::fs::remove_dir_all(&folder).context("our own folder")
}

/// Says what it costs to decode in children.
fn in_children(folder: &Path, threads: usize, rounds: usize) -> Result<()> {
    let mut ratios = Vec::new();
    for round in 0..rounds {
        let inside = Run::of(&mut [start(folder, threads, round, &["--inside"])?])?;
        let apart = Run::of(&mut [start(folder, threads, round, &[])?])?;
        println!(
            "round {round}: in this process {:.2} s, in children {:.2} s: {:+.1} %",
            inside.seconds,
            apart.seconds,
            (apart.seconds / inside.seconds - 1.0) * 100.0
        );
        ratios.push(apart.seconds / inside.seconds);
    }
    ratios.sort_by(f64::total_cmp);
    let median = ratios[ratios.len() / 2];
    println!("in children: {:+.1} % (median)", (median - 1.0) * 100.0);
    Ok(())
}

/// Makes the files; returns their bytes together.
fn compose(folder: &Path, files: usize) -> Result<u64> {
    std::fs::create_dir_all(folder)?;
    let scenes: Vec<Vec<u8>> = (0..SCENES.min(files))
        .map(|seed| scene(seed as u64))
        .collect();
    let mut bytes = 0;
    for number in 0..files {
        let scene = &scenes[number % scenes.len()];
        let comment = format!("picture {number}");
        let mut file = vec![0xff, 0xd8, 0xff, 0xfe, 0, comment.len() as u8 + 2];
        file.extend(comment.as_bytes());
        file.extend(&scene[2..]);
        bytes += file.len() as u64;
        std::fs::write(folder.join(format!("{number:04}.jpg")), file)?;
    }
    Ok(bytes)
}

/// A scene with the noise of a camera: without it there would be little to decode.
fn scene(seed: u64) -> Vec<u8> {
    let picture = Picture {
        width: 4000,
        height: 3000,
        seed,
        ..Picture::default()
    };
    let plain = image::load_from_memory(&jpeg(&picture)).map(|picture| picture.to_rgb8());
    let mut pixels: RgbImage = plain.unwrap_or_default();
    let mut dice = seed | 1;
    for Rgb(pixel) in pixels.pixels_mut() {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let noise = ((dice >> 40) % 25) as i16 - 12;
        *pixel = pixel.map(|value| (i16::from(value) + noise).clamp(0, 255) as u8);
    }
    let mut bytes = Vec::new();
    let encoded = jpeg_encoder::Encoder::new(&mut bytes, 88).encode(
        pixels.as_raw(),
        4000,
        3000,
        jpeg_encoder::ColorType::Rgb,
    );
    assert!(encoded.is_ok(), "it fits");
    bytes
}

fn inputs(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut inputs: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()?;
    inputs.sort();
    Ok(inputs)
}

/// Makes all thumbnails, on so many threads.
fn ours(from: &Path, to: &Path, threads: usize, decoder: &dyn Decoder) -> Result<()> {
    let inputs = inputs(from)?;
    let next = AtomicUsize::new(0);
    let work = || -> Result<()> {
        while let Some(input) = inputs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let small = decoder.small(input, MediaType::Jpeg, SIDE)?;
            ensure!((small.width, small.height) == (320, 240), "a wrong size");
            let name = input.file_name().context("it has one")?;
            std::fs::write(to.join(name), small.jpeg)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            match worker.join() {
                Ok(result) => result?,
                Err(_) => bail!("a worker panicked"),
            }
        }
        Ok(())
    })
}

fn out(folder: &Path, name: &str, round: usize) -> Result<PathBuf> {
    let out = folder.join(format!("{name}-{round}"));
    std::fs::create_dir_all(&out)?;
    Ok(out)
}

fn start(folder: &Path, threads: usize, round: usize, more: &[&str]) -> Result<Child> {
    let out = out(folder, "albumen", round)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--dir").arg(folder).arg("--only").arg(out);
    command.args(["--threads", &threads.to_string()]).args(more);
    Ok(command.spawn()?)
}

fn vips(folder: &Path, parts: usize, round: usize) -> Result<Vec<Child>> {
    let out = out(folder, &format!("vips-{parts}"), round)?;
    let target = format!("{}/%s.jpg[Q=82]", out.display());
    let inputs = inputs(&folder.join("in"))?;
    inputs
        .chunks(inputs.len().div_ceil(parts))
        .map(|part| {
            let mut command = Command::new("vipsthumbnail");
            command
                .args(["--size", &SIDE.to_string(), "-o", &target])
                .args(part);
            command.stdout(Stdio::null());
            command.spawn().context("is libvips-tools installed?")
        })
        .collect()
}

fn vips_many(folder: &Path, parts: usize, round: usize) -> Result<Vec<Child>> {
    vips(folder, parts.max(2), round)
}

/// What one contender took.
struct Run {
    seconds: f64,
    peak_bytes: u64,
}

impl Run {
    /// Waits for processes that were just started.
    fn of(children: &mut [Child]) -> Result<Self> {
        let began = Instant::now();
        let own = std::env::current_exe()?;
        let mut peak_bytes = 0;
        let mut left = children.len();
        while left > 0 {
            left = 0;
            for child in children.iter_mut() {
                peak_bytes = peak_bytes.max(memory::peak_of(child.id(), &own).unwrap_or(0));
                match child.try_wait()? {
                    Some(ended) => ensure!(ended.success(), "it ended with {ended}"),
                    None => left += 1,
                }
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(Self {
            seconds: began.elapsed().as_secs_f64(),
            peak_bytes,
        })
    }
}
