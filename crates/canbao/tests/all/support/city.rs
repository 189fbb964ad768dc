//! Invented cities and their comparisons, made once for all tests that only read them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::folder;
use super::program::run;
use super::table::Table;

/// A city and a run of its comparison.
pub(crate) struct Compared {
    pub(crate) city: PathBuf,
    pub(crate) run: PathBuf,
    /// What `compare --json` printed.
    pub(crate) printed: String,
}

impl Compared {
    /// A table of the truth.
    pub(crate) fn truth(&self, name: &str) -> Table {
        Table::read(&self.city.join("truth").join(format!("{name}.parquet")))
    }

    /// A table of the run.
    pub(crate) fn table(&self, name: &str) -> Table {
        Table::read(&self.run.join(format!("{name}.parquet")))
    }

    /// `summary.json`.
    pub(crate) fn summary(&self) -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(self.run.join("summary.json")).unwrap()).unwrap()
    }
}

/// Invents a city in `folder/city`.
pub(crate) fn invent(folder: &Path, persons: u64, seed: u64) -> PathBuf {
    let (persons, seed) = (persons.to_string(), seed.to_string());
    super::program::run_well(folder, &["synth", "--persons", &persons, "--seed", &seed, "--out", "city"]);
    folder.join("city")
}

/// Compares `folder/city` into `folder/NAME`, and fails the test unless that was done (exit code 0 or 1).
pub(crate) fn compare(folder: &Path, name: &str, more: &[&str]) -> String {
    let mut arguments = vec!["compare", "city/city.toml", "--out", name];
    arguments.extend(more);
    let output = run(folder, &arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "canbao {arguments:?} said:\n{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A city of 20,000, compared with its workbooks; read only.
pub(crate) fn big() -> &'static Compared {
    static BIG: OnceLock<Option<Compared>> = OnceLock::new();
    made(&BIG, || make("big", 20_000, 11, &["--json"]))
}

/// A city of 3,000, compared without workbooks; read only.
pub(crate) fn small() -> &'static Compared {
    static SMALL: OnceLock<Option<Compared>> = OnceLock::new();
    made(&SMALL, || make("small", 3_000, 5, &["--json", "--no-workbooks"]))
}

/// That of those who kill, as large as they want it; read only.
pub(crate) fn killed() -> &'static Compared {
    static KILLED: OnceLock<Option<Compared>> = OnceLock::new();
    match super::kill::people() {
        3_000 => small(),
        people => made(&KILLED, || make("killed-city", people, 5, &["--json", "--no-workbooks"])),
    }
}

/// Makes it once; where that failed, the first test says why and the others say that it did.
fn made(
    city: &'static OnceLock<Option<Compared>>,
    make: impl FnOnce() -> Compared + std::panic::UnwindSafe,
) -> &'static Compared {
    let city = city.get_or_init(|| std::panic::catch_unwind(make).ok());
    city.as_ref().expect("the city that this test reads could not be made: see above")
}

fn make(name: &str, persons: u64, seed: u64, more: &[&str]) -> Compared {
    let folder = folder::fresh(name);
    let city = invent(&folder, persons, seed);
    let printed = compare(&folder, "run", more);
    Compared { city, run: folder.join("run"), printed }
}
