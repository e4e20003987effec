//! Who may read what is written.

/// Who may read the files of a destination on this machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Readers {
    /// Their owner alone.
    #[default]
    Owner,
    /// Everyone whom the system allows to read new files.
    Shared,
}
