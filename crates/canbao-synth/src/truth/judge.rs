//! Judges every person: facts, findings, visits.

use canbao_domain::code::Status;
use canbao_domain::source::SourceKind;

use super::fact::{Facts, facts, pool};
use super::finding::{Finding, Kind, Visit};
use super::label::Knowledge;
use crate::SynthError;
use crate::city::City;
use crate::city::person::{Life, NONE, Person, Register, traits};
use crate::city::place::NOWHERE;
use crate::row::{NameForm, NumberForm, Row, birth, flags, has_birth, has_sex};
use crate::work::{spread, workers};

/// All that is true.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    /// By person.
    pub(crate) facts: Vec<Facts>,
    /// Whether the row is known to be its person's, by the city's rows.
    pub(crate) known: Vec<bool>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) visits: Vec<Visit>,
}

/// Judges everybody. `rows` are the city's, those of one person together, in the order of the people,
/// and numbered.
pub(crate) fn judge(city: &City, rows: &[Row]) -> Result<Verdicts, SynthError> {
    let size = (rows.len() / (workers() * 4)).max(1);
    let mut chunks = Vec::new();
    let mut rest = rows;
    while !rest.is_empty() {
        // not within a person
        let mut end = size.min(rest.len());
        let last = rest.get(end - 1).map_or(NONE, |row| row.person);
        end += rest.iter().skip(end).take_while(|row| row.person == last).count();
        let (chunk, more) = rest.split_at(end);
        chunks.push(chunk);
        rest = more;
    }
    let judged = spread(chunks, |_, chunk| {
        let mut part = Verdicts::default();
        let mut facts = Vec::new();
        for own in chunk.chunk_by(|one, other| one.person == other.person) {
            let Some(first) = own.first() else { continue };
            facts.push((first.person, one(city, first.person, own, &mut part)));
        }
        Ok((part, facts))
    })?;
    let mut all = Verdicts::default();
    let nobody = Facts { pension: "none", medical: "none", category: "", ..Facts::default() };
    all.facts.resize(city.people.len(), nobody);
    for (part, facts) in judged {
        all.known.extend(part.known);
        all.findings.extend(part.findings);
        all.visits.extend(part.visits);
        for (person, fact) in facts {
            if let Some(place) = all.facts.get_mut(person as usize) {
                *place = fact;
            }
        }
    }
    Ok(all)
}

/// Judges one person by all of their rows.
fn one(city: &City, index: u32, rows: &[Row], out: &mut Verdicts) -> Facts {
    let person = city.person(index);
    let knowledge = Knowledge::of(person, rows);
    let facts = facts(city, person, rows, knowledge);
    let mut judge = Judge { city, index, person, out };
    for row in rows {
        let known = knowledge.knows(row);
        judge.out.known.push(known);
        judge.row(row, known);
    }
    judge.repeats(rows, knowledge);
    judge.person(&facts, rows, knowledge);
    facts
}

struct Judge<'a> {
    city: &'a City,
    index: u32,
    person: &'a Person,
    out: &'a mut Verdicts,
}

impl Judge<'_> {
    fn find(&mut self, kind: Kind, row: &Row, known: bool) {
        let person = if known { self.index } else { NONE };
        self.out.findings.push(Finding { kind, person, source: Some(row.kind), row: row.number, unit: NONE });
    }

    /// Findings of one line a row, but for repeats.
    fn row(&mut self, row: &Row, known: bool) {
        if row.is_ragged() {
            self.find(Kind::RowRejected, row, false);
            return;
        }
        if lacks_item(self.city, row) {
            self.find(Kind::FieldMissing, row, known);
        }
        if !known {
            self.find(Kind::RowUnresolved, row, false);
            if row.kind.insurance().is_some() {
                let source = Some(row.kind);
                self.out.visits.push(Visit { person: NONE, category: "information", source, row: row.number });
            }
            return;
        }
        if row.form == NumberForm::Relative {
            self.find(Kind::NumberOfAnother, row, true);
        }
        if !row.name.is_right() && !row.name.is_blank() {
            self.find(Kind::NameDiffers, row, true);
        }
        if has_birth(row.kind) && birth::written(self.city, row).is_some_and(|date| date != self.person.birth) {
            self.find(Kind::BirthDiffers, row, true);
        }
        if has_sex(row.kind) && row.has(flags::WRONG_SEX) {
            self.find(Kind::SexDiffers, row, true);
        }
    }

    /// Each row after the first of one person in one kind, of an insurance in one pooling area.
    fn repeats(&mut self, rows: &[Row], knowledge: Knowledge) {
        let mut known: Vec<&Row> = rows.iter().filter(|row| knowledge.knows(row)).collect();
        known.sort_unstable_by_key(|row| (row.kind, row.number));
        for (at, row) in known.iter().enumerate() {
            let again = known.iter().take(at).any(|earlier| {
                let pools = (pool(self.city, earlier), pool(self.city, row));
                let apart = matches!(pools, (Some(first), Some(second)) if first != second);
                let insurance = row.kind.insurance().is_some();
                // pension and medical elsewhere are two insurances in one file
                let other = (earlier.flags ^ row.flags) & flags::MEDICAL != 0;
                earlier.kind == row.kind && !other && !(insurance && apart)
            });
            if again {
                self.find(Kind::DuplicateRow, row, true);
            }
        }
    }

    /// Findings of one line a person, and the visit.
    fn person(&mut self, facts: &Facts, rows: &[Row], knowledge: Knowledge) {
        let person = self.person;
        let known = |row: &&Row| knowledge.knows(row);
        let present = person.is_present();
        let lacks = facts.pension == "none" || facts.medical == "none";
        let several = rows.iter().filter(known).any(|row| row.form == NumberForm::Former);
        let holds = [
            (Kind::DuplicatePension, facts.duplicate_pension),
            (Kind::DuplicateMedical, facts.duplicate_medical),
            (Kind::DuplicateBenefit, facts.duplicate_benefit),
            (Kind::DeceasedEnrolled, facts.live && person.life == Life::Dead),
            (Kind::MovedOutEnrolled, facts.live && person.life == Life::MovedOut),
            (Kind::SeveralNumbers, several),
            (Kind::SharedNumber, person.is(traits::SHARED)),
            (Kind::AssistedUninsured, facts.assisted && lacks && present),
        ];
        for (kind, holds) in holds {
            if holds {
                self.out.findings.push(Finding::person(kind, self.index));
            }
        }
        if person.register != Register::Neither
            && matches!(facts.category, "uninsured" | "partial" | "interrupted" | "information")
        {
            let unnamed = person.is(traits::NUMBERLESS) || person.is_foreign();
            let row = rows.iter().find(|row| unnamed && row.kind.is_population());
            self.out.visits.push(Visit {
                person: self.index,
                category: facts.category,
                source: row.map(|row| row.kind),
                row: row.map_or(0, |row| row.number),
            });
        }
    }
}

/// Is an item that counts blank in the row itself? A placeholder stands for a blank.
/// Of a population row: number, name, sex, birth date, village; of an insurance row: number, name, state.
fn lacks_item(city: &City, row: &Row) -> bool {
    let number = matches!(row.form, NumberForm::Blank | NumberForm::Placeholder);
    let name = matches!(row.name, NameForm::Blank | NameForm::Placeholder);
    if row.kind.is_population() {
        let birth = birth::written(city, row).is_none();
        number || name || row.has(flags::NO_SEX) || birth || row.village == NOWHERE
    } else if row.kind.insurance().is_some() || row.kind == SourceKind::Elsewhere {
        number || name || row.status == Status::Blank
    } else {
        false
    }
}
