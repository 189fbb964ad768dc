//! Asking by a template.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use canbao_registry::exchange::template::Plan;
use canbao_registry::exchange::{Choice, LeftOut};
use serde_json::json;

use super::file::{ColumnField, Format, Template};
use super::work_list::{self, Entry};
use super::write::{filled, write};
use crate::commands::Outcome;
use crate::commands::registry::{Database, actor, done, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::{figure, print, private};

/// Files beside their places. Dropped before they got their names, they are cleared away.
#[derive(Default)]
struct Asides(Vec<(PathBuf, PathBuf)>);

impl Drop for Asides {
    fn drop(&mut self) {
        for (aside, _) in &self.0 {
            let _ = fs::remove_file(aside);
        }
    }
}

impl Asides {
    /// A place for a file, hidden and readable by its owner alone; what stands there is never replaced.
    fn begin(&mut self, folder: &Path, name: &str, language: Language) -> Result<PathBuf, Failure> {
        let to = folder.join(name);
        if fs::symlink_metadata(&to).is_ok() {
            return Err(Failure::new(format!("{} 已经存在，没有写任何文件。", to.display()))
                .hint("请把 --out 换成另一个文件夹，或先移走原来的文件。"));
        }
        let aside = folder.join(format!(".{}-{name}", std::process::id()));
        let made = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside);
        made.map_err(|error| private::unwritten(&to, &error, language))?;
        self.0.push((aside.clone(), to));
        Ok(aside)
    }

    fn place(mut self, language: Language) -> Result<Vec<PathBuf>, Failure> {
        let mut placed = Vec::new();
        for (aside, to) in std::mem::take(&mut self.0) {
            fs::rename(&aside, &to).map_err(|error| private::unwritten(&to, &error, language))?;
            placed.push(to);
        }
        Ok(placed)
    }
}

fn entry(who: &LeftOut) -> Entry {
    Entry {
        line: who.person,
        name: who.name.clone(),
        area: who.area.clone(),
        why: who.why.chinese().to_owned(),
        ..Entry::default()
    }
}

/// Writes the files of a question, and the work-list of those who cannot be asked about.
pub(in crate::commands::exchange) fn export(
    name: &str,
    choice: &Choice,
    out: &Path,
    database: &Database,
    as_json: bool,
    language: Language,
) -> Result<Outcome, Failure> {
    let template = Template::load(name)?;
    let named = template.export.columns.iter().any(|column| column.field == Some(ColumnField::Insurance));
    let plan = Plan {
        template: &template.name,
        answerer: &template.answerer,
        only: template.insurance.only(),
        row_per_insurance: named,
        rows_per_file: template.export.rows_per_file,
    };
    let encoding = template.encoding().filter(|_| template.export.format == Format::Csv);
    let writable = |name: &str| encoding.is_none_or(|encoding| !encoding.encode(name).2);
    let (files, people, entries, list) = runtime(async {
        let registry = database.open().await?;
        let draft = done(registry.draft(&plan, choice, writable, &actor()).await)?;
        let mut asides = Asides::default();
        let mut rows = Vec::new();
        for file in &draft.files {
            let name = filled(&template.export.file_name, &template, &draft.day, file.sequence, file.rows.len());
            let aside = asides.begin(out, &name.map_err(Failure::new)?, language)?;
            write(&aside, &template, file, &draft.day, language)?;
            rows.push((file.sequence, file.rows.len()));
        }
        let entries: Vec<Entry> = draft.left_out.iter().map(entry).collect();
        let list = (!entries.is_empty()).then(|| work_list::place(out));
        let written =
            list.as_deref().map(|list| work_list::write(list, "不能上报比对的人员", "登记库编号", &entries, language));
        let (written, people) = (written.transpose()?, draft.people());
        done(draft.keep().await)?;
        let placed = asides.place(language)?;
        written.map_or(Ok(()), |list| list.place_or_keep(language))?;
        registry.close().await;
        Ok((placed.into_iter().zip(rows).collect::<Vec<_>>(), people, entries, list))
    })?;
    let reasons = work_list::reasons(&entries);
    let text = if as_json {
        let files: Vec<_> = files
            .iter()
            .map(|(file, (sequence, rows))| json!({ "file": file.to_string_lossy(), "sequence": sequence, "rows": rows }))
            .collect();
        let list = list.as_ref().map(|list| list.to_string_lossy());
        let left_out = entries.len();
        format!(
            "{}\n",
            json!({
                "template": template.name, "files": files, "asked": people, "left_out": left_out, "reasons": reasons,
                "work_list": list,
            })
        )
    } else {
        let mut text = String::new();
        for (file, (_, rows)) in &files {
            let (file, rows) = (file.display(), figure::count(*rows as u64));
            text += &language.pick(format!("{file}：{rows} 行\n"), format!("{file}: {rows} rows\n"));
        }
        let (people, files) = (figure::count(people), files.len());
        text += &language.pick(
            format!("按模板“{}”查询 {people} 人，共 {files} 个文件。\n", template.title),
            format!("{people} people asked about by {}, in {files} files.\n", template.name),
        );
        text + &work_list::told(&reasons, list.as_deref(), language)
    };
    print(&text, language)?;
    Ok(if entries.is_empty() { Outcome::Done } else { Outcome::SomeRejected })
}
