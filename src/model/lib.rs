//! Plain types of the domain. Knows no files, no SQL, no network and nothing else of ours.

pub mod amount;
pub mod asset;
pub mod bounds;
pub mod claim;
pub mod content_hash;
pub mod entry_path;
pub mod evidence;
pub mod fault;
pub mod html;
pub mod import_note;
mod import_note_old;
pub mod kind;
pub mod library_path;
pub mod media_facts;
pub mod media_type;
pub mod not_understood;
pub mod outcome;
pub mod owners;
pub mod parts_word;
pub mod record;
pub mod select;
pub mod shown;
pub mod strip;
pub mod texts;
pub mod time;
pub mod user_changes;
