//! Times the registry on a run: `measure_registry URL RUN [AGAIN]`; see `scripts/bench registry`. `--batch RUN` instead of
//! a run asks for every third of its people at once.

use std::path::Path;
use std::time::Instant;

use arrow::array::{Array, AsArray, StringArray};
use canbao_domain::scope::Scope;
use canbao_registry::apply::apply;
use canbao_registry::query::{Asker, Question, Verdict};
use canbao_registry::{Address, Registry, RegistryError};
use canbao_run::RunReader;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), RegistryError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((url, runs)) = arguments.split_first() else {
        eprintln!("measure_registry URL RUN [AGAIN] [--batch RUN]");
        return Ok(());
    };
    let address = Address { url: url.clone(), key_file: None };
    Registry::migrate(&address).await?;
    let registry = Registry::open(&address).await?;
    let mut runs = runs.iter();
    while let Some(run) = runs.next() {
        if run == "--batch" {
            if let Some(run) = runs.next() {
                batch(&registry, Path::new(run)).await?;
            }
            continue;
        }
        let since = Instant::now();
        let applied = apply(&registry, Path::new(run), "measure", false).await?;
        println!("apply {run}: {:.2} s {:?}", since.elapsed().as_secs_f64(), applied.balance);
    }
    registry.close().await;
    Ok(())
}

/// Asks for every third person of a run by number and name.
async fn batch(registry: &Registry, run: &Path) -> Result<(), RegistryError> {
    let mut questions = Vec::new();
    for batch in RunReader::open(run)?.scan("persons", &["person_id", "name"])? {
        let batch = batch?;
        let [Some(numbers), Some(names)] = [0, 1].map(|at| batch.column(at).as_string_opt::<i32>()) else { continue };
        let text =
            |texts: &StringArray, row| if texts.is_valid(row) { texts.value(row).to_owned() } else { String::new() };
        for row in (0..batch.num_rows()).step_by(3) {
            questions.push(Question { number: text(numbers, row), name: text(names, row) });
        }
    }
    let asker = Asker { actor: "measure".to_owned(), scope: Scope::city(), purpose: "measure" };
    let (rows, since) = (questions.len(), Instant::now());
    let answers = registry.batch(&asker, "measure", questions).await?;
    let seconds = since.elapsed().as_secs_f64();
    let of = |verdict| answers.iter().filter(|answer| answer.verdict == verdict).count();
    let told: Vec<String> =
        Verdict::ALL.iter().map(|verdict| format!("{} {}", verdict.as_str(), of(*verdict))).collect();
    println!("batch of {rows}: {seconds:.2} s, {}", told.join(", "));
    Ok(())
}
