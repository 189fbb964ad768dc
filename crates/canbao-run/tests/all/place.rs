//! Where a run may stand, and what happens to what stands there.

use std::fs;
use std::path::Path;

use canbao_run::{RunError, RunReader, RunWriter, Summary};

/// Writes a run that is told from others by its version.
fn run(out: &Path, version: &str) -> Result<(), RunError> {
    let writer = RunWriter::with_threads(out, 1)?;
    fs::write(writer.dir().join("extra.txt"), version).unwrap();
    writer.finish(&Summary { version: version.to_owned(), ..Summary::default() })?;
    Ok(())
}

fn version(out: &Path) -> String {
    let seen = RunReader::open(out).unwrap().summary().unwrap().version;
    assert_eq!(fs::read_to_string(out.join("extra.txt")).unwrap(), seen);
    seen
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_new_place_an_empty_folder_and_an_older_run_are_taken() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a/b/run");
    run(&out, "1").unwrap();
    assert_eq!(version(&out), "1");
    run(&out, "2").unwrap();
    assert_eq!(version(&out), "2");
    assert_eq!(names(&dir.path().join("a/b")), ["run"]);

    let empty = dir.path().join("empty");
    fs::create_dir(&empty).unwrap();
    run(&empty, "3").unwrap();
    assert_eq!(version(&empty), "3");
}

#[test]
fn what_the_older_run_had_more_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    run(&out, "1").unwrap();
    fs::write(out.join("old.parquet"), "old").unwrap();
    run(&out, "2").unwrap();
    assert_eq!(names(&out), ["extra.txt", "summary.json"]);
}

#[test]
fn other_things_are_refused_and_stay() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "mine").unwrap();
    assert!(matches!(run(&file, "1"), Err(RunError::NotAFolder(_))));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");

    let folder = dir.path().join("folder");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("letter.txt"), "mine").unwrap();
    let error = run(&folder, "1").unwrap_err();
    assert!(matches!(error, RunError::NotARun(_)));
    assert!(error.to_string().contains("folder") && error.hint().is_some());
    assert_eq!(names(&folder), ["letter.txt"]);

    assert!(matches!(run(Path::new("/"), "1"), Err(RunError::NoName(_) | RunError::NotARun(_))));
    assert_eq!(names(dir.path()), ["file", "folder"]);
}

#[test]
fn what_comes_in_between_is_refused_at_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    let writer = RunWriter::create(&out).unwrap();
    fs::create_dir(&out).unwrap();
    fs::write(out.join("letter.txt"), "mine").unwrap();
    assert!(matches!(writer.finish(&Summary::default()), Err(RunError::NotARun(_))));
    assert_eq!(names(&out), ["letter.txt"]);
    assert_eq!(names(dir.path()), ["run"]);
}

#[test]
fn a_run_that_is_given_up_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    run(&out, "1").unwrap();
    let writer = RunWriter::create(&out).unwrap();
    fs::write(writer.dir().join("links.parquet"), "half").unwrap();
    assert_eq!(names(dir.path()).len(), 2);
    drop(writer);
    assert_eq!(names(dir.path()), ["run"]);
    assert_eq!(version(&out), "1");
}

#[test]
fn leftovers_of_the_dead_go_and_the_living_stay() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    let alive = RunWriter::create(&out).unwrap();
    fs::write(alive.dir().join("links.parquet"), "half").unwrap();
    for name in [".run.partial-1-0", ".run.partial-999999-3"] {
        fs::create_dir_all(dir.path().join(name).join("workbooks")).unwrap();
    }
    for name in [".run.partial-mine", ".other.partial-1-0", ".run.partial-1-0x"] {
        fs::create_dir(dir.path().join(name)).unwrap();
    }
    run(&out, "2").unwrap();
    let left = names(dir.path());
    assert_eq!(left.len(), 5, "{left:?}");
    for name in [".run.partial-mine", ".other.partial-1-0", ".run.partial-1-0x", "run"] {
        assert!(left.iter().any(|l| l == name), "{name}");
    }
    alive.finish(&Summary { version: "1".to_owned(), ..Summary::default() }).unwrap();
    assert!(out.join("links.parquet").exists());
}

#[test]
fn a_run_set_aside_is_put_back() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    run(&out, "1").unwrap();
    fs::rename(&out, dir.path().join(".run.previous-77-0")).unwrap();
    let writer = RunWriter::create(&out).unwrap();
    assert_eq!(version(&out), "1");
    drop(writer);
    // and is removed where a newer one stands
    fs::create_dir(dir.path().join(".run.previous-78-0")).unwrap();
    run(&out, "2").unwrap();
    assert_eq!(names(dir.path()), ["run"]);
}

#[test]
fn a_link_leads_to_the_place() {
    let dir = tempfile::tempdir().unwrap();
    let real = dir.path().join("disk/run");
    run(&real, "1").unwrap();
    let link = dir.path().join("link");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    run(&link, "2").unwrap();
    assert_eq!(version(&real), "2");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(names(dir.path()), ["disk", "link"]);
}

#[test]
fn no_summary_no_run() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(RunReader::open(dir.path()), Err(RunError::NoSummary(_))));
}
