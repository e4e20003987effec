//! Files that no reader made sense of, and media that no record file names: what stops a certificate.

use model::kind::Kind;
use model::not_understood::{NamedMedia, PuzzlingFile, UnnamedMedia};

use super::{Catalog, CatalogError, Writing, from_json, to_json};

/// Where an entry lies and how large it is: the same file in whatever archive.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryMark {
    /// Path below the archive's root.
    pub path: String,
    /// Declared size.
    pub size_bytes: u64,
    /// CRC-32 of the bytes, where the container tells it.
    pub crc32: Option<u32>,
}

/// A file that was not understood, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Puzzling {
    /// The file.
    pub file: PuzzlingFile,
    /// Accounts that its reading names; none if it names none.
    pub accounts: Vec<String>,
}

/// Readings that some run that stands has, and the judgements of theirs that no later reading has replaced.
const STANDING: &str = "
    SELECT n.id, n.reading_id, n.body FROM not_understood n
    WHERE EXISTS (SELECT 1 FROM run_reading rr JOIN run r ON r.id = rr.run_id
                  WHERE rr.reading_id = n.reading_id AND r.undone_by IS NULL)
      AND NOT EXISTS (SELECT 1 FROM judged_anew j JOIN reading l ON l.id = j.reading_id
                      WHERE j.not_understood_id = n.id AND l.complete = 1)";

impl Catalog {
    /// Returns all files that were not understood and that no later reading judged anew, in an order of their own.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn puzzling_files(&self) -> Result<Vec<Puzzling>, CatalogError> {
        let rows: Vec<(i64, String)> =
            self.rows(STANDING, [], |row| Ok((row.get(1)?, row.get(2)?)))?;
        let mut files = Vec::new();
        for (reading, body) in rows {
            files.push(Puzzling {
                file: from_json("file that was not understood", &body)?,
                accounts: self.accounts_of_reading(reading)?,
            });
        }
        files.sort_by(|a, b| a.file.cmp(&b.file));
        files.dedup();
        Ok(files)
    }

    fn accounts_of_reading(&self, reading: i64) -> Result<Vec<String>, CatalogError> {
        self.rows(
            "SELECT DISTINCT account FROM reading_record JOIN record ON record.id = record_id
             WHERE reading_id = ?1 AND account <> '' ORDER BY 1",
            [reading],
            |row| row.get(0),
        )
    }

    /// Returns the files that the readings of one run did not understand, those it shares with earlier runs included.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn puzzling_files_of(&self, run: i64) -> Result<Vec<PuzzlingFile>, CatalogError> {
        let sql = format!(
            "{STANDING} AND n.reading_id IN (SELECT reading_id FROM run_reading WHERE run_id = ?1)"
        );
        let rows: Vec<String> = self.rows(&sql, [run], |row| row.get(2))?;
        let mut files = rows
            .iter()
            .map(|body| from_json("file that was not understood", body))
            .collect::<Result<Vec<PuzzlingFile>, _>>()?;
        files.sort();
        Ok(files)
    }

    /// Returns the file name of a part that held a medium under a path, the first by name.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn part_that_held(
        &self,
        provider: &str,
        path: &str,
    ) -> Result<Option<String>, CatalogError> {
        let names: Vec<Option<String>> = self.rows(
            "SELECT min(p.name) FROM media_entry m JOIN part_entry e ON e.media_entry_id = m.id
             JOIN part p ON p.id = e.part_id WHERE m.provider = ?1 AND m.path = ?2",
            [provider, path],
            |row| row.get(0),
        )?;
        Ok(names.into_iter().flatten().next())
    }

    /// Returns what the records of a provider name, companions included.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn named_media(&self, provider: &str) -> Result<NamedMedia, CatalogError> {
        let mut named = NamedMedia::default();
        self.each(
            "SELECT body FROM record WHERE provider = ?1",
            [provider],
            |row| {
                let body = row
                    .get_ref(0)
                    .and_then(|value| Ok(value.as_str()?))
                    .map_err(|e| self.wrap(e))?;
                named.add(&from_json("record", body)?);
                Ok(())
            },
        )?;
        Ok(named)
    }

    /// Returns the media that no record file names.
    ///
    /// # Errors
    /// Fails if SQLite does or a row is damaged.
    pub fn unnamed_media(&self) -> Result<Vec<UnnamedMedia>, CatalogError> {
        let rows: Vec<(String, UnnamedMedia)> = self.rows(
            "SELECT kind, provider, account, folder, count, example, expected FROM unnamed_media
             ORDER BY provider, account, folder, kind",
            [],
            |row| {
                let account: String = row.get(2)?;
                let unnamed = UnnamedMedia {
                    provider: row.get(1)?,
                    account: Some(account).filter(|account| !account.is_empty()),
                    kind: Kind::Other,
                    folder: row.get(3)?,
                    count: row.get::<_, i64>(4)? as u64,
                    example: row.get(5)?,
                    expected: row.get(6)?,
                };
                Ok((row.get(0)?, unnamed))
            },
        )?;
        rows.into_iter()
            .map(|(kind, unnamed)| {
                let kind = from_json("kind", &kind)?;
                Ok(UnnamedMedia { kind, ..unnamed })
            })
            .collect()
    }
}

impl Writing<'_> {
    /// Notes that the current reading did not understand a file.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn add_puzzling(&self, mark: &EntryMark, file: &PuzzlingFile) -> Result<(), CatalogError> {
        let body = to_json("file that was not understood", file)?;
        self.run(
            "INSERT INTO not_understood (reading_id, provider, path, size_bytes, crc32, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (
                self.reading.get(),
                &file.provider,
                &mark.path,
                mark.size_bytes as i64,
                mark.crc32,
                body,
            ),
        )
        .map(drop)
    }

    /// Notes that the current reading judges anew what earlier ones did not understand, as far as it has the same entries.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn judge_anew(
        &self,
        provider: &str,
        has: &dyn Fn(&EntryMark) -> bool,
    ) -> Result<(), CatalogError> {
        let reading = self.reading.get();
        let mut old: Vec<(i64, EntryMark)> = Vec::new();
        self.transaction
            .prepare_cached(
                "SELECT id, path, size_bytes, crc32 FROM not_understood
                 WHERE provider = ?1 AND reading_id IS NOT ?2",
            )
            .and_then(|mut statement| {
                let mut rows = statement.query((provider, reading))?;
                while let Some(row) = rows.next()? {
                    let mark = EntryMark {
                        path: row.get(1)?,
                        size_bytes: row.get::<_, i64>(2)? as u64,
                        crc32: row.get(3)?,
                    };
                    old.push((row.get(0)?, mark));
                }
                Ok(())
            })
            .map_err(|e| self.wrap(e))?;
        for (id, _) in old.iter().filter(|(_, mark)| has(mark)) {
            self.run(
                "INSERT INTO judged_anew (not_understood_id, reading_id) VALUES (?1, ?2)
                 ON CONFLICT DO NOTHING",
                (id, reading),
            )?;
        }
        Ok(())
    }

    /// Replaces what is known of media that no record file names.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub fn set_unnamed_media(&self, unnamed: &[UnnamedMedia]) -> Result<(), CatalogError> {
        self.run("DELETE FROM unnamed_media", [])?;
        for row in unnamed {
            self.run(
                "INSERT INTO unnamed_media (provider, account, kind, folder, count, example, expected)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                (
                    &row.provider,
                    row.account.as_deref().unwrap_or(""),
                    to_json("kind", &row.kind)?,
                    &row.folder,
                    row.count as i64,
                    &row.example,
                    row.expected,
                ),
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use model::not_understood::{NotUnderstood, Unless};

    fn mark(path: &str) -> EntryMark {
        EntryMark {
            path: path.into(),
            size_bytes: 3,
            crc32: Some(0xffff_fff0),
        }
    }

    fn file(entry: &str) -> PuzzlingFile {
        PuzzlingFile {
            provider: "p".into(),
            part: "a.zip".into(),
            entry: entry.into(),
            what: NotUnderstood::GivesNoMedia,
            unless: Unless::ReadAgain,
        }
    }

    /// Runs an import that reads `paths` and does not understand `odd` of them. Returns its number.
    fn run(catalog: &mut Catalog, paths: &[&str], odd: &[&str]) -> i64 {
        catalog
            .in_transaction(|w| {
                let run = w.begin_run("import", Timestamp::UNIX_EPOCH, "{}")?;
                let reading = w.begin_reading(None, &[])?;
                w.judge_anew("p", &|mark| paths.contains(&mark.path.as_str()))?;
                for path in odd {
                    w.add_puzzling(&mark(path), &file(path))?;
                }
                w.end_reading(reading)?;
                Ok(run)
            })
            .unwrap()
    }

    fn standing(catalog: &Catalog) -> Vec<String> {
        let files = catalog.puzzling_files().unwrap().into_iter();
        files.map(|puzzling| puzzling.file.entry).collect()
    }

    fn take_back(catalog: &mut Catalog, run: i64) {
        catalog
            .in_transaction(|w| {
                let by = w.begin_run("undo", Timestamp::UNIX_EPOCH, "{}")?;
                w.take_back(run, by).map(drop)
            })
            .unwrap();
    }

    #[test]
    fn a_newer_reading_of_the_same_entry_replaces_what_was_not_understood() {
        let mut catalog = Catalog::in_memory().unwrap();
        run(&mut catalog, &["x", "y"], &["x", "y"]);
        assert_eq!(standing(&catalog), ["x", "y"]);
        let newer = run(&mut catalog, &["x"], &[]);
        assert_eq!(standing(&catalog), ["y"]);
        // Taken back, the older one stands again.
        take_back(&mut catalog, newer);
        assert_eq!(standing(&catalog), ["x", "y"]);
    }

    #[test]
    fn an_undo_takes_back_what_a_run_did_not_understand() {
        let mut catalog = Catalog::in_memory().unwrap();
        let first = run(&mut catalog, &["x"], &["x"]);
        let second = run(&mut catalog, &["x", "z"], &["x", "z"]);
        assert_eq!(standing(&catalog), ["x", "z"]);
        take_back(&mut catalog, first);
        assert_eq!(standing(&catalog), ["x", "z"]);
        assert_eq!(catalog.puzzling_files_of(second).unwrap().len(), 2);
        take_back(&mut catalog, second);
        assert_eq!(standing(&catalog), [""; 0]);
    }

    #[test]
    fn unnamed_media_come_back_as_they_were_noted() {
        let mut catalog = Catalog::in_memory().unwrap();
        let unnamed = UnnamedMedia {
            provider: "p".into(),
            account: None,
            kind: Kind::Story,
            folder: "media/stories".into(),
            count: 7,
            example: "media/stories/1.jpg".into(),
            expected: true,
        };
        catalog
            .in_transaction(|w| w.set_unnamed_media(std::slice::from_ref(&unnamed)))
            .unwrap();
        assert_eq!(catalog.unnamed_media().unwrap(), [unnamed]);
    }
}
