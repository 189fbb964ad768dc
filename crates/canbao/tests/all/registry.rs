//! The live registry on real runs: a year of months, and the commands.

use std::collections::BTreeMap;
use std::path::Path;

use canbao_domain::scope::Scope;
use canbao_registry::apply::apply;
use canbao_registry::audit::verify;
use canbao_registry::person::{NumberKind, Whole};
use canbao_registry::query::{Asker, Filter};
use canbao_registry::{Address, Registry};
use tokio::runtime::Runtime;

use crate::support::city::big;
use crate::support::folder::fresh;
use crate::support::program::{command, run, run_well};

fn asker() -> Asker {
    Asker { actor: "test".to_owned(), scope: Scope::city(), purpose: "test" }
}

async fn opened(folder: &Path, name: &str) -> Registry {
    let url = format!("sqlite://{}", folder.join(name).display());
    let address = Address { url, key_file: None };
    Registry::migrate(&address).await.unwrap();
    Registry::open(&address).await.unwrap()
}

/// All that the registry says of everybody who is current, without its own identifiers and without history: as many times
/// as it says it.
async fn everybody(registry: &Registry) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    let given = registry
        .each_person(&asker(), &Filter::default(), |whole| {
            *all.entry(said(&whole)).or_default() += 1;
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(given as usize, all.values().sum::<usize>());
    all
}

fn said(whole: &Whole) -> String {
    let (record, derived) = (&whole.record, &whole.derived);
    let mut numbers: Vec<String> = whole
        .numbers
        .iter()
        .filter(|number| number.kind != NumberKind::Former)
        .map(|number| format!("{} {}", number.kind.as_str(), number.value))
        .collect();
    numbers.sort();
    let mut rows: Vec<String> = whole
        .enrolments
        .iter()
        .map(|row| {
            let texts = [&row.status, &row.benefit, &row.unit_code, &row.unit_name, &row.pooling_area];
            format!("{} {texts:?} {:?}", row.scheme, row.since)
        })
        .collect();
    rows.sort();
    let mut findings: Vec<String> =
        whole.findings.iter().map(|finding| format!("{} {:?}", finding.kind, finding.detail)).collect();
    findings.sort();
    let items = [
        &record.name,
        &record.ethnic,
        &record.hukou,
        &record.household,
        &record.relation,
        &record.address,
        &record.phone,
        &record.certificate_type,
    ];
    let reasons: Vec<&str> = derived.reasons.iter().collect();
    format!(
        "{numbers:?} {items:?} {} {:?} {} {:?} {:?} {} {} {:?} {:?} {:?} {reasons:?} {rows:?} {findings:?}",
        record.sex,
        record.birth,
        record.area,
        record.population,
        record.life,
        record.subsistence,
        record.disability,
        derived.pension,
        derived.medical,
        derived.category,
    )
}

#[test]
fn a_year_of_months_ends_as_the_last_month_alone() {
    let folder = fresh("year");
    run_well(&folder, &["synth", "--persons", "2000", "--seed", "23", "--out", "city", "--months", "12"]);
    let months = crate::support::folder::names(&folder.join("city"));
    assert_eq!(months.len(), 12);
    Runtime::new().unwrap().block_on(async {
        let year = opened(&folder, "year.db").await;
        let (mut new, mut changed, mut ended) = (0, 0, 0);
        for month in &months {
            let city = format!("city/{month}/city.toml");
            let made = run(&folder, &["compare", &city, "--out", month, "--no-workbooks", "--json"]);
            assert!(matches!(made.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&made.stderr));
            let balance = apply(&year, &folder.join(month), "test", false).await.unwrap().balance;
            (new, changed, ended) = (new + balance.new, changed + balance.changed, ended + balance.ended);
            let current = year.count(&Scope::city(), &Filter::default()).await.unwrap() as u64;
            assert_eq!(current, balance.new + balance.changed + balance.untouched, "{month}: {balance:?}");
        }
        assert!(new > 2000 && changed > 100, "hardly anything happened: {new} {changed} {ended}");
        let last = opened(&folder, "last.db").await;
        apply(&last, &folder.join(months.last().unwrap()), "test", false).await.unwrap();
        let (after_a_year, alone) = (everybody(&year).await, everybody(&last).await);
        let differs: Vec<&String> = after_a_year
            .iter()
            .filter(|(said, times)| alone.get(*said) != Some(times))
            .map(|(said, _)| said)
            .chain(alone.keys().filter(|said| !after_a_year.contains_key(*said)))
            .collect();
        assert!(
            differs.is_empty(),
            "{} differ, such as\n{}\n{}",
            differs.len(),
            differs[0],
            differs[differs.len() - 1]
        );
        assert!(verify(&year).await.unwrap().faults.is_empty());
    });
}

#[test]
fn the_commands_make_fill_ask_and_prove_a_registry() {
    let folder = fresh("registry");
    let city = big();
    let path = city.run.to_str().unwrap();
    let database = ["--database", "sqlite://registry.db"];
    let with =
        |arguments: &[&str]| arguments.iter().chain(&database).map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let well = |arguments: &[&str]| {
        let all = with(arguments);
        run_well(&folder, &all.iter().map(String::as_str).collect::<Vec<_>>())
    };
    // before it is made
    let early = with(&["registry", "apply", path]);
    let early = run(&folder, &early.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(early.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&early.stderr).contains("canbao registry migrate"));
    let unnamed = run(&folder, &["registry", "migrate"]);
    assert_eq!(unnamed.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unnamed.stderr).contains("CANBAO_DATABASE"));

    assert!(well(&["registry", "migrate"]).contains("registry.key"));
    assert!(well(&["registry", "migrate"]).contains("已经是最新的"));
    let persons = city.table("persons");
    let dry: serde_json::Value =
        serde_json::from_str(&well(&["registry", "apply", path, "--dry-run", "--json"])).unwrap();
    assert_eq!(dry["new"], persons.len());
    let first: serde_json::Value = serde_json::from_str(&well(&["registry", "apply", path, "--json"])).unwrap();
    assert_eq!((&first["new"], &first["untouched"]), (&persons.len().into(), &0.into()));
    let again: serde_json::Value = serde_json::from_str(&well(&["registry", "apply", path, "--json"])).unwrap();
    assert_eq!((&again["new"], &again["untouched"]), (&0.into(), &persons.len().into()));
    // everybody has the category that the run gave them
    Runtime::new().unwrap().block_on(async {
        let registry = opened(&folder, "registry.db").await;
        for (category, people) in persons.rows().fold(BTreeMap::<&str, i64>::new(), |mut counts, row| {
            *counts.entry(row.text("category")).or_default() += 1;
            counts
        }) {
            let category = canbao_domain::rules::Category::from_word(category).unwrap();
            let filter = Filter { category: Some(category), ..Filter::default() };
            assert_eq!(registry.count(&Scope::city(), &filter).await.unwrap(), people, "{category}");
        }
    });
    let somebody = persons.rows().find(|row| row.get("person_id").is_some()).unwrap();
    let number = somebody.text("person_id");
    let found = well(&["registry", "query", "--json", "--number", number]);
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found["persons"][0]["number"], number);
    assert_eq!(found["persons"][0]["category"], somebody.text("category"));
    assert!(well(&["registry", "query", "--number", "610902190001010006"]).contains("没有这个人"));
    assert!(well(&["audit", "verify"]).contains("都连得上"));
}

/// Killed at any moment, an apply leaves the old state or the new one, and the same command finishes the work.
/// `CANBAO_KILLS` says how often; `scripts/killed` does it a hundred times.
#[test]
fn an_apply_that_is_killed_leaves_the_old_state_or_the_new() {
    let kills: u32 = std::env::var("CANBAO_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    let persons = if kills > 20 { "20000" } else { "4000" };
    let folder = fresh("registry-killed");
    run_well(&folder, &["synth", "--persons", persons, "--seed", "31", "--out", "city", "--months", "2"]);
    let months = crate::support::folder::names(&folder.join("city"));
    for month in &months {
        let city = format!("city/{month}/city.toml");
        run(&folder, &["compare", &city, "--out", month, "--no-workbooks", "--json"]);
    }
    let runtime = Runtime::new().unwrap();
    // the states before and after each of both applies, and how long each takes
    let empty = folder.join("empty");
    std::fs::create_dir(&empty).unwrap();
    let mut stages = vec![(empty, BTreeMap::new())];
    let mut times = Vec::new();
    for (at, month) in months.iter().enumerate() {
        let next = folder.join(format!("after-{at}"));
        if at == 0 {
            runtime.block_on(async { opened(&stages[0].0, "registry.db").await.close().await });
        }
        crate::support::folder::copy(&stages[at].0, &next);
        let since = std::time::Instant::now();
        run_well(&next, &["registry", "apply", &format!("../{month}"), "--database", "sqlite://registry.db"]);
        times.push(since.elapsed());
        let state = runtime.block_on(async {
            let registry = opened(&next, "registry.db").await;
            let state = everybody(&registry).await;
            registry.close().await;
            state
        });
        stages.push((next, state));
    }
    let mut seen = [0, 0];
    for kill in 0..kills {
        let at = kill as usize % 2;
        let work = folder.join(format!("work-{kill}"));
        crate::support::folder::copy(&stages[at].0, &work);
        let month = format!("../{}", months[at]);
        let arguments = ["registry", "apply", &month, "--database", "sqlite://registry.db"];
        let mut child = command(&work, &arguments).stdout(std::process::Stdio::null()).spawn().unwrap();
        // spread over the whole time and a little beyond
        let share = f64::from((kill * 37 + 11) % 100) / 90.0;
        std::thread::sleep(times[at].mul_f64(share));
        let _ = child.kill();
        child.wait().unwrap();
        let left = runtime.block_on(async {
            let registry = opened(&work, "registry.db").await;
            assert!(verify(&registry).await.unwrap().faults.is_empty());
            let left = everybody(&registry).await;
            registry.close().await;
            left
        });
        let is_new = left == stages[at + 1].1;
        assert!(is_new || left == stages[at].1, "kill {kill} at {share:.2} left something between");
        seen[usize::from(is_new)] += 1;
        run_well(&work, &arguments);
        runtime.block_on(async {
            let registry = opened(&work, "registry.db").await;
            assert!(everybody(&registry).await == stages[at + 1].1, "kill {kill} at {share:.2} was not mended");
            assert!(verify(&registry).await.unwrap().faults.is_empty());
            registry.close().await;
        });
        std::fs::remove_dir_all(&work).unwrap();
    }
    assert!(seen[0] > 0, "no kill came in time");
}
