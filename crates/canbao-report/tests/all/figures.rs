//! Indicators, what they say of themselves, and trends.

use canbao_domain::rules::{Category, InsuranceState};
use canbao_domain::scope::Scope;
use canbao_report::cube::{Depth, Dimension, Filter};
use canbao_report::figure::{Figure, Trend, month_before};
use canbao_report::indicator::{Catalogue, Indicator};

use crate::support::{One, cube, cube_of, indicator, people, snapshot};

/// Whether somebody has what is asked of them, written down once more.
fn in_order(one: &One) -> bool {
    let fine = |state| !matches!(state, InsuranceState::None | InsuranceState::Interrupted | InsuranceState::Unclear);
    fine(one.facts.pension) && fine(one.facts.medical)
}

fn alive(one: &One) -> bool {
    !matches!(one.facts.category, Category::Deceased | Category::MovedOut | Category::Outside)
}

#[test]
fn the_population_is_the_sum_of_its_parts() {
    let people = people(3, 5_000);
    let cube = cube(&people);
    let all: Vec<Indicator> = Catalogue::embedded().all().iter().copied().filter(|one| one.is_of_people()).collect();
    let table = cube.table(Dimension::Area(Depth::Town), &all, &Filter::default(), &Scope::city()).unwrap();
    let of = |figures: &[Figure], wanted: &str| figures.iter().find(|f| f.indicator.code == wanted).unwrap().part;
    for figures in table.rows.iter().map(|row| &row.figures).chain([&table.total]) {
        let sum = |parts: [&str; 5]| parts.iter().map(|part| of(figures, part)).sum::<u64>();
        let gap = ["uninsured", "partial", "interrupted"];
        assert_eq!(of(figures, "population"), sum(["enrolled", gap[0], gap[1], gap[2], "unclear"]));
        assert_eq!(of(figures, "population"), sum(["confirmed", gap[0], gap[1], gap[2], "information"]));
        for figure in figures {
            assert!(figure.part <= figure.whole);
        }
    }
    for (at, indicator) in all.iter().enumerate() {
        let rows: u64 = table.rows.iter().map(|row| row.figures[at].part).sum();
        assert_eq!(rows, table.total[at].part, "{indicator:?}");
    }
    let counted = |of: &dyn Fn(&One) -> bool| people.iter().filter(|one| of(one)).count() as u64;
    let total = |code: &str| of(&table.total, code);
    assert_eq!(total("population"), counted(&alive));
    assert_eq!(total("enrolled"), counted(&|one| alive(one) && in_order(one)));
    assert_eq!(total("confirmed"), counted(&|one| one.facts.category == Category::Confirmed));
    let insured = |state| matches!(state, InsuranceState::Enrolled | InsuranceState::Elsewhere);
    let pension = cube.figure(indicator("pension-coverage"), &Filter::default(), &Scope::city()).unwrap();
    assert_eq!(pension.part, counted(&|one| alive(one) && insured(one.facts.pension)));
    assert_eq!(pension.whole, counted(&|one| alive(one) && one.facts.pension != InsuranceState::NotRequired));
    let everybody = cube.figure(indicator("population"), &Filter::default(), &Scope::city()).unwrap();
    assert_eq!(everybody.whole, people.len() as u64);
}

#[test]
fn a_figure_says_its_date_denominator_and_definition() {
    let as_of = snapshot(1, "2016-10-31").as_of;
    let figure = |indicator, part, whole| Figure { indicator, as_of, part, whole, known: true };
    let coverage = figure(indicator("coverage"), 2_720_057, 3_053_939);
    assert_eq!((coverage.text().as_str(), coverage.bare().as_deref()), ("89.1 %", Some("89.1")));
    assert_eq!(coverage.basis(), "2,720,057 ÷ 3,053,939 人");
    assert_eq!((coverage.date().as_str(), coverage.value()), ("截至 2016-10-31", Some(891)));
    let uninsured = figure(indicator("uninsured"), 12_304, 1_032_618);
    assert_eq!(uninsured.text(), "12,304 人");
    assert_eq!(uninsured.basis(), "占应登记人口 1,032,618 人的 1.2 %");
    // nobody to divide by is a sentence, and no 0
    let none = figure(indicator("coverage"), 0, 0);
    assert_eq!((none.value(), none.bare()), (None, None));
    assert_eq!(none.text(), "没有应登记人口，不能算参保率");
    assert_eq!(figure(indicator("pension-coverage"), 0, 0).basis(), "没有应参加养老保险的人，不能算养老保险参保率");
    for indicator in Catalogue::embedded().all() {
        let definition = indicator.definition();
        assert_eq!(Catalogue::embedded().find(&definition.code), Some(*indicator));
        assert!(definition.meaning.ends_with('。') && definition.meaning.chars().count() > 15, "{definition:?}");
        assert!(!definition.formula.is_empty() && !definition.denominator.is_empty() && !definition.base.is_empty());
    }
}

#[test]
fn a_trend_is_against_the_last_count_of_the_month_before() {
    let all = [
        snapshot(1, "2016-09-30"),
        snapshot(2, "2016-08-31"),
        snapshot(3, "2016-09-30"),
        snapshot(4, "2016-09-12"),
        snapshot(5, "2016-10-31"),
    ];
    assert_eq!(month_before(&all, &all[4]).unwrap().id, 3);
    assert_eq!(month_before(&all, &all[0]).unwrap().id, 2);
    assert_eq!(month_before(&all, &all[1]).unwrap_err(), "2016-07 没有统计快照，不能比上月");
    assert_eq!(month_before(&[snapshot(8, "2016-12-31")], &snapshot(9, "2017-01-31")).unwrap().id, 8);
    let coverage =
        |part, whole| Figure { indicator: indicator("coverage"), as_of: all[0].as_of, part, whole, known: true };
    let text = |now, before| Trend::between(&now, &before).map(Trend::text);
    // 89.1 and 88.3 as they are shown
    assert_eq!(text(coverage(8914, 10_000), coverage(8825, 10_000)).as_deref(), Some("+0.8"));
    assert_eq!(text(coverage(881, 1000), coverage(883, 1000)).as_deref(), Some("−0.2"));
    assert_eq!(text(coverage(881, 1000), coverage(8812, 10_000)).as_deref(), Some("0.0"));
    assert_eq!(text(coverage(1, 1), coverage(0, 0)), None);
    let count =
        |part| Figure { indicator: indicator("uninsured"), as_of: all[0].as_of, part, whole: 9_999, known: true };
    assert_eq!(text(count(1204), count(0)).as_deref(), Some("+1,204"));
    assert_eq!(text(count(0), count(1204)).as_deref(), Some("−1,204"));
    assert_eq!(text(count(1), coverage(1, 2)), None);
}

#[test]
fn a_city_of_nobody_has_figures_that_say_so() {
    let cube = cube_of(snapshot(1, "2016-10-31"), &[]);
    let table = cube
        .table(Dimension::Area(Depth::County), Catalogue::embedded().all(), &Filter::default(), &Scope::city())
        .unwrap();
    assert_eq!(table.rows.iter().map(|row| row.value.key.as_str()).collect::<Vec<_>>(), ["610902", "610921", "610999"]);
    assert!(table.rows.iter().flat_map(|row| &row.figures).all(|figure| figure.part == 0));
    assert_eq!(cube.city(), Some("610900"));
}

const OWN: &str = r#"
[[indicator]]
code = "coverage"
group = "参保情况"
name = "基本参保率"
unit = "%"
formula = "养老在保 ÷ 应登记人口"
numerator = "养老在保的人"
denominator = "应登记人口"
base = "应登记人口"
meaning = "本市自己的口径：养老保险在保的人数 ÷ 应登记人口。"
count = [{ people = { pension = ["enrolled"] } }]
of = [{ people = {} }]

[[indicator]]
code = "old-drawing"
group = "本市指标"
name = "老人"
unit = "人"
formula = "六十岁以上的人"
numerator = "满 60 岁的人"
denominator = "应登记人口"
base = "应登记人口"
meaning = "本市自己的指标：应登记人口中满 60 岁、不是低保的人数。"
count = [{ people = { age = ["60-69", "70+"] }, without = { subsistence = ["yes"] } }]
of = [{ people = {} }]
"#;

#[test]
fn a_city_has_indicators_of_its_own() {
    let catalogue = Catalogue::with(OWN).unwrap();
    let known = Catalogue::embedded().all().len();
    assert_eq!(catalogue.all().len(), known + 1);
    let coverage = catalogue.find("coverage").unwrap();
    assert_eq!(coverage.name, "基本参保率");
    let place = |all: &[Indicator]| all.iter().position(|one| one.code == "coverage");
    assert_eq!(place(catalogue.all()), place(Catalogue::embedded().all()));
    assert_eq!(catalogue.groups().last().unwrap().0, "本市指标");
    let people = people(31, 3_000);
    let cube = cube(&people);
    let count = |of: &dyn Fn(&One) -> bool| people.iter().filter(|one| alive(one) && of(one)).count() as u64;
    let figure = |code: &str| cube.figure(catalogue.find(code).unwrap(), &Filter::default(), &Scope::city()).unwrap();
    assert_eq!(figure("coverage").part, count(&|one| one.facts.pension == InsuranceState::Enrolled));
    let old = |one: &One| matches!(one.facts.age.as_str(), "60-69" | "70+") && !one.facts.subsistence;
    assert_eq!(figure("old-drawing").part, count(&old));
    // what does not make sense is refused, by the indicator's name
    for (from, to, says) in [
        (r#"["enrolled"]"#, r#"["enroled"]"#, "“coverage”：“pension”里没有“enroled”这一项"),
        ("{ pension =", "{ height =", "“coverage”：没有叫“height”的分类"),
        ("of = [{ people = {} }]", "of = [{ tally = [\"people/all\"] }]", "没有叫“people/all”的计数"),
        ("of = [{ people = {} }]", "of = []", "count 和 of 都要有条件"),
        ("code = \"old-drawing\"", "code = \"coverage\"", "重复"),
        ("unit = \"%\"", "unit = %", "第 6 行"),
        ("name = \"老人\"", "name = \" \"", "都要写"),
    ] {
        let error = Catalogue::with(&OWN.replace(from, to)).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}
