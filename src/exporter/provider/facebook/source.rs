//! The record file that records come from.

use serde_json::Value;

use crate::classify::without_signature;
use crate::facebook::media::key_of;
use model::kind::Kind;
use model::record::{Edition, Record};

/// What all records of one file share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// Path of the record file below the archive's root.
    pub path: &'a str,
    /// Whose data it is.
    pub account: Option<&'a str>,
    /// Form of the record file.
    pub edition: Edition,
}

impl Source<'_> {
    /// Returns a record of this file that claims nothing yet.
    pub(crate) fn record(&self, kind: Kind, uri: &str) -> Record {
        let uri = without_signature(uri);
        Record {
            provider: super::NAME.to_owned(),
            account: self.account.map(str::to_owned),
            export: None,
            kind,
            source: self.path.to_owned(),
            edition: self.edition,
            uri: uri.to_owned(),
            key: key_of(uri),
            post: None,
            companions: Vec::new(),
            facts: Default::default(),
            raw: Value::Null,
        }
    }
}
