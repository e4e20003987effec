//! The settings there are, by section. A key that is none is an error: a misspelt one would else be left out unseen.

use toml::de::{DeTable, DeValue};

use super::{ConfigError, line_of, wrong};

/// A section of the file.
struct Section {
    name: &'static str,
    /// There may be several.
    many: bool,
    keys: &'static [&'static str],
    /// What gets in at a server may stand there, too.
    server: bool,
}

const TOP: &[&str] = &[
    "library",
    "home_timezone",
    "include",
    "quiet_hours",
    "verify_sample",
    "gallery",
];

const SECTIONS: &[Section] = &[
    Section {
        name: "inbox",
        many: true,
        keys: &["path", "address", "pattern"],
        server: true,
    },
    Section {
        name: "archives",
        many: false,
        keys: &["after_import", "folder"],
        server: false,
    },
    Section {
        name: "destination",
        many: true,
        keys: &["address", "layout", "embed", "shared"],
        server: true,
    },
    Section {
        name: "notify",
        many: false,
        keys: &["ping", "command", "when"],
        server: false,
    },
];

impl Section {
    fn keys(&self) -> Vec<&'static str> {
        let server = if self.server { SERVER } else { &[] };
        self.keys.iter().chain(server).copied().collect()
    }
}

/// Settings of how to get in at a server.
const SERVER: &[&str] = &[
    "endpoint",
    "region",
    "ca_file",
    "ssh_config",
    "secret_file",
    "secret_command",
    "user",
    "password",
];

/// Returns every setting as documents write it: `library`, `inbox.path`, `notify.when`.
pub(super) fn names() -> Vec<String> {
    let top = TOP.iter().map(|key| (*key).to_owned());
    let inner = SECTIONS.iter().flat_map(|section| {
        let keys = section.keys().into_iter();
        keys.map(|key| format!("{}.{key}", section.name))
    });
    top.chain(inner).collect()
}

/// Fails at the first key that is none.
pub(super) fn check(text: &str) -> Result<(), ConfigError> {
    let table = DeTable::parse(text).map_err(|error| wrong(text, &error))?;
    let names: Vec<&str> = TOP
        .iter()
        .copied()
        .chain(SECTIONS.iter().map(|section| section.name))
        .collect();
    known(text, table.get_ref(), "", &names)?;
    for (key, value) in table.get_ref() {
        let is_it = |section: &&Section| key.get_ref() == section.name;
        let Some(section) = SECTIONS.iter().find(is_it) else {
            continue;
        };
        let (name, many, keys) = (section.name, section.many, section.keys());
        let line = line_of(text, Some(key.span()));
        let written = if many {
            format!("[[{name}]]")
        } else {
            format!("[{name}]")
        };
        let form = || ConfigError::Wrong {
            line,
            what: format!("{name} is written {written}, with its settings in the lines below"),
        };
        match (value.get_ref(), many) {
            (DeValue::Table(table), false) => known(text, table, name, &keys)?,
            (DeValue::Array(tables), true) => {
                for table in tables.iter() {
                    let table = table.get_ref().as_table().ok_or_else(form)?;
                    known(text, table, name, &keys)?;
                }
            }
            _ => return Err(form()),
        }
    }
    Ok(())
}

fn known(text: &str, table: &DeTable<'_>, section: &str, keys: &[&str]) -> Result<(), ConfigError> {
    let stranger = table
        .keys()
        .find(|key| !keys.contains(&key.get_ref().as_ref()));
    match stranger {
        None => texts(text, table),
        Some(key) => Err(ConfigError::UnknownKey {
            line: line_of(text, Some(key.span())),
            key: model::shown::shown(key.get_ref()),
            section: section.to_owned(),
            near: near(key.get_ref(), keys),
        }),
    }
}

/// Fails at the first setting of a server that is no text. Read as a part of two sections, its line would not be told.
fn texts(text: &str, table: &DeTable<'_>) -> Result<(), ConfigError> {
    let wrong = table.iter().find(|(key, value)| {
        SERVER.contains(&key.get_ref().as_ref()) && value.get_ref().as_str().is_none()
    });
    match wrong {
        None => Ok(()),
        Some((_, value)) => Err(ConfigError::Wrong {
            line: line_of(text, Some(value.span())),
            what: "expected a string".to_owned(),
        }),
    }
}

/// Returns the key that is written most like it, if one is.
fn near(key: &str, keys: &[&str]) -> Option<String> {
    let alike = |other: &&str| strsim::jaro_winkler(key, other);
    let best = keys
        .iter()
        .map(|other| (alike(other), *other))
        .max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.75).then(|| best.1.to_owned())
}
