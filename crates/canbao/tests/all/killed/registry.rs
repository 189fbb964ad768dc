//! What changes the record: applies, changes by procedure, answers of another registry.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use super::errand::{Errand, Steps, Victim};
use super::home::{Home, Store};
use crate::support::folder::{copy, fresh, names};
use crate::support::kill::{kills, people};
use crate::support::postgres::Server;
use crate::support::program::{run, run_well};
use crate::support::record::State;
use crate::support::table::Table;

/// Two months of a city, compared, and beside it a registry of the second month that can be asked.
struct Months {
    folder: PathBuf,
    runs: [PathBuf; 2],
}

fn months() -> &'static Months {
    static MONTHS: OnceLock<Months> = OnceLock::new();
    MONTHS.get_or_init(|| {
        let folder = fresh("killed-months");
        let persons = people().to_string();
        run_well(&folder, &["synth", "--persons", &persons, "--seed", "31", "--out", "city", "--months", "2"]);
        let made = names(&folder.join("city"));
        for month in &made {
            let city = format!("city/{month}/city.toml");
            let done = run(&folder, &["compare", &city, "--out", month, "--no-workbooks"]);
            assert!(matches!(done.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&done.stderr));
        }
        let runs = [0, 1].map(|at: usize| folder.join(&made[at]));
        let west = Home::new(Store::Sqlite, &folder, "west");
        west.well("maker", &["registry", "apply", runs[1].to_str().unwrap()]);
        identity(&west, "west", "610999");
        Months { folder, runs }
    })
}

fn identity(home: &Home<'_>, id: &str, area: &str) {
    home.well("maker", &["exchange", "identity", "--id", id, "--name", &format!("{id}社会保险局"), "--area", area]);
    home.well("maker", &["exchange", "card", "--out", "card"]);
}

/// Makes two registries known to each other.
fn introduce(home: &Home<'_>, other: &Path, spoken: &str) {
    let card = other.join("card");
    home.well("maker", &["exchange", "peer", "add", card.to_str().unwrap(), "--fingerprint", spoken]);
}

fn spoken(home: &Home<'_>) -> String {
    let told: Value = serde_json::from_str(&home.well("maker", &["exchange", "card", "--json"])).unwrap();
    told["spoken"].as_str().unwrap().to_owned()
}

/// Somebody of a run who is alive and on the register, so that their death can be told.
fn somebody(home: &Home<'_>, run: &Path) -> String {
    let persons = Table::read(&run.join("persons.parquet"));
    let row = persons
        .rows()
        .find(|row| row.get("person_id").is_some() && row.text("category") == "confirmed")
        .expect("somebody who is confirmed");
    let found = home.well("maker", &["registry", "query", "--json", "--number", row.text("person_id")]);
    let found: Value = serde_json::from_str(&found).unwrap();
    found["persons"][0]["person"].to_string()
}

/// A department's file of deaths: of six hundred people of a run, or all whom it confirms.
fn deaths(run: &Path) -> String {
    let persons = Table::read(&run.join("persons.parquet"));
    let mut times = BTreeMap::<&str, usize>::new();
    for row in persons.rows() {
        *times.entry(row.get("person_id").unwrap_or_default()).or_default() += 1;
    }
    let known = persons.rows().filter(|row| row.text("category") == "confirmed" && row.get("name").is_some());
    let known = known.filter(|row| row.get("person_id").is_some_and(|number| times[number] == 1));
    let lines = known.take(600).map(|row| format!("{},{},2016-11-20\n", row.text("name"), row.text("person_id")));
    std::iter::once("姓名,身份证号码,死亡日期\n".to_owned()).chain(lines).collect()
}

/// A registry and what it says.
struct Stage<'a>(Home<'a>, State);

/// Does an errand in a copy of a registry, and kills it in others; gives the one where it was done.
fn each<'a>(errand: &Errand<'_>, before: &Stage<'a>, name: &str, victims: &[Victim], kills: u32) -> Stage<'a> {
    let Stage(home, old) = before;
    let done = home.copy(name);
    let whole = errand.done(&done);
    let after = done.state();
    for victim in victims {
        errand.killed(*victim, home, [old, &after], whole, kills);
    }
    Stage(done, after)
}

/// Kills all that changes the record in a store.
fn all(store: Store<'_>, victims: &[Victim], name: &str, usual: u32) {
    let months = months();
    let root = fresh(name);
    let kills = kills(usual);
    let [some, rest] = [kills.div_ceil(2), kills / 2];
    let [first, second] = [0, 1].map(|at: usize| months.runs[at].to_str().unwrap());
    let errand = |what, arguments| Errand {
        what,
        steps: Steps::One,
        user: "maker",
        arguments,
        acknowledged: "",
        done_already: "",
    };
    let each = |errand: &Errand<'_>, before: &_, name: &str, kills| each(errand, before, name, victims, kills);

    let empty = Home::new(store, &root, "empty");
    let state = empty.state();
    let empty = Stage(empty, state);
    let load = ["registry", "apply", first];
    let load = Errand { acknowledged: "登记库已更新", ..errand("the first apply", &load) };
    let loaded = each(&load, &empty, "loaded", some);
    let change = ["registry", "apply", second];
    let change = Errand { acknowledged: "登记库已更新", ..errand("an apply", &change) };
    each(&change, &loaded, "changed", rest).0.remove();

    let person = somebody(&loaded.0, &months.runs[0]);
    let propose = ["registry", "change", "propose", "death", "--person", &person, "--effective", "2016-12-05"];
    let propose =
        Errand { acknowledged: "申请编号", done_already: "等待审核", ..errand("a proposal", &propose) };
    let proposed = each(&propose, &loaded, "proposed", some);
    let decide = ["registry", "change", "decide", "1", "--approve", "--reason", "材料齐全"];
    let decide =
        Errand {
            user: "checker", acknowledged: "已办理", done_already: "已经处理过", ..errand("a decision", &decide)
        };
    each(&decide, &proposed, "decided", rest).0.remove();
    proposed.0.remove();

    fs::write(loaded.0.folder.join("deaths.csv"), deaths(&months.runs[0])).unwrap();
    let bulk = ["registry", "change", "bulk", "death", "deaths.csv", "--out", "outcomes.csv"];
    let bulk = Errand { acknowledged: "等待另一人审核", ..errand("a bulk's proposal", &bulk) };
    let proposed = each(&bulk, &loaded, "bulk_proposed", some);
    let decide = ["registry", "change", "decide-bulk", "1", "--approve", "--reason", "已与公安核对"];
    let decide =
        Errand {
            steps: Steps::Many, user: "checker", acknowledged: "已办理", ..errand("a bulk's decision", &decide)
        };
    each(&decide, &proposed, "bulk_decided", rest).0.remove();
    proposed.0.remove();

    let loaded = loaded.0;
    let west = root.join("west");
    copy(&months.folder.join("west"), &west);
    let west = Home::at(west);
    identity(&loaded, "east", "610998");
    introduce(&loaded, &west.folder, &spoken(&west));
    introduce(&west, &loaded.folder, &spoken(&loaded));
    let stick = root.join("stick");
    let stick = stick.to_str().unwrap();
    loaded.well("maker", &["exchange", "export", "--to", "west", "--out", stick]);
    let answered = west.well("maker", &["exchange", "answer", stick, "--out", stick, "--json"]);
    let answered: Value = serde_json::from_str(&answered).unwrap();
    let answer = answered["answers"][0]["file"].as_str().unwrap();
    assert!(answered["answers"][0]["insured"].as_u64().unwrap() > 0, "{answered}");
    let import = ["exchange", "import", answer];
    let import =
        Errand { acknowledged: "登记更新", done_already: "重复：已经收到", ..errand("an import", &import) };
    let state = loaded.state();
    each(&import, &Stage(loaded, state), "imported", kills).0.remove();
}

#[test]
fn killed_while_it_changes_a_record_in_sqlite_the_program_loses_nothing() {
    all(Store::Sqlite, &[Victim::Program], "killed-sqlite", 2);
}

#[test]
fn killed_while_they_change_a_record_in_postgresql_program_and_server_lose_nothing() {
    let Some(server) = Server::start() else { return };
    all(Store::Postgres(&server), &[Victim::Program, Victim::Server], "killed-postgres", 2);
}
