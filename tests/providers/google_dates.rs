//! Dates of Google Takeouts: Google's instant, the camera's wall clock, places, neighbours, names of files, corrections.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use demo::media::{Picture, jpeg};
use jiff::civil::datetime;
use serde_json::{Value, json};

use super::google_import::{assets, import, write_parts};
use crate::support::compose::takeout::{Item, Takeout, parts};
use crate::support::env::TestEnv;
use crate::support::expected::hash;
use crate::support::takeouts::{at, plain, silent};

/// An item and what its date must come to: local time, offset, origin of the date, origin of the offset.
struct Row {
    item: Item,
    local: Value,
    offset: Value,
    origin: &'static str,
    offset_origin: Value,
}

fn row(item: Item, local: &str, offset: &str, origin: &'static str, offset_origin: &str) -> Row {
    let said = |text: &str| match text {
        "" => Value::Null,
        text => json!(text),
    };
    Row {
        item,
        local: said(local),
        offset: said(offset),
        origin,
        offset_origin: said(offset_origin),
    }
}

fn pixel(seed: u64, taken: Option<(jiff::civil::DateTime, i32)>) -> Vec<u8> {
    jpeg(&Picture {
        make: Some("Google".into()),
        model: Some("Pixel 7".into()),
        taken: taken.map(|(local, _)| local),
        offset_s: taken.map(|(_, offset)| offset),
        ..silent(seed)
    })
}

fn undated(title: &str, seed: u64) -> Item {
    Item {
        taken: None,
        created: 1_700_000_000,
        ..Item::new(title, plain(seed), "2023-11-14T22:13:20Z")
    }
}

fn rows() -> Vec<Row> {
    const RECORD: &str = "record:google-photos";
    let placed = |item: Item, place| Item {
        place: Some(place),
        ..item
    };
    vec![
        // The camera's clock has no zone, Google's instant has: their difference is one.
        row(
            Item::new(
                "a.jpg",
                at(1, datetime(2023, 6, 10, 18, 3, 22, 0)),
                "2023-06-10T16:03:22Z",
            ),
            "2023-06-10T18:03:22",
            "+02:00",
            "embedded",
            "compared",
        ),
        // Nepal: zones are quarter hours.
        row(
            Item::new(
                "b.jpg",
                at(2, datetime(2023, 6, 10, 21, 48, 22, 0)),
                "2023-06-10T16:03:22Z",
            ),
            "2023-06-10T21:48:22",
            "+05:45",
            "embedded",
            "compared",
        ),
        // Two hours and twenty minutes are nobody's zone in Tokyo: its owner set the date right.
        row(
            placed(
                Item::new(
                    "c.jpg",
                    at(3, datetime(2023, 6, 10, 18, 23, 22, 0)),
                    "2023-06-10T16:03:22Z",
                ),
                (35.68, 139.76),
            ),
            "2023-06-11T01:03:22",
            "+09:00",
            "corrected:google-photos",
            "position",
        ),
        // A clock without zone that Google took for UTC: no evidence of +00:00, and the place decides.
        row(
            placed(
                Item::new(
                    "c2.jpg",
                    at(33, datetime(2023, 7, 14, 18, 3, 22, 0)),
                    "2023-07-14T18:03:22Z",
                ),
                (52.52, 13.4),
            ),
            "2023-07-14T18:03:22",
            "+02:00",
            "embedded",
            "position",
        ),
        // Nor without a place: the home zone decides.
        row(
            Item::new(
                "c3.jpg",
                at(34, datetime(2023, 7, 14, 18, 3, 22, 0)),
                "2023-07-14T18:03:22Z",
            ),
            "2023-07-14T18:03:22",
            "+02:00",
            "embedded",
            "home",
        ),
        // Summer time was forgotten in Berlin, and set right.
        row(
            placed(
                Item::new(
                    "c4.jpg",
                    at(35, datetime(2023, 7, 14, 18, 3, 22, 0)),
                    "2023-07-14T17:03:22Z",
                ),
                (52.52, 13.4),
            ),
            "2023-07-14T19:03:22",
            "+02:00",
            "corrected:google-photos",
            "position",
        ),
        // Nothing in the file: Google's instant, in the zone of the place.
        row(
            placed(
                Item::new("d.jpg", plain(4), "2023-06-10T16:03:22Z"),
                (35.68, 139.76),
            ),
            "2023-06-11T01:03:22",
            "+09:00",
            RECORD,
            "position",
        ),
        // Two pictures of one phone, an hour apart.
        row(
            Item::new(
                "e.jpg",
                pixel(5, Some((datetime(2022, 1, 5, 9, 0, 0, 0), -5 * 3600))),
                "2022-01-05T14:00:00Z",
            ),
            "2022-01-05T09:00:00",
            "-05:00",
            "embedded",
            "embedded",
        ),
        row(
            Item::new("f.jpg", pixel(6, None), "2022-01-05T15:00:00Z"),
            "2022-01-05T10:00:00",
            "-05:00",
            RECORD,
            "neighbour",
        ),
        // Nothing at all but the home zone.
        row(
            Item::new("g.jpg", plain(7), "2023-01-10T16:03:22Z"),
            "2023-01-10T17:03:22",
            "+01:00",
            RECORD,
            "home",
        ),
        // The camera's date was years off, and its owner corrected it on the service.
        row(
            Item::new(
                "h.jpg",
                at(8, datetime(2000, 1, 1, 0, 0, 5, 0)),
                "2012-08-03T10:00:00Z",
            ),
            "2012-08-03T12:00:00",
            "+02:00",
            "corrected:google-photos",
            "home",
        ),
        // Google knew only when it was uploaded: no correction.
        row(
            Item {
                created: 1_343_988_030,
                ..Item::new(
                    "i.jpg",
                    at(9, datetime(2001, 2, 3, 4, 5, 6, 0)),
                    "2012-08-03T10:00:00Z",
                )
            },
            "2001-02-03T04:05:06",
            "+01:00",
            "embedded",
            "home",
        ),
        // Google knows nothing; the name tells.
        row(
            undated("IMG_20180722_120942.jpg", 10),
            "2018-07-22T12:09:42",
            "+02:00",
            "file_name",
            "home",
        ),
        row(
            undated("IMG-20150125-WA0003.jpg", 11),
            "2015-01-25",
            "",
            "file_name",
            "",
        ),
        // The name's wall clock gives Google's instant its zone.
        row(
            Item::new("IMG_20180722_070942.jpg", plain(12), "2018-07-22T12:09:42Z"),
            "2018-07-22T07:09:42",
            "-05:00",
            RECORD,
            "compared",
        ),
        // Nobody knows but the year folder: the time of upload is none of capture.
        row(undated("x.jpg", 13), "2023", "", "folder:google-photos", ""),
    ]
}

#[test]
fn dates_come_from_the_best_witness_with_their_offset() {
    let env = TestEnv::new();
    let rows = rows();
    let items = rows.iter().map(|row| row.item.clone()).collect();
    let takeout = Takeout::of(items, vec![]);
    write_parts(&env, &takeout, &parts(&takeout, &takeout.files(), 3, 1));
    import(&env, "lib", &["--home-timezone", "Europe/Rome", "in"]);
    let found = assets(&env, "lib");
    for row in rows {
        let asset = &found[&hash(&row.item.bytes).to_string()];
        let taken = &asset["taken_at"];
        let told = [
            &taken["local"],
            &taken["offset"],
            &taken["origin"],
            &asset["origins"]["offset"],
        ];
        let expected = [
            &row.local,
            &row.offset,
            &json!(row.origin),
            &row.offset_origin,
        ];
        assert_eq!(told, expected, "{}", row.item.title);
        let path = asset["path"].as_str().unwrap();
        let local = row.local.as_str().unwrap();
        let folder = local.get(..7).unwrap_or(local).replace('-', "/");
        assert!(path.starts_with(&format!("{folder}/")), "{path}");
    }
    let corrected = found
        .values()
        .filter(|asset| asset["taken_at"]["origin"] == json!("corrected:google-photos"));
    for asset in corrected {
        let lost = &asset["losing"]["taken_at"][0];
        assert_eq!(lost["origin"], json!("embedded"), "{asset}");
    }
}

#[test]
fn a_year_is_a_folder_a_partial_date_and_comes_back_after_rebuild() {
    let env = TestEnv::new();
    let item = undated("x.jpg", 13);
    let takeout = Takeout::of(vec![item.clone()], vec![]);
    write_parts(&env, &takeout, &parts(&takeout, &takeout.files(), 1, 1));
    import(&env, "lib", &["in"]);
    let found = assets(&env, "lib");
    let asset = &found[&hash(&item.bytes).to_string()];
    assert_eq!(asset["path"], json!("2023/2023_x.jpg"));
    assert_eq!(asset["taken_at"]["precision"], json!("year"));
    assert_eq!(asset["posted_at"], json!("2023-11-14T22:13:20Z"));
    let sidecar = std::fs::read_to_string(env.path("lib").join("2023/2023_x.jpg.xmp")).unwrap();
    for tag in ["photoshop:DateCreated", "exif:DateTimeOriginal"] {
        assert!(
            sidecar.contains(&format!("<{tag}>2023</{tag}>")),
            "{sidecar}"
        );
    }
    let tree = env.tree("lib");
    std::fs::remove_file(env.path("lib").join(".albumen/catalog.sqlite")).unwrap();
    let ran = env.run_on("lib", &["rebuild"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(env.tree("lib"), tree);
    assert_eq!(env.run_on("lib", &["verify"]).code, Some(0));
    assert_eq!(env.run_on("lib", &["gallery"]).code, Some(0));
}
