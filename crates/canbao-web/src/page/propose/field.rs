//! The fields of each procedure's form.

use std::collections::BTreeMap;

use canbao_domain::standard::{self, Table};
use canbao_registry::change::Procedure;
use canbao_registry::person::NumberKind;

use super::Case;
use super::scan::{ACCEPT, told_of_scan};
use crate::page::field::{Choice, Errors, Field, Group, plain};
use crate::page::given::Given;
use crate::page::line::{named, place};
use crate::right::visitor::Visitor;
use crate::say;

/// Villages that a list offers, at most.
const VILLAGES: usize = 800;

struct Fields<'a> {
    given: &'a Given,
    errors: &'a Errors,
    all: Vec<Field>,
}

impl Fields<'_> {
    fn put(&mut self, name: &'static str, label: &'static str, how: &'static str, hint: &str, groups: Vec<Group>) {
        let (mode, size) = match name {
            "effective" | "birth_date" => ("numeric", 12),
            "phone" => ("tel", 16),
            "number" | "into_number" => ("text", 20),
            "area" => ("numeric", 14),
            "address" | "papers" => ("text", 40),
            "evidence" => ("text", 64),
            _ => ("text", 24),
        };
        let text = Field::text(name, label, hint, self.given, self.errors);
        self.all.push(Field { how, mode, size, groups, ..text });
    }

    fn text(&mut self, name: &'static str, label: &'static str, hint: &str) {
        self.put(name, label, "text", hint, Vec::new());
    }

    fn day(&mut self, name: &'static str, label: &'static str) {
        self.text(name, label, "如 2016-11-01；不能晚于今天");
    }

    fn choice(&mut self, name: &'static str, label: &'static str, how: &'static str, groups: Vec<Group>) {
        let mut groups = groups;
        for choice in groups.iter_mut().flat_map(|group| &mut group.choices) {
            choice.chosen = self.given.has(name, &choice.value);
        }
        self.put(name, label, how, "", groups);
    }

    fn table(&mut self, name: &'static str, label: &'static str, table: &'static Table, group: Option<&str>) {
        let fits = |entry: &&standard::Entry| group.is_none_or(|group| entry.group() == Some(group));
        let choices = table.entries().iter().filter(fits).map(|entry| plain(entry.code(), entry.name())).collect();
        self.choice(name, label, "select", vec![Group { title: String::new(), choices }]);
    }

    fn villages(&mut self, visitor: &Visitor, label: &'static str) {
        let mut groups: BTreeMap<String, Vec<Choice>> = BTreeMap::new();
        let (mut count, areas) = (0, &visitor.areas);
        for code in areas.reporting_to(&visitor.area) {
            let Some(area) = areas.get(code).filter(|area| area.level == "village") else { continue };
            let town = area.manager().and_then(|town| areas.get(town)).map_or("", |town| town.name.as_str());
            groups.entry(town.to_owned()).or_default().push(plain(code, &area.name));
            count += 1;
        }
        if count == 0 || count > VILLAGES {
            let hint = "村（社区）的 12 位代码；在页首选一个县（市、区）或镇（办），这里就列出各村";
            self.text("area", label, hint);
            return;
        }
        let groups = groups.into_iter().map(|(title, choices)| Group { title, choices }).collect();
        self.choice("area", label, "select", groups);
    }

    fn counties(&mut self, visitor: &Visitor) {
        let counties = visitor.areas.iter().filter(|(_, area)| area.level == "county");
        let choices = counties.map(|(code, area)| plain(code, &area.name)).collect();
        self.choice("pooling_area", "统筹区（可不填）", "select", vec![Group { title: String::new(), choices }]);
    }

    fn place(&mut self, visitor: &Visitor) {
        self.text("unit_code", "单位编码（可不填）", "");
        self.text("unit_name", "单位名称（可不填）", "灵活就业和居民参保不填单位");
        self.counties(visitor);
    }

    fn scheme(&mut self, case: &Case) {
        let Some(whole) = &case.whole else { return };
        let schemes = Procedure::schemes(case.kind, whole);
        let choices = schemes.iter().map(|scheme| plain(scheme.as_str(), scheme.chinese())).collect();
        self.choice("scheme", "险种", "radios", vec![Group { title: String::new(), choices }]);
    }

    fn somebody(&mut self, case: &Case, visitor: &Visitor) {
        let birth = case.kind == "birth";
        self.text("name", "姓名", "");
        let number = if case.kind == "arrival" { "身份证号" } else { "身份证号（还没有的不填）" };
        self.text("number", number, "18 位，末位可以是 X");
        let choices = vec![plain("1", "男"), plain("2", "女")];
        self.choice("sex", "性别", "radios", vec![Group { title: String::new(), choices }]);
        self.day("birth_date", "出生日期");
        self.villages(visitor, "户籍所在村（社区）");
        self.text("household", "户号（可不填）", "");
        self.table("relation", "与户主关系（可不填）", standard::relations(), None);
        self.table("ethnic", "民族（可不填）", standard::ethnic_groups(), None);
        self.text("address", "住址（可不填）", "");
        if !birth {
            self.text("phone", "电话（可不填）", "");
        }
        self.registered(if birth { "随父母上户口" } else { "户口迁入" });
    }

    fn registered(&mut self, yes: &'static str) {
        let choices = vec![plain("yes", yes), plain("no", "只来居住，户口不在这里")];
        self.choice("registered", "户口", "radios", vec![Group { title: String::new(), choices }]);
    }
}

/// The fields of a procedure, filled with what was given, each error at its field; `most` bytes of papers are taken.
pub(crate) fn fields(case: &Case, visitor: &Visitor, given: &Given, errors: &Errors, most: u64) -> Vec<Field> {
    let mut fields = Fields { given, errors, all: Vec::new() };
    let mut day = "从哪天起";
    let mut papers = "如：本人申请书、单位证明";
    match case.kind {
        "death" => (day, papers) = ("死亡日期", "如：居民死亡医学证明书、公安户口注销通知"),
        "move-out" => {
            fields.text("to", "迁往哪里（可不填）", "写到市、县即可，如：西安市雁塔区");
            (day, papers) = ("迁出日期", "如：户口迁移证、准迁证");
        }
        "move-in" => {
            fields.villages(visitor, "迁入哪个村（社区）");
            fields.text("household", "新的户号（可不填）", "");
            fields.text("address", "新的住址（可不填）", "");
            fields.registered("户口迁入");
            (day, papers) = ("迁入日期", "如：户口迁移证、居住证");
        }
        "left-country" => (day, papers) = ("出国（境）日期", "如：定居证明、户口注销通知"),
        "enrolment-begun" => {
            fields.scheme(case);
            fields.place(visitor);
            (day, papers) = ("参保日期", "如：参保登记表、劳动合同");
        }
        "enrolment-interrupted" | "enrolment-ended" => {
            fields.scheme(case);
            let group = if case.kind == "enrolment-ended" { "ended" } else { "interrupted" };
            fields.table("reason", "原因", standard::interruptions(), Some(group));
        }
        "enrolment-resumed" => fields.scheme(case),
        "enrolment-transferred" => {
            fields.scheme(case);
            fields.place(visitor);
            papers = "如：参保凭证、关系转移接续联系函";
        }
        "conscripted" => (day, papers) = ("入伍日期", "如：应征入伍通知书"),
        "imprisoned" => (day, papers) = ("收监日期", "如：执行通知书"),
        "released" => (day, papers) = ("释放或退役日期", "如：释放证明、退役证"),
        "number-corrected" => {
            fields.text("number", "正确的身份证号", "18 位，末位可以是 X；原来的号码留作曾用号码");
            papers = "如：居民身份证、公安的更正证明";
        }
        "name-changed" => {
            fields.text("name", "正确的姓名", "写全；少数民族姓名中间用“·”");
            papers = "如：户口簿的变更记载";
        }
        "merged" => {
            let mut choices: Vec<Choice> = case.alike.iter().map(|whole| alike(whole, visitor)).collect();
            let another = case.alike.is_empty();
            if !another {
                choices.push(plain("other", "另一条记录，在下面填它的号码"));
                fields.choice("into", "与哪一条是同一个人", "radios", vec![Group { title: String::new(), choices }]);
            }
            let label = if another {
                "另一条记录的身份证号或记录编号"
            } else {
                "那条记录的身份证号或记录编号"
            };
            fields.text("into_number", label, "那一条保留，这一条并入它；记录编号在人员页的地址里");
            papers = "如：公安证明、本人到场核对";
        }
        "split" => {
            parts(&mut fields, case);
            fields.somebody(case, visitor);
            papers = "如：公安证明、两人到场核对";
        }
        "birth" => {
            fields.somebody(case, visitor);
            papers = "如：出生医学证明";
        }
        _ => {
            fields.somebody(case, visitor);
            (day, papers) = ("迁入日期", "如：户口迁移证、居住证");
        }
    }
    // who is born is there from that day on
    if case.kind != "birth" {
        fields.day("effective", day);
    }
    fields.text("papers", "凭什么材料办理", &format!("{papers}；写明名称，复核人凭它核对"));
    let hint = format!("PDF 或图片，不超过 {}；加密保存，复核人和看得到这件变更的人能打开", say::bytes(most));
    let file = Field::file("scan", "材料扫描件（可不选）", &hint, ACCEPT, errors);
    fields.all.push(match &case.scan {
        Some(scan) => {
            let held = format!("已上传：{}；再选一个就换掉", told_of_scan(scan));
            Field { held, value: given.text("scan").to_owned(), ..file }
        }
        None => file,
    });
    let hint = "只在扫描件另行保存、不上传时填；选好文件后由浏览器算出 SHA-256，文件换过一个字，摘要就不同";
    fields.put("evidence", "另行保存的扫描件的摘要（可不填）", "digest", hint, Vec::new());
    fields.all
}

fn alike(whole: &canbao_registry::person::Whole, visitor: &Visitor) -> Choice {
    let number = whole.number().or(whole.certificate()).map(say::number).unwrap_or_else(|| "没有号码".to_owned());
    Choice {
        value: whole.person.to_string(),
        label: format!("{}，{number}", named(whole.record.name.as_deref())),
        note: format!("{}，{}", place(&whole.record.area, &visitor.areas), whole.derived.category.chinese()),
        chosen: false,
    }
}

/// What a record holds, of which some is to be another's.
fn parts(fields: &mut Fields<'_>, case: &Case) {
    let Some(whole) = &case.whole else { return };
    let rows = whole.enrolments.iter().map(|row| {
        let told = super::told::enrolment(row);
        plain(&row.id.to_string(), &told)
    });
    let numbers = whole.numbers.iter().map(|number| {
        let kind = match number.kind {
            NumberKind::Current => "现在的号码",
            NumberKind::Former => "曾用号码",
            NumberKind::Certificate => "其他证件",
        };
        plain(&number.id.to_string(), &format!("{kind} {}", say::number(&number.value)))
    });
    let (rows, numbers): (Vec<Choice>, Vec<Choice>) = (rows.collect(), numbers.collect());
    if !rows.is_empty() {
        let groups = vec![Group { title: String::new(), choices: rows }];
        fields.choice("enrolments", "哪些参保记录是另一个人的", "checks", groups);
    }
    if !numbers.is_empty() {
        fields.choice(
            "numbers",
            "哪些号码是另一个人的",
            "checks",
            vec![Group { title: String::new(), choices: numbers }],
        );
    }
}
