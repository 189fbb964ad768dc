//! Where the files of a run are, and what each holds.

use std::path::Path;

use super::figure;
use super::language::Language;
use super::table::{Side, Table};

/// The files of a run that people open, in the order in which they ask for them.
const FILES: [(&str, &str, &str); 11] = [
    ("survey.parquet", "入户调查名单", "who must be visited"),
    ("persons.parquet", "每个人的参保情况和类别", "everybody, insured or not"),
    ("findings.parquet", "发现的问题", "what somebody must look at"),
    ("units.parquet", "用人单位", "employers"),
    ("links.parquet", "每一行数据属于谁、凭什么", "whose each row is, and why"),
    ("enrolments.parquet", "每个人的参保记录", "every insurance row of a known person"),
    ("candidates.parquet", "待核对行的候选人", "who else a row could be"),
    ("rows.parquet", "需要核对的行的原文", "rows as written, where something differs"),
    ("rejected.parquet", "不能读取的行", "rows that could not be read"),
    ("areas.parquet", "区划代码和名称", "the areas, their codes and names"),
    ("summary.json", "全部汇总数", "all counts"),
];

/// A table of the files in the folder `run`.
pub(crate) fn list(run: &Path, language: Language) -> String {
    let mut table = Table::new([
        (language.pick("文件", "file"), Side::Left),
        (language.pick("大小", "size"), Side::Right),
        (language.pick("内容", "holds"), Side::Left),
    ]);
    let (books, size) = workbooks(&run.join("workbooks"));
    if books > 0 {
        table.row([
            "workbooks/".to_owned(),
            figure::bytes(size),
            language.pick(
                format!("各区县工作簿 {books} 个：入户名单、重复、错误数据、未参保单位"),
                format!("{books} workbooks: visits, duplicates, wrong data, employers"),
            ),
        ]);
    }
    for (name, zh, en) in FILES {
        if let Ok(file) = std::fs::metadata(run.join(name)) {
            let holds = language.pick(zh, en).to_owned();
            table.row([name.to_owned(), figure::bytes(file.len()), holds]);
        }
    }
    let place = run.display();
    let head = language.pick(format!("结果在 {place}：\n"), format!("The result is in {place}:\n"));
    head + &table.render()
}

/// How many workbooks are in a folder, and how many bytes they take together.
fn workbooks(folder: &Path) -> (u64, u64) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.path().extension().is_some_and(|kind| kind == "xlsx"))
        .filter_map(|entry| entry.metadata().ok())
        .fold((0, 0), |(files, bytes), file| (files + 1, bytes + file.len()))
}
