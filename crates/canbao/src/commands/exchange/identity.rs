//! `canbao exchange identity`, `canbao exchange card`: who we are to others.

use std::path::PathBuf;

use canbao_registry::exchange::identity::{Card, Identity, Registry};
use serde_json::json;

use super::keys::{Keys, refused};
use crate::commands::Outcome;
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;

/// Make our keys, once
///
/// They are readable by their owner alone (mode 0600), never replaced, and in no backup of the database: keep an encrypted
/// copy elsewhere. Whoever has them can pass for us.
#[derive(clap::Args)]
pub(super) struct Identify {
    /// What others call us in commands: a-z, 0-9 and -
    #[arg(long, value_name = "ID")]
    id: String,
    /// The office's name
    #[arg(long, value_name = "NAME")]
    name: String,
    /// The code of our area: 6, 9 or 12 digits
    #[arg(long, value_name = "CODE")]
    area: String,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    keys: Keys,
}

/// Show our card, or write it to a file that can be mailed
#[derive(clap::Args)]
pub(super) struct Show {
    /// Where the card goes
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    keys: Keys,
}

pub(super) fn identify(arguments: &Identify, language: Language) -> Result<Outcome, Failure> {
    let place = arguments.keys.place()?;
    let office = Registry::new(&arguments.id, &arguments.name, &arguments.area).map_err(|error| refused(&error))?;
    let identity = Identity::create(office).map_err(|error| refused(&error))?;
    identity.write(&place).map_err(|error| refused(&error))?;
    let (card, shown) = (identity.card(), place.display());
    let text = if arguments.json {
        let mut told = described(card);
        if let Some(told) = told.as_object_mut() {
            told.insert("file".to_owned(), place.to_string_lossy().into());
        }
        format!("{told}\n")
    } else {
        let spoken = card.fingerprint().spoken();
        language.pick(
            format!("身份已生成，写在 {shown}（只有本用户能读）；请另存一份加密备份。\n指纹：{spoken}\n"),
            format!("Keys in {shown} (readable by this user alone); keep an encrypted copy.\nfingerprint: {spoken}\n"),
        )
    };
    print(&text, language)?;
    Ok(Outcome::Done)
}

pub(super) fn show(arguments: &Show, language: Language) -> Result<Outcome, Failure> {
    let identity = arguments.keys.read()?;
    let card = identity.card();
    if let Some(out) = &arguments.out {
        std::fs::write(out, card.to_text())
            .map_err(|error| crate::output::private::unwritten(out, &error, language))?;
    }
    let text = match &arguments.out {
        _ if arguments.json => format!("{}\n", described(card)),
        None => card.to_text(),
        Some(out) => {
            let (name, spoken, out) = (card.registry().name(), card.fingerprint().spoken(), out.display());
            language.pick(
                format!("“{name}”的名片写在 {out}。\n对方来电核对时，请读出指纹：{spoken}\n"),
                format!("The card of {name} is in {out}.\nfingerprint, to be read over the telephone: {spoken}\n"),
            )
        }
    };
    print(&text, language)?;
    Ok(Outcome::Done)
}

/// A card as JSON.
pub(super) fn described(card: &Card) -> serde_json::Value {
    let registry = card.registry();
    json!({
        "id": registry.id(), "name": registry.name(), "area": registry.area(),
        "fingerprint": card.fingerprint().to_string(), "spoken": card.fingerprint().spoken(), "card": card.to_text(),
    })
}
