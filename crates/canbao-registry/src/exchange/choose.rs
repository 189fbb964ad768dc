//! Whom a question is about.

use canbao_domain::number::CitizenNumber;
use canbao_domain::rules::{Category, InsuranceState};
use canbao_domain::scope::Scope;
use canbao_domain::source::{Insurance, SourceKind};

use super::rows::Asked;
use crate::RegistryError;
use crate::query::Filter;
use crate::registry::Registry;
use crate::store::{Transaction, Value};

/// Whom to ask about: current people with a citizen number, about the insurances that they lack or that are interrupted.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The asker's areas.
    pub scope: Scope,
    /// In this area or under it.
    pub area: Option<String>,
    /// Of these categories.
    pub categories: Vec<Category>,
    /// Also those whom this registry said to be insured with it before: whether they are still.
    pub again: bool,
}

impl Choice {
    /// Uninsured, partly insured and interrupted people of a scope.
    pub fn new(scope: Scope) -> Self {
        let categories = vec![Category::Uninsured, Category::Partial, Category::Interrupted];
        Self { scope, area: None, categories, again: false }
    }
}

/// Somebody of a choice.
pub(super) struct Candidate {
    pub(super) person: i64,
    pub(super) name: String,
    pub(super) number: CitizenNumber,
    pub(super) hash: i64,
    pub(super) asked: Asked,
    pub(super) area: String,
}

/// Who can be asked about, and who cannot.
pub(super) struct Chosen {
    pub(super) people: Vec<Candidate>,
    pub(super) left_out: Vec<LeftOut>,
}

/// Somebody of a choice who cannot be asked about. `Debug` never shows the name.
#[derive(Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The registry's identifier.
    pub person: i64,
    /// The name, blank where there is none.
    pub name: String,
    /// The code of the area.
    pub area: String,
    /// Why.
    pub why: LeftOutWhy,
}

impl std::fmt::Debug for LeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LeftOut").field("person", &self.person).field("why", &self.why).finish_non_exhaustive()
    }
}

/// Why somebody cannot be asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOutWhy {
    /// No valid citizen number.
    NoNumber,
    /// No name, or one that no line can hold.
    NoName,
    /// Privately, where the name does not go along: somebody else has the same number.
    Shared,
    /// The file's encoding has not all of the name's characters.
    Encoding,
}

impl LeftOutWhy {
    /// As a clerk says it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::NoNumber => "没有有效的公民身份号码",
            Self::NoName => "没有姓名，或姓名不合规格",
            Self::Shared => "号码与他人相同",
            Self::Encoding => "文件的编码写不出姓名中的字",
        }
    }
}

/// How a question goes out.
#[derive(Clone, Copy)]
pub(super) struct Way {
    /// About this insurance alone.
    pub(super) only: Option<Insurance>,
    /// With the name; without it, a number must be one person's.
    pub(super) named: bool,
}

impl Way {
    pub(super) const PLAIN: Self = Self { only: None, named: true };

    pub(super) const fn private(insurance: Insurance) -> Self {
        Self { only: Some(insurance), named: false }
    }
}

impl Registry {
    /// Those of a choice who can be asked about, and those who cannot. `answerer`: whose earlier answers count for
    /// [`Choice::again`].
    pub(super) async fn chosen(&self, answerer: &str, choice: &Choice, way: Way) -> Result<Chosen, RegistryError> {
        let mut transaction = self.store.read().await?;
        let visible = crate::person::visible(&mut transaction).await?;
        let mut values: Vec<Value> = vec![visible.into()];
        let holds = |table: &str| format!("{table}.rev_from <= $1 AND {table}.rev_to > $1");
        let mut wanted: Vec<String> = Vec::new();
        if !choice.categories.is_empty() {
            let from = values.len() + 1;
            values.extend(choice.categories.iter().map(|category| Value::from(category.as_str())));
            wanted.push(format!("p.category IN ({})", crate::store::list(from, choice.categories.len())));
        }
        let mut answered = ["0".to_owned(), "0".to_owned()];
        if choice.again {
            values.extend([SourceKind::Elsewhere.as_str().into(), Value::from(answerer)]);
            let at = values.len();
            let of = format!("e.origin = 'hand' AND e.scheme = ${} AND e.source = ${at} AND {}", at - 1, holds("e"));
            wanted.push(format!("p.person IN (SELECT e.person FROM enrolment e WHERE {of})"));
            answered = ["pension", "medical"].map(|insurance| {
                format!("(SELECT COUNT(*) FROM enrolment e WHERE e.person = p.person AND e.insurance = '{insurance}' AND {of})")
            });
        }
        if wanted.is_empty() {
            return Err(RegistryError::NobodyToAsk);
        }
        let [pension, medical] = answered;
        let mut sql = format!(
            "SELECT p.person, p.name, p.pension, p.medical, n.value, n.hash, {pension}, {medical}, \
             (SELECT COUNT(*) FROM number o WHERE o.hash = n.hash AND o.kind = 'current' AND o.person <> p.person AND {}), p.area \
             FROM person p LEFT JOIN number n ON n.person = p.person AND n.kind = 'current' AND {} \
             WHERE p.state = 'current' AND {} AND ({})",
            holds("o"),
            holds("n"),
            holds("p"),
            wanted.join(" OR "),
        );
        let filter = Filter { area: choice.area.clone(), ..Filter::default() };
        let conditions = self.conditions(&mut transaction, &choice.scope, &filter, "p.area", &mut values).await?;
        for condition in conditions {
            sql.push_str(" AND ");
            sql.push_str(&condition);
        }
        sql.push_str(" ORDER BY p.person, n.id");
        let (mut people, mut left_out, mut last): (Vec<Candidate>, Vec<LeftOut>, i64) = (Vec::new(), Vec::new(), 0);
        let open = |state: &str| [InsuranceState::None.as_str(), InsuranceState::Interrupted.as_str()].contains(&state);
        transaction
            .each(sql, &values, |row| {
                let person = row.int(0);
                let asks = |insurance, state: usize, before: usize| {
                    way.only.is_none_or(|only| only == insurance) && (open(row.text(state)) || row.int(before) > 0)
                };
                let asked = Asked { pension: asks(Insurance::Pension, 2, 6), medical: asks(Insurance::Medical, 3, 7) };
                if person == last || !(asked.pension || asked.medical) {
                    return Ok(());
                }
                last = person;
                let (name, shared) = (row.text(1).trim().to_owned(), row.int(8) > 0);
                let named = (1..=60).contains(&name.chars().count()) && !name.chars().any(char::is_control);
                let area = row.text(9).to_owned();
                let number = CitizenNumber::parse(row.text(4).as_bytes());
                let why = match number {
                    None => Some(LeftOutWhy::NoNumber),
                    Some(_) if way.named && !named => Some(LeftOutWhy::NoName),
                    Some(_) if !way.named && shared => Some(LeftOutWhy::Shared),
                    Some(_) => None,
                };
                match (number, why) {
                    (Some(number), None) => {
                        people.push(Candidate { person, name, number, hash: row.int(5), asked, area });
                    }
                    (_, why) => {
                        left_out.push(LeftOut { person, name, area, why: why.unwrap_or(LeftOutWhy::NoNumber) });
                    }
                }
                Ok(())
            })
            .await?;
        if people.is_empty() { Err(RegistryError::NobodyToAsk) } else { Ok(Chosen { people, left_out }) }
    }
}

/// Whom a parcel asks about, so that its answer finds them again, and no other answer does.
pub(super) async fn remember(
    transaction: &mut Transaction,
    parcel: &str,
    chosen: &[Candidate],
) -> Result<(), RegistryError> {
    let columns = ["parcel", "line", "person", "hash", "pension", "medical"];
    let row = |(line, somebody): (i64, &Candidate)| {
        let Candidate { person, hash, asked, .. } = somebody;
        vec![parcel.into(), line.into(), (*person).into(), (*hash).into(), asked.pension.into(), asked.medical.into()]
    };
    let rows: Vec<Vec<Value>> = (1_i64..).zip(chosen).map(row).collect();
    transaction.insert("question", &columns, rows).await
}
