//! `canbao exchange import`: another registry's answers, applied.

use std::path::PathBuf;

use canbao_registry::exchange::Import;
use canbao_registry::exchange::parcel::Kind;
use serde_json::json;

use super::answer::{finish, waiting};
use super::keys::Keys;
use super::template;
use crate::commands::Outcome;
use crate::commands::registry::{actor, failure, runtime};
use crate::output::failure::Failure;
use crate::output::figure;
use crate::output::language::Language;
use crate::output::table::{Side, Table};

/// Apply answers: whoever is insured elsewhere leaves the survey list
///
/// A parcel is applied whole or not at all, once, and in the order of its chain. By a template, rows that cannot be used
/// (unknown number, another name, a scheme or an area that the template does not know, somebody we did not ask about,
/// damaged) come back in a work-list, each with file, row and reason; a file that was taken in before changes nothing.
///
/// Exit codes: 0 done; 1 done, but rows came back in the work-list or a later file was refused; 2 nothing was written.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Answers, or a folder of parcels: all answers in it that were not taken in yet
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// The template of the province or the ministry: a file, or the name of a built-in one
    #[arg(long, value_name = "TEMPLATE")]
    template: Option<String>,
    /// Where the work-list goes [default: 待核实名单.xlsx beside the first file]
    #[arg(long, value_name = "FILE", requires = "template")]
    work_list: Option<PathBuf>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    keys: Keys,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    if let Some(name) = &arguments.template {
        let work_list = arguments.work_list.as_deref();
        return template::import(name, &arguments.paths, work_list, &arguments.keys.database, arguments.json, language);
    }
    let (imported, stopped) = runtime(async {
        let (registry, desk) = arguments.keys.desk().await?;
        let (mut imported, mut stopped) = (Vec::new(), None);
        'all: for path in &arguments.paths {
            for answer in waiting(&desk, path, [Kind::Answer, Kind::PsiReply], language).await? {
                match desk.import(&answer, &actor()).await {
                    Ok(import) => imported.push((answer, import)),
                    Err(error) => {
                        stopped = Some(failure(error));
                        break 'all;
                    }
                }
            }
        }
        registry.close().await;
        Ok((imported, stopped))
    })?;
    finish(!imported.is_empty(), &told(&imported, arguments.json, language), stopped, language)
}

fn told(imported: &[(PathBuf, Import)], as_json: bool, language: Language) -> String {
    if as_json {
        let answers: Vec<_> = imported
            .iter()
            .map(|(file, import)| {
                json!({
                    "file": file.to_string_lossy(), "revision": import.revision, "asked": import.asked,
                    "insured": import.insured, "uninsured": import.uninsured, "unknown": import.unknown,
                    "name_differs": import.name_differs, "unanswered": import.unanswered,
                    "changed": import.changed, "left_out": import.left_out, "to_look_at": import.to_look_at,
                })
            })
            .collect();
        return format!("{}\n", json!({ "answers": answers }));
    }
    let mut text = String::new();
    for (file, import) in imported {
        let (shown, asked) = (file.display(), figure::count(import.asked));
        text += &language.pick(
            format!("{shown}：所问 {asked} 人，按险种计：\n"),
            format!("{shown}: {asked} people asked about, by insurance:\n"),
        );
        let mut table = Table::new([
            (language.pick("答复", "answer"), Side::Left),
            (language.pick("险种数", "insurances"), Side::Right),
        ]);
        let all = [
            (language.pick("在对方参保", "insured there"), import.insured),
            (language.pick("在对方未参保", "not insured there"), import.uninsured),
            (language.pick("对方查无此人", "not known there"), import.unknown),
            (language.pick("对方姓名不符", "another name there"), import.name_differs),
            (language.pick("没有答复", "not answered"), import.unanswered),
        ];
        for (word, count) in all {
            table.row([word.to_owned(), figure::count(count)]);
        }
        let total = all.iter().map(|(_, count)| count).sum();
        table.total([language.pick("合计", "all").to_owned(), figure::count(total)]);
        text += &table.render();
        let [changed, left_out] = [import.changed, import.left_out].map(figure::count);
        text += &language.pick(
            format!("登记更新 {changed} 人；查询以后号码变更或不在册、未作改动 {left_out} 人。\n"),
            format!("{changed} records changed; {left_out} left as they are, for their number changed since.\n"),
        );
        if !import.to_look_at.is_empty() {
            let people: Vec<String> = import.to_look_at.iter().take(20).map(i64::to_string).collect();
            let (people, all) = (people.join("、"), import.to_look_at.len());
            text += &language.pick(
                format!(
                    "号码在对方是另一个姓名、需要核实的 {all} 人，登记库编号：{people}{}\n",
                    if all > 20 { "等" } else { "" }
                ),
                format!("{all} people bear another name there, to be looked at: {people}\n"),
            );
        }
    }
    text
}
