//! Keeping the rows of a run, under the revision of its apply.

use canbao_run::RunReader;
use canbao_run::times::tell;

use super::collect::{Block, collect};
use crate::RegistryError;
use crate::registry::Registry;
use crate::store::Value;

/// How hard blocks are compressed: quickly, for a first load waits for it.
const LEVEL: i32 = 1;
/// Blocks that are written in one transaction.
const A_BATCH: usize = 200;

const COLUMNS: [&str; 8] = ["revision", "source", "kind", "first_row", "last_row", "rows", "people", "content"];

/// What was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// BLAKE3 over the blocks' contents, in the order of source and row.
    pub(crate) digest: [u8; 32],
}

impl Default for Kept {
    /// Nothing.
    fn default() -> Self {
        Self { digest: *blake3::hash(&[]).as_bytes() }
    }
}

/// Keeps the rows of a run that were not beyond doubt, seen by nobody before the apply is.
pub(crate) async fn keep(
    registry: &Registry,
    run: &RunReader,
    revision: i64,
    person: impl Fn(i64) -> Option<i64> + Send + 'static,
) -> Result<Kept, RegistryError> {
    let kinds = run.summary()?.kinds;
    let people = i64::try_from(run.rows("persons")?).unwrap_or(i64::MAX);
    let (send, mut receive) = tokio::sync::mpsc::channel::<Vec<Value>>(A_BATCH);
    let run = run.clone();
    tell("evidence begun");
    let made = tokio::task::spawn_blocking(move || {
        collect(&run, person, |block| {
            let kind = kinds.get(&block.source).unwrap_or(&block.source).clone();
            let row = row_of(&block, kind, revision, people)?;
            send.blocking_send(row).map_err(|_| RegistryError::Broken("写入中断".to_owned()))
        })
    });
    let (mut digests, mut waiting) = (Vec::new(), Vec::with_capacity(A_BATCH));
    while let Some(row) = receive.recv().await {
        digests.extend(digest_of(&row));
        waiting.push(row);
        if waiting.len() == A_BATCH {
            write(registry, std::mem::take(&mut waiting)).await?;
        }
    }
    write(registry, waiting).await?;
    tell("evidence written");
    made.await.map_err(|_| RegistryError::Broken("读取比对结果中断".to_owned()))??;
    digests.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    for (_, _, digest) in &digests {
        hasher.update(digest);
    }
    Ok(Kept { digest: *hasher.finalize().as_bytes() })
}

async fn write(registry: &Registry, rows: Vec<Vec<Value>>) -> Result<(), RegistryError> {
    let mut transaction = registry.store.stage().await?;
    transaction.insert("evidence", &COLUMNS, rows).await?;
    transaction.commit().await
}

fn row_of(block: &Block, kind: String, revision: i64, people: i64) -> Result<Vec<Value>, RegistryError> {
    let packed = serde_json::to_vec(&block.clues).map_err(std::io::Error::other);
    let packed = packed.and_then(|text| zstd::stream::encode_all(text.as_slice(), LEVEL));
    let packed = packed.map_err(|error| RegistryError::Broken(format!("关联依据不能压缩：{error}")))?;
    let [first, last] = [block.clues.first(), block.clues.last()].map(|clue| clue.map_or(0, |clue| clue.row));
    Ok(vec![
        revision.into(),
        block.source.as_str().into(),
        kind.into(),
        first.into(),
        last.into(),
        (block.clues.len() as i64).into(),
        people.into(),
        packed.into(),
    ])
}

fn digest_of(row: &[Value]) -> Option<(String, i64, [u8; 32])> {
    match (row.get(1), row.get(3), row.get(7)) {
        (Some(Value::Text(Some(source))), Some(Value::Int(Some(first))), Some(Value::Bytes(Some(content)))) => {
            Some((source.clone(), *first, *blake3::hash(content).as_bytes()))
        }
        _ => None,
    }
}
