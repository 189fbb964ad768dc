//! One connection, from its handshake to its end.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch::Receiver;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::patience::{Paced, Taken};
use super::place::Place;
use super::{Limits, Secure};
use crate::watch::Watch;

/// What a TLS client says first; nobody who speaks HTTP does.
const HANDSHAKE: u8 = 22;
/// A head longer than this is refused (431).
const HEAD: usize = 32 * 1024;

#[derive(Clone)]
pub(super) struct Connection {
    router: Router,
    /// The handshake, and what answers those who come without one.
    secure: Option<(TlsAcceptor, Router)>,
    limits: Limits,
    watch: Arc<Watch>,
    ended: Receiver<bool>,
}

impl Connection {
    pub(super) fn new(
        router: Router,
        secure: Option<Secure>,
        limits: Limits,
        watch: Arc<Watch>,
        ended: Receiver<bool>,
    ) -> Self {
        let secure = secure.map(|Secure { config, plain }| (TlsAcceptor::from(config), plain));
        Self { router, secure, limits, watch, ended }
    }

    pub(super) async fn answer(self, stream: TcpStream, from: SocketAddr, place: Place) {
        let watch = Arc::clone(&self.watch);
        self.talk(stream, from).await;
        watch.metrics.disconnected();
        drop(place);
    }

    async fn talk(mut self, stream: TcpStream, from: SocketAddr) {
        // a page is one answer: nothing is gained by waiting for more to send
        let _ = stream.set_nodelay(true);
        let Some((acceptor, plain)) = self.secure.take() else {
            let router = self.router.clone();
            return self.http(stream, from, router).await;
        };
        let mut first = [0];
        match timeout(self.limits.head, stream.peek(&mut first)).await {
            Ok(Ok(1)) if first == [HANDSHAKE] => {}
            Ok(Ok(1)) => return self.http(stream, from, plain).await,
            _ => return,
        }
        match timeout(self.limits.head, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => {
                let router = self.router.clone();
                self.http(stream, from, router).await;
            }
            _ => self.watch.metrics.handshake_failed(),
        }
    }

    async fn http<S>(mut self, stream: S, from: SocketAddr, router: Router)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let limits = self.limits;
        let router = TowerToHyperService::new(router);
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(from));
            let nothing = request.body().is_end_stream();
            router.call(request.map(|body| if nothing { Body::empty() } else { Body::new(Paced::new(body, limits)) }))
        });
        let stream = TokioIo::new(Taken::new(stream, limits.body));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(HEAD)
            .serve_connection(stream, service);
        let mut connection = pin!(connection);
        let ended = async {
            let _ = self.ended.wait_for(|ended| *ended).await;
        };
        tokio::select! {
            // what breaks a connection is its other end's to know
            _ = connection.as_mut() => {}
            () = ended => {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
        }
    }
}
