//! Findings about rows that are nobody's (无法确认是谁的数据行): where they belong, and by what they are known again when
//! the next run counts its rows anew.

use ahash::AHashMap;
use arrow::array::{Array, AsArray, StringArray};
use arrow::datatypes::Int64Type;
use canbao_run::RunReader;

use super::run::{content, each_finding};
use super::update::{Ids, finding_row};
use super::write::{Table, Writer};
use crate::RegistryError;
use crate::person::Finding;
use crate::private::{Key, Kind};
use crate::store::Transaction;

/// A finding about a row that is nobody's.
pub(super) struct Nobodys {
    finding: Finding,
    /// The finest area that the row names.
    area: String,
    /// A keyed hash of what the row says.
    subject: String,
}

/// A source's name and the row there.
type Row = (String, i64);

/// Reads the findings of a run that are about nobody.
pub(super) fn read(run: &RunReader, key: &Key) -> Result<Vec<Nobodys>, RegistryError> {
    let mut findings = Vec::new();
    each_finding(run, |person, finding| {
        if person.is_none() {
            findings.push(finding);
        }
        Ok(())
    })?;
    let row_of = |finding: &Finding| finding.source.clone().zip(finding.line);
    let mut wanted: AHashMap<Row, (String, i64)> =
        findings.iter().filter_map(row_of).map(|row| (row, (String::new(), 0))).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    each_row(run, "survey", &["county", "town", "village"], &mut wanted, |known, texts| {
        known.0 = texts.iter().rev().flatten().next().copied().unwrap_or_default().to_owned();
    })?;
    for (table, columns) in [("rows", ["number", "name"].as_slice()), ("rejected", &["text"])] {
        each_row(run, table, columns, &mut wanted, |known, texts| {
            let texts: Vec<&str> = texts.iter().map(|text| text.unwrap_or_default()).collect();
            known.1 = key.hash(Kind::Identity, &format!("r\u{0}{}", texts.join("\u{0}")));
        })?;
    }
    let nobodys = findings.into_iter().map(|finding| {
        let (area, hash) = row_of(&finding).and_then(|row| wanted.get(&row).cloned()).unwrap_or_default();
        Nobodys { finding, area, subject: format!("{hash:016x}") }
    });
    Ok(nobodys.collect())
}

/// Looks at those rows of a table that are wanted.
fn each_row(
    run: &RunReader,
    table: &'static str,
    columns: &[&str],
    wanted: &mut AHashMap<Row, (String, i64)>,
    mut take: impl FnMut(&mut (String, i64), &[Option<&str>]),
) -> Result<(), RegistryError> {
    let all: Vec<&str> = ["source", "row"].into_iter().chain(columns.iter().copied()).collect();
    for batch in run.scan(table, &all)? {
        let batch = batch?;
        let lines = batch.column(1).as_primitive::<Int64Type>();
        let texts: Vec<&StringArray> =
            batch.columns().iter().filter_map(|column| column.as_string_opt::<i32>()).collect();
        let (Some(sources), true) = (texts.first(), texts.len() == all.len() - 1) else {
            return Err(content(table, "列的类型不符"));
        };
        for row in (0..batch.num_rows()).filter(|row| sources.is_valid(*row) && lines.is_valid(*row)) {
            let Some(known) = wanted.get_mut(&(sources.value(row).to_owned(), lines.value(row))) else { continue };
            let said: Vec<Option<&str>> =
                texts.iter().skip(1).map(|texts| texts.is_valid(row).then(|| texts.value(row))).collect();
            take(known, &said);
        }
    }
    Ok(())
}

/// Writes those that changed, are new or are gone, as revision `at` shows them. Where a row stood is no part of what is
/// said of it.
pub(super) async fn write(
    transaction: &mut Transaction,
    nobodys: &[Nobodys],
    at: i64,
    revision: i64,
    ids: &mut Ids,
    writer: &mut Writer,
) -> Result<(), RegistryError> {
    type Says<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);
    let sql = "SELECT id, kind, area, detail, source, subject FROM finding \
               WHERE person IS NULL AND rev_from <= $1 AND rev_to > $1 ORDER BY id";
    let rows = transaction.all(sql, &[at.into()]).await?;
    let mut known: AHashMap<Says<'_>, Vec<i64>> = AHashMap::new();
    for row in rows.iter().rev() {
        let says = (row.text(1), row.text(2), row.text(3), row.text(4), row.text(5));
        known.entry(says).or_default().push(row.int(0));
    }
    for Nobodys { finding, area, subject } in nobodys {
        let [detail, source] = [&finding.detail, &finding.source].map(|text| text.as_deref().unwrap_or_default());
        if known.get_mut(&(finding.kind.as_str(), area, detail, source, subject)).and_then(Vec::pop).is_some() {
            continue;
        }
        let finding = Finding { id: ids.take(), ..finding.clone() };
        writer.begin(Table::Finding, finding_row(&finding, None, area, Some(subject), revision));
    }
    let mut gone: Vec<i64> = known.into_values().flatten().collect();
    gone.sort_unstable();
    for id in gone {
        writer.end(Table::Finding, id);
    }
    Ok(())
}
