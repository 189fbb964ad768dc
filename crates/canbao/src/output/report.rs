//! The result of a comparison for a person at a terminal: tables and bars from the run's summary.

use std::collections::BTreeMap;

use canbao_domain::area::AreaTree;
use canbao_domain::rules::{Category, UnitCategory};
use canbao_domain::source::SourceKind;
use canbao_run::{AreaCounts, SourceCounts, Summary};

use super::bar::bar;
use super::figure::{count, percent};
use super::language::Language;
use super::table::{Side, Table};
use crate::workbooks::words;

/// Columns that a full bar takes.
const BAR: usize = 24;

/// A finished comparison and what is needed to speak of it.
pub(crate) struct Report<'a> {
    /// What the city is called.
    pub(crate) city: &'a str,
    /// Its code, six digits.
    pub(crate) code: &'a str,
    /// The names of its areas; without them codes stand for names.
    pub(crate) areas: Option<&'a AreaTree>,
    /// The counts.
    pub(crate) summary: &'a Summary,
    /// The language to speak.
    pub(crate) language: Language,
}

impl Report<'_> {
    /// The whole report, ended with a newline.
    pub(crate) fn render(&self) -> String {
        let l = self.language;
        let mut out = String::new();
        self.heading(
            &mut out,
            format!("{}全民参保登记比对结果（数据截至 {}）", self.city, self.summary.as_of),
            format!("{} ({}): comparison as of {}", self.city, self.code, self.summary.as_of),
        );
        self.sources(&mut out);
        let total = self.total();
        self.heading(
            &mut out,
            format!("人口 {} 人", count(people(total.population))),
            format!("Population: {} people", count(people(total.population))),
        );
        self.categories(&mut out, &total);
        self.heading(
            &mut out,
            format!("需入户调查 {} 人", count(people(total.must_visit()))),
            format!("To be visited: {} people", count(people(total.must_visit()))),
        );
        self.counties(&mut out, &total);
        if self.summary.findings.values().any(|n| *n > 0) {
            self.heading(&mut out, "发现的问题".into(), "Findings".into());
            self.counts(&mut out, &self.summary.findings, l.pick("问题", "finding"), words::findings());
        }
        if self.summary.units.values().any(|n| *n > 0) {
            self.heading(&mut out, "用人单位".into(), "Employers".into());
            let words = UnitCategory::ALL.iter().map(|category| (category.as_str(), category.chinese()));
            self.counts(&mut out, &self.summary.units, l.pick("类别", "category"), words);
        }
        out
    }

    fn heading(&self, out: &mut String, zh: String, en: String) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&self.language.pick(zh, en));
        out.push('\n');
    }

    fn sources(&self, out: &mut String) {
        let l = self.language;
        let mut table = Table::new([
            (l.pick("数据来源", "source"), Side::Left),
            (l.pick("行数", "rows"), Side::Right),
            (l.pick("号码一致", "exact"), Side::Right),
            (l.pick("规范、升位", "normalised"), Side::Right),
            (l.pick("纠正", "corrected"), Side::Right),
            (l.pick("凭证据关联", "matched"), Side::Right),
            (l.pick("未能关联", "unresolved"), Side::Right),
            (l.pick("不能读取", "rejected"), Side::Right),
        ]);
        let cells = |name: String, c: &SourceCounts| {
            let figures = [
                c.rows,
                c.exact,
                c.normalised + c.upgraded,
                c.corrected,
                c.matched + c.decided,
                c.unresolved,
                c.rejected,
            ];
            std::iter::once(name).chain(figures.map(|n| count(people(n))))
        };
        let mut sources: Vec<_> = self.summary.sources.iter().collect();
        sources.sort_by_key(|(name, _)| name.parse::<SourceKind>().map_or(u8::MAX, |kind| kind as u8));
        let mut total = SourceCounts::default();
        for (name, counts) in sources {
            table.row(cells(self.source(name), counts));
            total.rows += counts.rows;
            total.exact += counts.exact;
            total.normalised += counts.normalised;
            total.upgraded += counts.upgraded;
            total.corrected += counts.corrected;
            total.matched += counts.matched;
            total.decided += counts.decided;
            total.unresolved += counts.unresolved;
            total.rejected += counts.rejected;
        }
        table.total(cells(l.pick("合计", "total").to_owned(), &total));
        out.push_str(&table.render());
        if total.rejected > 0 {
            let rows = count(people(total.rejected));
            out.push_str(&l.pick(
                format!("  {rows} 行不能读取，已原样列在 rejected.parquet。\n"),
                format!("  {rows} rows could not be read; they are listed word for word in rejected.parquet.\n"),
            ));
        }
    }

    /// A source's kind in words; a name of its own stays as the city file gives it.
    fn source(&self, name: &str) -> String {
        match (self.language, name.parse::<SourceKind>()) {
            (Language::Zh, Ok(kind)) => kind.chinese().to_owned(),
            _ => name.to_owned(),
        }
    }

    fn categories(&self, out: &mut String, total: &AreaCounts) {
        let l = self.language;
        let mut table = Table::new([
            (l.pick("类别", "category"), Side::Left),
            (l.pick("人数", "people"), Side::Right),
            (l.pick("占比", "share"), Side::Right),
            ("", Side::Left),
        ]);
        let parts = [
            (Category::Confirmed, total.confirmed),
            (Category::Uninsured, total.uninsured),
            (Category::Partial, total.partial),
            (Category::Interrupted, total.interrupted),
            (Category::Information, total.information),
        ];
        for (category, part) in parts {
            let name = l.pick(category.chinese(), category.as_str());
            table.row(share(name.to_owned(), part, total.population));
        }
        out.push_str(&table.render());
    }

    fn counties(&self, out: &mut String, total: &AreaCounts) {
        let l = self.language;
        let mut table = Table::new([
            (l.pick("区县", "county"), Side::Left),
            (l.pick("人口", "people"), Side::Right),
            (l.pick("需入户", "to visit"), Side::Right),
            (l.pick("占比", "share"), Side::Right),
            ("", Side::Left),
        ]);
        let widest = self.counties_by_code().map(|(_, c)| c.must_visit()).max();
        let widest = people(widest.unwrap_or_default());
        for (code, counts) in self.counties_by_code() {
            let visits = people(counts.must_visit());
            let population = people(counts.population);
            table.row([
                self.areas.and_then(|areas| areas.name(code)).unwrap_or(code).to_owned(),
                count(population),
                count(visits),
                percent(visits, population),
                bar(visits, widest, BAR),
            ]);
        }
        table.total([
            l.pick("合计", "total").to_owned(),
            count(people(total.population)),
            count(people(total.must_visit())),
            percent(people(total.must_visit()), people(total.population)),
        ]);
        out.push_str(&table.render());
    }

    fn counties_by_code(&self) -> impl Iterator<Item = (&str, &AreaCounts)> {
        let areas = self.summary.areas.iter();
        areas.filter(|(code, _)| code.len() == 6 && *code != self.code).map(|(code, counts)| (code.as_str(), counts))
    }

    /// The whole city: its own line, which holds those of no known county too.
    fn total(&self) -> AreaCounts {
        if let Some(city) = self.summary.areas.get(self.code) {
            return *city;
        }
        let mut total = AreaCounts::default();
        for (_, c) in self.counties_by_code() {
            total.population += c.population;
            total.confirmed += c.confirmed;
            total.uninsured += c.uninsured;
            total.partial += c.partial;
            total.interrupted += c.interrupted;
            total.information += c.information;
        }
        total
    }

    /// A table of counts by kind, in the order of `words` (code and what a clerk calls it); what has no word comes last.
    fn counts(
        &self,
        out: &mut String,
        counts: &BTreeMap<String, i64>,
        head: &str,
        words: impl Iterator<Item = (&'static str, &'static str)>,
    ) {
        let l = self.language;
        let mut table = Table::new([(head, Side::Left), (l.pick("数量", "count"), Side::Right), ("", Side::Left)]);
        let most = people(counts.values().copied().max().unwrap_or_default());
        let mut rest: BTreeMap<&str, i64> = counts.iter().map(|(code, number)| (code.as_str(), *number)).collect();
        let known: Vec<_> = words.filter_map(|(code, name)| Some((l.pick(name, code), rest.remove(code)?))).collect();
        for (name, number) in known.into_iter().chain(rest).filter(|(_, number)| *number > 0) {
            let number = people(number);
            table.row([name.to_owned(), count(number), bar(number, most, BAR)]);
        }
        out.push_str(&table.render());
    }
}

/// A name, a count, its share of the whole in figures and as a bar.
fn share(name: String, part: i64, whole: i64) -> [String; 4] {
    let (part, whole) = (people(part), people(whole));
    [name, count(part), percent(part, whole), bar(part, whole, BAR)]
}

/// A count of the summary; none is below zero.
fn people(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
