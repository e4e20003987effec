//! A small catalog for the tests of choices and orders.

use model::asset::{Asset, ItemRef};
use model::claim::{Claim, Origin};
use model::content_hash::ContentHash;
use model::kind::Kind;
use model::time::When;

use super::Catalog;

/// Returns an asset of January 2023.
pub(crate) fn asset(n: u8, kind: Kind, account: &str, description: &str) -> Asset {
    let day = jiff::civil::date(2023, 1, n as i8).at(12, 0, 0, 0);
    Asset {
        taken_at: Some(Claim::new(When::wall(day), Origin::Embedded)),
        description: Some(Claim::new(description.into(), Origin::Record("p".into()))),
        items: vec![ItemRef {
            provider: "p".into(),
            account: Some(account.into()),
            kind,
            key: n.to_string(),
        }],
        ..Asset::bare(ContentHash([n; 32]), &format!("IMG_{n}"))
    }
}

/// Returns a catalog of three, each put in twice.
pub(crate) fn filled() -> Catalog {
    let mut catalog = Catalog::in_memory().expect("memory is there");
    catalog
        .in_transaction(|w| {
            for (n, kind, account, text) in [
                (1, Kind::Post, "anna", "Harbour at dusk 100%"),
                (2, Kind::Story, "anna", "東京の夜"),
                (3, Kind::Post, "ben", "CAFÉ \"Roma\""),
            ] {
                let asset = asset(n, kind, account, text);
                let albums = [("k".to_owned(), format!("Album {n}"))];
                w.put_asset(&asset, &format!("{n}.jpg"), [n; 32], &albums)?;
                // A second time: replaced, not doubled.
                w.put_asset(&asset, &format!("{n}.jpg"), [n; 32], &albums)?;
            }
            Ok(())
        })
        .expect("the rows are right");
    catalog
}
