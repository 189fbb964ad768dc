//! Work shared among threads, its results in the order of the work.

use std::sync::Mutex;
use std::thread;

use crate::SynthError;

/// Threads to use.
pub(crate) fn workers() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(8)
}

/// Applies `each` to every item on all processors; results come in the order of the items.
///
/// # Errors
/// The first error of the items' order; [`SynthError::Worker`] where a thread ended unexpectedly.
pub(crate) fn spread<T: Send, R: Send>(
    items: Vec<T>,
    each: impl Fn(usize, T) -> Result<R, SynthError> + Sync,
) -> Result<Vec<R>, SynthError> {
    let queue = Mutex::new(items.into_iter().enumerate());
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let run = || -> Result<(), SynthError> {
            loop {
                let next = queue.lock().map_err(|_| SynthError::Worker)?.next();
                let Some((index, item)) = next else { return Ok(()) };
                let result = each(index, item);
                done.lock().map_err(|_| SynthError::Worker)?.push((index, result));
            }
        };
        let threads: Vec<_> = (0..workers()).map(|_| scope.spawn(run)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| SynthError::Worker)?)
    })?;
    let mut results = done.into_inner().map_err(|_| SynthError::Worker)?;
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::spread;
    use crate::SynthError;

    #[test]
    fn results_keep_the_order_of_the_items() {
        let squares = spread((0..1000_u64).collect(), |_, item| Ok(item * item)).unwrap();
        assert!(squares.iter().zip(0_u64..).all(|(square, item)| *square == item * item));
    }

    #[test]
    fn the_first_error_is_handed_on() {
        let result = spread(vec![1, 2, 3], |_, item| match item {
            1 => Ok(()),
            2 => Err(SynthError::Data("two")),
            _ => Err(SynthError::Data("three")),
        });
        assert!(matches!(result, Err(SynthError::Data("two"))));
    }
}
