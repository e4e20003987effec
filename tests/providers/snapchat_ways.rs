//! Random memories in random archives: whatever the order and company in which parts come, it is the same library.

use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert_eq, proptest};
use proptest::sample::select;

use crate::support::compose::Files;
use crate::support::compose::snapchat::{Links, Memory, media, part, records};
use crate::support::env::TestEnv;

/// Few seconds and few days, so that several memories share one.
const TIMES: &[&str] = &[
    "2021-07-02T10:00:05Z",
    "2021-07-02T10:00:06Z",
    "2021-07-02T18:00:00Z",
    "2021-07-03T00:00:00Z",
    "2022-01-01T12:00:00Z",
];

/// Two of them are one place.
const PLACES: &[(f64, f64)] = &[(48.39, -4.486), (48.391, -4.487), (59.36, 17.96)];

fn arb_memory() -> impl Strategy<Value = Memory> {
    let place = option::of(select(PLACES));
    (select(TIMES), 0u64..12, any::<bool>(), any::<bool>(), place).prop_map(
        |(at, seed, film, overlay, place)| Memory {
            film,
            overlay,
            place,
            ..Memory::photo(seed, at)
        },
    )
}

/// What becomes of a file in an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Timed,
    /// Packed again: the time of its entry is another day's.
    Untimed,
    Missing,
}

fn arb_fate() -> impl Strategy<Value = Fate> {
    select(vec![Fate::Timed, Fate::Timed, Fate::Untimed, Fate::Missing])
}

/// The parts of an old archive with links, of a new one without, and of media.
fn parts(env: &TestEnv, memories: &[Memory], fates: &[Fate], html: bool) -> Vec<PathBuf> {
    let mut held: Vec<(String, Vec<u8>, i64)> = Vec::new();
    for ((path, bytes, at), fate) in media(memories).into_iter().zip(fates.iter().cycle()) {
        match fate {
            Fate::Timed => held.push((path, bytes, at)),
            Fate::Untimed => held.push((path, bytes, at + 40 * 86_400)),
            Fate::Missing => {}
        }
    }
    held.sort();
    held.dedup_by(|a, b| a.0 == b.0);
    let (one, two) = held.split_at(held.len() / 2);
    let old = records(
        &memories[..memories.len() / 2 + 1],
        Links::Both,
        "https://h",
        html,
    );
    let new = records(memories, Links::None, "https://h", false);
    let mut all = vec![
        env.write("z/mydata~1600000000000.zip", &part(&old, &[])),
        env.write("z/mydata~1700000000000.zip", &part(&new, &[])),
    ];
    for (number, media) in [(2, one), (3, two)] {
        if !media.is_empty() {
            let path = format!("z/mydata~1700000000000-{number}.zip");
            all.push(env.write(&path, &part(&Files::new(), media)));
        }
    }
    all
}

fn import(env: &TestEnv, library: &str, paths: &[&Path]) {
    let mut arguments = vec!["import"];
    arguments.extend(paths.iter().map(|path| path.to_str().expect("UTF-8")));
    let ran = env.run_on(library, &arguments);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
}

fn config() -> ProptestConfig {
    let mut config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 12;
    }
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn order_and_company_of_parts_do_not_matter(
        memories in vec(arb_memory(), 1..10),
        fates in vec(arb_fate(), 1..12),
        html in any::<bool>(),
        order in Just(vec![0usize, 1, 2, 3]).prop_shuffle(),
    ) {
        let env = TestEnv::new();
        let parts = parts(&env, &memories, &fates, html);
        let all: Vec<&Path> = parts.iter().map(PathBuf::as_path).collect();
        import(&env, "together", &all);
        let order: Vec<usize> = order.into_iter().filter(|at| *at < parts.len()).collect();
        for at in &order {
            import(&env, "one-by-one", &[&parts[*at]]);
        }
        prop_assert_eq!(env.tree("one-by-one"), env.tree("together"), "{:?}", order);
        // The first half of the parts again, together with the last.
        import(&env, "one-by-one", &all[..2]);
        prop_assert_eq!(env.tree("one-by-one"), env.tree("together"));
        prop_assert_eq!(env.run_on("together", &["verify"]).code, Some(0));
    }
}
