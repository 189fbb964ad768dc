//! Work on several threads whose results come in the order of the work.

use std::sync::Mutex;

/// Maps items on several threads, each of which takes the next one; the results come in the order of the items.
pub(crate) fn in_turn<T: Send, R: Send>(items: Vec<T>, workers: usize, map: impl Fn(T) -> R + Sync) -> Vec<R> {
    let queue = Mutex::new(items.into_iter().enumerate());
    let mut made: Vec<(usize, R)> = std::thread::scope(|scope| {
        let work = || {
            let mut mine = Vec::new();
            while let Some((at, item)) = queue.lock().ok().and_then(|mut q| q.next()) {
                mine.push((at, map(item)));
            }
            mine
        };
        let threads: Vec<_> = (0..workers.max(1)).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(joined).collect()
    });
    made.sort_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, result)| result).collect()
}

/// Maps items on several threads, in order; items that yield nothing are left out.
pub(crate) fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    workers: usize,
    map: impl Fn(&T) -> Option<R> + Sync,
) -> Vec<R> {
    let size = items.len().div_ceil(workers.max(1)).max(1);
    let map = &map;
    std::thread::scope(|scope| {
        let threads: Vec<_> = items
            .chunks(size)
            .map(|chunk| scope.spawn(move || chunk.iter().filter_map(map).collect::<Vec<R>>()))
            .collect();
        threads.into_iter().flat_map(joined).collect()
    })
}

/// What a thread made. A panic goes on in the thread that waits: nothing it should have made is missed in silence.
pub(crate) fn joined<R>(thread: std::thread::ScopedJoinHandle<'_, R>) -> R {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
