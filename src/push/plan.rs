//! What a push will do: a pure function of what shall be there, what is there, and what the journal knows.

use super::parcel::Parcel;
use super::{Abilities, Found};
use catalog::PushedRow;
use model::amount::{Bytes, Count};

/// What is to be done about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// It is not there: send it.
    New,
    /// It is there as it was read back last.
    Present,
    /// Something of its size is there: read it, and send it only if it is another file.
    Check(Found),
    /// An earlier state of it is there: send the present one in its place, if nobody else changed it there.
    Change(Found),
    /// Half of it may be there from a push that was cut off: send it in its place.
    Again(Found),
    /// Another file has its name.
    Taken,
    /// The host cannot hold it.
    Cannot(String),
}

impl Action {
    /// Returns the name used in JSON and text.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::New | Self::Again(_) | Self::Taken => "new",
            Self::Present => "present",
            Self::Check(_) => "check",
            Self::Change(_) => "changed",
            Self::Cannot(_) => "cannot",
        }
    }

    /// Returns whether bytes are to be sent.
    pub fn sends(&self) -> bool {
        matches!(self, Self::New | Self::Change(_) | Self::Again(_))
    }
}

/// Decides about one file.
pub fn decide(
    parcel: &Parcel,
    journal: Option<&PushedRow>,
    found: Option<&Found>,
    host: &Abilities,
) -> Action {
    // A file that lies elsewhere than the journal says is not the journal's.
    let journal = journal.filter(|row| row.path == parcel.path);
    let Some(found) = found else {
        return refusal(parcel, host).map_or(Action::New, Action::Cannot);
    };
    let same_size = found
        .size_bytes
        .is_none_or(|size| size == parcel.size_bytes);
    match journal {
        Some(row) if row.read_hash.is_none() => match same_size {
            true if row.sent_hash == parcel.sha256 => Action::Check(found.clone()),
            _ => Action::Again(found.clone()),
        },
        Some(row) if row.sent_hash == parcel.sha256 => {
            // Without a mark of its own it was sent by a push that was cut off: read once more.
            let same_state = row.tag == found.tag || found.tag.is_none();
            match (same_size, same_state) {
                (true, true) => Action::Present,
                (true, false) => Action::Check(found.clone()),
                (false, _) if parcel.is_derived() => Action::Change(found.clone()),
                (false, _) => Action::Taken,
            }
        }
        Some(_) => Action::Change(found.clone()),
        None if parcel.is_derived() && !same_size => Action::Change(found.clone()),
        None if same_size => Action::Check(found.clone()),
        None => Action::Taken,
    }
}

/// Returns why the host cannot hold a file.
fn refusal(parcel: &Parcel, host: &Abilities) -> Option<String> {
    if let Some(most) = host.largest_file.filter(|most| parcel.size_bytes > *most) {
        return Some(format!(
            "its {} are more than the {} the host takes",
            Bytes(parcel.size_bytes),
            Bytes(most)
        ));
    }
    let most = host.longest_path?;
    (parcel.path.len() > most).then(|| {
        format!(
            "its path is longer than the {} bytes the host takes",
            Count(most as u64)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parcel::{ORIGINAL, SIDECAR, Source, Standing};
    use model::content_hash::ContentHash;

    fn parcel(part: &str) -> Parcel {
        Parcel {
            asset: Some(ContentHash([1; 32])),
            part: part.to_owned(),
            path: "a".to_owned(),
            source: Source::File("/l/a".into()),
            size_bytes: 10,
            sha256: ContentHash([1; 32]),
            media_type: None,
            standing: Standing::default(),
        }
    }

    fn row(sent: u8, read: Option<u8>, tag: Option<&str>) -> PushedRow {
        PushedRow {
            asset: Some(ContentHash([1; 32])),
            part: ORIGINAL.to_owned(),
            path: "a".to_owned(),
            remote_id: "a".to_owned(),
            size_bytes: 10,
            sent_hash: ContentHash([sent; 32]),
            read_hash: read.map(|read| ContentHash([read; 32])),
            tag: tag.map(str::to_owned),
            at: String::new(),
        }
    }

    fn there(size: u64, tag: Option<&str>) -> Found {
        Found {
            id: "a".to_owned(),
            size_bytes: Some(size),
            tag: tag.map(str::to_owned),
        }
    }

    #[test]
    fn every_case_is_decided() {
        let (original, sidecar) = (parcel(ORIGINAL), parcel(SIDECAR));
        let done = row(1, Some(1), Some("t"));
        let (same, other, longer) = (there(10, Some("t")), there(10, Some("u")), there(11, None));
        let unmarked = row(1, Some(1), None);
        let rows: [(&Parcel, Option<PushedRow>, Option<&Found>, Action); 13] = [
            (
                &original,
                Some(unmarked),
                Some(&same),
                Action::Check(same.clone()),
            ),
            (&original, None, None, Action::New),
            (&original, Some(done.clone()), None, Action::New),
            (&original, Some(done.clone()), Some(&same), Action::Present),
            (
                &original,
                Some(done.clone()),
                Some(&other),
                Action::Check(other.clone()),
            ),
            (&original, Some(done.clone()), Some(&longer), Action::Taken),
            (
                &sidecar,
                Some(done),
                Some(&longer),
                Action::Change(longer.clone()),
            ),
            (
                &sidecar,
                Some(row(2, Some(2), None)),
                Some(&same),
                Action::Change(same.clone()),
            ),
            (&original, None, Some(&same), Action::Check(same.clone())),
            (&original, None, Some(&longer), Action::Taken),
            (
                &sidecar,
                None,
                Some(&longer),
                Action::Change(longer.clone()),
            ),
            (
                &original,
                Some(row(1, None, None)),
                Some(&there(4, None)),
                Action::Again(there(4, None)),
            ),
            (
                &original,
                Some(row(1, None, None)),
                Some(&same),
                Action::Check(same.clone()),
            ),
        ];
        for (index, (parcel, journal, found, expected)) in rows.into_iter().enumerate() {
            let action = decide(parcel, journal.as_ref(), found, &Abilities::default());
            assert_eq!(action, expected, "row {index}");
        }
    }

    #[test]
    fn a_row_of_another_path_is_no_witness() {
        let elsewhere = PushedRow {
            path: "b".to_owned(),
            ..row(1, Some(1), None)
        };
        let found = there(10, None);
        let action = decide(
            &parcel(ORIGINAL),
            Some(&elsewhere),
            Some(&found),
            &Abilities::default(),
        );
        assert_eq!(action, Action::Check(found));
    }

    #[test]
    fn what_the_host_cannot_hold_is_said() {
        let host = Abilities {
            largest_file: Some(9),
            ..Abilities::default()
        };
        let action = decide(&parcel(ORIGINAL), None, None, &host);
        assert!(matches!(&action, Action::Cannot(why) if why.contains("9 B the host takes")));
        let host = Abilities {
            longest_path: Some(0),
            ..Abilities::default()
        };
        assert!(matches!(
            decide(&parcel(ORIGINAL), None, None, &host),
            Action::Cannot(_)
        ));
    }
}
