//! Folders that are closed or small, for tests of what happens then. Linux and root, else by the mode or not at all.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A folder that nobody may write to, root neither, until it is dropped.
pub struct Closed<'a>(&'a Path, Mount);

enum Mount {
    ReadOnly,
    Mode,
}

impl<'a> Closed<'a> {
    /// Closes a folder by its mode, or where that stops nobody (root) by a mount; `None` if neither can be done.
    pub fn new(folder: &'a Path) -> Option<Self> {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o500)).expect("our own folder");
        if fs::write(folder.join("probe"), "").is_err() {
            return Some(Self(folder, Mount::Mode));
        }
        fs::remove_file(folder.join("probe")).expect("just written");
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).expect("our own folder");
        let closed = mount(&["-t", "tmpfs", "-o", "ro,size=1m", "albumen-test"], folder)
            .then_some(Self(folder, Mount::ReadOnly));
        super::tools::or_skipped(
            "the right to mount, which root needs to close a folder",
            closed,
        )
    }
}

impl Drop for Closed<'_> {
    fn drop(&mut self) {
        match self.1 {
            Mount::ReadOnly => unmount(self.0),
            Mount::Mode => {
                let _ = fs::set_permissions(self.0, fs::Permissions::from_mode(0o700));
            }
        }
    }
}

/// A file system of a few megabytes, until it is dropped.
pub struct Small<'a>(&'a Path);

impl<'a> Small<'a> {
    /// Takes over what was mounted at `folder`.
    pub fn new(folder: &'a Path) -> Self {
        Self(folder)
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        unmount(self.0);
    }
}

/// Mounts something; only root may.
pub fn mount(options: &[&str], at: &Path) -> bool {
    std::process::Command::new("mount")
        .args(options)
        .arg(at)
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Mounts something; `None` means that the test shall end early. Where `ALBUMEN_REQUIRE_TOOLS` is set it fails instead.
pub fn mount_or_skip<'a>(options: &[&str], at: &'a Path) -> Option<Small<'a>> {
    fs::create_dir_all(at).expect("our own folder");
    let mounted = mount(options, at).then(|| Small::new(at));
    super::tools::or_skipped("the right to mount", mounted)
}

fn unmount(at: &Path) {
    let _ = std::process::Command::new("umount").arg(at).output();
}
