//! Opens galleries in a real browser, from disk, with the network watched. `look.js` drives it.
//!
//! Needs `node`, `chromium` and the packages that `.ci/run` installs into `target/browser`. `ALBUMEN_KEEP_GALLERY=DIR` keeps
//! library and screenshots there, to be looked at.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::env::TestEnv;
use crate::support::galleries;
use crate::support::tools::{self, Tool};

/// A browser and what drives it.
pub struct Driver {
    node: Tool,
    browser: PathBuf,
    modules: PathBuf,
}

impl Driver {
    /// Finds them; `None` means that the test shall end early.
    pub fn find(browser: &str) -> Option<Self> {
        let node = tools::require("node")?;
        let browser = tools::require(browser)?.path().to_owned();
        let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/browser/node_modules");
        tools::require_file(&modules.join("puppeteer-core/package.json"))?;
        Some(Self {
            node,
            browser,
            modules,
        })
    }

    /// Runs the checks of `look.js` named so on a page; it fails with what it found.
    pub fn look(&self, checks: &str, index: &Path, pictures: &Path) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gallery/look.js");
        let output = self
            .node
            .command()
            .arg(script)
            .args([&self.browser, Path::new(checks), index, pictures])
            .env("NODE_PATH", &self.modules)
            .env(
                "HOSTILE",
                serde_json::to_string(&galleries::HOSTILE).expect("JSON"),
            )
            .output()
            .expect("node runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{checks}: {text}\n{errors}");
        text
    }
}

/// Composes the varied library and its gallery; returns the page and a folder for screenshots.
fn gallery(env: &TestEnv) -> (PathBuf, PathBuf) {
    let home = env::var_os("ALBUMEN_KEEP_GALLERY").map_or(env.home().to_owned(), PathBuf::from);
    let library = home.join("library");
    if !library.is_dir() {
        fs::create_dir_all(&home).expect("made");
        galleries::varied(&library);
    }
    let ran = env.run(&["--library", &library.to_string_lossy(), "gallery"]);
    // One picture is damaged, and told.
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stdout.contains("2024/03/broken.jpg"), "{ran:?}");
    let pictures = home.join("screens");
    fs::create_dir_all(&pictures).expect("made");
    (library.join("gallery/index.html"), pictures)
}

#[test]
fn people_look_at_it_in_chromium() {
    let Some(driver) = Driver::find("chromium") else {
        return;
    };
    let env = TestEnv::new();
    let (index, pictures) = gallery(&env);
    let text = driver.look("all", &index, &pictures);
    assert!(text.contains("all is well"), "{text}");
}

#[test]
fn people_look_at_it_in_firefox() {
    let Some(driver) = Driver::find("firefox-esr") else {
        return;
    };
    let env = TestEnv::new();
    let (index, pictures) = gallery(&env);
    let checks = "oldest,searchJapanese,carousel,video,deepLink,views,keyboard,hostile";
    let text = driver.look(checks, &index, &pictures);
    assert!(text.contains("all is well"), "{text}");
}
