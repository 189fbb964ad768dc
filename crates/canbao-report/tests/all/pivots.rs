//! Tables against a count of people one by one.

use canbao_domain::rules::{Category, InsuranceState, Population};
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::snapshot::{AgeBand, SexKind};
use canbao_report::ReportError;
use canbao_report::cube::{Depth, Dimension, Filter, Grid, Tree};

use crate::support::{HUKOU, One, REASONS, cube, cube_with, indicator, is_under, people, snapshot};

/// The keys that somebody has of a dimension that is not of areas.
fn keys(one: &One, dimension: Dimension) -> Vec<String> {
    let facts = &one.facts;
    let one = |word: &str| vec![word.to_owned()];
    let flag = |is: bool| one(if is { "yes" } else { "no" });
    match dimension {
        Dimension::Category => one(facts.category.as_str()),
        Dimension::Pension => one(facts.pension.as_str()),
        Dimension::Medical => one(facts.medical.as_str()),
        Dimension::Scheme => {
            let mut keys: Vec<String> = facts.schemes.iter().map(|scheme| scheme.as_str().to_owned()).collect();
            let elsewhere = facts.pension == InsuranceState::Elsewhere || facts.medical == InsuranceState::Elsewhere;
            if elsewhere && !keys.contains(&"elsewhere".to_owned()) {
                keys.push("elsewhere".to_owned());
            }
            if keys.is_empty() { one("none") } else { keys }
        }
        Dimension::Sex => one(match facts.sex {
            SexKind::Male => "male",
            SexKind::Female => "female",
            SexKind::Unknown => "unknown",
        }),
        Dimension::Age => one(facts.age.as_str()),
        Dimension::Hukou => one(["none", HUKOU[1].0, HUKOU[2].0][facts.hukou as usize]),
        Dimension::Subsistence => flag(facts.subsistence),
        Dimension::Disability => flag(facts.disability),
        Dimension::Population => one(facts.population.as_str()),
        Dimension::Reason => one(["none", REASONS[1].0, REASONS[2].0, REASONS[3].0][facts.reason as usize]),
        Dimension::Registered => flag(facts.registered),
        Dimension::Area(_) | Dimension::Employer => panic!("areas and employers are looked up by themselves"),
    }
}

fn is_population(one: &One) -> bool {
    !matches!(one.facts.category, Category::Deceased | Category::MovedOut | Category::Outside)
}

fn count(people: &[One], of: impl Fn(&One) -> bool) -> u64 {
    people.iter().filter(|one| of(one)).count() as u64
}

fn row(grid: &Grid, key: &str) -> usize {
    grid.rows.iter().position(|value| value.key == key).unwrap_or_else(|| panic!("no row {key}"))
}

#[test]
fn every_pair_of_dimensions_counts_as_the_people_do() {
    let people = people(7, 4_000);
    let cube = cube(&people);
    let plain: Vec<Dimension> = Dimension::ALL.into_iter().filter(|dimension| dimension.is_of_people()).collect();
    for everybody in [false, true] {
        let measure = indicator(if everybody { "record" } else { "population" });
        let filter = Filter::default();
        let those: Vec<One> = people.iter().filter(|one| everybody || is_population(one)).cloned().collect();
        for rows in &plain {
            for columns in &plain {
                let grid = cube.pivot(*rows, Some(*columns), measure, &filter, &Scope::city()).unwrap();
                assert_eq!(grid.total.part, those.len() as u64);
                for (at, value) in grid.rows.iter().enumerate() {
                    let in_row = |one: &One| keys(one, *rows).contains(&value.key);
                    assert_eq!(grid.row_totals[at].part, count(&those, in_row), "{rows:?} {value:?}");
                    for (column, other) in grid.columns.iter().enumerate() {
                        let both = |one: &One| in_row(one) && keys(one, *columns).contains(&other.key);
                        assert_eq!(grid.cells[at][column].part, count(&those, both), "{value:?} × {other:?}");
                    }
                }
                if grid.rows_add_up {
                    assert_eq!(
                        grid.row_totals.iter().map(|total| total.part).sum::<u64>(),
                        grid.total.part,
                        "{rows:?}"
                    );
                } else {
                    assert!(grid.row_totals.iter().map(|total| total.part).sum::<u64>() > grid.total.part);
                }
                if grid.columns_add_up {
                    for (cells, total) in grid.cells.iter().zip(&grid.row_totals) {
                        assert_eq!(
                            cells.iter().map(|cell| cell.part).sum::<u64>(),
                            total.part,
                            "{rows:?} × {columns:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn areas_add_up_by_both_trees_at_every_level() {
    let people = people(11, 3_000);
    let cube = cube(&people);
    let those: Vec<One> = people.into_iter().filter(is_population).collect();
    for tree in [Tree::Reporting, Tree::Codes] {
        let by_codes = tree == Tree::Codes;
        for top in [None, Some("610902"), Some("610999"), Some("610902001"), Some("610921001002")] {
            let filter = Filter { area: top.map(str::to_owned), tree, ..Filter::default() };
            let inside = |one: &One| top.is_none_or(|top| is_under(&one.area, top, by_codes));
            for depth in [Depth::Below, Depth::County, Depth::Town, Depth::Village] {
                let grid = cube
                    .pivot(
                        Dimension::Area(depth),
                        Some(Dimension::Sex),
                        indicator("population"),
                        &filter,
                        &Scope::city(),
                    )
                    .unwrap();
                assert_eq!(grid.total.part, count(&those, inside), "{tree:?} {top:?} {depth:?}");
                assert_eq!(grid.row_totals.iter().map(|total| total.part).sum::<u64>(), grid.total.part);
                for (at, value) in grid.rows.iter().enumerate().filter(|(_, value)| !value.key.is_empty()) {
                    let under = |one: &One| inside(one) && is_under(&one.area, &value.key, by_codes);
                    assert_eq!(grid.row_totals[at].part, count(&those, under), "{tree:?} {top:?} {depth:?} {value:?}");
                }
            }
        }
    }
    // the zone has the villages that it manages, and their district does not
    let keys = |tree, top: &str| {
        let filter = Filter { area: Some(top.to_owned()), tree, ..Filter::default() };
        let values = cube.values(Dimension::Area(Depth::Village), &filter, &Scope::city()).unwrap();
        values.into_iter().map(|value| value.key).collect::<Vec<_>>()
    };
    assert_eq!(keys(Tree::Reporting, "610999"), ["610902001002", "610902002001"]);
    assert_eq!(keys(Tree::Reporting, "610902"), ["610902001001"]);
    assert_eq!(keys(Tree::Codes, "610902"), ["610902001001", "610902001002", "610902002001"]);
}

#[test]
fn a_scope_reaches_as_far_as_its_areas_report() {
    let people = people(13, 3_000);
    let cube = cube(&people);
    let those: Vec<One> = people.into_iter().filter(is_population).collect();
    let scope = Scope::under(["610902"]);
    for tree in [Tree::Reporting, Tree::Codes] {
        let filter = Filter { tree, ..Filter::default() };
        let grid = cube.pivot(Dimension::Area(Depth::Below), None, indicator("population"), &filter, &scope).unwrap();
        assert_eq!(grid.total.part, count(&those, |one| is_under(&one.area, "610902", false)));
        assert!(grid.rows.iter().all(|value| value.key.is_empty() || value.key.starts_with("610902")));
    }
    // the zone's village stands under the district by its code, but is none of its business
    let own = Filter { area: Some("610902".to_owned()), tree: Tree::Codes, ..Filter::default() };
    let grid = cube.pivot(Dimension::Area(Depth::Village), None, indicator("population"), &own, &scope).unwrap();
    assert!(grid.rows.iter().all(|value| value.key != "610902001002"), "{:?}", grid.rows);
    for code in ["610921", "610900", "610902001002"] {
        let filter = Filter { area: Some(code.to_owned()), ..Filter::default() };
        let refused = cube.pivot(Dimension::Sex, None, indicator("population"), &filter, &scope).unwrap_err();
        assert!(matches!(refused, ReportError::OutOfScope { .. }), "{code}: {refused}");
    }
    let nowhere = cube
        .pivot(Dimension::Sex, None, indicator("population"), &Filter::default(), &Scope::under(Vec::<String>::new()))
        .unwrap();
    assert_eq!(nowhere.total.part, 0);
    // two areas are the rows of who has both, and people of no known area are the city's alone
    let two = Scope::under(["610921", "610999"]);
    let grid =
        cube.pivot(Dimension::Area(Depth::Below), None, indicator("population"), &Filter::default(), &two).unwrap();
    assert_eq!(grid.rows.iter().map(|value| value.key.as_str()).collect::<Vec<_>>(), ["610921", "610999"]);
    let city = cube
        .pivot(Dimension::Area(Depth::County), None, indicator("population"), &Filter::default(), &Scope::city())
        .unwrap();
    assert!(city.row_totals[row(&city, "")].part >= count(&those, |one| one.area.is_empty()));
}

#[test]
fn filters_hold_together() {
    let people = people(17, 3_000);
    let cube = cube(&people);
    let filter = Filter {
        area: Some("610921".to_owned()),
        only: vec![
            (Dimension::Pension, vec!["none".to_owned(), "interrupted".to_owned()]),
            (Dimension::Scheme, vec!["employee-medical".to_owned()]),
            (Dimension::Population, vec!["registered".to_owned()]),
        ],
        ..Filter::default()
    };
    let grid = cube.pivot(Dimension::Age, None, indicator("population"), &filter, &Scope::city()).unwrap();
    let holds = |one: &One| {
        let facts = &one.facts;
        is_population(one)
            && is_under(&one.area, "610921", false)
            && matches!(facts.pension, InsuranceState::None | InsuranceState::Interrupted)
            && facts.schemes.contains(SourceKind::EmployeeMedical)
            && facts.population == Population::Registered
    };
    assert_eq!(grid.total.part, count(&people, holds));
    assert!(grid.total.part > 0);
    let young = |one: &One| holds(one) && one.facts.age == AgeBand::Under16;
    assert_eq!(grid.row_totals[row(&grid, "0-15")].part, count(&people, young));
    let unknown = Filter { only: vec![(Dimension::Sex, vec!["其他".to_owned()])], ..Filter::default() };
    let refused = cube.pivot(Dimension::Age, None, indicator("population"), &unknown, &Scope::city()).unwrap_err();
    assert_eq!(refused.to_string(), "“性别”里没有“其他”这一项。");
    let elsewhere = Filter { area: Some("610100".to_owned()), ..Filter::default() };
    let refused = cube.pivot(Dimension::Age, None, indicator("population"), &elsewhere, &Scope::city()).unwrap_err();
    assert_eq!(refused.to_string(), "截至 2016-10-31 的统计里没有代码为“610100”的区划。");
    for dimension in Dimension::ALL {
        assert_eq!(Dimension::from_word(dimension.as_str()).unwrap(), dimension);
    }
    assert!(Dimension::from_word("height").unwrap_err().hint().contains("hukou"));
}

#[test]
fn any_indicator_stands_in_a_table() {
    let people = people(23, 4_000);
    let cube = cube(&people);
    let (rows, columns) = (Dimension::Area(Depth::County), Dimension::Age);
    let grid =
        cube.pivot(rows, Some(columns), indicator("pension-coverage"), &Filter::default(), &Scope::city()).unwrap();
    for (at, value) in grid.rows.iter().enumerate().filter(|(_, value)| !value.key.is_empty()) {
        for (column, age) in grid.columns.iter().enumerate() {
            let here = |one: &One| {
                is_population(one) && is_under(&one.area, &value.key, false) && keys(one, columns).contains(&age.key)
            };
            let insured = |state| matches!(state, InsuranceState::Enrolled | InsuranceState::Elsewhere);
            let figure = grid.cells[at][column];
            assert_eq!(figure.part, count(&people, |one| here(one) && insured(one.facts.pension)));
            let asked = |one: &One| here(one) && one.facts.pension != InsuranceState::NotRequired;
            assert_eq!(figure.whole, count(&people, asked));
        }
    }
}

#[test]
fn what_is_no_count_of_people_is_told_by_areas_alone() {
    let tallies = [
        ("610902001001", "survey/person/open", 7),
        ("610902001001", "survey/person/submitted", 3),
        ("610902001002", "survey/person/approved", 10),
        ("610921001001", "survey/person/exempt", 5),
        ("", "survey/person/submitted", 1),
        ("610921001001", "survey/unit/approved", 100),
    ];
    let cube = cube_with(snapshot(1, "2016-10-31"), &people(29, 100), &tallies);
    let done = indicator("survey-done");
    let (filter, city) = (Filter::default(), Scope::city());
    let grid = cube.pivot(Dimension::Area(Depth::County), None, done, &filter, &city).unwrap();
    let told: Vec<(&str, u64, u64)> = grid
        .rows
        .iter()
        .zip(&grid.row_totals)
        .map(|(value, figure)| (value.key.as_str(), figure.part, figure.whole))
        .collect();
    // the zone manages the second village; what is of no area is the city's alone
    assert_eq!(told, [("610902", 3, 10), ("610921", 0, 0), ("610999", 10, 10), ("", 1, 1)]);
    assert_eq!((grid.total.part, grid.total.whole), (14, 21));
    let own = cube.figure(done, &filter, &Scope::under(["610902"])).unwrap();
    assert_eq!((own.part, own.whole), (3, 10));
    let refused = cube.pivot(Dimension::Age, None, done, &filter, &city).unwrap_err();
    assert_eq!(refused.to_string(), "入户完成率不是按人统计的，只能按区划分。");
    let table = cube.table(Dimension::Age, &[done, indicator("population")], &filter, &city).unwrap();
    assert!(table.rows.iter().all(|row| row.figures[0].value().is_none() && row.figures[1].value().is_some()));
    assert_eq!(table.rows[0].figures[0].text(), "入户完成率只按区划统计");
    assert_eq!((table.total[0].part, table.total[0].whole), (14, 21));
}

#[test]
fn employers_are_told_by_their_types_and_nobody_else_is() {
    let types: Vec<(&str, &str)> = canbao_domain::standard::unit_types()
        .entries()
        .iter()
        .take(2)
        .map(|entry| (entry.code(), entry.name()))
        .collect();
    let [(first, first_name), (second, _)] = types[..] else { panic!("two types") };
    let words: Vec<(&str, String, u64)> = vec![
        ("610902", format!("unit/{first}/confirmed"), 40),
        ("610902", format!("unit/{first}/uninsured"), 10),
        ("610921", format!("unit/{second}/uninsured"), 7),
        ("610921", format!("unit/{first}/closed"), 3),
        ("610902", "unit/none/unregistered".to_owned(), 5),
        ("", "unit/other/information".to_owned(), 1),
        ("610902", format!("unit-people/{first}/confirmed"), 900),
    ];
    let tallies: Vec<(&str, &str, u64)> =
        words.iter().map(|(area, word, count)| (*area, word.as_str(), *count)).collect();
    let cube = cube_with(snapshot(1, "2016-10-31"), &people(29, 100), &tallies);
    let (filter, city) = (Filter::default(), Scope::city());
    let (units, coverage) = (indicator("units"), indicator("unit-coverage"));
    let grid = cube.pivot(Dimension::Employer, Some(Dimension::Area(Depth::County)), units, &filter, &city).unwrap();
    let told: Vec<(&str, u64, u64)> = grid
        .rows
        .iter()
        .zip(&grid.row_totals)
        .map(|(value, figure)| (value.key.as_str(), figure.part, figure.whole))
        .collect();
    assert_eq!(told, [(first, 50, 53), (second, 7, 7), ("other", 1, 1), ("none", 5, 5)]);
    assert_eq!((grid.rows[0].label.as_str(), grid.total.part), (first_name, 63));
    for (at, total) in grid.row_totals.iter().enumerate() {
        assert_eq!(grid.cells[at].iter().map(|figure| figure.part).sum::<u64>(), total.part);
    }
    let table = cube.table(Dimension::Employer, &[coverage, indicator("population")], &filter, &city).unwrap();
    assert_eq!((table.rows[0].figures[0].part, table.rows[0].figures[0].whole), (40, 50));
    assert!(table.rows.iter().all(|row| row.figures[1].value().is_none()) && table.total[1].value().is_some());
    for (dimension, code, says) in [
        (Dimension::Employer, "population", "应登记人口不是按用人单位统计的，不能按单位类型分。"),
        (Dimension::Employer, "survey-done", "入户完成率不是按用人单位统计的，不能按单位类型分。"),
        (Dimension::Age, "units", "应参保单位不是按人统计的，只能按区划分。"),
    ] {
        let refused = cube.pivot(dimension, None, indicator(code), &filter, &city).unwrap_err();
        assert_eq!(refused.to_string(), says);
    }
    // what leaves the office tells them too, but for few and what would give these away
    let catalogue = canbao_report::indicator::Catalogue::embedded();
    let told = |threshold: u64, code: &str, key: &str| {
        let release = canbao_report::release::Release::of(&cube, catalogue, threshold, None);
        let told =
            release.told_of(indicator(code), "610900", canbao_report::cube::Tree::Codes, Dimension::Employer, key);
        told.unwrap().part
    };
    assert_eq!((told(0, "units", first), told(0, "unit-coverage", "none")), (Some(50), Some(5)));
    assert_eq!((told(5, "units", "other"), told(5, "units", first)), (None, Some(50)));
}
