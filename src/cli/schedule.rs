//! `albumen schedule`: makes this machine run `albumen sync` by itself.

use std::env;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use super::args::{Cli, ScheduleAction, ScheduleArgs, Scheduler};
use super::error::CliError;
use super::exit::Exit;
use super::output::{Format, Output};
use super::{home, settings};
use schedule::{Every, Job, LABEL, NAME, without_cron_line};

/// Runs the command.
pub fn run(args: &ScheduleArgs, cli: &Cli, out: &Output) -> Result<Exit, CliError> {
    let scheduler = args.with.unwrap_or_else(of_this_machine);
    let every = match args.action {
        ScheduleAction::Install { every, .. } => every.into(),
        _ => Every::Day,
    };
    let job = Job {
        program: env::current_exe().map_err(|source| failed("find this program", source))?,
        config: absolute(&settings::path(cli.config.as_deref())?),
        every,
    };
    let files = files(scheduler, &job)?;
    match args.action {
        ScheduleAction::Install { dry_run: true, .. } => print(scheduler, &job, &files, out)?,
        ScheduleAction::Install { .. } => {
            // A timer for a configuration that is not there, or not right, would fail every night.
            settings::must(cli.config.as_deref())?;
            install(scheduler, &job, &files)?;
            say(out, "installed", scheduler)?;
        }
        ScheduleAction::Show => show(scheduler, &files, out)?,
        ScheduleAction::Remove => {
            remove(scheduler, &files)?;
            say(out, "removed", scheduler)?;
        }
    }
    Ok(Exit::Done)
}

fn of_this_machine() -> Scheduler {
    match () {
        () if cfg!(windows) => Scheduler::Windows,
        () if cfg!(target_os = "macos") => Scheduler::Launchd,
        () if Path::new("/run/systemd/system").exists() => Scheduler::Systemd,
        () => Scheduler::Cron,
    }
}

/// Returns the files that make the schedule, and their texts.
fn files(scheduler: Scheduler, job: &Job) -> Result<Vec<(PathBuf, String)>, CliError> {
    let config = home::default_config().ok_or(CliError::NoHome)?;
    let own = config.parent().unwrap_or(Path::new("."));
    let platform = own.parent().unwrap_or(Path::new("."));
    Ok(match scheduler {
        Scheduler::Systemd => {
            let units = platform.join("systemd/user");
            vec![
                (units.join(format!("{NAME}.service")), job.systemd_service()),
                (units.join(format!("{NAME}.timer")), job.systemd_timer()),
            ]
        }
        Scheduler::Cron => Vec::new(),
        Scheduler::Launchd => {
            let home = env::home_dir().ok_or(CliError::NoHome)?;
            let agents = home.join("Library/LaunchAgents");
            vec![(agents.join(format!("{LABEL}.plist")), job.launchd())]
        }
        Scheduler::Windows => vec![(own.join(format!("{NAME}.xml")), job.windows_task())],
    })
}

fn print(
    scheduler: Scheduler,
    job: &Job,
    files: &[(PathBuf, String)],
    out: &Output,
) -> Result<(), CliError> {
    if scheduler == Scheduler::Cron {
        return match out.format() {
            Format::Json => {
                out.json(&json!({"type": "schedule", "path": null, "text": job.cron_line()}))
            }
            Format::Text => out.exact_line(job.cron_line()),
        };
    }
    for (path, text) in files {
        let path = path.display().to_string();
        match out.format() {
            Format::Json => out.json(&json!({"type": "schedule", "path": path, "text": text}))?,
            Format::Text => out.exact_line(format!("# {path}\n{text}"))?,
        }
    }
    Ok(())
}

fn install(scheduler: Scheduler, job: &Job, files: &[(PathBuf, String)]) -> Result<(), CliError> {
    for (path, text) in files {
        let written = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(path, text));
        written.map_err(|source| failed("write its files", source))?;
    }
    let path = files
        .first()
        .map(|(path, _)| path.display().to_string())
        .unwrap_or_default();
    match scheduler {
        Scheduler::Systemd => {
            ran("systemctl", &["--user", "daemon-reload"], None)?;
            let timer = format!("{NAME}.timer");
            ran("systemctl", &["--user", "enable", "--now", &timer], None)?;
        }
        Scheduler::Cron => {
            ran("crontab", &["-"], Some(&job.cron_table(&cron_table()?)))?;
        }
        Scheduler::Launchd => {
            // One that is loaded already has to go first; one that is not is no error.
            let _ = ran("launchctl", &["unload", &path], None);
            ran("launchctl", &["load", "-w", &path], None)?;
        }
        Scheduler::Windows => {
            ran(
                "schtasks",
                &["/Create", "/F", "/TN", NAME, "/XML", &path],
                None,
            )?;
        }
    }
    Ok(())
}

fn remove(scheduler: Scheduler, files: &[(PathBuf, String)]) -> Result<(), CliError> {
    let path = files
        .first()
        .map(|(path, _)| path.display().to_string())
        .unwrap_or_default();
    // What is not loaded need not be stopped: the files decide.
    let _ = match scheduler {
        Scheduler::Systemd => ran(
            "systemctl",
            &["--user", "disable", "--now", &format!("{NAME}.timer")],
            None,
        ),
        Scheduler::Cron => ran("crontab", &["-"], Some(&without_cron_line(&cron_table()?))),
        Scheduler::Launchd => ran("launchctl", &["unload", &path], None),
        Scheduler::Windows => ran("schtasks", &["/Delete", "/F", "/TN", NAME], None),
    };
    for (path, _) in files {
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(failed("remove its files", error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn show(scheduler: Scheduler, files: &[(PathBuf, String)], out: &Output) -> Result<(), CliError> {
    let found: Vec<String> = match scheduler {
        Scheduler::Cron => {
            let table = cron_table()?;
            let kept = without_cron_line(&table);
            table
                .lines()
                .filter(|line| !kept.lines().any(|other| other == *line))
                .map(str::to_owned)
                .collect()
        }
        _ => files
            .iter()
            .filter(|(path, _)| path.exists())
            .map(|(path, _)| path.display().to_string())
            .collect(),
    };
    match out.format() {
        Format::Json => out.json(&json!({"type": "schedule", "with": scheduler.as_str(), "installed": !found.is_empty(), "found": found})),
        Format::Text if found.is_empty() => out.line("no schedule is installed"),
        Format::Text => found.iter().try_for_each(|line| out.exact_line(line)),
    }
}

fn say(out: &Output, what: &str, scheduler: Scheduler) -> Result<(), CliError> {
    match out.format() {
        Format::Json => {
            out.json(&json!({"type": "schedule", "with": scheduler.as_str(), "done": what}))
        }
        Format::Text => out.line(format!("{what} ({})", scheduler.as_str())),
    }
}

/// Returns the user's table of cron; an empty one if there is none.
fn cron_table() -> Result<String, CliError> {
    let output = Command::new("crontab").arg("-l").output();
    let output = output.map_err(|source| failed("run crontab", source))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn ran(program: &str, arguments: &[&str], input: Option<&str>) -> Result<(), CliError> {
    let could_not = |source| failed("run what starts it", source);
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(could_not)?;
    if let (Some(text), Some(mut stdin)) = (input, child.stdin.take()) {
        stdin.write_all(text.as_bytes()).map_err(could_not)?;
    }
    let output = child.wait_with_output().map_err(could_not)?;
    match output.status.success() {
        true => Ok(()),
        false => Err(could_not(std::io::Error::other(format!(
            "{program}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )))),
    }
}

fn failed(doing: &'static str, source: std::io::Error) -> CliError {
    CliError::Schedule { doing, source }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
