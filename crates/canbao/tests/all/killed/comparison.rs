//! Killed at any moment, a comparison leaves the old run or none, and the next one succeeds.

use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::city::{compare, invent};
use crate::support::folder::{contents, fresh, names};
use crate::support::program::command;

const COMPARE: [&str; 4] = ["compare", "city/city.toml", "--out", "run"];

#[test]
fn killed_at_any_moment_it_leaves_the_old_run_or_none() {
    let folder = fresh("killed");
    invent(&folder, 1_000, 9);
    let since = Instant::now();
    compare(&folder, "whole", &[]);
    let whole = since.elapsed();
    assert_eq!(names(&folder), ["city", "whole"]);

    for share in [5, 40, 75, 95] {
        kill_after(&folder, whole * share / 100);
        assert!(!folder.join("run").exists() || whole_run(&folder), "half a run stands after {share} %");
    }
    compare(&folder, "run", &[]);
    assert_eq!(names(&folder), ["city", "run", "whole"], "the next run clears away what killed ones left");

    let old = contents(&folder.join("run"));
    for share in [20, 60, 85, 99] {
        kill_after(&folder, whole * share / 100);
        let now = contents(&folder.join("run"));
        assert!(now == old || whole_run(&folder), "the old run was touched after {share} %");
    }
    compare(&folder, "run", &[]);
    assert_eq!(names(&folder), ["city", "run", "whole"]);
}

/// Whether `run` holds every file that the whole run holds, with the same bytes but for the times.
fn whole_run(folder: &std::path::Path) -> bool {
    let (mut run, mut whole) = (contents(&folder.join("run")), contents(&folder.join("whole")));
    run.remove("summary.json").is_some() && whole.remove("summary.json").is_some() && run == whole
}

fn kill_after(folder: &std::path::Path, time: Duration) {
    let mut child = command(folder, &COMPARE).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    sleep(time);
    // it may have ended already, on a machine that has become faster
    let _ = child.kill();
    child.wait().unwrap();
}
