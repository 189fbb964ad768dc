//! The bulletin's ranks, rules and outlooks, worked out by hand.

use canbao_domain::date::Date;
use canbao_paper::document::{Block, Document, Table};
use canbao_report::Subject;
use canbao_report::bulletin::{Ask, Heading, Outlook, Period, bulletin, rank};
use canbao_report::cube::{Cube, Tree};
use canbao_report::indicator::Catalogue;
use canbao_report::plan::{Plan, Standing};
use canbao_report::release::Release;

use crate::support::{cube_with, people, snapshot};

const OPEN: &str = "survey/person/open";
const SENT: &str = "survey/person/submitted";
const DONE: &str = "survey/person/approved";

/// The end of October and of November: 610902 has one village of its own, the zone 610999 manages two of its neighbour's.
fn periods() -> (Cube, Cube) {
    let before = [
        ("610902001001", OPEN, 80),
        ("610902001001", SENT, 20),
        ("610921001001", OPEN, 100),
        ("610921001002", OPEN, 50),
        ("610921001002", SENT, 50),
        ("610902001002", OPEN, 200),
        ("610902002001", OPEN, 100),
    ];
    let now = [
        ("610902001001", OPEN, 20),
        ("610902001001", SENT, 60),
        ("610902001001", DONE, 20),
        ("610921001001", OPEN, 100),
        ("610921001002", SENT, 100),
        ("610902001002", OPEN, 197),
        ("610902001002", SENT, 3),
        ("610902002001", OPEN, 100),
    ];
    let people = people(41, 9_000);
    let cube = |id, day, tallies: &[(&str, &str, u64)]| cube_with(snapshot(id, day), &people, tallies);
    (cube(1, "2016-10-31", &before), cube(2, "2016-11-30", &now))
}

/// Code, place, outlook, praised, criticised.
type Told = (String, Option<usize>, Outlook, bool, bool);

fn made(area: &str, threshold: u64) -> (Document, Vec<Told>) {
    let (before, now) = periods();
    let of = |cube: &Cube, prior: Option<&Cube>| Release::of(cube, Catalogue::embedded(), threshold, prior);
    let (earlier, later) = (of(&before, None), of(&now, Some(&before)));
    let plan = Plan::embedded().unwrap();
    let heading =
        Heading { organ: "某市全民参保登记工作领导小组办公室".to_owned(), ..Heading::default() };
    let subject = Subject {
        now: Period { cube: &now, release: &later },
        before: Some(Period { cube: &before, release: &earlier }),
        catalogue: Catalogue::embedded(),
        plan: &plan,
        area,
        day: Date::parse("2016-12-02").unwrap(),
        heading: &heading,
        warnings: vec!["没有残疾人补助的数据，与它有关的数字不完整。".to_owned()],
    };
    let ask = Ask { subject, issue: "2016年第2期" };
    let ranked = rank(&ask, area, &plan.rules);
    let told = ranked.into_iter().map(|one| (one.code, one.place, one.outlook, one.praised, one.criticised)).collect();
    (bulletin(&ask).unwrap(), told)
}

fn tables(document: &Document) -> Vec<&Table> {
    document.all_blocks().filter_map(|block| if let Block::Table(table) = block { Some(table) } else { None }).collect()
}

fn texts(document: &Document) -> String {
    let text = |block: &Block| match block {
        Block::Text(text) | Block::Head(_, text) | Block::Note(text) => format!("{text}\n"),
        _ => String::new(),
    };
    document.all_blocks().map(text).collect()
}

#[test]
fn counties_are_ranked_praised_and_criticised_by_the_rules() {
    let (document, ranked) = made("610900", 0);
    let day = |text: &str| Outlook::On(Date::parse(text).unwrap());
    let expected = [
        // 80 of 100, 60 more in 30 days: 20 are left for 10 days
        ("610902", Some(1), day("2016-12-10"), true, false),
        // 100 of 200, 50 more in 30 days: 100 are left for 60 days
        ("610921", Some(2), day("2017-01-29"), false, false),
        // 3 of 300 in 30 days: eight years
        ("610999", Some(3), Outlook::Never, false, true),
    ];
    assert_eq!(
        ranked,
        expected.map(|(code, place, outlook, praised, named)| (code.to_owned(), place, outlook, praised, named))
    );
    let table = tables(&document)[0];
    // on the 30th of November 60 of 181 days are gone: 33.1 %
    let rows: Vec<Vec<&str>> = table.rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    assert_eq!(rows[0], ["1", "名610902", "100", "80", "80.0", "+60.0", "+46.9", "20", "2016-12-10"]);
    assert_eq!(rows[1], ["2", "名610921", "200", "100", "50.0", "+25.0", "+16.9", "0", "2017-01-29"]);
    assert_eq!(rows[2], ["3", "名610999", "300", "3", "1.0", "+1.0", "−32.1", "0", "不能完成"]);
    assert_eq!(rows[3][1..5], ["合计", "600", "183", "30.5"]);
    let said = texts(&document);
    assert!(said.contains("本期予以表扬的是：名610902（80.0 %）"), "{said}");
    assert!(said.contains("名610999（1.0 %，落后 32.1 个百分点）"), "{said}");
    assert!(said.contains("不低于 60.0 % 的，予以表扬") && said.contains("落后于计划进度 10.0 个百分点"), "{said}");
    assert!(said.contains("期限是2017年3月31日") && said.contains("照这样不能完成的 1 个：名610999"), "{said}");
    assert_eq!(document.warnings.len(), 1);
    // the towns of each county stand behind, by who manages them
    let captions: Vec<&str> = tables(&document).iter().map(|table| table.caption.as_str()).collect();
    assert!(captions.iter().any(|caption| caption.starts_with("名610921各镇(办)进展")), "{captions:?}");
}

#[test]
fn small_counts_and_what_gives_them_away_are_no_part_of_it() {
    let (document, ranked) = made("610900", 5);
    let table = tables(&document)[0];
    let zone = table.rows.iter().find(|row| row[1] == "名610999").unwrap();
    assert_eq!((zone[3].as_str(), zone[4].as_str(), zone[5].as_str()), ("—", "—", "—"));
    // another is withheld with it, or the total would tell
    let done: Vec<&str> = table.rows.iter().map(|row| row[3].as_str()).collect();
    assert!(done.iter().filter(|cell| **cell == "—").count() >= 2, "{done:?}");
    assert!(table.note.contains("不到 5 的数"), "{}", table.note);
    // who cannot be told has no rank, and is neither praised nor criticised
    let (_, place, outlook, praised, named) = ranked.iter().find(|one| one.0 == "610999").unwrap();
    assert_eq!((*place, *outlook, *praised, *named), (None, Outlook::Unknown, false, false));
    assert!(!texts(&document).contains("名610999（"));
}

#[test]
fn both_trees_have_figures_that_agree_where_they_are_the_same() {
    let (_, now) = periods();
    let release = Release::of(&now, Catalogue::embedded(), 0, None);
    let done = Catalogue::embedded().find("survey-done").unwrap();
    let of = |area: &str, tree| release.told(done, area, tree).and_then(|told| told.part);
    assert_eq!((of("610902", Tree::Reporting), of("610902", Tree::Codes)), (Some(80), Some(83)));
    assert_eq!((of("610999", Tree::Reporting), of("610999", Tree::Codes)), (Some(3), Some(0)));
    assert_eq!((of("610921", Tree::Reporting), of("610921", Tree::Codes)), (Some(100), Some(100)));
    // withheld in one tree, it cannot be had from the other
    let release = Release::of(&now, Catalogue::embedded(), 5, None);
    let (own, by_codes) = (release.told(done, "610902", Tree::Reporting), release.told(done, "610902", Tree::Codes));
    assert!(own.unwrap().part.is_none() || by_codes.unwrap().part.is_none());
}

#[test]
fn a_plan_says_what_should_be_reached_and_refuses_what_is_none() {
    let plan = Plan::embedded().unwrap();
    let day = |text: &str| Date::parse(text).unwrap();
    let target = plan.target("survey-done", "610902", day("2016-11-30")).unwrap();
    assert_eq!(target.expected(day("2016-10-01")), 0);
    assert_eq!(target.expected(day("2016-11-30")), 331);
    assert_eq!(target.expected(day("2017-03-31")), 1000);
    assert_eq!(target.expected(day("2018-01-01")), 1000);
    assert_eq!(plan.stages[2].on(day("2016-09-30")), Standing::Ahead);
    assert_eq!(plan.stages[2].on(day("2017-03-30")), Standing::Open(1));
    assert_eq!(plan.stages[2].on(day("2017-04-01")), Standing::Over);
    let text = canbao_report::plan::EMBEDDED;
    let own = format!(
        "{text}\n[[target]]\nindicator = \"survey-done\"\nfrom = \"2016-10-01\"\nby = \"2017-03-31\"\nvalue = 90\narea = \"610921\"\n"
    );
    // the bulletin's table stands last: the target goes before it
    let (stages, rules) = own.split_once("[bulletin]").unwrap();
    let (rules, target) = rules.split_once("[[target]]").unwrap();
    let own = Plan::parse(&format!("{stages}[[target]]{target}[bulletin]{rules}")).unwrap();
    let of = |area| own.target("survey-done", area, day("2017-01-01")).unwrap().value;
    assert_eq!((of("610921"), of("610902")), (900, 1000));
    for (from, to, says) in [
        ("to = \"2016-10-31\"", "to = \"2016-07-31\"", "不在开始日期"),
        ("by = \"2017-03-31\"", "by = \"三月底\"", "“三月底”不是日期"),
        ("value = 95", "value = 95.55", "最多一位小数"),
        ("praise_at_least = 60", "praise_at_least = 160", "0 到 100"),
        ("indicator = \"survey-approved\"", "indicator = ", "行写法不对"),
        ("title = \"全民参保登记工作实施方案\"", "title = \"\"", "没有名称"),
    ] {
        let error = Plan::parse(&text.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}
