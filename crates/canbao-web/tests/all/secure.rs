//! HTTPS by itself: whom a browser trusts, what plain HTTP is told, a certificate exchanged, the end.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use canbao_web::serve::{Limits, Manner, Secure, serve};
use canbao_web::tls::{Certificates, CityAuthority, Source};
use canbao_web::{App, Settings};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::support::Site;

const NOW: i64 = 1_790_000_000;

/// A server of a site's pages.
pub(crate) struct Served {
    pub(crate) at: SocketAddr,
    pub(crate) end: oneshot::Sender<()>,
    pub(crate) task: JoinHandle<std::io::Result<()>>,
}

impl Served {
    pub(crate) async fn new(app: App, router: axum::Router, manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (end, asked) = oneshot::channel();
        let watch = app.watch();
        let task = tokio::spawn(serve(listener, router, manner, watch, async { drop(asked.await) }));
        Self { at, end, task }
    }
}

/// What comes back until the other end closes.
pub(crate) async fn ask(at: SocketAddr, request: String) -> String {
    let asked = spawn_blocking(move || {
        let mut stream = TcpStream::connect(at).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    });
    asked.await.unwrap()
}

/// The same by HTTPS, by whoever trusts these authorities.
async fn ask_securely(
    at: SocketAddr,
    trusted: &[&[u8]],
    name: &str,
    version: &'static SupportedProtocolVersion,
    request: String,
) -> Result<String, String> {
    let mut roots = RootCertStore::empty();
    for der in trusted {
        roots.add(CertificateDer::from(der.to_vec())).unwrap();
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let asked = spawn_blocking(move || {
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(at).unwrap());
        stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
        let mut text = Vec::new();
        stream.read_to_end(&mut text).map_err(|error| error.to_string())?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    });
    asked.await.unwrap()
}

pub(crate) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: canbao.ankang.gov.cn\r\nconnection: close\r\n\r\n")
}

fn city(site: &Site, name: &str) -> CityAuthority {
    let names = ["canbao.ankang.gov.cn".to_owned()];
    CityAuthority::open(&site.folder().join(name), &names, NOW).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_trusts_the_citys_authority_gets_in_and_nobody_else() {
    let site = Site::new().await;
    let (authority, stranger) = (city(&site, "tls"), city(&site, "other"));
    let certificates = Certificates::read(Source::City(authority.clone())).unwrap();
    let settings = Settings {
        secure: true,
        authority: Some(authority.clone()),
        ..Settings::new("安康市社会保险经办机构", site.folder().join("data"))
    };
    let app = App::new(site.registry.clone(), settings);
    let plain = app.clone().plain_router(vec!["canbao.ankang.gov.cn".to_owned()], 8443);
    let secure = Some(Secure { config: certificates.config().unwrap(), plain });
    let served = Served::new(app.clone(), app.clone().router(), Manner { secure, ..Manner::default() }).await;
    let own = authority.certificate();
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        for name in ["canbao.ankang.gov.cn", "localhost", "127.0.0.1"] {
            let page = ask_securely(served.at, &[own], name, version, get("/login")).await.unwrap();
            assert!(page.starts_with("HTTP/1.1 200") && page.contains("密码"), "{name}: {page}");
            assert!(page.contains("strict-transport-security: max-age=31536000"), "{page}");
        }
        let other = ask_securely(served.at, &[own], "www.icbc.com.cn", version, get("/login")).await;
        assert!(other.is_err_and(|error| error.contains("not valid for name")));
        for trusted in [vec![stranger.certificate()], Vec::new()] {
            let refused = ask_securely(served.at, &trusted, "localhost", version, get("/login")).await;
            assert!(refused.is_err_and(|error| error.contains("UnknownIssuer")));
        }
    }
    let body = "login=county&password=%E6%B8%85%E6%98%8E-%E6%B2%B3%E7%95%94-Liu7-%E6%A1%A5%E5%A4%B4";
    let request = format!(
        "POST /login HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-origin\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let page = ask_securely(served.at, &[own], "localhost", &rustls::version::TLS13, request).await.unwrap();
    assert!(page.contains("set-cookie: __Host-canbao=") && page.contains("; Secure"), "{page}");
    // whoever speaks plain HTTP to it is shown the way, and how to install the certificate
    for path in ["/login", "/people", "/", "/readyz"] {
        let page = ask(served.at, get(path)).await;
        let way = format!("location: https://canbao.ankang.gov.cn:8443{path}\r\n");
        assert!(page.starts_with("HTTP/1.1 308") && page.contains(&way), "{page}");
        assert!(!page.contains("密码") && !page.contains("set-cookie"), "{page}");
    }
    let page = ask(served.at, get("/ca")).await;
    assert!(page.starts_with("HTTP/1.1 200") && page.contains(&authority.fingerprint()), "{page}");
    assert!(page.contains("Windows") && page.contains("统信 UOS") && page.contains("Android"));
    let file = ask(served.at, get("/ca/city-ca.crt")).await;
    assert!(file.contains("application/x-x509-ca-cert") && file.contains(&format!("content-length: {}", own.len())));
    let (_, metrics) = (site.told(), app.watch().metrics.text());
    assert!(metrics.contains("canbao_tls_handshakes_failed_total 6"), "{metrics}");
    served.end.send(()).unwrap();
    served.task.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_in_files_is_exchanged_while_it_serves() {
    let site = Site::new().await;
    let (first, second) = (city(&site, "first"), city(&site, "second"));
    let folder = site.folder().join("files");
    std::fs::create_dir(&folder).unwrap();
    let (certificate, key) = (folder.join("server.crt"), folder.join("server.key"));
    let place = |from: &CityAuthority| {
        std::fs::copy(from.server_certificate(), &certificate).unwrap();
        std::fs::copy(from.server_key(), &key).unwrap();
    };
    place(&first);
    let source = Source::Files { certificate: certificate.clone(), key: key.clone() };
    let certificates = Certificates::read(source).unwrap();
    let app = App::new(site.registry.clone(), Settings::new("经办机构", folder.join("data")));
    let plain = app.clone().plain_router(Vec::new(), 443);
    let secure = Some(Secure { config: certificates.config().unwrap(), plain });
    let served = Served::new(app.clone(), app.router(), Manner { secure, ..Manner::default() }).await;
    let trusts = async |authority: &CityAuthority| {
        let version = &rustls::version::TLS13;
        ask_securely(served.at, &[authority.certificate()], "localhost", version, get("/healthz")).await.is_ok()
    };
    assert!(trusts(&first).await && !trusts(&second).await);
    assert!(!certificates.refresh(false).unwrap(), "nothing changed");
    // half exchanged: the old one stands
    std::fs::copy(second.server_certificate(), &certificate).unwrap();
    assert!(certificates.refresh(false).unwrap_err().to_string().contains("不是一对"));
    assert!(trusts(&first).await);
    place(&second);
    assert!(certificates.refresh(false).unwrap());
    assert!(!trusts(&first).await && trusts(&second).await);
    std::fs::write(&certificate, "nonsense").unwrap();
    assert!(certificates.refresh(true).unwrap_err().to_string().contains("没有可用的证书"));
    assert!(trusts(&second).await);
    assert!(ask(served.at, get("/ca")).await.starts_with("HTTP/1.1 308"), "there is no authority to install");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_end_requests_under_way_are_answered_and_no_more_are_taken() {
    let site = Site::new().await;
    let app = App::new(site.registry.clone(), Settings::new("经办机构", site.folder().join("data")));
    let begun = Arc::new(tokio::sync::Notify::new());
    let told = Arc::clone(&begun);
    let slow = axum::routing::get(move || {
        let told = Arc::clone(&told);
        async move {
            told.notify_one();
            tokio::time::sleep(Duration::from_millis(600)).await;
            "answered"
        }
    });
    let router = app.clone().router().route("/slow", slow);
    let limits = Limits { end: Duration::from_secs(5), ..Limits::default() };
    let Served { at, end, task } = Served::new(app, router, Manner { limits, ..Manner::default() }).await;
    let idle = TcpStream::connect(at).unwrap();
    let under_way = tokio::spawn(ask(at, get("/slow").replace("connection: close\r\n", "")));
    begun.notified().await;
    end.send(()).unwrap();
    let since = std::time::Instant::now();
    task.await.unwrap().unwrap();
    assert!(since.elapsed() < Duration::from_secs(4), "an idle connection keeps nobody waiting");
    assert!(under_way.await.unwrap().contains("answered"));
    assert!(TcpStream::connect(at).is_err(), "nobody listens any more");
    drop(idle);
}
