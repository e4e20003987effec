//! `albumen config`: makes the configuration file, and shows what it says.

use std::fs::DirBuilder;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::{Cli, ConfigAction, ConfigArgs};
use super::error::CliError;
use super::exit::Exit;
use super::library_folder;
use super::output::{Format, Output};
use super::settings::{self, Settings};
use ::sync::USUAL_SAMPLE;
use config::{AfterImport, Server, TEMPLATE, When};
use disk::private;

/// Runs the command.
pub fn run(args: &ConfigArgs, cli: &Cli, out: &Output) -> Result<Exit, CliError> {
    match args.action {
        ConfigAction::Init => init(&settings::path(cli.config.as_deref())?, out)?,
        ConfigAction::Show => show(
            &settings::must(cli.config.as_deref())?,
            &library_folder(cli)?,
            out,
        )?,
    }
    Ok(Exit::Done)
}

/// Writes the commented file, private to its owner; one that is there stays.
fn init(path: &Path, out: &Output) -> Result<(), CliError> {
    let failed = |source| CliError::ConfigFile {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        let mut builder = DirBuilder::new();
        builder.recursive(true).create(folder).map_err(failed)?;
    }
    let mut file = private::create_new(path).map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => CliError::ConfigExists {
            path: path.to_owned(),
        },
        _ => failed(source),
    })?;
    file.write_all(TEMPLATE.as_bytes()).map_err(failed)?;
    match out.format() {
        Format::Json => out.json(&json!({"type": "config", "path": path.display().to_string()})),
        Format::Text => out.line(format!(
            "{} written: it explains every setting and sets none",
            path.display()
        )),
    }
}

fn text(path: &Option<PathBuf>) -> Option<String> {
    path.as_ref().map(|path| path.display().to_string())
}

/// How to get in at a server, without what lets in.
fn server(server: &Server) -> Value {
    json!({
        "endpoint": server.endpoint,
        "region": server.region,
        "ca_file": text(&server.ca_file),
        "ssh_config": text(&server.ssh_config),
        "user": server.user.as_ref().map(|_| "***"),
        "password": server.password.as_ref().map(|_| "***"),
        "secret_file": text(&server.secret_file),
        "secret_command": server.secret_command.as_ref().map(|_| "***"),
    })
}

fn merge(value: &mut Value, more: Value) {
    if let (Value::Object(value), Value::Object(more)) = (value, more) {
        value.extend(more);
    }
}

/// Shows every setting as it is in effect: what the file says, and what holds where it says nothing. Passwords, commands
/// and the address of the health check may let somebody in: they are masked.
fn show(settings: &Settings, library: &Path, out: &Output) -> Result<(), CliError> {
    let config = &settings.config;
    let inboxes = config.inbox.iter().map(|inbox| {
        let mut value = json!({
            "path": text(&inbox.path),
            "address": inbox.address,
            "pattern": inbox.pattern.as_deref().unwrap_or("*"),
        });
        if inbox.address.is_some() {
            merge(&mut value, server(&inbox.server));
        }
        value
    });
    let destinations = config.destination.iter().map(|destination| {
        let mut value = json!({
            "address": destination.address,
            "layout": destination.layout.as_deref().unwrap_or("dates"),
            "embed": destination.embed,
            "shared": destination.shared,
        });
        merge(&mut value, server(&destination.server));
        value
    });
    let value = json!({
        "type": "config",
        "path": settings.path.display().to_string(),
        "library": library.display().to_string(),
        "home_timezone": config.home_timezone,
        "include": config.include,
        "quiet_hours": config.quiet_hours.as_ref().map(ToString::to_string),
        "verify_sample": config.verify_sample.map_or(USUAL_SAMPLE, |share| share.0),
        "gallery": config.gallery,
        "inboxes": inboxes.collect::<Vec<_>>(),
        "after_import": match config.archives.after_import {
            AfterImport::Keep => "keep",
            AfterImport::Move => "move",
        },
        "archives": text(&config.archives.folder),
        "destinations": destinations.collect::<Vec<_>>(),
        "ping": config.notify.ping.as_ref().map(|_| "***"),
        "command": config.notify.command.as_ref().map(|_| "***"),
        "when": match config.notify.when {
            When::Problems => "problems",
            When::Changes => "changes",
            When::Always => "always",
        },
    });
    match out.format() {
        Format::Json => out.json(&value),
        Format::Text => out.exact_line(format!("{value:#}")),
    }
}
