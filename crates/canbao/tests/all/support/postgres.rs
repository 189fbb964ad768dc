//! A PostgreSQL server of a test's own, which it may kill.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, getuid, kill_process};
use tempfile::TempDir;

/// A server; ended with the value.
pub(crate) struct Server {
    bin: PathBuf,
    folder: TempDir,
    port: u16,
}

impl Server {
    /// Starts one where the tests have PostgreSQL at all.
    pub(crate) fn start() -> Option<Self> {
        std::env::var("CANBAO_TEST_POSTGRES").ok().filter(|server| server.starts_with("postgresql"))?;
        let bin = PathBuf::from(std::env::var("CANBAO_TEST_POSTGRES_BIN").ok()?);
        let folder = tempfile::tempdir().unwrap();
        if getuid().is_root() {
            let given = Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap();
            assert!(given.success());
        }
        // a free port: taken for a moment, and let go
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { bin, folder, port };
        server.well("initdb", &["-U", "canbao", "-A", "trust", "--no-locale", "-E", "UTF8", "--no-sync"]);
        server.go();
        Some(server)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// PostgreSQL refuses to run as root.
    fn program(&self, name: &str) -> Command {
        let path = self.bin.join(name);
        let mut command = if getuid().is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn well(&self, name: &str, arguments: &[&str]) {
        let done = self.program(name).arg("-D").arg(self.data()).args(arguments).status().unwrap();
        assert!(done.success(), "{name} failed");
    }

    /// Starts it, again too: what a killed one held may be in use for a moment more.
    pub(crate) fn go(&self) {
        let folder = self.folder.path().display();
        let options =
            format!("-p {} -c listen_addresses=127.0.0.1 -k '{folder}' -c fsync=off -c max_connections=50", self.port);
        let log = self.folder.path().join("log");
        for _ in 0..40 {
            let mut command = self.program("pg_ctl");
            command
                .arg("-D")
                .arg(self.data())
                .arg("-l")
                .arg(&log)
                .args(["-s", "-w", "-t", "60", "-o", &options, "start"]);
            if command.status().unwrap().success() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(250));
        }
        panic!("the server does not start:\n{}", fs::read_to_string(log).unwrap_or_default());
    }

    /// Kills the server and all that it started, at once.
    pub(crate) fn kill(&self) {
        let lines = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let head: i32 = lines.lines().next().unwrap().trim().parse().unwrap();
        let mut all = children(head);
        all.insert(0, head);
        for process in &all {
            let _ = kill_process(Pid::from_raw(*process).unwrap(), Signal::KILL);
        }
        while all.iter().any(|process| alive(*process)) {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        // a new server would wait for the old one's, whose number may be another process's by now
        let _ = fs::remove_file(self.data().join("postmaster.pid"));
    }

    /// The URL of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgresql://canbao@127.0.0.1:{}/{database}", self.port)
    }

    /// What a statement gives, in the server's own words.
    pub(crate) fn ask(&self, database: &str, sql: &str) -> String {
        let mut command = Command::new(self.bin.join("psql"));
        let output = command.args(["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, &self.url(database)]).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A database like another one, on which nobody is at work.
    pub(crate) fn copy(&self, from: &str, to: &str) -> String {
        // whoever was at work last may not be gone yet
        self.ask(
            "postgres",
            &format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{from}'"),
        );
        self.ask("postgres", &format!("CREATE DATABASE {to} TEMPLATE {from}"));
        self.url(to)
    }

    /// Takes a database away.
    pub(crate) fn remove(&self, database: &str) {
        self.ask("postgres", &format!("DROP DATABASE {database} WITH (FORCE)"));
    }

    /// A new, empty database.
    pub(crate) fn create(&self, database: &str) -> String {
        self.ask("postgres", &format!("CREATE DATABASE {database}"));
        self.url(database)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.program("pg_ctl").arg("-D").arg(self.data()).args(["-s", "-m", "immediate", "stop"]).status();
    }
}

/// The processes that a process started: by the system's own list, which is quick, else by looking at all.
fn children(head: i32) -> Vec<i32> {
    if let Ok(list) = fs::read_to_string(format!("/proc/{head}/task/{head}/children")) {
        return list.split_whitespace().filter_map(|process| process.parse().ok()).collect();
    }
    let mut all = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<i32>().ok());
        if field("PPid:") == Some(head) {
            all.extend(field("Pid:"));
        }
    }
    all
}

/// Whether a process runs; one that has ended and was not waited for does not.
fn alive(process: i32) -> bool {
    let stat = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}
