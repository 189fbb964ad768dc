//! Lists of people, masked, and the search for somebody.

use canbao_domain::date::Date;
use canbao_domain::rules::Category;
use canbao_registry::area::Areas;
use canbao_registry::person::Whole;
use canbao_registry::query::{self, Filter};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Group;
use super::areas::Place;
use super::frame::call::{Ask, Call, Nothing};
use super::frame::caller::Caller;
use super::frame::problem::Problem;
use super::frame::seek::{next, previous, seek};
use super::frame::{Told, word};
use crate::page::find::county;
use crate::page::people::band;
use crate::right::Right;
use crate::say;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::read("listPeople", "人员列表", "/api/v1/people", Right::People, list)
            .about("在册的人，按户籍地和编号排列；条件同时满足。号码是遮盖的。"),
        Call::ask("findPeople", "查人", "/api/v1/people/search", Right::People, find).about(
            "按号码、姓名、户号或电话查人，最多 200 人。要查的内容放在正文里，不进地址和日志。\
             按号码查不到时，另外说明号码由哪个县持有。",
        ),
    ];
    Group { name: "人员", about: "人员列表和查人。", calls }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// 区划；不写是所负责的区域
    #[schema(value_type = Option<word::AreaCode>)]
    area: Option<String>,
    #[schema(value_type = Option<word::Category>)]
    category: Option<String>,
    #[schema(value_type = Option<word::AgeBand>)]
    age: Option<String>,
    #[schema(value_type = Option<word::ManOrWoman>)]
    sex: Option<String>,
    #[schema(value_type = Option<word::Aid>)]
    aid: Option<String>,
    /// 在保的险种
    #[schema(value_type = Option<word::Scheme>)]
    scheme: Option<String>,
    /// 有这种待核问题
    #[schema(value_type = Option<word::FindingKind>)]
    finding: Option<String>,
    #[schema(value_type = Option<word::Cursor>)]
    cursor: Option<String>,
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 名单的条件；不写的不限，同时满足
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PeopleFilter {
    /// 区划；不写是所负责的区域
    #[schema(value_type = Option<word::AreaCode>)]
    pub(super) area: Option<String>,
    #[schema(value_type = Option<word::Category>)]
    category: Option<String>,
    #[schema(value_type = Option<word::AgeBand>)]
    age: Option<String>,
    #[schema(value_type = Option<word::ManOrWoman>)]
    sex: Option<String>,
    #[schema(value_type = Option<word::Aid>)]
    aid: Option<String>,
    /// 在保的险种
    #[schema(value_type = Option<word::Scheme>)]
    scheme: Option<String>,
    /// 有这种待核问题
    #[schema(value_type = Option<word::FindingKind>)]
    finding: Option<String>,
}

impl PeopleFilter {
    /// Who is meant, of whoever calls.
    pub(super) fn read(&self, caller: &Caller, today: Date) -> Result<Filter, Problem> {
        let (born_from, born_until) = band(self.age.as_deref().unwrap_or_default(), today);
        Ok(Filter {
            area: caller.asked(caller.area(self.area.as_deref())?),
            category: self.category.as_deref().and_then(Category::from_word),
            scheme: self.scheme.as_deref().and_then(|scheme| scheme.parse().ok()),
            finding: self.finding.clone(),
            sex: self.sex.clone(),
            born_from,
            born_until,
            subsistence: self.aid.as_deref() == Some("subsistence"),
            disability: self.aid.as_deref() == Some("disability"),
        })
    }
}

impl Asked {
    fn filter(&self) -> PeopleFilter {
        let Self { area, category, age, sex, aid, scheme, finding, .. } = self;
        PeopleFilter {
            area: area.clone(),
            category: category.clone(),
            age: age.clone(),
            sex: sex.clone(),
            aid: aid.clone(),
            scheme: scheme.clone(),
            finding: finding.clone(),
        }
    }
}

/// 列表中的一个人，号码已遮盖
#[derive(Serialize, ToSchema)]
#[schema(as = PersonInList)]
pub(super) struct Line {
    /// 编号
    pub(super) id: i64,
    /// 姓名
    name: Option<String>,
    /// 号码，已遮盖
    number: Option<String>,
    #[schema(value_type = word::Sex)]
    sex: String,
    /// 周岁
    age: Option<i32>,
    /// 户籍地
    area: Option<Place>,
    #[schema(value_type = word::Category)]
    category: String,
    /// 依据
    reasons: Vec<&'static str>,
    /// 低保、五保
    subsistence: bool,
    /// 残疾人补助
    disability: bool,
}

impl Line {
    pub(super) fn of_whole(whole: &Whole, areas: &Areas, today: Date) -> Self {
        let record = &whole.record;
        Self {
            id: whole.person,
            name: record.name.clone(),
            number: whole.number().or(whole.certificate()).map(say::number),
            sex: sex(&record.sex),
            age: record.birth.map(|birth| birth.age_on(today).max(0)),
            area: Place::of(areas, &record.area),
            category: whole.derived.category.as_str().to_owned(),
            reasons: whole.derived.reasons.chinese().collect(),
            subsistence: record.subsistence,
            disability: record.disability,
        }
    }

    pub(super) fn of_line(line: &query::Line, areas: &Areas, today: Date) -> Self {
        Self {
            id: line.person,
            name: line.name.clone(),
            number: line.number.as_deref().map(say::number),
            sex: sex(&line.sex),
            age: line.birth.map(|birth| birth.age_on(today).max(0)),
            area: Place::of(areas, &line.area),
            category: line.category.clone(),
            reasons: line.reasons.chinese().collect(),
            subsistence: line.subsistence,
            disability: line.disability,
        }
    }

    /// One as it may look.
    pub(super) fn sample() -> Value {
        json!({
            "id": 30418, "name": "罗承志", "number": "612401 **** **** 0037", "sex": "1", "age": 41,
            "area": {"code": "610902001001", "name": "汉滨区 江北街道 张滩村"}, "category": "uninsured",
            "reasons": ["没有参加养老保险", "没有参加医疗保险"], "subsistence": false, "disability": false,
        })
    }
}

/// A sex as the standard codes it; what is none is unknown.
pub(super) fn sex(code: &str) -> String {
    if matches!(code, "1" | "2" | "9") { code } else { "0" }.to_owned()
}

/// 一页人员
#[derive(Serialize, ToSchema)]
#[schema(as = PeoplePage)]
struct Page {
    /// 符合条件的人数，所有页
    total: i64,
    people: Vec<Line>,
    /// 下一页的位置；最后一页没有
    next: Option<String>,
    /// 上一页的位置；第一页没有
    previous: Option<String>,
}

impl Told for Page {
    fn example() -> Value {
        json!({"total": 12304, "people": [Line::sample()], "next": "a:610902001001.30418", "previous": null})
    }
}

async fn list(ask: Ask<Asked>) -> Result<Page, Problem> {
    let (caller, today) = (&ask.caller, say::today());
    let filter = ask.given.filter().read(caller, today)?;
    let total = ask.registry.count(&caller.scope, &filter).await?;
    let lines = ask.given.limit.unwrap_or(50);
    let found =
        ask.registry.list_from(&caller.asker("人员列表"), &filter, &seek(ask.given.cursor.as_deref()), lines).await?;
    Ok(Page {
        total,
        people: found.page.lines.iter().map(|line| Line::of_line(line, &caller.areas, today)).collect(),
        next: next(found.page.next.as_ref()),
        previous: previous(found.before.as_ref()),
    })
}

/// 按什么查
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = SearchBy)]
enum By {
    /// 号码
    Number,
    /// 姓名
    Name,
    /// 户号
    Household,
    /// 电话
    Phone,
}

/// 查人
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Search)]
struct Sought {
    by: By,
    /// 要查的号码、姓名、户号或电话
    #[schema(value_type = word::Short)]
    text: String,
    /// 按姓名查时，只查这个区划；不写是所负责的区域
    #[schema(value_type = Option<word::AreaCode>)]
    area: Option<String>,
}

impl Told for Sought {
    fn example() -> Value {
        json!({"by": "name", "text": "罗承志"})
    }
}

/// 查到的人
#[derive(Serialize, ToSchema)]
struct Found {
    people: Vec<Line>,
    /// 按号码没有查到时，持有这个号码的县（市、区）
    elsewhere: Vec<String>,
}

impl Told for Found {
    fn example() -> Value {
        json!({"people": [Line::sample()], "elsewhere": []})
    }
}

async fn find(ask: Ask<Nothing, Sought>) -> Result<Found, Problem> {
    let (caller, sought, registry) = (&ask.caller, &ask.body, &ask.registry);
    let asker = caller.asker("查人");
    let area = caller.area(sought.area.as_deref())?;
    let found = match sought.by {
        By::Number => registry.by_number(&asker, &sought.text).await?,
        By::Name => registry.by_name(&asker, &sought.text, caller.asked(area).as_deref()).await?,
        By::Household => registry.by_household(&asker, &sought.text).await?,
        By::Phone => registry.by_phone(&asker, &sought.text).await?,
    };
    let mut elsewhere = Vec::new();
    if matches!(sought.by, By::Number) && found.is_empty() {
        let codes = registry.holders(&caller.asker("查人（外地持有）"), &sought.text).await?;
        elsewhere = codes.iter().map(|code| county(&caller.areas, code)).collect();
        elsewhere.dedup();
    }
    let today = say::today();
    let people = found.iter().map(|whole| Line::of_whole(whole, &caller.areas, today)).collect();
    Ok(Found { people, elsewhere })
}
