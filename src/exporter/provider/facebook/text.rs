//! Makes the owner's text readable: mentions become names, line ends become one kind.

/// Returns `text` with `@[id:type:Name]` written as `Name` and line ends as `\n`.
///
/// The sentence as it stood stays in the raw record.
pub(crate) fn readable(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let mut readable = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("@[") {
        readable.push_str(&rest[..at]);
        match mention(&rest[at..]) {
            Some((name, length)) => {
                readable.push_str(name);
                rest = &rest[at + length..];
            }
            None => {
                readable.push_str("@[");
                rest = &rest[at + 2..];
            }
        }
    }
    readable.push_str(rest);
    readable
}

/// Returns the name in the mention `text` begins with, and the bytes the mention takes.
fn mention(text: &str) -> Option<(&str, usize)> {
    let inner = text.strip_prefix("@[")?;
    let inner = &inner[..inner.find(']')?];
    let mut fields = inner.splitn(3, ':');
    let is_number = |field: &str| !field.is_empty() && field.bytes().all(|b| b.is_ascii_digit());
    let numbers = [fields.next()?, fields.next()?];
    let name = fields.next().filter(|name| !name.trim().is_empty())?;
    numbers
        .into_iter()
        .all(is_number)
        .then_some((name, inner.len() + 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_become_names_and_nothing_else_changes() {
        for (text, expected) in [
            (
                "with @[100001:2048:Ben Beispiel] and @[7:274:Old Port]!",
                "with Ben Beispiel and Old Port!",
            ),
            ("@[1:2:Name: with colon]", "Name: with colon"),
            ("@[1:2:日本 太郎]さん", "日本 太郎さん"),
            (
                "mail @[me] and @[1:2:] and @[x:2:Y]",
                "mail @[me] and @[1:2:] and @[x:2:Y]",
            ),
            ("cut @[1:2:Na", "cut @[1:2:Na"),
            ("@[@[1:2:A]", "@[A"),
            ("a\r\nb\nc", "a\nb\nc"),
            ("", ""),
        ] {
            assert_eq!(readable(text), expected, "{text}");
        }
    }
}
