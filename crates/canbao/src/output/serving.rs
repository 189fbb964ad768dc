//! A process that the server started: it ends with the server, and works on the word of whoever asked there.

use std::io::Read as _;
use std::sync::OnceLock;

/// Who asked, by their login.
static LOGIN: OnceLock<String> = OnceLock::new();

/// What the process says by its exit code where the server has gone: as killed, nothing was written.
const GONE: i32 = 2;

/// From now on the process ends when its standard input does: that is a pipe from the server, which closes with it.
pub(crate) fn begin(login: &str) {
    let _ = LOGIN.set(login.to_owned());
    std::thread::spawn(|| {
        let mut input = std::io::stdin().lock();
        let mut nothing = [0; 64];
        // what is sent means nothing; an error is an end, too
        while input.read(&mut nothing).is_ok_and(|read| read > 0) {}
        std::process::exit(GONE);
    });
}

/// Who asked the server for this; none where somebody at the machine did.
pub(crate) fn login() -> Option<&'static str> {
    LOGIN.get().map(String::as_str)
}
