//! A demo that serves, with its accounts.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::support::folder::fresh;
use crate::support::program::{command, run_well};
use crate::support::table::Table;

/// `canbao demo` at work; ended with the value.
pub(super) struct Site {
    child: Child,
    /// Where it works: `canbao-demo` is below.
    pub(super) folder: PathBuf,
    /// `http://127.0.0.1:PORT`.
    pub(super) address: String,
    /// Passwords by login.
    pub(super) passwords: BTreeMap<String, String>,
}

impl Site {
    /// Invents a city of so many people in a folder of that name, and serves it.
    pub(super) fn of(name: &str, people: u32) -> Self {
        let folder = fresh(name);
        let mut child = command(&folder, &["demo", "--persons", &people.to_string(), "--no-workbooks"])
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
        Self { child, folder, address, passwords }
    }

    /// What a command says of the served record: another way to the same figures.
    pub(super) fn canbao(&self, arguments: &[&str]) -> String {
        let database = ["--database", "sqlite://canbao-demo/registry/registry.db"];
        run_well(&self.folder, &[arguments, &database].concat())
    }

    /// The same as data.
    pub(super) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.canbao(&[arguments, &["--json"]].concat())).unwrap()
    }

    /// How many people the record has of an area and category.
    pub(super) fn people(&self, area: &str, category: &str) -> i64 {
        let told = self.json(&["registry", "list", "--count", "--area", area, "--category", category]);
        told["count"].as_i64().unwrap_or_else(|| unreachable!("no count in {told}"))
    }

    /// A table of the run that the city began with.
    pub(super) fn table(&self, name: &str) -> Table {
        Table::read(&self.folder.join("canbao-demo/run").join(format!("{name}.parquet")))
    }

    /// The folder of a comparison that was begun by the page.
    pub(super) fn run_of(&self, job: &str) -> PathBuf {
        self.folder.join("canbao-demo/registry/registry-data/jobs").join(job).join("run")
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
