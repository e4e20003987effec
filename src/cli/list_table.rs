//! Assets as a table for people.

use super::error::CliError;
use super::json::when_text;
use super::output::Output;
use catalog::ListedAsset;
use model::amount::Count;
use model::shown::shown;

/// Rows whose longest path sets the width of the column: the table need not wait for the last asset.
const ROWS_AT_ONCE: usize = 500;
/// Characters of a description that are shown.
const LONGEST_DESCRIPTION: usize = 60;

/// Prints assets as lines of aligned columns.
pub struct Table<'a> {
    out: &'a Output,
    waiting: Vec<[String; 4]>,
    printed: u64,
}

impl<'a> Table<'a> {
    /// Begins a table.
    pub fn new(out: &'a Output) -> Self {
        Self {
            out,
            waiting: vec![],
            printed: 0,
        }
    }

    /// Adds one asset.
    pub fn add(&mut self, listed: &ListedAsset) -> Result<(), CliError> {
        self.waiting.push(columns(listed));
        if self.waiting.len() < ROWS_AT_ONCE {
            return Ok(());
        }
        self.print()
    }

    /// Prints what is left and the number of assets.
    pub fn finish(mut self) -> Result<(), CliError> {
        self.print()?;
        self.out.line(match self.printed {
            0 => "no matching photos or videos".to_owned(),
            1 => "1 photo or video".to_owned(),
            n => format!("{} photos and videos", Count(n)),
        })
    }

    fn print(&mut self) -> Result<(), CliError> {
        let width = |column: usize| {
            let lengths = self.waiting.iter().map(|row| row[column].chars().count());
            lengths.max().unwrap_or(0)
        };
        let (path, taken, kind) = (width(0), width(1), width(2));
        for [a, b, c, d] in &self.waiting {
            let row = format!("{a:path$}  {b:taken$}  {c:kind$}  {d}");
            self.out.exact_line(row.trim_end())?;
        }
        self.printed += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }
}

fn columns(listed: &ListedAsset) -> [String; 4] {
    let asset = &listed.asset;
    let taken = asset.taken_at.as_ref().map(|claim| when_text(&claim.value));
    let kind = listed.items.iter().map(|listed| listed.item.kind).min();
    let text = asset.description.as_ref().or(asset.title.as_ref());
    [
        shown(&listed.path),
        taken.unwrap_or_else(|| "-".to_owned()),
        kind.map_or("-", |kind| kind.as_str()).to_owned(),
        text.map(|claim| cut(&claim.value)).unwrap_or_default(),
    ]
}

/// Returns the beginning of a text on one line.
fn cut(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = shown(&words.join(" "));
    if line.chars().count() <= LONGEST_DESCRIPTION {
        return line;
    }
    let start: String = line.chars().take(LONGEST_DESCRIPTION - 1).collect();
    format!("{}…", start.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::list::samples;
    use crate::cli::output::Format;
    use crate::cli::output::testing::printed;

    #[test]
    fn columns_are_aligned() {
        let text = printed(Format::Text, |out| {
            let mut table = Table::new(out);
            table.add(&samples::full())?;
            table.add(&samples::bare())?;
            table.finish()
        });
        assert_eq!(
            text,
            "2023/07/2023-07-14_18-03-22_179.jpg  2023-07-14T18:03:22+02:00  post  Sea, \"sun\" and 🌊\n\
             undated/a.jpg                        -                          -\n\
             2 photos and videos\n"
        );
    }

    #[test]
    fn nothing_found_is_said() {
        let text = printed(Format::Text, |out| Table::new(out).finish());
        assert_eq!(text, "no matching photos or videos\n");
    }

    #[test]
    fn many_rows_do_not_wait_for_the_last() {
        let text = printed(Format::Text, |out| {
            let mut table = Table::new(out);
            for _ in 0..ROWS_AT_ONCE {
                table.add(&samples::bare())?;
            }
            assert!(table.waiting.is_empty());
            table.finish()
        });
        assert_eq!(text.lines().count(), ROWS_AT_ONCE + 1);
    }

    #[test]
    fn hostile_and_long_text_is_cut() {
        assert_eq!(cut("a\u{1b}[2Jb\n\nc"), "a\\u001b[2Jb c");
        let long = cut(&"word ".repeat(100));
        assert_eq!(long.chars().count(), LONGEST_DESCRIPTION);
        assert!(long.ends_with('…'));
    }
}
