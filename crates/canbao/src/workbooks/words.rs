//! What kinds of findings are called, and on which sheet they stand.

/// The sheets of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sheet {
    /// 重复参保
    Duplicates,
    /// 数据有误
    WrongData,
    /// 其他疑点
    Doubts,
    /// 未参保单位; its lines come from `units`.
    Units,
}

/// Every kind of finding, in the order in which sheets list them: code, sheet, what a clerk calls it.
pub(super) const KINDS: [(&str, Sheet, &str); 18] = [
    ("duplicate-pension", Sheet::Duplicates, "重复参加养老保险"),
    ("duplicate-medical", Sheet::Duplicates, "重复参加医疗保险"),
    ("duplicate-benefit", Sheet::Duplicates, "重复领取待遇"),
    ("duplicate-row", Sheet::Duplicates, "同一险种重复记录"),
    ("row-unresolved", Sheet::WrongData, "无法确认是谁"),
    ("row-rejected", Sheet::WrongData, "无法读取"),
    ("number-of-another", Sheet::WrongData, "使用了他人的号码"),
    ("several-numbers", Sheet::WrongData, "一人多号"),
    ("shared-number", Sheet::WrongData, "一号多人"),
    ("name-differs", Sheet::WrongData, "姓名不一致"),
    ("birth-differs", Sheet::WrongData, "出生日期不一致"),
    ("sex-differs", Sheet::WrongData, "性别不一致"),
    ("field-missing", Sheet::WrongData, "必填项缺失"),
    ("deceased-enrolled", Sheet::Doubts, "已死亡仍在参保"),
    ("moved-out-enrolled", Sheet::Doubts, "已迁出仍在参保"),
    ("assisted-uninsured", Sheet::Doubts, "低保、五保、残疾人员未参保"),
    ("unit-uninsured", Sheet::Units, "单位未参保"),
    ("unit-unregistered", Sheet::Units, "参保单位不在工商登记中"),
];

/// Every kind of finding with what a clerk calls it, in the order in which lists have them.
pub(crate) fn findings() -> impl Iterator<Item = (&'static str, &'static str)> {
    KINDS.iter().map(|(code, _, name)| (*code, *name))
}

/// The place of a kind in [`KINDS`].
pub(super) fn kind(code: &str) -> Option<usize> {
    KINDS.iter().position(|(known, _, _)| *known == code)
}

/// What a clerk calls a kind, by its place.
pub(super) fn kind_name(place: usize) -> &'static str {
    KINDS.get(place).map_or("其他", |(_, _, name)| *name)
}

/// The sheet of a kind, by its place. What this version does not know is listed as a doubt rather than lost.
pub(super) fn sheet(place: usize) -> Sheet {
    KINDS.get(place).map_or(Sheet::Doubts, |(_, sheet, _)| *sheet)
}
