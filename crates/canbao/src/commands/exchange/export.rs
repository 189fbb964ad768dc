//! `canbao exchange export`: whom we ask about.

use std::path::PathBuf;

use canbao_domain::rules::Category;
use canbao_domain::scope::Scope;
use canbao_domain::source::Insurance;
use canbao_registry::RegistryError;
use canbao_registry::exchange::{Choice, Export};
use serde_json::json;

use super::keys::Keys;
use super::template;
use crate::commands::Outcome;
use crate::commands::registry::{actor, failure, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::{figure, print};

/// Ask who is insured elsewhere: a parcel for another registry, or files by a template
///
/// Asked about are current people who lack an insurance or whose insurance is interrupted. By default number and name go
/// along, sealed to the receiver. With --private (PSI) the other side learns how many people are asked about and not who,
/// and answers without learning who was found: a parcel for each insurance. Whoever has no valid number or no name cannot be
/// asked about, and is counted; by a template they stand in a work-list beside the files.
///
/// Exit codes: 0 done; 1 done, but a template's work-list is not empty; 2 nothing was written.
#[derive(clap::Args)]
#[group(id = "whom", required = true, multiple = false, args = ["to", "template"])]
pub(super) struct Arguments {
    /// The registry that is asked, by its id
    #[arg(long, value_name = "PEER")]
    to: Option<String>,
    /// The template of the province or the ministry: a file, or the name of a built-in one
    #[arg(long, value_name = "TEMPLATE")]
    template: Option<String>,
    /// The folder for the parcels or files
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// So that the other side does not learn who is asked about
    #[arg(long, conflicts_with = "template")]
    private: bool,
    /// Privately: about this insurance alone (pension, medical)
    #[arg(long, value_name = "WHICH", requires = "private", value_parser = ["pension", "medical"])]
    insurance: Option<String>,
    /// In this area or under it
    #[arg(long, value_name = "CODE")]
    area: Option<String>,
    /// Of this category; several times for several [default: uninsured, partial, interrupted]
    #[arg(long, value_name = "CATEGORY")]
    category: Vec<String>,
    /// Also whom they said to be insured there before
    #[arg(long)]
    again: bool,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    keys: Keys,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let choice = choice(arguments)?;
    let out = &arguments.out;
    std::fs::create_dir_all(out).map_err(|error| crate::output::private::unwritten(out, &error, language))?;
    if let Some(name) = &arguments.template {
        return template::export(name, &choice, out, &arguments.keys.database, arguments.json, language);
    }
    let to = arguments.to.as_deref().unwrap_or_default();
    let exports = runtime(async {
        let (registry, desk) = arguments.keys.desk().await?;
        let mut exports: Vec<(Option<Insurance>, Export)> = Vec::new();
        let asked = if arguments.private {
            let wanted: Vec<Insurance> = [Insurance::Pension, Insurance::Medical]
                .into_iter()
                .filter(|insurance| arguments.insurance.as_deref().is_none_or(|word| word == insurance.as_str()))
                .collect();
            let mut asked = Ok(());
            for insurance in wanted {
                match desk.ask_privately(to, &choice, insurance, out, &actor()).await {
                    Ok(export) => exports.push((Some(insurance), export)),
                    // of one insurance nobody may lack anything
                    Err(RegistryError::NobodyToAsk) if arguments.insurance.is_none() => {}
                    Err(error) => {
                        asked = Err(error);
                        break;
                    }
                }
            }
            if exports.is_empty() && asked.is_ok() { Err(RegistryError::NobodyToAsk) } else { asked }
        } else {
            desk.ask(to, &choice, out, &actor()).await.map(|export| exports.push((None, export)))
        };
        registry.close().await;
        match asked {
            // what was sent stands in its chain, whatever came after
            Err(error) if exports.is_empty() => Err(failure(error)),
            Err(error) => Ok((exports, Some(failure(error)))),
            Ok(()) => Ok((exports, None)),
        }
    })?;
    let (exports, stopped) = exports;
    print(&told(&exports, to, arguments.json, language), language)?;
    Ok(match stopped {
        None => Outcome::Done,
        Some(stopped) => {
            crate::output::say(&stopped.render(language));
            Outcome::SomeRejected
        }
    })
}

fn choice(arguments: &Arguments) -> Result<Choice, Failure> {
    let mut choice = Choice { area: arguments.area.clone(), again: arguments.again, ..Choice::new(Scope::city()) };
    if !arguments.category.is_empty() {
        choice.categories = arguments
            .category
            .iter()
            .map(|word| {
                Category::from_word(word).ok_or_else(|| {
                    let known: Vec<&str> = Category::ALL.iter().map(|category| category.as_str()).collect();
                    Failure::new(format!("没有“{word}”这个类别。")).hint(format!("可以写：{}。", known.join("、")))
                })
            })
            .collect::<Result<_, _>>()?;
    }
    Ok(choice)
}

fn told(exports: &[(Option<Insurance>, Export)], to: &str, as_json: bool, language: Language) -> String {
    if as_json {
        let parcels: Vec<_> = exports
            .iter()
            .map(|(insurance, export)| {
                let sent = &export.sent;
                json!({
                    "file": sent.file.to_string_lossy(), "kind": sent.kind.as_str(), "sequence": sent.sequence,
                    "digest": sent.digest.to_string(), "insurance": insurance.map(Insurance::as_str),
                    "asked": export.asked, "left_out": export.left_out,
                })
            })
            .collect();
        return format!("{}\n", json!({ "to": to, "parcels": parcels }));
    }
    let mut text = String::new();
    for (insurance, export) in exports {
        let (asked, left_out) = (figure::count(export.asked), figure::count(export.left_out));
        let (file, number) = (export.sent.file.display(), export.sent.sequence);
        let of = match insurance {
            Some(Insurance::Pension) => language.pick("（隐私比对，养老保险）", " privately of pensions"),
            Some(_) => language.pick("（隐私比对，医疗保险）", " privately of medical insurance"),
            None => "",
        };
        text += &language.pick(
            format!("向 {to} 查询 {asked} 人{of}，第 {number} 号数据包：{file}\n另有 {left_out} 人没有有效号码、姓名，或号码与他人相同，不能查询。\n"),
            format!("{asked} people asked of {to}{of}, parcel {number}: {file}\n{left_out} cannot be asked about: no valid number, no name, or a shared number.\n"),
        );
    }
    text
}
