//! Times the registry on two runs of one city: `measure_registry URL RUN NEXT`; see `scripts/bench registry`.
//!
//! Each figure is printed with its target, and what the registry says is counted against the run's own files. Exit code
//! 1 where a count differs, 3 where a target is missed.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{Array, AsArray, RecordBatch};
use canbao_domain::scope::Scope;
use canbao_registry::apply::apply;
use canbao_registry::audit::verify;
use canbao_registry::query::{Asker, Filter, Question, Verdict};
use canbao_registry::{Address, Registry, RegistryError};
use canbao_run::RunReader;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// People who ask at the same time.
const CLIENTS: usize = 8;
/// Questions of each.
const QUESTIONS: usize = 5_000;
/// Questions in a batch, where the city has as many people.
const BATCH: usize = 1_000_000;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<ExitCode, RegistryError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, run, next] = arguments.as_slice() else {
        eprintln!("measure_registry URL RUN NEXT");
        return Ok(ExitCode::from(2));
    };
    let [run, next] = [run, next].map(Path::new);
    let key_file = std::env::var_os("CANBAO_KEY_FILE").map(Into::into);
    let address = Address { url: url.clone(), key_file };
    Registry::migrate(&address).await?;
    let registry = Registry::open(&address).await?;
    let mut told = Told::default();

    let people = read(run)?;
    let count = people.len() as u64;
    let since = Instant::now();
    let first = apply(&registry, run, "measure", false).await?.balance;
    told.time("first apply", since.elapsed(), 120.0 * count as f64 / 3e6);
    told.same("people in the run and in the record", count, current(&registry).await?);
    told.same("of them new", count, first.new);
    told.same(
        "enrolments in the run and in the record",
        RunReader::open(run)?.rows("enrolments")?,
        rows(&registry).await?,
    );

    let since = Instant::now();
    let again = apply(&registry, run, "measure", false).await?.balance;
    told.time("the same run again", since.elapsed(), f64::INFINITY);
    told.same("untouched by it", count, again.untouched);

    batch(&registry, &people, &mut told).await?;
    let numbers: Vec<Ask> = people.iter().filter(|one| !one.number.is_empty()).map(Ask::number).collect();
    ask(&registry, "point query", numbers, 5.0, &mut told).await?;
    let towns: Vec<Ask> =
        people.iter().filter(|one| !one.name.is_empty() && !one.town.is_empty()).map(Ask::name).collect();
    ask(&registry, "name in a town", towns, 50.0, &mut told).await?;

    let (people, since) = (read(next)?, Instant::now());
    let changed = apply(&registry, next, "measure", false).await?.balance;
    let share = 100.0 * (changed.new + changed.changed + changed.ended) as f64 / count as f64;
    told.time(&format!("next month's run, {share:.2} % changed"), since.elapsed(), f64::INFINITY);
    told.same("people in the next run and in the record", people.len() as u64, current(&registry).await?);
    told.same(
        "enrolments in the next run and in the record",
        RunReader::open(next)?.rows("enrolments")?,
        rows(&registry).await?,
    );

    let since = Instant::now();
    let verified = verify(&registry).await?;
    told.time("audit verify", since.elapsed(), f64::INFINITY);
    told.same("faults that it found", 0, verified.faults.len() as u64);
    registry.close().await;
    Ok(told.end())
}

/// Somebody of a run.
struct One {
    number: String,
    name: String,
    town: String,
    insured: bool,
}

fn read(run: &Path) -> Result<Vec<One>, RegistryError> {
    let mut people = Vec::new();
    for batch in RunReader::open(run)?.scan("persons", &["person_id", "name", "town", "pension", "medical"])? {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            let text = |at| text(&batch, at, row);
            let insured = [3, 4].iter().any(|at| matches!(text(*at).as_str(), "enrolled" | "elsewhere"));
            people.push(One { number: text(0), name: text(1), town: text(2), insured });
        }
    }
    Ok(people)
}

fn text(batch: &RecordBatch, column: usize, row: usize) -> String {
    let texts = batch.column(column).as_string_opt::<i32>();
    texts.filter(|texts| texts.is_valid(row)).map_or_else(String::new, |texts| texts.value(row).to_owned())
}

async fn current(registry: &Registry) -> Result<u64, RegistryError> {
    Ok(registry.count(&Scope::city(), &Filter::default()).await? as u64)
}

/// Enrolments that the record shows, counted in the table itself.
async fn rows(registry: &Registry) -> Result<u64, RegistryError> {
    let mut transaction = registry.store().read().await?;
    let sql = "SELECT COUNT(*) FROM enrolment WHERE rev_from <= (SELECT visible FROM state) \
               AND rev_to > (SELECT visible FROM state)";
    Ok(transaction.int(sql, &[]).await? as u64)
}

fn asker() -> Asker {
    Asker { actor: "measure".to_owned(), scope: Scope::city(), purpose: "measure".into() }
}

/// Asks for a million at once, or for everybody of a smaller city; what must be answered follows from the run.
async fn batch(registry: &Registry, people: &[One], told: &mut Told) -> Result<(), RegistryError> {
    let step = (people.len() / BATCH).max(1);
    let asked: Vec<&One> = people.iter().step_by(step).take(BATCH).collect();
    let questions = asked.iter().map(|one| Question { number: one.number.clone(), name: one.name.clone() }).collect();
    let since = Instant::now();
    let answers = registry.batch(&asker(), "measure", questions).await?;
    let rows = asked.len();
    told.time(&format!("batch of {rows}"), since.elapsed(), 20.0 * rows as f64 / 1e6);
    // of those who share number and name nobody can say which one is meant
    let (mut insured, mut expected) = (0, 0);
    for (one, answer) in asked.iter().zip(&answers) {
        match answer.verdict {
            Verdict::Insured => insured += 1,
            Verdict::Uninsured => {}
            Verdict::InvalidNumber if one.number.is_empty() => continue,
            Verdict::Shared => continue,
            _ => told.faults += 1,
        }
        expected += u64::from(one.insured);
    }
    told.same("insured by the run and by the answers", expected, insured);
    Ok(())
}

/// One question.
enum Ask {
    Number(String),
    Name(String, String),
}

impl Ask {
    fn number(one: &One) -> Self {
        Self::Number(one.number.clone())
    }

    fn name(one: &One) -> Self {
        Self::Name(one.name.clone(), one.town.clone())
    }
}

/// Eight people ask, each one question after the other; each answer is on the log before it is there.
async fn ask(
    registry: &Registry,
    what: &str,
    questions: Vec<Ask>,
    target: f64,
    told: &mut Told,
) -> Result<(), RegistryError> {
    let questions = Arc::new(questions);
    let count = questions.len();
    let looks = looked(registry).await?;
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (registry, questions) = (registry.clone(), Arc::clone(&questions));
            tokio::spawn(async move {
                let (mut times, mut found) = (Vec::with_capacity(QUESTIONS), 0_u64);
                for at in 0..QUESTIONS {
                    // spread over the city, another place each time
                    let place = (client * QUESTIONS + at) * 7_919 % count;
                    let Some(question) = questions.get(place) else { continue };
                    let since = Instant::now();
                    let people = match question {
                        Ask::Number(number) => registry.by_number(&asker(), number).await?,
                        Ask::Name(name, area) => registry.by_name(&asker(), name, Some(area)).await?,
                    };
                    times.push(since.elapsed());
                    found += u64::from(!people.is_empty());
                }
                Ok::<_, RegistryError>((times, found))
            })
        })
        .collect();
    let (mut times, mut found) = (Vec::new(), 0);
    let since = Instant::now();
    for client in clients {
        let (its, people) = client.await.map_err(|_| RegistryError::Broken("a client ended".to_owned()))??;
        times.extend(its);
        found += people;
    }
    let all = since.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).map_or(0.0, |time| time.as_secs_f64() * 1e3);
    let (half, most, per_second) = (at(0.5), at(0.99), times.len() as f64 / all);
    told.line(
        &format!("{what}, {CLIENTS} clients, p99"),
        format!("{most:.2} ms (p50 {half:.2}, {per_second:.0} a second)"),
        (most, target, "ms"),
    );
    told.same("of them answered", (CLIENTS * QUESTIONS) as u64, found);
    told.same("of them on the log", (CLIENTS * QUESTIONS) as u64, looked(registry).await? - looks);
    Ok(())
}

async fn looked(registry: &Registry) -> Result<u64, RegistryError> {
    let mut transaction = registry.store().looks().await?;
    Ok(transaction.int("SELECT COUNT(*) FROM look", &[]).await? as u64)
}

/// What was measured and counted.
#[derive(Default)]
struct Told {
    faults: u64,
    missed: u64,
}

impl Told {
    fn time(&mut self, what: &str, took: Duration, target: f64) {
        let seconds = took.as_secs_f64();
        self.line(what, format!("{seconds:.2} s"), (seconds, target, "s"));
    }

    fn line(&mut self, what: &str, said: String, (value, target, unit): (f64, f64, &str)) {
        let missed = value > target;
        self.missed += u64::from(missed);
        let target = if target.is_finite() { format!("target {target:.2} {unit}") } else { String::new() };
        println!("{what:<40} {said:<40} {target:<18} {}", if missed { "MISSED" } else { "" });
    }

    fn same(&mut self, what: &str, expected: u64, found: u64) {
        let differs = expected != found;
        self.faults += u64::from(differs);
        let said = if differs { format!("{expected} and {found}") } else { format!("{found}") };
        println!("  {what:<38} {said:<40} {:<18} {}", "", if differs { "DIFFERS" } else { "" });
    }

    fn end(&self) -> ExitCode {
        match (self.faults, self.missed) {
            (0, 0) => ExitCode::SUCCESS,
            (0, _) => ExitCode::from(3),
            _ => ExitCode::from(1),
        }
    }
}
