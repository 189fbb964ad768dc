//! The difference between what is there and what should be, as rows.

use super::write::{FOREVER, Table, Writer};
use crate::person::{Enrolment, Finding, Whole};
use crate::private::{Key, number_row, person_row};
use crate::store::Value;

/// Identifiers for rows, in turn.
#[derive(Debug)]
pub(crate) struct Ids {
    next: i64,
    end: i64,
}

impl Ids {
    /// The identifiers from `next` until before `end`.
    pub(crate) const fn new(next: i64, end: i64) -> Self {
        Self { next, end }
    }

    /// How many are left.
    pub(crate) const fn left(&self) -> i64 {
        self.end - self.next
    }

    /// The identifier that would be taken next.
    pub(crate) const fn next(&self) -> i64 {
        self.next
    }

    pub(crate) fn take(&mut self) -> i64 {
        let id = self.next;
        self.next += 1;
        id
    }
}

/// Rows that a person can need, at most, when `wish` is written.
pub(crate) fn rows_of(wish: &Whole) -> i64 {
    (wish.numbers.len() + wish.enrolments.len() + wish.findings.len()) as i64
}

/// Writes the difference; says whether there is one. `wish` takes the identifiers of rows that stay.
pub(crate) fn write_difference(
    known: Option<&Whole>,
    wish: &mut Whole,
    ids: &mut Ids,
    key: &Key,
    writer: &mut Writer,
) -> bool {
    let revision = wish.revision;
    let area = wish.record.area.clone();
    let mut changed = false;
    let numbers = known.map(|known| known.numbers.as_slice()).unwrap_or_default();
    let (begun, ended) = difference(numbers, &mut wish.numbers, |number, id| number.id = id, |number| number.id);
    for at in begun {
        if let Some(number) = wish.numbers.get_mut(at) {
            number.id = ids.take();
            writer.begin(Table::Number, number_row(number, wish.person, revision, FOREVER, key));
            changed = true;
        }
    }
    for id in ended {
        writer.end(Table::Number, id);
        changed = true;
    }
    let enrolments = known.map(|known| known.enrolments.as_slice()).unwrap_or_default();
    let (begun, ended) = difference(enrolments, &mut wish.enrolments, |row, id| row.id = id, |row| row.id);
    for at in begun {
        if let Some(row) = wish.enrolments.get_mut(at) {
            row.id = ids.take();
            writer.begin(Table::Enrolment, enrolment_row(row, wish.person, revision));
            changed = true;
        }
    }
    for id in ended {
        writer.end(Table::Enrolment, id);
        changed = true;
    }
    let findings = known.map(|known| known.findings.as_slice()).unwrap_or_default();
    let (begun, ended) = difference(findings, &mut wish.findings, |row, id| row.id = id, |row| row.id);
    for at in begun {
        if let Some(row) = wish.findings.get_mut(at) {
            row.id = ids.take();
            writer.begin(Table::Finding, finding_row(row, Some(wish.person), &area, None, revision));
            changed = true;
        }
    }
    for id in ended {
        writer.end(Table::Finding, id);
        changed = true;
    }
    // whether a hand is on the record can be all that changed; it is no part of what the version says
    let same = known.is_some_and(|known| known.record == wish.record && known.derived == wish.derived);
    // a version of the person stands for any change of theirs: it carries the digest, and tells that something happened
    if !same || changed {
        if let Some(known) = known {
            writer.end(Table::Person, known.person);
        }
        writer.begin(Table::Person, person_row(wish, FOREVER, key));
        changed = true;
    }
    changed
}

/// Which of `wishes` are not there, and the identifiers of those that are there and are not wished. Equal ones pair off,
/// one for one, and take over the identifiers.
fn difference<T: PartialEq>(
    known: &[T],
    wishes: &mut [T],
    set: impl Fn(&mut T, i64),
    id: impl Fn(&T) -> i64,
) -> (Vec<usize>, Vec<i64>) {
    let mut free: Vec<&T> = known.iter().collect();
    let mut begun = Vec::new();
    for (at, wish) in wishes.iter_mut().enumerate() {
        match free.iter().position(|known| **known == *wish) {
            Some(place) => {
                let known = free.swap_remove(place);
                set(wish, id(known));
            }
            None => begun.push(at),
        }
    }
    (begun, free.into_iter().map(id).collect())
}

pub(crate) fn enrolment_row(row: &Enrolment, person: i64, revision: i64) -> Vec<Value> {
    let text = |text: &Option<String>| Value::from(text.as_deref());
    vec![
        row.id.into(),
        person.into(),
        revision.into(),
        FOREVER.into(),
        row.effective.as_str().into(),
        row.scheme.as_str().into(),
        row.insurance.as_str().into(),
        text(&row.status),
        text(&row.benefit),
        text(&row.unit_code),
        text(&row.unit_name),
        text(&row.pooling_area),
        row.since.map(|date| date.to_string()).into(),
        text(&row.reason),
        row.origin.as_str().into(),
        text(&row.source),
        row.line.into(),
    ]
}

/// A row of `finding`. `subject` is by what a row that is nobody's is known.
pub(crate) fn finding_row(
    row: &Finding,
    person: Option<i64>,
    area: &str,
    subject: Option<&str>,
    revision: i64,
) -> Vec<Value> {
    let text = |text: &Option<String>| Value::from(text.as_deref());
    vec![
        row.id.into(),
        person.into(),
        revision.into(),
        FOREVER.into(),
        row.kind.as_str().into(),
        subject.into(),
        area.into(),
        text(&row.detail),
        row.origin.as_str().into(),
        text(&row.source),
        row.line.into(),
        text(&row.other_source),
        row.other_line.into(),
    ]
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_pair_off_one_for_one() {
        let known = [(1, 'a'), (2, 'a'), (3, 'b'), (4, 'c')];
        #[derive(Clone, Debug)]
        struct Row(i64, char);
        impl PartialEq for Row {
            fn eq(&self, other: &Self) -> bool {
                self.1 == other.1
            }
        }
        let known: Vec<Row> = known.into_iter().map(|(id, text)| Row(id, text)).collect();
        let mut wishes = vec![Row(0, 'a'), Row(0, 'c'), Row(0, 'c'), Row(0, 'd')];
        let (begun, mut ended) = difference(&known, &mut wishes, |row, id| row.0 = id, |row| row.0);
        assert_eq!(begun, [2, 3]);
        ended.sort_unstable();
        assert_eq!(ended, [2, 3]);
        assert_eq!(wishes.first().unwrap().0, 1);
        assert_eq!(wishes.get(1).unwrap().0, 4);
    }
}
