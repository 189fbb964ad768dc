//! Employers (用人单位) and who is insured through them.
//!
//! An insurance row names its employer by the credit code, by the agency's own code, by name, or by several of these; an
//! employer's row in the record has no agency's code. A row is an employer's if it bears the employer's credit code or
//! registration number; if it bears an agency's code, most of whose rows bear the employer's name; or if it has no code,
//! and the name. So every row is at most one name's.

use std::collections::{BTreeMap, BTreeSet};

use canbao_domain::credit::{UnitCode, read_unit_code};
use canbao_domain::rules::RowState;
use canbao_domain::scope::Scope;
use canbao_linkage::names::unit_name;

use super::{Asker, Filter, Line};
use crate::RegistryError;
use crate::audit::Look;
use crate::person::row_state;
use crate::private::{LINE, line_of};
use crate::registry::Registry;
use crate::store::{Row, Transaction, Value, list, values};

/// Employers that one question finds, at most.
const MOST: usize = 200;
/// Lines on a page, at most.
const LINES: i64 = 500;
/// Codes or names of one employer that are looked at.
const ALIASES: usize = 100;

/// An employer. No `Debug`: one who employs himself stands here by name.
#[derive(Clone, PartialEq, Eq)]
pub struct Employer {
    /// The registry's identifier; none where insurance rows alone know it.
    pub unit: Option<i64>,
    /// 统一社会信用代码
    pub credit_code: Option<String>,
    /// 工商注册号
    pub registration_number: Option<String>,
    /// As the register writes it; else as most insurance rows do.
    pub name: Option<String>,
    /// 单位类型
    pub kind: Option<String>,
    /// 住所
    pub address: Option<String>,
    /// Whether the business register has it.
    pub registered: bool,
    /// Whether the insurance agency has it.
    pub insured: bool,
    /// Its county's code.
    pub county: Option<String>,
    /// `closed`, `unregistered`, `information`, `not-required`, `uninsured`, `confirmed`; none where only insurance rows
    /// know it.
    pub category: Option<String>,
    /// People insured through it, as the last comparison counted them.
    pub insured_people: Option<i64>,
    /// Codes under which insurance rows are its.
    pub codes: Vec<String>,
    /// Live insurance rows of current people in the asker's scope, by scheme.
    pub live: BTreeMap<String, i64>,
    /// How many people these are.
    pub people: i64,
    names: Vec<String>,
}

/// A page of the people who are insured through an employer.
#[derive(Clone)]
pub struct Members {
    /// The employers.
    pub units: Vec<Employer>,
    /// In the order of identifiers.
    pub lines: Vec<Line>,
    /// The identifier after which the next page begins; none where this is the last.
    pub next: Option<i64>,
    /// How many there are on all pages.
    pub people: i64,
}

/// Which employers are asked for.
#[derive(Clone, Copy)]
enum Which<'a> {
    /// By code or name.
    Named(&'a str),
    /// By the registry's identifier.
    Known(i64),
}

impl Registry {
    /// Employers by credit code, registration number, an agency's own code, or name as it is compared; several where a name
    /// is. Within a scope, those of its counties and those through whom somebody in it is insured.
    ///
    /// # Errors
    /// Where the database does not answer, or the look cannot be put on the log.
    pub async fn by_unit(&self, asker: &Asker, value: &str) -> Result<Vec<Employer>, RegistryError> {
        let mut transaction = self.store.read().await?;
        let found = self.employers(&mut transaction, &asker.scope, Which::Named(value)).await?;
        drop(transaction);
        let subject = format!("unit {}", subject(&found));
        self.looks
            .put(Look { actor: asker.actor.clone(), purpose: asker.purpose.clone(), subject, persons: 0 })
            .await?;
        Ok(found)
    }

    /// Current people with a live insurance row through an employer (all that [`Self::by_unit`] finds under the value), page
    /// by page from the identifier `after` on, and the employers with them: one look on the log.
    ///
    /// # Errors
    /// As [`Self::by_unit`].
    pub async fn unit_members(
        &self,
        asker: &Asker,
        value: &str,
        after: Option<i64>,
        lines: i64,
    ) -> Result<Members, RegistryError> {
        self.members(asker, Which::Named(value), "", after, lines).await
    }

    /// The same of one employer of the register by its identifier; of one scheme, where it is not blank.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where there is none, or it is out of reach; else as [`Self::by_unit`].
    pub async fn members_of_unit(
        &self,
        asker: &Asker,
        unit: i64,
        scheme: &str,
        after: Option<i64>,
        lines: i64,
    ) -> Result<Members, RegistryError> {
        let members = self.members(asker, Which::Known(unit), scheme, after, lines).await?;
        if members.units.is_empty() { Err(RegistryError::Nobody) } else { Ok(members) }
    }

    async fn members(
        &self,
        asker: &Asker,
        which: Which<'_>,
        scheme: &str,
        after: Option<i64>,
        lines: i64,
    ) -> Result<Members, RegistryError> {
        let lines = lines.clamp(1, LINES);
        let mut transaction = self.store.read().await?;
        let found = self.employers(&mut transaction, &asker.scope, which).await?;
        let mut members = Members { units: Vec::new(), lines: Vec::new(), next: None, people: 0 };
        let rows = Rows::of(&found);
        if !rows.is_empty() {
            let (mut from, mut values) = self.live(&mut transaction, &rows, &asker.scope).await?;
            if !scheme.is_empty() {
                values.push(scheme.into());
                from.push_str(&format!(" AND e.scheme = ${}", values.len()));
            }
            members.people = transaction.int(format!("SELECT COUNT(DISTINCT p.person) {from}"), &values).await?;
            values.extend([Value::from(after.unwrap_or_default()), Value::from(lines + 1)]);
            let at = values.len();
            let sql = format!(
                "SELECT {LINE} FROM person p WHERE p.rev_from <= $1 AND p.rev_to > $1 AND p.person IN \
                 (SELECT p.person {from} AND p.person > ${}) ORDER BY p.person LIMIT ${at}",
                at - 1
            );
            members.lines = transaction.all(sql, &values).await?.iter().map(line_of).collect();
            let more = members.lines.len() as i64 > lines;
            members.lines.truncate(lines as usize);
            members.next = members.lines.last().filter(|_| more).map(|line| line.person);
        }
        drop(transaction);
        let subject = format!("members of unit {} after {}", subject(&found), after.unwrap_or_default());
        let persons = members.lines.len() as i64;
        self.looks.put(Look { actor: asker.actor.clone(), purpose: asker.purpose.clone(), subject, persons }).await?;
        members.units = found;
        Ok(members)
    }

    async fn employers(
        &self,
        transaction: &mut Transaction,
        scope: &Scope,
        which: Which<'_>,
    ) -> Result<Vec<Employer>, RegistryError> {
        let visible = crate::person::visible(transaction).await?;
        let mut found = match which {
            Which::Named(value) => named(transaction, value, visible).await?,
            Which::Known(unit) => {
                let sql = format!("SELECT {UNIT} FROM unit WHERE id = $2 AND rev_from <= $1 AND rev_to > $1");
                transaction.all(sql, values![visible, unit]).await?.iter().map(employer_of).collect()
            }
        };
        let areas = self.areas.get(transaction).await?;
        let within = areas.of_scope(scope);
        for employer in &mut found {
            aliases(transaction, employer, visible).await?;
            let rows = Rows::of(std::slice::from_ref(employer));
            let (from, values) = self.live(transaction, &rows, scope).await?;
            employer.people = transaction.int(format!("SELECT COUNT(DISTINCT p.person) {from}"), &values).await?;
            let sql = format!("SELECT e.scheme, COUNT(*) {from} GROUP BY e.scheme");
            let schemes = transaction.all(sql, &values).await?;
            employer.live = schemes.iter().map(|row| (row.text(0).to_owned(), row.int(1))).collect();
        }
        if let Some(codes) = within {
            let inside = |county: &str| codes.binary_search(&county).is_ok();
            found.retain(|employer| employer.people > 0 || employer.county.as_deref().is_some_and(inside));
        }
        Ok(found)
    }

    /// `FROM … WHERE …` of the live rows `e` of current people `p` of a scope; `$1` is the revision.
    async fn live(
        &self,
        transaction: &mut Transaction,
        rows: &Rows<'_>,
        scope: &Scope,
    ) -> Result<(String, Vec<Value>), RegistryError> {
        let visible = crate::person::visible(transaction).await?;
        let mut values = vec![Value::from(visible)];
        let rows = rows.sql("person, scheme, status, benefit", &mut values);
        let sql = format!("SELECT DISTINCT status, benefit FROM ({rows}) e");
        let ruling = self.rules.get(transaction).await?;
        let mut states = Vec::new();
        for row in transaction.all(sql, &values).await? {
            if row_state(row.text(0), row.text(1), &ruling.rules) == RowState::Live {
                values.extend([Value::from(row.text(0)), Value::from(row.text(1))]);
                let at = values.len();
                states.push(format!("(COALESCE(e.status, '') = ${} AND COALESCE(e.benefit, '') = ${at})", at - 1));
            }
        }
        let live = if states.is_empty() { "1 = 0".to_owned() } else { states.join(" OR ") };
        let mut from = format!(
            "FROM ({rows}) e JOIN person p ON p.person = e.person AND p.rev_from <= $1 AND p.rev_to > $1 \
             WHERE p.state = 'current' AND ({live})"
        );
        for condition in self.conditions(transaction, scope, &Filter::default(), "p.area", &mut values).await? {
            from.push_str(" AND ");
            from.push_str(&condition);
        }
        Ok((from, values))
    }
}

/// Which employers, for the log: no names, and no codes, for a person's own can be among them.
fn subject(found: &[Employer]) -> String {
    let ids = found.iter().take(20).map(|employer| employer.unit.map_or_else(|| "-".to_owned(), |id| id.to_string()));
    ids.collect::<Vec<_>>().join(",")
}

/// The rows of employers: by code, and without a code by name.
struct Rows<'a> {
    codes: BTreeSet<&'a str>,
    names: BTreeSet<&'a str>,
}

impl<'a> Rows<'a> {
    fn of(employers: &'a [Employer]) -> Self {
        let codes = employers.iter().flat_map(|employer| &employer.codes).map(String::as_str).collect();
        let names = employers.iter().flat_map(|employer| &employer.names).map(String::as_str).collect();
        Self { codes, names }
    }

    fn is_empty(&self) -> bool {
        self.codes.is_empty() && self.names.is_empty()
    }

    /// A statement of these rows; its values are pushed behind those that are there, of which `$1` is the revision.
    fn sql(&self, columns: &str, values: &mut Vec<Value>) -> String {
        let holds = "rev_from <= $1 AND rev_to > $1";
        // two halves, each by its own index
        let halves = [("unit_code", "", &self.codes), ("unit_name", "AND unit_code IS NULL", &self.names)];
        let halves = halves.into_iter().filter(|(_, _, texts)| !texts.is_empty()).map(|(column, also, texts)| {
            let places = list(values.len() + 1, texts.len());
            values.extend(texts.iter().map(|text| Value::from(*text)));
            format!("SELECT {columns} FROM enrolment WHERE {column} IN ({places}) {also} AND {holds}")
        });
        let halves: Vec<String> = halves.collect();
        if halves.is_empty() {
            return format!("SELECT {columns} FROM enrolment WHERE 1 = 0 AND {holds}");
        }
        halves.join(" UNION ALL ")
    }
}

const UNIT: &str =
    "id, credit_code, registration_number, name, type, county, category, insured_people, address, registered, insured";

fn employer_of(row: &Row) -> Employer {
    let text = |at| row.maybe_text(at).map(str::to_owned);
    Employer {
        unit: Some(row.int(0)),
        credit_code: text(1),
        registration_number: text(2),
        name: text(3),
        kind: text(4),
        address: text(8),
        registered: row.flag(9),
        insured: row.flag(10),
        county: text(5),
        category: text(6),
        insured_people: Some(row.int(7)),
        codes: Vec::new(),
        live: BTreeMap::new(),
        people: 0,
        names: Vec::new(),
    }
}

/// The employers that a value names, without their rows.
async fn named(transaction: &mut Transaction, value: &str, visible: i64) -> Result<Vec<Employer>, RegistryError> {
    let value = value.trim();
    let (column, code) = match read_unit_code(value) {
        UnitCode::Credit(code) => ("credit_code", code.as_str().to_owned()),
        UnitCode::Registration(number) => ("registration_number", number.as_str().to_owned()),
        _ => ("", value.to_owned()),
    };
    if !column.is_empty() {
        let sql = format!("SELECT {UNIT} FROM unit WHERE {column} = $2 AND rev_from <= $1 AND rev_to > $1 ORDER BY id");
        let found = transaction.all(sql, values![visible, code.as_str()]).await?;
        if !found.is_empty() {
            return Ok(found.iter().take(MOST).map(employer_of).collect());
        }
    }
    // an agency's own code stands for the name that most of its rows bear
    let (known, name) = usual_name(transaction, &code, visible).await?;
    let plain = unit_name(if known { name.as_deref().unwrap_or_default() } else { value });
    let mut found = Vec::new();
    // a credit code that no register has is nobody else's
    if !plain.is_empty() && column != "credit_code" {
        let sql = format!("SELECT {UNIT} FROM unit WHERE rev_from <= $1 AND rev_to > $1 ORDER BY id");
        transaction
            .each(sql, values![visible], |row| {
                if found.len() < MOST && row.maybe_text(3).is_some_and(|name| unit_name(name) == plain) {
                    found.push(employer_of(&row));
                }
                Ok(())
            })
            .await?;
    }
    let borne = "SELECT COUNT(*) FROM enrolment WHERE unit_name = $2 AND rev_from <= $1 AND rev_to > $1";
    if found.is_empty() && (known || transaction.int(borne, values![visible, value]).await? > 0) {
        let (codes, name) = if known { (vec![code], name) } else { (Vec::new(), Some(value.to_owned())) };
        found.push(Employer {
            unit: None,
            credit_code: None,
            registration_number: None,
            name,
            kind: None,
            address: None,
            registered: false,
            insured: false,
            county: None,
            category: None,
            insured_people: None,
            codes,
            live: BTreeMap::new(),
            people: 0,
            names: Vec::new(),
        });
    }
    Ok(found)
}

/// Whether rows bear a code, and the name that most of them bear.
async fn usual_name(
    transaction: &mut Transaction,
    code: &str,
    visible: i64,
) -> Result<(bool, Option<String>), RegistryError> {
    let sql = "SELECT unit_name, COUNT(*) FROM enrolment WHERE unit_code = $2 AND rev_from <= $1 AND rev_to > $1 \
               GROUP BY unit_name ORDER BY 2 DESC, 1";
    let rows = transaction.all(sql, values![visible, code]).await?;
    let name = rows.iter().find_map(|row| row.maybe_text(0).filter(|name| !name.is_empty()).map(str::to_owned));
    Ok((!rows.is_empty(), name))
}

/// Under which codes and names rows are an employer's.
async fn aliases(transaction: &mut Transaction, employer: &mut Employer, visible: i64) -> Result<(), RegistryError> {
    let own: Vec<String> =
        [&employer.credit_code, &employer.registration_number].into_iter().flatten().cloned().collect();
    let name = employer.name.clone().unwrap_or_default();
    let plain = unit_name(&name);
    let mut codes: BTreeSet<String> = own.iter().chain(&employer.codes).cloned().collect();
    let mut names: BTreeSet<String> = [name, plain.clone()].into_iter().filter(|name| !name.is_empty()).collect();
    // the name as rows with a code of its own write it
    for code in codes.clone() {
        let sql = "SELECT DISTINCT unit_name FROM enrolment WHERE unit_code = $2 AND unit_name IS NOT NULL \
                   AND rev_from <= $1 AND rev_to > $1";
        let rows = transaction.all(sql, values![visible, code.as_str()]).await?;
        names.extend(rows.iter().map(|row| row.text(0)).filter(|name| unit_name(name) == plain).map(str::to_owned));
    }
    let mut values = vec![Value::from(visible)];
    values.extend(names.iter().take(ALIASES).map(|name| Value::from(name.as_str())));
    let places = list(2, values.len() - 1);
    if values.len() > 1 {
        let sql = format!(
            "SELECT DISTINCT unit_code FROM enrolment WHERE unit_name IN ({places}) AND unit_code IS NOT NULL \
             AND rev_from <= $1 AND rev_to > $1 ORDER BY unit_code"
        );
        for row in transaction.all(sql, &values).await?.iter().take(ALIASES) {
            let code = row.text(0);
            // a credit code is its own employer's, whatever name stands beside it
            let others = matches!(read_unit_code(code), UnitCode::Credit(_) | UnitCode::Blank);
            let usual = usual_name(transaction, code, visible).await?.1;
            if !others && usual.is_some_and(|name| unit_name(&name) == plain) {
                codes.insert(code.to_owned());
            }
        }
    }
    employer.codes = codes.into_iter().collect();
    employer.names = names.into_iter().collect();
    Ok(())
}
