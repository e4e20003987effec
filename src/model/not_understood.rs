//! What a reader met and could not make sense of. It is a fact like any other: shown, kept, and in the way of every "complete".

use serde::{Deserialize, Serialize};

/// Why a file of an archive counts as not understood.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum NotUnderstood {
    /// A record file that is known by its name and gives no media, although the account has media of its kind.
    GivesNoMedia,
    /// A file that no reader read holds paths below media folders; some of them.
    NamesMedia {
        /// The first few paths, as the file writes them.
        examples: Vec<String>,
    },
    /// A page or record file whose structure matched nothing that is known.
    UnknownStructure {
        /// What was looked for and not found, in words (`no box of a post`).
        lacks: String,
    },
    /// Media that no record names, although a record file for media of their kind exists.
    MediaWithoutRecord {
        /// How many.
        count: u64,
        /// The folder they lie in, below the archive's root.
        folder: String,
    },
    /// An entry that was left aside although its first bytes are those of a picture or film.
    LooksLikeMedia {
        /// Its type by its bytes (`image/jpeg`).
        media_type: String,
    },
}

impl NotUnderstood {
    /// Returns the reason in words. Names from archives in it are not cleaned: callers pass them through `model::shown`.
    pub fn reason(&self) -> String {
        match self {
            Self::GivesNoMedia => {
                "its name is that of a record file, and nothing in it names a photo or video"
                    .to_owned()
            }
            Self::NamesMedia { examples } => format!(
                "not a file albumen reads, yet it names media ({})",
                examples.join(", ")
            ),
            Self::UnknownStructure { lacks } => {
                format!("its structure is not one albumen knows: {lacks}")
            }
            Self::MediaWithoutRecord { count, folder } => format!(
                "{count} media in {folder} that no record names, although there is a record file for media of their kind"
            ),
            Self::LooksLikeMedia { media_type } => {
                format!("left aside, and its first bytes are those of {media_type}")
            }
        }
    }
}
