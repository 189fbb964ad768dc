//! Reading a row back.

use std::io::Read as _;

use super::Clue;
use crate::RegistryError;
use crate::store::{Row, Transaction, Value};

/// Bytes of a block, at most.
const MOST: u64 = 64 << 20;
/// Rows that are asked for at once.
const A_QUESTION: usize = 50;

/// A row of a source, of the run that the apply `revision` brought. None where its rows were not kept.
pub(crate) async fn clue(
    transaction: &mut Transaction,
    revision: i64,
    source: &str,
    row: i64,
) -> Result<Option<Clue>, RegistryError> {
    Ok(clues(transaction, &[(revision, source.to_owned(), row)]).await?.pop().flatten())
}

/// The same of several, in their order: one question for fifty.
pub(crate) async fn clues(
    transaction: &mut Transaction,
    wanted: &[(i64, String, i64)],
) -> Result<Vec<Option<Clue>>, RegistryError> {
    let mut found = Vec::with_capacity(wanted.len());
    for chunk in wanted.chunks(A_QUESTION) {
        let mut values: Vec<Value> = Vec::with_capacity(3 * chunk.len());
        let mut parts = Vec::with_capacity(chunk.len());
        for (at, (revision, source, row)) in chunk.iter().enumerate() {
            let from = values.len();
            values.extend([(*revision).into(), source.as_str().into(), (*row).into()]);
            parts.push(format!(
                "SELECT * FROM (SELECT CAST({at} AS BIGINT) AS place, content, kind, people FROM evidence \
                 WHERE revision = ${} AND source = ${} AND first_row <= ${} ORDER BY first_row DESC LIMIT 1) AS block{at}",
                from + 1,
                from + 2,
                from + 3
            ));
        }
        let blocks = transaction.all(parts.join(" UNION ALL "), &values).await?;
        for (at, (_, source, row)) in chunk.iter().enumerate() {
            let block = blocks.iter().find(|block| block.int(0) == at as i64);
            found.push(block.map(|block| row_in(block, source, *row)).transpose()?.flatten());
        }
    }
    Ok(found)
}

/// A row in the block that may hold it.
fn row_in(block: &Row, source: &str, row: i64) -> Result<Option<Clue>, RegistryError> {
    let broken = || RegistryError::Broken("关联依据读不出来".to_owned());
    let mut text = Vec::new();
    let decoder = zstd::stream::Decoder::new(block.bytes(1)).map_err(|_| broken())?;
    decoder.take(MOST).read_to_end(&mut text).map_err(|_| broken())?;
    let clues: Vec<Clue> = serde_json::from_slice(&text).map_err(|_| broken())?;
    let found = clues.into_iter().find(|clue| clue.row == row);
    Ok(found.map(|clue| Clue {
        source: source.to_owned(),
        kind: block.text(2).to_owned(),
        people: block.int(3),
        ..clue
    }))
}
