//! Immich, against a stand-in that follows its published interface.

use std::collections::BTreeMap;
use std::sync::Arc;

use writer::sidecar::read::read;

use super::contract::contract;
use super::{Host, Pushing};
use crate::support::immich::{Immich, KEY};

/// A server of its own for each place: Immich knows files by their bytes, whatever their path.
pub struct ImmichHost {
    /// The server.
    pub server: Arc<Immich>,
    /// Key that is given.
    pub key: Option<&'static str>,
    /// Port to talk to: the server's, or that of something in between.
    pub port: u16,
}

/// Returns a fresh server.
pub fn host() -> ImmichHost {
    let server = Arc::new(Immich::start());
    ImmichHost {
        port: server.port(),
        key: Some(KEY),
        server,
    }
}

/// Returns the name of the file at a path.
pub fn base(path: &str) -> &str {
    path.rsplit('/').next().expect("there is always one part")
}

impl Host for ImmichHost {
    fn address(&self) -> String {
        format!("immich+http://127.0.0.1:{}", self.port)
    }

    fn variables(&self) -> Vec<(String, String)> {
        let key = self.key.map(str::to_owned);
        key.map(|key| ("ALBUMEN_IMMICH_KEY".to_owned(), key))
            .into_iter()
            .collect()
    }

    fn listing(&self) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        for asset in &self.server.store().assets {
            let mut name = asset.name.clone();
            while found.contains_key(&name) {
                name.push('+');
            }
            found.insert(name, asset.bytes.clone());
        }
        found
    }

    fn write(&self, path: &str, bytes: &[u8]) -> bool {
        let mut store = self.server.store();
        match store.named(base(path)) {
            Some(asset) => asset.bytes = bytes.to_vec(),
            None => drop(store.add(base(path), bytes)),
        }
        true
    }

    fn remove(&self, path: &str) -> u64 {
        let mut store = self.server.store();
        let id = store.named(base(path)).expect("it is there").id.clone();
        store.remove(&id);
        // With an asset go its facts.
        2
    }

    fn holds(&self, path: &str) -> bool {
        !path.ends_with(".srt")
    }

    fn shows(&self, path: &str) -> Option<String> {
        (!path.ends_with(".xmp")).then(|| base(path).to_owned())
    }

    fn keeps_files(&self) -> bool {
        false
    }

    fn has_sidecar(&self, path: &str, bytes: &[u8]) -> bool {
        let text = std::str::from_utf8(bytes).expect("XMP is text");
        let wanted = read(text).expect("XMP").standard;
        let mut store = self.server.store();
        let asset = store.named(base(path).trim_end_matches(".xmp"));
        let exif = &asset.expect("its original is there").exif;
        let near = |name: &str, degrees: f64| {
            let there = exif.get(name).and_then(serde_json::Value::as_f64);
            there.is_some_and(|there| (there - degrees).abs() < 1e-6)
        };
        let description = exif.get("description").and_then(|text| text.as_str());
        // What the library does not know may stand in the file itself.
        let described = wanted.descriptions[0].as_deref();
        description.is_some() >= described.is_some()
            && described.is_none_or(|wanted| description == Some(wanted))
            && wanted.location.is_none_or(|place| {
                near("latitude", place.latitude) && near("longitude", place.longitude)
            })
    }
}

#[test]
fn immich_keeps_the_contract() {
    contract(&|_: &Pushing, _: &str| Box::new(host()));
}
