//! `canbao exchange peer`: the registries that we know.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::identity::described;
use super::keys::{Keys, read_card};
use crate::commands::Outcome;
use crate::commands::registry::{actor, done, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;
use crate::output::table::{Side, Table};

/// The registries that we exchange with
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(Add),
    List(List),
    Remove(Remove),
}

/// Make a registry known by its card, once its fingerprint was read over the telephone
#[derive(clap::Args)]
struct Add {
    /// Its card
    #[arg(value_name = "CARD")]
    card: PathBuf,
    /// The fingerprint as the other side read it: six groups of five digits, or 64 hexadecimal digits
    #[arg(long, value_name = "DIGITS")]
    fingerprint: Option<String>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    keys: Keys,
}

/// Who is known
#[derive(clap::Args)]
struct List {
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    keys: Keys,
}

/// Take a registry off: its parcels are refused from then on, what its answers said stays
#[derive(clap::Args)]
struct Remove {
    /// Its id
    #[arg(value_name = "ID")]
    id: String,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    keys: Keys,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let text = match &arguments.command {
        Command::Add(arguments) => add(arguments, language),
        Command::List(arguments) => list(arguments, language),
        Command::Remove(arguments) => remove(arguments, language),
    }?;
    print(&text, language)?;
    Ok(Outcome::Done)
}

fn add(arguments: &Add, language: Language) -> Result<String, Failure> {
    let card = read_card(&arguments.card)?;
    let name = card.registry().name();
    let Some(read) = &arguments.fingerprint else {
        return Err(Failure::new(format!("没有给出“{name}”的指纹，名片没有登记。")).hint(
            "请按自己掌握的号码给对方打电话，请对方读出指纹，写在 --fingerprint 后面；不要照抄名片上的那一行。",
        ));
    };
    if !card.fingerprint().is_read_as(read) {
        return Err(Failure::new(format!("电话里读出的指纹与名片 {} 不符，名片没有登记。", arguments.card.display()))
            .hint("请再核对一遍；仍不相符的，这张名片不是对方的，不要使用，并请对方用别的途径重新发来。"));
    }
    runtime(async {
        let (registry, desk) = arguments.keys.desk().await?;
        let added = done(desk.add_peer(&card, &actor()).await);
        registry.close().await;
        added
    })?;
    let id = card.registry().id();
    Ok(if arguments.json {
        format!("{}\n", described(&card))
    } else {
        language.pick(format!("已登记“{name}”，标识 {id}。\n"), format!("{name} is known as {id}.\n"))
    })
}

fn list(arguments: &List, language: Language) -> Result<String, Failure> {
    let peers = runtime(async {
        let (registry, desk) = arguments.keys.desk().await?;
        let peers = done(desk.peers().await);
        registry.close().await;
        peers
    })?;
    if arguments.json {
        let peers: Vec<_> = peers.iter().map(|peer| described(&peer.card)).collect();
        return Ok(format!("{}\n", json!({ "peers": peers })));
    }
    if peers.is_empty() {
        return Ok(language.pick("还没有登记任何机构。\n", "Nobody is known yet.\n").to_owned());
    }
    let mut table = Table::new([
        (language.pick("标识", "id"), Side::Left),
        (language.pick("名称", "name"), Side::Left),
        (language.pick("区划", "area"), Side::Left),
        (language.pick("指纹", "fingerprint"), Side::Left),
        (language.pick("登记人", "added by"), Side::Left),
    ]);
    for peer in &peers {
        let registry = peer.card.registry();
        let fingerprint = peer.card.fingerprint().spoken();
        let (id, name, area) = (registry.id(), registry.name(), registry.area());
        table.row([id.to_owned(), name.to_owned(), area.to_owned(), fingerprint, peer.added_by.clone()]);
    }
    Ok(table.render())
}

fn remove(arguments: &Remove, language: Language) -> Result<String, Failure> {
    let id = &arguments.id;
    runtime(async {
        let (registry, desk) = arguments.keys.desk().await?;
        let removed = done(desk.remove_peer(id, &actor()).await);
        registry.close().await;
        removed
    })?;
    Ok(if arguments.json {
        format!("{}\n", json!({ "removed": id }))
    } else {
        language.pick(
            format!("已停用 {id}：今后它的数据包一律拒收；它以前的答复仍然有效。\n"),
            format!("{id} is taken off: its parcels are refused from now on; what its answers said stays.\n"),
        )
    })
}
