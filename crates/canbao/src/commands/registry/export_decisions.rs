//! `canbao registry export-decisions`: what clerks decided, for the next comparison.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use canbao_domain::scope::Scope;
use canbao_registry::decision::{Decided, Decision};
use canbao_registry::query::Asker;
use parquet::arrow::ArrowWriter;

use super::{Database, actor, done, runtime};
use crate::commands::Outcome;
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::{figure, print, private};

/// Write what clerks decided as a file, to be named in the city file (decisions = "FILE")
///
/// Decisions that were withdrawn are left out. The file is personal, and can be read by its owner alone; the export is
/// one look on the log.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The Parquet file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let asker = Asker { actor: actor(), scope: Scope::city(), purpose: "registry export-decisions".into() };
    let decisions = runtime(async {
        let registry = arguments.database.open().await?;
        let decisions = done(registry.decisions(&asker, false).await);
        registry.close().await;
        decisions
    })?;
    let out = &arguments.out;
    private::write(out, language, |aside| {
        write(aside, &decisions).map_err(|error| {
            Failure::new(language.pick(
                format!("不能写 {}：{error}。", out.display()),
                format!("{} cannot be written: {error}.", out.display()),
            ))
            .hint(language.pick("请检查磁盘是否已满。", "Check whether the disk is full."))
        })
    })?;
    let (rows, out) = (figure::count(decisions.len() as u64), out.display());
    print(
        &language.pick(
            format!("核定 {rows} 条，写在 {out}；请在城市文件里写 decisions = \"…\"，下次比对就会采用。\n"),
            format!("{rows} decisions in {out}; name it in the city file: decisions = \"…\".\n"),
        ),
        language,
    )?;
    Ok(Outcome::Done)
}

/// The columns that the comparison reads.
fn write(path: &Path, decisions: &[Decided]) -> Result<(), parquet::errors::ParquetError> {
    type Text = fn(&Decision) -> &str;
    let columns: [(&str, Text); 5] = [
        ("decision", |decision| decision.ruling.as_str()),
        ("kind", |decision| decision.kind.as_str()),
        ("number", |decision| &decision.number),
        ("name", |decision| &decision.name),
        ("person_id", |decision| &decision.person_id),
    ];
    let texts = |text: Text| -> ArrayRef {
        Arc::new(decisions.iter().map(|decided| Some(text(&decided.decision))).collect::<StringArray>())
    };
    let batch = RecordBatch::try_from_iter(columns.map(|(name, text)| (name, texts(text))))?;
    let mut writer = ArrowWriter::try_new(OpenOptions::new().write(true).open(path)?, batch.schema(), None)?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(())
}
