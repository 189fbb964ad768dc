//! The live registry on real runs: a year of months, and the commands.

use std::collections::BTreeMap;
use std::path::Path;

use canbao_domain::scope::Scope;
use canbao_registry::apply::apply;
use canbao_registry::audit::verify;
use canbao_registry::query::Filter;
use canbao_registry::{Address, Registry};
use tokio::runtime::Runtime;

use crate::support::city::big;
use crate::support::folder::fresh;
use crate::support::program::{run, run_well};
use crate::support::record::everybody;

async fn opened(folder: &Path, name: &str) -> Registry {
    let url = format!("sqlite://{}", folder.join(name).display());
    let address = Address { url, key_file: None };
    Registry::migrate(&address).await.unwrap();
    Registry::open(&address).await.unwrap()
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
