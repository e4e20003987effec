//! Exit codes: a promise to scripts (`docs/scripting.md`).

use std::process::ExitCode;

/// How a command ended. New codes may be added; scripts treat unknown ones as failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done; every entry is accounted for.
    Done,
    /// Failed.
    Failed,
    /// The command line was wrong.
    Usage,
    /// Finished, but entries failed, media are missing or parts have problems.
    Incomplete,
    /// Stopped by the user.
    Interrupted,
}

impl Exit {
    /// Every exit code with its meaning, as documented.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Done, "done, every entry accounted for"),
        (Self::Failed, "failed"),
        (Self::Usage, "wrong usage"),
        (
            Self::Incomplete,
            "finished, but entries failed, media are missing or parts have problems",
        ),
        (Self::Interrupted, "interrupted"),
    ];

    /// Returns the number the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            // 128 + SIGINT, as shells report it.
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_promised_ones() {
        assert_eq!(Exit::ALL.map(|(exit, _)| exit.code()), [0, 1, 2, 3, 130]);
    }
}
