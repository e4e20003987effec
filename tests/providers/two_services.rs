//! One picture on two services: the same bytes are one asset that knows what both said, other bytes are two assets.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use model::kind::Kind;
use serde_json::{Value, json};

use super::google_import::{assets, import, report, write_parts};
use crate::support::account::{Account, Medium, Post};
use crate::support::compose::takeout::{Item, Takeout, parts};
use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::expected::hash;
use crate::support::media::bytes_of;
use crate::support::takeouts::plain;

const INSTAGRAM: &str = "in/instagram-anna-2025-04-01-abcdefgh.zip";

/// Writes an Instagram archive with a picture, and a Takeout with these bytes for it and a second picture.
fn write_both(env: &TestEnv, medium: Medium, on_google: Vec<u8>) -> String {
    let post = Post::new(
        Kind::Post,
        "2023-06-12T08:00:00Z",
        "said on Instagram",
        vec![medium],
    );
    let account = Account::of("anna", vec![post]);
    env.zip(INSTAGRAM, &compose(&account, Generation::G4, Edition::Json));
    let mut item = Item::new("DSC_1.jpg", on_google, "2023-06-10T16:03:22Z");
    item.description = "said on Google".into();
    let other = Item::new("DSC_2.jpg", plain(78), "2023-06-10T16:04:22Z");
    let takeout = Takeout::of(vec![item, other], vec![]);
    write_parts(env, &takeout, &parts(&takeout, &takeout.files(), 1, 1)).remove(0)
}

fn providers(asset: &Value) -> Vec<&str> {
    let items = asset["items"].as_array().unwrap();
    let mut found: Vec<&str> = items
        .iter()
        .map(|item| item["provider"].as_str().unwrap())
        .collect();
    found.sort_unstable();
    found
}

fn sidecar(env: &TestEnv, asset: &Value) -> String {
    let path = format!("lib/{}.xmp", asset["path"].as_str().unwrap());
    std::fs::read_to_string(env.path(&path)).unwrap()
}

/// Both orders one after the other come to the library of both together.
fn in_any_order(env: &TestEnv, google: &str) {
    for (library, order) in [("a", [google, INSTAGRAM]), ("b", [INSTAGRAM, google])] {
        for path in order {
            import(env, library, &[path]);
        }
        assert_eq!(env.tree(library), env.tree("lib"), "{order:?}");
    }
}

#[test]
fn the_same_bytes_on_instagram_and_google_are_one_asset() {
    let env = TestEnv::new();
    let medium = Medium::jpeg(77);
    let bytes = bytes_of(&medium);
    let google = write_both(&env, medium, bytes.clone());
    let report = report(&import(&env, "lib", &["in"]));
    assert_eq!(report["assets_added"], json!(2));
    assert_eq!(report["outcomes"]["duplicate"], json!(1), "{report}");
    let found = assets(&env, "lib");
    assert_eq!(found.len(), 2);
    let asset = &found[&hash(&bytes).to_string()];
    assert_eq!(providers(asset), ["google-photos", "instagram"]);
    assert_eq!(asset["taken_at"]["origin"], json!("record:google-photos"));
    // Google had it a day before Instagram.
    assert_eq!(asset["posted_at"], json!("2023-06-11T16:03:22Z"));
    // One caption wins and says where it is from; the sidecar keeps both, each with its service.
    let winner = asset["origins"]["description"].as_str().unwrap();
    let (won, lost) = match winner {
        "record:google-photos" => ("said on Google", ("said on Instagram", "instagram")),
        "record:instagram" => ("said on Instagram", ("said on Google", "google-photos")),
        other => panic!("{other}"),
    };
    assert_eq!(asset["description"], json!(won));
    let sidecar = sidecar(&env, asset);
    let record = sidecar
        .split("<rdf:li")
        .find(|record| record.contains(lost.0))
        .unwrap_or_else(|| panic!("{} is lost: {sidecar}", lost.0));
    assert!(
        record.contains(&format!("&quot;provider&quot;:&quot;{}&quot;", lost.1))
            || record.contains(&format!("\"provider\":\"{}\"", lost.1)),
        "{record}"
    );
    assert!(sidecar.contains(won));
    in_any_order(&env, &google);
}

#[test]
fn other_bytes_of_one_picture_are_two_assets() {
    let env = TestEnv::new();
    let medium = Medium::jpeg(77);
    let posted = bytes_of(&medium);
    let original = plain(79);
    let google = write_both(&env, medium, original.clone());
    let report = report(&import(&env, "lib", &["in"]));
    assert_eq!(report["assets_added"], json!(3));
    assert_eq!(report["outcomes"]["duplicate"], json!(0), "{report}");
    let found = assets(&env, "lib");
    assert_eq!(found.len(), 3);
    for (bytes, provider, words, others_words) in [
        (&posted, "instagram", "said on Instagram", "said on Google"),
        (
            &original,
            "google-photos",
            "said on Google",
            "said on Instagram",
        ),
    ] {
        let asset = &found[&hash(bytes).to_string()];
        assert_eq!(providers(asset), [provider]);
        assert_eq!(asset["description"], json!(words));
        assert_eq!(
            asset["origins"]["description"],
            json!(format!("record:{provider}"))
        );
        assert!(!sidecar(&env, asset).contains(others_words), "{provider}");
    }
    in_any_order(&env, &google);
}
