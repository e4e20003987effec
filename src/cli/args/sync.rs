//! Arguments of what runs by itself: `fetch`, `sync`, `schedule` and `config`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use schedule::Every;

/// Arguments of `fetch`.
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Addresses of the parts
    #[arg(value_name = "URL", value_hint = ValueHint::Url, required_unless_present_any = ["from", "memories"])]
    pub addresses: Vec<String>,
    /// Read addresses from this file, one per line, or what a browser copies with "Copy as cURL" (bash or cmd), whose headers
    /// and cookies are sent only to that host; - reads standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub from: Vec<PathBuf>,
    /// Fetch the memories that this Snapchat archive only links to, into a folder that you then import together with the
    /// archive; give the part that holds the list (mydata~N.zip)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["addresses", "from"])]
    pub memories: Vec<PathBuf>,
    /// With --memories: wait this long before each request, to go easy on the service
    #[arg(
        long = "pause-ms",
        value_name = "MILLISECONDS",
        default_value_t = 250,
        requires = "memories"
    )]
    pub pause_ms: u64,
    /// Folder to put the parts into
    #[arg(long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub into: PathBuf,
    /// How many parts to fetch at the same time
    #[arg(long, value_name = "COUNT", default_value = "4")]
    pub concurrency: NonZeroUsize,
    /// Also trust the certificates in this file (PEM), for your own server
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ca_file: Option<PathBuf>,
}

/// Arguments of `sync`.
#[derive(Debug, Default, Args)]
pub struct SyncArgs {
    /// Do not wait for the end of the quiet hours
    #[arg(long)]
    pub now: bool,
    /// Make the library if there is none. Without this, `sync` stops: the disk may not be mounted
    #[arg(long)]
    pub create: bool,
    /// Use the library that is there now, although another one was there before
    #[arg(long)]
    pub accept_library: bool,
}

/// Arguments of `schedule`.
#[derive(Debug, Args)]
pub struct ScheduleArgs {
    /// What to do
    #[command(subcommand)]
    pub action: ScheduleAction,
    /// Which scheduler runs it [default: the one this machine has]
    #[arg(long, value_name = "WHAT", value_enum, global = true)]
    pub with: Option<Scheduler>,
}

/// What can be done with a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum ScheduleAction {
    /// Install it, replacing an earlier one
    Install {
        /// How often
        #[arg(long, value_enum, default_value_t = Often::Day)]
        every: Often,
        /// Print what would be written, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Show whether one is installed
    Show,
    /// Remove it
    Remove,
}

/// How often a pass runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Often {
    /// Every hour
    Hour,
    /// Every day
    Day,
    /// Every week
    Week,
}

impl From<Often> for Every {
    fn from(often: Often) -> Self {
        match often {
            Often::Hour => Self::Hour,
            Often::Day => Self::Day,
            Often::Week => Self::Week,
        }
    }
}

/// What runs a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scheduler {
    /// A user timer of systemd
    Systemd,
    /// The user's crontab
    Cron,
    /// launchd of macOS
    Launchd,
    /// The task scheduler of Windows
    Windows,
}

impl Scheduler {
    /// Returns its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::Cron => "cron",
            Self::Launchd => "launchd",
            Self::Windows => "windows",
        }
    }
}

/// Arguments of `config`.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// What to do
    #[command(subcommand)]
    pub action: ConfigAction,
}

/// What can be done with the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum ConfigAction {
    /// Write a file that explains every setting; an existing file is kept
    Init,
    /// Show the settings in effect; secrets are masked
    Show,
}
