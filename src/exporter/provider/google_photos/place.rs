//! The folder of an export in which sidecars and media belong together.

use std::borrow::Cow;

use super::folders::split_path;
use super::names::nfc;

/// One folder of one export.
pub(super) type Place<'a> = (Option<&'a str>, Cow<'a, str>);

/// Returns the folder of a path.
pub(super) fn place<'a>(export: Option<&'a str>, path: &'a str) -> Place<'a> {
    (export, nfc(split_path(path).0))
}
