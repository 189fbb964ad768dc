//! Whoever is slow on purpose: cut off, and nobody else kept out.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use canbao_web::serve::{Limits, Manner};
use canbao_web::{App, Settings};
use tokio::task::spawn_blocking;

use crate::secure::{Served, ask, get};
use crate::support::Site;

const HEAD: Duration = Duration::from_millis(700);

async fn served(site: &Site, limits: Limits) -> (App, Served) {
    let app = App::new(site.registry.clone(), Settings::new("经办机构", site.folder().join("data")));
    let long = axum::routing::get(|| async { vec![b'x'; 64 << 20] });
    let router = app.clone().router().route("/long", long);
    let served = Served::new(app.clone(), router, Manner { limits, ..Manner::default() }).await;
    (app, served)
}

fn limits() -> Limits {
    Limits { head: HEAD, body: Duration::from_millis(900), rate: 1_000, ..Limits::default() }
}

/// Sends the first, then piece by piece with a pause before each, until it is cut off; gives how long that took, and what
/// came back.
fn drip(at: SocketAddr, first: &str, piece: &[u8], pause: Duration, pieces: usize) -> (Duration, String) {
    let since = Instant::now();
    let mut stream = TcpStream::connect(at).unwrap();
    stream.write_all(first.as_bytes()).unwrap();
    for _ in 0..pieces {
        std::thread::sleep(pause);
        if stream.write_all(piece).is_err() {
            break;
        }
    }
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    (since.elapsed(), String::from_utf8_lossy(&text).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_does_not_end_and_a_silent_connection_are_cut_off() {
    let site = Site::new().await;
    let (_, served) = served(&site, limits()).await;
    let at = served.at;
    let many: Vec<_> = (0..40)
        .map(|_| spawn_blocking(move || drip(at, "GET /login HTTP/1.1\r\nhost: a\r\n", b"x: y\r\n", HEAD / 7, 30)))
        .collect();
    // meanwhile others are answered
    tokio::time::sleep(HEAD / 2).await;
    let since = Instant::now();
    assert!(ask(at, get("/login")).await.starts_with("HTTP/1.1 200"));
    assert!(since.elapsed() < HEAD);
    for one in many {
        let (took, text) = one.await.unwrap();
        assert!(took < HEAD * 5 && !text.contains("200 OK"), "{took:?} {text}");
    }
    let (took, _) = spawn_blocking(move || drip(at, "", b"", HEAD, 0)).await.unwrap();
    assert!(took >= HEAD / 2 && took < HEAD * 4, "{took:?}");
    // one that asked once and then no more
    let asked = get("/healthz").replace("connection: close\r\n", "");
    let (took, text) = spawn_blocking(move || drip(at, &asked, b"", HEAD, 0)).await.unwrap();
    assert!(text.contains("200 OK") && took < HEAD * 4, "{took:?} {text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_does_not_come_is_cut_off_and_a_slow_one_that_comes_is_not() {
    let site = Site::new().await;
    let county = site.logged_in("county").await;
    let csrf = county.get("/").await.csrf();
    let cookie = county.cookies.lock().unwrap()[0].clone();
    let (app, served) = served(&site, limits()).await;
    let at = served.at;
    let head = move |length: usize| {
        format!(
            "POST /people/find HTTP/1.1\r\nhost: a\r\nsec-fetch-site: same-origin\r\ncookie: {}={}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n",
            cookie.0, cookie.1
        )
    };
    let never = head(5_000);
    let (took, text) = spawn_blocking(move || drip(at, &never, b"x", Duration::from_millis(150), 40)).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 408") && text.contains("没有在规定的时间内收完"), "{text}");
    assert!(took < Duration::from_secs(7), "{took:?}");
    // 4 KB in a second and a half is slow, and fast enough
    let body = format!("csrf={csrf}&q={}", "a".repeat(4_200 - csrf.len() - 8));
    let first = format!("{}{}", head(body.len()), &body[..1_000]);
    let rest = body[1_000..].to_owned();
    let whole = spawn_blocking(move || {
        let mut stream = TcpStream::connect(at).unwrap();
        stream.write_all(first.as_bytes()).unwrap();
        for part in rest.as_bytes().chunks(800) {
            std::thread::sleep(Duration::from_millis(350));
            stream.write_all(part).unwrap();
        }
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut text = [0; 12];
        stream.read_exact(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    });
    let whole = whole.await.unwrap();
    assert!(!whole.contains("408") && whole.starts_with("HTTP/1.1 "), "{whole}");
    assert!(app.watch().metrics.text().contains("route=\"/people/find\",status=\"4xx\"} 1") || !whole.contains("30"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_nobody_takes_is_given_up() {
    let site = Site::new().await;
    let (app, served) = served(&site, limits()).await;
    let at = served.at;
    let stream = spawn_blocking(move || {
        let mut stream = TcpStream::connect(at).unwrap();
        stream.write_all(get("/long").as_bytes()).unwrap();
        stream
    });
    let stream = stream.await.unwrap();
    let open = || app.watch().metrics.text().contains("\ncanbao_connections 1\n");
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(open(), "it waits to be taken");
    tokio::time::sleep(Duration::from_millis(2_000)).await;
    assert!(!open(), "and is given up");
    drop(stream);
    let taken = ask(at, get("/long")).await;
    assert!(taken.len() > 64 << 20, "whoever takes it gets it all");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_than_so_many_are_connected() {
    let site = Site::new().await;
    let (app, served) = served(&site, Limits { connections: 3, ..Limits::default() }).await;
    let held: Vec<TcpStream> = (0..3).map(|_| TcpStream::connect(served.at).unwrap()).collect();
    while !app.watch().metrics.text().contains("canbao_connections 3") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(ask(served.at, get("/healthz")).await, "", "closed without a word");
    assert!(app.watch().metrics.text().contains("canbao_connections_refused_total 1"));
    drop(held);
    while !app.watch().metrics.text().contains("canbao_connections 0") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(ask(served.at, get("/healthz")).await.contains("200 OK"));
}
