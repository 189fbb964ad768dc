//! What was found in an extract, for people and for programs.

use std::collections::BTreeMap;
use std::path::Path;

use canbao_domain::source::{Field, SourceKind};
use canbao_intake::{ColumnReport, Format, Inspection, Part, PartReport};
use serde_json::{Value, json};

use crate::output::figure::{bytes, count, percent};
use crate::output::language::Language;
use crate::output::table::{Side, Table};
use crate::output::width::cut;

/// Columns that a cell of the sample may take.
const CELL: usize = 20;
/// Columns of the terminal that the sample may take.
const WIDE: usize = 150;

/// One JSON object.
pub(super) fn json(found: &Inspection, file: &Path) -> String {
    let column = |column: &ColumnReport| {
        let words = |pairs: &[(String, u64)]| pairs.iter().cloned().collect::<BTreeMap<_, _>>();
        json!({
            "header": column.header, "field": column.field.map(Field::as_str), "blank": column.blank,
            "invalid": column.invalid, "forms": words(&column.forms), "unknown": words(&column.unknown),
        })
    };
    let part = |report: &PartReport| {
        let (part, totals) = (&report.part, report.totals);
        json!({
            "file": part.file, "sheet": part.sheet, "format": part.format.as_str(), "encoding": part.encoding,
            "separator": part.separator.map(String::from), "header_row": part.header_row,
            "rows": totals.rows, "rejected": totals.rejected,
            "reasons": report.rejected.iter().cloned().collect::<BTreeMap<_, _>>(),
            "columns": report.columns.iter().map(column).collect::<Vec<Value>>(), "sample": report.sample,
        })
    };
    let told = json!({
        "file": file, "kind": found.kind.as_str(), "certain": found.certain, "bytes": found.bytes,
        "rows": total(found, |part| part.totals.rows), "rejected": total(found, |part| part.totals.rejected),
        "parts": found.parts.iter().map(part).collect::<Vec<Value>>(),
    });
    format!("{told}\n")
}

fn total(found: &Inspection, of: impl Fn(&PartReport) -> u64) -> u64 {
    found.parts.iter().map(of).sum()
}

/// Tables and sentences.
pub(super) fn text(found: &Inspection, file: &Path, l: Language) -> String {
    let (kind, size) = (found.kind, bytes(found.bytes));
    let rows = count(total(found, |part| part.totals.rows));
    let mut out = l.pick(
        format!("{}：{}（{kind}），{size}，{rows} 行\n", file.display(), kind.chinese()),
        format!("{}: {} ({kind}), {size}, {rows} rows\n", file.display(), kind.chinese()),
    );
    if !found.certain {
        out.push_str(l.pick(
            "数据种类是按列名推测的；如果不对，请用 --kind 指明。\n",
            "The kind is a guess from the columns; if it is wrong, name it by --kind.\n",
        ));
    }
    for report in &found.parts {
        out.push('\n');
        part(&mut out, report, kind, l);
    }
    out
}

fn part(out: &mut String, report: &PartReport, kind: SourceKind, l: Language) {
    out.push_str(&place(&report.part, l));
    let rows = count(report.totals.rows);
    out.push_str(&l.pick(format!("，{rows} 行\n"), format!(", {rows} rows\n")));
    for (reason, rows) in &report.rejected {
        let rows = count(*rows);
        out.push_str(
            &l.pick(format!("  {rows} 行不能读取：{reason}\n"), format!("  {rows} rows unreadable: {reason}\n")),
        );
    }
    columns(out, report, kind, l);
    numbers(out, report, l);
    codes(out, report, l);
    sample(out, report, l);
}

/// `工作表“汇总”，格式 xlsx，表头在第 3 行`
fn place(part: &Part, l: Language) -> String {
    let mut words = Vec::new();
    if let Some(sheet) = &part.sheet {
        words.push(l.pick(format!("工作表“{sheet}”"), format!("sheet {sheet}")));
    }
    words.push(l.pick(format!("格式 {}", part.format.as_str()), part.format.as_str().to_owned()));
    if let Some(encoding) = part.encoding {
        words.push(l.pick(format!("编码 {encoding}"), encoding.to_owned()));
    }
    if let Some(separator) = part.separator {
        let mark = match separator {
            ',' => l.pick("逗号", "comma"),
            '\t' => l.pick("制表符", "tab"),
            ';' => l.pick("分号", "semicolon"),
            '|' => l.pick("竖线", "pipe"),
            _ => l.pick("其他符号", "another mark"),
        };
        words.push(l.pick(format!("以{mark}分隔"), format!("separated by {mark}")));
    }
    words.push(match part.header_row {
        // these formats name their columns apart from the rows
        0 if matches!(part.format, Format::Dbf | Format::Parquet) => {
            l.pick("列名在文件结构中".to_owned(), "columns named by the format".to_owned())
        }
        0 => l.pick("没有表头".to_owned(), "no header".to_owned()),
        row => l.pick(format!("表头在第 {row} 行"), format!("header in row {row}")),
    });
    words.join(l.pick("，", ", "))
}

fn columns(out: &mut String, report: &PartReport, kind: SourceKind, l: Language) {
    let mut table = Table::new([
        (l.pick("文件里的列", "column"), Side::Left),
        (l.pick("含义", "meaning"), Side::Left),
        (l.pick("字段", "field"), Side::Left),
        (l.pick("空白", "blank"), Side::Right),
        (l.pick("无效", "invalid"), Side::Right),
    ]);
    let read = report.totals.rows - report.totals.rejected;
    for column in &report.columns {
        let header = cut(&column.header, 32);
        let (meaning, name) = match column.field {
            // an employer has a 名称, a person a 姓名
            Some(Field::Name) if !kind.is_person() => ("名称", Field::Name.as_str()),
            Some(field) => (field.chinese(), field.as_str()),
            None => (l.pick("不使用", "not used"), ""),
        };
        let [blank, invalid] = [column.blank, column.invalid].map(|rows| percent(rows, read));
        let invalid = if column.field.is_some() { invalid } else { String::new() };
        table.row([header, meaning.to_owned(), name.to_owned(), blank, invalid]);
    }
    out.push_str(&table.render());
}

fn numbers(out: &mut String, report: &PartReport, l: Language) {
    for column in report.columns.iter().filter(|column| !column.forms.is_empty()) {
        let mut forms: Vec<_> = column.forms.iter().collect();
        forms.sort_by_key(|(form, rows)| (std::cmp::Reverse(*rows), form.as_str()));
        let forms: Vec<String> = forms.into_iter().map(|(form, rows)| format!("{form} {}", count(*rows))).collect();
        let forms = forms.join(l.pick("，", ", "));
        out.push_str(&l.pick(format!("  号码的写法：{forms}\n"), format!("  Numbers: {forms}\n")));
    }
}

fn codes(out: &mut String, report: &PartReport, l: Language) {
    for column in report.columns.iter().filter(|column| !column.unknown.is_empty()) {
        let words = column.unknown.iter().map(|(word, rows)| {
            let (word, rows) = (cut(word, CELL), count(*rows));
            l.pick(format!("“{word}”{rows} 行"), format!("“{word}” {rows} rows"))
        });
        let words = words.collect::<Vec<_>>().join(l.pick("，", ", "));
        let header = &column.header;
        out.push_str(&l.pick(
            format!("  “{header}”列不认识的代码（照原样保留，不当作有效）：{words}\n"),
            format!("  Unknown codes of “{header}” (kept, never read as live): {words}\n"),
        ));
    }
}

fn sample(out: &mut String, report: &PartReport, l: Language) {
    let filled = |at: &usize| report.sample.iter().any(|row| row.get(*at).is_some_and(|cell| !cell.is_empty()));
    let known = |at: &usize| report.columns.get(*at).is_some_and(|column| column.field.is_some());
    let most = WIDE / (CELL / 2 + 2);
    let shown: Vec<usize> = (0..report.columns.len()).filter(known).filter(filled).take(most).collect();
    if shown.is_empty() {
        return;
    }
    let rows = report.sample.len();
    out.push_str(&l.pick(
        format!("  前 {rows} 行（个人信息已遮盖）：\n"),
        format!("  The first {rows} rows, what is personal masked:\n"),
    ));
    let heads = shown.iter().filter_map(|at| report.columns.get(*at));
    let mut table = Table::of(heads.map(|column| (column.header.as_str(), Side::Left)));
    for row in &report.sample {
        table.row(shown.iter().filter_map(|at| row.get(*at)).map(|cell| cut(cell, CELL)));
    }
    out.push_str(&table.render());
}
