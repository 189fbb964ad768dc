//! Reading people whole, as one revision shows them.

use std::str::FromStr as _;

use ahash::AHashMap;
use canbao_domain::date::Date;
use canbao_domain::source::Insurance;

use super::{Enrolment, Finding, Origin, Whole};
use crate::RegistryError;
use crate::private::{DIGEST, PERSON, number_of, person_of};
use crate::store::{Row, Transaction, Value, list};

/// People a statement asks for.
const A_STATEMENT: usize = 500;

/// The revision that readers see.
pub(crate) async fn visible(transaction: &mut Transaction) -> Result<i64, RegistryError> {
    transaction.int("SELECT visible FROM state", &[]).await
}

/// People as revision `at` shows them, each with all that belongs to them, in the order of their identifiers.
pub(crate) async fn people(
    transaction: &mut Transaction,
    people: &[i64],
    at: i64,
) -> Result<Vec<Whole>, RegistryError> {
    let mut found: Vec<Whole> = Vec::with_capacity(people.len());
    for chunk in people.chunks(A_STATEMENT) {
        found.extend(some(transaction, chunk, at).await?);
    }
    found.sort_by_key(|whole| whole.person);
    Ok(found)
}

async fn some(transaction: &mut Transaction, people: &[i64], at: i64) -> Result<Vec<Whole>, RegistryError> {
    // one shape for all large lists, so that the statement is prepared once
    let places = if people.len() > 1 { A_STATEMENT } else { 1 };
    let last = people.last().copied().unwrap_or_default();
    let mut values = vec![Value::from(at)];
    values.extend((0..places).map(|place| Value::from(people.get(place).copied().unwrap_or(last))));
    let holds = format!("person IN ({}) AND rev_from <= $1 AND rev_to > $1", list(2, places));

    let columns = PERSON.join(", ");
    let rows = transaction.all(format!("SELECT {columns}, {DIGEST} FROM person WHERE {holds}"), &values).await?;
    let mut wholes: Vec<Whole> = rows.iter().map(person_of).collect();
    let place: AHashMap<i64, usize> = wholes.iter().enumerate().map(|(at, whole)| (whole.person, at)).collect();
    let of = |person: i64, wholes: &mut Vec<Whole>, put: &mut dyn FnMut(&mut Whole)| {
        if let Some(whole) = place.get(&person).and_then(|at| wholes.get_mut(*at)) {
            put(whole);
        }
    };
    let sql = format!("SELECT id, person, kind, value, evidence FROM number WHERE {holds} ORDER BY id");
    for row in transaction.all(sql, &values).await? {
        let (person, number) = number_of(&row);
        of(person, &mut wholes, &mut |whole| whole.numbers.push(number.clone()));
    }
    let sql = format!("SELECT {ENROLMENT} FROM enrolment WHERE {holds} ORDER BY id");
    for row in transaction.all(sql, &values).await? {
        of(row.int(1), &mut wholes, &mut |whole| whole.enrolments.push(enrolment_of(&row)));
    }
    let sql = format!("SELECT {FINDING} FROM finding WHERE {holds} ORDER BY id");
    for row in transaction.all(sql, &values).await? {
        of(row.int(1), &mut wholes, &mut |whole| whole.findings.push(finding_of(&row)));
    }
    for whole in &mut wholes {
        whole.numbers.sort_by_key(|number| (number.kind, number.id));
    }
    Ok(wholes)
}

const ENROLMENT: &str = "id, person, effective, scheme, insurance, status, benefit, unit_code, unit_name, pooling_area, \
                         since, reason, origin, source, line";

fn enrolment_of(row: &Row) -> Enrolment {
    let text = |at| row.maybe_text(at).map(str::to_owned);
    Enrolment {
        id: row.int(0),
        effective: row.text(2).to_owned(),
        scheme: row.text(3).to_owned(),
        insurance: Insurance::from_str(row.text(4)).unwrap_or(Insurance::Other),
        status: text(5),
        benefit: text(6),
        unit_code: text(7),
        unit_name: text(8),
        pooling_area: text(9),
        since: row.maybe_text(10).and_then(Date::parse),
        reason: text(11),
        origin: Origin::from_word(row.text(12)),
        source: text(13),
        line: row.maybe_int(14),
    }
}

const FINDING: &str = "id, person, kind, detail, origin, source, line, other_source, other_line";

fn finding_of(row: &Row) -> Finding {
    let text = |at| row.maybe_text(at).map(str::to_owned);
    Finding {
        id: row.int(0),
        kind: row.text(2).to_owned(),
        detail: text(3),
        origin: Origin::from_word(row.text(4)),
        source: text(5),
        line: row.maybe_int(6),
        other_source: text(7),
        other_line: row.maybe_int(8),
    }
}
