//! A workbook, sheet by sheet.

mod facts;
mod findings;
mod survey;
mod units;

use std::path::Path;

use canbao_domain::source::SourceKind;
use canbao_paper::{About, Book};

use super::material::Material;
use super::{Job, Made, WorkbookError};

/// What every sheet of a workbook needs.
struct Context<'a> {
    job: &'a Job<'a>,
    material: &'a Material,
    /// The county's place, or the city's.
    county: usize,
    /// Its code.
    code: &'a str,
    /// Its name.
    name: &'a str,
}

/// Writes the workbook of a county, or of the city.
pub(super) fn write(job: &Job<'_>, material: &Material, county: usize, into: &Path) -> Result<Made, WorkbookError> {
    let code = material.counties.code(county);
    let is_city = county == material.counties.city();
    let name = if is_city { job.city_name } else { job.areas.name(code).unwrap_or(code) };
    let path = into.join(format!("{code}-{}.xlsx", file_name(name)));
    let (year, month, day) = job.as_of.ymd();
    let part = |n: u32| u8::try_from(n).unwrap_or(1);
    let mut book = Book::create(
        &path,
        About {
            title: format!("{name} 全民参保登记名单"),
            author: "全民参保登记".to_owned(),
            date: (u16::try_from(year).unwrap_or(1900), part(month), part(day)),
        },
    )?;
    let context = Context { job, material, county, code, name };
    facts::write(&mut book, &context)?;
    let visits = survey::write(&mut book, &context)?;
    let mut rows = visits;
    rows += findings::duplicates(&mut book, &context)?;
    rows += findings::wrong_data(&mut book, &context)?;
    rows += findings::doubts(&mut book, &context)?;
    rows += units::write(&mut book, &context)?;
    book.save()?;
    Ok(Made { path, area: code.to_owned(), visits, rows })
}

impl Context<'_> {
    /// The name of an area, or its code where the tree has none.
    fn area<'t>(&'t self, code: Option<&'t str>) -> Option<&'t str> {
        code.map(|code| self.job.areas.name(code).unwrap_or(code))
    }

    /// Where a row stands, in words.
    fn row(&self, row: Option<(&str, i64)>) -> String {
        row.map(|(source, row)| self.material.place(source, row)).unwrap_or_default()
    }

    /// The date that the run stands for.
    fn as_of(&self) -> String {
        let (year, month, day) = self.job.as_of.ymd();
        format!("{year}年{month}月{day}日")
    }
}

/// What a clerk calls a source: its kind, or the name that the city file gives it.
fn source_name(source: Option<(&str, i64)>) -> &str {
    source.map_or("", |(name, _)| name.parse::<SourceKind>().map_or(name, |kind| kind.chinese()))
}

/// What a file's name cannot have is left out.
fn file_name(name: &str) -> String {
    name.chars().filter(|c| !c.is_control() && !"/\\:*?\"<>|".contains(*c)).collect()
}
