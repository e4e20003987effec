//! How an account whose name no archive told is written and typed.

/// Stands in lists of accounts for one whose name is not known.
pub const NOT_KNOWN: &str = "(not known)";

/// Returns whether a typed name means the account whose name is not known: as lists of accounts write it, or as reports do.
pub fn is_not_known(name: &str) -> bool {
    matches!(name.trim(), NOT_KNOWN | "not known" | "account not known")
}

/// Returns the name of an account as the catalog keeps it: one that is not known has an empty name there.
pub fn as_kept(name: &str) -> &str {
    match is_not_known(name) {
        true => "",
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_can_be_typed() {
        for name in [NOT_KNOWN, "not known", "account not known", " (not known) "] {
            assert!(is_not_known(name), "{name}");
        }
        assert!(!is_not_known("anna") && !is_not_known(""));
    }
}
