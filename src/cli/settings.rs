//! Finds and reads `albumen.toml`.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::error::CliError;
use super::home;
use super::private;
use config::Config;

/// A configuration and the file it came from.
pub struct Settings {
    /// What it says; paths are whole.
    pub config: Config,
    /// Its file.
    pub path: PathBuf,
}

/// Returns where the configuration is, or would be, if none is `named`.
pub fn path(named: Option<&Path>) -> Result<PathBuf, CliError> {
    match named {
        Some(path) => Ok(path.to_owned()),
        None => home::default_config().ok_or(CliError::NoHome),
    }
}

/// Reads the configuration; none if there is none and none was named.
pub fn find(named: Option<&Path>) -> Result<Option<Settings>, CliError> {
    let Ok(path) = path(named) else {
        return Ok(None);
    };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => {
            return Ok(None);
        }
        Err(source) => return Err(CliError::ConfigFile { path, source }),
    };
    read(path, &text).map(Some)
}

/// Reads the configuration, which must be there.
pub fn must(named: Option<&Path>) -> Result<Settings, CliError> {
    match find(named)? {
        Some(settings) => Ok(settings),
        None => Err(CliError::NoConfig { path: path(named)? }),
    }
}

fn read(path: PathBuf, text: &str) -> Result<Settings, CliError> {
    let mut config = Config::parse(text).map_err(|source| CliError::Config {
        path: path.clone(),
        source,
    })?;
    if config.holds_secret() {
        private::check(&path)?;
    }
    if config.names_command() {
        private::check_commands(&path)?;
    }
    let whole = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
    let folder = whole.parent().unwrap_or(Path::new("."));
    config.resolve(folder, env::home_dir().as_deref());
    Ok(Settings { config, path })
}
