//! Finds the library when none is named (the folder `albumen` in the user's Pictures folder), and the configuration.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Returns where the library is unless the user says otherwise; `None` without a home folder.
pub fn default_library() -> Option<PathBuf> {
    let home = env::home_dir().filter(|home| home.is_absolute())?;
    let user_dirs = fs::read_to_string(
        config_home(&home, env::var_os("XDG_CONFIG_HOME")).join("user-dirs.dirs"),
    );
    let pictures = env::var("XDG_PICTURES_DIR")
        .ok()
        .and_then(|value| folder(&value, &home))
        .or_else(|| pictures_folder(&user_dirs.ok()?, &home))
        .unwrap_or_else(|| home.join("Pictures"));
    Some(pictures.join("albumen"))
}

/// Returns where the configuration is unless the user says otherwise; `None` without a home folder.
pub fn default_config() -> Option<PathBuf> {
    let home = env::home_dir().filter(|home| home.is_absolute())?;
    let folder = if cfg!(windows) {
        env::var_os("APPDATA").map(PathBuf::from)?
    } else if cfg!(target_os = "macos") {
        home.join("Library/Application Support")
    } else {
        config_home(&home, env::var_os("XDG_CONFIG_HOME"))
    };
    Some(folder.join("albumen").join("albumen.toml"))
}

/// Returns where small facts are kept that must outlive a library's disk; `None` without a home folder.
pub fn state_folder() -> Option<PathBuf> {
    let home = env::home_dir().filter(|home| home.is_absolute())?;
    let folder = if cfg!(windows) {
        env::var_os("LOCALAPPDATA").map(PathBuf::from)?
    } else if cfg!(target_os = "macos") {
        home.join("Library/Application Support")
    } else {
        env::var_os("XDG_STATE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .unwrap_or_else(|| home.join(".local/state"))
    };
    Some(folder.join("albumen"))
}

/// Returns the folders in which systems and their users keep fonts.
pub fn font_folders() -> Vec<PathBuf> {
    let home = env::home_dir().filter(|home| home.is_absolute());
    let variable = |name| env::var_os(name).map(PathBuf::from);
    let below = |folder: Option<PathBuf>, path: &str| folder.map(|folder| folder.join(path));
    let folders = if cfg!(windows) {
        vec![
            below(variable("WINDIR"), "Fonts"),
            below(variable("LOCALAPPDATA"), "Microsoft/Windows/Fonts"),
        ]
    } else if cfg!(target_os = "macos") {
        vec![
            Some("/System/Library/Fonts".into()),
            Some("/Library/Fonts".into()),
            below(home, "Library/Fonts"),
        ]
    } else {
        let data = variable("XDG_DATA_HOME").filter(|path| path.is_absolute());
        vec![
            Some("/usr/share/fonts".into()),
            Some("/usr/local/share/fonts".into()),
            below(data.or(below(home.clone(), ".local/share")), "fonts"),
            below(home, ".fonts"),
        ]
    };
    folders.into_iter().flatten().collect()
}

fn config_home(home: &Path, variable: Option<OsString>) -> PathBuf {
    variable
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .unwrap_or_else(|| home.join(".config"))
}

/// Finds the Pictures folder in `user-dirs.dirs`, a file of shell assignments that desktops write in the user's language
/// (`XDG_PICTURES_DIR="$HOME/Bilder"`).
fn pictures_folder(user_dirs: &str, home: &Path) -> Option<PathBuf> {
    user_dirs
        .lines()
        .filter_map(|line| line.trim().strip_prefix("XDG_PICTURES_DIR="))
        .filter_map(|value| folder(value.trim().trim_matches('"'), home))
        .next_back()
}

/// The home folder itself means that there is no such folder; anything relative is not allowed.
fn folder(value: &str, home: &Path) -> Option<PathBuf> {
    let path = match value.strip_prefix("$HOME") {
        Some(rest) => home.join(rest.trim_start_matches('/')),
        None => PathBuf::from(value),
    };
    (path.is_absolute() && path != home && !value.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desktop_says_where_pictures_are() {
        let home = Path::new("/home/anna");
        for (text, expected) in [
            (
                "XDG_PICTURES_DIR=\"$HOME/Bilder\"\n",
                Some("/home/anna/Bilder"),
            ),
            (
                "# XDG_PICTURES_DIR=\"$HOME/x\"\nXDG_PICTURES_DIR=\"/data/fotos\"",
                Some("/data/fotos"),
            ),
            (
                "  XDG_PICTURES_DIR=\"$HOME/My Pictures\"  ",
                Some("/home/anna/My Pictures"),
            ),
            ("XDG_PICTURES_DIR=\"$HOME/\"", None),
            ("XDG_PICTURES_DIR=\"\"", None),
            ("XDG_PICTURES_DIR=\"Pictures\"", None),
            ("XDG_MUSIC_DIR=\"$HOME/Music\"", None),
            ("", None),
        ] {
            assert_eq!(
                pictures_folder(text, home),
                expected.map(PathBuf::from),
                "{text}"
            );
        }
    }

    #[test]
    fn a_relative_config_home_is_ignored() {
        let home = Path::new("/home/anna");
        assert_eq!(config_home(home, Some("cfg".into())), home.join(".config"));
        assert_eq!(config_home(home, Some("/cfg".into())), Path::new("/cfg"));
        assert_eq!(config_home(home, None), home.join(".config"));
    }
}
