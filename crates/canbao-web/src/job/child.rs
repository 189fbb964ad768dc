//! A process of this program: started, followed line by line, ended where it must be.

use std::io::{self, BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::Program;

/// What it prints that is kept, in bytes: a summary of a province stays below it.
const PRINTED: u64 = 64 << 20;
/// How long it has to end by itself once its standard input is closed.
const LAST: Duration = Duration::from_secs(10);

/// A line of progress.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(super) enum Event {
    /// A stage begins.
    Begin { stage: String, total: Option<u64> },
    /// So many rows of it are done.
    Rows { stage: String, rows: u64, total: Option<u64>, seconds: f64 },
    /// It is over.
    End { stage: String, rows: u64, seconds: f64 },
    /// Nothing was done, and why.
    Failed {
        message: String,
        #[serde(default)]
        hints: Vec<String>,
    },
}

/// How it ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// By itself, with what it printed; some rows may have been rejected.
    Done(String),
    /// Refused or failed: a sentence, and what to do.
    Failed(String, String),
    /// Ended because somebody asked.
    Stopped,
}

/// Runs the program with arguments until it ends or `stop` is set. `actor` is on whose word it works.
///
/// # Errors
/// Where it cannot be started.
pub(super) fn run(
    program: &Program,
    arguments: &[&str],
    actor: &str,
    stop: &AtomicBool,
    tell: &mut dyn FnMut(&Event),
) -> io::Result<Ending> {
    let mut command = Command::new(&program.file);
    command
        .args(arguments)
        .arg(format!("--serving={actor}"))
        .env("CANBAO_DATABASE", &program.database)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(key) = &program.key_file {
        command.env("CANBAO_KEY_FILE", key);
    }
    let mut child = command.spawn()?;
    let printed = child.stdout.take();
    let printed = std::thread::spawn(move || {
        let mut text = String::new();
        // a child that prints no text has printed nothing
        let _ = printed.map(|printed| printed.take(PRINTED).read_to_string(&mut text));
        text
    });
    let (send, lines) = channel();
    let said = child.stderr.take();
    std::thread::spawn(move || {
        for line in said.into_iter().flat_map(|said| BufReader::new(said).lines()).map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    let mut failed = None;
    let mut last = String::new();
    loop {
        match lines.recv_timeout(Duration::from_millis(200)) {
            Ok(line) => match serde_json::from_str::<Event>(&line) {
                Ok(Event::Failed { message, hints }) => failed = Some((message, hints.join(" "))),
                Ok(event) => tell(&event),
                Err(_) => last = line,
            },
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if stop.load(Ordering::Relaxed) {
            end(child)?;
            return Ok(Ending::Stopped);
        }
    }
    let status = wait(&mut child, stop)?;
    let text = printed.join().unwrap_or_default();
    Ok(match (status.and_then(|status| status.code()), failed) {
        (None, _) if stop.load(Ordering::Relaxed) => Ending::Stopped,
        (Some(0 | 1), None) => Ending::Done(text),
        (_, Some((message, hint))) => Ending::Failed(message, hint),
        (None, None) => Ending::Failed(
            "子进程被系统结束，可能是内存不够。".to_owned(),
            "请检查服务器的内存，或在设置里调低内存上限后再办一次。".to_owned(),
        ),
        (Some(_), None) => plain(&last),
    })
}

/// Of a command that tells its refusal in words: `错误：…`.
fn plain(last: &str) -> Ending {
    let hint = last.strip_prefix("提示：").unwrap_or("请再办一次；仍不行的，请联系系统管理员查看服务器。");
    let sentence = last.strip_prefix("错误：").unwrap_or("程序没有做完就结束了。");
    Ending::Failed(sentence.to_owned(), hint.to_owned())
}

/// Waits for a child whose lines have ended.
fn wait(child: &mut Child, stop: &AtomicBool) -> io::Result<Option<std::process::ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if stop.load(Ordering::Relaxed) {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Closes its standard input, at which it ends by itself; kills it where it does not.
fn end(mut child: Child) -> io::Result<()> {
    drop(child.stdin.take());
    let since = Instant::now();
    while child.try_wait()?.is_none() {
        if since.elapsed() > LAST {
            child.kill()?;
            child.wait()?;
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
