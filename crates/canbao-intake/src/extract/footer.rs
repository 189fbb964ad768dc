//! Lines at a table's end that are no rows: totals, who made it, notes.

/// What such a line begins with.
const WORDS: [&str; 26] = [
    "合计",
    "总计",
    "小计",
    "共计",
    "累计",
    "总合计",
    "本页合计",
    "本页小计",
    "本表合计",
    "全县合计",
    "全市合计",
    "总人数",
    "合计人数",
    "制表",
    "填表",
    "填报",
    "审核人",
    "审核：",
    "复核",
    "经办人",
    "负责人",
    "打印时间",
    "打印日期",
    "导出时间",
    "备注：",
    "说明：",
];

/// Whether a line whose first filled cell is `cell` is a footer (if it holds no number of a person).
pub(crate) fn is_footer(cell: &str) -> bool {
    let text: String =
        cell.chars().filter(|c| !c.is_whitespace()).take(16).map(|c| if c == ':' { '：' } else { c }).collect();
    WORDS.iter().any(|word| text.starts_with(word))
        || text.starts_with("注：")
        || text.starts_with('共')
            && text.contains(|c: char| c.is_ascii_digit())
            && text.contains(['人', '条', '户', '行', '页', '家'])
}
