//! What a pass did, in words that fit a mail and in JSON.

use serde_json::{Value, json};

use model::amount::Count;
use model::shown::shown;

/// Lines of one kind that fit a mail.
const MOST_LINES: usize = 20;

/// What a pass did.
#[derive(Debug, Default)]
pub struct SyncReport {
    /// Imports that came to their end.
    pub imports: Vec<Imported>,
    /// Archives fetched from inboxes on servers.
    pub fetched: Vec<String>,
    /// Archives left for the next pass, and why.
    pub left: Vec<(String, String)>,
    /// Files of services albumen does not know; told once.
    pub unknown: Vec<String>,
    /// Files read again, and findings.
    pub verified: Option<(u64, usize)>,
    /// Months of the gallery that were written, if any changed.
    pub gallery: Option<u64>,
    /// Destinations, and what was sent there.
    pub pushed: Vec<Pushed>,
    /// Archives that were moved away.
    pub moved: Vec<String>,
    /// What a person has to look at.
    pub needs: Vec<String>,
    /// What failed.
    pub errors: Vec<String>,
    /// Why nothing was done, if nothing was done for a reason.
    pub idle: Option<String>,
    /// The user stopped it.
    pub interrupted: bool,
    /// How long it took.
    pub seconds: f64,
}

/// How a pass ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was done, for a reason that the report gives.
    Idle,
    /// There was nothing to do.
    NothingNew,
    /// All was done.
    Done,
    /// All was done that could be; a person has to look at something.
    NeedsYou,
    /// Something failed.
    Failed,
    /// The user stopped it.
    Interrupted,
}

impl Outcome {
    /// Returns the word for it in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::NothingNew => "nothing_new",
            Self::Done => "done",
            Self::NeedsYou => "needs_you",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// What one import did.
#[derive(Debug)]
pub struct Imported {
    /// Names of the archives.
    pub archives: Vec<String>,
    /// New photos and videos.
    pub added: u64,
    /// Photos and videos of which more is known now.
    pub changed: u64,
    /// Entries that failed.
    pub failed: u64,
    /// Media that records name and no archive holds.
    pub missing: u64,
}

/// What was sent to one destination.
#[derive(Debug)]
pub struct Pushed {
    /// Its address.
    pub destination: String,
    /// Files sent and read back.
    pub sent: u64,
    /// Files that could not be sent.
    pub failed: u64,
}

impl SyncReport {
    /// Returns whether anything was done.
    pub fn did_something(&self) -> bool {
        !self.imports.is_empty()
            || self.gallery.is_some()
            || !self.fetched.is_empty()
            || !self.pushed.is_empty()
            || !self.moved.is_empty()
    }

    /// Returns whether a person has to do something.
    pub fn is_a_problem(&self) -> bool {
        !self.needs.is_empty() || !self.errors.is_empty()
    }

    /// Returns how the pass ended.
    pub fn outcome(&self) -> Outcome {
        match () {
            () if self.interrupted => Outcome::Interrupted,
            () if !self.errors.is_empty() => Outcome::Failed,
            () if !self.needs.is_empty() => Outcome::NeedsYou,
            () if self.idle.is_some() => Outcome::Idle,
            () if self.did_something() => Outcome::Done,
            () => Outcome::NothingNew,
        }
    }

    /// Returns the report as text.
    pub fn text(&self) -> String {
        let mut lines = vec![format!(
            "albumen sync: {}",
            match self.outcome() {
                Outcome::Idle => self.idle.as_deref().unwrap_or_default(),
                Outcome::NothingNew => "nothing new",
                Outcome::NeedsYou => "done, and something needs you",
                Outcome::Failed => "FAILED",
                Outcome::Interrupted => "interrupted",
                Outcome::Done => "done",
            }
        )];
        if !self.fetched.is_empty() {
            lines.push(format!("fetched {}", some(&self.fetched)));
        }
        for import in &self.imports {
            lines.push(format!(
                "imported {}: {} new, {} changed, {} failed, {} missing",
                some(&import.archives),
                Count(import.added),
                Count(import.changed),
                Count(import.failed),
                Count(import.missing)
            ));
        }
        let left = self.left.iter();
        let left: Vec<String> = left
            .map(|(name, why)| format!("left {}: {why}", shown(name)))
            .collect();
        section(&mut lines, &left);
        if !self.unknown.is_empty() {
            lines.push(format!(
                "of no service albumen knows: {}",
                some(&self.unknown)
            ));
        }
        if let Some((files, findings)) = self.verified {
            lines.push(format!(
                "verified: {} files read again, {} findings",
                Count(files),
                Count(findings as u64)
            ));
        }
        if let Some(months) = self.gallery {
            lines.push(format!("gallery: {} months written", Count(months)));
        }
        for pushed in &self.pushed {
            lines.push(format!(
                "pushed to {}: {} sent, {} failed",
                shown(&pushed.destination),
                Count(pushed.sent),
                Count(pushed.failed)
            ));
        }
        if !self.moved.is_empty() {
            lines.push(format!("moved away: {}", some(&self.moved)));
        }
        for (head, what) in [("needs you", &self.needs), ("error", &self.errors)] {
            let what: Vec<String> = what.iter().map(|text| format!("{head}: {text}")).collect();
            section(&mut lines, &what);
        }
        lines.join("\n") + "\n"
    }

    /// Returns the report as JSON.
    pub fn json(&self) -> Value {
        let imports = self.imports.iter().map(|import| {
            json!({
                "archives": import.archives, "assets_added": import.added, "assets_changed": import.changed,
                "failed": import.failed, "missing": import.missing,
            })
        });
        let left = self
            .left
            .iter()
            .map(|(name, why)| json!({"path": name, "reason": why}));
        let pushed = self.pushed.iter().map(|pushed| {
            json!({"destination": pushed.destination, "sent": pushed.sent, "failed": pushed.failed})
        });
        json!({
            "type": "sync",
            "outcome": self.outcome().name(),
            "fetched": self.fetched,
            "imports": imports.collect::<Vec<_>>(),
            "left": left.collect::<Vec<_>>(),
            "unknown": self.unknown,
            "files_read_again": self.verified.map(|(files, _)| files),
            "findings": self.verified.map(|(_, findings)| findings),
            "gallery_months_written": self.gallery,
            "pushed": pushed.collect::<Vec<_>>(),
            "moved": self.moved,
            "needs_you": self.needs,
            "errors": self.errors,
            "idle": self.idle,
            "seconds": self.seconds,
        })
    }
}

/// Names a few of many.
fn some(names: &[String]) -> String {
    let few: Vec<String> = names.iter().take(5).map(|name| shown(name)).collect();
    match names.len().saturating_sub(5) {
        0 => few.join(", "),
        more => format!("{} and {more} more", few.join(", ")),
    }
}

fn section(lines: &mut Vec<String>, what: &[String]) {
    lines.extend(what.iter().take(MOST_LINES).cloned());
    if what.len() > MOST_LINES {
        lines.push(format!("and {} more", what.len() - MOST_LINES));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_fits_a_mail_and_says_what_a_person_has_to_do() {
        let report = SyncReport {
            imports: vec![Imported {
                archives: (0..9).map(|n| format!("a{n}.zip")).collect(),
                added: 3,
                changed: 1,
                failed: 0,
                missing: 0,
            }],
            left: (0..90)
                .map(|n| (format!("{n}\u{1b}.zip"), "why".to_owned()))
                .collect(),
            needs: vec!["x".to_owned()],
            ..SyncReport::default()
        };
        let text = report.text();
        assert!(
            text.starts_with("albumen sync: done, and something needs you\nimported a0.zip"),
            "{text}"
        );
        assert!(
            text.contains("and 4 more: 3 new") && text.contains("and 70 more\n"),
            "{text}"
        );
        assert!(
            text.ends_with("needs you: x\n") && text.lines().count() < 30,
            "{text}"
        );
        assert_eq!(report.outcome(), Outcome::NeedsYou);
        assert_eq!(report.json()["outcome"], "needs_you");
        assert_eq!(SyncReport::default().text(), "albumen sync: nothing new\n");
    }
}
