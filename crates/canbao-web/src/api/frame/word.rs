//! Values that stand in many places, each told and bounded once: codes, words, dates, texts. Types of the schema alone.

use canbao_domain::{role, rules, source, standard};
use canbao_report::cube;
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use super::code;
use crate::page::exports;

/// The largest identifier: what every program's numbers hold.
const MOST: i64 = 9_007_199_254_740_991;

/// One of some words; each with what a clerk calls it.
fn one_of(about: &str, words: Vec<(String, String)>) -> RefOr<Schema> {
    let told: Vec<String> = words.iter().map(|(word, name)| format!("`{word}` {name}")).collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(format!("{about}：{}", told.join("；"))))
        .enum_values(Some(words.into_iter().map(|(word, _)| word)))
        .into()
}

fn text(about: &str, least: usize, most: usize, pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(about))
        .min_length(Some(least))
        .max_length(Some(most))
        .pattern(Some(pattern))
}

fn number(about: &str, least: i64, most: i64) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .description(Some(about))
        .minimum(Some(least))
        .maximum(Some(most))
}

/// Declares types that are known by their schema alone.
macro_rules! schemas {
    ($($(#[$doc:meta])* $name:ident => $schema:expr;)+) => {
        $(
            $(#[$doc])*
            pub(crate) struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    $schema.into()
                }
            }

            impl ToSchema for $name {}
        )+
    };
}

/// Words of a type that has all of them in `ALL`.
macro_rules! all {
    ($kind:ty) => {
        <$kind>::ALL.iter().map(|one| (one.as_str().to_owned(), one.chinese().to_owned())).collect()
    };
}

fn entries(table: &standard::Table) -> Vec<(String, String)> {
    table.entries().iter().map(|entry| (entry.code().to_owned(), entry.name().to_owned())).collect()
}

fn schemes() -> Vec<(String, String)> {
    let insured = source::SourceKind::ALL.iter().filter(|kind| kind.insurance().is_some());
    insured.map(|kind| (kind.as_str().to_owned(), kind.chinese().to_owned())).collect()
}

/// Free text: anything but control characters.
const PLAIN: &str = r"^[^\x00-\x1f\x7f]+$";
const TAGS: &str = "^([*]|\"[A-Za-z0-9._-]{1,40}\"(, ?\"[A-Za-z0-9._-]{1,40}\")*)$";
const KEY: &str = "^[A-Za-z0-9._:-]{8,64}$";

/// Whether a request may be named so.
pub(super) fn is_key(name: &str) -> bool {
    (8..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'-'))
}

/// A version out of its tag; none out of a weak one, which is not good enough for a change (RFC 9110, 13.1.1).
pub(super) fn version(tag: &str) -> Option<String> {
    let inner = tag.strip_prefix('"')?.strip_suffix('"')?;
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    ((1..=40).contains(&inner.len()) && inner.bytes().all(known)).then(|| inner.to_owned())
}

schemas! {
    /// Error codes.
    Code => one_of("错误代码", code::Code::ALL.iter().map(|code| (code.as_str().to_owned(), code.title().to_owned())).collect());
    /// 人员类别
    Category => one_of("人员类别", all!(rules::Category));
    /// 参保状态
    InsuranceState => one_of("一项保险的参保状态", all!(rules::InsuranceState));
    /// 险种
    Scheme => one_of("险种", schemes());
    /// 数据种类
    SourceKind => one_of("数据种类", all!(source::SourceKind));
    /// 单位类别
    UnitCategory => one_of("用人单位的类别", entries(standard::unit_categories()));
    /// 县的代码
    CountyCode => text("县（市、区）的 6 位代码", 6, 6, "^[0-9]{6}$");
    /// 角色
    Role => one_of("角色", all!(role::Role));
    /// 问题种类
    FindingKind => one_of("问题种类", entries(standard::finding_kinds()));
    /// 中断或终止原因
    Interruption => one_of("中断、终止参保的原因代码", entries(standard::interruptions()));
    /// 指标
    Indicator => text("指标的代码，见 listIndicators", 1, 40, "^[a-z0-9-]+$");
    /// 分类
    Dimension => one_of("按什么分行", all!(cube::Dimension));
    /// 答复
    Verdict => one_of("批量查询的答复", all!(canbao_registry::query::Verdict));
    /// 核对到哪一步
    Stand => one_of("疑点核对到哪一步", all!(canbao_registry::finding::Stand));
    /// 结论
    Ruling => one_of("对疑点的结论", [("same", "是：是同一人，是重复记录，属实"), ("different", "不是：不是此人，两条都要，不属实"), ("ask", "请村里核实")].map(|(code, name)| (code.to_owned(), name.to_owned())).into());
    /// 核实的答复
    AskedAnswer => one_of("对请核实的疑点的答复", [("same", "是"), ("different", "不是"), ("unknown", "核实不了，要写明原因")].map(|(code, name)| (code.to_owned(), name.to_owned())).into());
    /// 任务的种类
    JobKind => one_of("任务的种类", all!(canbao_registry::job::JobKind));
    /// 任务的状态
    JobState => one_of("任务走到哪一步", all!(canbao_registry::job::JobState));
    /// 报送的状态
    DeliveryState => one_of("报送走到哪一步", all!(canbao_registry::delivery::DeliveryState));
    /// 读的结果
    Checked => one_of("读的结果", [("waiting", "还没有读完"), ("sound", "能读"), ("refused", "读不出来，原因在 error")].map(|(code, name)| (code.to_owned(), name.to_owned())).into());
    /// 导出的列
    ExportColumn => one_of("导出的列", exports::all().map(|column| (column.word.to_owned(), column.head.to_owned())).collect());
    /// 导出的用途
    ExportPurpose => one_of("导出的用途", exports::PURPOSES.iter().map(|purpose| ((*purpose).to_owned(), (*purpose).to_owned())).collect());
    /// 文件的格式
    FileFormat => one_of("文件的格式", [("xlsx", "Excel 工作簿"), ("csv", "CSV 文本")].map(|(code, name)| (code.to_owned(), name.to_owned())).into());
    /// 列的含义
    Field => one_of("一列是什么", source::Field::ALL.iter().map(|field| (field.as_str().to_owned(), field.chinese().to_owned())).collect());
    /// 编码
    Encoding => one_of("文本的编码", crate::page::delivery::ENCODINGS.iter().filter(|(word, _)| !word.is_empty()).map(|(word, name)| ((*word).to_owned(), (*name).to_owned())).collect());
    /// 分隔符
    Separator => one_of("文本的分隔符", crate::page::delivery::SEPARATORS.iter().filter(|(word, _)| !word.is_empty()).map(|(word, name)| ((*word).to_owned(), (*name).to_owned())).collect());
    /// 来源的名称
    SourceName => text("来源在报送计划里的名称", 1, 60, "^[A-Za-z0-9_-]{1,60}$");
    /// 说明
    Note => text("说明，不要写人的姓名和号码", 0, 500, r"^[^\x00-\x1f\x7f]*$");
    /// 人口类别
    Population => one_of("人口类别", all!(rules::Population));
    /// 性别
    Sex => one_of("性别（GB/T 2261.1）", [("0", "未知"), ("1", "男"), ("2", "女"), ("9", "未说明")].map(|(code, name)| (code.to_owned(), name.to_owned())).into());
    /// 男女
    ManOrWoman => one_of("性别（GB/T 2261.1）", [("1", "男"), ("2", "女")].map(|(code, name)| (code.to_owned(), name.to_owned())).into());
    /// 年龄段
    AgeBand => one_of("年龄段", crate::page::people::AGES.iter().map(|(word, said, ..)| ((*word).to_owned(), (*said).to_owned())).collect());
    /// 救助
    Aid => one_of("救助", [("subsistence", "低保、五保"), ("disability", "残疾人补助")].map(|(code, name)| (code.to_owned(), name.to_owned())).into());
    /// 用途
    Purpose => one_of("用途，记入查看记录", crate::page::reveal::PURPOSES.iter().map(|purpose| ((*purpose).to_owned(), (*purpose).to_owned())).collect());
    /// 区划代码
    AreaCode => text("区划代码：县 6 位、镇 9 位、村 12 位", 6, 12, "^[0-9]{6}([0-9]{3}){0,2}$");
    /// 村的代码
    VillageCode => text("村（社区）的 12 位代码", 12, 12, "^[0-9]{12}$");
    /// 日期
    Day => text("日期，写成 2016-11-01 的样子", 10, 10, "^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$").format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    /// 时间
    Instant => ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).description(Some("时间，东八区"));
    /// 编号
    Id => number("登记库自己的编号", 1, MOST);
    /// 编号，没有的写 0
    IdOrNone => number("登记库自己的编号；登记库没有的写 0", 0, MOST);
    /// 版本
    Revision => number("记录的版本：查看时回答里的 revision", 0, MOST);
    /// 行数
    Limit => number("一页几行，默认 50", 1, 200).default(Some(Value::from(50)));
    /// 翻页位置
    Cursor => text("翻页位置：上一次回答中的 next 或 previous", 4, 40, "^[ab]:([0-9]{6}([0-9]{3}){0,2})?[.][0-9]{1,15}$");
    /// 序号
    After => number("从第几号之后（或之前）看起：上一次回答中的 next", 0, MOST);
    /// 短文字
    Short => text("一行文字，不含换行等控制字符", 1, 60, PLAIN);
    /// 长文字
    Long => text("一行文字，不含换行等控制字符", 1, 200, PLAIN);
    /// 登录名
    Login => text("登录名", 2, 32, "^[a-z0-9._-]{2,32}$");
    /// 摘要
    Sha256 => text("SHA-256，64 个十六进制小写字母和数字", 64, 64, "^[0-9a-f]{64}$");
    /// 看过的版本
    Tags => text("看过的是哪一版：查看时回答的 ETag，带双引号，几个之间用逗号隔开；* 是不比较", 1, 400, TAGS);
    /// 文件
    File => ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary))).description(Some("文件的内容"));
    /// 入户任务的标识
    TaskMark => text("任务（或户）的标识", 8, 40, "^[A-Za-z0-9_-]{8,40}$");
    /// 人还是单位
    TaskForm => one_of("登记表的种类", [("person", "人"), ("unit", "单位")].map(|(code, name)| (code.to_owned(), name.to_owned())).into());
    /// 任务办到哪里
    TaskStand => one_of("办到哪里", crate::page::survey::tasks::STATES.iter().filter(|(word, _)| !word.is_empty()).map(|(word, name)| ((*word).to_owned(), (*name).to_owned())).collect());
    /// 任务的翻页位置
    TaskCursor => text("翻页位置：上一次回答中的 next", 4, 60, "^([0-9]{6}([0-9]{3}){0,2})?[.][0-9]{1,15}[.][0-9]{1,15}$");
    /// 转交的办理
    TransferAct => one_of("怎么办", [("accept", "接收"), ("return", "退回，要写原因"), ("withdraw", "撤回自己转出的")].map(|(code, name)| (code.to_owned(), name.to_owned())).into());
    /// 要入户的类别
    Visited => one_of("要入户的人员类别", rules::Category::VISITED.iter().map(|one| (one.as_str().to_owned(), one.chinese().to_owned())).collect());
    /// 幂等键
    Key => text("幂等键：每项新的请求另取一个，重试时不变；保留 24 小时", 8, 64, KEY);
}

/// A text of the schema on its own, for objects that are put together by hand.
pub(crate) fn reference<T: ToSchema>() -> RefOr<Schema> {
    RefOr::Ref(utoipa::openapi::Ref::from_schema_name(T::name()))
}

/// Whether a word is of a schema's enumeration.
#[cfg(test)]
fn words_of<T: PartialSchema>() -> usize {
    let schema: RefOr<Schema> = T::schema();
    match schema {
        RefOr::T(Schema::Object(utoipa::openapi::schema::Object { enum_values: Some(words), .. })) => words.len(),
        _ => 0,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn lists_of_words_are_the_programs_own() {
        assert_eq!(words_of::<Category>(), rules::Category::ALL.len());
        assert_eq!(words_of::<Role>(), 8);
        assert!(words_of::<FindingKind>() > 10 && words_of::<Interruption>() > 3);
    }

    #[test]
    fn a_name_of_a_request_is_what_its_pattern_says() {
        let pattern = regex::Regex::new(KEY).unwrap();
        for name in [
            "",
            "1234567",
            "12345678",
            &"x".repeat(64),
            &"x".repeat(65),
            "a b c d e f",
            "键键键键键键键键",
            "a.b_c:d-e",
        ] {
            assert_eq!(is_key(name), pattern.is_match(name), "{name}");
        }
    }
}
