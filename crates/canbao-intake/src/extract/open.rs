//! Opening a source: every part recognised before a row is read.

use canbao_domain::source::Field;

use super::read::{Extract, Opened};
use super::reader::Readers;
use crate::city::SourceSpec;
use crate::error::IntakeError;
use crate::profile::{Header, Profiles, word};
use crate::recognise::Format;
use crate::recognise::layout::Wish;
use crate::recognise::look::look;
use crate::recognise::plan::{Plan, plan};

/// Recognises every part of a source: format, encoding, separator, header, columns.
///
/// # Errors
/// A file that cannot be read, or whose columns cannot be recognised, with what to do.
pub fn open(spec: &SourceSpec, profiles: &Profiles) -> Result<Extract, IntakeError> {
    let Some(profile) = profiles.of(spec.kind) else {
        return Err(IntakeError::new(&spec.name, "没有这种数据的配置"));
    };
    let mut readers = Readers::default();
    let mut plans: Vec<Plan> = Vec::new();
    let (mut skipped, mut bytes) = (Vec::new(), 0);
    for file in &spec.files {
        bytes += std::fs::metadata(&file.path).map_err(|error| IntakeError::io(&file.shown, error))?.len();
        let count = plans.len();
        for seen in look(&mut readers, spec, file)? {
            let wish = Wish { header_row: spec.header_row, columns: &spec.columns, cut: seen.format == Format::Dbf };
            match plan(profile, wish, &seen, plans.last())? {
                Some(plan) => plans.push(plan),
                None => skipped.push((seen.shown.clone(), seen.sheet().unwrap_or("").to_owned())),
            }
        }
        if plans.len() == count {
            return Err(IntakeError::new(&file.shown, "没有一个工作表是数据")
                .hinted("请核对文件；数据所在的工作表若被隐藏，请在城市文件里用sheet指明"));
        }
    }
    all_columns_found(spec, &plans)?;
    readers.rest();
    Ok(Extract::new(spec, profile, Opened { plans, skipped, readers, bytes }))
}

/// A column that the city file names stands in one of the parts at least.
fn all_columns_found(spec: &SourceSpec, plans: &[Plan]) -> Result<(), IntakeError> {
    let stands = |header: &str, field: Field| {
        plans.iter().any(|plan| {
            plan.layout.headers.iter().enumerate().zip(&plan.layout.fields).any(|((column, written), found)| {
                let same = Header::new(written).words().any(|known| known == word(header));
                *found == Some(field) && (same || header == format!("第{}列", column + 1))
            })
        })
    };
    match spec.columns.iter().find(|(header, field)| !stands(header, **field)) {
        None => Ok(()),
        Some((header, _)) => {
            let file = spec.files.first().map_or("", |file| file.shown.as_str());
            Err(IntakeError::new(file, format!("城市文件的columns里写的列“{header}”在文件里不存在"))
                .in_column(header)
                .hinted("请用canbao inspect查看文件里的列名，照原样写；没有表头的写“第1列”"))
        }
    }
}
