//! Backup and restore by command, killed at any moment, the program and the server of the database: nothing is lost,
//! nothing doubled, the audit is whole. `CANBAO_KILLS` says how often, `CANBAO_KILLED_PEOPLE` in how large a city.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::city::killed;
use crate::support::folder::{fresh, names};
use crate::support::kill::{Moments, kills};
use crate::support::postgres::Server;
use crate::support::program::{command, run, run_well};

/// A registry of a city, in a folder of its own.
struct City {
    folder: PathBuf,
    url: String,
}

impl City {
    fn new(folder: PathBuf, url: String) -> Self {
        let city = Self { folder, url };
        city.well(&["registry", "migrate"], &city.url);
        city.well(&["registry", "apply", killed().run.to_str().unwrap()], &city.url);
        city
    }

    fn arguments<'a>(arguments: &[&'a str], url: &'a str) -> Vec<&'a str> {
        arguments.iter().copied().chain(["--database", url, "--key-file", "registry.key"]).collect()
    }

    fn well(&self, arguments: &[&str], url: &str) -> String {
        run_well(&self.folder, &Self::arguments(arguments, url))
    }

    fn json(&self, arguments: &[&str], url: &str) -> Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.well(&arguments, url)).unwrap()
    }

    /// What `audit verify` says, which must find nothing.
    fn proof(&self, url: &str) -> Value {
        self.json(&["audit", "verify"], url)
    }

    /// Starts a command and kills it after a while; true where that came in time.
    fn killed(&self, arguments: &[&str], url: &str, after: Duration) -> bool {
        let mut child = command(&self.folder, &Self::arguments(arguments, url))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(after);
        let _ = child.kill();
        child.wait().unwrap().code().is_none()
    }

    fn timed(&self, arguments: &[&str], url: &str) -> Duration {
        let since = Instant::now();
        self.well(arguments, url);
        since.elapsed()
    }

    fn litter(&self) -> Vec<String> {
        names(&self.folder).into_iter().filter(|name| name.starts_with('.')).collect()
    }
}

/// Kills backups; `place` gives an empty place each time.
fn backups_are_killed(city: &City, kills: u32, mut place: impl FnMut(String) -> String) {
    let mut moments = Moments::new("backup");
    let before = city.proof(&city.url);
    city.well(&["backup", "--out", "old.canbao"], &city.url);
    let whole = city.timed(&["backup", "--out", "timed.canbao"], &city.url);
    let old = std::fs::read(city.folder.join("old.canbao")).unwrap();
    let (mut in_time, mut placed) = (0, 0);
    for kill in 0..kills {
        let over_old = kill % 2 == 1;
        let name = if over_old { "old.canbao".to_owned() } else { format!("new-{kill}.canbao") };
        let file = city.folder.join(&name);
        if over_old {
            std::fs::write(&file, &old).unwrap();
        }
        let arguments: &[&str] =
            if over_old { &["backup", "--replace", "--out", &name] } else { &["backup", "--out", &name] };
        in_time += u32::from(city.killed(arguments, &city.url, moments.within(whole, kill, kills)));
        let there = std::fs::read(&file).ok();
        assert!(there.is_some() || !over_old, "the old backup is gone");
        // whatever stands there is whole
        if there.is_some_and(|bytes| !over_old || bytes != old) {
            placed += 1;
            let to = place(format!("b{kill}"));
            city.well(&["restore", &name], &to);
            city.proof(&to);
        }
        let proof = city.proof(&city.url);
        assert_eq!((&proof["rows"], &proof["looks"]), (&before["rows"], &before["looks"]));
    }
    println!("{in_time} of {kills} kills came in time, {placed} files were there");
    assert!(kills < 2 || in_time > 0, "no kill came in time");
    city.well(&["backup", "--replace", "--out", "old.canbao"], &city.url);
    let left: Vec<String> = city.litter().into_iter().filter(|name| name.starts_with(".old")).collect();
    assert_eq!(left, Vec::<String>::new());
}

/// Kills restores, to an empty place and over a registry.
fn restores_are_killed(city: &City, kills: u32, mut place: impl FnMut(String) -> String) {
    let mut moments = Moments::new("restore");
    let made = city.json(&["backup", "--replace", "--out", "a.canbao"], &city.url);
    let head = made["manifest"]["facts"]["audit"]["hash"].clone();
    // one entry more than in the backup: that of the backup itself
    let old = city.proof(&city.url);
    let whole = city.timed(&["restore", "a.canbao"], &place("timed".to_owned()));
    let new = old["entries"].as_u64().unwrap() - 1;
    let mut seen = [0, 0];
    for kill in 0..kills {
        let to = place(format!("r{kill}"));
        if city.killed(&["restore", "a.canbao"], &to, moments.within(whole, kill, kills)) {
            let there = run(&city.folder, &City::arguments(&["audit", "verify", "--json"], &to));
            if there.status.success() {
                let proof: Value = serde_json::from_slice(&there.stdout).unwrap();
                assert_eq!(proof["entries"], new);
            } else {
                // nothing is there, and the same command finishes the work
                assert!(String::from_utf8_lossy(&there.stderr).contains("registry migrate"));
                city.well(&["restore", "a.canbao"], &to);
            }
        }
        assert_eq!(city.proof(&to)["entries"], new);
        // over a registry that has lived on
        city.well(&["backup", "--replace", "--out", "more.canbao"], &to);
        city.killed(&["restore", "--replace", "a.canbao"], &to, moments.within(whole, kill, kills));
        let entries = city.proof(&to)["entries"].as_u64().unwrap();
        assert!(entries == new || entries == new + 1, "{entries} entries are of neither");
        seen[usize::from(entries == new)] += 1;
        city.well(&["restore", "--replace", "a.canbao"], &to);
        assert_eq!(city.proof(&to)["head"], head);
    }
    println!("{} kills left the old registry, {} the new one", seen[0], seen[1]);
    assert!(kills < 2 || seen[0] > 0, "no kill came in time");
}

fn sqlite(name: &str) -> City {
    City::new(fresh(name), "sqlite://registry.db".to_owned())
}

fn file(folder: &Path, name: &str) -> String {
    std::fs::create_dir_all(folder.join(name)).unwrap();
    format!("sqlite://{name}/registry.db")
}

#[test]
fn a_backup_of_sqlite_that_is_killed_leaves_no_half_file() {
    let city = sqlite("backup-killed");
    backups_are_killed(&city, kills(3), |name| file(&city.folder, &name));
}

#[test]
fn a_restore_to_sqlite_that_is_killed_leaves_the_old_or_the_new() {
    let city = sqlite("restore-killed");
    restores_are_killed(&city, kills(3), |name| file(&city.folder, &name));
}

#[test]
fn on_postgresql_killed_programs_and_killed_servers_lose_nothing() {
    let Some(server) = Server::start() else { return };
    let city = City::new(fresh("backup-postgres"), server.create("city"));
    // creating databases makes each step slower
    let kills = kills(2).div_ceil(2);
    backups_are_killed(&city, kills, |name| server.create(&name));
    restores_are_killed(&city, kills, |name| server.create(&name));
    // what killed backups left on the server goes with a later one; this one is old enough
    server.create("canbao_check_1000_0123abcd");
    city.well(&["backup", "--replace", "--out", "a.canbao"], &city.url);
    assert_eq!(
        server.ask("postgres", "SELECT COUNT(*) FROM pg_database WHERE datname = 'canbao_check_1000_0123abcd'"),
        "0"
    );

    // a role that may make no database: checked by digests alone, and told
    server.ask("postgres", "CREATE ROLE poor LOGIN");
    server.ask("postgres", "CREATE DATABASE poor OWNER poor");
    let poor = server.url("poor").replace("canbao@", "poor@");
    city.well(&["restore", "a.canbao"], &poor);
    let told = city.json(&["backup", "--out", "poor.canbao"], &poor);
    assert_eq!(told["checked"], "listed");
    let to = server.create("from_poor");
    city.well(&["restore", "poor.canbao"], &to);
    assert_eq!(city.proof(&to)["rows"], city.proof(&city.url)["rows"]);

    let mut moments = Moments::new("server");
    let whole = city.timed(&["backup", "--replace", "--out", "a.canbao"], &city.url);
    let before = city.proof(&city.url);
    let old = std::fs::read(city.folder.join("a.canbao")).unwrap();
    let (mut failed, mut place) = (0, 0);
    for kill in 0..kills {
        let arguments = City::arguments(&["backup", "--replace", "--out", "a.canbao"], &city.url);
        let child = command(&city.folder, &arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(moments.within(whole, kill, kills));
        server.kill();
        let ended = child.wait_with_output().unwrap();
        server.go();
        let said = String::from_utf8(ended.stderr).unwrap();
        match ended.status.code() {
            Some(0) => {}
            // the file was there already, and the audit could not be told of it
            Some(1) => assert!(said.contains("没有记入审计记录"), "{said}"),
            Some(2) => {
                failed += 1;
                assert!(said.starts_with("错误：") && said.contains("提示："), "{said}");
                assert!(std::fs::read(city.folder.join("a.canbao")).unwrap() == old, "a failed backup left a file");
            }
            other => panic!("{other:?}: {said}"),
        }
        let proof = city.proof(&city.url);
        assert_eq!((&proof["rows"], &proof["looks"]), (&before["rows"], &before["looks"]));
        let to = server.create(&format!("s{place}"));
        place += 1;
        city.well(&["restore", "a.canbao"], &to);
        assert_eq!(city.proof(&to)["rows"], before["rows"]);
        std::fs::write(city.folder.join("a.canbao"), &old).unwrap();
    }
    println!("{failed} backups failed with their server");
    assert!(kills < 2 || failed > 0, "no kill came in time");
}

#[test]
fn backups_while_an_apply_is_at_work_are_each_one_state() {
    let folder = fresh("backup-meanwhile");
    let server = Server::start();
    let mut places = vec![("s", "sqlite://registry.db".to_owned())];
    places.extend(server.as_ref().map(|server| ("p", server.create("meanwhile"))));
    for (kind, url) in places {
        let city = City { folder: folder.clone(), url };
        city.well(&["registry", "migrate"], &city.url);
        let run_folder = killed().run.to_str().unwrap();
        let arguments = City::arguments(&["registry", "apply", run_folder], &city.url);
        let mut apply = command(&folder, &arguments).stdout(Stdio::null()).spawn().unwrap();
        let mut made = Vec::new();
        while apply.try_wait().unwrap().is_none() {
            let name = format!("{kind}{}.canbao", made.len());
            city.well(&["backup", "--out", &name], &city.url);
            made.push(name);
        }
        assert!(apply.wait().unwrap().success() && !made.is_empty());
        let rows = city.proof(&city.url)["rows"].clone();
        for name in made {
            let place = name.replace('.', "_");
            let to = match &server {
                Some(server) if kind == "p" => server.create(&place),
                _ => file(&folder, &place),
            };
            city.well(&["restore", &name], &to);
            // nothing of a half apply is seen, and the same run finishes the work
            let seen = city.proof(&to)["rows"].clone();
            assert!(seen == 0 || seen == rows, "{name} shows {seen} of {rows} rows");
            city.well(&["registry", "apply", run_folder], &to);
            assert_eq!(city.proof(&to)["rows"], rows, "{name}");
        }
    }
}

#[test]
fn the_commands_say_what_they_did_and_what_they_refuse() {
    let city = sqlite("backup-commands");
    let made = city.well(&["backup", "--out", "a.canbao"], &city.url);
    assert!(made.contains("已经试恢复") && made.contains("密钥不在备份里"), "{made}");
    let told = city.json(&["backup", "--replace", "--out", "a.canbao"], &city.url);
    assert_eq!((&told["checked"], told["sha256"].as_str().unwrap().len()), (&"restored".into(), 64));
    assert_eq!(told["manifest"]["facts"]["audit"]["seq"], 2);
    // to another place without its key: restored, and told
    let to = file(&city.folder, "new");
    let moved = run(&city.folder, &["restore", "a.canbao", "--database", &to]);
    let said = String::from_utf8(moved.stderr).unwrap();
    assert_eq!(moved.status.code(), Some(1), "{said}");
    let fingerprint = told["manifest"]["facts"]["key_fingerprint"].as_str().unwrap();
    assert!(said.contains("new/registry.key") && said.contains(fingerprint) && said.contains("提示："), "{said}");
    assert!(String::from_utf8(moved.stdout).unwrap().contains("登记库已恢复到"));
    std::fs::copy(city.folder.join("registry.key"), city.folder.join("new/registry.key")).unwrap();
    assert_eq!(city.proof(&to)["entries"], 2);
    for (arguments, told) in [
        (vec!["backup", "--out", "a.canbao"], "已经存在"),
        (vec!["backup", "--out", "none/a.canbao"], "none/a.canbao"),
        (vec!["restore", "a.canbao"], "已经有登记库"),
        (vec!["restore", "registry.key"], "不是 canbao backup 做的备份"),
        (vec!["restore", "none.canbao"], "none.canbao"),
    ] {
        let refused = run(&city.folder, &City::arguments(&arguments, &city.url));
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(told) && said.contains("提示：") && refused.stdout.is_empty(), "{said}");
    }
    let json = run(&city.folder, &["restore", "a.canbao", "--json", "--replace", "--database", &to]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&json["key"], json["kept"].as_array().unwrap().len()), (&"right".into(), 2));
}
