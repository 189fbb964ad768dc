//! The area tree of a run becomes the registry's, dated.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray};
use canbao_run::RunReader;

use super::run::content;
use crate::RegistryError;
use crate::store::{Transaction, values};

/// Since when areas hold that the first run brings.
const EVER: &str = "1900-01-01";
/// Until when areas hold that still do.
pub(crate) const STILL: &str = "9999-12-31";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Area {
    name: String,
    level: String,
    parent: Option<String>,
}

/// Reads a run's areas by code.
pub(super) fn read(run: &RunReader) -> Result<BTreeMap<String, Area>, RegistryError> {
    let mut areas = BTreeMap::new();
    for batch in run.scan("areas", &["code", "name", "level", "parent"])? {
        let batch = batch?;
        let columns: Vec<_> = batch.columns().iter().filter_map(|column| column.as_string_opt::<i32>()).collect();
        let [code, name, level, parent] = columns.as_slice() else {
            return Err(content("areas", "列的类型不符"));
        };
        for row in 0..batch.num_rows() {
            let area = Area {
                name: name.value(row).to_owned(),
                level: level.value(row).to_owned(),
                parent: parent.is_valid(row).then(|| parent.value(row).to_owned()),
            };
            areas.insert(code.value(row).to_owned(), area);
        }
    }
    Ok(areas)
}

/// Writes what changed: an area that has another name or parent, is new or is gone, from the day of the run on. Who
/// manages an area is not the run's to say, and stays.
pub(super) async fn write(
    transaction: &mut Transaction,
    areas: &BTreeMap<String, Area>,
    day: &str,
) -> Result<(), RegistryError> {
    let sql = "SELECT code, name, level, parent, reporting, valid_from FROM area WHERE valid_to = $1";
    let rows = transaction.all(sql, values![STILL]).await?;
    let since = if rows.is_empty() { EVER } else { day };
    let mut known = BTreeMap::new();
    for row in rows {
        let text = |at| row.maybe_text(at).map(str::to_owned);
        let area = Area { name: row.text(1).to_owned(), level: row.text(2).to_owned(), parent: text(3) };
        known.insert(row.text(0).to_owned(), (area, text(4), row.text(5).to_owned()));
    }
    for (code, area) in areas {
        let reporting = match known.get(code) {
            Some((same, _, _)) if same == area => continue,
            Some((_, reporting, from)) => {
                end(transaction, code, from, day).await?;
                reporting.clone()
            }
            None => None,
        };
        let sql = "INSERT INTO area (code, valid_from, valid_to, name, level, parent, reporting) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let (name, level, parent) = (area.name.as_str(), area.level.as_str(), area.parent.as_deref());
        transaction.execute(sql, values![code.as_str(), since, STILL, name, level, parent, reporting]).await?;
    }
    for (code, (_, _, from)) in known.iter().filter(|(code, _)| !areas.contains_key(*code)) {
        end(transaction, code, from, day).await?;
    }
    Ok(())
}

/// An area ceases to be what it is; one that began on the same day never was.
async fn end(transaction: &mut Transaction, code: &str, from: &str, day: &str) -> Result<(), RegistryError> {
    if from == day {
        let sql = "DELETE FROM area WHERE code = $1 AND valid_from = $2";
        transaction.execute(sql, values![code, from]).await?;
    } else {
        let sql = "UPDATE area SET valid_to = $1 WHERE code = $2 AND valid_from = $3";
        transaction.execute(sql, values![day, code, from]).await?;
    }
    Ok(())
}

/// Takes back what the run of a day changed: areas that it ended hold on, as they were. Those that it brought stay: nobody
/// is in them but whom it left there.
pub(super) async fn take_back(transaction: &mut Transaction, day: &str) -> Result<(), RegistryError> {
    let sql = "DELETE FROM area WHERE valid_from = $1 AND code IN (SELECT code FROM area WHERE valid_to = $1)";
    transaction.execute(sql, values![day]).await?;
    transaction.execute("UPDATE area SET valid_to = $1 WHERE valid_to = $2", values![STILL, day]).await?;
    Ok(())
}
