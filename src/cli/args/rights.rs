//! The argument of `push` that says what may be done with what is sent.

use writer::sidecar::rights::{DataMining, Rights};

/// One thing said of the rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Who made it.
    Creator(String),
    /// What is to be printed beside it.
    Credit(String),
    /// What machines may do with it.
    Mining(DataMining),
}

/// Reads `creator=NAME`, `credit=TEXT` or `mining=WORD`.
///
/// # Errors
/// Fails in words if it is none of these.
pub(super) fn parse(text: &str) -> Result<Said, String> {
    const FORM: &str = "write creator=NAME, credit=TEXT or mining=WORD";
    let (what, value) = text.split_once('=').ok_or(FORM)?;
    let value = value.trim();
    if value.is_empty() {
        return Err(FORM.to_owned());
    }
    match what {
        "creator" => Ok(Said::Creator(value.to_owned())),
        "credit" => Ok(Said::Credit(value.to_owned())),
        "mining" => mining(value).map(Said::Mining),
        _ => Err(FORM.to_owned()),
    }
}

/// Takes our word or the name PLUS has for it.
fn mining(value: &str) -> Result<DataMining, String> {
    let is_it = |known: &DataMining| value == word(*known) || value == known.name();
    DataMining::ALL.into_iter().find(is_it).ok_or_else(|| {
        let words: Vec<&str> = DataMining::ALL.into_iter().map(word).collect();
        format!("the words for mining are {}", words.join(", "))
    })
}

fn word(mining: DataMining) -> &'static str {
    match mining {
        DataMining::Allowed => "allowed",
        DataMining::Prohibited => "prohibited",
        DataMining::NoTraining => "no-training",
        DataMining::NoGenerativeTraining => "no-generative-training",
        DataMining::SearchOnly => "search-only",
        DataMining::Unspecified => "unspecified",
    }
}

/// Puts together all that is said; the last word on each thing holds.
pub(super) fn all(said: &[Said]) -> Rights {
    let mut rights = Rights::default();
    for one in said {
        match one.clone() {
            Said::Creator(name) => rights.creator = Some(name),
            Said::Credit(text) => rights.credit = Some(text),
            Said::Mining(mining) => rights.mining = Some(mining),
        }
    }
    rights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_read_or_refused_with_what_to_write() {
        for (text, expected) in [
            ("creator=Anna Berg", Ok(Said::Creator("Anna Berg".into()))),
            ("credit=A=B", Ok(Said::Credit("A=B".into()))),
            (
                "mining=no-training",
                Ok(Said::Mining(DataMining::NoTraining)),
            ),
            (
                "mining=DMI-PROHIBITED-GENAIMLTRAINING",
                Ok(Said::Mining(DataMining::NoGenerativeTraining)),
            ),
            ("mining=never", Err("the words for mining are allowed")),
            ("creator= ", Err("write creator=NAME")),
            ("Anna", Err("write creator=NAME")),
        ] {
            let read = parse(text);
            match (&read, &expected) {
                (Err(why), Err(beginning)) => assert!(why.starts_with(beginning), "{why}"),
                _ => assert_eq!(read.ok(), expected.ok(), "{text}"),
            }
        }
    }
}
