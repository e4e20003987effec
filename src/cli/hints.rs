//! Says what to do next. Every hint albumen gives is in this file, but for those in `cli::refused` about what the system refused,
//! those in `cli::hints_look` of `info` and `open`, and those in `cli::hints_address` of what is no address; library code only says what happened.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

use super::account::NOT_KNOWN;
use super::error::CliError;
use super::failure::causes;
use super::hints_address::for_address;
use super::hints_look::for_looking;
use super::refused::{
    FAILING, IN_USE, MAY_NOT_READ, for_cause, for_reading, for_refused_writing, for_write_error,
    for_writing, is_full, is_refused,
};
use ::sync::SyncError;
use archive::PartFault;
use catalog::CatalogError;
use fetch::{FetchError, LinkError, MemoriesError};
use gallery::GalleryError;
use import::{ImportError, UndoError};
use model::fault::Fault;
use print::PrintError;
use push::{DestinationError, FileOutcome, PushError};
use verify::{FindingKind, VerifyError};
use writer::library::LibraryError;
use writer::walk::holds_anything;

/// For files of an archive that no reader made sense of.
pub const NOT_UNDERSTOOD: &str = "what these files say is not in the library; `albumen certify` will not say \"complete\" until a newer albumen has read \
     the same archive, so keep it";

/// What to do about media that records name and no archive holds.
pub const MISSING: &str = "import the other parts of the archive; if you have given all of them, ask the service for a new \
    archive with all dates and the best quality";
/// What to do about an entry for which nothing better is known.
pub const ANY_ENTRY: &str = "everything else was imported; download the part again and repeat the import, and if it fails again, \
    look at the entry in the part itself";

/// What to do after an import that its user stopped.
pub const STOPPED: &str = "stopped before the end; what is in the library is complete in itself, and the same import does the rest";

/// What to do about times that a service's pages show without their zone.
pub const ZONELESS: &str = "run the same import with --home-timezone ZONE (like Europe/Berlin), the zone you lived in, to fix the instants";

/// What to do about times of which only the instant is known. `system_zone` is the one this computer is set to.
pub fn for_utc_only(system_zone: Option<&str>) -> String {
    match system_zone {
        Some(zone) => format!(
            "this computer is set to {zone}; if you lived there, the same import with --home-timezone {zone} gives them local times"
        ),
        None => "run the same import with --home-timezone ZONE (like Europe/Berlin), the zone you lived in, to give them local times".to_owned(),
    }
}

/// What to do about a text file for which nothing better is known: it came whole, and another copy would read the same.
pub const TEXT_ENTRY: &str = "everything else was imported; look at the file in the part itself, and keep the part: a later albumen may read it";

/// What to do without a catalog.
pub const REBUILD: &str = "your photos and videos are not touched by this; rebuild the catalog from them with `albumen rebuild`";

/// What to do about what a rebuild could not take in.
pub const NOT_REBUILT: &str =
    "import the archive it came from again: what is known of it is filled in";

/// What to do about pictures that are not in a PDF.
pub const NOT_PRINTED: &str = "`albumen verify` says whether the library is whole; AVIF, raw and JPEG XL pictures cannot be decoded";

/// What to do about text that cannot be drawn.
pub const NO_FONT: &str = "install a font for that script (Noto has them all) and print again";

const FULL: &str = "make room on that disk, then repeat the import: it continues where it stopped";
const NEWER: &str = "use the newer albumen; nothing was touched";
const DOWNLOAD_AGAIN: &str = "the part may be damaged; download it again, then repeat the import";

const COPY_AS_CURL: &str = "give one address a line, or the text a browser gives for \"Copy as cURL\" in its network panel";
const EXPIRED_OR_COOKIES: &str = "the link has expired or needs your cookies: begin the download in your browser, find it in the network panel (F12), \
    choose \"Copy as cURL\", put the text into a file only you may read, and give that with --from FILE; if the browser cannot download it \
    either, ask the service for a new archive";

/// What to do about links of memories that have run out.
pub const ORDER_AGAIN: &str = "the links of an archive are good for about seven days: order it again (`albumen providers` says how), and give the new \
    one with the same --into; what is there is not fetched again";

/// Returns what to do about a failure, in the order it should be tried.
pub fn hints(error: &CliError) -> Vec<String> {
    if let CliError::Import {
        source: ImportError::NothingReadable { problems },
        ..
    } = error
    {
        let of_parts: BTreeSet<_> = problems
            .iter()
            .filter_map(|problem| for_part(&problem.what))
            .collect();
        if !of_parts.is_empty() {
            return of_parts.into_iter().map(str::to_owned).collect();
        }
    }
    let own = match error {
        CliError::NoHome => {
            Some("name the folder with --library DIR or ALBUMEN_LIBRARY".to_owned())
        }
        CliError::NotADemo { .. } => Some("choose another folder with --into DIR".to_owned()),
        CliError::Import { source, .. } | CliError::Rebuild { source, .. } => for_import(source),
        CliError::Undo {
            source: UndoError::Import(source),
            ..
        } => for_import(source),
        CliError::Undo { .. } => {
            Some("`albumen status --runs` shows which imports there are".to_owned())
        }
        CliError::Verify {
            source: VerifyError::Library(source),
            ..
        } => for_library(source).map(str::to_owned),
        CliError::Verify {
            source: VerifyError::Catalog(source),
            ..
        } => for_catalog(source).map(str::to_owned),
        CliError::Gallery { source, .. } => for_gallery(source).map(str::to_owned),
        CliError::Library(source) => for_library(source).map(str::to_owned),
        CliError::Catalog { source, .. } => for_catalog(source).map(str::to_owned),
        CliError::Address(error) => Some(for_address(error)),
        // What a push leaves last is the list; without it there is nothing to compare.
        CliError::ReadBack {
            source: PushError::Destination(DestinationError::Gone { .. }),
            ..
        } => Some(
            "no copy that `albumen push` finished is there: check the address, or push to it first; to verify the library, give no address"
                .to_owned(),
        ),
        CliError::Push {
            destination,
            source: PushError::Destination(DestinationError::NoCredentials { .. }),
        }
        | CliError::ReadBack {
            destination,
            source: PushError::Destination(DestinationError::NoCredentials { .. }),
        }
        | CliError::PushStopped {
            destination,
            source: DestinationError::NoCredentials { .. },
        } => Some(for_no_credentials(destination)),
        CliError::Push { source, .. } | CliError::ReadBack { source, .. } => for_push_error(source),
        CliError::PushStopped { source, .. } => for_destination(source).map(str::to_owned),
        CliError::RemoteInbox { source, .. } => for_destination(source).map(str::to_owned),
        CliError::Sync(source) => for_sync(source).map(str::to_owned),
        CliError::NoConfig { .. } => {
            Some("create one with `albumen config init`, and set what you need in it".to_owned())
        }
        CliError::ConfigExists { .. } => {
            Some("edit it, or name another file with --config FILE".to_owned())
        }
        CliError::Config { .. } | CliError::ConfigFile { .. } => Some(
            "`albumen config init --config FILE` writes a file in which every setting is explained"
                .to_owned(),
        ),
        CliError::Fetch(source) => for_fetch(source).map(str::to_owned),
        CliError::Memories(MemoriesError::NoList { .. }) => Some(
            "give the un-numbered part of Snapchat's archive (mydata~N.zip, not -2 or -3): only it has the list".to_owned(),
        ),
        CliError::Memories(_) => Some("download that part of the archive again".to_owned()),
        CliError::FetchList { .. } => Some(COPY_AS_CURL.to_owned()),
        CliError::FetchAddress { source: LinkError::Scheme, .. } => Some(
            "albumen fetches https:// and http:// addresses; download it with another program, and import the file".to_owned(),
        ),
        CliError::FetchAddress { .. } => Some(
            "put quotes around an address in the shell: '&' and '?' mean something there"
                .to_owned(),
        ),
        CliError::OpenSecretFile { path, .. } => Some(format!("chmod 600 {}", path.display())),
        CliError::OpenConfig { path, .. } => Some(format!("chmod go-w {}", path.display())),
        CliError::SecretCommand => Some(
            "run it by itself: it must succeed and print lines like ALBUMEN_WEBDAV_PASSWORD=…"
                .to_owned(),
        ),
        CliError::Schedule { .. } => Some(
            "`albumen schedule install --dry-run` prints what is needed; --with chooses systemd, cron, launchd or windows".to_owned(),
        ),
        CliError::Layout { .. } => Some(
            "layouts are dates, albums, flat, kind, or a template such as {year}/{album}/{name}"
                .to_owned(),
        ),
        CliError::Usage { command, .. } => Some(format!("`albumen {command} --help` says which options there are")),
        CliError::Print(source) => for_print(source),
        CliError::Selftest { .. } => Some(
            "name a folder you may write to, on the disk where your library is or shall be".to_owned(),
        ),
        CliError::Output(error) if is_full(error.kind()) => Some(
            "make room where the output goes, or send it elsewhere; only the output is cut short, the library is as the command left it".to_owned(),
        ),
        CliError::LogFile { source, .. } | CliError::Page { source, .. } | CliError::OrderList { source, .. } | CliError::Manual { source, .. } if is_refused(source.kind()) => {
            Some("name a file in a folder you may write to".to_owned())
        }
        CliError::NoAccount { known, .. } if known.iter().any(|name| name == NOT_KNOWN) => Some(format!(
            "type '{NOT_KNOWN}', or --provider NAME, for an account that no archive names; `albumen import --account NAME` with \
             the same archives names it"
        )),
        CliError::SeveralAccounts { .. } => Some("choose one with --provider NAME".to_owned()),
        CliError::NoGallery { .. }
        | CliError::NoViewer { .. }
        | CliError::Viewer { .. }
        | CliError::SeveralFiles { .. }
        | CliError::ListedPath { .. }
        | CliError::Pipe { .. }
        | CliError::NotOfLibrary { .. } => for_looking(error),
        CliError::NoAccount { .. }
        | CliError::Unreadable { .. }
        | CliError::OrderList { .. }
        | CliError::NoRemoteInbox { .. }
        | CliError::SecretFile { .. }
        | CliError::LogFile { .. }
        | CliError::Page { .. }
        | CliError::Manual { .. }
        | CliError::Sample { .. }
        | CliError::Output(_)
        | CliError::Signals(_)
        | CliError::Ending(_) => None,
    };
    let of_system = || causes(error).find_map(for_cause);
    own.or_else(|| of_system().map(str::to_owned))
        .into_iter()
        .collect()
}

fn for_sync(error: &SyncError) -> Option<&'static str> {
    match error {
        SyncError::NoLibrary { known: true, .. } => {
            Some("mount its disk, then run `albumen sync` again; nothing was imported or moved")
        }
        SyncError::NoLibrary { .. } => Some(
            "mount its disk if it is on one; a new library is made by `albumen import`, or by `albumen sync --create`",
        ),
        SyncError::AnotherLibrary { .. } => Some(
            "mount the right disk; if this is the library you mean, run `albumen sync --accept-library` once. Nothing was imported or moved",
        ),
        SyncError::Library(source) => for_library(source),
        SyncError::State { .. } | SyncError::Remember { .. } => None,
    }
}

fn for_print(error: &PrintError) -> Option<String> {
    match error {
        PrintError::Exists { .. } => {
            Some("name another file, or move the existing one away".to_owned())
        }
        PrintError::Nothing { .. } => Some(
            "look at what `albumen list` shows with the same options; --include-hidden prints hidden pictures, too".to_owned(),
        ),
        PrintError::NonePrintable { .. } => Some(NOT_PRINTED.to_owned()),
        PrintError::Catalog(error) => for_catalog(error).map(str::to_owned),
        PrintError::Write { .. } | PrintError::Stopped => None,
    }
}

fn for_no_credentials(destination: &str) -> String {
    let names = push::address::variables(destination).join(" and ");
    format!(
        "give {names} in the environment, or lines {names}=… with --secret-file or --secret-command (docs/push.md)"
    )
}

fn for_push_error(error: &PushError) -> Option<String> {
    match error {
        PushError::Library(error) => for_library(error).map(str::to_owned),
        PushError::Catalog(error) => for_catalog(error).map(str::to_owned),
        PushError::Destination(error) => for_destination(error).map(str::to_owned),
        PushError::Unsettled => Some("repeat the import that was interrupted, then push".to_owned()),
        PushError::IntoItself { .. } => Some("push to a place outside of the library".to_owned()),
        PushError::NoFiles { .. } => Some("push without --bag".to_owned()),
        PushError::NotABag { .. } => Some("push the bag to a folder of its own".to_owned()),
        PushError::IsABag { .. } => {
            Some("push with --bag, or to another folder".to_owned())
        }
        PushError::OtherLayout { before, wanted, .. } => Some(format!(
            "push with --layout {before}, or with --layout {wanted} to an empty folder; albumen neither moves nor deletes what is there"
        )),
        PushError::Read { .. } => None,
        PushError::ReadOnly { .. } => Some(
            "make the library writable for you (remount its disk, or change its permissions), and push again; without that, \
             `push --dry-run` shows what would be sent, `certify --at` and `verify DESTINATION` read what is there, and the \
             library's folder can be copied as it is, with its checksums"
                .to_owned(),
        ),
    }
}

fn for_destination(error: &DestinationError) -> Option<&'static str> {
    Some(match error {
        DestinationError::Proxy { .. } => {
            "put both into HTTPS_PROXY or HTTP_PROXY (http://user:password@proxy:port), or go without the proxy: --no-proxy, or the host's name in NO_PROXY"
        }
        DestinationError::Unreachable { proxy: Some(_), .. } => {
            "check the proxy that HTTPS_PROXY or HTTP_PROXY names; --no-proxy goes without it, and NO_PROXY names hosts that are reached directly"
        }
        DestinationError::Unreachable { .. } => {
            "check that the host is running, the address is right and the network is up, then repeat the push: it continues where it stopped"
        }
        DestinationError::Untrusted { .. } => {
            "if the host is yours and has a self-signed certificate, name that with --ca-file FILE"
        }
        DestinationError::UnknownHost { .. } => {
            "log in once with `ssh` and compare the key it shows with the one the host's owner gives you: albumen trusts only the keys in known_hosts"
        }
        DestinationError::NoProgram { .. } => {
            "install the OpenSSH client: albumen uses it to reach sftp:// addresses"
        }
        DestinationError::WrongCredentials { .. } => {
            "check the user name, password or key; they may have expired"
        }
        DestinationError::NoCredentials { .. } => {
            "give the user name and password, or the key, in the environment, or with --secret-file or --secret-command (docs/push.md)"
        }
        DestinationError::NoRight { .. } => {
            "give the user or key permission to read, list and write there"
        }
        DestinationError::Full { .. } => {
            "make room there, then repeat the push: it continues where it stopped"
        }
        DestinationError::NoPlace { .. } => "choose another destination, or make that place first",
        DestinationError::Library { .. } => {
            "look at the library with `albumen verify`, and repair it with --repair"
        }
        DestinationError::Busy { .. }
        | DestinationError::Broken { .. }
        | DestinationError::Corrupted { .. } => {
            "repeat the push later: it continues where it stopped"
        }
        _ => return None,
    })
}

/// Returns what to do about files that are not at a destination.
pub fn for_push(outcome: FileOutcome) -> &'static str {
    match outcome {
        FileOutcome::Failed => {
            "repeat the push: it sends only what is not there; `albumen verify` says whether a file of the library itself is damaged"
        }
        _ => "the host cannot store these as they are; the reason is next to each",
    }
}

/// Returns what to do about a part that was not fetched.
pub fn for_fetch(error: &FetchError) -> Option<&'static str> {
    Some(match error {
        FetchError::Page { .. } | FetchError::Refused { .. } | FetchError::Gone { .. } => {
            EXPIRED_OR_COOKIES
        }
        FetchError::Busy { .. } => {
            "wait an hour, then repeat the command: it continues where it stopped; some services let a part be downloaded a few times only"
        }
        FetchError::Unreachable { .. } | FetchError::Broken { .. } => {
            "check the network, then repeat the command: it continues where it stopped"
        }
        FetchError::Untrusted { .. } => {
            "if the host is yours and has a self-signed certificate, name that with --ca-file FILE"
        }
        FetchError::NoSpace { .. } => {
            "make room there, or choose another disk with --into DIR; then repeat the command: it continues where it stopped"
        }
        FetchError::Short { .. } | FetchError::CutOff { .. } | FetchError::Checksum { .. } => {
            "repeat the command to fetch it again; if it fails again, ask the service for a new archive"
        }
        FetchError::Changed { .. } => {
            "the service may still be making the archive: repeat the command later"
        }
        FetchError::Locked { .. } => "wait for the other one to end",
        FetchError::Strange { .. } | FetchError::Empty { .. } => {
            "download it with a browser, and look at what the service says there"
        }
        FetchError::Disk { source, .. } => match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                "make room on that disk, then repeat the command: it continues where it stopped"
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                "choose a folder you may write to with --into DIR"
            }
            _ => return None,
        },
        FetchError::Anew { .. } | FetchError::Client { .. } | FetchError::Stopped => return None,
    })
}

fn for_import(error: &ImportError) -> Option<String> {
    match error {
        ImportError::UnknownService { known, .. } => Some(format!(
            "albumen reads archives of: {}; give the archive as the service made it, or name the service with --provider",
            known.join(", ")
        )),
        ImportError::UnknownProvider { known, .. } => Some(format!("albumen reads archives of: {}", known.join(", "))),
        ImportError::SeveralArchives { .. } => Some(
            "import each archive by itself, with the number of its own parts; or without --parts, and say the numbers to \
             `albumen certify --parts ACCOUNT=COUNT`"
                .to_owned(),
        ),
        ImportError::MoreParts { .. } => Some(
            "count the files the service's download page lists for this one archive; parts of another archive go into an import \
             of their own"
                .to_owned(),
        ),
        ImportError::UnknownTimezone { .. } => Some("time zones are named like Europe/Berlin".to_owned()),
        ImportError::NothingReadable { .. } => {
            Some("give the files the service let you download; `albumen providers` says how to ask for them".to_owned())
        }
        ImportError::Library(error) => for_library(error).map(str::to_owned),
        ImportError::Catalog(error) => for_catalog(error).map(str::to_owned),
        ImportError::DiskFull { .. } => Some(FULL.to_owned()),
        ImportError::Write(error) => for_write_error(error).map(str::to_owned),
        ImportError::NewerFile { .. } => Some(NEWER.to_owned()),
        _ => None,
    }
}

fn for_library(error: &LibraryError) -> Option<&'static str> {
    Some(match error {
        LibraryError::NotALibrary { path } if holds_anything(path) => REBUILD,
        LibraryError::NotALibrary { .. } => {
            "name the folder with --library DIR, or make a library with `albumen import`"
        }
        LibraryError::AlreadyALibrary { .. } | LibraryError::NotAFolder { .. } => {
            "choose another folder with --library DIR"
        }
        LibraryError::NewerFormat { .. } => NEWER,
        LibraryError::UnknownFormat { .. } => {
            "nothing was touched; is the disk in order, and is this the folder you meant?"
        }
        LibraryError::Locked { .. } => "wait for the other run to end, then repeat the command",
        LibraryError::ReadOnly { source, .. } => return for_writing(source),
        LibraryError::Unreadable { source, .. } => return for_reading(source),
        LibraryError::Write(error) => return for_write_error(error),
    })
}

fn for_gallery(error: &GalleryError) -> Option<&'static str> {
    match error {
        GalleryError::Library(LibraryError::ReadOnly { .. }) => {
            Some("write a copy into a folder you may write to with --to DIR")
        }
        GalleryError::Library(source) => for_library(source),
        GalleryError::Catalog(source) => for_catalog(source),
        GalleryError::Write(error) if error.is_disk_full() => Some(
            "make room on that disk, then repeat the command: pictures that were drawn are kept",
        ),
        GalleryError::Write(error) if error.is_read_only() => {
            Some("write a copy into a folder you may write to with --to DIR")
        }
        GalleryError::NotEmpty { .. } => Some("name an empty or new folder with --to DIR"),
        GalleryError::InLibrary { .. } => Some(
            "name a folder outside the library; without --to, the gallery goes into the library itself",
        ),
        _ => None,
    }
}

fn for_catalog(error: &CatalogError) -> Option<&'static str> {
    Some(match error {
        CatalogError::Newer { .. } => NEWER,
        CatalogError::Rotten { what, .. } if what.derived => {
            "import any archive again: what is damaged is made again from the rest; `albumen verify` looks at everything"
        }
        CatalogError::Unreadable { source, .. } => return for_reading(source),
        CatalogError::InUse { .. } => "wait for the other run to end, then repeat the command",
        CatalogError::Copy { source, .. } => match Fault::of(source)? {
            Fault::NoRoom => {
                "make room in the folder for temporary files, or name another one in TMPDIR"
            }
            Fault::DiskError => FAILING,
            Fault::InUse => IN_USE,
            Fault::NoPermission | Fault::ReadOnly => {
                "name a folder for temporary files in TMPDIR in which you may write"
            }
        },
        error if error.is_unusable() => REBUILD,
        error => for_refused_writing(error.fault()?),
    })
}

/// Returns what to do about a finding of `verify`.
pub fn for_finding(kind: FindingKind) -> Option<&'static str> {
    Some(match kind {
        FindingKind::Changed | FindingKind::Truncated | FindingKind::Missing => {
            "restore it with `albumen verify --repair PATH` from the archive that held it, or copy it from your second copy of the library"
        }
        FindingKind::Unreadable => {
            "look at what lies there, and whether the disk or network drive is there"
        }
        FindingKind::NoPermission => MAY_NOT_READ,
        FindingKind::DiskError => FAILING,
        FindingKind::TimeChanged => {
            "the next import sets the time again; nothing else of the file changed"
        }
        FindingKind::SidecarRotten => {
            "the next import (or `albumen verify --repair`) writes it again and keeps a copy of what is there; the disk may be failing"
        }
        FindingKind::Extra => "files of your own are left alone; nothing needs to be done",
        FindingKind::SidecarChanged
        | FindingKind::SidecarDamaged
        | FindingKind::SidecarMissing
        | FindingKind::ListChanged
        | FindingKind::ListMissing
        | FindingKind::ManifestMissing
        | FindingKind::ManifestDamaged
        | FindingKind::ManifestDiffers => {
            "the next import (or `albumen verify --repair`) writes it again and keeps what another program changed in sidecars"
        }
        FindingKind::CatalogMissing | FindingKind::CatalogDamaged | FindingKind::CatalogDiffers => {
            REBUILD
        }
        FindingKind::SidecarDiffers => {
            "make the catalog again with `albumen rebuild`, then verify again"
        }
    })
}

/// Returns what to do about a part.
pub fn for_part(fault: &PartFault) -> Option<&'static str> {
    Some(match fault {
        PartFault::Missing => "check how the path is spelled",
        PartFault::Empty | PartFault::CutOff { .. } | PartFault::Damaged(_) => DOWNLOAD_AGAIN,
        PartFault::EmptyFolder => "name the folder your downloads are in, or the archive itself",
        PartFault::NotAnArchive(_) => {
            "give the files the service let you download (zip, tgz, tar) or an unpacked folder"
        }
        PartFault::Encrypted => "unpack it with its password, then import the folder",
        PartFault::Gap { .. } => {
            "download that part, too, and import it; the order does not matter"
        }
        PartFault::Unfinished => "let the browser finish the download, then repeat the import",
        PartFault::Io(_) => return None,
    })
}

/// Returns what to do about an entry of this name for whose failure nothing better is known.
pub fn any_entry(entry: &str) -> &'static str {
    const TEXTS: [&str; 10] = [
        "json", "html", "htm", "txt", "csv", "xml", "srt", "vtt", "js", "css",
    ];
    let extension = entry.rsplit_once('.').map(|(_, extension)| extension);
    let is_text = extension.is_some_and(|e| TEXTS.iter().any(|text| e.eq_ignore_ascii_case(text)));
    if is_text { TEXT_ENTRY } else { ANY_ENTRY }
}

/// Returns what to do about an entry that failed for this reason.
pub fn for_entry(why: &str) -> Option<&'static str> {
    [
        (
            "encrypted",
            "unpack the part with its password, then import the folder",
        ),
        (
            "compressed by a method",
            "unpack the part with another program, then import the folder",
        ),
        ("cut off", DOWNLOAD_AGAIN),
        ("checksum differs", DOWNLOAD_AGAIN),
        ("size differs", DOWNLOAD_AGAIN),
        (
            "larger than declared",
            "the part may be made to do harm; download it again from the service itself",
        ),
        (
            "overlaps",
            "the part may be made to do harm; download it again from the service itself",
        ),
        (
            "refused: the name ",
            "no service gives such names; where did the archive come from?",
        ),
        (
            "could not be read",
            "look at the disk or network drive the part lies on, then repeat the import",
        ),
        ("damaged", DOWNLOAD_AGAIN),
    ]
    .into_iter()
    .find_map(|(start, hint)| why.starts_with(start).then_some(hint))
}

/// Returns a path as it is typed in a shell's command.
pub fn as_typed(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,:@%=~\\".contains(c);
    match text.chars().all(is_plain) && !text.starts_with('~') {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
#[path = "hints_tests.rs"]
mod tests;
