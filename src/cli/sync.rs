//! `albumen sync`: runs a pass of the room `sync` with this terminal, this environment and this clock, then reports it to the health
//! check and the command of the configuration.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use jiff::Zoned;

use super::args::{Cli, ConnectionArgs, SyncArgs};
use super::connection;
use super::decoder::Apart;
use super::error::CliError;
use super::exit::Exit;
use super::gallery::ffmpeg;
use super::home;
use super::interrupt::Interrupt;
use super::monitor::CommandLineMonitor;
use super::output::{Format, Output};
use super::settings;
use ::sync::{Failure, Means, Outcome, Reached, SyncOptions, SyncReport, pass};
use config::{Config, DestinationConfig, Inbox, Server, When};
use media::thumbnail::decoder::Decoder;
use monitor::Monitor;
use net::client::with_causes;
use net::ping::ping;
use net::secret::Secret;
use push::Destination;
use push::address::Address;
use push::remote_folder::RemoteFolder;

/// Runs the command.
pub fn run(args: &SyncArgs, cli: &Cli, library: &Path, out: &Output) -> Result<Exit, CliError> {
    let config = settings::must(cli.config.as_deref())?.config;
    let began = Instant::now();
    let options = SyncOptions {
        now: args.now,
        create: args.create,
        accept_library: args.accept_library,
        remembers: home::state_folder(),
    };
    let here = Here {
        library,
        out,
        interrupt: Interrupt::listen()?,
        ping: config.notify.ping.as_ref(),
        decoder: Apart::of_this_program(),
    };
    let mut report = match pass(library, &config, &options, &here) {
        Ok(report) => report,
        Err(error) => {
            let failed = SyncReport {
                errors: vec![with_causes(&error)],
                ..SyncReport::default()
            };
            tell(&failed, &config);
            return Err(CliError::Sync(error));
        }
    };
    report.seconds = began.elapsed().as_secs_f64();
    match out.format() {
        Format::Json => out.json(&report.json())?,
        Format::Text => out.write(report.text().as_bytes())?,
    }
    // Whoever is told gets the report even if the reader of the output is gone.
    out.flush()?;
    tell(&report, &config);
    Ok(exit(&report))
}

/// Returns the exit code a pass deserves.
fn exit(report: &SyncReport) -> Exit {
    match report.outcome() {
        Outcome::Interrupted => Exit::Interrupted,
        Outcome::Failed => Exit::Failed,
        Outcome::NeedsYou => Exit::Incomplete,
        Outcome::Idle | Outcome::Done | Outcome::NothingNew => Exit::Done,
    }
}

/// This process, as a pass sees it.
struct Here<'a> {
    library: &'a Path,
    out: &'a Output,
    interrupt: Interrupt,
    /// The health check.
    ping: Option<&'a Secret>,
    decoder: Apart,
}

impl Means for Here<'_> {
    fn now(&self) -> Zoned {
        Zoned::now()
    }

    fn begins(&self) {
        if let Some(address) = self.ping {
            warn_of(ping(address, "/start", String::new()), "the health check");
        }
    }

    fn is_stopped(&self) -> bool {
        self.interrupt.is_asked()
    }

    fn watched(&self, step: &mut dyn FnMut(&dyn Monitor)) {
        let monitor = CommandLineMonitor::new(self.out, self.interrupt.clone());
        step(&monitor);
        monitor.finish();
    }

    fn decoder(&self) -> &dyn Decoder {
        &self.decoder
    }

    fn ffmpeg(&self) -> Option<PathBuf> {
        ffmpeg()
    }

    fn destination(&self, to: &DestinationConfig) -> Result<Reached<dyn Destination>, Failure> {
        Ok(reach(to, self.library, &self.interrupt)?)
    }

    fn inbox(&self, inbox: &Inbox, address: &str) -> Result<Reached<dyn RemoteFolder>, Failure> {
        let mut args = connection_args(&inbox.server);
        let address = connection::address(address, &args)?;
        args.secrets = secrets(&address, &inbox.server);
        Ok(Reached {
            name: address.name(),
            there: connection::open_folder(&address, &args, self.library, &self.interrupt)?,
        })
    }
}

/// Opens a destination of the configuration.
pub(super) fn reach(
    to: &DestinationConfig,
    library: &Path,
    interrupt: &Interrupt,
) -> Result<Reached<dyn Destination>, CliError> {
    let mut args = connection_args(&to.server);
    args.shared = to.shared;
    let address = connection::address(&to.address, &args)?;
    args.secrets = secrets(&address, &to.server);
    Ok(Reached {
        name: address.name(),
        there: connection::open(&address, &args, library, interrupt)?,
    })
}

/// Returns how to get in at a server.
fn connection_args(server: &Server) -> ConnectionArgs {
    ConnectionArgs {
        endpoint: server.endpoint.clone(),
        region: server.region.clone(),
        ca_file: server.ca_file.clone(),
        no_proxy: false,
        ssh_config: server.ssh_config.clone(),
        timeout: None,
        secret_file: server.secret_file.clone(),
        secret_command: server.secret_command.clone(),
        secrets: Vec::new(),
        shared: false,
    }
}

fn secrets(address: &Address, server: &Server) -> Vec<(String, Secret)> {
    connection::secrets(address, server.user.as_deref(), server.password.as_ref())
}

/// Tells the health check and the command. Neither can spoil what was done.
fn tell(report: &SyncReport, config: &Config) {
    let notify = &config.notify;
    if let Some(address) = notify.ping.as_ref().filter(|_| report.idle.is_none()) {
        let suffix = if report.is_a_problem() { "/fail" } else { "" };
        warn_of(ping(address, suffix, report.text()), "the health check");
    }
    let wanted = match notify.when {
        When::Problems => report.is_a_problem(),
        When::Changes => report.is_a_problem() || report.did_something(),
        When::Always => true,
    };
    if let Some(command) = notify.command.as_ref().filter(|_| wanted) {
        warn_of(
            hand_over(command, &report.text()),
            "the command of [notify]",
        );
    }
}

fn hand_over(command: &str, text: &str) -> Result<(), String> {
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let mut child = Command::new(shell)
        .args([flag, command])
        .stdin(Stdio::piped())
        // Data of `--json` goes to standard output: nothing of a stranger may come between.
        .stdout(std::io::stderr())
        .spawn()
        .map_err(|error| error.to_string())?;
    if let Some(mut input) = child.stdin.take() {
        // A command that does not read its input is not at fault.
        let _ = input.write_all(text.as_bytes());
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("it ended with {status}")),
    }
}

fn warn_of(result: Result<(), String>, who: &str) {
    if let Err(why) = result {
        // Nobody is left to tell that standard error is gone.
        let _ = writeln!(
            std::io::stderr(),
            "warning: {who} could not be notified: {why}"
        );
    }
}
