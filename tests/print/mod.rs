//! `print` by the real binary, its PDFs looked at by other people's programs: poppler and qpdf.

mod forms;
mod pictures;
mod refusals;
mod texts;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use demo::media::{Picture, jpeg};
use image::RgbImage;
use serde_json::json;

use crate::support::compose::Files;
use crate::support::env::{Ran, TestEnv};
use crate::support::tools::{Tool, require};

/// A picture of the library that is printed.
pub struct Given {
    /// Name of its file, which begins with its number: pages are in this order.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its caption.
    pub caption: String,
}

impl Given {
    /// A JPEG of so many pixels.
    pub fn jpeg(name: &str, width: u32, height: u32) -> Self {
        // Another name, other bytes: equal ones would be one asset.
        let seed = name
            .bytes()
            .fold(7, |seed, byte| seed * 31 + u64::from(byte));
        let picture = Picture {
            width,
            height,
            seed,
            ..Picture::default()
        };
        Self::of(name, jpeg(&picture))
    }

    /// A file.
    pub fn of(name: &str, bytes: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            bytes,
            caption: String::new(),
        }
    }

    /// The same with a caption.
    pub fn with_caption(self, caption: &str) -> Self {
        Self {
            caption: caption.to_owned(),
            ..self
        }
    }
}

/// A library with pictures, a day apart from 14 July 2023 on, in Rome.
pub struct Printing {
    /// Home of the test.
    pub env: TestEnv,
}

impl Printing {
    /// Imports the pictures.
    pub fn of(given: &[Given]) -> Self {
        let env = TestEnv::new();
        let mut files = Files::new();
        for (day, picture) in (0u64..).zip(given) {
            let path = format!("Takeout/Google Photos/Photos from 2023/{}", picture.name);
            let record = json!({
                "title": picture.name,
                "description": picture.caption,
                "creationTime": {"timestamp": "1700000000"},
                "photoTakenTime": {"timestamp": (1_689_350_400 + day * 86_400).to_string()},
                "geoData": {"latitude": 41.9, "longitude": 12.5, "altitude": 0.0},
            });
            let record = serde_json::to_vec(&record).expect("a value");
            files.insert(format!("{path}.supplemental-metadata.json"), record);
            files.insert(path, picture.bytes.clone());
        }
        env.zip("takeout-20240501T000000Z-001.zip", &files);
        let ran = env.run_on("l", &["import", "takeout-20240501T000000Z-001.zip"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        Self { env }
    }

    /// Runs `print` with JSON output into `file`, which is new.
    pub fn print(&self, file: &str, options: &[&str]) -> Ran {
        let all = [&["--json", "print", file], options].concat();
        self.env.run_on("l", &all)
    }

    /// The same where nothing may be left out; returns the file.
    pub fn printed(&self, file: &str, options: &[&str]) -> PathBuf {
        let ran = self.print(file, options);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        self.env.path(file)
    }

    /// Paths of the library's pictures, in order of time.
    pub fn paths(&self) -> Vec<String> {
        crate::import::listed(&self.env, "l")
            .iter()
            .map(|line| line["path"].as_str().expect("a path").to_owned())
            .collect()
    }
}

/// The programs that look at PDFs.
pub struct Tools {
    pdfinfo: Tool,
    pdfimages: Tool,
    pdftoppm: Tool,
    pdftotext: Tool,
    pdffonts: Tool,
    qpdf: Tool,
}

/// Finds them; `None` means that the test shall end early.
pub fn tools() -> Option<Tools> {
    Some(Tools {
        pdfinfo: require("pdfinfo")?,
        pdfimages: require("pdfimages")?,
        pdftoppm: require("pdftoppm")?,
        pdftotext: require("pdftotext")?,
        pdffonts: require("pdffonts")?,
        qpdf: require("qpdf")?,
    })
}

fn said(command: &mut Command) -> String {
    let output = command.output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let faults = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && faults.is_empty(),
        "{command:?}: {text} {faults}"
    );
    text
}

impl Tools {
    /// Fails unless qpdf finds nothing wrong.
    pub fn check(&self, pdf: &Path) {
        let text = said(self.qpdf.command().arg("--check").arg(pdf));
        assert!(
            text.contains("No syntax or stream encoding errors"),
            "{text}"
        );
    }

    /// Returns a box of every page: left, lower, right, upper edge.
    pub fn boxes(&self, pdf: &Path, name: &str) -> Vec<[f64; 4]> {
        let text = said(
            self.pdfinfo
                .command()
                .args(["-box", "-f", "1", "-l", "99999"])
                .arg(pdf),
        );
        let name = format!("{name}:");
        let lines = text
            .lines()
            .filter_map(|line| line.strip_prefix("Page")?.split_once(name.as_str()));
        let found: Vec<[f64; 4]> = lines
            .map(|(_, numbers)| {
                let numbers: Vec<f64> = numbers
                    .split_whitespace()
                    .map(|number| number.parse().expect("a number"))
                    .collect();
                numbers.try_into().expect("four numbers")
            })
            .collect();
        assert!(!found.is_empty(), "no {name} in {text}");
        found
    }

    /// Returns the pictures in a PDF as they are in it, in order.
    pub fn images(&self, pdf: &Path) -> Vec<Vec<u8>> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        said(
            self.pdfimages
                .command()
                .arg("-all")
                .arg(pdf)
                .arg(folder.path().join("i")),
        );
        let mut files: Vec<PathBuf> = fs::read_dir(folder.path())
            .expect("it is there")
            .map(|entry| entry.expect("readable").path())
            .collect();
        files.sort();
        files
            .iter()
            .map(|file| fs::read(file).expect("there"))
            .collect()
    }

    /// Renders every page.
    pub fn pages(&self, pdf: &Path, dpi: u32) -> Vec<RgbImage> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let dpi = dpi.to_string();
        said(
            self.pdftoppm
                .command()
                .args(["-png", "-r", &dpi])
                .arg(pdf)
                .arg(folder.path().join("p")),
        );
        let mut files: Vec<PathBuf> = fs::read_dir(folder.path())
            .expect("it is there")
            .map(|entry| entry.expect("readable").path())
            .collect();
        files.sort();
        files
            .iter()
            .map(|file| image::open(file).expect("a PNG").to_rgb8())
            .collect()
    }

    /// Returns the text of a PDF, without marks of direction.
    pub fn text(&self, pdf: &Path) -> String {
        let text = said(
            self.pdftotext
                .command()
                .args(["-enc", "UTF-8"])
                .arg(pdf)
                .arg("-"),
        );
        let mark = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}');
        text.replace(mark, "")
    }

    /// Returns what is said of the fonts.
    pub fn fonts(&self, pdf: &Path) -> String {
        said(self.pdffonts.command().arg(pdf))
    }
}

/// Returns whether two rectangles are the same to a hundredth of a point.
pub fn same(one: [f64; 4], other: [f64; 4]) -> bool {
    one.iter().zip(other).all(|(a, b)| (a - b).abs() < 0.011)
}
