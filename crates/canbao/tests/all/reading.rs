//! Who reads does not wait for who writes.

use std::process::Stdio;
use std::time::{Duration, Instant};

use canbao_domain::scope::Scope;
use canbao_registry::apply::apply;
use canbao_registry::query::Filter;
use canbao_registry::{Address, Registry};
use tokio::runtime::Runtime;

use crate::support::city::{big, small};
use crate::support::folder::fresh;
use crate::support::postgres::Server;
use crate::support::program::command;
use crate::support::record::asker;

/// A page of a list, a person by number, a count: how long each takes.
async fn look(registry: &Registry, number: &str) -> [Duration; 3] {
    let (asker, filter) = (asker(), Filter::default());
    let since = Instant::now();
    let page = registry.list(&asker, &filter, None, 20).await.unwrap();
    let listed = since.elapsed();
    let found = registry.by_number(&asker, number).await.unwrap();
    let by_number = since.elapsed();
    let count = registry.count(&Scope::city(), &filter).await.unwrap();
    let counted = since.elapsed();
    assert!(page.lines.len() == 20 && found.len() == 1 && count > 0);
    [listed, by_number - listed, counted - by_number]
}

/// Reads while a write is held open, and while 20,000 people are applied to a registry that has 3,000 others.
async fn reads(url: String) {
    let folder = fresh(if url.starts_with("sqlite") { "reading-sqlite" } else { "reading-postgres" });
    let url = url.replace("FOLDER", folder.to_str().unwrap());
    let address = Address { url: url.clone(), key_file: Some(folder.join("registry.key")) };
    Registry::migrate(&address).await.unwrap();
    let registry = Registry::open(&address).await.unwrap();
    apply(&registry, &small().run, "test", false).await.unwrap();
    let persons = small().table("persons");
    let number = persons.rows().find_map(|row| row.get("person_id")).unwrap();

    let mut write = registry.store().write().await.unwrap();
    write.execute("UPDATE state SET next_row = next_row + 1", &[]).await.unwrap();
    let held = tokio::time::timeout(Duration::from_secs(10), look(&registry, number)).await;
    assert!(held.is_ok(), "a reader waited for a writer");
    write.rollback().await.unwrap();

    let run = big().run.to_str().unwrap();
    let arguments = ["registry", "apply", run, "--database", &url, "--key-file", "registry.key"];
    let mut child = command(&folder, &arguments).stdout(Stdio::null()).spawn().unwrap();
    let mut times = Vec::new();
    while child.try_wait().unwrap().is_none() {
        times.extend(look(&registry, number).await);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(child.wait().unwrap().success());
    registry.close().await;
    times.sort_unstable();
    let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
    println!("{}: {} looks, median {median:.1?}, longest {longest:.1?}", &url[..6], times.len());
    assert!(times.len() > 30, "the apply was over too soon");
    assert!(median < Duration::from_millis(200) && longest < Duration::from_secs(2), "{median:?} {longest:?}");
}

#[test]
fn pages_are_quick_while_a_run_is_applied_to_sqlite() {
    Runtime::new().unwrap().block_on(reads("sqlite://FOLDER/registry.db".to_owned()));
}

#[test]
fn pages_are_quick_while_a_run_is_applied_to_postgresql() {
    let Some(server) = Server::start() else { return };
    Runtime::new().unwrap().block_on(reads(server.create("reading")));
}
