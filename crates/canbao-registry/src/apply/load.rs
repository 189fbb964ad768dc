//! The first load: everybody of a run, in bulk.

use std::path::PathBuf;
use std::sync::Arc;

use ahash::AHashMap;
use canbao_domain::date::Date;
use canbao_run::RunReader;
use canbao_run::times::tell;
use tokio::sync::mpsc;

use super::run::{Everybody, content, each_enrolment, each_finding, each_person};
use super::update::{Ids, enrolment_row, finding_row};
use super::wish::{Frame, Said, wish};
use super::write::{Digest, FOREVER, Table};
use crate::RegistryError;
use crate::counter::Tally;
use crate::person::{Finding, NumberKind, derive};
use crate::private::{number_row, person_row};
use crate::registry::Registry;
use crate::ruling::Ruling;
use crate::store::{INDEXES, Value};

/// Rows that are written in one transaction: large enough that a commit costs little, small enough that a change by hand
/// waits less than a second.
const A_BATCH: usize = 20_000;

/// Rows on their way.
type Lot = (Table, Vec<Vec<Value>>);

/// What a load leaves for the flip.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) people: u64,
    /// The identifier of the run's first person; the others follow in its order.
    pub(super) first_person: i64,
    pub(super) tally: Tally,
    pub(super) digest: Digest,
}

/// Loads everybody of a run into a registry that holds nobody. The indexes are still to be made ([`make_indexes`]).
pub(super) async fn load(
    registry: &Registry,
    run: &RunReader,
    ruling: Arc<Ruling>,
    all: Arc<Everybody>,
    former: Arc<AHashMap<i64, Vec<String>>>,
    as_of: Date,
    revision: i64,
) -> Result<Loaded, RegistryError> {
    let people = all.len() as i64;
    let rows =
        [run.rows("persons")?, run.rows("enrolments")?, run.rows("findings")?].iter().sum::<u64>() as i64 + 2 * people;
    let (first_person, first_row) = super::work::reserve(registry, people, rows).await?;
    drop_indexes(registry).await?;
    let (send, mut receive) = mpsc::channel::<Lot>(3);
    let (making, dir) = (registry.clone(), run.dir().to_owned());
    let made = tokio::task::spawn_blocking(move || {
        let frame =
            Making { registry: making, ruling, all, former, as_of, day: as_of.to_string(), revision, first_person };
        frame.make(dir, Ids::new(first_row, first_row + rows), send)
    });
    let mut failed = None;
    while let Some((table, rows)) = receive.recv().await {
        if failed.is_none()
            && let Err(error) = write(registry, table, rows).await
        {
            failed = Some(error);
            receive.close();
        }
    }
    let loaded = made.await.map_err(|_| RegistryError::Broken("读取比对结果中断".to_owned()))?;
    if let Some(error) = failed {
        return Err(error);
    }
    loaded
}

async fn write(registry: &Registry, table: Table, rows: Vec<Vec<Value>>) -> Result<(), RegistryError> {
    let mut transaction = registry.store.stage().await?;
    transaction.insert(table.name(), &table.columns(), rows).await?;
    transaction.commit().await
}

/// Loading without indexes and making them at the end is quicker than keeping them on the way.
async fn drop_indexes(registry: &Registry) -> Result<(), RegistryError> {
    let mut transaction = registry.store.restructure().await?;
    for statement in statements() {
        let name = statement.split_whitespace().nth(2).unwrap_or_default();
        transaction.script(format!("DROP INDEX IF EXISTS {name}")).await?;
    }
    transaction.commit().await
}

/// Makes the indexes that are missing: after a load, or after one that was killed.
pub(super) async fn make_indexes(registry: &Registry) -> Result<(), RegistryError> {
    for statement in statements() {
        let mut transaction = registry.store.stage().await?;
        if registry.store.is_postgres() {
            transaction.script("SET LOCAL maintenance_work_mem = '256MB'".to_owned()).await?;
        }
        transaction.script(statement.replacen("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1)).await?;
        transaction.commit().await?;
        tell(statement);
    }
    let mut transaction = registry.store.stage().await?;
    transaction.script(if registry.store.is_postgres() { "ANALYZE" } else { "PRAGMA optimize" }.to_owned()).await?;
    transaction.commit().await
}

fn statements() -> impl Iterator<Item = &'static str> {
    let texts = INDEXES.into_iter().flat_map(|text| text.split(';'));
    texts.filter_map(|text| text.find("CREATE INDEX").and_then(|at| text.get(at..))).map(str::trim)
}

/// What rows are made from.
struct Making {
    registry: Registry,
    ruling: Arc<Ruling>,
    all: Arc<Everybody>,
    former: Arc<AHashMap<i64, Vec<String>>>,
    as_of: Date,
    day: String,
    revision: i64,
    first_person: i64,
}

impl Making {
    fn make(&self, dir: PathBuf, mut ids: Ids, send: mpsc::Sender<Lot>) -> Result<Loaded, RegistryError> {
        let run = RunReader::open(&dir)?;
        let mut loaded = Loaded { first_person: self.first_person, ..Loaded::default() };
        let mut lots = Lots { lots: Default::default(), send };
        let mut findings: Vec<(Option<usize>, Finding)> = Vec::new();
        each_finding(&run, |key, finding| {
            let place =
                key.map(|key| self.all.place(key).ok_or_else(|| content("findings", "person_key 不在 persons 中")));
            findings.push((place.transpose()?, finding));
            Ok(())
        })?;
        findings.sort_by_key(|(place, _)| *place);
        // those about nobody are written afterwards, with the employers
        let mut next = findings.partition_point(|(place, _)| place.is_none());
        let rules = &self.ruling.rules;
        let frame = Frame { rules, as_of: self.as_of, day: &self.day, revision: self.revision };
        let mut place = 0;
        each_person(&run, |person| {
            let id = self.first_person + place as i64;
            let of = |list: &[i64]| list.get(place).copied().unwrap_or_default();
            let decided = person.category.clone();
            let former = self.former.get(&person.key).cloned().unwrap_or_default();
            let said = Said {
                person,
                enrolments: Vec::new(),
                findings: Vec::new(),
                former,
                identity: of(&self.all.identities),
                digest: of(&self.all.digests),
            };
            let (mut whole, _) = wish(said, id, None, &[], frame);
            let has_number = whole.numbers.iter().any(|number| number.kind != NumberKind::Former);
            let facts = self.all.facts.get(place).copied().unwrap_or_default();
            whole.derived = derive(&whole.record, has_number, facts, rules, self.as_of);
            if whole.derived.category.as_str() != decided {
                return Err(content("persons", "类别与本登记库的规则文件得出的不同，请用同一个规则文件"));
            }
            while let Some((_, finding)) = findings.get_mut(next).filter(|(of, _)| *of == Some(place)) {
                finding.id = ids.take();
                let row = finding_row(finding, Some(id), &whole.record.area, None, self.revision);
                loaded.digest.begin(Table::Finding, &row);
                lots.push(Table::Finding, row)?;
                whole.findings.push(finding.clone());
                next += 1;
            }
            let share = loaded.tally.share(&whole);
            loaded.tally.add(share, 1);
            for number in &mut whole.numbers {
                number.id = ids.take();
                let row = number_row(number, id, self.revision, FOREVER, &self.registry.key);
                loaded.digest.begin(Table::Number, &row);
                lots.push(Table::Number, row)?;
            }
            let row = person_row(&whole, FOREVER, &self.registry.key);
            loaded.digest.begin(Table::Person, &row);
            lots.push(Table::Person, row)?;
            loaded.people += 1;
            place += 1;
            Ok(())
        })?;
        each_enrolment(&run, |key, row| {
            let place = self.all.place(key).ok_or_else(|| content("enrolments", "person_key 不在 persons 中"))?;
            let mut enrolment = row.owned(&self.day);
            enrolment.id = ids.take();
            let row = enrolment_row(&enrolment, self.first_person + place as i64, self.revision);
            loaded.digest.begin(Table::Enrolment, &row);
            lots.push(Table::Enrolment, row)
        })?;
        lots.finish()?;
        Ok(loaded)
    }
}

/// Rows by table, sent off in batches.
struct Lots {
    lots: [Vec<Vec<Value>>; 5],
    send: mpsc::Sender<Lot>,
}

impl Lots {
    fn push(&mut self, table: Table, row: Vec<Value>) -> Result<(), RegistryError> {
        let Some(lot) = self.lots.get_mut(table as usize) else { return Ok(()) };
        lot.push(row);
        if lot.len() < A_BATCH {
            return Ok(());
        }
        let rows = std::mem::replace(lot, Vec::with_capacity(A_BATCH));
        self.off(table, rows)
    }

    fn off(&self, table: Table, rows: Vec<Vec<Value>>) -> Result<(), RegistryError> {
        // who no longer listens has failed, and says so
        self.send.blocking_send((table, rows)).map_err(|_| RegistryError::Broken("写入中断".to_owned()))
    }

    fn finish(mut self) -> Result<(), RegistryError> {
        for table in Table::ALL {
            let rows = self.lots.get_mut(table as usize).map(std::mem::take).unwrap_or_default();
            if !rows.is_empty() {
                self.off(table, rows)?;
            }
        }
        Ok(())
    }
}
