//! `canbao registry change`: the record is changed by procedure, by two people.

mod bulk;
mod read;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use canbao_domain::date::Date;
use canbao_domain::scope::Scope;
use canbao_registry::Registry;
use canbao_registry::change::{Decision, Procedure, Proposal, Request};
use canbao_registry::query::Asker;
use clap::Subcommand;
use serde_json::json;

use super::{Database, actor, done, runtime};
use crate::commands::Outcome;
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;

const EXAMPLES: &str = "\
Examples:
  canbao registry change propose death --person 1024 --effective 2016-12-05 --evidence 死亡证明.pdf
  canbao registry change propose name-changed --person 1024 --effective 2016-12-05 --particulars name.json
  canbao registry change list                            what waits for a checker
  canbao registry change decide 17 --approve --reason 材料齐全    by somebody else than the maker
  canbao registry change undo 17 --reason 登记有误
  canbao registry change bulk death 死亡注销2016-12.xlsx --out 结果.xlsx      a month's deaths, each row answered
  canbao registry change decide-bulk 3 --approve --reason 已与公安核对        all of them in one step";

/// Change a record by procedure: proposed by one, decided by another
///
/// Procedures: death, move-out, move-in, arrival, birth, enrolment-begun, enrolment-interrupted, enrolment-resumed,
/// enrolment-ended, enrolment-transferred, number-corrected, name-changed, merged, split, left-country, conscripted,
/// imprisoned, released. Particulars are a JSON object in a file, for they are personal: {"name": "…"}.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Propose(Propose),
    Decide(Decide),
    Undo(Undo),
    List(List),
    Bulk(bulk::Propose),
    DecideBulk(bulk::Decide),
}

/// Put a procedure forward; nothing changes before somebody else has decided
#[derive(clap::Args)]
struct Propose {
    /// Which procedure
    #[arg(value_name = "PROCEDURE")]
    procedure: String,
    /// Whose record, by the registry's identifier; none for a birth or an arrival
    #[arg(long, value_name = "ID", default_value_t = 0)]
    person: i64,
    /// From which day it holds
    #[arg(long, value_name = "DATE")]
    effective: String,
    /// A JSON file with what else the procedure is told; `-` for standard input
    #[arg(long, value_name = "FILE")]
    particulars: Option<PathBuf>,
    /// The papers' file, whose digest is kept
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
    #[command(flatten)]
    database: Database,
}

/// Decide what somebody else put forward
#[derive(clap::Args)]
#[group(id = "what", required = true, multiple = false, args = ["approve", "refuse"])]
struct Decide {
    /// The request's number
    #[arg(value_name = "REQUEST")]
    request: i64,
    /// It is done
    #[arg(long)]
    approve: bool,
    /// It is not
    #[arg(long)]
    refuse: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    database: Database,
}

/// Undo what a request did, where nothing later rests on it
#[derive(clap::Args)]
struct Undo {
    /// The request's number
    #[arg(value_name = "REQUEST")]
    request: i64,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    database: Database,
}

/// What waits for a checker, or all about one person
#[derive(clap::Args)]
struct List {
    /// All about this person
    #[arg(long, value_name = "ID")]
    person: Option<i64>,
    /// All of this bulk, done or not
    #[arg(long, value_name = "BULK", conflicts_with = "person")]
    bulk: Option<i64>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let asker = Asker { actor: actor(), scope: Scope::city(), purpose: "registry change".into() };
    let mut outcome = Outcome::Done;
    let text = match &arguments.command {
        Command::Propose(propose) => proposed(propose, &asker, language)?,
        Command::Decide(decide) => decided(decide, &asker, language)?,
        Command::Undo(undo) => {
            let revision = with(&undo.database, async |registry| {
                done(registry.undo_change(&asker, undo.request, &undo.reason).await)
            })?;
            language.pick(format!("已撤销，版本 {revision}。\n"), format!("Undone, revision {revision}.\n"))
        }
        Command::List(list) => listed(list, &asker, language)?,
        Command::Bulk(propose) => {
            let (text, unreadable) = bulk::propose(propose, &asker, language)?;
            if unreadable {
                outcome = Outcome::SomeRejected;
            }
            text
        }
        Command::DecideBulk(decide) => bulk::decide(decide, &asker, language)?,
    };
    print(&text, language)?;
    Ok(outcome)
}

/// Works on the registry and lets it go.
fn with<T>(database: &Database, work: impl AsyncFnOnce(&Registry) -> Result<T, Failure>) -> Result<T, Failure> {
    runtime(async {
        let registry = database.open().await?;
        let result = work(&registry).await;
        registry.close().await;
        result
    })
}

fn proposed(arguments: &Propose, asker: &Asker, language: Language) -> Result<String, Failure> {
    let procedure = procedure(&arguments.procedure, arguments.particulars.as_deref())?;
    let evidence = arguments.evidence.as_deref().map(digest).transpose()?;
    let id = with(&arguments.database, async |registry| {
        let seen = if procedure.is_new() { 0 } else { done(registry.person(asker, arguments.person).await)?.revision };
        let proposal = Proposal {
            person: if procedure.is_new() { 0 } else { arguments.person },
            seen,
            procedure,
            effective: arguments.effective.clone(),
            evidence,
            papers: None,
        };
        done(registry.propose(asker, &proposal, today()).await)
    })?;
    Ok(language.pick(
        format!("申请编号 {id}，等待另一人审核。\n"),
        format!("Request {id} waits for somebody else's decision.\n"),
    ))
}

fn decided(arguments: &Decide, asker: &Asker, language: Language) -> Result<String, Failure> {
    let revision = with(&arguments.database, async |registry| {
        let request = done(registry.request(arguments.request).await)?;
        let is_new = request.procedure.as_ref().is_none_or(Procedure::is_new);
        let seen = if is_new { 0 } else { done(registry.person(asker, request.person).await)?.revision };
        let decision = Decision { approve: arguments.approve, reason: arguments.reason.clone(), seen };
        done(registry.decide(asker, arguments.request, &decision, today()).await)
    })?;
    Ok(if arguments.approve {
        language.pick(format!("已办理，版本 {revision}。\n"), format!("Done, revision {revision}.\n"))
    } else {
        language.pick("未通过，记录没有变化。\n", "Refused; the record did not change.\n").to_owned()
    })
}

fn listed(arguments: &List, asker: &Asker, language: Language) -> Result<String, Failure> {
    let requests = with(&arguments.database, async |registry| {
        if let Some(bulk) = arguments.bulk {
            done(registry.bulk(bulk).await)?;
            let (mut all, mut after) = (Vec::new(), 0);
            loop {
                let page = done(registry.requests_of_bulk(bulk, after, 500).await)?;
                let Some(last) = page.last() else { return Ok(all) };
                after = last.id;
                all.extend(page);
            }
        }
        done(match arguments.person {
            Some(person) => registry.requests(asker, person).await,
            None => registry.pending_requests(0, 500).await,
        })
    })?;
    if arguments.json {
        return Ok(format!("{}\n", json!({ "requests": requests.iter().map(told).collect::<Vec<_>>() })));
    }
    if requests.is_empty() {
        return Ok(language.pick("没有申请。\n", "There are no requests.\n").to_owned());
    }
    Ok(requests.iter().map(|request| shown(request, language)).collect())
}

fn told(request: &Request) -> serde_json::Value {
    json!({
        "id": request.id, "person": request.person, "state": request.state.as_str(),
        "procedure": request.procedure.as_ref().map(Procedure::kind), "effective": request.effective,
        "maker": request.maker, "checker": request.checker, "reason": request.reason, "revision": request.revision,
        "bulk": request.bulk,
    })
}

fn shown(request: &Request, language: Language) -> String {
    let what = request.procedure.as_ref().map_or("", |procedure| language.pick(procedure.chinese(), procedure.kind()));
    let (id, person, day, maker) = (request.id, request.person, &request.effective, &request.maker);
    let state = request.state.as_str();
    language.pick(
        format!("  {id}  {what}  记录 {person}  自 {day}  经办 {maker}  {state}\n"),
        format!("  {id}  {what}  record {person}  from {day}  by {maker}  {state}\n"),
    )
}

/// A procedure of its word and its particulars.
fn procedure(kind: &str, particulars: Option<&Path>) -> Result<Procedure, Failure> {
    let mut object = match particulars {
        None => serde_json::Map::new(),
        Some(path) => {
            let mut text = String::new();
            let read = if path == Path::new("-") {
                std::io::stdin().lock().take(100_000).read_to_string(&mut text)
            } else {
                File::open(path).and_then(|file| file.take(100_000).read_to_string(&mut text))
            };
            let name = path.display();
            read.map_err(|error| Failure::new(format!("读取 {name} 失败：{error}。")).hint("请核对路径和权限。"))?;
            // what is in it is personal, so what the reader says of it is not told
            serde_json::from_str(&text).map_err(|_| {
                Failure::new(format!("{name} 不是 JSON 对象。")).hint("请写成 {\"name\": \"…\"} 的样子。")
            })?
        }
    };
    object.insert("procedure".to_owned(), kind.into());
    serde_json::from_value(object.into()).map_err(|_| {
        Failure::new(format!("没有“{kind}”这项业务，或者它的内容缺项、多项。"))
            .hint("加上 --help 可以看到全部业务；内容的写法见文档。")
    })
}

/// The SHA-256 of a file.
fn digest(path: &Path) -> Result<Vec<u8>, Failure> {
    let hex = canbao_run::sha256(path).map_err(|error| Failure::new(&error).hint("请核对路径和权限。"))?;
    let pairs = (0..hex.len() / 2).filter_map(|at| hex.get(2 * at..2 * at + 2));
    Ok(pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect())
}

/// Today, in the time zone of the country.
fn today() -> Date {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Date(i32::try_from((since.as_secs() + 8 * 3600) / 86_400).unwrap_or_default())
}
