//! Shares work on many like things out among threads. The order of answers is that of the things.

use std::num::NonZeroUsize;

/// Returns how many threads to work on: as many as asked for, else one a core.
pub fn or_one_a_core(asked: Option<NonZeroUsize>) -> NonZeroUsize {
    asked
        .or_else(|| std::thread::available_parallelism().ok())
        .unwrap_or(NonZeroUsize::MIN)
}

/// Below this many things a further thread costs more than it saves.
const FEWEST: usize = 16;

/// Asks `work` of each thing, on at most `threads` threads.
pub fn share_out<T: Sync, R: Send>(
    things: &[T],
    threads: NonZeroUsize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let share = things.len().div_ceil(threads.get()).max(FEWEST);
    if things.len() <= share {
        return things.iter().map(work).collect();
    }
    std::thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> = things
            .chunks(share)
            .map(|things| scope.spawn(move || things.iter().map(work).collect::<Vec<R>>()))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn answers_come_in_the_order_of_the_things() {
        for count in [0, 1, FEWEST, FEWEST + 1, 1000] {
            let things: Vec<usize> = (0..count).collect();
            let expected: Vec<usize> = things.iter().map(|n| n * n).collect();
            for threads in [1, 2, 7] {
                let threads = NonZeroUsize::new(threads).unwrap();
                assert_eq!(share_out(&things, threads, |n| n * n), expected);
            }
        }
    }

    #[test]
    fn several_threads_are_used_and_no_more_than_allowed() {
        let things = [(); 1000];
        for threads in [1, 3] {
            let allowed = NonZeroUsize::new(threads).unwrap();
            let used: HashSet<_> = share_out(&things, allowed, |()| std::thread::current().id())
                .into_iter()
                .collect();
            assert_eq!(used.len(), threads);
        }
    }

    #[test]
    fn a_panic_is_passed_on() {
        let things: Vec<u32> = (0..100).collect();
        let caught = std::panic::catch_unwind(|| {
            share_out(&things, NonZeroUsize::new(2).unwrap(), |n| assert!(*n < 60))
        });
        assert!(caught.is_err());
    }
}
