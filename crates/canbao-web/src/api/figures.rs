//! Figures from snapshots, as the pages show them.

use std::sync::Arc;

use canbao_registry::paper::Which;
use canbao_registry::snapshot;
use canbao_report::ReportError;
use canbao_report::cube::{Cube, Dimension, Filter};
use canbao_report::figure;
use canbao_report::indicator;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Group;
use super::frame::call::{Ask, Call};
use super::frame::problem::Problem;
use super::frame::seek::paged;
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
        Call::read("getPivot", "交叉表", "/api/v1/figures/pivot", Right::Figures, pivot)
            .about("一个指标按任意两种分类的表，与“交叉表”页面一致；合计单独计算。"),
        Call::read("getPlan", "实施方案", "/api/v1/plan", Right::Figures, plan)
            .about("现行的实施方案：阶段、目标，和一个区域到最近一次统计为止的进度。"),
        Call::read("listPapers", "通报和报告", "/api/v1/papers", Right::Figures, papers)
            .about("已经印发的通报和报告，新的在前；内容不再改变。"),
    ];
    Group { name: "统计", about: "统计快照里的数字，与页面和简报一致。", calls }
}

/// 指标
#[derive(Serialize, ToSchema)]
struct Definition {
    #[schema(value_type = word::Indicator)]
    code: &'static str,
    /// 在目录的哪一部分
    group: &'static str,
    /// 名称
    name: &'static str,
    /// 计量单位：人、条、件等；% 是百分比
    unit: &'static str,
    /// 公式
    formula: &'static str,
    /// 分子是谁
    numerator: &'static str,
    /// 分母是谁
    denominator: &'static str,
    /// 口径
    meaning: &'static str,
    /// 是否按人统计；不是的只能按区划分
    people: bool,
}

/// 指标
#[derive(Serialize, ToSchema)]
struct Indicators {
    indicators: Vec<Definition>,
}

impl Told for Indicators {
    fn example() -> Value {
        json!({"indicators": [{
            "code": "coverage", "group": "参保情况", "name": "参保率", "unit": "%", "formula": "已参保 ÷ 应登记人口",
            "numerator": "该参加的养老、医疗保险都在保的人",
            "denominator": "户籍人口和非户籍常住人口中在世、没有迁出的人",
            "meaning": "该参加的养老、医疗保险都在保的人数 ÷ 应登记人口。", "people": true,
        }]})
    }
}

async fn indicators(ask: Ask) -> Result<Indicators, Problem> {
    let definition = |indicator: &indicator::Indicator| {
        let told = indicator.definition();
        Definition {
            code: &told.code,
            group: &told.group,
            name: &told.name,
            unit: told.unit.chinese(),
            formula: &told.formula,
            numerator: &told.numerator,
            denominator: &told.denominator,
            meaning: &told.meaning,
            people: told.is_of_people(),
        }
    };
    Ok(Indicators { indicators: ask.app.settings.report.catalogue.all().iter().map(definition).collect() })
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
    /// 数目；百分比指标是分子
    part: u64,
    /// 分母
    whole: u64,
    /// 有没有这个数字：不是按人统计的指标，按年龄等分行时没有
    known: bool,
    /// 千分之几，四舍五入；分母是 0 的没有
    tenths_of_percent: Option<i64>,
    /// 页面上的写法
    text: String,
}

impl Figure {
    fn of(figure: &figure::Figure) -> Self {
        Self {
            indicator: &figure.indicator.definition().code,
            part: figure.part,
            whole: figure.whole,
            known: figure.known,
            tenths_of_percent: figure.share().tenths(),
            text: figure.text(),
        }
    }

    fn sample() -> Value {
        json!({"indicator": "coverage", "part": 920063, "whole": 1032618, "known": true, "tenths_of_percent": 891, "text": "89.1 %"})
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
    let figures = cube.figures(ask.app.settings.report.catalogue.all(), &filter, &ask.caller.scope)?;
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
    let table: Result<_, ReportError> =
        cube.table(dimension, ask.app.settings.report.catalogue.all(), &filter, &ask.caller.scope);
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

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Cross {
    /// 哪个指标
    #[schema(value_type = word::Indicator)]
    indicator: String,
    /// 按什么分行
    #[schema(value_type = word::Dimension)]
    rows: String,
    /// 按什么分列；不写不分列
    #[schema(value_type = Option<word::Dimension>)]
    columns: Option<String>,
    /// 区划；不写是所负责的区域
    #[schema(value_type = Option<word::AreaCode>)]
    area: Option<String>,
    /// 哪份快照；不写是最新的
    #[schema(value_type = Option<word::Id>)]
    snapshot: Option<i64>,
}

/// 一个分类
#[derive(Serialize, ToSchema)]
#[schema(as = PivotHead)]
struct Head {
    /// 区划代码或分类的代码；不在任何一项里的人为空
    key: String,
    /// 名称
    label: String,
}

/// 一行
#[derive(Serialize, ToSchema)]
#[schema(as = PivotRow)]
struct CrossRow {
    key: String,
    label: String,
    /// 各列，与 columns 的次序相同
    cells: Vec<Figure>,
    /// 这一行的合计
    total: Figure,
}

/// 交叉表
#[derive(Serialize, ToSchema)]
struct Pivot {
    snapshot: Snapshot,
    /// 区划代码；登记库没有区划时为空
    area: String,
    #[schema(value_type = word::Indicator)]
    indicator: &'static str,
    /// 各列；不分列的为空
    columns: Vec<Head>,
    rows: Vec<CrossRow>,
    /// 各列的合计
    column_totals: Vec<Figure>,
    /// 合计
    total: Figure,
    /// 各行、各列相加是否等于合计；一个人可能在几项里的不等
    adds_up: bool,
}

impl Told for Pivot {
    fn example() -> Value {
        json!({
            "snapshot": Snapshot::sample(), "area": "610900", "indicator": "coverage",
            "columns": [{"key": "male", "label": "男"}],
            "rows": [{"key": "610902", "label": "汉滨区", "cells": [Figure::sample()], "total": Figure::sample()}],
            "column_totals": [Figure::sample()], "total": Figure::sample(), "adds_up": true,
        })
    }
}

async fn pivot(ask: Ask<Cross>) -> Result<Pivot, Problem> {
    let given = &ask.given;
    let rows = Dimension::from_word(&given.rows).map_err(Problem::from)?;
    let columns = given.columns.as_deref().map(Dimension::from_word).transpose().map_err(Problem::from)?;
    let catalogue = &ask.app.settings.report.catalogue;
    let indicator = catalogue.find(&given.indicator).ok_or_else(|| {
        Problem::nothing().said(format!("指标目录里没有“{}”。", given.indicator), "请用 listIndicators 查看有哪些。")
    })?;
    let (cube, area, filter) = cube(&ask, given.area.as_deref(), given.snapshot).await?;
    let grid = cube.pivot(rows, columns, indicator, &filter, &ask.caller.scope)?;
    let wide = columns.is_some();
    let head = |value: &canbao_report::cube::Value| Head { key: value.key.clone(), label: value.label.clone() };
    let all = |figures: &[figure::Figure]| figures.iter().filter(|_| wide).map(Figure::of).collect::<Vec<_>>();
    let row = |((value, cells), total): ((&canbao_report::cube::Value, &Vec<figure::Figure>), &figure::Figure)| {
        CrossRow { key: value.key.clone(), label: value.label.clone(), cells: all(cells), total: Figure::of(total) }
    };
    Ok(Pivot {
        snapshot: Snapshot::of(cube.snapshot()),
        area,
        indicator: &indicator.definition().code,
        columns: grid.columns.iter().filter(|_| wide).map(head).collect(),
        rows: grid.rows.iter().zip(&grid.cells).zip(&grid.row_totals).map(row).collect(),
        column_totals: all(&grid.column_totals),
        total: Figure::of(&grid.total),
        adds_up: grid.rows_add_up && grid.columns_add_up,
    })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfPlan {
    /// 区划；不写是所负责的区域
    #[schema(value_type = Option<word::AreaCode>)]
    area: Option<String>,
}

/// 阶段
#[derive(Serialize, ToSchema)]
#[schema(as = PlanStage)]
struct Stage {
    name: String,
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    to: String,
}

/// 目标和进度
#[derive(Serialize, ToSchema)]
#[schema(as = PlanTarget)]
struct Target {
    #[schema(value_type = word::Indicator)]
    indicator: String,
    /// 从哪天起
    #[schema(format = Date)]
    from: String,
    /// 到哪天
    #[schema(format = Date)]
    by: String,
    /// 目标，十分之一（百分率是千分之几）
    value: i64,
    /// 按日平摊，到统计那天应为；百分率是千分之几，其余是数目
    expected: i64,
    /// 实际
    actual: Figure,
    /// 落后多少，单位与 expected 相同；小于 0 是超前，没有数字的为空
    behind: Option<i64>,
}

/// 实施方案
#[derive(Serialize, ToSchema)]
struct PlanTold {
    title: String,
    snapshot: Snapshot,
    area: String,
    stages: Vec<Stage>,
    targets: Vec<Target>,
}

impl Told for PlanTold {
    fn example() -> Value {
        json!({
            "title": "全民参保登记工作实施方案", "snapshot": Snapshot::sample(), "area": "610900",
            "stages": [{"name": "入户调查、录入核对", "from": "2016-10-01", "to": "2017-03-31"}],
            "targets": [{
                "indicator": "coverage", "from": "2016-10-01", "by": "2017-03-31", "value": 950, "expected": 157,
                "actual": Figure::sample(), "behind": -734,
            }],
        })
    }
}

async fn plan(ask: Ask<OfPlan>) -> Result<PlanTold, Problem> {
    let (cube, area, _) = cube(&ask, ask.given.area.as_deref(), None).await?;
    let plan = match ask.registry.plan().await? {
        Some(text) => canbao_report::plan::Plan::parse(&text),
        None => canbao_report::plan::Plan::embedded(),
    };
    let plan = plan.map_err(|error| Problem::from(ReportError::from(error)))?;
    let progress = plan.progress(&cube, &ask.app.settings.report.catalogue, &area, &ask.caller.scope)?;
    let stage = |one: &canbao_report::plan::Stage| Stage {
        name: one.name.clone(),
        from: one.from.to_string(),
        to: one.to.to_string(),
    };
    let target = |one: &canbao_report::plan::Progress| Target {
        indicator: one.target.indicator.clone(),
        from: one.target.from.to_string(),
        by: one.target.by.to_string(),
        value: one.target.value,
        expected: one.expected,
        actual: Figure::of(&one.figure),
        behind: one.behind,
    };
    Ok(PlanTold {
        title: plan.title.clone(),
        snapshot: Snapshot::of(cube.snapshot()),
        area,
        stages: plan.stages.iter().map(stage).collect(),
        targets: progress.iter().map(target).collect(),
    })
}

/// 通报或报告
#[derive(Serialize, ToSchema)]
#[schema(as = IssuedPaper)]
struct Paper {
    id: i64,
    /// bulletin 通报、analysis 统计分析报告、assessment 总结评估报告
    kind: String,
    #[schema(value_type = word::AreaCode)]
    area: String,
    /// 期号
    issue: String,
    title: String,
    /// 成文日期
    #[schema(format = Date)]
    issued_on: String,
    /// 依据哪份快照
    snapshot: i64,
    /// 与哪份比较
    before: Option<i64>,
    /// 不到多少的数不公布
    threshold: i64,
    /// 文件的 BLAKE3 校验码
    digest: String,
    bytes: i64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PapersBefore)]
struct Older {
    /// 只看第几件以前的：上一次回答中的 next
    #[schema(value_type = Option<word::After>)]
    before: Option<i64>,
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 通报和报告
#[derive(Serialize, ToSchema)]
struct Papers {
    papers: Vec<Paper>,
    /// 更早的从哪件之前开始；没有更早的没有
    next: Option<i64>,
}

impl Told for Papers {
    fn example() -> Value {
        json!({"papers": [{
            "id": 1, "kind": "bulletin", "area": "610900", "issue": "2016年第3期",
            "title": "关于安康市全民参保登记工作进展情况的通报", "issued_on": "2016-12-02", "snapshot": 3, "before": 2,
            "threshold": 5, "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "bytes": 132651,
        }], "next": null})
    }
}

async fn papers(ask: Ask<Older>) -> Result<Papers, Problem> {
    let limit = ask.given.limit.unwrap_or(50);
    let most = usize::try_from(limit + 1).unwrap_or_default();
    let found = ask.registry.papers(&ask.caller.scope, Which::Issued, ask.given.before, most).await?;
    let (found, next) = paged(found, limit, |paper| paper.id);
    let paper = |paper: canbao_registry::paper::Paper| Paper {
        id: paper.id,
        kind: paper.kind,
        area: paper.area,
        issue: paper.issue,
        title: paper.title,
        issued_on: paper.issued_on,
        snapshot: paper.snapshot,
        before: paper.before,
        threshold: paper.threshold,
        digest: paper.digest,
        bytes: paper.bytes,
    };
    Ok(Papers { papers: found.into_iter().map(paper).collect(), next })
}
