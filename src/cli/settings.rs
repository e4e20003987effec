//! Finds and reads `albumen.toml`.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::args::Cli;
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

/// Returns where the configuration is, or would be.
pub fn path(cli: &Cli) -> Result<PathBuf, CliError> {
    match &cli.config {
        Some(path) => Ok(path.clone()),
        None => home::default_config().ok_or(CliError::NoHome),
    }
}

/// Reads the configuration; none if there is none and none was named.
pub fn find(cli: &Cli) -> Result<Option<Settings>, CliError> {
    let Ok(path) = path(cli) else {
        return Ok(None);
    };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound && cli.config.is_none() => {
            return Ok(None);
        }
        Err(source) => return Err(CliError::ConfigFile { path, source }),
    };
    read(path, &text).map(Some)
}

/// Reads the configuration, which must be there.
pub fn must(cli: &Cli) -> Result<Settings, CliError> {
    match find(cli)? {
        Some(settings) => Ok(settings),
        None => Err(CliError::NoConfig { path: path(cli)? }),
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
