//! What was found in an extract, for people and for programs.

use std::fmt::Write as _;
use std::path::Path;

use canbao_domain::source::Field;
use canbao_intake::Part;
use serde_json::{Value, json};

use super::gather::Found;
use crate::output::figure::{bytes, count, percent};
use crate::output::language::Language;
use crate::output::table::{Side, Table};
use crate::output::width::cut;

/// Columns that a cell of the sample may take.
const CELL: usize = 22;
/// Unknown codes that are shown.
const CODES: usize = 20;

/// One JSON object.
pub(super) fn json(found: &Found, file: &Path) -> String {
    let part = |(at, part): (usize, &Part)| {
        let totals = found.totals.parts.get(at).copied().unwrap_or_default();
        let columns: Vec<Value> = part
            .columns
            .iter()
            .map(|column| json!({ "header": column.header, "field": column.field.map(Field::as_str) }))
            .collect();
        json!({
            "file": part.file, "sheet": part.sheet, "format": part.format.as_str(), "encoding": part.encoding,
            "separator": part.separator.map(String::from), "header_row": part.header_row,
            "rows": totals.rows, "rejected": totals.rejected, "columns": columns,
        })
    };
    let sample: Vec<Value> = found
        .sample
        .iter()
        .map(|row| found.fields.iter().zip(row).map(|(field, cell)| (field.as_str().to_owned(), json!(cell))).collect())
        .collect();
    let codes: Vec<Value> = found
        .totals
        .unknown_codes
        .iter()
        .map(|code| json!({ "field": code.field.as_str(), "word": code.word, "rows": code.rows }))
        .collect();
    let blank: Value = found.blank.iter().map(|(field, rows)| (field.as_str().to_owned(), json!(rows))).collect();
    let told = json!({
        "file": file, "kind": found.kind.as_str(), "bytes": found.bytes,
        "rows": found.totals.rows, "rejected": found.totals.rejected,
        "parts": found.parts.iter().enumerate().map(part).collect::<Vec<_>>(),
        "blank": blank, "numbers": found.numbers, "invalid_numbers": found.invalid,
        "unknown_codes": codes, "sample": sample,
    });
    format!("{told}\n")
}

/// Tables and sentences.
pub(super) fn text(found: &Found, file: &Path, l: Language) -> String {
    let totals = &found.totals;
    let (kind, size) = (found.kind, bytes(found.bytes));
    let [rows, rejected] = [totals.rows, totals.rejected].map(count);
    let mut out = l.pick(
        format!("{}：{}（{kind}），{size}，{rows} 行", file.display(), kind.chinese()),
        format!("{}: {kind} ({}), {size}, {rows} rows", file.display(), kind.chinese()),
    );
    if totals.rejected > 0 {
        out.push_str(&l.pick(format!("，其中 {rejected} 行不能读取"), format!(", {rejected} of them unreadable")));
    }
    out.push('\n');
    for part in &found.parts {
        out.push_str(&format!("  {}\n", place(part, l)));
    }
    columns(&mut out, found, l);
    numbers(&mut out, found, l);
    codes(&mut out, found, l);
    sample(&mut out, found, l);
    out
}

/// `工作表“汇总”，XLSX，表头在第 3 行`
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
            _ => l.pick("其他", "another mark"),
        };
        words.push(l.pick(format!("以{mark}分隔"), format!("separated by {mark}")));
    }
    let row = part.header_row;
    words.push(match row {
        0 => l.pick("没有表头".to_owned(), "no header".to_owned()),
        _ => l.pick(format!("表头在第 {row} 行"), format!("header in row {row}")),
    });
    words.join(l.pick("，", ", "))
}

fn columns(out: &mut String, found: &Found, l: Language) {
    let mut table = Table::new([
        (l.pick("文件里的列", "column"), Side::Left),
        (l.pick("含义", "meaning"), Side::Left),
        (l.pick("字段", "field"), Side::Left),
        (l.pick("空白", "blank"), Side::Right),
    ]);
    let mut told: Vec<&str> = Vec::new();
    let read = found.totals.rows - found.totals.rejected;
    for column in found.parts.iter().flat_map(|part| &part.columns) {
        if told.contains(&column.header.as_str()) {
            continue;
        }
        told.push(&column.header);
        let header = cut(&column.header, 32);
        match column.field {
            Some(field) => {
                let blank = found.blank.get(&field).copied().unwrap_or_default();
                let meaning = meaning(found, field).to_owned();
                table.row([header, meaning, field.as_str().to_owned(), percent(blank, read)]);
            }
            None => table.row([header, l.pick("不使用", "not used").to_owned()]),
        }
    }
    out.push('\n');
    out.push_str(&table.render());
}

/// What a clerk calls a field: an employer has a 名称, a person a 姓名.
fn meaning(found: &Found, field: Field) -> &'static str {
    if field == Field::Name && !found.kind.is_person() { "名称" } else { field.chinese() }
}

fn numbers(out: &mut String, found: &Found, l: Language) {
    if found.numbers.is_empty() {
        return;
    }
    let read = found.totals.rows - found.totals.rejected;
    let invalid = count(found.invalid);
    let share = percent(found.invalid, read);
    out.push_str(&l.pick(
        format!("\n证件号码：无效 {invalid} 行（{share}）\n"),
        format!("\nNumbers: {invalid} invalid ({share})\n"),
    ));
    let mut forms: Vec<_> = found.numbers.iter().collect();
    forms.sort_by_key(|(form, rows)| (std::cmp::Reverse(**rows), **form));
    let forms = forms.into_iter().map(|(form, rows)| format!("{form} {}", count(*rows)));
    out.push_str(&format!("  {}\n", forms.collect::<Vec<_>>().join(l.pick("，", ", "))));
}

fn codes(out: &mut String, found: &Found, l: Language) {
    let unknown = &found.totals.unknown_codes;
    if unknown.is_empty() {
        return;
    }
    out.push_str(l.pick("\n不认识的代码（照原样保留，不当作有效）\n", "\nUnknown codes (kept, never read as live)\n"));
    for code in unknown.iter().take(CODES) {
        let (field, word, rows) = (code.field.chinese(), cut(&code.word, CELL), count(code.rows));
        // writing to a string cannot fail
        let _ = writeln!(
            out,
            "  {}",
            l.pick(format!("{field}“{word}”：{rows} 行"), format!("{field} “{word}”: {rows} rows"))
        );
    }
    if unknown.len() > CODES {
        let more = unknown.len() - CODES;
        let _ = writeln!(out, "  {}", l.pick(format!("另有 {more} 种"), format!("and {more} more")));
    }
}

fn sample(out: &mut String, found: &Found, l: Language) {
    let shown: Vec<usize> = (0..found.fields.len())
        .filter(|at| found.sample.iter().any(|row| row.get(*at).is_some_and(|cell| !cell.is_empty())))
        .collect();
    if shown.is_empty() {
        return;
    }
    let heads = shown.iter().filter_map(|at| found.fields.get(*at));
    let mut table = Table::of(heads.map(|field| (l.pick(meaning(found, *field), field.as_str()), Side::Left)));
    for row in &found.sample {
        table.row(shown.iter().filter_map(|at| row.get(*at)).map(|cell| cut(cell, CELL)));
    }
    let rows = found.sample.len();
    out.push_str(&l.pick(format!("\n前 {rows} 行（个人信息已遮盖）\n"), format!("\nThe first {rows} rows, masked\n")));
    out.push_str(&table.render());
}
