//! `canbao report export`.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use canbao_report::cube::{Cube, Cubes, Tree};
use canbao_report::indicator::Catalogue;
use canbao_report::release::Release;
use canbao_report::table::quoted;
use canbao_report::{Before, Material, Wanted, figure_rows};
use parquet::arrow::ArrowWriter;

use super::{catalogue, failure};
use crate::commands::Outcome;
use crate::commands::registry::{Database, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::{figure, print};

/// A snapshot in an open format, for other programs: figures, counts of people, and what the figures mean
///
/// figures: a row for each area, tree and indicator, and of the city and counties by each dimension. counts: everybody by
/// finest area and what they have in common. indicators: the catalogue. With --withhold-below nothing leaves that counts
/// few, nor what would give it away: figures of areas alone, a cell that is withheld left blank, and no counts.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The folder; it is made where it is not there, and files in it are replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// In which format
    #[arg(long, value_name = "FORMAT", default_value = "csv", value_parser = ["csv", "parquet"])]
    format: String,
    /// Counts under this are withheld, with all that would give them away [default: for use inside, none]
    #[arg(long, value_name = "N")]
    withhold_below: Option<u64>,
    /// Of this snapshot [default: the last one]
    #[arg(long, value_name = "ID")]
    snapshot: Option<i64>,
    /// The city's own indicators, over the program's
    #[arg(long, value_name = "FILE")]
    indicators: Option<PathBuf>,
    #[command(flatten)]
    database: Database,
}

/// A column of a file.
enum Column {
    Text(Vec<String>),
    /// None where it is withheld.
    Count(Vec<Option<i64>>),
}

/// A file: its name, and its columns with theirs.
struct Rows {
    name: &'static str,
    columns: Vec<(&'static str, Column)>,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let catalogue = catalogue(arguments.indicators.as_deref())?;
    let (cube, release) = runtime(async {
        let registry = arguments.database.open().await?;
        let cubes = Cubes::default();
        let found = async {
            if let Some(threshold) = arguments.withhold_below {
                let wanted = Wanted { snapshot: arguments.snapshot, before: Before::Nothing, threshold };
                let material = Material::load(&registry, &cubes, &catalogue, wanted).await?;
                return Ok((material.now.cube, Some(material.now.release)));
            }
            let cube = match arguments.snapshot {
                Some(id) => cubes.get(&registry, id).await?,
                None => cubes.latest(&registry).await?,
            };
            Ok((cube, None))
        };
        let found = found.await;
        registry.close().await;
        found.map_err(failure)
    })?;
    let mut files = vec![meanings(&catalogue)];
    match &release {
        Some(release) => files.push(released(&cube, &catalogue, release)),
        None => files.extend([figures(&cube, &catalogue), counts(&cube)]),
    }
    let unwritten = |path: &Path, error: &dyn std::fmt::Display| {
        Failure::new(format!("{} 写不成：{error}。", path.display())).hint("请检查路径、权限和磁盘空间。")
    };
    std::fs::create_dir_all(&arguments.out).map_err(|error| unwritten(&arguments.out, &error))?;
    let mut told = Vec::new();
    for file in files {
        let path = arguments.out.join(format!("{}.{}", file.name, arguments.format));
        let rows = match arguments.format.as_str() {
            "parquet" => parquet(&path, &file).map_err(|error| unwritten(&path, &error))?,
            _ => csv(&path, &file).map_err(|error| unwritten(&path, &error))?,
        };
        told.push(format!("{} {}", file.name, figure::count(rows as u64)));
    }
    let (out, id, as_of) = (arguments.out.display(), cube.snapshot().id, cube.as_of());
    let said = language.pick(
        format!("已写在 {out}：{} 行，依据第 {id} 号统计快照（截至 {as_of}）。\n", told.join("、")),
        format!("In {out}: rows of {}, from snapshot {id}, as of {as_of}.\n", told.join(", ")),
    );
    print(&said, language)?;
    Ok(Outcome::Done)
}

fn count(value: u64) -> Option<i64> {
    Some(i64::try_from(value).unwrap_or(i64::MAX))
}

fn texts<T>(all: &[T], of: impl Fn(&T) -> &str) -> Column {
    Column::Text(all.iter().map(|one| of(one).to_owned()).collect())
}

fn meanings(catalogue: &Catalogue) -> Rows {
    let all = catalogue.all();
    Rows {
        name: "indicators",
        columns: vec![
            ("indicator", texts(all, |one| &one.definition().code)),
            ("name", texts(all, |one| &one.definition().name)),
            ("unit", texts(all, |one| one.definition().unit.chinese())),
            ("formula", texts(all, |one| &one.definition().formula)),
            ("numerator", texts(all, |one| &one.definition().numerator)),
            ("denominator", texts(all, |one| &one.definition().denominator)),
            ("meaning", texts(all, |one| &one.definition().meaning)),
        ],
    }
}

fn figures(cube: &Cube, catalogue: &Catalogue) -> Rows {
    let rows = figure_rows(cube, catalogue);
    let day = cube.as_of().to_string();
    let name = |code: &str| cube.area(code).map_or_else(String::new, |area| area.name.clone());
    Rows {
        name: "figures",
        columns: vec![
            ("as_of", Column::Text(vec![day; rows.len()])),
            ("tree", texts(&rows, |row| row.tree)),
            ("area", texts(&rows, |row| &row.area)),
            ("area_name", Column::Text(rows.iter().map(|row| name(&row.area)).collect())),
            ("dimension", texts(&rows, |row| row.dimension)),
            ("item", texts(&rows, |row| &row.item)),
            ("indicator", texts(&rows, |row| row.indicator)),
            ("numerator", Column::Count(rows.iter().map(|row| count(row.numerator)).collect())),
            ("denominator", Column::Count(rows.iter().map(|row| count(row.denominator)).collect())),
        ],
    }
}

/// What may leave.
fn released(cube: &Cube, catalogue: &Catalogue, release: &Release) -> Rows {
    let mut told = Vec::new();
    for level in ["city", "county", "town", "village"] {
        for area in cube.areas_of(level, cube.city().unwrap_or_default()) {
            let all = catalogue.all().iter().filter_map(|one| release.told(*one, &area, Tree::Reporting));
            told.extend(all.map(|told| (area.clone(), told)));
        }
    }
    let name = |code: &str| cube.area(code).map_or_else(String::new, |area| area.name.clone());
    Rows {
        name: "figures",
        columns: vec![
            ("as_of", Column::Text(vec![cube.as_of().to_string(); told.len()])),
            ("area", texts(&told, |(area, _)| area)),
            ("area_name", Column::Text(told.iter().map(|(area, _)| name(area)).collect())),
            ("indicator", texts(&told, |(_, told)| &told.indicator.definition().code)),
            ("numerator", Column::Count(told.iter().map(|(_, told)| told.part.and_then(count)).collect())),
            ("denominator", Column::Count(told.iter().map(|(_, told)| told.whole.and_then(count)).collect())),
        ],
    }
}

fn counts(cube: &Cube) -> Rows {
    let (words, rows) = cube.count_rows();
    let (mut areas, mut people) = (Vec::new(), Vec::new());
    let mut values: Vec<Vec<String>> = vec![Vec::new(); words.len()];
    for (area, own, count) in rows {
        areas.push(area.to_owned());
        people.push(Some(i64::from(count)));
        values.iter_mut().zip(own).for_each(|(values, value)| values.push(value));
    }
    let mut columns = vec![("area", Column::Text(areas))];
    columns.extend(words.into_iter().zip(values.into_iter().map(Column::Text)));
    columns.push(("people", Column::Count(people)));
    Rows { name: "counts", columns }
}

impl Column {
    fn len(&self) -> usize {
        match self {
            Self::Text(all) => all.len(),
            Self::Count(all) => all.len(),
        }
    }

    fn text(&self, at: usize) -> String {
        match self {
            Self::Text(all) => all.get(at).map_or_else(String::new, |text| quoted(text)),
            Self::Count(all) => all.get(at).copied().flatten().map_or_else(String::new, |count| count.to_string()),
        }
    }
}

fn csv(path: &Path, file: &Rows) -> std::io::Result<usize> {
    let mut out = BufWriter::new(File::create(path)?);
    // with the mark, office programs take it for UTF-8
    let heads: Vec<&str> = file.columns.iter().map(|(name, _)| *name).collect();
    write!(out, "\u{feff}{}\r\n", heads.join(","))?;
    let rows = file.columns.first().map_or(0, |(_, column)| column.len());
    for at in 0..rows {
        let cells: Vec<String> = file.columns.iter().map(|(_, column)| column.text(at)).collect();
        write!(out, "{}\r\n", cells.join(","))?;
    }
    out.flush()?;
    Ok(rows)
}

fn parquet(path: &Path, file: &Rows) -> Result<usize, parquet::errors::ParquetError> {
    let array = |column: &Column| -> ArrayRef {
        match column {
            Column::Text(all) => Arc::new(StringArray::from_iter_values(all)),
            Column::Count(all) => Arc::new(Int64Array::from(all.clone())),
        }
    };
    let batch = RecordBatch::try_from_iter(file.columns.iter().map(|(name, column)| (*name, array(column))))?;
    let mut writer = ArrowWriter::try_new(File::create(path)?, batch.schema(), None)?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(batch.num_rows())
}
