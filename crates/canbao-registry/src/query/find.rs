//! Finding people by a number, name, household, phone or employer.

use std::borrow::Cow;

use canbao_domain::number::read_number;
use canbao_domain::scope::Scope;

use super::Filter;
use crate::RegistryError;
use crate::audit::Look;
use crate::person::{NOW, State, Whole, people_now};
use crate::private::{Kind, name_hash, normalised, phone_hash};
use crate::registry::Registry;
use crate::store::{Transaction, values};

/// People shown at once, at most.
const MOST: usize = 200;

/// What somebody is found by: hashes, made with the registry's key.
#[derive(Clone, Copy)]
pub(super) enum Sought {
    Person(i64),
    Number(i64),
    Name(i64),
    Household(i64),
    Phone(i64),
}

impl Sought {
    /// What holds of a row of `person`, and the value that stands in it as `$1`.
    fn condition(self) -> (String, i64) {
        match self {
            Self::Person(person) => ("person = $1".to_owned(), person),
            Self::Number(hash) => {
                let held = format!("hash = $1 AND rev_from <= {NOW} AND rev_to > {NOW}");
                (format!("person IN (SELECT person FROM number WHERE {held})"), hash)
            }
            Self::Name(hash) => ("name_hash = $1".to_owned(), hash),
            Self::Household(hash) => ("household_hash = $1".to_owned(), hash),
            Self::Phone(hash) => ("phone_hash = $1".to_owned(), hash),
        }
    }
}

/// Who asks, and for whom they answer.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The account's name, or the machine's user.
    pub actor: String,
    /// Their areas.
    pub scope: Scope,
    /// What for: the page or command.
    pub purpose: Cow<'static, str>,
}

impl Registry {
    /// People who have a number: a social security number, current or former, in any usual writing, or another
    /// certificate's. Several, where it is shared.
    ///
    /// # Errors
    /// Where the database does not answer, or the look cannot be put on the log.
    pub async fn by_number(&self, asker: &Asker, number: &str) -> Result<Vec<Whole>, RegistryError> {
        let value = written(number);
        let hash = self.key.hash(Kind::Number, &value);
        let has = |whole: &Whole| whole.numbers.iter().any(|number| number.value == value);
        self.found(asker, Sought::Number(hash), None, has).await
    }

    /// People of a name in an area and under it; everywhere in the scope, where none is named.
    ///
    /// # Errors
    /// As [`Registry::by_number`].
    pub async fn by_name(&self, asker: &Asker, name: &str, area: Option<&str>) -> Result<Vec<Whole>, RegistryError> {
        let Some(hash) = name_hash(&self.key, name) else { return Ok(Vec::new()) };
        let wanted = normalised(name);
        let has = |whole: &Whole| whole.record.name.as_deref().is_some_and(|name| normalised(name) == wanted);
        self.found(asker, Sought::Name(hash), area, has).await
    }

    /// The people of a household: who is current first, and of them the head (户主).
    ///
    /// # Errors
    /// As [`Registry::by_number`].
    pub async fn by_household(&self, asker: &Asker, household: &str) -> Result<Vec<Whole>, RegistryError> {
        let household = household.trim();
        let hash = self.key.hash(Kind::Household, household);
        let has = |whole: &Whole| whole.record.household.as_deref() == Some(household);
        let mut members = self.found(asker, Sought::Household(hash), None, has).await?;
        members.sort_by_key(|whole| (whole.record.state != State::Current, !whole.record.is_head(), whole.person));
        Ok(members)
    }

    /// People with a phone number.
    ///
    /// # Errors
    /// As [`Registry::by_number`].
    pub async fn by_phone(&self, asker: &Asker, phone: &str) -> Result<Vec<Whole>, RegistryError> {
        let Some(hash) = phone_hash(&self.key, phone) else { return Ok(Vec::new()) };
        let same = |other: &str| phone_hash(&self.key, other) == Some(hash);
        self.found(asker, Sought::Phone(hash), None, |whole| whole.record.phone.as_deref().is_some_and(same)).await
    }

    /// One person by the registry's identifier.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where there is none, or not in the scope; else as [`Registry::by_number`].
    pub async fn person(&self, asker: &Asker, person: i64) -> Result<Whole, RegistryError> {
        let found = self.found(asker, Sought::Person(person), None, |_| true).await?;
        found.into_iter().next().ok_or(RegistryError::Nobody)
    }

    /// Reads those who are sought, of whom `has` holds, in scope and area, and logs the look.
    async fn found(
        &self,
        asker: &Asker,
        sought: Sought,
        area: Option<&str>,
        has: impl Fn(&Whole) -> bool,
    ) -> Result<Vec<Whole>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let mut found = self.seek(&mut statements, asker, sought, area).await?;
        drop(statements);
        found.retain(has);
        found.sort_by_key(|whole| (whole.record.state != State::Current, whole.person));
        found.truncate(MOST);
        self.saw(asker, &found).await?;
        Ok(found)
    }

    /// People by the registry's identifiers, in their order, as far as the scope reaches.
    ///
    /// # Errors
    /// As [`Registry::by_number`].
    pub async fn several(&self, asker: &Asker, ids: &[i64]) -> Result<Vec<Whole>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let mut values = vec![statements.integers(ids)];
        let mut whom = format!("person {}", statements.among(1));
        for condition in self.conditions(&mut statements, &asker.scope, &Filter::default(), "area", &mut values).await?
        {
            whom.push_str(" AND ");
            whom.push_str(&condition);
        }
        let mut found = people_now(&mut statements, &whom, &values, None).await?;
        drop(statements);
        found.sort_by_key(|whole| ids.iter().position(|id| *id == whole.person));
        found.truncate(MOST);
        self.saw(asker, &found).await?;
        Ok(found)
    }

    /// The areas that hold a number which is none of the asker's: codes, at most a few. It is on the log that they asked,
    /// and nothing of the record is told.
    ///
    /// # Errors
    /// As [`Registry::by_number`].
    pub async fn holders(&self, asker: &Asker, number: &str) -> Result<Vec<String>, RegistryError> {
        let value = written(number);
        let everywhere = Asker { scope: Scope::city(), ..asker.clone() };
        let mut statements = self.store.statements().await?;
        let hash = self.key.hash(Kind::Number, &value);
        let mut found = self.seek(&mut statements, &everywhere, Sought::Number(hash), None).await?;
        drop(statements);
        found.retain(|whole| {
            whole.record.state == State::Current && whole.numbers.iter().any(|number| number.value == value)
        });
        self.saw(asker, &found).await?;
        let mut areas: Vec<String> = found.into_iter().map(|whole| whole.record.area).collect();
        areas.sort_unstable();
        areas.dedup();
        Ok(areas)
    }

    async fn saw(&self, asker: &Asker, found: &[Whole]) -> Result<(), RegistryError> {
        let subject = found.iter().take(20).map(|whole| whole.person.to_string()).collect::<Vec<_>>().join(",");
        let (actor, purpose, persons) = (asker.actor.clone(), asker.purpose.clone(), found.len() as i64);
        self.looks.put(Look { actor, purpose, subject, persons }).await
    }

    /// Those who are sought, as far as scope and area reach; nothing is put on the log.
    pub(super) async fn seek(
        &self,
        statements: &mut Transaction,
        asker: &Asker,
        sought: Sought,
        area: Option<&str>,
    ) -> Result<Vec<Whole>, RegistryError> {
        // of a number or household all are meant; a household of thousands is none
        let most = matches!(sought, Sought::Name(_) | Sought::Household(_) | Sought::Phone(_)).then_some(MOST);
        let (mut whom, value) = sought.condition();
        let mut values = values![value].to_vec();
        // thousands share a name: only those of the area are read
        let filter = Filter { area: area.map(str::to_owned), ..Filter::default() };
        for condition in self.conditions(statements, &asker.scope, &filter, "area", &mut values).await? {
            whom.push_str(" AND ");
            whom.push_str(&condition);
        }
        people_now(statements, &whom, &values, most).await
    }
}

/// A number as the registry keeps it: a citizen number as the standard writes it, else what is written without blanks.
pub(crate) fn written(number: &str) -> String {
    match read_number(number, None).number {
        Some(number) => String::from_utf8_lossy(&number.bytes()).into_owned(),
        None => number.split_whitespace().collect(),
    }
}
