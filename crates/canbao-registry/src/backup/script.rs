//! What `pg_restore` tells to do, done in a transaction of ours: so it can be looked at before it holds.

use std::io::{self, BufRead, BufReader, Read as _};
use std::process::Child;

use tokio::sync::mpsc;

use super::archive::Archive;
use super::manifest::Part;
use super::server::{Server, finish};
use crate::RegistryError;
use crate::store::Transaction;

/// Bytes that are handed to the server at once.
const A_PIECE: usize = 1 << 20;

/// A step of a script.
enum Step {
    /// Statements.
    Run(String),
    /// A `COPY … FROM stdin`; its rows follow, until `End`.
    Copy(String),
    Rows(Vec<u8>),
    End,
}

/// Restores a dump within a transaction, which nobody sees until its commit.
pub(super) async fn restore(
    server: &Server,
    archive: &Archive,
    part: &Part,
    transaction: &mut Transaction,
) -> Result<(), RegistryError> {
    let mut child = server.script()?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(RegistryError::Broken("pg_restore 没有启动".to_owned()));
    };
    let (send, mut receive) = mpsc::channel(4);
    let (archive, part) = (archive.clone(), part.clone());
    let feeding = tokio::task::spawn_blocking(move || archive.unpack(&part, &mut input));
    let reading = tokio::task::spawn_blocking(move || read(child, BufReader::new(output), &send));
    let done = follow(transaction, &mut receive).await;
    // who sends learns that nobody listens any more
    drop(receive);
    let stopped = |_| RegistryError::Broken("读取备份中断".to_owned());
    let read = reading.await.map_err(stopped)?;
    let fed = feeding.await.map_err(stopped)?;
    // what the server refused says more than that its script then ended early
    done?;
    read?;
    fed
}

async fn follow(transaction: &mut Transaction, steps: &mut mpsc::Receiver<Step>) -> Result<(), RegistryError> {
    while let Some(step) = steps.recv().await {
        match step {
            Step::Run(sql) => transaction.script(sql).await?,
            Step::Copy(statement) => {
                let next = async || match steps.recv().await {
                    Some(Step::Rows(rows)) => Ok(Some(rows)),
                    Some(Step::End) => Ok(None),
                    _ => Err(early()),
                };
                transaction.copy_text(&statement, next).await?;
            }
            Step::Rows(_) | Step::End => return Err(early()),
        }
    }
    Ok(())
}

fn early() -> RegistryError {
    RegistryError::refused("备份里的数据没有读完。", "请换一份备份；什么都没有写入。")
}

/// Cuts a script into steps.
fn read(mut child: Child, script: impl BufRead, send: &mpsc::Sender<Step>) -> Result<(), RegistryError> {
    let whole = cut(script, |step| send.blocking_send(step).is_ok());
    if matches!(whole, Ok(true)) {
        return finish(child, "pg_restore");
    }
    let _ = child.kill();
    // its last words, so that it can end
    if let Some(mut errors) = child.stderr.take() {
        let _ = io::copy(&mut errors.by_ref().take(A_PIECE as u64), &mut io::sink());
    }
    let _ = child.wait();
    Err(early())
}

/// Hands on each step until `take` wants no more; true where the script was whole. Settings of the session are left out:
/// every name is written with its schema, and a server of another version may not know them.
fn cut(mut script: impl BufRead, mut take: impl FnMut(Step) -> bool) -> io::Result<bool> {
    let (mut statements, mut line) = (String::new(), Vec::new());
    loop {
        line.clear();
        if script.read_until(b'\n', &mut line)? == 0 {
            return Ok(statements.is_empty() || take(Step::Run(statements)));
        }
        let text = std::str::from_utf8(&line).map_err(|_| io::ErrorKind::InvalidData)?.trim_end();
        let setting = text.starts_with("SET ") || text.starts_with("SELECT pg_catalog.set_config(");
        if text.is_empty() || text.starts_with("--") || text.starts_with('\\') || setting {
            continue;
        }
        if !text.starts_with("COPY ") {
            statements.push_str(text);
            statements.push('\n');
            continue;
        }
        let statement = text.trim_end_matches(';').to_owned();
        let before = std::mem::take(&mut statements);
        if !(before.is_empty() || take(Step::Run(before))) || !take(Step::Copy(statement)) {
            return Ok(false);
        }
        if !rows(&mut script, &mut take)? {
            return Ok(false);
        }
    }
}

fn rows(script: &mut impl BufRead, take: &mut impl FnMut(Step) -> bool) -> io::Result<bool> {
    let mut piece = Vec::with_capacity(A_PIECE);
    loop {
        let begin = piece.len();
        if script.read_until(b'\n', &mut piece)? == 0 {
            return Ok(false);
        }
        let last = piece.get(begin..) == Some(b"\\.\n");
        if last {
            piece.truncate(begin);
        }
        if (last || piece.len() >= A_PIECE) && !piece.is_empty() && !take(Step::Rows(std::mem::take(&mut piece))) {
            return Ok(false);
        }
        if last {
            return Ok(take(Step::End));
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn steps(script: &str) -> (bool, Vec<String>) {
        let mut steps = Vec::new();
        let whole = cut(script.as_bytes(), |step| {
            steps.push(match step {
                Step::Run(sql) => format!("run {sql}"),
                Step::Copy(statement) => format!("copy {statement}"),
                Step::Rows(rows) => format!("rows {}", String::from_utf8(rows).unwrap()),
                Step::End => "end".to_owned(),
            });
            true
        });
        (whole.unwrap(), steps)
    }

    #[test]
    fn a_script_is_cut_into_its_steps() {
        let script = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\nSET statement_timeout = 0;\n\
                      SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.a (\n    b bigint\n);\n\
                      COPY public.a (b) FROM stdin;\n1\n-- no comment\n\\\\.\n\\.\n\n\
                      COPY public.c (b) FROM stdin;\n\\.\nCREATE INDEX i ON public.a (b);\n\\unrestrict abc\n";
        let expected = [
            "run CREATE TABLE public.a (\n    b bigint\n);\n",
            "copy COPY public.a (b) FROM stdin",
            "rows 1\n-- no comment\n\\\\.\n",
            "end",
            "copy COPY public.c (b) FROM stdin",
            "end",
            "run CREATE INDEX i ON public.a (b);\n",
        ];
        let (whole, steps) = steps(script);
        assert!(whole);
        assert_eq!(steps, expected);
    }

    #[test]
    fn rows_that_end_early_are_told() {
        let (whole, steps) = steps("COPY public.a (b) FROM stdin;\n1\n");
        assert!(!whole);
        assert_eq!(steps, ["copy COPY public.a (b) FROM stdin"]);
    }
}
