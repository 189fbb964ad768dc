//! Looks at personal records: on a chain of their own, concurrent ones sharing a commit.

use std::borrow::Cow;

use tokio::sync::{mpsc, oneshot};

use super::chain;
use crate::RegistryError;
use crate::clock::now_ms;
use crate::store::{Store, Transaction, Value};

/// Looks that share a commit at most.
const A_COMMIT: usize = 1_000;
/// How often others may come first.
const ATTEMPTS: usize = 1_000;
const COLUMNS: [&str; 7] = ["seq", "at", "actor", "purpose", "subject", "persons", "hash"];

/// Who looked at what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Who.
    pub actor: String,
    /// What for: the page or command.
    pub purpose: Cow<'static, str>,
    /// Whose records, by the registry's identifiers, or which list; nothing personal.
    pub subject: String,
    /// How many people were shown.
    pub persons: i64,
}

type Waiting = (Look, oneshot::Sender<bool>);

/// Where looks are handed in.
#[derive(Clone, Debug)]
pub(crate) struct Looks {
    send: mpsc::UnboundedSender<Waiting>,
}

impl Looks {
    /// Begins the one task that writes looks; it ends when the last handle is gone.
    pub(crate) fn begin(store: Store) -> Self {
        let (send, receive) = mpsc::unbounded_channel();
        tokio::spawn(write(store, receive));
        Self { send }
    }

    /// Puts a look on the log, and comes back when it is on the disk.
    pub(crate) async fn put(&self, look: Look) -> Result<(), RegistryError> {
        let failed = || RegistryError::Broken("查询日志没有写成，因此不能显示".to_owned());
        let (done, wait) = oneshot::channel();
        self.send.send((look, done)).map_err(|_| failed())?;
        if wait.await.unwrap_or(false) { Ok(()) } else { Err(failed()) }
    }
}

/// The end of the chain, as far as this process knows: the last entry's place and hash.
type End = (i64, Vec<u8>);

async fn write(store: Store, mut receive: mpsc::UnboundedReceiver<Waiting>) {
    let mut end = None;
    while let Some(first) = receive.recv().await {
        let mut waiting = vec![first];
        while waiting.len() < A_COMMIT
            && let Ok(more) = receive.try_recv()
        {
            waiting.push(more);
        }
        let (looks, done): (Vec<Look>, Vec<oneshot::Sender<bool>>) = waiting.into_iter().unzip();
        let written = append(&store, &mut end, &looks).await.is_ok();
        for done in done {
            // who no longer waits is nobody's loss
            let _ = done.send(written);
        }
    }
}

/// Appends looks in one statement. Nobody is kept waiting for a lock: a place is given once, so where another process has
/// written meanwhile the statement is refused as a whole, and made again behind what is there then.
async fn append(store: &Store, end: &mut Option<End>, looks: &[Look]) -> Result<(), RegistryError> {
    let mut statements = store.looks_statements().await?;
    for _ in 0..ATTEMPTS {
        // whatever fails, what was known of the end may be wrong
        let known = end.take();
        let (rows, last) = chained(
            match known {
                Some(known) => known,
                None => read_end(&mut statements).await?,
            },
            looks,
        );
        match statements.insert("look", &COLUMNS, rows).await {
            Ok(()) => {
                *end = Some(last);
                return Ok(());
            }
            Err(error) if error.is_taken() => {}
            Err(error) => return Err(error),
        }
    }
    Err(RegistryError::Busy)
}

async fn read_end(statements: &mut Transaction) -> Result<End, RegistryError> {
    let last = statements.first("SELECT seq, hash FROM look ORDER BY seq DESC LIMIT 1", &[]).await?;
    Ok(last.map_or((0, Vec::new()), |row| (row.int(0), row.bytes(1).to_vec())))
}

/// The rows that stand behind an end, and their own end.
fn chained((mut seq, mut before): End, looks: &[Look]) -> (Vec<Vec<Value>>, End) {
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(looks.len());
    for look in looks {
        seq += 1;
        let at = now_ms();
        before = chain(&before, seq, at, &look.actor, &look.purpose, &look.subject, look.persons, &[]);
        rows.push(vec![
            seq.into(),
            at.into(),
            look.actor.as_str().into(),
            look.purpose.as_ref().into(),
            look.subject.as_str().into(),
            look.persons.into(),
            before.clone().into(),
        ]);
    }
    (rows, (seq, before))
}
