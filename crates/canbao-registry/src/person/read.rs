//! Reading people whole, as one revision shows them.

use std::str::FromStr as _;

use ahash::AHashMap;
use canbao_domain::date::Date;
use canbao_domain::source::Insurance;

use super::{Enrolment, Finding, Origin, Whole};
use crate::RegistryError;
use crate::private::{DIGEST, NUMBER_PART as NUMBER, PERSON, number_of, person_of};
use crate::store::{Row, Transaction, Value};

/// People a statement asks for.
const A_STATEMENT: usize = 500;

/// The revision that readers see, within a statement.
pub(crate) const NOW: &str = "(SELECT visible FROM state)";

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
    let (holds, whom) = holds(transaction, people);
    let columns = PERSON.join(", ");
    let sql = format!("SELECT {columns}, {DIGEST} FROM person WHERE {holds}");
    let mut wholes: Vec<Whole> = transaction.all(sql, &[at.into(), whom]).await?.iter().map(person_of).collect();
    complete(transaction, &mut wholes, at).await?;
    Ok(wholes)
}

/// People as they are now, in the order of their identifiers: `whom` is the condition on a row of `person`. Of more than
/// `most`, those who are current come first: thousands share a name.
pub(crate) async fn people_now(
    transaction: &mut Transaction,
    whom: &str,
    values: &[Value],
    most: Option<usize>,
) -> Result<Vec<Whole>, RegistryError> {
    let columns = PERSON.join(", ");
    let first = most.map_or_else(String::new, |most| {
        format!(" ORDER BY CASE WHEN state = 'current' THEN 0 ELSE 1 END, person LIMIT {most}")
    });
    let sql = format!(
        "SELECT {columns}, {DIGEST}, {NOW} FROM person WHERE {whom} AND rev_from <= {NOW} AND rev_to > {NOW}{first}"
    );
    let rows = transaction.all(sql, values).await?;
    let visible = rows.first().map_or(0, |row| row.int(PERSON.len() + 1));
    let mut wholes: Vec<Whole> = rows.iter().map(person_of).collect();
    for chunk in wholes.chunks_mut(A_STATEMENT) {
        complete(transaction, chunk, visible).await?;
    }
    wholes.sort_by_key(|whole| whole.person);
    Ok(wholes)
}

/// The condition of what revision `$1` shows of some people, who stand in `$2`. One is no list of one: PostgreSQL would
/// plan anew for each list, whose length it cannot know.
fn holds(transaction: &Transaction, people: &[i64]) -> (String, Value) {
    let (is, whom) = match people {
        [person] => ("= $2".to_owned(), Value::from(*person)),
        _ => (transaction.among(2), transaction.integers(people)),
    };
    (format!("person {is} AND rev_from <= $1 AND rev_to > $1"), whom)
}

/// Reads all that belongs to people in one statement: the way to the server and back costs more than the rows.
async fn complete(transaction: &mut Transaction, wholes: &mut [Whole], at: i64) -> Result<(), RegistryError> {
    let place: AHashMap<i64, usize> = wholes.iter().enumerate().map(|(at, whole)| (whole.person, at)).collect();
    let people: Vec<i64> = wholes.iter().map(|whole| whole.person).collect();
    if people.is_empty() {
        return Ok(());
    }
    let (holds, whom) = holds(transaction, &people);
    let parts = [ENROLMENT, NUMBER, FINDING].map(|part| format!("SELECT {part} WHERE {holds}"));
    for row in transaction.all(format!("{} ORDER BY 1, 2", parts.join(" UNION ALL ")), &[at.into(), whom]).await? {
        let Some(whole) = place.get(&row.int(2)).and_then(|at| wholes.get_mut(*at)) else { continue };
        match row.int(0) {
            1 => whole.enrolments.push(enrolment_of(&row)),
            2 => whole.numbers.push(number_of(&row)),
            _ => whole.findings.push(finding_of(&row)),
        }
    }
    for whole in wholes {
        whole.numbers.sort_by_key(|number| (number.kind, number.id));
    }
    Ok(())
}

// Three tables in columns of one shape: which of them, id, person, line, other_line, and twelve texts.

const ENROLMENT: &str = "1, id, person, line, CAST(NULL AS BIGINT), effective, scheme, insurance, status, benefit, \
                         unit_code, unit_name, pooling_area, since, reason, origin, source FROM enrolment";

fn enrolment_of(row: &Row) -> Enrolment {
    let text = |at| row.maybe_text(at).map(str::to_owned);
    Enrolment {
        id: row.int(1),
        effective: row.text(5).to_owned(),
        scheme: row.text(6).to_owned(),
        insurance: Insurance::from_str(row.text(7)).unwrap_or(Insurance::Other),
        status: text(8),
        benefit: text(9),
        unit_code: text(10),
        unit_name: text(11),
        pooling_area: text(12),
        since: row.maybe_text(13).and_then(Date::parse),
        reason: text(14),
        origin: Origin::from_word(row.text(15)),
        source: text(16),
        line: row.maybe_int(3),
    }
}

const FINDING: &str = "3, id, person, line, other_line, kind, detail, origin, source, other_source, NULL, NULL, NULL, \
                       NULL, NULL, NULL, NULL FROM finding";

fn finding_of(row: &Row) -> Finding {
    let text = |at| row.maybe_text(at).map(str::to_owned);
    Finding {
        id: row.int(1),
        kind: row.text(5).to_owned(),
        detail: text(6),
        origin: Origin::from_word(row.text(7)),
        source: text(8),
        line: row.maybe_int(3),
        other_source: text(9),
        other_line: row.maybe_int(4),
    }
}
