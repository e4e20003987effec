//! The media a report says are missing, kept outside of memory: records may name half a million that no archive holds.

use std::fmt;
use std::sync::Arc;

use super::packed::{Pack, Packed};
use super::{ImportError, MissingLine};

/// Lines about media that records name and no archive so far holds, read one by one.
#[derive(Clone, Default)]
pub struct MissingLines {
    pack: Arc<Pack>,
    lines: Vec<Packed>,
}

impl MissingLines {
    /// Adds a line.
    pub(super) fn push(&mut self, line: &MissingLine) {
        let text = serde_json::to_string(line).expect("a line has no map");
        self.lines.push(self.pack.add(&text));
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Returns whether nothing is missing.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Returns them in order. Each fails if the temporary file it is kept in cannot be read.
    pub fn iter(&self) -> impl Iterator<Item = Result<MissingLine, ImportError>> {
        self.lines.iter().map(|packed| {
            let text = packed.text()?;
            Ok(serde_json::from_str(&text).expect("written from a line"))
        })
    }
}

impl FromIterator<MissingLine> for MissingLines {
    fn from_iter<I: IntoIterator<Item = MissingLine>>(lines: I) -> Self {
        let mut all = Self::default();
        lines.into_iter().for_each(|line| all.push(&line));
        all
    }
}

impl PartialEq for MissingLines {
    fn eq(&self, other: &Self) -> bool {
        let mut both = self.iter().zip(other.iter());
        self.len() == other.len() && both.all(|(a, b)| matches!((a, b), (Ok(a), Ok(b)) if a == b))
    }
}

impl fmt::Debug for MissingLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn lines_come_out_as_they_went_in_and_in_their_order() {
        let line = |number: usize| MissingLine {
            provider: "instagram".to_owned(),
            account: number.is_multiple_of(2).then(|| "anna".to_owned()),
            record: format!("posts_{}.json", number % 7),
            uri: format!("media/\"é\"/{number}.jpg"),
            taken_at: number.is_multiple_of(3).then(|| "2019-08".to_owned()),
        };
        let lines: MissingLines = (0..20_000).map(line).collect();
        assert_eq!(lines.len(), 20_000);
        for (number, found) in lines.iter().enumerate() {
            assert_eq!(found.unwrap(), line(number));
        }
        assert_eq!(lines, lines.clone());
        assert_ne!(lines, (0..19_999).map(line).collect());
        assert!(MissingLines::default().is_empty());
    }
}
