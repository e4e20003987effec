//! Whose data each part of Meta's archives holds. Parts of two accounts may come in one call.

use std::collections::BTreeMap;

use crate::exporter::provider::{Node, Tree};

/// What is believed first where the name of a part and the profile in it tell different accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Believed {
    /// The profile: names of parts were made by hand at times.
    Profile,
    /// The name: it is the same on all parts, and only one of them has the profile.
    PartName,
}

/// Accounts of the parts of one call.
#[derive(Debug)]
pub struct Accounts {
    given: Option<String>,
    by_part: BTreeMap<String, String>,
    of_name: fn(&str) -> Option<String>,
    believed: Believed,
}

impl Accounts {
    /// Looks for profiles: `of_profile` reads the user name in one, `of_name` that in the name of a part. What the user gave
    /// goes before both.
    pub fn find(
        tree: &dyn Tree,
        given: Option<&str>,
        of_profile: &dyn Fn(&Node) -> Option<String>,
        (of_name, believed): (fn(&str) -> Option<String>, Believed),
    ) -> Self {
        let mut by_part = BTreeMap::new();
        for node in tree.nodes() {
            if let Some(name) = of_profile(node) {
                by_part.entry(tree.part_name(node.id)).or_insert(name);
            }
        }
        Self {
            given: given.map(str::to_owned),
            by_part,
            of_name,
            believed,
        }
    }

    /// Returns the account of a part, if anything in it tells.
    ///
    /// The profile in another part tells nothing here: whether that part came in the same call must leave no trace. Merging
    /// gives parts that do not tell to the only account there is.
    pub fn of(&self, part: &str) -> Option<String> {
        let profile = || self.by_part.get(part).cloned();
        let name = || (self.of_name)(part);
        self.given.clone().or_else(|| match self.believed {
            Believed::Profile => profile().or_else(name),
            Believed::PartName => name().or_else(profile),
        })
    }
}
