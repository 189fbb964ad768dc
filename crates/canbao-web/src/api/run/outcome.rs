//! What came of a comparison.

use canbao_registry::area::Areas;
use canbao_run::{AreaCounts, SourceCounts};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::areas::Place;
use crate::job::city::Asked;
use crate::job::follow::titles;
use crate::job::outcome::{Outcome, Trial, finding_name, unit_name};

/// 一个来源的各行归了谁；后八项的和是 rows
#[derive(Serialize, ToSchema)]
#[schema(as = RunSource)]
pub(super) struct Source {
    /// 来源
    source: String,
    /// 来源的名称
    title: String,
    /// 一共几行
    rows: i64,
    /// 号码直接对上
    exact: i64,
    /// 号码整理后对上
    normalised: i64,
    /// 15 位旧号码升位后对上
    upgraded: i64,
    /// 号码改正后对上
    corrected: i64,
    /// 按姓名、出生日期等认定
    matched: i64,
    /// 按经办核定
    decided: i64,
    /// 认不出是谁
    unresolved: i64,
    /// 读不出
    rejected: i64,
}

impl Source {
    fn of(source: &str, title: &str, counts: &SourceCounts) -> Self {
        let SourceCounts { rows, exact, normalised, upgraded, corrected, matched, decided, unresolved, rejected } =
            *counts;
        let (source, title) = (source.to_owned(), title.to_owned());
        Self { source, title, rows, exact, normalised, upgraded, corrected, matched, decided, unresolved, rejected }
    }
}

/// 一个县（或全市）的人数
#[derive(Serialize, ToSchema)]
#[schema(as = RunArea)]
pub(super) struct Area {
    area: Option<Place>,
    /// 应登记人口
    population: i64,
    /// 直接确认
    confirmed: i64,
    /// 未参保
    uninsured: i64,
    /// 部分参保
    partial: i64,
    /// 中断
    interrupted: i64,
    /// 信息不全
    information: i64,
}

impl Area {
    fn of(code: &str, counts: &AreaCounts, areas: &Areas) -> Self {
        let AreaCounts { population, confirmed, uninsured, partial, interrupted, information } = *counts;
        Self { area: Place::of(areas, code), population, confirmed, uninsured, partial, interrupted, information }
    }
}

/// 一类有几条
#[derive(Serialize, ToSchema)]
#[schema(as = RunCount)]
pub(super) struct Count {
    /// 种类
    kind: String,
    /// 种类的名称
    name: String,
    count: i64,
}

/// 载入登记库做了什么，或会做什么，以人计
#[derive(Serialize, ToSchema)]
#[schema(as = RunTrial)]
pub(super) struct Change {
    /// 新增
    new: i64,
    /// 有变化
    changed: i64,
    /// 不再出现，转为历史
    ended: i64,
    /// 没有变化
    untouched: i64,
    /// 其中与已核实的内容不同，待审核
    contested: i64,
    /// 规则文件与登记库的不同
    rules_changed: bool,
    /// 登记库的版本；还没有载入的没有
    revision: Option<i64>,
}

impl Change {
    pub(super) fn of(trial: &Trial) -> Self {
        let Trial { revision, new, changed, ended, untouched, contested, rules_changed, .. } = *trial;
        let revision = Some(revision).filter(|revision| *revision > 0);
        Self { new, changed, ended, untouched, contested, rules_changed, revision }
    }
}

/// 比对的结果
#[derive(Serialize, ToSchema)]
#[schema(as = RunOutcome)]
pub(super) struct Told {
    sources: Vec<Source>,
    /// 全市和各县
    areas: Vec<Area>,
    /// 各类疑点
    findings: Vec<Count>,
    /// 各类用人单位
    units: Vec<Count>,
    /// 与上一次比有什么特别，各一句话
    conspicuous: Vec<String>,
    /// 是不是第一次比对：没有上一次可比
    first: bool,
    /// 为什么没有试算载入；试算了的为空
    untried: String,
}

impl Told {
    pub(super) fn of(asked: &Asked, outcome: &Outcome, areas: &Areas, conspicuous: Vec<String>, first: bool) -> Self {
        let titles = titles(asked);
        let source = |(name, counts): (&String, &SourceCounts)| {
            Source::of(name, titles.get(name.as_str()).copied().unwrap_or(name), counts)
        };
        let count = |kind: &String, name: String, count: i64| Count { kind: kind.clone(), name, count };
        Self {
            sources: outcome.sources.iter().map(source).collect(),
            areas: outcome.areas.iter().map(|(code, counts)| Area::of(code, counts, areas)).collect(),
            findings: outcome.findings.iter().map(|(kind, lines)| count(kind, finding_name(kind), *lines)).collect(),
            units: outcome.units.iter().map(|(word, units)| count(word, unit_name(word), *units)).collect(),
            conspicuous,
            first,
            untried: outcome.untried.clone(),
        }
    }

    pub(super) fn sample() -> Value {
        json!({
            "sources": [{
                "source": "rural-medical", "title": "新型农村合作医疗", "rows": 1204331, "exact": 1180020,
                "normalised": 9012, "upgraded": 4100, "corrected": 2200, "matched": 6400, "decided": 12,
                "unresolved": 2500, "rejected": 87,
            }],
            "areas": [{
                "area": {"code": "610902", "name": "汉滨区"}, "population": 1032618, "confirmed": 940112,
                "uninsured": 12304, "partial": 61200, "interrupted": 9002, "information": 10000,
            }],
            "findings": [{"kind": "row-unresolved", "name": "无法确认是谁", "count": 2500}],
            "units": [{"kind": "confirmed", "name": "已参保", "count": 4120}],
            "conspicuous": ["新型农村合作医疗少了 110 行（上次 1,000，这次 890）"], "first": false, "untried": "",
        })
    }
}
