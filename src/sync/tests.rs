//! A pass made by a program that is not the command line.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::{ToSpan, Zoned};
use tempfile::TempDir;

use super::{Failure, Means, Outcome, Reached, SyncError, SyncOptions, SyncReport, pass};
use config::{Config, DestinationConfig, Inbox, Server};
use media::thumbnail::decoder::{Decoder, Inside};
use monitor::{Monitor, Silent};
use push::Destination;
use push::remote_folder::RemoteFolder;

/// A program without a terminal, whose destinations cannot be had.
#[derive(Default)]
struct Program {
    /// How often it heard that work begins.
    begun: AtomicU32,
}

impl Means for Program {
    fn now(&self) -> Zoned {
        // What was just written is at rest by then.
        Zoned::now() + 1.hour()
    }

    fn begins(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        false
    }

    fn watched(&self, step: &mut dyn FnMut(&dyn Monitor)) {
        step(&Silent);
    }

    fn decoder(&self) -> &dyn Decoder {
        &Inside
    }

    fn ffmpeg(&self) -> Option<PathBuf> {
        None
    }

    fn destination(&self, _: &DestinationConfig) -> Result<Reached<dyn Destination>, Failure> {
        Err("the key is locked away".into())
    }

    fn inbox(&self, _: &Inbox, _: &str) -> Result<Reached<dyn RemoteFolder>, Failure> {
        Err("the server is away".into())
    }
}

/// An inbox with an archive in it, beside a place for a library.
struct Home {
    folder: TempDir,
    program: Program,
    config: Config,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let inbox = folder.path().join("inbox");
        std::fs::create_dir(&inbox).unwrap();
        let archive = inbox.join("instagram-anna-2024-05-01-Ab3dEf9h.zip");
        demo::archive::write_zip(&archive).unwrap();
        let config = Config {
            inbox: vec![Inbox {
                path: Some(inbox),
                address: None,
                pattern: None,
                server: Server::default(),
            }],
            ..Config::default()
        };
        Self {
            folder,
            program: Program::default(),
            config,
        }
    }

    fn pass(&self, create: bool) -> Result<SyncReport, SyncError> {
        let options = SyncOptions {
            create,
            remembers: Some(self.folder.path().join("state")),
            ..SyncOptions::default()
        };
        let library = self.folder.path().join("library");
        pass(&library, &self.config, &options, &self.program)
    }
}

#[test]
fn a_program_imports_what_arrives_and_hears_of_work_once() {
    let home = Home::new();
    let first = home.pass(true).unwrap();
    assert_eq!(first.outcome(), Outcome::Done, "{first:?}");
    assert!(first.imports[0].added > 5, "{first:?}");
    assert!(
        first
            .verified
            .is_some_and(|(files, findings)| files > 5 && findings == 0)
    );
    let second = home.pass(false).unwrap();
    assert_eq!(second.outcome(), Outcome::NothingNew, "{second:?}");
    assert_eq!(home.program.begun.load(Ordering::Relaxed), 1);
}

#[test]
fn without_a_library_nothing_is_begun() {
    let home = Home::new();
    let refused = home.pass(false);
    assert!(
        matches!(refused, Err(SyncError::NoLibrary { known: false, .. })),
        "{refused:?}"
    );
    assert_eq!(home.program.begun.load(Ordering::Relaxed), 0);
}

#[test]
fn what_the_program_cannot_reach_is_said_and_holds_up_nothing_else() {
    let mut home = Home::new();
    home.config.inbox.push(Inbox {
        path: None,
        address: Some("webdav+https://host/drop".to_owned()),
        pattern: None,
        server: Server::default(),
    });
    home.config.destination.push(DestinationConfig {
        address: "webdav+https://host/photos".to_owned(),
        server: Server::default(),
        layout: None,
        shared: false,
        embed: false,
    });
    let report = home.pass(true).unwrap();
    assert_eq!(report.outcome(), Outcome::Failed);
    assert_eq!(
        report.errors,
        ["the server is away", "the key is locked away"]
    );
    assert!(report.imports[0].added > 5, "{report:?}");
}
