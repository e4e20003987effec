//! Ctrl-C: the first one asks the run to stop cleanly, the second ends it at once. SIGTERM asks, too, but whoever sends it
//! (a system that shuts down, a service manager) does not wait for long: the run ends a moment later, stopped or not. A run
//! that is ended anywhere harms nothing, and the next one does the rest.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(unix)]
use std::time::Duration;

use super::error::CliError;
use super::exit::Exit;

/// How long a run may take to stop once the system wants the process gone: all in all it has two seconds.
#[cfg(unix)]
const GRACE: Duration = Duration::from_millis(1500);

/// Whether the user wants the run to stop.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens for Ctrl-C and for the signals that end a process. To be called once in a process.
    pub fn listen() -> Result<Self, CliError> {
        let interrupt = Self::default();
        let asked = interrupt.clone();
        ctrlc::set_handler(move || {
            if asked.ask() {
                std::process::exit(Exit::Interrupted.code().into());
            }
            let _ = writeln!(
                std::io::stderr(),
                "\nstopping when the work under way is safe; press Ctrl-C again to stop at once"
            );
        })
        .map_err(CliError::Signals)?;
        #[cfg(unix)]
        interrupt.listen_for_the_end()?;
        Ok(interrupt)
    }

    /// Listens for SIGTERM, and for SIGHUP, which a terminal that is closed sends.
    #[cfg(unix)]
    fn listen_for_the_end(&self) -> Result<(), CliError> {
        use signal_hook::consts::{SIGHUP, SIGTERM};
        use signal_hook::iterator::Signals;

        let mut signals = Signals::new([SIGTERM, SIGHUP]).map_err(CliError::Ending)?;
        let asked = self.clone();
        std::thread::spawn(move || {
            if signals.forever().next().is_some() {
                asked.ask();
                std::thread::sleep(GRACE);
                std::process::exit(Exit::Interrupted.code().into());
            }
        });
        Ok(())
    }

    /// Asks the run to stop; returns whether it had been asked before.
    pub fn ask(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }

    /// Returns whether the run shall stop.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_time_is_told_from_the_first() {
        let interrupt = Interrupt::default();
        let other_thread = interrupt.clone();
        assert!(!interrupt.is_asked());
        assert!(!other_thread.ask());
        assert!(interrupt.is_asked());
        assert!(interrupt.ask());
    }
}
