//! A real shell completes command lines, with what stands in the library.

use std::process::Command;

use crate::support::env::TestEnv;
use crate::support::tools;
use crate::support::whole::worlds;

/// Completes a line in bash, as pressing the tab key at its end does, and returns what is offered.
fn offered(env: &TestEnv, line: &str) -> Option<String> {
    let bash = tools::require("bash")?;
    let script = r#"
        source <(albumen completions bash)
        COMP_WORDS=($1)
        case "$1" in *" ") COMP_WORDS+=("");; esac
        COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
        COMP_TYPE=9
        _clap_complete_albumen albumen "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let program = env!("CARGO_BIN_EXE_albumen");
    let folder = std::path::Path::new(program).parent().expect("a folder");
    let output = Command::new(bash.path())
        .args(["-c", script, "bash", line])
        .env_clear()
        .env("HOME", env.home())
        .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
        .env("ALBUMEN_LIBRARY", env.path("library"))
        .output()
        .expect("bash runs");
    assert!(output.stderr.is_empty(), "{output:?}");
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn bash_offers_commands_options_and_what_stands_in_the_library() {
    let env = TestEnv::new();
    let named = |name: &str| {
        let world = worlds().into_iter().find(|world| world.name == name);
        world.unwrap_or_else(|| panic!("no world is called {name}"))
    };
    let mut import = vec!["import".to_owned()];
    for part in named("google in 3")
        .parts
        .iter()
        .chain(&named("instagram G5 Json").parts)
    {
        env.write(&part.name, &part.packed());
        import.push(part.name.clone());
    }
    let words: Vec<&str> = import.iter().map(String::as_str).collect();
    assert!(matches!(env.run_on("library", &words).code, Some(0 | 3)));
    for (line, expected) in [
        ("albumen cert", "certify"),
        ("albumen import --dry", "--dry-run"),
        ("albumen list --album Ro", "Rome 2023"),
        ("albumen certify an", "anna"),
        ("albumen undo ", "1"),
        ("albumen list --kind st", "story"),
        ("albumen list --provider goo", "google-photos"),
    ] {
        let Some(offered) = offered(&env, line) else {
            return;
        };
        let found = offered
            .lines()
            .any(|word| word.replace('\\', "") == expected);
        assert!(found, "{line}: {offered:?}");
    }
    // Where there is no library nothing is offered, and nothing is said.
    std::fs::remove_dir_all(env.path("library")).expect("our own folder");
    if let Some(offered) = offered(&env, "albumen list --album Ro") {
        assert_eq!(offered.trim(), "");
    }
}
