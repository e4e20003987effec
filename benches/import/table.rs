//! Prints what was measured.

use crate::runs::{Contender, Measured};

/// Returns a table: seconds, and how often each is as fast as `unzip` and as the fastest unpacker with `sync`.
pub fn table(contenders: &[Contender], measured: &[Measured]) -> String {
    let mut text = format!(
        "  {:8} {:>8} {:>15} {:>9} {:>8} {:>13} {:>9}\n",
        "", "s", "(min–max)", "s synced", "× unzip", "× best+sync", "peak MiB"
    );
    let unzip = contenders
        .iter()
        .position(|contender| *contender == Contender::Unzip)
        .map_or(f64::NAN, |index| measured[index].seconds());
    let best = contenders
        .iter()
        .zip(measured)
        .filter(|(contender, _)| !contender.is_ours())
        .map(|(_, measured)| measured.synced_seconds())
        .fold(f64::NAN, f64::min);
    for (contender, measured) in contenders.iter().zip(measured) {
        let seconds = measured.seconds();
        // Ours is durable when it ends.
        let durable = match contender.is_ours() {
            true => seconds,
            false => measured.synced_seconds(),
        };
        let (low, high) = measured.spread();
        text += &format!(
            "  {:8} {seconds:8.2} {:>15} {:9.2} {:8.2} {:13.2} {:9.1}\n",
            contender.name(),
            format!("({low:.2}–{high:.2})"),
            measured.synced_seconds(),
            unzip / seconds,
            best / durable,
            measured.peak_mib(),
        );
    }
    let measured_of = |wanted| {
        let at = contenders.iter().position(|found| *found == wanted)?;
        Some(&measured[at])
    };
    if let (Some(before), Some(now)) = (
        measured_of(Contender::Before),
        measured_of(Contender::Albumen),
    ) {
        let (low, high) = now.ratios_spread(before);
        text += &format!(
            "  time beside the version before: {:.3} by the medians; of pairs of one round {:.3} ({low:.3}–{high:.3}) \
             (under 1: faster now)\n",
            now.seconds() / before.seconds(),
            now.ratio(before),
        );
    }
    text
}
