//! Taking in what came back by a template.

use std::path::{Path, PathBuf};

use canbao_registry::Registry;
use canbao_registry::exchange::template::{AnswerFile, TemplateImport};
use serde_json::json;

use super::file::Template;
use super::read::{Answers, read};
use super::work_list::{self, Entry};
use crate::commands::Outcome;
use crate::commands::exchange::answer::finish;
use crate::commands::registry::{Database, actor, done, runtime};
use crate::output::failure::Failure;
use crate::output::figure;
use crate::output::language::Language;

/// What became of a file.
struct Taken {
    path: PathBuf,
    rows: u64,
    /// `None`: it was taken in before.
    told: Option<TemplateImport>,
}

/// Takes files in. All are read before the first changes anything, so a file that cannot be read stops them all.
pub(in crate::commands::exchange) fn import(
    name: &str,
    paths: &[PathBuf],
    work_list: Option<&Path>,
    database: &Database,
    as_json: bool,
    language: Language,
) -> Result<Outcome, Failure> {
    let template = Template::load(name)?;
    let beside = || work_list::place(paths.first().and_then(|path| path.parent()).unwrap_or(Path::new("")));
    let list = work_list.map_or_else(beside, Path::to_owned);
    let (taken, entries, stopped) = runtime(async {
        let registry = database.open().await?;
        let areas = done(registry.current_areas().await)?;
        let mut files = Vec::new();
        for path in paths {
            let digest = canbao_run::sha256(path).map_err(|error| Failure::new(&error))?;
            let before = done(registry.answered_before(&digest).await)?.is_some()
                || files.iter().any(|(_, known, _)| *known == digest);
            let answers = if before { None } else { Some(read(path, &template, &areas)?) };
            files.push((path.clone(), digest, answers));
        }
        let (mut taken, mut entries): (Vec<Taken>, Vec<Entry>) = (Vec::new(), Vec::new());
        let mut stopped = None;
        for (path, digest, answers) in files {
            let Some(answers) = answers else {
                taken.push(Taken { path, rows: 0, told: None });
                continue;
            };
            let rows = (answers.lines.len() + answers.unusable.len()) as u64;
            let so_far = entries.len();
            match one(&registry, &template, &digest, answers, &mut entries, &list, language).await {
                Ok((told, late)) => {
                    taken.push(Taken { path, rows, told: Some(told) });
                    if late.is_some() {
                        stopped = late;
                        break;
                    }
                }
                Err(failure) => {
                    entries.truncate(so_far);
                    stopped = Some(failure);
                    break;
                }
            }
        }
        registry.close().await;
        Ok((taken, entries, stopped))
    })?;
    let list = (!entries.is_empty()).then_some(list);
    let reasons = work_list::reasons(&entries);
    let text = if as_json {
        let files: Vec<_> = taken.iter().map(described).collect();
        let list = list.as_ref().map(|list| list.to_string_lossy());
        let rejected = entries.len();
        format!(
            "{}\n",
            json!({
                "template": template.name, "files": files, "rejected": rejected, "reasons": reasons, "work_list": list,
            })
        )
    } else {
        taken.iter().map(|taken| sentence(taken, language)).collect::<String>()
            + &work_list::told(&reasons, list.as_deref(), language)
    };
    match finish(!taken.is_empty(), &text, stopped, language)? {
        Outcome::Done if !entries.is_empty() => Ok(Outcome::SomeRejected),
        outcome => Ok(outcome),
    }
}

/// Takes one file in. Its rows that cannot be used are written down beside the list's place before the record shows the
/// file, for afterwards nobody would tell them again; the list then has those of this file and of all before it. What is
/// refused once the record shows the file is told beside what was done.
async fn one(
    registry: &Registry,
    template: &Template,
    digest: &str,
    answers: Answers,
    entries: &mut Vec<Entry>,
    list: &Path,
    language: Language,
) -> Result<(TemplateImport, Option<Failure>), Failure> {
    let file = AnswerFile { answerer: &template.answerer, digest, lines: &answers.lines };
    let draft = done(registry.draft_answer(&file, &actor()).await)?;
    let mut places: Vec<Option<Entry>> = answers.places.into_iter().map(Some).collect();
    let mut unusable = answers.unusable;
    for (at, why) in &draft.told.unusable {
        if let Some(place) = places.get_mut(*at).and_then(Option::take) {
            unusable.push(Entry { why: why.chinese().to_owned(), ..place });
        }
    }
    unusable.sort_by(|a, b| (&a.sheet, a.line).cmp(&(&b.sheet, b.line)));
    let any = !unusable.is_empty();
    entries.extend(unusable);
    let written =
        any.then(|| work_list::write(list, "联网比对返回中没有使用的行", "行", entries, language)).transpose()?;
    let told = done(draft.keep().await)?;
    Ok((told, written.and_then(|written| written.place_or_keep(language).err())))
}

/// A file as JSON: `rows` = `used` + `repeated` + `rejected`.
fn described(taken: &Taken) -> serde_json::Value {
    let file = taken.path.to_string_lossy();
    match &taken.told {
        None => json!({ "file": file, "taken_before": true }),
        Some(told) => json!({
            "file": file, "taken_before": false, "revision": told.revision, "rows": taken.rows, "used": told.used,
            "repeated": told.repeated, "rejected": taken.rows - told.used - told.repeated, "insured": told.insured,
            "uninsured": told.uninsured, "changed": told.changed, "names_noted": told.names_noted,
        }),
    }
}

fn sentence(taken: &Taken, language: Language) -> String {
    let file = taken.path.display();
    let Some(told) = &taken.told else {
        return language.pick(
            format!("{file}：以前已经导入过，未作任何改变。\n"),
            format!("{file}: taken in before, nothing changed.\n"),
        );
    };
    let rejected = taken.rows - told.used - told.repeated;
    let [rows, used, repeated, rejected, insured, changed, noted] =
        [taken.rows, told.used, told.repeated, rejected, told.insured, told.changed, told.names_noted]
            .map(figure::count);
    language.pick(
        format!(
            "{file}：共 {rows} 行，使用 {used} 行，重复 {repeated} 行，退回核实 {rejected} 行。\n\
             在外地参保 {insured} 人次，登记更新 {changed} 人；姓名写法不同、已记下的 {noted} 人。\n"
        ),
        format!(
            "{file}: {rows} rows, {used} used, {repeated} repeated, {rejected} not used.\n\
             insured elsewhere {insured}, records changed {changed}, names noted {noted}.\n"
        ),
    )
}
