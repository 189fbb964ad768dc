//! `persons`: one line a person, and what follows from it: categories, areas, the survey, findings about people.
//!
//! People come folded in ascending order of their first row, and the scan meets their first rows in the same order.

use super::columns::{Growing, Places, Words, push_number};
use super::findings::{Finding, Kind, batch};
use super::survey::Survey;
use crate::error::CompareError;
use crate::links::Links;
use crate::plan::owners::column;
use crate::plan::persons::Fold;
use crate::stage::keys::area_text;
use crate::stage::texts;
use crate::stage::{RowId, Stage};
use ahash::AHashMap;
use arrow::array::{Array, ArrayRef, AsArray, BooleanBuilder, Date32Builder, Int64Builder, ListBuilder, StringBuilder};
use arrow::datatypes::{Int32Type, UInt8Type, UInt64Type};
use arrow::record_batch::RecordBatch;

use canbao_domain::date::Date;
use canbao_domain::number::{CitizenNumber, NumberForm};
use canbao_domain::rules::{
    Category, Facts, InsuranceState, Item, ItemSet, PersonLife, Population, Rules, SchemeSet, Verdict, classify,
    must_visit,
};
use canbao_domain::source::{Field, Insurance, SourceKind};
use canbao_linkage::model::agreement::{county, town, village};
use canbao_run::AreaCounts;
use std::collections::BTreeMap;

/// What the pass brings besides the table.
#[derive(Debug, Default)]
pub(crate) struct People {
    pub(crate) areas: BTreeMap<String, AreaCounts>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) survey: Survey,
    counts: Counts,
}

/// Counts by the finest area that is known; neighbours stand next to each other, so the area before comes first.
#[derive(Debug, Default)]
struct Counts {
    at: AHashMap<u64, usize>,
    areas: Vec<(u64, AreaCounts)>,
    last: usize,
}

impl Counts {
    fn of(&mut self, area: u64) -> Option<&mut AreaCounts> {
        if self.areas.get(self.last).is_none_or(|(last, _)| *last != area) {
            let next = self.areas.len();
            self.last = *self.at.entry(area).or_insert(next);
            if self.last == next {
                self.areas.push((area, AreaCounts::default()));
            }
        }
        self.areas.get_mut(self.last).map(|(_, counts)| counts)
    }
}

/// What a comparison stands for.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) as_of: Date,
    pub(crate) city: &'a str,
    pub(crate) stage: &'a Stage,
    pub(crate) links: &'a Links,
    pub(crate) places: &'a Places,
}

/// A person as far as it is told in several places.
struct Person {
    id: RowId,
    number: Option<CitizenNumber>,
    area: u64,
    verdict: Verdict,
    facts: Facts,
}

/// Builders that live from batch to batch.
#[derive(Default)]
pub(crate) struct Tables {
    county: Growing,
    town: Growing,
    village: Growing,
}

const SEXES: [&str; 4] = ["0", "1", "2", "9"];

fn words<T: Copy + PartialEq>(all: &[T], text: impl Fn(T) -> &'static str) -> Words {
    Words::new(all.iter().map(|t| text(*t)))
}

fn at<T: Copy + PartialEq>(all: &[T], one: T) -> usize {
    all.iter().position(|t| *t == one).unwrap_or(0)
}

const POPULATIONS: [Population; 3] = [Population::Registered, Population::Resident, Population::Outside];
const LIVES: [PersonLife; 3] = [PersonLife::Alive, PersonLife::Deceased, PersonLife::MovedOut];
const STATES: [InsuranceState; 6] = [
    InsuranceState::Enrolled,
    InsuranceState::Interrupted,
    InsuranceState::None,
    InsuranceState::Unclear,
    InsuranceState::NotRequired,
    InsuranceState::Elsewhere,
];
const CATEGORIES: [Category; 8] = [
    Category::Deceased,
    Category::MovedOut,
    Category::Outside,
    Category::Uninsured,
    Category::Partial,
    Category::Interrupted,
    Category::Information,
    Category::Confirmed,
];

impl Tables {
    /// The lines of people whose first rows are `rows`, in the same order.
    pub(crate) fn of_batch(
        &mut self,
        schema: &arrow::datatypes::SchemaRef,
        rows: &RecordBatch,
        folds: &[(RowId, Fold)],
        frame: &Frame,
        people: &mut People,
    ) -> Result<RecordBatch, CompareError> {
        let (links, places) = (frame.links, frame.places);
        let n = rows.num_rows();
        let (num, birth, sex) = (
            column::<UInt64Type>(rows, "num")?,
            column::<Int32Type>(rows, "birth")?,
            rows.column(4).as_primitive::<UInt8Type>(),
        );
        let (form, area) = (column::<UInt8Type>(rows, "form")?, column::<UInt64Type>(rows, "area")?);
        let name = texts::names(rows)?;
        let text = |field: Field| texts::kept_texts(rows, field);
        let text_or_null = |field: Field| -> ArrayRef {
            match texts::kept(rows, field) {
                Some(c) => c,
                None => arrow::array::new_null_array(&arrow::datatypes::DataType::Utf8, n),
            }
        };
        let (mut key, mut id) = (Int64Builder::with_capacity(n), StringBuilder::with_capacity(n, 18 * n));
        let (mut certificate_type, mut certificate, mut names) =
            (StringBuilder::new(), StringBuilder::new(), StringBuilder::with_capacity(n, 10 * n));
        let (mut sexes, mut births) = (Words::new(SEXES), Date32Builder::with_capacity(n));
        let mut phone = StringBuilder::with_capacity(n, 12 * n);
        let mut population = words(&POPULATIONS, Population::as_str);
        let mut life = words(&LIVES, PersonLife::as_str);
        let (mut pension, mut medical) =
            (words(&STATES, InsuranceState::as_str), words(&STATES, InsuranceState::as_str));
        let (mut pension_schemes, mut medical_schemes) =
            (ListBuilder::new(StringBuilder::new()), ListBuilder::new(StringBuilder::new()));
        let (mut subsistence, mut disability) = (BooleanBuilder::with_capacity(n), BooleanBuilder::with_capacity(n));
        let mut category = words(&CATEGORIES, Category::as_str);
        let mut reasons = ListBuilder::new(StringBuilder::new());
        let written_phone = text(Field::Phone);
        let certificates = form.values().contains(&(NumberForm::OtherCertificate as u8));
        let (written_number, written_type) =
            if certificates { (text(Field::Number), text(Field::CertificateType)) } else { (None, None) };
        let mut visits: Vec<(usize, Person, String)> = Vec::new();

        for (i, (person, fold)) in folds.iter().enumerate() {
            let own = if num.is_valid(i) { CitizenNumber::from_body(num.value(i)) } else { None };
            let number = links.number(*person, own);
            let other_certificate = form.value(i) == NumberForm::OtherCertificate as u8;
            key.append_value(places.key(*person));
            push_number(&mut id, number);
            if other_certificate {
                certificate.append_option(written_number.as_ref().filter(|c| c.is_valid(i)).map(|c| c.value(i).trim()));
                certificate_type
                    .append_option(written_type.as_ref().filter(|c| c.is_valid(i)).map(|c| c.value(i).trim()));
            } else {
                certificate.append_null();
                certificate_type.append_null();
            }
            let filled_name = links.names.get(person).map_or(name.value(i), String::as_str);
            names.append_option((!filled_name.is_empty()).then_some(filled_name));
            let its_sex = match (sex.value(i), number) {
                (s @ (1 | 2), _) => s,
                (_, Some(number)) => number.sex() as u8,
                (s, None) => fold.sex().unwrap_or(s),
            };
            sexes.push(match its_sex {
                1 => 1,
                2 => 2,
                9 => 3,
                _ => 0,
            });
            let born = if birth.is_valid(i) {
                Some(Date(birth.value(i)))
            } else {
                number.map(CitizenNumber::birth).or(fold.birth())
            };
            births.append_option(born.map(Date::days));
            let its_area =
                if village(area.value(i)) != 0 { area.value(i) } else { fold.area().unwrap_or(area.value(i)) };
            for (column, code) in [
                (&mut self.county, county(its_area)),
                (&mut self.town, town(its_area)),
                (&mut self.village, village(its_area)),
            ] {
                if code == 0 {
                    column.push_null();
                } else {
                    column.push(code, area_text);
                }
            }
            match (written_phone.as_ref().filter(|c| c.is_valid(i)), fold.phone()) {
                (Some(c), _) if !c.value(i).trim().is_empty() => phone.append_value(c.value(i).trim()),
                (_, Some(digits)) => phone.append_value(digits.to_string()),
                _ => phone.append_null(),
            }
            let missing = [
                (Item::Number, number.is_none() && !other_certificate),
                (Item::Name, filled_name.is_empty()),
                (Item::Sex, !matches!(its_sex, 1 | 2)),
                (Item::BirthDate, born.is_none()),
                (Item::Village, village(its_area) == 0),
            ];
            let facts = facts_of(fold, born, &missing, form.value(i), frame.rules);
            let verdict = classify(&facts, frame.rules, frame.as_of);
            population.push(at(&POPULATIONS, facts.population));
            life.push(at(&LIVES, facts.life));
            pension.push(at(&STATES, verdict.pension));
            medical.push(at(&STATES, verdict.medical));
            for (list, facts) in [(&mut pension_schemes, &facts.pension), (&mut medical_schemes, &facts.medical)] {
                for kind in (facts.live | facts.suspended | facts.unclear).iter() {
                    list.values().append_value(kind.as_str());
                }
                list.append(true);
            }
            subsistence.append_value(fold.seen().contains(SourceKind::Subsistence));
            disability.append_value(fold.seen().contains(SourceKind::Disability));
            category.push(at(&CATEGORIES, verdict.category));
            for reason in verdict.reasons.iter() {
                reasons.values().append_value(reason);
            }
            reasons.append(true);
            let told = Person { id: *person, number, area: its_area, verdict, facts };
            people.tell(&told, fold, frame);
            if must_visit(verdict.category) {
                let known = known_text(&told.facts, verdict);
                visits.push((i, told, known));
            }
        }
        let columns: Vec<ArrayRef> = vec![
            std::sync::Arc::new(key.finish()),
            std::sync::Arc::new(id.finish()),
            std::sync::Arc::new(certificate_type.finish()),
            std::sync::Arc::new(certificate.finish()),
            std::sync::Arc::new(names.finish()),
            sexes.finish()?,
            std::sync::Arc::new(births.finish()),
            text_or_null(Field::Ethnic),
            text_or_null(Field::Hukou),
            text_or_null(Field::Household),
            text_or_null(Field::Relation),
            self.county.finish()?,
            self.town.finish()?,
            self.village.finish()?,
            text_or_null(Field::Address),
            std::sync::Arc::new(phone.finish()),
            population.finish()?,
            life.finish()?,
            pension.finish()?,
            medical.finish()?,
            std::sync::Arc::new(pension_schemes.finish()),
            std::sync::Arc::new(medical_schemes.finish()),
            std::sync::Arc::new(subsistence.finish()),
            std::sync::Arc::new(disability.finish()),
            category.finish()?,
            std::sync::Arc::new(reasons.finish()),
        ];
        let written = batch(schema, columns)?;
        people.survey.people(
            &written,
            visits.iter().map(|(i, p, known)| (*i, p.id, p.area, p.verdict, known.as_str())),
            places,
        )?;
        Ok(written)
    }
}

fn facts_of(fold: &Fold, born: Option<Date>, missing: &[(Item, bool)], form: u8, rules: &Rules) -> Facts {
    let rows = fold.population();
    let state = rules.population(rows);
    let (mut lacks, mut wrong) = (ItemSet::default(), ItemSet::default());
    for (item, is) in missing {
        // a number that is written, but that nobody can read, is wrong, not missing
        let unreadable = *item == Item::Number
            && !matches!(NumberForm::from_code(form), Some(NumberForm::Blank | NumberForm::Placeholder));
        if *is && rules.items_of_person().contains(*item) {
            if unreadable { wrong.insert(*item) } else { lacks.insert(*item) }
        }
    }
    if state.unclear {
        wrong.insert(Item::Status);
    }
    Facts {
        birth: born,
        population: if rows.is_empty() { Population::Outside } else { state.population },
        life: if rows.is_empty() { PersonLife::Alive } else { state.life },
        pension: fold.insurance(Insurance::Pension, rules),
        medical: fold.insurance(Insurance::Medical, rules),
        missing: lacks,
        wrong,
    }
}

/// What the form shows of a person's insurance: schemes with their states.
fn known_text(facts: &Facts, verdict: Verdict) -> String {
    let mut text = String::new();
    for (title, facts, state) in [("养老", &facts.pension, verdict.pension), ("医疗", &facts.medical, verdict.medical)]
    {
        if !text.is_empty() {
            text.push('；');
        }
        text.push_str(title);
        text.push('：');
        let mut some = false;
        for (schemes, word) in
            [(facts.live, "正常"), (facts.suspended, "暂停"), (facts.unclear, "状态不明"), (facts.ended, "终止")]
        {
            for kind in schemes.iter() {
                if some {
                    text.push('、');
                }
                text.push_str(kind.chinese());
                text.push('（');
                text.push_str(word);
                text.push('）');
                some = true;
            }
        }
        if !some {
            text.push_str(state.chinese());
        }
    }
    text
}

impl People {
    /// Counts a person, and finds what there is to be found about them.
    fn tell(&mut self, person: &Person, fold: &Fold, frame: &Frame) {
        let (facts, verdict) = (&person.facts, person.verdict);
        if verdict.category.is_population()
            && let Some(counts) = self.counts.of(person.area)
        {
            add(counts, verdict.category);
        }
        let mut find =
            |kind, detail: String| self.findings.push(Finding::person(kind, person.id, person.number, detail));
        for (kind, insurance, of) in [
            (Kind::DuplicatePension, Insurance::Pension, &facts.pension),
            (Kind::DuplicateMedical, Insurance::Medical, &facts.medical),
        ] {
            let pools = fold.pools(insurance);
            if frame.rules.duplicate(of.live, pools) {
                find(kind, format!("{}{}", scheme_list(of.live), if of.live.len() < 2 { "，两个统筹区" } else { "" }));
            }
        }
        let (drawing, two_pools) = fold.drawing();
        if frame.rules.duplicate(drawing, two_pools) {
            find(
                Kind::DuplicateBenefit,
                format!("同时领取：{}{}", scheme_list(drawing), if drawing.len() < 2 { "，两个统筹区" } else { "" }),
            );
        }
        let live = facts.pension.live | facts.medical.live;
        if !live.is_empty() {
            match facts.life {
                PersonLife::Deceased => {
                    find(Kind::DeceasedEnrolled, format!("已死亡仍参保或领取待遇：{}", scheme_list(live)))
                }
                PersonLife::MovedOut => find(Kind::MovedOutEnrolled, format!("已迁出仍参保：{}", scheme_list(live))),
                PersonLife::Alive => {}
            }
        }
        let assisted = SchemeSet(fold.seen().0 & frame.rules.assisted().0);
        let lacks = verdict.pension == InsuranceState::None || verdict.medical == InsuranceState::None;
        if !assisted.is_empty() && lacks && facts.life == PersonLife::Alive {
            let what = match (verdict.pension, verdict.medical) {
                (InsuranceState::None, InsuranceState::None) => "养老、医疗保险均未参加",
                (InsuranceState::None, _) => "未参加养老保险",
                _ => "未参加医疗保险",
            };
            find(Kind::AssistedUninsured, format!("{}：{what}", scheme_list(assisted)));
        }
    }

    /// Adds up the areas, after all people.
    pub(crate) fn close(&mut self, frame: &Frame) {
        let (mut city, mut sums) = (AreaCounts::default(), BTreeMap::<u64, AreaCounts>::new());
        for (area, counts) in std::mem::take(&mut self.counts).areas {
            for code in [village(area), town(area), county(area)].into_iter().filter(|code| *code != 0) {
                sum(sums.entry(code).or_default(), &counts);
            }
            sum(&mut city, &counts);
        }
        self.areas.extend(sums.into_iter().map(|(code, counts)| (area_text(code), counts)));
        self.areas.insert(frame.city.to_owned(), city);
    }
}

/// Adds the counts of a part to those of the whole.
fn sum(whole: &mut AreaCounts, part: &AreaCounts) {
    whole.population += part.population;
    whole.confirmed += part.confirmed;
    whole.uninsured += part.uninsured;
    whole.partial += part.partial;
    whole.interrupted += part.interrupted;
    whole.information += part.information;
}

fn scheme_list(schemes: SchemeSet) -> String {
    let names: Vec<&str> = schemes.iter().map(SourceKind::chinese).collect();
    names.join("、")
}

fn add(counts: &mut AreaCounts, category: Category) {
    counts.population += 1;
    match category {
        Category::Uninsured => counts.uninsured += 1,
        Category::Partial => counts.partial += 1,
        Category::Interrupted => counts.interrupted += 1,
        Category::Information => counts.information += 1,
        Category::Confirmed => counts.confirmed += 1,
        Category::Deceased | Category::MovedOut | Category::Outside => counts.population -= 1,
    }
}
