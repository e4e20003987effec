//! `docs/disaster.md`: every command on the page is run, on what the page is about (issue 14, point 21).

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::compose::takeout_words::ENGLISH;
use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::takeouts;
use crate::support::tree::tree;

/// A home with the library the page speaks of, its copy and its archives.
struct Home {
    env: TestEnv,
    whole: String,
}

impl Home {
    fn make() -> Self {
        let env = TestEnv::new();
        let mut account = super::account();
        account.posts[0].media[1].absent = true;
        let files = compose(&account, Generation::G4, Edition::Json);
        env.zip("Archives/anna.zip", &files);
        env.zip("Archives/google.zip", &takeouts::varied(ENGLISH).files());
        let run = |arguments: &[&str]| {
            let ran = env.run(arguments);
            assert!(matches!(ran.code, Some(0 | 3)), "{arguments:?}: {ran:?}");
        };
        run(&["import", "Archives", "--home-timezone", "Europe/Berlin"]);
        fs::create_dir_all(env.path("media")).expect("made");
        run(&["push", "media/photos"]);
        let whole = tree(&env.path("Pictures/albumen"));
        assert!(whole.lines().count() > 10, "{whole}");
        Self { env, whole }
    }

    fn library(&self) -> std::path::PathBuf {
        self.env.path("Pictures/albumen")
    }

    /// Runs the commands of a section as a person would type them.
    fn run(&self, block: &str) {
        let binary = Path::new(env!("CARGO_BIN_EXE_albumen"));
        let folder = binary.parent().expect("a folder").display();
        let copy = self.env.path("media/photos").display().to_string();
        let script = format!("set -e\n{}", block.replace("/media/disk/photos", &copy));
        let output = Command::new("sh")
            .args(["-c", &script])
            .current_dir(self.env.home())
            .env_clear()
            .env("HOME", self.env.home())
            .env("XDG_PICTURES_DIR", self.env.path("Pictures"))
            .env("PATH", format!("{folder}:/usr/bin:/bin"))
            .output()
            .expect("sh is there");
        assert!(
            output.status.success(),
            "{block}\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// Returns the headings of the page that commands follow, each with its commands.
fn sections() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/disaster.md");
    let page = fs::read_to_string(path).expect("the page");
    let sections = page.split("\n## ").skip(1);
    sections
        .filter_map(|section| {
            let heading = section.lines().next()?.to_owned();
            let (_, rest) = section.split_once("```sh\n")?;
            let (block, _) = rest.split_once("```")?;
            Some((heading, block.to_owned()))
        })
        .collect()
}

#[test]
fn every_command_of_the_page_on_disasters_does_what_it_says() {
    let sections = sections();
    assert_eq!(sections.len(), 5, "{sections:?}");
    for (heading, block) in sections {
        let home = Home::make();
        let library = home.library();
        match heading.as_str() {
            "The disk of the library died, and there is a copy" => {
                fs::remove_dir_all(&library).expect("there");
            }
            "The catalog is damaged or gone" => {
                fs::remove_file(library.join(".albumen/catalog.sqlite")).expect("there");
            }
            "The folder `.albumen` is gone" => {
                fs::remove_dir_all(library.join(".albumen")).expect("there");
            }
            "Files are damaged, and the archives are there" => {
                let name = crate::support::tree::names(&library)
                    .into_iter()
                    .find(|name| name.ends_with(".jpg"))
                    .expect("a photo");
                fs::write(library.join(name), b"damaged").expect("written");
            }
            "Files are damaged, and only the copy is there" => {}
            other => panic!("what is the disaster of {other:?}?"),
        }
        home.run(&block);
        assert_eq!(tree(&library), home.whole, "{heading}");
        // Nothing is left to find, and the archives bring nothing new.
        let ran = home.env.run(&["verify"]);
        assert_eq!(ran.code, Some(0), "{heading}: {ran:?}");
        let ran = home.env.run(&["--json", "import", "Archives"]);
        let report = &ran.json_lines("report")[0];
        assert_eq!(report["assets_added"], 0, "{heading}: {ran:?}");
        assert_eq!(report["assets_changed"], 0, "{heading}: {ran:?}");
        assert_eq!(tree(&library), home.whole, "{heading}");
    }
}
