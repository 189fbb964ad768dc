//! The certificate that is shown just now.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use tokio::signal::unix::{SignalKind, signal};

use super::{CityAuthority, TlsError, file, validity};
use crate::say;
use crate::watch::{Field, Level, Watch};

/// How often it is looked whether the files changed.
const LOOK: Duration = Duration::from_secs(10);
/// Of a certificate from files that ends sooner is warned: nobody here can issue another.
const WARN_MS: i64 = 21 * 86_400_000;

/// Where it comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Files that somebody else makes.
    Files {
        /// The chain, PEM.
        certificate: PathBuf,
        /// The key, PEM.
        key: PathBuf,
    },
    /// The city's own authority.
    City(CityAuthority),
}

/// The certificate that is shown; exchanged without a connection being broken.
#[derive(Debug)]
pub struct Certificates {
    source: Source,
    shown: RwLock<Arc<CertifiedKey>>,
    seen: Mutex<Option<Stamp>>,
}

/// What tells two states of the files apart.
type Stamp = [(u64, i64, i64, u64); 2];

impl Certificates {
    /// Reads it.
    ///
    /// # Errors
    /// Where the files hold none, or not of one another.
    pub fn read(source: Source) -> Result<Arc<Self>, TlsError> {
        let (certificate, key) = source.paths();
        let seen = stamp(&certificate, &key);
        let shown = file::read(&certificate, &key)?;
        Ok(Arc::new(Self { source, shown: RwLock::new(shown), seen: Mutex::new(seen) }))
    }

    /// HTTPS with this certificate: TLS 1.2 and 1.3.
    ///
    /// # Errors
    /// None with the versions that are asked for.
    pub fn config(self: &Arc<Self>) -> Result<Arc<ServerConfig>, TlsError> {
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(|error| TlsError::Making(error.to_string()))?;
        let mut config =
            config.with_no_client_auth().with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// When it ends, in milliseconds since 1970.
    pub fn ends(&self) -> Option<i64> {
        validity::ends(self.shown.read().unwrap_or_else(PoisonError::into_inner).cert.first()?)
    }

    /// Reads it again where the files changed, or where `anyway`; gives whether it did. What cannot be read leaves the old
    /// one in its place, and is told once.
    ///
    /// # Errors
    /// As [`Certificates::read`].
    pub fn refresh(&self, anyway: bool) -> Result<bool, TlsError> {
        if let Source::City(authority) = &self.source {
            authority.renew(say::now_ms().div_euclid(1000))?;
        }
        let (certificate, key) = self.source.paths();
        let now = stamp(&certificate, &key);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == now && !anyway {
            return Ok(false);
        }
        *seen = now;
        let read = file::read(&certificate, &key)?;
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(true)
    }
}

impl Source {
    fn paths(&self) -> (PathBuf, PathBuf) {
        match self {
            Self::Files { certificate, key } => (certificate.clone(), key.clone()),
            Self::City(authority) => (authority.server_certificate(), authority.server_key()),
        }
    }
}

fn stamp(certificate: &Path, key: &Path) -> Option<Stamp> {
    let of =
        |path: &Path| fs::metadata(path).ok().map(|meta| (meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.len()));
    Some([of(certificate)?, of(key)?])
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.shown.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Keeps the certificate fresh for as long as it is polled: looks every ten seconds whether its files changed, reads them
/// again at SIGHUP, and has the city's authority issue another before the end.
pub async fn keep_fresh(certificates: Arc<Certificates>, watch: Arc<Watch>) {
    let mut asked = signal(SignalKind::hangup()).ok();
    let mut refused = String::new();
    let mut warned = 0;
    loop {
        if let Some(ends) = certificates.ends() {
            watch.metrics.certificate_ends(ends);
            let today = say::now_ms().div_euclid(86_400_000);
            if ends - say::now_ms() < WARN_MS && warned != today {
                warned = today;
                watch.log.write(Level::Warn, "certificate", &[("ends", Field::Text(&say::time(ends)))]);
            }
        }
        let anyway = tokio::select! {
            () = tokio::time::sleep(LOOK) => false,
            () = hangup(asked.as_mut()) => true,
        };
        match certificates.refresh(anyway) {
            Ok(true) => {
                refused.clear();
                let ends = certificates.ends().map(say::time).unwrap_or_default();
                watch.log.write(Level::Info, "certificate-read", &[("ends", Field::Text(&ends))]);
            }
            Ok(false) => {}
            Err(error) => {
                let told = error.to_string();
                if anyway || told != refused {
                    watch.log.write(Level::Error, "certificate", &[("error", Field::Text(&told))]);
                }
                refused = told;
            }
        }
    }
}

async fn hangup(asked: Option<&mut tokio::signal::unix::Signal>) {
    match asked {
        Some(asked) => drop(asked.recv().await),
        None => std::future::pending().await,
    }
}
