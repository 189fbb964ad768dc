//! `canbao survey import`.

use std::path::PathBuf;

use canbao_domain::scope::Scope;
use canbao_registry::query::Asker;
use canbao_survey::Keeper;
use canbao_survey::book::{self, Became};
use serde_json::json;

use super::{forms_in, today};
use crate::commands::Outcome;
use crate::commands::registry::{Database, actor, done, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::{figure, print};

/// Take in a workbook that was filled in: each row whole or not at all; what was sent before changes nothing
///
/// Exit code 1 where some rows were refused; each is told with its row and cell.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The workbook, as `canbao survey forms` wrote it
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A folder with the city's own forms
    #[arg(long, value_name = "DIR")]
    forms: Option<PathBuf>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let forms = forms_in(arguments.forms.as_deref())?;
    let rows = book::read(&arguments.file).map_err(|error| Failure::new(&error).hint(error.hint()))?;
    let keeper = Keeper { forms: &forms, today: today() };
    let (mut submitted, mut unchanged, mut refused) = (0_u64, 0_u64, Vec::new());
    runtime(async {
        let registry = arguments.database.open().await?;
        let asker = Asker { actor: actor(), scope: Scope::city(), purpose: "survey import".into() };
        for row in &rows {
            match done(book::take(&registry, &asker, 0, &keeper, row).await)? {
                Became::Submitted => submitted += 1,
                Became::Unchanged => unchanged += 1,
                Became::Refused(says) => refused.push((row.sheet.clone(), row.line, says)),
            }
        }
        registry.close().await;
        Ok(())
    })?;
    let outcome = if refused.is_empty() { Outcome::Done } else { Outcome::SomeRejected };
    if arguments.json {
        let told: Vec<_> =
            refused.iter().map(|(sheet, line, says)| json!({ "sheet": sheet, "row": line, "says": says })).collect();
        let told = json!({ "rows": rows.len(), "submitted": submitted, "unchanged": unchanged, "refused": told });
        print(&format!("{told}\n"), language)?;
        return Ok(outcome);
    }
    let mut text = language.pick(
        format!(
            "{} 行：导入 {}，没有变化 {}，没有导入 {}。\n",
            figure::count(rows.len() as u64),
            figure::count(submitted),
            figure::count(unchanged),
            figure::count(refused.len() as u64)
        ),
        format!("{} rows: {submitted} taken in, {unchanged} unchanged, {} refused.\n", rows.len(), refused.len()),
    );
    for (sheet, line, says) in &refused {
        text += &language.pick(
            format!("{sheet}表第 {line} 行：{}\n", says.join("")),
            format!("{sheet}, row {line}: {}\n", says.join(" ")),
        );
    }
    print(&text, language)?;
    Ok(outcome)
}
