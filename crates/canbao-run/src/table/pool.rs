//! The few threads that encode for all tables of a run.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

type Task = Box<dyn FnOnce() + Send>;

/// Worker threads and the queue before them. The queue is bounded by who fills it: a table has at most a
/// fixed number of row groups on their way.
pub(crate) struct Pool {
    queue: Arc<Queue>,
    workers: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    tasks: VecDeque<Task>,
    over: bool,
}

impl Pool {
    /// Starts `threads` workers, at least one. Where the system gives none, tasks run where they are handed in.
    pub(crate) fn new(threads: usize) -> Self {
        let queue = Arc::new(Queue::default());
        let workers = (0..threads.max(1))
            .map_while(|n| {
                let queue = Arc::clone(&queue);
                std::thread::Builder::new().name(format!("encode-{n}")).spawn(move || queue.work()).ok()
            })
            .collect();
        Self { queue, workers }
    }

    /// Hands in a task. A task that panics ends itself only; who waits for its answer sees that none comes.
    pub(crate) fn run(&self, task: impl FnOnce() + Send + 'static) {
        if self.workers.is_empty() {
            task();
            return;
        }
        self.queue.lock().tasks.push_back(Box::new(task));
        self.queue.changed.notify_one();
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        let mut state = self.lock();
        loop {
            if let Some(task) = state.tasks.pop_front() {
                drop(state);
                let _ = catch_unwind(AssertUnwindSafe(task));
                state = self.lock();
            } else if state.over {
                return;
            } else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.queue.lock().over = true;
        self.queue.changed.notify_all();
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("workers", &self.workers.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_task_that_panics_ends_itself_only() {
        let pool = Pool::new(1);
        let (answer, answers) = channel::<u8>();
        let lost = answer.clone();
        pool.run(move || {
            let _held = lost;
            panic!("as this test wants");
        });
        pool.run(move || answer.send(7).unwrap());
        assert_eq!(answers.iter().collect::<Vec<_>>(), [7]);
    }

    #[test]
    fn all_tasks_are_done_before_the_pool_is_gone() {
        let (answer, answers) = channel();
        let pool = Pool::new(3);
        for n in 0..100 {
            let answer = answer.clone();
            pool.run(move || answer.send(n).unwrap());
        }
        drop((pool, answer));
        let mut all: Vec<_> = answers.iter().collect();
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
    }
}
