//! Listening, and ending without cutting anybody off.
//!
//! Whoever is slow is cut off: each of handshake, head, body and answer has its time, and connections their number, so a
//! few hundred of them that never finish a sentence keep nobody else out.

mod connection;
mod patience;
mod place;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::watch::{Field, Level, Watch};
use connection::Connection;
use place::Places;

/// How long and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A handshake, or a request's head; a connection on which nothing is asked for so long is closed.
    pub head: Duration,
    /// A request's body, and for how long an answer may not be taken.
    pub body: Duration,
    /// In bytes a second: what more a body brings in gives it more time.
    pub rate: u64,
    /// Connections at once.
    pub connections: usize,
    /// Of one address; a proxy on this machine stands for many and has no such limit.
    pub of_one_address: usize,
    /// How long requests under way may take once the end is asked for.
    pub end: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            head: seconds(15),
            body: seconds(60),
            rate: 4 << 10,
            connections: 1_000,
            of_one_address: 200,
            end: seconds(20),
        }
    }
}

/// How a listener is served.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// Limits.
    pub limits: Limits,
    /// By HTTPS, where it is.
    pub secure: Option<Secure>,
}

/// HTTPS.
#[derive(Clone, Debug)]
pub struct Secure {
    /// Versions and certificate.
    pub config: Arc<ServerConfig>,
    /// What answers whoever speaks plain HTTP to this port: the way to HTTPS, nothing else.
    pub plain: Router,
}

/// Answers requests until `end` comes; those under way are answered first, but not for ever.
///
/// # Errors
/// None as things are; a listener that fails for a moment is tried again.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    manner: Manner,
    watch: Arc<Watch>,
    end: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let Manner { limits, secure } = manner;
    let places = Places::new(limits);
    let (ended, asked) = watch::channel(false);
    let connection = Connection::new(router, secure, limits, Arc::clone(&watch), asked);
    let mut under_way = JoinSet::new();
    let mut end = std::pin::pin!(end);
    loop {
        tokio::select! {
            biased;
            () = &mut end => break,
            Some(_) = under_way.join_next(), if !under_way.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => match places.take(from.ip()) {
                    Some(place) => {
                        watch.metrics.connected();
                        under_way.spawn(connection.clone().answer(stream, from, place));
                    }
                    None => {
                        watch.metrics.refused();
                        watch.log.write(Level::Warn, "connection-refused", &[("why", Field::Text("too many"))]);
                    }
                },
                // no file descriptor left, as a rule: a moment later one may be
                Err(error) => {
                    watch.log.write(Level::Error, "accept", &[("error", Field::Text(&error.kind().to_string()))]);
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
    drop(listener);
    let _ = ended.send(true);
    let all = async { while under_way.join_next().await.is_some() {} };
    // who is not answered by then is cut off with the set
    let _ = tokio::time::timeout(limits.end, all).await;
    Ok(())
}

/// Answers a monitoring system at `/metrics` until `end` comes.
///
/// # Errors
/// As [`serve`].
pub async fn serve_metrics(
    listener: TcpListener,
    watch: Arc<Watch>,
    end: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let told = Arc::clone(&watch);
    let text = move || {
        let text = told.metrics.text();
        async move { ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text) }
    };
    let router = Router::new().route("/metrics", get(text));
    // its own connections are no figures of the pages
    serve(listener, router, Manner::default(), Arc::default(), end).await
}
