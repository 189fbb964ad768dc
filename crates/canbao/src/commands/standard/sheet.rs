//! Code tables that come back from a spreadsheet: rows under a head, whatever the format.

use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader as _};
use canbao_domain::standard::{Line, Table};

use super::{csv, folder};
use crate::output::failure::Failure;
use crate::output::language::Language;

pub(super) const CODE: &str = "代码";
pub(super) const NAME: &str = "名称";
pub(super) const ALIASES: &str = "别名";
pub(super) const GROUP: &str = "分组";
pub(super) const REMARK: &str = "备注";

/// The columns of an exported table.
pub(super) const HEAD: [&str; 5] = [CODE, NAME, ALIASES, GROUP, REMARK];

/// The head stands in one of so many rows; above it are a title and a note.
const HEAD_WITHIN: usize = 20;

/// No table has as many codes, by far; lists of people have.
const MOST_LINES: usize = 10_000;

/// One row of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Where it stands, 1-based.
    pub(super) number: usize,
    pub(super) cells: Vec<Cell>,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Text(String),
    /// Computed, by what may be elsewhere: nobody can check it.
    Formula,
    /// A date, into which a spreadsheet turns codes such as 1-2.
    Date,
    /// #N/A, #REF! and the like.
    Error,
}

/// Reads an edited table: of a workbook the sheet that is called as the table, or the only one.
pub(super) fn lines(path: &Path, table: &Table, language: Language) -> Result<Vec<Line>, Failure> {
    let bytes = folder::bytes(path, language)?;
    let kind = path.extension().map(|kind| kind.to_string_lossy().to_lowercase()).unwrap_or_default();
    let rows = match kind.as_str() {
        "csv" | "txt" => text(&bytes),
        "xlsx" | "xlsm" | "xls" | "ods" => workbook(bytes, table),
        _ => Err(Problem::new("不是 .csv 或 .xlsx 文件", "请在导出的文件上修改，再导入。")),
    };
    rows.and_then(|rows| under_head(&rows)).map_err(|problem| {
        let shown = path.display();
        Failure::new(language.pick(
            format!("{shown}：{}。", problem.what),
            format!("{shown} cannot be read as a code table: {}.", problem.what),
        ))
        .hint(problem.hint)
    })
}

/// Why a file is no edited table.
struct Problem {
    what: String,
    hint: &'static str,
}

impl Problem {
    fn new(what: impl Into<String>, hint: &'static str) -> Self {
        Self { what: what.into(), hint }
    }
}

fn text(bytes: &[u8]) -> Result<Vec<Row>, Problem> {
    let text = csv::decode(bytes).ok_or_else(|| Problem::new("编码不认识", "请另存为 UTF-8 编码的 CSV。"))?;
    csv::read(&text).ok_or_else(|| Problem::new("有引号没有成对", "请用表格软件打开，另存为 CSV 后再导入。"))
}

fn workbook(bytes: Vec<u8>, table: &Table) -> Result<Vec<Row>, Problem> {
    let broken = |_| Problem::new("工作簿读不出来", "请用表格软件打开，另存为 .xlsx 后再导入。");
    let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(broken)?;
    let names = book.sheet_names();
    let of_table = names.iter().find(|name| [table.title(), table.name()].contains(&name.as_str()));
    let name = match (of_table, names.as_slice()) {
        (Some(name), _) | (None, [name]) => name.clone(),
        _ => {
            let what = format!("没有工作表“{}”", table.title());
            return Err(Problem::new(what, "请把要导入的工作表改成代码表的名称，或只留这一张。"));
        }
    };
    let cells = book.worksheet_range(&name).map_err(broken)?;
    let formulas = book.worksheet_formula(&name).map_err(broken)?;
    let (Some((top, left)), width) = (cells.start(), cells.width()) else { return Ok(Vec::new()) };
    let computed = |row: u32, column: u32| formulas.get_value((row, column)).is_some_and(|formula| !formula.is_empty());
    let rows = (top..).zip(cells.rows()).map(|(row, values)| {
        let blank = std::iter::repeat_n(Cell::Text(String::new()), left as usize);
        let read = (left..)
            .zip(values)
            .take(width)
            .map(|(column, value)| if computed(row, column) { Cell::Formula } else { cell(value) });
        Row { number: row as usize + 1, cells: blank.chain(read).collect() }
    });
    Ok(rows.collect())
}

fn cell(value: &Data) -> Cell {
    Cell::Text(match value {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        // Rust writes floats without an exponent and, where they are whole, without decimals
        Data::Float(number) => number.to_string(),
        Data::Bool(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
        Data::DateTime(_) | Data::DateTimeIso(_) | Data::DurationIso(_) => return Cell::Date,
        Data::Error(_) => return Cell::Error,
    })
}

/// The rows below the head, by its columns; blank rows are left out.
fn under_head(rows: &[Row]) -> Result<Vec<Line>, Problem> {
    let titled = |row: &Row, title: &str| {
        row.cells.iter().position(|cell| matches!(cell, Cell::Text(text) if text.trim() == title))
    };
    let is_head = |row: &&Row| titled(row, CODE).is_some() && titled(row, NAME).is_some();
    let Some((at, head)) = rows.iter().enumerate().take(HEAD_WITHIN).find(|(_, row)| is_head(row)) else {
        return Err(Problem::new("没有“代码、名称”的表头", "请在导出的文件上修改，表头保持不变。"));
    };
    let mut columns = [0; HEAD.len()];
    for (column, title) in columns.iter_mut().zip(HEAD) {
        let what = || Problem::new(format!("表头缺少“{title}”"), "请在导出的文件上修改，五列都要保留。");
        *column = titled(head, title).ok_or_else(what)?;
    }
    let mut lines = Vec::new();
    for row in rows.iter().skip(at + 1) {
        for (column, cell) in row.cells.iter().enumerate() {
            let place = || format!("第{}行第{}列", row.number, column + 1);
            match cell {
                Cell::Text(text) if text.trim().is_empty() || columns.contains(&column) => {}
                Cell::Text(_) => {
                    return Err(Problem::new(format!("{}在五列之外", place()), "请删去多余的列，说明写在“备注”里。"));
                }
                Cell::Formula => {
                    return Err(Problem::new(
                        format!("{}是公式", place()),
                        "请选中后复制，“选择性粘贴”为数值，并设为文本格式。",
                    ));
                }
                Cell::Date => {
                    return Err(Problem::new(format!("{}成了日期", place()), "请先把整列设为“文本”格式，再填写代码。"));
                }
                Cell::Error => return Err(Problem::new(format!("{}是错误值", place()), "请改成文字。")),
            }
        }
        let text = |at: usize| match columns.get(at).and_then(|column| row.cells.get(*column)) {
            Some(Cell::Text(text)) => text.trim().to_owned(),
            _ => String::new(),
        };
        let line =
            Line { row: row.number, code: text(0), name: text(1), aliases: text(2), group: text(3), remark: text(4) };
        if [&line.code, &line.name, &line.aliases, &line.group, &line.remark].iter().any(|text| !text.is_empty()) {
            lines.push(line);
        }
        if lines.len() > MOST_LINES {
            return Err(Problem::new(format!("超过{MOST_LINES}行，不会是代码表"), "请核对是不是选错了文件。"));
        }
    }
    Ok(lines)
}
