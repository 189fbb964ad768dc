//! Registries that can be copied: each kill meets the same one.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use canbao_registry::Address;
use tokio::runtime::Runtime;

use crate::support::folder;
use crate::support::postgres::Server;
use crate::support::program::command;
use crate::support::record::State;

/// Where registries are kept.
#[derive(Clone, Copy)]
pub(super) enum Store<'a> {
    Sqlite,
    Postgres(&'a Server),
}

/// A registry with its key, in a folder of its own; of PostgreSQL in a database of the same name.
pub(super) struct Home<'a> {
    store: Store<'a>,
    pub(super) folder: PathBuf,
    name: String,
    url: String,
}

impl<'a> Home<'a> {
    /// A registry with nothing in it.
    pub(super) fn new(store: Store<'a>, root: &Path, name: &str) -> Self {
        let folder = root.join(name);
        std::fs::create_dir(&folder).unwrap();
        let url = match store {
            Store::Sqlite => format!("sqlite://{}", folder.join("registry.db").display()),
            Store::Postgres(server) => server.create(name),
        };
        let home = Self { store, folder, name: name.to_owned(), url };
        home.well("maker", &["registry", "migrate"]);
        home
    }

    /// One in SQLite that is there already.
    pub(super) fn at(folder: PathBuf) -> Self {
        let url = format!("sqlite://{}", folder.join("registry.db").display());
        Self { store: Store::Sqlite, folder, name: String::new(), url }
    }

    /// The same once more, beside it.
    pub(super) fn copy(&self, name: &str) -> Self {
        let folder = self.folder.with_file_name(name);
        folder::copy(&self.folder, &folder);
        let url = match self.store {
            Store::Sqlite => format!("sqlite://{}", folder.join("registry.db").display()),
            Store::Postgres(server) => server.copy(&self.name, name),
        };
        Self { store: self.store, folder, name: name.to_owned(), url }
    }

    pub(super) fn remove(self) {
        std::fs::remove_dir_all(&self.folder).unwrap();
        if let Store::Postgres(server) = self.store {
            server.remove(&self.name);
        }
    }

    pub(super) fn server(&self) -> Option<&'a Server> {
        match self.store {
            Store::Sqlite => None,
            Store::Postgres(server) => Some(server),
        }
    }

    /// The program at work here for somebody.
    pub(super) fn command(&self, user: &str, arguments: &[&str]) -> Command {
        let mut all = arguments.to_vec();
        all.extend(["--database", &self.url, "--key-file", "registry.key"]);
        let mut command = command(&self.folder, &all);
        command.env("LOGNAME", user);
        command
    }

    pub(super) fn run(&self, user: &str, arguments: &[&str]) -> Output {
        self.command(user, arguments).output().unwrap()
    }

    /// Runs the program, which must do it; gives what it printed.
    pub(super) fn well(&self, user: &str, arguments: &[&str]) -> String {
        let done = self.run(user, arguments);
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(0), "canbao {arguments:?} said:\n{said}");
        String::from_utf8(done.stdout).unwrap()
    }

    /// What it says, and that it proves right.
    pub(super) fn state(&self) -> State {
        let address = Address { url: self.url.clone(), key_file: Some(self.folder.join("registry.key")) };
        Runtime::new().unwrap().block_on(State::of(&address))
    }
}
