//! `canbao exchange verify`: parcels checked without a database.

use std::path::{Path, PathBuf};

use canbao_registry::exchange::identity::Cards;
use canbao_registry::exchange::parcel::{Verified, verify, verify_folder};
use serde_json::json;

use super::keys::{Keys, read_card, refused};
use crate::commands::Outcome;
use crate::commands::registry::{done, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::table::{Side, Table};
use crate::output::{figure, print};

/// Check parcels: signatures, digests, and the chains that they form
///
/// Needs no database and no secret: the senders' cards are named by --card. Without --card, those whom the database knows.
/// Of a single parcel its place in the chain is not asked, for it shows only beside its neighbours.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A parcel, or a folder of parcels
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// A sender's card; several times for several
    #[arg(long, value_name = "FILE")]
    card: Vec<PathBuf>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    keys: Keys,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let cards = cards(arguments)?;
    let (sound, findings) = check(&arguments.path, &cards)?;
    let text = if arguments.json {
        let parcels: Vec<_> = sound.iter().map(|(file, parcel)| described(file, parcel)).collect();
        let findings: Vec<_> = findings.iter().map(|(what, hint)| json!({ "message": what, "hint": hint })).collect();
        format!("{}\n", json!({ "parcels": parcels, "findings": findings }))
    } else {
        table(&sound, language)
    };
    print(&text, language)?;
    let mut findings = findings.into_iter();
    match findings.next() {
        None => Ok(Outcome::Done),
        Some((what, hint)) => {
            let more = findings.len();
            let first = if more == 0 { what } else { format!("{what}另有 {more} 处问题。") };
            Err(Failure::new(first).hints([hint]).hints(findings.take(20).map(|(what, _)| what)))
        }
    }
}

/// The cards to check with; our own where it is there.
fn cards(arguments: &Arguments) -> Result<Cards, Failure> {
    let mut cards = Cards::new();
    let mut add = |card| cards.add(card).map_err(|error| refused(&error));
    if arguments.card.is_empty() {
        if !arguments.keys.database.is_named() {
            return Err(Failure::new("没有给出发送方的名片，不能核对签名。")
                .hint("请写 --card 对方名片；或写 --database，用登记库里已登记的机构核对。"));
        }
        let peers = runtime(async {
            let (registry, desk) = arguments.keys.desk().await?;
            let peers = done(desk.peers().await);
            registry.close().await;
            peers
        })?;
        for peer in peers {
            add(peer.card)?;
        }
    }
    for path in &arguments.card {
        add(read_card(path)?)?;
    }
    if arguments.keys.place().is_ok_and(|place| place.exists()) {
        add(arguments.keys.read()?.card().clone())?;
    }
    Ok(cards)
}

/// What holds, and what does not, with what to do about it.
type Checked = (Vec<(String, Verified)>, Vec<(String, String)>);

fn check(path: &Path, cards: &Cards) -> Result<Checked, Failure> {
    let shown = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    if path.is_dir() {
        let report =
            verify_folder(path, cards).map_err(|error| Failure::new(&error).hints(error.hint().map(str::to_owned)))?;
        let told = |finding: &canbao_registry::exchange::parcel::Finding| {
            (finding.to_string(), finding.hint().unwrap_or_default().to_owned())
        };
        return Ok((report.sound, report.findings.iter().map(told).collect()));
    }
    Ok(match verify(path, cards) {
        Ok(verified) => (vec![(shown, verified)], Vec::new()),
        Err(why) => {
            let hint = why.hint().unwrap_or_default().to_owned();
            (Vec::new(), vec![(format!("文件 {shown}：{why}"), hint)])
        }
    })
}

fn rows(parcel: &Verified) -> u64 {
    parcel.manifest.contents.iter().map(|entry| entry.rows).sum()
}

fn described(file: &str, parcel: &Verified) -> serde_json::Value {
    let manifest = &parcel.manifest;
    json!({
        "file": file, "kind": manifest.kind.as_str(), "from": manifest.from.name, "to": manifest.to.name,
        "sequence": manifest.sequence, "created": manifest.created, "rows": rows(parcel),
        "digest": parcel.digest.to_string(), "answers": manifest.answers.map(|digest| digest.to_string()),
    })
}

fn table(sound: &[(String, Verified)], language: Language) -> String {
    if sound.is_empty() {
        return language.pick("没有一个成立的数据包。\n", "No parcel that holds.\n").to_owned();
    }
    let mut table = Table::new([
        (language.pick("文件", "file"), Side::Left),
        (language.pick("内容", "kind"), Side::Left),
        (language.pick("发送方", "from"), Side::Left),
        (language.pick("接收方", "to"), Side::Left),
        (language.pick("编号", "number"), Side::Right),
        (language.pick("行数", "rows"), Side::Right),
    ]);
    for (file, parcel) in sound {
        let manifest = &parcel.manifest;
        let kind = language.pick(manifest.kind.chinese(), manifest.kind.as_str()).to_owned();
        let (from, to) = (manifest.from.name.clone(), manifest.to.name.clone());
        table.row([file.clone(), kind, from, to, manifest.sequence.to_string(), figure::count(rows(parcel))]);
    }
    let parcels = figure::count(sound.len() as u64);
    table.render()
        + &language.pick(
            format!("{parcels} 个数据包的签名和摘要都成立。\n"),
            format!("{parcels} parcels: signatures and digests hold.\n"),
        )
}
