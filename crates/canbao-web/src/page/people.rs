//! Lists of people: by area, category and what else is asked, a page at a time.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use canbao_domain::date::Date;
use canbao_domain::rules::Category;
use canbao_domain::source::SourceKind;
use canbao_registry::area::Areas;
use canbao_registry::query::Filter;
use serde::Deserialize;

use super::filled;
use super::line::{Head, Line};
use super::seek::{key, seek};
use super::shell::{Crumb, Shell};
use crate::App;
use crate::fault::Fault;
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

/// Lines on a page: what a screen of 768 lines of pixels holds, and a little.
const LINES: i64 = 20;

/// Age bands: word in the address, what it is called, from and to in full years.
pub(crate) const AGES: [(&str, &str, Option<i32>, Option<i32>); 13] = [
    ("child", "不满 16 岁", None, Some(15)),
    ("working", "16 – 59 岁", Some(16), Some(59)),
    ("young", "16 – 34 岁", Some(16), Some(34)),
    ("middle", "35 – 59 岁", Some(35), Some(59)),
    ("old", "60 岁以上", Some(60), None),
    // those by which figures tell people apart
    ("0-15", "0 – 15 岁", None, Some(15)),
    ("16-24", "16 – 24 岁", Some(16), Some(24)),
    ("25-34", "25 – 34 岁", Some(25), Some(34)),
    ("35-44", "35 – 44 岁", Some(35), Some(44)),
    ("45-54", "45 – 54 岁", Some(45), Some(54)),
    ("55-59", "55 – 59 岁", Some(55), Some(59)),
    ("60-69", "60 – 69 岁", Some(60), Some(69)),
    ("70+", "70 岁及以上", Some(70), None),
];

/// What stands in the address: codes and words, never anything personal.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    category: String,
    town: String,
    village: String,
    age: String,
    sex: String,
    aid: String,
    scheme: String,
    finding: String,
    /// `area.person`, after which the page begins.
    after: String,
    /// `area.person`, before which it ends.
    before: String,
    /// An area's code from which on it is shown.
    from: String,
}

/// A choice in a list of choices.
pub(crate) struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

fn choices<'a>(given: &str, all: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Choice> {
    let choice = |(value, label): (&str, &str)| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        chosen: value == given,
    };
    all.into_iter().map(choice).collect()
}

/// Takes one filter away.
type Clear = fn(&mut Asked);

/// A filter that is set, and the address without it.
struct Chip {
    label: String,
    without: String,
}

#[derive(Template)]
#[template(path = "people.html")]
struct Page {
    shell: Shell,
    heading: String,
    sub: String,
    meaning: &'static str,
    category: String,
    categories: Vec<Choice>,
    towns: Vec<Choice>,
    villages: Vec<Choice>,
    under: &'static str,
    ages: Vec<Choice>,
    sexes: Vec<Choice>,
    aids: Vec<Choice>,
    schemes: Vec<Choice>,
    chips: Vec<Chip>,
    count: String,
    head: Head,
    lines: Vec<Line>,
    prev: String,
    next: String,
    jumps: Vec<Choice>,
    kept: Vec<(&'static str, String)>,
    /// The way to taking this list along; blank where that may not be.
    export: String,
}

pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let today = say::today();
    let areas = &visitor.areas;
    let area = asked.area(&visitor);
    let filter = asked.filter(visitor.asked(area), today);
    let all = Filter { area: filter.area.clone(), category: filter.category, ..Filter::default() };
    let whole = app.registry.count(&visitor.scope, &all).await?;
    let count = if all == filter { whole } else { app.registry.count(&visitor.scope, &filter).await? };
    let found = app
        .registry
        .list_from(&visitor.asker("人员列表"), &filter, &seek(&asked.after, &asked.before, &asked.from), LINES)
        .await?;
    let place = areas.get(area).map_or("全市", |area| area.name.as_str());
    let category = filter.category;
    let kind = category.map_or_else(|| "全部人员".to_owned(), |category| format!("{}人员", category.chinese()));
    let heading = format!("{place} · {kind} {} 人", say::count(whole));
    let at =
        category.map_or_else(|| "/people".to_owned(), |category| format!("/people?category={}", category.as_str()));
    let crumbs = vec![Crumb::to(place, "/"), Crumb::to("人员", "/people"), Crumb::here(kind.clone())];
    let chips = asked.chips(areas);
    let level = areas.get(&visitor.area).map_or("city", |area| area.level.as_str());
    let right_under = |code: &str| {
        let under = areas.reporting_right_to(code);
        under.into_iter().map(|(code, area)| (code.to_owned(), area.name.clone())).collect::<Vec<_>>()
    };
    let options = |given: &str, codes: &[(String, String)]| {
        choices(given, codes.iter().map(|(code, name)| (code.as_str(), name.as_str())))
    };
    let towns = right_under(&visitor.area);
    let villages = if asked.town.is_empty() { Vec::new() } else { right_under(&asked.town) };
    let jumps = right_under(area);
    let lines = &found.page.lines;
    filled(&Page {
        shell: Shell::of(&app, &visitor, &at, heading.clone(), crumbs).await?,
        sub: share(&app, &visitor, area, category, whole).await?,
        meaning: category.map_or("", |category| meaning(&app, category)),
        category: category.map_or("", Category::as_str).to_owned(),
        categories: choices(&asked.category, Category::ALL.iter().map(|one| (one.as_str(), one.chinese()))),
        towns: options(&asked.town, &towns),
        villages: options(&asked.village, &villages),
        under: match level {
            "city" => "县(市、区)",
            "county" => "镇(办)",
            _ => "村(社区)",
        },
        ages: choices(&asked.age, AGES.map(|(word, said, ..)| (word, said))),
        sexes: choices(&asked.sex, [("1", "男"), ("2", "女")]),
        aids: choices(&asked.aid, [("subsistence", "低保、五保"), ("disability", "残疾人补助")]),
        schemes: choices(&asked.scheme, schemes()),
        count: say::count(count),
        head: Head {
            caption: format!("{place}{kind}，按户籍地排列"),
            category: category.is_none(),
            sorted: true,
            total: format!("{} 人", say::count(count)),
        },
        lines: lines.iter().map(|line| Line::of_line(line, areas, today)).collect(),
        prev: found.before.as_ref().map(|at| asked.path(&[("before", &key(at))])).unwrap_or_default(),
        next: found.page.next.as_ref().map(|at| asked.path(&[("after", &key(at))])).unwrap_or_default(),
        jumps: options(&asked.from, &jumps),
        kept: asked.kept(),
        export: if visitor.may(Right::Export) && count > 0 {
            asked.path(&[]).replacen("/people", "/export/new", 1)
        } else {
            String::new()
        },
        chips,
        heading,
    })
}

fn schemes() -> Vec<(&'static str, &'static str)> {
    let insured = |kind: &&SourceKind| kind.insurance().is_some();
    SourceKind::ALL.iter().filter(insured).map(|kind| (kind.as_str(), kind.chinese())).collect()
}

/// Of whom these are so many: the population, where they are of it.
async fn share(
    app: &App,
    visitor: &Visitor,
    area: &str,
    category: Option<Category>,
    whole: i64,
) -> Result<String, Fault> {
    use Category::{Confirmed, Information, Interrupted, Partial, Uninsured};
    let as_of = app.registry.as_of().await?;
    let until = if as_of.is_empty() { "还没有数据".to_owned() } else { format!("截至 {as_of}") };
    let of_population = [Confirmed, Uninsured, Partial, Interrupted, Information];
    if !category.is_some_and(|category| of_population.contains(&category)) {
        return Ok(until);
    }
    let counts = app.kept.counts(app, visitor, area).await?;
    let population: i64 = of_population.iter().map(|category| counts.of(*category)).sum();
    Ok(format!("占应登记人口 {} 人的 {} · {until}", say::count(population), say::share(whole, population)))
}

/// What a category means, in the words of its indicator.
fn meaning(app: &App, category: Category) -> &'static str {
    match category {
        Category::Deceased => "人口库中已登记死亡的人。",
        Category::MovedOut => "人口库中已登记迁出的人。",
        Category::Outside => "在本市参保，但不在户籍和常住人口库中的人。",
        // the other categories are indicators of the same name
        _ => app
            .settings
            .report
            .catalogue
            .find(category.as_str())
            .map_or("", |indicator| &indicator.definition().meaning),
    }
}

impl Asked {
    /// The finest area that is asked for, within the chosen one.
    pub(crate) fn area<'a>(&'a self, visitor: &'a Visitor) -> &'a str {
        let within = |code: &&str| !code.is_empty() && visitor.areas.reports_to(code, &visitor.area);
        [self.village.as_str(), self.town.as_str()].into_iter().find(within).unwrap_or(&visitor.area)
    }

    pub(crate) fn filter(&self, area: Option<&str>, today: Date) -> Filter {
        let (born_from, born_until) = band(&self.age, today);
        Filter {
            area: area.map(str::to_owned),
            category: Category::from_word(&self.category),
            scheme: self.scheme.parse().ok().filter(|kind: &SourceKind| kind.insurance().is_some()),
            finding: Some(self.finding.clone()).filter(|kind| !kind.is_empty()),
            sex: Some(self.sex.clone()).filter(|sex| matches!(sex.as_str(), "1" | "2")),
            born_from,
            born_until,
            subsistence: self.aid == "subsistence",
            disability: self.aid == "disability",
        }
    }

    /// What stays while one turns pages.
    fn kept(&self) -> Vec<(&'static str, String)> {
        let all = [
            ("category", &self.category),
            ("town", &self.town),
            ("village", &self.village),
            ("age", &self.age),
            ("sex", &self.sex),
            ("aid", &self.aid),
            ("scheme", &self.scheme),
            ("finding", &self.finding),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.clone())).collect()
    }

    /// The address of this list, with something more.
    pub(crate) fn path(&self, more: &[(&str, &str)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.kept() {
            query.append_pair(name, &value);
        }
        for (name, value) in more {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() { "/people".to_owned() } else { format!("/people?{query}") }
    }

    fn chips(&self, areas: &Areas) -> Vec<Chip> {
        let area = |code: &str| areas.get(code).map(|area| area.name.clone());
        let word = |all: Vec<Choice>| all.into_iter().find(|choice| choice.chosen).map(|choice| choice.label);
        let all: [(Option<String>, Clear); 7] = [
            (area(&self.village), |asked| asked.village.clear()),
            (area(&self.town), |asked| {
                asked.town.clear();
                asked.village.clear();
            }),
            (word(choices(&self.age, AGES.map(|(word, said, ..)| (word, said)))), |asked| asked.age.clear()),
            (word(choices(&self.sex, [("1", "男"), ("2", "女")])), |asked| asked.sex.clear()),
            (
                word(choices(&self.aid, [("subsistence", "低保、五保"), ("disability", "残疾人补助")])),
                |asked| asked.aid.clear(),
            ),
            (word(choices(&self.scheme, schemes())), |asked| asked.scheme.clear()),
            (
                canbao_domain::standard::finding_kinds().find(&self.finding).map(|kind| kind.name().to_owned()),
                |asked| asked.finding.clear(),
            ),
        ];
        let chip = |(label, clear): (Option<String>, Clear)| {
            let mut without = self.clone();
            clear(&mut without);
            label.map(|label| Chip { label, without: without.path(&[]) })
        };
        all.into_iter().filter_map(chip).collect()
    }
}

/// From and until when somebody of an age band was born; none for a word that is no band's.
pub(crate) fn band(word: &str, today: Date) -> (Option<Date>, Option<Date>) {
    let band = AGES.iter().find(|(known, ..)| *known == word);
    // born on the day after somebody who is a year too old
    let since = |age: i32| years_before(today, age + 1).map(|day| Date(day.days() + 1));
    let from = band.and_then(|(_, _, _, to)| to.and_then(since));
    (from, band.and_then(|(_, _, from, _)| from.and_then(|age| years_before(today, age))))
}

/// The same day so many years before; 28 February where that year has no 29th.
fn years_before(day: Date, years: i32) -> Option<Date> {
    let (year, month, date) = day.ymd();
    Date::from_ymd(year - years, month, date).or_else(|| Date::from_ymd(year - years, month, 28))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::page::seek::place_of;

    #[test]
    fn a_band_holds_whoever_is_of_that_age_today() {
        let today = Date::parse("2016-11-22").unwrap();
        for (word, _, from, to) in AGES {
            let asked = Asked { age: word.to_owned(), ..Asked::default() };
            let filter = asked.filter(None, today);
            for days in 0..40_000 {
                let birth = Date(today.days() - days);
                let age = birth.age_on(today);
                let wanted = from.is_none_or(|from| age >= from) && to.is_none_or(|to| age <= to);
                let given =
                    filter.born_from.is_none_or(|day| birth >= day) && filter.born_until.is_none_or(|day| birth <= day);
                assert_eq!(given, wanted, "{word} {birth:?}");
            }
        }
    }

    #[test]
    fn an_address_keeps_what_was_chosen() {
        let asked = Asked { category: "uninsured".to_owned(), age: "old".to_owned(), ..Asked::default() };
        assert_eq!(
            asked.path(&[("after", "610902001001.7")]),
            "/people?category=uninsured&age=old&after=610902001001.7"
        );
        assert_eq!(place_of("610902001001.7"), Some(("610902001001".to_owned(), 7)));
        assert_eq!(place_of("x"), None);
        assert_eq!(Asked::default().path(&[]), "/people");
    }
}
