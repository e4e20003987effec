//! Options of a benchmark: names, some with a value. An unknown one is an error: it would measure something else than was asked for.

use anyhow::{Context, Result, bail};

/// Gives the value of the option at hand.
pub type Value<'a> = &'a mut dyn FnMut() -> Result<String>;

/// Hands each option to `take`, which says whether it knows it.
pub fn each(mut take: impl FnMut(&str, Value<'_>) -> Result<bool>) -> Result<()> {
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || {
            words
                .next()
                .with_context(|| format!("{word} needs a value"))
        };
        // Cargo's own.
        if word != "--bench" && !take(&word, &mut value)? {
            bail!("unknown option {word}");
        }
    }
    Ok(())
}
