//! Where runs write: a fresh ext4 for each, or new folders.
//!
//! ext4 refuses recently freed inodes for minutes, so that creating files after deleting many costs five to ten times as much. Hence
//! either a file system made anew for each run (root on Linux, loop device), or folders none of which is deleted before the end.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Room for one output and its sidecars.
const IMAGE_BYTES: u64 = 5 << 30;

/// Where runs write.
pub enum Ground {
    /// An image made anew for each run.
    Image {
        /// The loop device of the image.
        device: String,
        /// Where it is mounted.
        mount: PathBuf,
        /// Image and mount point.
        folder: PathBuf,
    },
    /// New folders in here.
    Folders(PathBuf),
}

impl Ground {
    /// Finds out what works here.
    pub fn prepare(folder: &Path) -> Result<Self> {
        match Self::image(folder) {
            Ok(ground) => Ok(ground),
            Err(error) => {
                eprintln!("no file system of its own for each run: {error:#}");
                let outputs = folder.join("outputs");
                std::fs::create_dir_all(&outputs)?;
                Ok(Self::Folders(outputs))
            }
        }
    }

    fn image(folder: &Path) -> Result<Self> {
        let image = folder.join("ground.ext4");
        let mount = folder.join("ground");
        std::fs::create_dir_all(&mount)?;
        // Written once, so that no run pays for blocks of the image that were never allocated.
        let megabytes = (IMAGE_BYTES >> 20).to_string();
        let of = format!("of={}", image.display());
        let count = format!("count={megabytes}");
        run(
            "dd",
            &["if=/dev/zero", &of, "bs=1M", &count, "oflag=direct"],
        )?;
        let image = image.display().to_string();
        // Direct: or else each byte would be cached twice.
        let device = run("losetup", &["--find", "--show", "--direct-io=on", &image])?;
        Ok(Self::Image {
            device: device.trim().to_owned(),
            mount,
            folder: folder.to_owned(),
        })
    }

    /// Returns what this is, for the report.
    pub fn describe(&self) -> String {
        match self {
            Self::Image { .. } => "a fresh ext4 for each run (loop device, direct I/O)".to_owned(),
            Self::Folders(folder) => format!("a new folder for each run in {}", folder.display()),
        }
    }

    /// Returns an empty folder nobody has written to.
    pub fn fresh(&self, name: &str) -> Result<PathBuf> {
        match self {
            Self::Folders(folder) => {
                let path = folder.join(name);
                std::fs::create_dir(&path).with_context(|| path.display().to_string())?;
                Ok(path)
            }
            Self::Image { device, mount, .. } => {
                unmount(mount);
                // Nothing left for the kernel to initialise behind our back, and the image keeps its blocks.
                let options = "lazy_itable_init=0,lazy_journal_init=0,nodiscard";
                run(
                    "mkfs.ext4",
                    &["-q", "-F", "-N", "200000", "-E", options, device],
                )?;
                run("mount", &[device, &mount.display().to_string()])?;
                let path = mount.join("out");
                std::fs::create_dir(&path)?;
                run("sync", &[])?;
                Ok(path)
            }
        }
    }

    /// Removes what was written.
    pub fn end(self) -> Result<()> {
        match self {
            Self::Folders(folder) => Ok(std::fs::remove_dir_all(folder)?),
            Self::Image {
                device,
                mount,
                folder,
            } => {
                unmount(&mount);
                run("losetup", &["--detach", &device])?;
                Ok(std::fs::remove_file(folder.join("ground.ext4"))?)
            }
        }
    }
}

fn unmount(mount: &Path) {
    // Not mounted before the first run: no error.
    let _ = run("umount", &[&mount.display().to_string()]);
}

/// Runs a program that must succeed and returns what it printed.
pub fn run(program: &str, words: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(words)
        .output()
        .with_context(|| program.to_owned())?;
    if !output.status.success() {
        bail!("{program}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
