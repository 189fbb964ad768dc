//! Figures from snapshots, as the pages show them.

use std::sync::Arc;

use canbao_registry::snapshot;
use canbao_report::ReportError;
use canbao_report::cube::{Cube, Dimension, Filter};
use canbao_report::figure;
use canbao_report::indicator::{self, Unit};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Group;
use super::frame::call::{Ask, Call};
use super::frame::problem::Problem;
use super::frame::{Told, word};
use crate::right::Right;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::read("listIndicators", "指标", "/api/v1/indicators", Right::Figures, indicators)
            .about("每个指标的名称、公式、分子和分母。"),
        Call::read("listSnapshots", "统计快照", "/api/v1/snapshots", Right::Figures, snapshots)
            .about("全部统计快照，先旧后新。快照一经生成不再改变。"),
        Call::read("getFigures", "统计数字", "/api/v1/figures", Right::Figures, figures)
            .about("一个区域的全部指标，截至快照的那一天。"),
        Call::read("getFiguresBy", "分类统计", "/api/v1/figures/by/{dimension}", Right::Figures, table)
            .about("一个区域的全部指标，按区划、年龄、性别等分行；合计单独计算。"),
    ];
    Group { name: "统计", about: "统计快照里的数字，与页面和简报一致。", calls }
}

/// 指标
#[derive(Serialize, ToSchema)]
struct Definition {
    #[schema(value_type = word::Indicator)]
    code: &'static str,
    /// 名称
    name: &'static str,
    /// people 人；percent 百分比
    unit: &'static str,
    /// 公式
    formula: &'static str,
    /// 分子是谁
    numerator: &'static str,
    /// 分母是谁
    denominator: &'static str,
    /// 口径
    meaning: &'static str,
}

/// 指标
#[derive(Serialize, ToSchema)]
struct Indicators {
    indicators: Vec<Definition>,
}

impl Told for Indicators {
    fn example() -> Value {
        json!({"indicators": [{
            "code": "coverage", "name": "参保率", "unit": "percent", "formula": "已参保 ÷ 应登记人口",
            "numerator": "该参加的养老、医疗保险都在保的人",
            "denominator": "户籍人口和非户籍常住人口中在世、没有迁出的人",
            "meaning": "该参加的养老、医疗保险都在保的人数 ÷ 应登记人口。",
        }]})
    }
}

const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::People => "people",
        Unit::Percent => "percent",
    }
}

async fn indicators(_: Ask) -> Result<Indicators, Problem> {
    let definition = |indicator: indicator::Indicator| {
        let told = indicator.definition();
        Definition {
            code: told.code,
            name: told.name,
            unit: unit(told.unit),
            formula: told.formula,
            numerator: told.numerator,
            denominator: told.denominator,
            meaning: told.meaning,
        }
    };
    Ok(Indicators { indicators: indicator::Indicator::ALL.into_iter().map(definition).collect() })
}

/// 统计快照
#[derive(Serialize, ToSchema)]
struct Snapshot {
    id: i64,
    /// 截至哪一天
    #[schema(format = Date)]
    as_of: String,
    /// 什么时候生成的
    #[schema(value_type = word::Instant)]
    taken_at: String,
    /// 登记库的版本
    revision: i64,
    /// 在册的人数
    people: i64,
}

impl Snapshot {
    fn of(snapshot: &snapshot::Snapshot) -> Self {
        Self {
            id: snapshot.id,
            as_of: snapshot.as_of.to_string(),
            taken_at: snapshot.taken(),
            revision: snapshot.revision,
            people: snapshot.people,
        }
    }

    fn sample() -> Value {
        json!({
            "id": 3, "as_of": "2016-10-31", "taken_at": "2016-11-03T08:00:00+08:00", "revision": 41, "people": 1032618,
        })
    }
}

/// 统计快照
#[derive(Serialize, ToSchema)]
struct Snapshots {
    snapshots: Vec<Snapshot>,
}

impl Told for Snapshots {
    fn example() -> Value {
        json!({"snapshots": [Snapshot::sample()]})
    }
}

async fn snapshots(ask: Ask) -> Result<Snapshots, Problem> {
    Ok(Snapshots { snapshots: ask.registry.snapshots().await?.iter().map(Snapshot::of).collect() })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Of {
    /// 区划；不写是所负责的区域
    #[schema(value_type = Option<word::AreaCode>)]
    area: Option<String>,
    /// 哪份快照；不写是最新的
    #[schema(value_type = Option<word::Id>)]
    snapshot: Option<i64>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct By {
    /// 按什么分行
    #[schema(value_type = word::Dimension)]
    dimension: String,
    /// 区划；不写是所负责的区域
    #[schema(value_type = Option<word::AreaCode>)]
    area: Option<String>,
    /// 哪份快照；不写是最新的
    #[schema(value_type = Option<word::Id>)]
    snapshot: Option<i64>,
}

/// 一个数字
#[derive(Serialize, ToSchema)]
struct Figure {
    #[schema(value_type = word::Indicator)]
    indicator: &'static str,
    /// 人数指标：人数；百分比指标：分子的人数
    part: u64,
    /// 分母的人数
    whole: u64,
    /// 千分之几，四舍五入；分母是 0 的没有
    tenths_of_percent: Option<i64>,
    /// 页面上的写法
    text: String,
}

impl Figure {
    fn of(figure: &figure::Figure) -> Self {
        Self {
            indicator: figure.indicator.definition().code,
            part: figure.part,
            whole: figure.whole,
            tenths_of_percent: figure.share().tenths(),
            text: figure.text(),
        }
    }

    fn sample() -> Value {
        json!({"indicator": "coverage", "part": 920063, "whole": 1032618, "tenths_of_percent": 891, "text": "89.1 %"})
    }
}

/// 统计数字
#[derive(Serialize, ToSchema)]
struct Figures {
    snapshot: Snapshot,
    /// 区划代码；登记库没有区划时为空
    area: String,
    figures: Vec<Figure>,
}

impl Told for Figures {
    fn example() -> Value {
        json!({"snapshot": Snapshot::sample(), "area": "610900", "figures": [Figure::sample()]})
    }
}

/// A snapshot's cube, and of which area it is asked.
async fn cube<P>(ask: &Ask<P>, area: Option<&str>, id: Option<i64>) -> Result<(Arc<Cube>, String, Filter), Problem> {
    let area = ask.caller.area(area)?.to_owned();
    let cube = match id {
        None => ask.app.cubes.latest(&ask.app.registry).await?,
        Some(id) if !ask.registry.snapshots().await?.iter().any(|known| known.id == id) => {
            return Err(Problem::nothing().said(format!("没有第 {id} 号统计快照。"), "请用 listSnapshots 查看有哪些。"));
        }
        Some(id) => ask.app.cubes.get(&ask.app.registry, id).await?,
    };
    let filter = Filter { area: Some(area.clone()).filter(|area| !area.is_empty()), ..Filter::default() };
    Ok((cube, area, filter))
}

async fn figures(ask: Ask<Of>) -> Result<Figures, Problem> {
    let (cube, area, filter) = cube(&ask, ask.given.area.as_deref(), ask.given.snapshot).await?;
    let figures = cube.figures(&indicator::Indicator::ALL, &filter, &ask.caller.scope)?;
    Ok(Figures { snapshot: Snapshot::of(cube.snapshot()), area, figures: figures.iter().map(Figure::of).collect() })
}

/// 一行
#[derive(Serialize, ToSchema)]
#[schema(as = FiguresRow)]
struct Row {
    /// 区划代码或分类的代码；不在任何一行里的人为空
    key: String,
    /// 名称
    label: String,
    figures: Vec<Figure>,
}

/// 分类统计
#[derive(Serialize, ToSchema)]
struct FiguresBy {
    snapshot: Snapshot,
    /// 区划代码；登记库没有区划时为空
    area: String,
    #[schema(value_type = word::Dimension)]
    dimension: &'static str,
    rows: Vec<Row>,
    /// 合计
    total: Vec<Figure>,
    /// 各行相加是否等于合计；一个人可能在几行里的不等
    adds_up: bool,
}

impl Told for FiguresBy {
    fn example() -> Value {
        json!({
            "snapshot": Snapshot::sample(), "area": "610900", "dimension": "county",
            "rows": [{"key": "610902", "label": "汉滨区", "figures": [Figure::sample()]}], "total": [Figure::sample()],
            "adds_up": true,
        })
    }
}

async fn table(ask: Ask<By>) -> Result<FiguresBy, Problem> {
    let dimension = Dimension::from_word(&ask.given.dimension).map_err(Problem::from)?;
    let (cube, area, filter) = cube(&ask, ask.given.area.as_deref(), ask.given.snapshot).await?;
    let table: Result<_, ReportError> = cube.table(dimension, &indicator::Indicator::ALL, &filter, &ask.caller.scope);
    let table = table?;
    let row = |row: &indicator::Row| Row {
        key: row.value.key.clone(),
        label: row.value.label.clone(),
        figures: row.figures.iter().map(Figure::of).collect(),
    };
    Ok(FiguresBy {
        snapshot: Snapshot::of(cube.snapshot()),
        area,
        dimension: dimension.as_str(),
        rows: table.rows.iter().map(row).collect(),
        total: table.total.iter().map(Figure::of).collect(),
        adds_up: table.adds_up,
    })
}
