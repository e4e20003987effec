//! `albumen list`: the assets a query asks for, as a table, JSON lines, CSV, paths or lines of one's own.

use std::path::Path;

use super::args::ListArgs;
use super::error::CliError;
use super::exit::Exit;
use super::json::AssetJson;
use super::library;
use super::list_csv::{self, Formulas};
use super::list_format::Lines;
use super::list_table::Table;
use super::output::{Format, Output};
use catalog::ListedAsset;

/// Runs the command.
pub fn run(args: &ListArgs, library: &Path, out: &Output) -> Result<Exit, CliError> {
    let catalog = library::catalog_to_show(library)?;
    let mut rows = Rows::new(args, library, out)?;
    let mut printing = Ok(());
    let select = args.selection.to_select();
    let listing = catalog.list_in_order(&select, &args.to_order(), &mut |asset| {
        if printing.is_ok() && !out.is_closed() {
            printing = rows.add(&asset);
        }
    });
    listing.map_err(library::catalog_failed(library))?;
    printing?;
    rows.finish()?;
    Ok(Exit::Done)
}

/// The form rows are printed in.
enum Rows<'a> {
    Table(Table<'a>),
    Json(&'a Output),
    Csv(&'a Output, Formulas),
    Lines(Lines<'a>),
}

impl<'a> Rows<'a> {
    fn new(args: &'a ListArgs, library: &'a Path, out: &'a Output) -> Result<Self, CliError> {
        if args.paths || args.null || args.format.is_some() {
            let template = args.format.as_ref();
            return Ok(Self::Lines(Lines::new(out, library, template, args.null)));
        }
        Ok(match (args.csv, out.format()) {
            (true, _) => {
                out.write(list_csv::header().as_bytes())?;
                let formulas = match args.exact {
                    true => Formulas::Exact,
                    false => Formulas::Quoted,
                };
                Self::Csv(out, formulas)
            }
            (false, Format::Json) => Self::Json(out),
            (false, Format::Text) => Self::Table(Table::new(out)),
        })
    }

    fn add(&mut self, asset: &ListedAsset) -> Result<(), CliError> {
        match self {
            Self::Table(table) => table.add(asset),
            Self::Json(out) => out.json(&AssetJson::from(asset)),
            Self::Lines(lines) => lines.add(asset),
            Self::Csv(out, formulas) => out.write(list_csv::row(asset, *formulas).as_bytes()),
        }
    }

    fn finish(self) -> Result<(), CliError> {
        match self {
            Self::Table(table) => table.finish(),
            Self::Json(_) | Self::Csv(..) | Self::Lines(_) => Ok(()),
        }
    }
}

#[cfg(test)]
pub(crate) mod samples {
    //! Assets for the tests of every form.

    use jiff::Timestamp;
    use jiff::civil::datetime;

    use catalog::{ListedAsset, ListedItem};
    use model::asset::{Asset, Group, ItemRef};
    use model::claim::{Claim, Origin};
    use model::content_hash::ContentHash;
    use model::kind::{CompanionRole, Kind};
    use model::record::Location;
    use model::time::When;

    /// Returns an asset of which nothing is known but its bytes.
    pub(crate) fn bare() -> ListedAsset {
        ListedAsset {
            asset: Asset::bare(ContentHash([1; 32]), "a"),
            path: "undated/a.jpg".to_owned(),
            companions: vec![],
            album_titles: vec![],
            items: vec![],
            in_newest_archive: None,
        }
    }

    /// Returns an asset of which much is known.
    pub(crate) fn full() -> ListedAsset {
        let service = || Origin::Record("instagram".to_owned());
        let mut asset = Asset::bare(ContentHash([1; 32]), "a");
        asset.media.duration_ms = Some(12_500);
        asset.taken_at = Some(Claim::new(
            When::zoned(datetime(2023, 7, 14, 18, 3, 22, 0), 7200),
            Origin::Embedded,
        ));
        asset.posted_at = Some(When::utc(Timestamp::constant(1_689_408_000, 0)));
        asset.description = Some(Claim::new("Sea, \"sun\"\nand 🌊".to_owned(), service()));
        asset.location = Location::new(41.89, 12.49).map(|place| Claim::new(place, service()));
        asset.people = vec!["Ben".to_owned(), "Zoë".to_owned()];
        asset.group = Some(Group {
            id: "g1".to_owned(),
            index: 1,
            size: 3,
        });
        ListedAsset {
            items: vec![ListedItem {
                item: ItemRef {
                    provider: "instagram".to_owned(),
                    account: Some("anna".to_owned()),
                    kind: Kind::Post,
                    key: "179".to_owned(),
                },
                entries: vec![("p1.zip".to_owned(), "media/posts/202307/179.jpg".to_owned())],
            }],
            asset,
            path: "2023/07/2023-07-14_18-03-22_179.jpg".to_owned(),
            companions: vec![(CompanionRole::Subtitles, "2023/07/a.srt".to_owned())],
            album_titles: vec!["Rome".to_owned()],
            in_newest_archive: Some(true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::testing::printed;

    fn listed(args: &ListArgs, format: Format) -> String {
        printed(format, |out| {
            let mut rows = Rows::new(args, Path::new("/photos"), out)?;
            rows.add(&samples::full())?;
            rows.add(&samples::bare())?;
            rows.finish()
        })
    }

    #[test]
    fn each_form_has_a_row_for_each_asset() {
        let json = listed(&ListArgs::default(), Format::Json);
        assert_eq!(json.lines().count(), 2);
        assert!(
            json.lines()
                .all(|line| line.starts_with("{\"type\":\"asset\""))
        );
        let csv = ListArgs {
            csv: true,
            ..ListArgs::default()
        };
        let csv = listed(&csv, Format::Text);
        assert_eq!(csv.matches("\r\n").count(), 3, "{csv}");
        let table = listed(&ListArgs::default(), Format::Text);
        assert!(table.contains("2 photos and videos"), "{table}");
    }
}
