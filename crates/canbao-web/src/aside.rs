//! Long work beside the pages.

use tokio::sync::oneshot;

/// Runs work on a thread of its own, which does not keep the program from ending. `None` where it failed, or the machine
/// refuses threads.
pub(crate) async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (done, wait) = oneshot::channel();
    let begun = std::thread::Builder::new().name("aside".to_owned()).spawn(move || {
        // who waited may have gone
        let _ = done.send(work());
    });
    begun.ok()?;
    wait.await.ok()
}
