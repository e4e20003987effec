//! Arguments of `push`, and of every command that reaches a destination.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::{SelectionArgs, rights};
use net::secret::Secret;
use push::layout::Layout;
use push::strip::Strip;
use push::{PushOptions, SCHEMES, Sidecars};

/// How a destination is reached.
#[derive(Debug, Clone, Default, Args)]
pub struct ConnectionArgs {
    /// Address of an S3-compatible store that is not Amazon's [default: $AWS_ENDPOINT_URL]
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Region of the store [default: $AWS_REGION, else us-east-1]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Also trust the certificates in this file (PEM), for your own server
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ca_file: Option<PathBuf>,
    /// Reach the host directly, whatever HTTPS_PROXY and HTTP_PROXY say
    #[arg(long)]
    pub no_proxy: bool,
    /// Settings of OpenSSH for an sftp:// address [default: your own]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ssh_config: Option<PathBuf>,
    /// Retry if the host neither accepts nor sends a byte for this many seconds [default: 120]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: Option<u64>,
    /// Read user name, password or key from this file, which only you may read: lines like ALBUMEN_WEBDAV_PASSWORD=...
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "secret_command")]
    pub secret_file: Option<PathBuf>,
    /// Run this command, which prints such lines (a password manager, for example)
    #[arg(long, value_name = "COMMAND")]
    pub secret_command: Option<String>,
    /// Secrets of the configuration; never an argument.
    #[arg(skip)]
    pub secrets: Vec<(String, Secret)>,
    /// Others may read what is written; an argument of `push` alone.
    #[arg(skip)]
    pub shared: bool,
}

/// Arguments of `push`.
#[derive(Debug, Args)]
pub struct PushArgs {
    /// Address of the destination. The help is put together from all kinds there are.
    #[arg(value_name = "DESTINATION", help = where_to(), value_hint = ValueHint::AnyPath)]
    pub destination: String,
    /// Show what would be done, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Let others on this machine read the folder or zip that is written, as far as the system allows
    #[arg(long)]
    pub shared: bool,
    /// Shape of the tree there: dates, albums, flat, kind, or a template such as {year}/{album}/{name}
    #[arg(long, value_name = "LAYOUT", default_value = "dates", value_parser = Layout::parse)]
    pub layout: Layout,
    /// Metadata beside each photo and video
    #[arg(long, value_name = "FORM", value_enum, default_value_t = SidecarForm::Xmp)]
    pub sidecars: SidecarForm,
    /// Remove this from the copies and their sidecars; files that cannot be cleaned with certainty are not sent
    #[arg(long, value_name = "WHAT", value_enum)]
    pub strip: Option<StripWhat>,
    /// Write date, description, place, keywords, people and rating into the copies themselves, for programs that ignore sidecars
    #[arg(long)]
    pub embed: bool,
    /// Write creator=NAME, credit=TEXT or mining=WORD into the sidecars sent, and with --embed into the copies; repeat it for
    /// each. It is a wish, not a lock. Words: allowed, prohibited, no-training, no-generative-training, search-only, unspecified
    #[arg(long, value_name = "WHAT=VALUE", value_parser = rights::parse)]
    pub rights: Vec<rights::Said>,
    /// Make a BagIt bag (RFC 8493), for archives and institutions
    #[arg(long)]
    pub bag: bool,
    /// Files sent at the same time
    #[arg(long, value_name = "COUNT", default_value = "4")]
    pub concurrency: NonZeroUsize,
    /// How to get there
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// What to push
    #[command(flatten)]
    pub selection: SelectionArgs,
}

/// Forms of metadata beside a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SidecarForm {
    /// XMP files
    Xmp,
    /// None
    None,
}

/// What is taken out of copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StripWhat {
    /// Where it was taken
    Location,
    /// Who is in it
    People,
    /// All metadata but orientation, date and description
    All,
}

impl StripWhat {
    /// Returns what the library code knows it as.
    pub fn to_strip(self) -> Strip {
        match self {
            Self::Location => Strip::Location,
            Self::People => Strip::People,
            Self::All => Strip::All,
        }
    }
}

impl PushArgs {
    /// Returns what the library code wants to know.
    pub fn to_options(&self) -> PushOptions {
        PushOptions {
            select: self.selection.to_select(),
            layout: self.layout.clone(),
            sidecars: match self.sidecars {
                SidecarForm::Xmp => Sidecars::Xmp,
                SidecarForm::None => Sidecars::None,
            },
            strip: self.strip.map(StripWhat::to_strip),
            embed: self.embed,
            rights: rights::all(&self.rights),
            bag: self.bag,
            dry_run: self.dry_run,
            workers: self.concurrency.get(),
        }
    }
}

/// Returns the help for a destination: how one of each kind is written.
fn where_to() -> String {
    let mut kinds: Vec<&str> = SCHEMES
        .iter()
        .map(|scheme| match scheme.beginnings {
            [] => "a folder",
            _ => scheme.example,
        })
        .collect();
    let last = kinds.pop().unwrap_or_default();
    format!("Where to: {} or {last}", kinds.join(", "))
}
