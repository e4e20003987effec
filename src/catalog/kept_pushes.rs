//! The journal of pushes as lines of JSON, for `pushes.jsonl`. Lists at a destination are left out: every push looks at them anyway,
//! and writes a new time into their rows, so that the file would change where nothing was pushed.

use serde::{Deserialize, Serialize};

use super::kept::KeptError;
use super::{Catalog, CatalogError, PushedRow, UploadRow, Writing};
use model::content_hash::ContentHash;

/// A line. Files and uploads are at the destination whose line is the last before them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line {
    Destination {
        address: String,
    },
    File(File),
    Upload(Upload),
    // Of a later version.
    #[serde(other)]
    Later,
}

/// A file at a destination; what goes without saying is left out.
#[derive(Debug, Serialize, Deserialize)]
struct File {
    /// Left out: it belongs to no asset, but is an album or stack of a host that has such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asset: Option<ContentHash>,
    part: String,
    path: String,
    /// Left out: the host names it by its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    size_bytes: u64,
    /// Left out: the hash of the asset, because its original was sent as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent: Option<ContentHash>,
    /// Left out: what was sent was read back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    read: Option<Read>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    at: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Read {
    /// Begun, and perhaps not ended.
    Not,
    /// Other bytes than were sent.
    Other(ContentHash),
}

#[derive(Debug, Serialize, Deserialize)]
struct Upload {
    path: String,
    sent: ContentHash,
    id: String,
}

/// A journal that was read from a file: what lies where.
#[derive(Debug, Default)]
pub struct KeptPushes {
    destinations: Vec<KeptDestination>,
}

#[derive(Debug, Default)]
struct KeptDestination {
    address: String,
    files: Vec<PushedRow>,
    uploads: Vec<UploadRow>,
}

impl From<&PushedRow> for File {
    fn from(row: &PushedRow) -> Self {
        Self {
            asset: row.asset,
            part: row.part.clone(),
            path: row.path.clone(),
            id: (row.remote_id != row.path).then(|| row.remote_id.clone()),
            size_bytes: row.size_bytes,
            sent: (row.asset != Some(row.sent_hash)).then_some(row.sent_hash),
            read: match row.read_hash {
                None => Some(Read::Not),
                Some(read) => (read != row.sent_hash).then_some(Read::Other(read)),
            },
            tag: row.tag.clone(),
            at: row.at.clone(),
        }
    }
}

impl File {
    fn row(self) -> Result<PushedRow, String> {
        let sent_hash = self.sent.or(self.asset).ok_or("no hash of what was sent")?;
        Ok(PushedRow {
            asset: self.asset,
            part: self.part,
            remote_id: self.id.unwrap_or_else(|| self.path.clone()),
            path: self.path,
            // The catalog counts so far.
            size_bytes: self.size_bytes.min(i64::MAX as u64),
            sent_hash,
            read_hash: match self.read {
                None => Some(sent_hash),
                Some(Read::Not) => None,
                Some(Read::Other(read)) => Some(read),
            },
            tag: self.tag,
            at: self.at,
        })
    }
}

/// Returns whether a row is of a list that albumen itself writes there. Albums and stacks of a host have a colon in their name.
fn is_list(row: &PushedRow) -> bool {
    row.asset.is_none() && !row.part.contains(':')
}

impl KeptPushes {
    /// Reads the lines of a journal. Lines of a kind this version does not know are passed over.
    ///
    /// # Errors
    /// Fails if a line is none.
    pub fn read(lines: &str) -> Result<Self, KeptError> {
        let mut pushes = Self::default();
        for (index, text) in lines.lines().enumerate() {
            let line = serde_json::from_str(text).map_err(|e| e.to_string());
            let taken = line.and_then(|line| pushes.take(line));
            taken.map_err(|why| KeptError {
                line: index + 1,
                why,
            })?;
        }
        Ok(pushes)
    }

    fn take(&mut self, line: Line) -> Result<(), String> {
        if let Line::Destination { address } = line {
            self.destinations.push(KeptDestination {
                address,
                ..KeptDestination::default()
            });
            return Ok(());
        }
        if matches!(line, Line::Later) {
            return Ok(());
        }
        let there = self.destinations.last_mut();
        let there = there.ok_or("no destination stands before it")?;
        match line {
            Line::File(file) => there.files.push(file.row()?),
            Line::Upload(upload) => there.uploads.push(UploadRow {
                path: upload.path,
                sent_hash: upload.sent,
                upload_id: upload.id,
            }),
            Line::Destination { .. } | Line::Later => {}
        }
        Ok(())
    }
}

impl Catalog {
    /// Returns the journal of pushes as text: a line of JSON for each destination, and below it one for each file and upload there.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn push_lines(&self) -> Result<String, CatalogError> {
        let mut text = String::new();
        let mut add = |line: &Line| {
            let line = super::to_json("journal of pushes", line)?;
            text.push_str(&line);
            text.push('\n');
            Ok::<_, CatalogError>(())
        };
        let destinations: Vec<(i64, String)> = self.rows(
            "SELECT id, address FROM destination ORDER BY address",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        for (id, address) in destinations {
            add(&Line::Destination { address })?;
            for row in self.pushed(id)?.iter().filter(|row| !is_list(row)) {
                add(&Line::File(row.into()))?;
            }
            for row in self.uploads(id)? {
                add(&Line::Upload(Upload {
                    path: row.path,
                    sent: row.sent_hash,
                    id: row.upload_id,
                }))?;
            }
        }
        Ok(text)
    }
}

impl Writing<'_> {
    /// Takes in a journal of pushes.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn restore_pushes(&self, pushes: &KeptPushes) -> Result<(), CatalogError> {
        for there in &pushes.destinations {
            let id = self.add_destination(&there.address)?;
            there
                .files
                .iter()
                .try_for_each(|row| self.put_pushed(id, row))?;
            there
                .uploads
                .iter()
                .try_for_each(|row| self.put_upload(id, row))?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn hash(n: u8) -> ContentHash {
        ContentHash([n; 32])
    }

    fn row(asset: Option<u8>, part: &str) -> PushedRow {
        PushedRow {
            asset: asset.map(hash),
            part: part.to_owned(),
            path: format!("2023/{part}"),
            remote_id: format!("2023/{part}"),
            size_bytes: 7,
            sent_hash: hash(asset.unwrap_or(9)),
            read_hash: Some(hash(asset.unwrap_or(9))),
            tag: None,
            at: "2026-01-01T00:00:00Z".to_owned(),
        }
    }

    #[test]
    fn every_row_but_those_of_lists_comes_back_as_it_was() {
        let rows = [
            PushedRow {
                sent_hash: hash(4),
                read_hash: Some(hash(5)),
                remote_id: "host's own".to_owned(),
                tag: Some("etag".to_owned()),
                ..row(Some(1), "a sidecar")
            },
            row(None, "album:p//1"),
            row(Some(1), "original"),
            PushedRow {
                read_hash: None,
                ..row(Some(2), "under way")
            },
        ];
        let upload = UploadRow {
            path: "film".into(),
            sent_hash: hash(3),
            upload_id: "u".into(),
        };
        let mut catalog = Catalog::in_memory().unwrap();
        let fill = catalog.in_transaction(|writing| {
            let id = writing.add_destination("/x")?;
            rows.iter()
                .try_for_each(|row| writing.put_pushed(id, row))?;
            writing.put_pushed(id, &row(None, "SHA256SUMS"))?;
            writing.put_upload(id, &upload)?;
            writing.add_destination("/y")
        });
        fill.unwrap();
        let lines = catalog.push_lines().unwrap();
        let original = lines.lines().find(|line| line.contains("\"original\""));
        assert!(!original.unwrap().contains("sent"), "{lines}");
        let kept = KeptPushes::read(&lines).unwrap();
        let mut again = Catalog::in_memory().unwrap();
        again.in_transaction(|w| w.restore_pushes(&kept)).unwrap();
        let id = again.destination_id("/x").unwrap().unwrap();
        assert_eq!(again.pushed(id).unwrap(), rows);
        assert_eq!(again.uploads(id).unwrap(), [upload]);
        assert_eq!(again.push_lines().unwrap(), lines);
    }

    #[test]
    fn lines_that_are_none_are_named_and_later_ones_passed_over() {
        let error = |lines: &str| KeptPushes::read(lines).unwrap_err().to_string();
        assert!(error("{").starts_with("line 1: "));
        let file = "{\"type\":\"file\",\"part\":\"a\",\"path\":\"a\",\"size_bytes\":1,\"at\":\"\"}";
        assert!(error(file).contains("no destination"));
        let there = "{\"type\":\"later\"}\n{\"type\":\"destination\",\"address\":\"/x\"}\n";
        let error = KeptPushes::read(&format!("{there}{file}\n")).unwrap_err();
        assert_eq!(error.to_string(), "line 3: no hash of what was sent");
    }
}
