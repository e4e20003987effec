//! Every argument of every command. Help, completions and `docs/cli.md` come from these definitions.

mod gallery;
mod list;
mod look;
mod print;
mod push;
mod rights;
mod selection;
mod selftest;
mod sync;

pub use gallery::{GalleryArgs, Unshown};
pub use list::ListArgs;
pub use look::{DoctorArgs, InfoArgs, OpenArgs, StatsArgs};
pub use print::{FitArg, FormArg, PrintArgs};
pub use push::{ConnectionArgs, PushArgs, SidecarForm, StripWhat};
pub use selection::SelectionArgs;
pub use selftest::SelftestArgs;
pub use sync::{
    ConfigAction, ConfigArgs, FetchArgs, Often, ScheduleAction, ScheduleArgs, Scheduler, SyncArgs,
};

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::engine::ArgValueCandidates;
use jiff::civil::Date;

use super::account::is_not_known;
use super::{candidates, dates};
use import::ImportOptions;
use model::kind::Kind;
use provider::PROVIDERS;
use verify::{Extent, VerifyOptions};

/// Heading of the options that every command has.
pub const EVERYWHERE: &str = "Options of every command";
/// Heading of the options of `import` that few archives need.
const SELDOM: &str = "Seldom needed";

/// Gets your own photos and videos out of the services that hold them, by way of the official archive each
/// service gives you, and keeps them in a folder tree that needs no program to read.
#[derive(Debug, Parser)]
#[command(
    name = "albumen",
    version,
    max_term_width = 100,
    subcommand_required = true
)]
#[command(
    after_help = "Exit codes: 0 done · 1 failed · 2 wrong usage · 3 finished, but something failed or is missing · 130 interrupted"
)]
pub struct Cli {
    /// Folder of the library [default: the folder `albumen` in your Pictures folder]
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "DIR", env = "ALBUMEN_LIBRARY", value_hint = ValueHint::DirPath, hide_env_values = true)]
    pub library: Option<PathBuf>,
    /// Configuration file [default: albumen.toml in the platform's configuration folder]
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FILE", env = "ALBUMEN_CONFIG", value_hint = ValueHint::FilePath, hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// Print one JSON object per line instead of text (described in docs/scripting.md)
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub json: bool,
    /// Say what each step did and how long it took
    #[arg(short, long, global = true, help_heading = EVERYWHERE, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Say nothing on standard error but errors: no progress, no warnings
    #[arg(short, long, global = true, help_heading = EVERYWHERE)]
    pub quiet: bool,
    /// Show no progress
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub no_progress: bool,
    /// Keep warnings, errors and what each step did in this file, too, each line with its time
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub log_file: Option<PathBuf>,
    /// Name of the command that was given
    #[arg(skip)]
    pub name: String,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Download the parts of an archive, resuming where it stopped
    Fetch(FetchArgs),
    /// Read archives into the library
    Import(ImportArgs),
    /// Show what the library holds, or what was done to it
    Status(StatusArgs),
    /// Undo one import, as if it had never been made
    Undo(UndoArgs),
    /// List photos and videos of the library
    List(Box<ListArgs>),
    /// Show all that is known of a photo or video, and who said it
    Info(InfoArgs),
    /// Count photos and videos by year, camera, service; show gaps
    Stats(Box<StatsArgs>),
    /// Open a photo, a video or the gallery in your usual viewer
    Open(OpenArgs),
    /// Compare every file of the library with its checksum
    Verify(VerifyArgs),
    /// Find out whether you may delete an account
    Certify(CertifyArgs),
    /// Check machine, library and destinations, and say what to do
    Doctor(DoctorArgs),
    /// Copy photos and videos elsewhere, and check what arrived
    Push(Box<PushArgs>),
    /// Make web pages for looking at the library in a browser
    Gallery(GalleryArgs),
    /// Write a PDF: single prints, contact sheets or a simple book
    Print(Box<PrintArgs>),
    /// Rebuild the catalog from photos, videos and sidecars
    Rebuild(RebuildArgs),
    /// Import what is new, check a sample, push: run by a timer
    Sync(SyncArgs),
    /// Have this machine run `albumen sync` regularly
    Schedule(ScheduleArgs),
    /// Write a configuration file, or show the settings in effect
    Config(ConfigArgs),
    /// List the services, and how to ask each for your archive
    Providers(ProvidersArgs),
    /// Try albumen on a small built-in sample archive
    Demo(DemoArgs),
    /// Test on this machine that albumen keeps its promises
    Selftest(SelftestArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write all of them into a folder
    Man(ManArgs),
}

/// Things left aside unless asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Include {
    /// Photos, videos and voice notes of private messages
    Messages,
}

/// Arguments of `providers`.
#[derive(Debug, Default, Args)]
pub struct ProvidersArgs {
    /// Show only this service
    #[arg(value_name = "NAME", value_parser = provider_or_threads, add = ArgValueCandidates::new(candidates::providers))]
    pub provider: Option<String>,
}

/// Arguments of `import`.
#[derive(Debug, Default, Args)]
pub struct ImportArgs {
    /// Archives as downloaded (zip, tgz, tar), unpacked folders, or folders full of either. Give all parts of an archive
    /// together if you can; importing them one by one makes the same library. Use - for an archive on standard input, and
    /// @FILE for a list of paths
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Show what would be done, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// With --dry-run: list where each file would go
    #[arg(long, requires = "dry_run")]
    pub plan: bool,
    /// Whose account it is, if the archive does not say
    #[arg(long, value_name = "NAME", add = ArgValueCandidates::new(candidates::accounts))]
    pub account: Option<String>,
    /// How many files the service's download page listed for this archive. Most archives do not say, and without it `certify` cannot know whether the last part is here. A folder into which you unpacked everything counts as one
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pub parts: Option<u32>,
    /// Also keep these
    #[arg(long, value_name = "WHAT")]
    pub include: Vec<Include>,
    /// The time zone you lived in (such as Europe/Berlin), for times known only as UTC
    #[arg(long, value_name = "ZONE", value_parser = time_zone)]
    pub home_timezone: Option<String>,
    /// Keep only what was taken (or posted) on or after this day, month or year
    #[arg(long, help_heading = SELDOM, value_name = "DATE", value_parser = dates::first_day)]
    pub since: Option<Date>,
    /// Keep only what was taken (or posted) on or before this day, month or year
    #[arg(long, help_heading = SELDOM, value_name = "DATE", value_parser = dates::last_day)]
    pub until: Option<Date>,
    /// Read everything as an archive of this service, instead of detecting the service
    #[arg(long, help_heading = SELDOM, value_name = "NAME", value_parser = provider, add = ArgValueCandidates::new(candidates::providers))]
    pub provider: Option<String>,
    /// Offset from UTC of the dates in HTML pages (-08:00), instead of the rule for the service
    #[arg(long, help_heading = SELDOM, value_name = "OFFSET", value_parser = dates::offset, allow_hyphen_values = true)]
    pub html_offset: Option<i32>,
    /// Encoding of file names in the archive that are not UTF-8 (shift_jis, gbk)
    #[arg(long, help_heading = SELDOM, value_name = "LABEL", value_parser = encoding)]
    pub name_encoding: Option<String>,
    /// Also read entries that expand more than 200-fold to over 100 MB, as zip bombs do and photos and videos do not
    #[arg(long, help_heading = SELDOM)]
    pub trust_sizes: bool,
    /// Worker threads [default: one for each processor core]
    #[arg(long, help_heading = SELDOM, value_name = "COUNT")]
    pub threads: Option<NonZeroUsize>,
}

impl ImportArgs {
    /// Returns what the library code wants to know.
    pub fn to_options(&self) -> ImportOptions {
        ImportOptions {
            paths: self.paths.clone(),
            provider: self.provider.clone(),
            account: self.account.clone().filter(|name| !is_not_known(name)),
            parts: self.parts,
            since: self.since,
            until: self.until,
            include_messages: self.include.contains(&Include::Messages),
            home_timezone: self.home_timezone.clone(),
            html_offset_s: self.html_offset,
            name_encoding: self.name_encoding.clone(),
            trust_sizes: self.trust_sizes,
            existing_only: false,
            dry_run: self.dry_run,
            threads: self.threads.map(NonZeroUsize::get),
        }
    }
}

/// Arguments of `verify`.
#[derive(Debug, Default, Args)]
pub struct VerifyArgs {
    /// Verify this destination of an earlier push against its own lists [default: the library]
    #[arg(value_name = "DESTINATION", conflicts_with_all = ["quick", "sample", "max_time", "repair"])]
    pub destination: Option<String>,
    /// How to get there
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// Compare only sizes and times, and read the files whose size or time differs
    #[arg(long, conflicts_with_all = ["sample", "repair"])]
    pub quick: bool,
    /// Read this share of the files (such as 5%), the same ones each time; compare only size and time of the others
    #[arg(long, value_name = "SHARE", value_parser = share, conflicts_with = "repair")]
    pub sample: Option<f64>,
    /// Sample other files: each number chooses different ones
    #[arg(long, value_name = "NUMBER", requires = "sample")]
    pub seed: Option<u64>,
    /// Stop reading after this time (30m, 2h, 45s); the next run with this option continues there
    #[arg(long, value_name = "TIME", value_parser = dates::duration, conflicts_with = "repair")]
    pub max_time: Option<Duration>,
    /// Restore damaged files from these archives, then verify again
    #[arg(long, value_name = "PATH", num_args = 1.., value_hint = ValueHint::AnyPath)]
    pub repair: Vec<PathBuf>,
    /// Worker threads [default: one for each processor core, and at least two]
    #[arg(long, value_name = "COUNT")]
    pub threads: Option<NonZeroUsize>,
}

impl VerifyArgs {
    /// Returns what the library code wants to know.
    pub fn to_options(&self) -> VerifyOptions {
        VerifyOptions {
            extent: match (self.quick, self.sample) {
                (true, _) => Extent::Quick,
                (false, Some(share)) => Extent::Sample {
                    share,
                    seed: self.seed.unwrap_or(0),
                },
                (false, None) => Extent::All,
            },
            max_time: self.max_time,
            threads: self.threads,
        }
    }
}

/// How many parts the archive of an account has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartsOf {
    /// The account.
    pub account: String,
    /// Number of its parts.
    pub parts: u32,
}

fn parts_word(text: &str) -> Result<PartsOf, String> {
    let (account, parts) = text
        .rsplit_once('=')
        .ok_or("write the account, = and how many parts there were: anna=3")?;
    match parts.trim().parse() {
        Ok(parts) if parts > 0 => Ok(PartsOf {
            account: account.trim().to_owned(),
            parts,
        }),
        _ => Err(format!("{parts:?} is no number of parts")),
    }
}

/// Arguments of `certify`.
#[derive(Debug, Default, Args)]
pub struct CertifyArgs {
    /// The account; "(not known)" means the one that no archive names [default: every account in the library]
    #[arg(value_name = "ACCOUNT", add = ArgValueCandidates::new(candidates::accounts))]
    pub account: Option<String>,
    /// Only accounts of this service
    #[arg(long, value_name = "NAME", value_parser = provider, add = ArgValueCandidates::new(candidates::providers), conflicts_with = "at")]
    pub provider: Option<String>,
    /// How many files the service's download page listed for an account's archive; kept, and quoted as your statement
    #[arg(long, value_name = "ACCOUNT=COUNT", value_parser = parts_word, conflicts_with = "at")]
    pub parts: Vec<PartsOf>,
    /// Also write the certificate as a page to print and keep; the file must not exist yet
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub html: Option<PathBuf>,
    /// Check instead whether this destination holds the whole library
    #[arg(long, value_name = "DESTINATION", conflicts_with = "html")]
    pub at: Option<String>,
    /// How to get there
    #[command(flatten)]
    pub connection: ConnectionArgs,
}

/// Arguments of `rebuild`.
#[derive(Debug, Default, Args)]
pub struct RebuildArgs {
    /// Worker threads [default: one for each processor core]
    #[arg(long, value_name = "COUNT")]
    pub threads: Option<NonZeroUsize>,
}

/// Arguments of `status`.
#[derive(Debug, Default, Args)]
pub struct StatusArgs {
    /// List every run that could change something, newest first
    #[arg(long)]
    pub runs: bool,
}

/// Arguments of `undo`.
#[derive(Debug, Default, Args)]
pub struct UndoArgs {
    /// Number of the import, as `albumen status --runs` shows it
    #[arg(value_name = "RUN", add = ArgValueCandidates::new(candidates::imports))]
    pub run: i64,
    /// Show what would go to the trash, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Worker threads [default: one for each processor core]
    #[arg(long, value_name = "COUNT")]
    pub threads: Option<NonZeroUsize>,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Folder of the demo's library
    #[arg(long, value_name = "DIR", default_value = "albumen-demo", value_hint = ValueHint::DirPath)]
    pub into: PathBuf,
}

/// Arguments of `man`.
#[derive(Debug, Default, Args)]
pub struct ManArgs {
    /// Folder to write the page of every command into; without it the page of `albumen` is printed
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub into: Option<PathBuf>,
}

/// Shells that can be told how to complete albumen's command lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

fn share(text: &str) -> Result<f64, String> {
    let wrong = || "a share is written like 5%, from more than 0% to 100%".to_owned();
    let number: f64 = text
        .strip_suffix('%')
        .and_then(|number| number.trim().parse().ok())
        .ok_or_else(wrong)?;
    (number > 0.0 && number <= 100.0)
        .then_some(number / 100.0)
        .ok_or_else(wrong)
}

/// Service that has no archive of its own, and so no provider.
pub const THREADS: &str = "threads";

fn provider_or_threads(name: &str) -> Result<String, String> {
    match name {
        THREADS => Ok(name.to_owned()),
        _ => provider(name),
    }
}

fn provider(name: &str) -> Result<String, String> {
    if name == THREADS {
        return Err("posts of Threads come in Instagram's archive; write instagram".to_owned());
    }
    let known: Vec<_> = PROVIDERS
        .iter()
        .map(|provider| provider.about().name)
        .collect();
    if known.contains(&name) {
        return Ok(name.to_owned());
    }
    Err(format!("albumen reads archives of: {}", known.join(", ")))
}

fn kind(name: &str) -> Result<Kind, String> {
    Kind::from_name(name)
        .ok_or_else(|| format!("the kinds are: {}", Kind::ALL.map(Kind::as_str).join(", ")))
}

fn time_zone(name: &str) -> Result<String, String> {
    match jiff::tz::TimeZone::get(name) {
        Ok(_) => Ok(name.to_owned()),
        Err(_) => Err("time zones are named like Europe/Berlin or America/New_York".to_owned()),
    }
}

fn encoding(label: &str) -> Result<String, String> {
    match archive::is_known_encoding(label) {
        true => Ok(label.to_owned()),
        false => Err("encodings are named like shift_jis, gbk, euc-kr or windows-1252".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use jiff::civil::date;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn import_takes_every_option() {
        let line = "albumen import a.zip b --dry-run --account anna --since 2020 --until 2021-06 --include messages \
                    --home-timezone Europe/Berlin --html-offset -07:00 --name-encoding shift_jis --threads 2 --library l --json";
        let cli = parse(line).expect("the line is right");
        assert!(cli.json);
        assert_eq!(cli.library, Some(PathBuf::from("l")));
        let Command::Import(args) = cli.command else {
            panic!("not import: {:?}", cli.command);
        };
        let options = args.to_options();
        assert_eq!(options.paths, [PathBuf::from("a.zip"), PathBuf::from("b")]);
        assert_eq!(options.account.as_deref(), Some("anna"));
        assert_eq!(options.since, Some(date(2020, 1, 1)));
        assert_eq!(options.until, Some(date(2021, 6, 30)));
        assert_eq!(options.home_timezone.as_deref(), Some("Europe/Berlin"));
        assert_eq!(options.html_offset_s, Some(-7 * 3600));
        assert_eq!(options.name_encoding.as_deref(), Some("shift_jis"));
        assert_eq!(options.threads, Some(2));
        assert!(options.include_messages && options.dry_run);
    }

    #[test]
    fn messages_are_left_aside_unless_asked_for() {
        let Command::Import(args) = parse("albumen import a.zip").expect("right").command else {
            panic!("not import");
        };
        let options = args.to_options();
        assert!(!options.include_messages && !options.dry_run);
        assert_eq!(options.threads, None);
    }

    #[test]
    fn wrong_lines_are_refused() {
        for line in [
            "albumen",
            "albumen import",
            "albumen frobnicate",
            "albumen import a.zip --provider myspace",
            "albumen import a.zip --include everything",
            "albumen import a.zip --threads 0",
            "albumen import a.zip --home-timezone Middle/Earth",
            "albumen import a.zip --name-encoding klingon",
            "albumen import a.zip --since yesterday",
            "albumen list --kind selfie",
            "albumen list --csv --json",
            "albumen list --safe",
            "albumen list --csv --safe --exact",
            "albumen list --undated --since 2020",
            "albumen list --near 41.9",
            "albumen list --near 91,0",
            "albumen list --near NaN,NaN",
            "albumen list --near 41.9,12.5,-1",
            "albumen list --type painting",
            "albumen list --has everything",
            "albumen list --sort colour",
            "albumen list --limit -1",
            "albumen list --import first",
            "albumen list --paths --json",
            "albumen list --paths --csv",
            "albumen list --null --json",
            "albumen list --format {path} --paths",
            "albumen list --format {colour}",
            "albumen list --format {path",
            "albumen completions tcsh",
        ] {
            let error = parse(line).expect_err(line);
            assert!(error.use_stderr(), "{line}");
        }
    }
}
