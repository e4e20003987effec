//! One pass over the folders where archives arrive: fetch what lies on servers, import what is new, read a sample of the library again,
//! move archives away, bring the gallery up to date, push, report.
//!
//! [`pass`] is the whole of it. It asks [`Means`] for what only a program has: a terminal, the environment's secrets, a clock. `remote`
//! fetches, `steps` does the rest in order, `state` remembers between passes, `identity` makes sure that the library is the one it was.
//! Whoever is told of the outcome (a health check, a command) is told by the program, from the [`SyncReport`].

mod error;
mod identity;
mod means;
mod remote;
mod report;
mod state;
mod steps;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use error::SyncError;
pub use means::{Failure, Means, Reached};
pub use report::{Imported, Outcome, Pushed, SyncReport};
pub use steps::USUAL_SAMPLE;

use config::Config;
use error::state_failed;
use gallery::is_fresh;
use inbox::{Folder, Looked, look};
use remote::{Spool, fetch_all};
use state::State;
use steps::Steps;

/// What a person asked for.
#[derive(Debug, Clone, Default)]
pub struct SyncOptions {
    /// Quiet hours are not waited for.
    pub now: bool,
    /// A library is made where there is none. Without it the pass stops there: the disk may not be mounted.
    pub create: bool,
    /// The library that is there now is the right one, although another one was there before.
    pub accept_library: bool,
    /// Folder of what this machine remembers outside of libraries.
    pub remembers: Option<PathBuf>,
}

/// Makes one pass. Single things that fail are in the report, and hold nothing else up.
///
/// # Errors
/// Fails if the library is not there or another one than before, or if what is remembered cannot be written.
///
/// # Panics
/// If [`Means::watched`] does not run the step it is given.
pub fn pass(
    library: &Path,
    config: &Config,
    options: &SyncOptions,
    means: &dyn Means,
) -> Result<SyncReport, SyncError> {
    if let Some(why) = reason_to_rest(config, options, means) {
        return Ok(idle(why));
    }
    identity::expected(library, options)?;
    let failed = state_failed(library);
    let Some(_lock) = state::lock(library).map_err(&failed)? else {
        return Ok(idle("another sync is at work, and does it all".to_owned()));
    };
    let mut state = State::read(library);
    let before = state.clone();
    let mut report = SyncReport::default();
    let work = |state: &mut State, report: &mut SyncReport| {
        let spools = fetch_all(&config.inbox, library, means, state, report);
        if !report.interrupted {
            take_in(library, config, means, &spools, state, report);
        }
    };
    work(&mut state, &mut report);
    if state != before {
        state.write(library).map_err(failed)?;
    }
    Ok(report)
}

/// Says why nothing is to be done, if that is so.
fn reason_to_rest(config: &Config, options: &SyncOptions, means: &dyn Means) -> Option<String> {
    if let Some(quiet) = config.quiet_hours.filter(|_| !options.now)
        && quiet.holds(means.now().time())
    {
        return Some(format!("quiet until {}; --now does not wait", quiet.until));
    }
    let is_empty = config.inbox.is_empty() && config.destination.is_empty() && !config.gallery;
    is_empty.then(|| {
        "there is nothing to do: name the folder where archives arrive under [[inbox]] in albumen.toml \
         (`albumen config init` writes one that explains each setting)"
            .to_owned()
    })
}

/// Looks into all folders, and does what there is to do.
fn take_in(
    library: &Path,
    config: &Config,
    means: &dyn Means,
    spools: &[Spool],
    state: &mut State,
    report: &mut SyncReport,
) {
    let own = config.inbox.iter().filter_map(|inbox| {
        Some(Folder {
            path: inbox.path.clone()?,
            pattern: inbox.pattern.clone(),
        })
    });
    let folders: Vec<Folder> = own.chain(spools.iter().filter_map(Spool::folder)).collect();
    let now = SystemTime::from(means.now().timestamp());
    let looked = look(&folders, &state.known, now);
    tell_what_is_left(&looked, spools, report);
    let to_push = config
        .destination
        .iter()
        .any(|to| !state.pushed.contains(&to.address));
    // A library into which nothing was imported yet has nothing to show.
    let to_draw =
        config.gallery && matches!(is_fresh(library, &steps::gallery_options(means)), Ok(false));
    if looked.exports.is_empty() && !to_push && !to_draw {
        return;
    }
    means.begins();
    let steps = Steps {
        config,
        library,
        means,
    };
    steps.run(looked.exports, state, report);
    spools.iter().for_each(|spool| spool.remember(state));
    state.known.tidy();
}

/// Names what stays for the next pass, and what a person has to look at.
fn tell_what_is_left(looked: &Looked, spools: &[Spool], report: &mut SyncReport) {
    for (path, why) in &looked.left {
        let name = name_of(path, spools);
        if why.needs_a_person() {
            let copy = match spools.iter().any(|spool| path.starts_with(&spool.path)) {
                true => format!("; the copy of it is {}", path.display()),
                false => String::new(),
            };
            report.needs.push(format!("{name}: {why}{copy}"));
        }
        report.left.push((name, why.to_string()));
    }
}

/// Returns what a person calls a file: of our own copies, what they are copies of.
fn name_of(path: &Path, spools: &[Spool]) -> String {
    let spool = spools.iter().find(|spool| path.starts_with(&spool.path));
    match (spool, path.file_name()) {
        (Some(spool), Some(file)) => format!("{}/{}", spool.name, file.to_string_lossy()),
        _ => path.display().to_string(),
    }
}

fn idle(why: String) -> SyncReport {
    SyncReport {
        idle: Some(why),
        ..SyncReport::default()
    }
}
