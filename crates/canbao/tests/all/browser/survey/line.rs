//! The line between a browser and the server, in the test's own hand: it can be cut, and it can lose, repeat and delay.
//!
//! The browser's own emulation of a lost network does not hold for its service workers; a proxy does.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A proxy on a port of its own. It ends with the test's process.
pub(super) struct Line {
    /// `http://127.0.0.1:PORT`.
    pub(super) address: String,
    state: Arc<State>,
}

struct State {
    server: String,
    up: AtomicBool,
    lossy: AtomicBool,
    /// Calls of the lossy kind so far.
    calls: AtomicUsize,
    /// Pages of the test's own, by path: kind and content.
    pages: BTreeMap<&'static str, (&'static str, String)>,
    /// What the server answered to calls of the survey.
    wire: Mutex<Vec<u8>>,
}

/// One request, as it came.
struct Request {
    path: String,
    bytes: Vec<u8>,
}

impl Line {
    /// To a server; `pages` are answered by the line itself.
    pub(super) fn to(server: &str, pages: BTreeMap<&'static str, (&'static str, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            server: server.strip_prefix("http://").unwrap().to_owned(),
            up: AtomicBool::new(true),
            lossy: AtomicBool::new(false),
            calls: AtomicUsize::new(0),
            pages,
            wire: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                // whatever breaks off is what the test is about
                std::thread::spawn(move || state.carry(client));
            }
        });
        Self { address, state }
    }

    /// From here on nothing passes.
    pub(super) fn cut(&self) {
        self.state.up.store(false, Ordering::SeqCst);
    }

    /// It passes again; `lossy`: of calls of the survey some are lost, repeated, delayed or answered by half.
    pub(super) fn mend(&self, lossy: bool) {
        self.state.lossy.store(lossy, Ordering::SeqCst);
        self.state.up.store(true, Ordering::SeqCst);
    }

    /// How many calls a lossy line has seen.
    pub(super) fn calls(&self) -> usize {
        self.state.calls.load(Ordering::SeqCst)
    }

    /// All that the server answered to calls of the survey.
    pub(super) fn wire(&self) -> String {
        String::from_utf8_lossy(&self.state.wire.lock().unwrap()).into_owned()
    }
}

impl State {
    fn carry(&self, mut client: TcpStream) -> Option<()> {
        client.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
        let request = read(&mut client)?;
        if !self.up.load(Ordering::SeqCst) {
            return None;
        }
        if let Some((kind, content)) = self.pages.get(request.path.as_str()) {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n", content.len());
            client.write_all(format!("{head}Connection: close\r\n\r\n{content}").as_bytes()).ok()?;
            return Some(());
        }
        let call = request.path.starts_with("/survey/sync") || request.path.starts_with("/survey/photo/");
        let fate = if call && self.lossy.load(Ordering::SeqCst) {
            self.calls.fetch_add(1, Ordering::SeqCst) % 13
        } else {
            usize::MAX
        };
        match fate {
            // lost on the way there
            1 => return None,
            // lost on the way back
            2 => return self.ask(&request).map(drop),
            // carried twice
            3 => drop(self.ask(&request)?),
            4 => {
                let busy = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                return client.write_all(busy.as_bytes()).ok();
            }
            5 => std::thread::sleep(Duration::from_millis(600)),
            _ => {}
        }
        let answer = self.ask(&request)?;
        if request.path.starts_with("/survey/") && !request.path.starts_with("/survey/files/") {
            self.wire.lock().unwrap().extend_from_slice(&answer);
        }
        // half an answer is none
        let told = if fate == 6 { &answer[..answer.len() / 2] } else { &answer[..] };
        client.write_all(told).ok()
    }

    fn ask(&self, request: &Request) -> Option<Vec<u8>> {
        let mut server = TcpStream::connect(&self.server).ok()?;
        server.write_all(&request.bytes).ok()?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer).ok()?;
        Some(answer)
    }
}

/// One request, such that its answer ends with the connection and comes as plain text.
fn read(client: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut piece = [0; 16 * 1024];
    let head = loop {
        let got = client.read(&mut piece).ok().filter(|got| *got > 0)?;
        bytes.extend_from_slice(&piece[..got]);
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut body = bytes.split_off(head + 4);
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    while body.len() < length.unwrap_or(0) {
        let got = client.read(&mut piece).ok().filter(|got| *got > 0)?;
        body.extend_from_slice(&piece[..got]);
    }
    let kept = text.lines().filter(|line| {
        let name = line.split(':').next().unwrap_or_default();
        !["connection", "accept-encoding", "keep-alive"].iter().any(|other| name.eq_ignore_ascii_case(other))
    });
    let head = kept.collect::<Vec<&str>>().join("\r\n");
    let path = text.split_whitespace().nth(1)?.to_owned();
    let mut whole = format!("{head}\r\nConnection: close\r\n\r\n").into_bytes();
    whole.append(&mut body);
    Some(Request { path, bytes: whole })
}
