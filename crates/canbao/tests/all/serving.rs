//! A process that the server starts ends with the server, and says on whose word it worked.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::city::invent;
use crate::support::folder::{fresh, names};
use crate::support::program::{command, run_well};

const COMPARE: [&str; 6] = ["compare", "city/city.toml", "--out", "run", "--progress", "json"];

#[test]
fn a_child_whose_server_has_gone_ends_and_leaves_no_run() {
    let folder = fresh("serving");
    invent(&folder, 20_000, 9);
    let mut child = command(&folder, &[&COMPARE[..], &["--serving=city"]].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // it works for as long as the pipe is open
    std::thread::sleep(Duration::from_millis(100));
    assert!(child.try_wait().unwrap().is_none());
    let since = Instant::now();
    drop(child.stdin.take());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(2), "after {:?}", since.elapsed());
    assert!(since.elapsed() < Duration::from_secs(2));
    assert!(!folder.join("run").exists());
}

#[test]
fn what_the_server_asked_for_is_on_the_audit_as_somebodys_word() {
    let folder = fresh("serving-audit");
    invent(&folder, 1_000, 9);
    let database = ["--database", "sqlite://registry.db"];
    run_well(&folder, &[&["registry", "migrate"], &database[..]].concat());
    let mut child = command(&folder, &[&COMPARE[..], &["--serving=city"]].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // to wait would close it, and so end the child
    let held = child.stdin.take();
    assert!(matches!(child.wait().unwrap().code(), Some(0 | 1)));
    drop(held);
    assert_eq!(names(&folder).iter().filter(|name| *name == "run").count(), 1);
    let mut apply = command(&folder, &[&["registry", "apply", "run", "--serving=zhou"], &database[..]].concat());
    let mut child = apply.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let _held = child.stdin.take();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("sqlite://{}", folder.join("registry.db").display());
        let address = canbao_registry::Address { url, key_file: None };
        let registry = canbao_registry::Registry::open(&address).await.unwrap();
        let log = registry.audit_page(None, None, 10).await.unwrap();
        assert!(log.iter().any(|done| done.action == "apply" && done.actor.starts_with("zhou (os:")), "{log:?}");
        registry.close().await;
    });
}
