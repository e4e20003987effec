//! Holds the documents against the program.

mod asking;
mod lines;
mod pictures;
mod settings;
#[cfg(target_os = "linux")]
mod transcripts;

use std::fs;
use std::path::{Path, PathBuf};

use albumen::cli::args::Cli;
use albumen::cli::exit::Exit;
use albumen::cli::reference;
use clap::{CommandFactory, Parser};
use provider::PROVIDERS;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Returns the README and every document below `docs/`.
fn documents() -> Vec<PathBuf> {
    fn below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                below(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    let mut found = vec![root().join("README.md")];
    below(&root().join("docs"), &mut found);
    found
}

/// Returns the albumen command lines in the code blocks of a document.
fn command_lines(text: &str) -> Vec<String> {
    let blocks = text.split("\n```").skip(1).step_by(2);
    blocks
        .flat_map(|block| {
            // Among what commands say, only what follows the prompt was typed.
            let prompt = if block.starts_with("console") {
                "$ "
            } else {
                ""
            };
            block.lines().filter(move |line| line.starts_with(prompt))
        })
        .map(|line| line.trim().trim_start_matches("$ "))
        .filter_map(|line| {
            let own = line.strip_prefix("albumen ");
            own.or_else(|| line.strip_prefix("cargo run --release -- "))
        })
        .map(|line| {
            line.split(['|', '>', '#', ';'])
                .next()
                .unwrap_or(line)
                .trim()
                .to_owned()
        })
        .collect()
}

/// Returns the targets of a document's links to files.
fn links(text: &str) -> Vec<String> {
    text.match_indices("](")
        .filter_map(|(at, _)| text[at + 2..].split([')', '#', ' ']).next())
        .filter(|target| {
            !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:")
        })
        .map(str::to_owned)
        .collect()
}

/// Whoever follows a photo through the code must find each file that is named.
#[test]
fn files_named_in_the_guides_are_there() {
    for document in [
        "docs/architecture.md",
        "docs/adding-a-provider.md",
        "docs/adding-a-destination.md",
    ] {
        let text = read(document);
        let named = text.split('`').skip(1).step_by(2);
        let paths: Vec<&str> = named
            .filter(|word| {
                ["src/", "tests/", "docs/"]
                    .iter()
                    .any(|root| word.starts_with(root))
            })
            .filter(|word| !word.contains("NAME"))
            .collect();
        assert!(paths.len() > 3, "{document} names no files");
        for path in paths {
            assert!(root().join(path).exists(), "{document}: {path}");
        }
    }
}

#[test]
fn the_command_line_document_is_made_from_the_definition() {
    let wanted = reference::markdown();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(root().join("docs/cli.md"), &wanted).expect("written");
    }
    let found = read("docs/cli.md");
    assert!(
        found == wanted,
        "docs/cli.md is out of date; run: UPDATE_DOCS=1 cargo test --test main docs\n\n{wanted}"
    );
}

#[test]
fn every_command_and_option_is_documented() {
    let text = read("docs/cli.md");
    let mut cli = Cli::command();
    cli.build();
    for command in cli
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
    {
        assert!(
            text.contains(&format!("## `albumen {}`", command.get_name())),
            "{}",
            command.get_name()
        );
        for arg in command.get_arguments().filter(|arg| arg.get_id() != "help") {
            let usage = reference::usage(arg);
            assert!(
                text.contains(&format!("| `{usage}` |")),
                "{}: {usage}",
                command.get_name()
            );
            assert!(
                arg.get_help().is_some(),
                "{}: {usage} has no help",
                command.get_name()
            );
        }
    }
}

#[test]
fn every_exit_code_is_documented() {
    let text = read("docs/scripting.md");
    for (exit, meaning) in Exit::ALL {
        let row = format!("| {} | {meaning} |", exit.code());
        assert!(text.contains(&row), "docs/scripting.md lacks: {row}");
    }
}

#[test]
fn every_command_shown_is_understood() {
    let mut lines = 0;
    for document in documents() {
        for line in command_lines(&fs::read_to_string(&document).expect("readable")) {
            lines += 1;
            let words = std::iter::once("albumen").chain(line.split_whitespace());
            if let Err(error) = Cli::try_parse_from(words)
                && error.use_stderr()
            {
                panic!("{}: `albumen {line}`: {error}", document.display());
            }
        }
    }
    assert!(lines >= 5, "only {lines} command lines were found");
}

#[test]
fn every_provider_is_documented() {
    let readme = read("README.md");
    for provider in PROVIDERS {
        let name = provider.about().name;
        let file = format!("docs/providers/{name}.md");
        assert!(root().join(&file).is_file(), "{file} is missing");
        assert!(
            readme.contains(&format!("({file})")),
            "README.md does not name {file}"
        );
    }
}

#[test]
fn every_link_leads_somewhere() {
    for document in documents() {
        let folder = document.parent().expect("it has one");
        for link in links(&fs::read_to_string(&document).expect("readable")) {
            assert!(
                folder.join(&link).exists(),
                "{}: {link}",
                document.display()
            );
        }
    }
}

#[test]
fn command_lines_and_links_are_found() {
    let text = "albumen gets\n```sh\n$ albumen list --csv > a.csv\ncargo run --release -- demo\n```\nalbumenx [a](b.md#c) [d](https://e) [f](#g)";
    assert_eq!(command_lines(text), ["list --csv", "demo"]);
    assert_eq!(links(text), ["b.md"]);
}

/// Each situation of the certificate is held by a test of that name.
#[test]
fn every_situation_of_the_certificate_names_its_test() {
    fn sources(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).expect("there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                sources(&path, text);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text.push_str(&fs::read_to_string(&path).expect("readable"));
            }
        }
    }
    let mut code = String::new();
    sources(&root().join("src"), &mut code);
    sources(&root().join("tests"), &mut code);
    let text = read("docs/certificate.md");
    let table = text.split("## Situations").nth(1).expect("the table");
    let table = table.split("\n## ").next().unwrap_or(table);
    let rows = table.lines().filter(|line| line.starts_with("| "));
    let names: Vec<&str> = rows
        .filter_map(|row| row.rsplit('`').nth(1))
        .filter(|name| !name.contains(' '))
        .collect();
    assert!(names.len() >= 20, "{names:?}");
    for name in names {
        assert!(code.contains(&format!("fn {name}()")), "no test {name}");
    }
}
