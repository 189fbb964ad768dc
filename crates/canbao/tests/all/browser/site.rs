//! A demo that serves, with its accounts.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use crate::support::folder::fresh;
use crate::support::program::command;

/// `canbao demo` at work; ended with the value.
pub(super) struct Site {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub(super) address: String,
    /// Passwords by login.
    pub(super) passwords: BTreeMap<String, String>,
}

impl Site {
    /// Invents a small city and serves it.
    pub(super) fn start() -> Self {
        let folder = fresh("browser");
        let mut child = command(&folder, &["demo", "--persons", "3000", "--no-workbooks"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut passwords = BTreeMap::new();
        let mut address = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some(at) = line.find("http://127.0.0.1:") {
                address = line[at..].split_whitespace().next().unwrap().to_owned();
                break;
            }
            let mut words = line.split_whitespace();
            if let (Some(login), Some(password)) = (words.next(), words.next())
                && login.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
            {
                passwords.insert(login.to_owned(), password.to_owned());
            }
        }
        assert!(!address.is_empty(), "the demo never said where it is");
        Self { child, address, passwords }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
