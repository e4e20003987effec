//! Private things never become facts (issue 13, point 11): no file that goes with a library holds a network address.

use std::fs;
use std::net::IpAddr;
use std::path::Path;

use crate::builders::every_composition;
use crate::support::compose::snapchat::{self, Links};
use crate::support::compose::takeout_words::ENGLISH;
use crate::support::compose::{Edition, Files, compose, facebook};
use crate::support::env::TestEnv;
use crate::support::samples::varied;
use crate::support::takeouts;

use super::imported;

/// Puts upload addresses into every record file, in each markup Meta's services were seen to use.
fn with_addresses(files: &Files) -> Files {
    let mut files = files.clone();
    for (path, bytes) in &mut files {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let changed = match path.rsplit('.').next() {
            Some("json") => text
                .replace("\"path\":", "\"upload_ip\":\"192.0.2.7\",\"place\":\"IP: 192.0.2.8\",\"path\":")
                .replace("\"uri\":", "\"upload_ip\":\"192.0.2.1\",\"Adresse\":\"2001:db8::1\",\"note\":\"Upload IP address: 192.0.2.2\",\"uri\":")
                .replace("\"exif_data\":[{", "\"exif_data\":[{\"upload_ip\":\"192.0.2.3\",\"ip_address\":\"192.0.2.4\","),
            Some("html") => text
                .replace("</table>", "<tr><td colspan=\"2\" class=\"_2pin _a6_q\">Upload IP address<div><div>192.0.2.5</div></div></td></tr></table>")
                .replace("<table", "<ul><li class=\"_tqp\">Subir dirección IP: 2001:db8::2</li></ul><table")
                .replace("<div></div></div>", "<div>上傳 IP 位址：192.0.2.6</div></div>"),
            _ => continue,
        };
        *bytes = changed.into_bytes();
    }
    files
}

/// Returns the network addresses in the text files of a library.
fn addresses(library: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![library.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                if entry.file_name() != ".albumen" {
                    folders.push(path);
                }
                continue;
            }
            let is_text = path.extension().is_some_and(|e| e == "xmp" || e == "json");
            if !is_text {
                continue;
            }
            let text = fs::read_to_string(&path).expect("UTF-8");
            let tokens = text.split(|c: char| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':')));
            // A colon before a word is punctuation.
            let is_address = |token: &&str| {
                let token = token.trim_matches(':').trim_matches('.');
                token.len() > 3 && token.parse::<IpAddr>().is_ok()
            };
            found.extend(
                tokens
                    .filter(is_address)
                    .map(|token| format!("{}: {token}", path.display())),
            );
        }
    }
    found
}

fn import_files(name: &str, files: &Files) -> TestEnv {
    let env = TestEnv::new();
    let archive = env.zip(name, files);
    imported(&env.path("l"), &[archive]);
    env
}

#[test]
fn no_sidecar_of_any_composed_archive_holds_a_network_address() {
    let mut archives: Vec<(String, String, Files)> = Vec::new();
    for (generation, edition) in every_composition() {
        // One language of pages is enough: labels are never asked.
        if let Edition::Html(language) = edition
            && language as usize > 1
        {
            continue;
        }
        let files = compose(&varied(), generation, edition);
        let name = "instagram-anna.muster-2025-04-01-abcdefgh.zip".to_owned();
        archives.push((format!("instagram {generation:?} {edition:?}"), name, files));
    }
    for generation in facebook::GENERATIONS {
        for html in [false, true] {
            let files = facebook::compose(generation, html);
            let name = "facebook-anna-2024-05-01-Ab3dEf9h.zip".to_owned();
            archives.push((format!("facebook {generation:?} html {html}"), name, files));
        }
    }
    for (what, name, files) in archives {
        let changed = with_addresses(&files);
        // Facebook's pages as composed here have no place for one; tests/providers/facebook_whole.rs looks at pages that do.
        assert!(
            changed != files || what.ends_with("html true"),
            "{what}: nothing to be found"
        );
        let env = import_files(&name, &changed);
        let found = addresses(&env.path("l"));
        assert!(found.is_empty(), "{what}: {found:?}");
    }
    for (name, files) in others() {
        let found = addresses(&import_files(name, &files).path("l"));
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}

/// Archives of services that write no such addresses, as they are.
fn others() -> Vec<(&'static str, Files)> {
    let mut all = vec![(
        "takeout-20250401T080000Z-001.zip",
        takeouts::varied(ENGLISH).files(),
    )];
    for html in [false, true] {
        let memories = snapchat::varied();
        let mut files =
            snapchat::records(&memories, Links::None, "https://app.snapchat.example", html);
        let media = snapchat::media(&memories).into_iter();
        files.extend(media.map(|(path, bytes, _)| (path, bytes)));
        all.push(("mydata~1700000000000.zip", files));
    }
    all
}
