//! Times `albumen import` against plain unpackers, and a second import of an archive that is all held.
//!
//! Run by hand: `cargo bench --bench import -- [--quick] [--rounds N] [--case NAME] [--only albumen] [--before PROGRAM] [--dir DIR]`.
//! `--before` names an albumen of another version, which then runs in the same series.
//! As root on Linux every run gets a file system of its own; else new folders (see `ground.rs` for why).

#![allow(unreachable_pub, reason = "nobody uses a benchmark from outside")]

mod cases;
mod ground;
mod runs;
mod table;

#[path = "../shared/options.rs"]
mod options;
#[allow(
    clippy::unwrap_used,
    reason = "the builders of the tests, where a panic is an answer"
)]
#[path = "../../tests/support/mod.rs"]
mod support;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use cases::{Case, cases};
use ground::Ground;
use runs::{Again, Contender, Measured, again, measure};

/// What the command line asks for.
struct Asked {
    quick: bool,
    rounds: usize,
    case: Option<String>,
    only: Option<String>,
    folder: PathBuf,
}

fn main() -> Result<()> {
    let asked = asked()?;
    std::fs::create_dir_all(&asked.folder)?;
    let ground = Ground::prepare(&asked.folder)?;
    println!("{}", ground.describe());
    let contenders = contenders(&asked)?;
    let wanted = |case: &Case| asked.case.as_deref().is_none_or(|name| name == case.name);
    let cases: Vec<Case> = cases(asked.quick).into_iter().filter(wanted).collect();
    if cases.is_empty() {
        bail!("no case of that name; they are in benches/import/cases.rs");
    }
    for case in cases {
        run_case(&case, &asked, &ground, &contenders)?;
    }
    ground.end()
}

fn run_case(case: &Case, asked: &Asked, ground: &Ground, contenders: &[Contender]) -> Result<()> {
    let archive = case.archive(&asked.folder)?;
    let mut measured = vec![Measured::default(); contenders.len()];
    let mut repeated = Vec::new();
    for round in 0..asked.rounds {
        for at in order(contenders.len(), round) {
            let contender = &contenders[at];
            runs::warm(&archive)?;
            let out = ground.fresh(&format!("{}-{round}-{}", case.name, contender.name()))?;
            let run = measure(*contender, &archive, &out, case.items)
                .with_context(|| format!("{} with {}", contender.name(), case.name))?;
            measured[at].push(run);
            if case.repeated && *contender == Contender::Albumen {
                repeated.push(again(&archive, &out)?);
            }
        }
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("\n{} (load now {})", case.describe(), load.trim());
    print!("{}", table::table(contenders, &measured));
    if let (Some(again), Some(first)) = (
        Again::median(&repeated),
        contenders
            .iter()
            .position(|c| *c == Contender::Albumen)
            .map(|index| measured[index].seconds()),
    ) {
        println!("{}", again.describe(first));
    }
    Ok(())
}

/// The places of the contenders in a round: every second round goes backwards.
///
/// One program measured beside itself was 4 % slower where it always ran second.
fn order(contenders: usize, round: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..contenders).collect();
    if round % 2 == 1 {
        places.reverse();
    }
    places
}

fn contenders(asked: &Asked) -> Result<Vec<Contender>> {
    let mut found = Vec::new();
    for contender in Contender::ALL {
        if asked
            .only
            .as_deref()
            .is_some_and(|name| name != contender.name() && contender != Contender::Before)
        {
            continue;
        }
        if contender.is_installed() {
            found.push(contender);
        } else {
            println!("{} is not installed and left out", contender.name());
        }
    }
    if found.is_empty() {
        bail!("nothing to measure");
    }
    Ok(found)
}

fn asked() -> Result<Asked> {
    let mut asked = Asked {
        quick: false,
        rounds: 5,
        case: None,
        only: None,
        folder: PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-import"),
    };
    options::each(|word, value| {
        match word {
            "--quick" => asked.quick = true,
            "--rounds" => asked.rounds = value()?.parse()?,
            "--case" => asked.case = Some(value()?),
            "--only" => asked.only = Some(value()?),
            "--before" => {
                let _ = runs::BEFORE.set(value()?);
            }
            "--dir" => asked.folder = PathBuf::from(value()?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(asked)
}
