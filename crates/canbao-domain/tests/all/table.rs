//! Code tables: what the program's own hold, what a city puts over them, what a spreadsheet may bring back.

use std::collections::BTreeSet;

use canbao_domain::code::{Benefit, Life, Status};
use canbao_domain::date::Date;
use canbao_domain::rules::{Category, InsuranceState, PersonLife, Population, Reason, UnitCategory};
use canbao_domain::source::SourceKind;
use canbao_domain::standard::{self, Codes, EditError, Line, Standard, StandardError, Table, tables};

/// Codes and names of a table against those of an enum.
fn same_words(table: &Table, words: &[(&str, &str)]) {
    let held: Vec<_> = table.entries().iter().map(|entry| (entry.code(), entry.name())).collect();
    assert_eq!(held, words, "{}", table.name());
    assert_eq!(table.codes(), Codes::System, "{}", table.name());
}

#[test]
fn tables_of_the_programs_own_codes_say_what_the_program_says() {
    same_words(standard::categories(), &Category::ALL.iter().map(|x| (x.as_str(), x.chinese())).collect::<Vec<_>>());
    same_words(standard::populations(), &Population::ALL.iter().map(|x| (x.as_str(), x.chinese())).collect::<Vec<_>>());
    same_words(standard::lives(), &PersonLife::ALL.iter().map(|x| (x.as_str(), x.chinese())).collect::<Vec<_>>());
    let states = InsuranceState::ALL.iter().map(|x| (x.as_str(), x.chinese())).collect::<Vec<_>>();
    same_words(standard::insurance_states(), &states);
    let units = UnitCategory::ALL.iter().map(|x| (x.as_str(), x.chinese())).collect::<Vec<_>>();
    same_words(standard::unit_categories(), &units);
    same_words(standard::reasons(), &Reason::ALL.iter().map(|x| (x.code(), x.chinese())).collect::<Vec<_>>());
    same_words(standard::source_kinds(), &SourceKind::ALL.map(|x| (x.as_str(), x.chinese())));
    for kind in SourceKind::ALL {
        assert_eq!(standard::source_kinds().get(kind.as_str()).unwrap().group(), Some(kind.supplier()));
    }
    // a blank is no code of a table
    let statuses: Vec<_> = Status::ALL[1..].iter().map(|x| (x.as_str(), x.chinese())).collect();
    same_words(standard::statuses(), &statuses);
    let codes = |table: &Table| table.entries().iter().map(|entry| entry.code().to_owned()).collect::<Vec<_>>();
    assert_eq!(codes(standard::unit_statuses()), codes(standard::statuses()));
    same_words(standard::benefits(), &Benefit::ALL[1..].iter().map(|x| (x.as_str(), x.chinese())).collect::<Vec<_>>());
    let lives: Vec<_> = Life::ALL[1..].iter().map(|x| (x.as_str(), x.chinese())).collect();
    same_words(standard::population_statuses(), &lives);
    for category in Category::ALL {
        let visit = standard::categories().get(category.as_str()).unwrap().group() == Some("visit");
        assert_eq!(visit, canbao_domain::rules::must_visit(*category), "{category}");
    }
}

#[test]
fn every_table_is_written_and_read_back_and_edited_to_itself() {
    for table in tables() {
        let again = Table::parse(table.name(), &table.to_toml()).unwrap();
        assert!(table.compare(&again).is_none());
        assert_eq!(again.to_toml(), table.to_toml());
        let edited = table.edited(&table.lines(), table.version(), table.valid_from()).unwrap();
        assert_eq!(edited.to_toml(), table.to_toml());
        assert!(!table.to_toml().contains(Table::PART), "an alias of {} holds what parts aliases", table.name());
    }
}

fn wrong(table: &Table, change: impl FnOnce(&mut Vec<Line>)) -> Vec<EditError> {
    let mut lines = table.lines();
    change(&mut lines);
    let errors = table.edited(&lines, "2", Date::parse("2017-01-01").unwrap()).unwrap_err();
    assert!(errors.iter().all(|error| !error.hint().is_empty() && !error.to_string().is_ascii()));
    errors
}

#[test]
fn what_a_spreadsheet_spoils_does_not_come_back() {
    let table = standard::ethnic_groups();
    let zeros = wrong(table, |lines| lines[0].code = "1".to_owned());
    assert!(zeros.contains(&EditError::LostZeros { row: 2, what: "代码", found: "1".into(), expected: "01".into() }));
    let new = Line { row: 60, code: "7".into(), name: "某族".into(), ..Line::default() };
    // 7 is another way of writing 07
    assert!(matches!(wrong(table, |lines| lines.push(new))[0], EditError::LostZeros { row: 60, .. }));
    let blank = wrong(table, |lines| lines[2].name = " ".to_owned());
    assert_eq!(blank, [EditError::Blank { row: 4, what: "名称" }]);
    let twice = wrong(table, |lines| lines[3].code = "03".to_owned());
    assert!(twice.contains(&EditError::Repeated { row: 5, first: 4, code: "03".into() }));
    let two = wrong(table, |lines| lines[1].aliases = "汉；蒙古".to_owned());
    assert_eq!(two, [EditError::TwoMeanings { row: 3, first: 2, text: "汉".into() }]);
    let alias = wrong(standard::sexes(), |lines| lines[3].aliases = "9.0;未说明的性别;9".to_owned());
    assert_eq!(alias, [EditError::LostZeros { row: 5, what: "别名", found: "9".into(), expected: "09".into() }]);
    let group = wrong(standard::schemes(), |lines| lines[0].group = "养老".to_owned());
    assert!(matches!(&group[..], [EditError::Group { row: 2, group, .. }] if group == "养老"));
    let fixed = wrong(standard::categories(), |lines| drop(lines.pop()));
    assert_eq!(fixed, [EditError::Fixed { row: None, code: "confirmed".into() }]);
    let more = wrong(standard::categories(), |lines| lines[0].code = "dead".to_owned());
    assert_eq!(more.len(), 2);
    assert!(table.edited(&[], "2", Date(0)).is_err());
}

#[test]
fn an_edit_shows_as_what_it_is() {
    let table = standard::uninsured_reasons();
    let mut lines = table.lines();
    let gone = lines.pop().unwrap();
    lines[0].name = "已参加省级职保".to_owned();
    lines[1].aliases = "机关养老".to_owned();
    lines[2].group = "other".to_owned();
    lines.push(Line { row: 30, code: "401".into(), name: "易地搬迁".into(), ..Line::default() });
    let edited = table.edited(&lines, "2017.1", Date::parse("2017-01-01").unwrap()).unwrap();
    assert_eq!((edited.version(), edited.valid_from().to_string()), ("2017.1", "2017-01-01".to_owned()));
    let found = table.compare(&edited);
    assert_eq!(found.added.iter().map(|entry| entry.code()).collect::<Vec<_>>(), ["401"]);
    assert_eq!(found.removed.iter().map(|entry| entry.code()).collect::<Vec<_>>(), [gone.code]);
    assert_eq!(found.changed.len(), 3);
    assert_eq!(found.renamed().map(|change| change.code.as_str()).collect::<Vec<_>>(), ["200"]);
    assert_eq!(found.changed[1].aliases_added, ["机关养老"]);
    assert_eq!(found.changed[1].aliases_removed, ["参加机关保"]);
    assert_eq!(found.changed[2].group.as_ref().unwrap().to, "other");
    // back again, all of it is the other way round
    let back = edited.compare(table);
    assert_eq!((back.added, back.removed), (found.removed, found.added));
}

#[test]
fn a_city_puts_its_tables_over_the_built_in_ones() {
    let sexes = standard::sexes().to_toml().replace("未说明", "没有说");
    let standard = Standard::with([("sexes.toml", sexes.as_str())]).unwrap();
    assert_eq!(standard.overridden(), ["sexes"]);
    assert_eq!(standard.table("sexes").unwrap().get("9").unwrap().name(), "没有说");
    assert_eq!(standard.table("hukou").unwrap().to_toml(), standard::hukou().to_toml());
    assert_eq!(standard.tables().count(), tables().len());
    assert!(Standard::embedded().overridden().is_empty());
    let names: BTreeSet<_> = standard.tables().map(Table::name).collect();
    assert_eq!(names.len(), tables().len());
}

#[test]
fn what_cannot_be_put_over_them_is_refused_with_what_to_do() {
    let refused = |file: &str, text: &str| {
        let error = Standard::with([(file, text)]).unwrap_err();
        assert!(error.to_string().contains(file) && !error.hint().is_empty(), "{error}");
        error
    };
    let good = standard::sexes().to_toml();
    assert!(matches!(refused("sexs.toml", &good), StandardError::Unsound { .. }));
    assert!(matches!(refused("sexes.toml", "title = 1"), StandardError::Toml { line: 1, .. }));
    assert!(matches!(refused("sexes.toml", &good.replace("national", "mine")), StandardError::Word { .. }));
    assert!(matches!(refused("sexes.toml", &good.replace("2016-01-01", "去年")), StandardError::Date { .. }));
    assert!(matches!(
        refused("sexes.toml", &good.replace("code = \"2\"", "code = \"1\"")),
        StandardError::Unsound { .. }
    ));
    let fixed = standard::categories().to_toml().replace("\"partial\"", "\"part\"");
    let error = refused("categories.toml", &fixed);
    assert!(error.to_string().contains("part、partial"), "{error}");
    let group = standard::schemes().to_toml().replace("group = \"pension\"", "group = \"pensoin\"");
    assert!(matches!(refused("schemes.toml", &group), StandardError::Word { key: "group", .. }));
}

#[test]
fn any_text_that_a_clerk_may_type_is_written_and_read_back() {
    let table = standard::uninsured_reasons();
    for text in ["引\"号'", "两\n行", "反\\斜\\", "\"\"\"三\"\"\"", "'''", "# 不是注释", "尾 \u{7f}\t空", "𠅤=[]"]
    {
        let mut lines = table.lines();
        lines[0].name = text.to_owned();
        lines[1].aliases = format!("甲；{text}甲");
        lines[2].remark = text.to_owned();
        let edited = table.edited(&lines, text, table.valid_from()).unwrap();
        let again = Table::parse(table.name(), &edited.to_toml()).unwrap();
        assert!(edited.compare(&again).is_none(), "{text}");
        assert_eq!((again.version(), again.entries()[0].name()), (text, text.trim()));
    }
}
