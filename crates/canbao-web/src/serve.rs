//! Listening, and ending without cutting anybody off.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::App;

/// How long requests under way may take once the end is asked for.
const LAST: Duration = Duration::from_secs(20);

/// Answers requests, and does the long work that waits, until `end` comes; those under way are answered first, but not for ever.
///
/// # Errors
/// Where the listener fails.
pub async fn serve(
    listener: TcpListener,
    app: App,
    end: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let work = tokio::spawn(app.clone().work());
    let (ended, mut asked) = tokio::sync::watch::channel(false);
    let service = app.router().into_make_service_with_connect_info::<SocketAddr>();
    let graceful = async move {
        end.await;
        let _ = ended.send(true);
    };
    let patience = async move {
        let _ = asked.wait_for(|ended| *ended).await;
        tokio::time::sleep(LAST).await;
    };
    let served = tokio::select! {
        done = axum::serve(listener, service).with_graceful_shutdown(graceful) => done,
        () = patience => Ok(()),
    };
    // a child at work ends with this process, and the next one says that it was broken off
    work.abort();
    served
}
