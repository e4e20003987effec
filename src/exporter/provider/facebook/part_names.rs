//! Tells the account from the file name of a part.

use crate::classify::file_name;

/// Returns the account in the file name of a part: `facebook-<user>-YYYY-MM-DD-<suffix>.zip`.
///
/// Names without a date (`facebook-anna.zip`, to about 2021) are not trusted: people call files `facebook-backup.zip`.
pub(crate) fn account_of_part(name: &str) -> Option<String> {
    let rest = file_name(name).strip_prefix("facebook-")?;
    let end = (1..rest.len()).find(|&at| is_dashed_date(rest.get(at..).unwrap_or_default()))?;
    let account = rest.get(..end)?;
    is_user_name(account).then(|| account.to_owned())
}

/// Says whether a text begins with `-YYYY-MM-DD`.
fn is_dashed_date(text: &str) -> bool {
    let shape = b"-dddd-dd-dd";
    text.len() >= shape.len()
        && shape
            .iter()
            .zip(text.bytes())
            .all(|(want, byte)| match want {
                b'd' => byte.is_ascii_digit(),
                _ => byte == *want,
            })
}

/// Says whether a text can be a Facebook user name (or the number of an account without one).
pub(crate) fn is_user_name(text: &str) -> bool {
    (1..=50).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn part_names_tell_accounts() {
        for (name, account) in [
            (
                "facebook-annamuster-2024-05-01-Ab3dEf9h.zip",
                Some("annamuster"),
            ),
            (
                "facebook-anna.muster-2024-05-01-Ab3dEf9h (1).zip",
                Some("anna.muster"),
            ),
            (
                "downloads/facebook-100012345678901-2025-05-01-Ab3dEf9h",
                Some("100012345678901"),
            ),
            ("facebook-annamuster.zip", None),
            ("facebook-example", None),
            ("facebook-my backup-2024-05-01.zip", None),
            ("facebook--2024-05-01-x.zip", None),
            ("facebook-é-2024-05-01-x.zip", None),
            ("instagram-anna-2024-05-01-x.zip", None),
            ("", None),
        ] {
            assert_eq!(account_of_part(name).as_deref(), account, "{name}");
        }
    }
}
