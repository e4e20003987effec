//! Arguments of `list`.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::SelectionArgs;
use crate::cli::list_format::Template;
use catalog::{Order, SortKey};

/// Heading of the options that say how.
const HOW: &str = "How they are listed";

/// Arguments of `list`.
#[derive(Debug, Default, Args)]
pub struct ListArgs {
    /// Which ones
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// What to sort by; photos and videos without it come last
    #[arg(long, value_name = "KEY", value_parser = sort_key(), default_value = SortKey::Date.as_str(), help_heading = HOW)]
    pub sort: SortKey,
    /// Reverse the order: newest, largest or last first
    #[arg(long, help_heading = HOW)]
    pub reverse: bool,
    /// List at most this many
    #[arg(long, value_name = "COUNT", help_heading = HOW)]
    pub limit: Option<usize>,
    /// Print only the path of each file, for other programs
    #[arg(long, help_heading = HOW, conflicts_with_all = ["json", "csv", "format"])]
    pub paths: bool,
    /// Print each by this template, such as "{path} {taken_at} {description}"; the names are the columns of --csv, and
    /// {file}, {name}, {extension}, {year}, {month}, {day}, {camera}; \t is a tab, \n a line break
    #[arg(long, value_name = "TEMPLATE", value_parser = Template::parse, help_heading = HOW, conflicts_with_all = ["json", "csv"])]
    pub format: Option<Template>,
    /// End each path or line with a zero byte, for `xargs -0`; implies --paths unless --format is given
    #[arg(short = '0', long, help_heading = HOW, conflicts_with_all = ["json", "csv"])]
    pub null: bool,
    /// Print comma-separated values with a header line (RFC 4180)
    #[arg(long, conflicts_with = "json", help_heading = HOW)]
    pub csv: bool,
    /// With --csv: put an apostrophe before text that a spreadsheet would take for a formula (the default)
    #[arg(long, requires = "csv", conflicts_with = "exact", help_heading = HOW)]
    pub safe: bool,
    /// With --csv: write every text exactly as it is, for programs; a spreadsheet may take some for formulas
    #[arg(long, requires = "csv", help_heading = HOW)]
    pub exact: bool,
}

/// Reads a word of [`SortKey`].
fn sort_key() -> impl TypedValueParser<Value = SortKey> {
    let words = SortKey::ALL.map(SortKey::as_str);
    PossibleValuesParser::new(words).map(|word| SortKey::from_word(&word).unwrap_or_default())
}

impl ListArgs {
    /// Returns the order.
    pub fn to_order(&self) -> Order {
        Order {
            key: self.sort,
            reverse: self.reverse,
            limit: self.limit,
        }
    }
}
