//! Ctrl-C: the first one asks the run to stop cleanly, the second ends it at once.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::CliError;
use super::exit::Exit;

/// Whether the user wants the run to stop.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens for Ctrl-C and for the termination signal of the system. To be called once in a process.
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
        Ok(interrupt)
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
