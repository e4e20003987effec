//! What a pass asks of the program it runs in.

use std::error::Error;
use std::path::PathBuf;

use jiff::Zoned;

use config::{DestinationConfig, Inbox};
use media::thumbnail::decoder::Decoder;
use monitor::Monitor;
use push::Destination;
use push::remote_folder::RemoteFolder;

/// What went wrong in the program: said with its causes, and no more.
pub type Failure = Box<dyn Error + Send + Sync>;

/// A place on a server or a disk, ready to be used.
pub struct Reached<T: ?Sized> {
    /// Its address in one spelling.
    pub name: String,
    /// The place.
    pub there: Box<T>,
}

/// What a pass cannot have by itself: it prints nothing, reads no environment and knows no clock.
pub trait Means: Sync {
    /// Returns the time, on the clock of the person whose machine it is.
    fn now(&self) -> Zoned;

    /// Hears that there is work to do, before the first of it is done.
    fn begins(&self);

    /// Returns whether the person wants the pass to stop.
    fn is_stopped(&self) -> bool;

    /// Runs a step of work, once, under a monitor of its own.
    fn watched(&self, step: &mut dyn FnMut(&dyn Monitor));

    /// Returns what draws pictures for the gallery.
    fn decoder(&self) -> &dyn Decoder;

    /// Returns the program that draws posters of videos, if there is one.
    fn ffmpeg(&self) -> Option<PathBuf>;

    /// Opens a destination. Connects to nothing yet.
    ///
    /// # Errors
    /// Fails if the address is none, or if its secrets cannot be had.
    fn destination(&self, to: &DestinationConfig) -> Result<Reached<dyn Destination>, Failure>;

    /// Opens the folder at the address of an inbox. Connects to nothing yet.
    ///
    /// # Errors
    /// Fails as [`Means::destination`] does, and if no archives can be fetched from there.
    fn inbox(&self, inbox: &Inbox, address: &str) -> Result<Reached<dyn RemoteFolder>, Failure>;
}
