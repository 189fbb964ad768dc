//! Reading a row back.

use std::io::Read as _;

use super::Clue;
use crate::RegistryError;
use crate::store::{Transaction, values};

/// Bytes of a block, at most.
const MOST: u64 = 64 << 20;

/// A row of a source, of the run that the apply `revision` brought. None where its rows were not kept.
pub(crate) async fn clue(
    transaction: &mut Transaction,
    revision: i64,
    source: &str,
    row: i64,
) -> Result<Option<Clue>, RegistryError> {
    let sql = "SELECT content, kind, people FROM evidence \
               WHERE revision = $1 AND source = $2 AND first_row <= $3 ORDER BY first_row DESC LIMIT 1";
    let Some(block) = transaction.first(sql, values![revision, source, row]).await? else { return Ok(None) };
    let broken = || RegistryError::Broken("关联依据读不出来".to_owned());
    let mut text = Vec::new();
    let decoder = zstd::stream::Decoder::new(block.bytes(0)).map_err(|_| broken())?;
    decoder.take(MOST).read_to_end(&mut text).map_err(|_| broken())?;
    let clues: Vec<Clue> = serde_json::from_slice(&text).map_err(|_| broken())?;
    let found = clues.into_iter().find(|clue| clue.row == row);
    Ok(found.map(|clue| Clue {
        source: source.to_owned(),
        kind: block.text(1).to_owned(),
        people: block.int(2),
        ..clue
    }))
}
