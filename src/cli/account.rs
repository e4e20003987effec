//! How an account whose name no archive told is written and typed.

/// Stands in lists of accounts for one whose name is not known.
pub const NOT_KNOWN: &str = "(not known)";

/// Returns whether a typed name means the account whose name is not known: as lists of accounts write it, or as reports do.
pub fn is_not_known(name: &str) -> bool {
    matches!(name.trim(), NOT_KNOWN | "not known" | "account not known")
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
