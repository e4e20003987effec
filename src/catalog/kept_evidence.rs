//! Which reading gave which evidence, in few bytes: for `history.jsonl`.
//!
//! Evidence itself is in sidecars and lists, and is not written again. It is put into an order that follows from what it says. The
//! file names the sets of readings that gave something, and then, along that order, how many pieces in a row each set gave. A hash
//! over the order shows whether evidence is still the same when the file is read: one piece more or less would move all after it.

use std::collections::HashMap;
use std::rc::Rc;

use model::content_hash::hex;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// `type` of the lines.
pub(crate) const KIND: &str = "evidence";

/// A kind of evidence and who gives it.
struct Kind {
    /// Names of both in the file.
    of: &'static str,
    by: &'static str,
    /// Row number and what it says, in order.
    order: &'static str,
    /// Row number and who gave it, in order of both.
    given: &'static str,
    /// The same where every record names its account, which is nearly always so and takes a tenth of the time.
    given_if_named: Option<&'static str>,
    /// Where that is noted: the table, its column of evidence, and that of the giver.
    table: &'static str,
    evidence: &'static str,
    giver: &'static str,
}

/// A record whose account no part told may be there beside the same record with its account. Sidecars may show only the second, so
/// that it stands for both.
const KINDS: [Kind; 4] = [
    Kind {
        of: "records",
        by: "readings",
        order: "SELECT r.id, r.digest, r.account FROM record r WHERE r.account <> '' OR NOT EXISTS
                (SELECT 1 FROM record n WHERE n.digest = r.digest AND n.account <> '')
                ORDER BY r.digest, r.account",
        given: "SELECT n.id, g.reading_id FROM reading_record g JOIN record o ON o.id = g.record_id
                JOIN record n ON n.digest = o.digest AND (n.account = o.account OR o.account = '')
                ORDER BY 1, 2",
        given_if_named: Some("SELECT record_id, reading_id FROM reading_record ORDER BY 1, 2"),
        table: "reading_record",
        evidence: "record_id",
        giver: "reading_id",
    },
    Kind {
        of: "albums",
        by: "readings",
        order: "SELECT id, digest FROM album_record ORDER BY digest",
        given: "SELECT album_record_id, reading_id FROM reading_album ORDER BY 1, 2",
        given_if_named: None,
        table: "reading_album",
        evidence: "album_record_id",
        giver: "reading_id",
    },
    Kind {
        of: "media",
        by: "readings",
        order: MEDIA,
        given: "SELECT media_entry_id, reading_id FROM reading_media ORDER BY 1, 2",
        given_if_named: None,
        table: "reading_media",
        evidence: "media_entry_id",
        giver: "reading_id",
    },
    Kind {
        of: "media",
        by: "parts",
        order: MEDIA,
        given: "SELECT media_entry_id, part_id FROM part_entry ORDER BY 1, 2",
        given_if_named: None,
        table: "part_entry",
        evidence: "media_entry_id",
        giver: "part_id",
    },
];

/// Gives a record that names no account what was said of the same record with its account. `?1` is the reading of a rebuild.
const NAMELESS: &str = "INSERT INTO reading_record (record_id, reading_id)
    SELECT s.id, g.reading_id FROM record s
    JOIN record n ON n.digest = s.digest AND n.account <> ''
    JOIN reading_record g ON g.record_id = n.id
    WHERE s.account = '' AND g.reading_id <> ?1 ON CONFLICT DO NOTHING";

const MEDIA: &str = "SELECT e.id, e.provider, e.export, e.path, o.content_hash FROM media_entry e
    JOIN original o ON o.id = e.original_id ORDER BY 2, 3, 4, 5";

/// How evidence of one kind is spread over those that gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spread {
    r#type: String,
    of: String,
    by: String,
    /// Pieces of evidence.
    count: usize,
    /// Hash over what they say, in order.
    sha256: String,
    /// Sets of row numbers of those that gave something.
    sets: Vec<Vec<i64>>,
    /// Index of a set, and how many pieces of evidence in a row it gave.
    spans: Vec<(usize, usize)>,
}

impl Spread {
    /// Reads a line; nothing if it is of a kind this version does not know.
    pub(crate) fn read(line: &str) -> Result<Option<Self>, String> {
        let spread: Self = serde_json::from_str(line).map_err(|e| e.to_string())?;
        if spread.kind().is_none() {
            return Ok(None);
        }
        let lengths = spread.spans.iter().map(|(_, many)| *many);
        let sum = lengths.fold(0, usize::saturating_add);
        let known = |(set, _): &(usize, usize)| *set < spread.sets.len();
        match sum == spread.count && spread.spans.iter().all(known) {
            true => Ok(Some(spread)),
            false => Err(format!("the spans of {} do not fit", spread.of)),
        }
    }

    /// Returns the line without its end.
    pub(crate) fn line(&self) -> String {
        serde_json::json!(self).to_string()
    }

    fn kind(&self) -> Option<&'static Kind> {
        let mut kinds = KINDS.iter();
        kinds.find(|kind| (kind.of, kind.by) == (&self.of, &self.by))
    }
}

/// Row numbers of all evidence of a kind in its order, and the hash over the order.
struct Order {
    ids: Vec<i64>,
    sha256: String,
}

impl Order {
    fn of(connection: &Connection, kind: &Kind) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare(kind.order)?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        let mut ids = Vec::new();
        let mut hasher = Sha256::new();
        while let Some(row) = rows.next()? {
            ids.push(row.get(0)?);
            for column in 1..columns {
                let bytes = match row.get_ref(column)? {
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes,
                    _ => &[],
                };
                // The length before the bytes: no two rows give the same.
                hasher.update((bytes.len() as u64).to_le_bytes());
                hasher.update(bytes);
            }
        }
        let sha256 = hex(&hasher.finalize());
        Ok(Self { ids, sha256 })
    }
}

/// Orders that were made, by what asks for them: two kinds are of the same evidence.
#[derive(Default)]
struct Orders(HashMap<&'static str, Rc<Order>>);

impl Orders {
    fn of(&mut self, connection: &Connection, kind: &Kind) -> rusqlite::Result<Rc<Order>> {
        if let Some(order) = self.0.get(kind.order) {
            return Ok(order.clone());
        }
        let order = Rc::new(Order::of(connection, kind)?);
        self.0.insert(kind.order, order.clone());
        Ok(order)
    }
}

/// Returns how all evidence is spread.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<Spread>> {
    let mut orders = Orders::default();
    let mut all = Vec::new();
    for kind in &KINDS {
        let order = orders.of(connection, kind)?;
        all.push(spread(connection, kind, &order)?);
    }
    Ok(all)
}

fn spread(connection: &Connection, kind: &Kind, order: &Order) -> rusqlite::Result<Spread> {
    let mut sets = Sets::default();
    let of_row = sets.of_rows(connection, kind)?;
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for id in &order.ids {
        let set = match of_row.get(id) {
            Some(set) => *set,
            None => sets.index_of(&[]),
        };
        match spans.last_mut() {
            Some((last, many)) if *last == set => *many += 1,
            _ => spans.push((set, 1)),
        }
    }
    Ok(Spread {
        r#type: KIND.to_owned(),
        of: kind.of.to_owned(),
        by: kind.by.to_owned(),
        count: order.ids.len(),
        sha256: order.sha256.clone(),
        sets: sets.all,
        spans,
    })
}

/// Returns whether a record is there whose account no part told.
fn has_nameless(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM record WHERE account = '')";
    connection.query_row(sql, [], |row| row.get(0))
}

/// Sets of row numbers, each once.
#[derive(Default)]
struct Sets {
    all: Vec<Vec<i64>>,
    known: HashMap<Vec<i64>, usize>,
}

impl Sets {
    fn index_of(&mut self, set: &[i64]) -> usize {
        if let Some(index) = self.known.get(set) {
            return *index;
        }
        self.all.push(set.to_vec());
        self.known.insert(set.to_vec(), self.all.len() - 1);
        self.all.len() - 1
    }

    /// Returns the set of each row that somebody gave.
    fn of_rows(
        &mut self,
        connection: &Connection,
        kind: &Kind,
    ) -> rusqlite::Result<HashMap<i64, usize>> {
        let given = match kind.given_if_named {
            Some(given) if !has_nameless(connection)? => given,
            _ => kind.given,
        };
        let mut statement = connection.prepare(given)?;
        let mut rows = statement.query([])?;
        let mut of_row = HashMap::new();
        let mut current: Option<(i64, Vec<i64>)> = None;
        while let Some(row) = rows.next()? {
            let (id, by): (i64, i64) = (row.get(0)?, row.get(1)?);
            match &mut current {
                Some((same, set)) if *same == id => set.push(by),
                _ => {
                    if let Some((id, set)) = current.replace((id, vec![by])) {
                        of_row.insert(id, self.index_of(&set));
                    }
                }
            }
        }
        if let Some((id, set)) = current {
            of_row.insert(id, self.index_of(&set));
        }
        Ok(of_row)
    }
}

/// Enters who gave what; `own` is the reading of this rebuild. Returns `false`, and enters nothing, if evidence is not what it was.
pub(crate) fn restore(
    connection: &Connection,
    spreads: &[Spread],
    own: i64,
) -> rusqlite::Result<bool> {
    let mut orders = Vec::new();
    let mut made = Orders::default();
    for kind in &KINDS {
        let mut spreads = spreads.iter();
        let spread = spreads.find(|spread| (kind.of, kind.by) == (&spread.of, &spread.by));
        let order = made.of(connection, kind)?;
        match spread {
            Some(spread) if spread.sha256 == order.sha256 && spread.count == order.ids.len() => {
                orders.push((kind, spread, order));
            }
            _ => return Ok(false),
        }
    }
    for (kind, spread, order) in orders {
        let (table, evidence, giver) = (kind.table, kind.evidence, kind.giver);
        let mut insert = connection.prepare(&format!(
            "INSERT INTO {table} ({evidence}, {giver}) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
        ))?;
        let mut ids = order.ids.iter();
        for (set, many) in &spread.spans {
            for id in ids.by_ref().take(*many) {
                for by in spread.sets.get(*set).into_iter().flatten() {
                    insert.execute((id, by))?;
                }
            }
        }
    }
    connection.execute(NAMELESS, [own])?;
    Ok(true)
}
