//! Employers of a run: few, so both sides are held in memory.

use ahash::AHashMap;
use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use canbao_run::RunReader;

use super::run::content;
use super::update::Ids;
use super::write::{FOREVER, Table, Writer};
use crate::RegistryError;
use crate::private::{Key, Kind};
use crate::store::{Transaction, Value};

/// An employer as the run has it: the columns of `unit` between `rev_to` and `identity`.
pub(super) struct Unit {
    values: Vec<Value>,
    identity: i64,
    digest: i64,
}

/// Reads the employers of a run.
pub(super) fn read(run: &RunReader, key: &Key) -> Result<Vec<Unit>, RegistryError> {
    let columns = [
        "credit_code",
        "registration_number",
        "name",
        "type",
        "address",
        "county",
        "category",
        "registered",
        "insured",
        "insured_people",
    ];
    let mut units = Vec::new();
    let mut alike: AHashMap<i64, usize> = AHashMap::new();
    for batch in run.scan("units", &columns)? {
        let batch = batch?;
        let texts: Vec<_> = batch.columns().iter().take(7).filter_map(|column| column.as_string_opt::<i32>()).collect();
        let [registered, insured] = [7, 8].map(|at| batch.column(at).as_boolean());
        let people = batch.column(9).as_primitive::<Int64Type>();
        for row in 0..batch.num_rows() {
            let text = |at: usize| {
                let texts = texts.get(at)?;
                texts.is_valid(row).then(|| texts.value(row))
            };
            let known_by = match (text(0), text(1)) {
                (Some(code), _) => format!("c{code}"),
                (None, Some(number)) => format!("r{number}"),
                (None, None) => format!("n{}\u{0}{}", text(2).unwrap_or_default(), text(4).unwrap_or_default()),
            };
            let first = key.hash(Kind::Unit, &known_by);
            let nth = alike.entry(first).or_default();
            let identity = if *nth == 0 { first } else { key.hash(Kind::Unit, &format!("{known_by}\u{0}{nth}")) };
            *nth += 1;
            let mut all = (0..7).map(|at| text(at).unwrap_or("\u{1}")).collect::<Vec<_>>().join("\u{0}");
            let (registered, insured, people) = (registered.value(row), insured.value(row), people.value(row));
            all.push_str(&format!("{registered}{insured}{people}"));
            let category = text(6).ok_or_else(|| content("units", "category 为空"))?;
            let mut values: Vec<Value> = (0..6).map(|at| text(at).into()).collect();
            values.extend([registered.into(), insured.into(), people.into(), category.into()]);
            units.push(Unit { values, identity, digest: key.hash(Kind::Unit, &all) });
        }
    }
    Ok(units)
}

/// Writes the employers that changed, are new or are gone, as revision `at` shows them.
pub(super) async fn write(
    transaction: &mut Transaction,
    units: Vec<Unit>,
    at: i64,
    revision: i64,
    ids: &mut Ids,
    writer: &mut Writer,
) -> Result<(), RegistryError> {
    let sql = "SELECT id, identity, digest FROM unit WHERE rev_from <= $1 AND rev_to > $1";
    let mut known: AHashMap<i64, (i64, i64)> = AHashMap::new();
    for row in transaction.all(sql, &[at.into()]).await? {
        known.insert(row.int(1), (row.int(0), row.int(2)));
    }
    for unit in units {
        let id = match known.remove(&unit.identity) {
            Some((_, digest)) if digest == unit.digest => continue,
            Some((id, _)) => {
                writer.end(Table::Unit, id);
                id
            }
            None => ids.take(),
        };
        let mut row: Vec<Value> = vec![id.into(), revision.into(), FOREVER.into()];
        row.extend(unit.values);
        row.extend([unit.identity.into(), unit.digest.into()]);
        writer.begin(Table::Unit, row);
    }
    let mut gone: Vec<i64> = known.into_values().map(|(id, _)| id).collect();
    gone.sort_unstable();
    for id in gone {
        writer.end(Table::Unit, id);
    }
    Ok(())
}
