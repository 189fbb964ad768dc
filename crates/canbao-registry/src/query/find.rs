//! Finding people by a number, name, household, phone or employer.

use canbao_domain::number::read_number;
use canbao_domain::scope::Scope;

use super::Filter;
use crate::RegistryError;
use crate::audit::Look;
use crate::person::{State, Whole, people};
use crate::private::{Kind, name_hash, normalised, phone_hash};
use crate::registry::Registry;
use crate::store::{Transaction, Value, values};

/// People shown at once, at most.
const MOST: usize = 200;

/// Who asks, and for whom they answer.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The account's name, or the machine's user.
    pub actor: String,
    /// Their areas.
    pub scope: Scope,
    /// What for: the page or command.
    pub purpose: &'static str,
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
        let sql = "SELECT person FROM number WHERE hash = $1 AND rev_from <= (SELECT visible FROM state) \
                   AND rev_to > (SELECT visible FROM state)";
        let has = |whole: &Whole| whole.numbers.iter().any(|number| number.value == value);
        self.found(asker, sql, values![hash], None, has).await
    }

    /// People of a name in an area and under it; everywhere in the scope, where none is named.
    ///
    /// # Errors
    /// As [`Registry::by_number`].
    pub async fn by_name(&self, asker: &Asker, name: &str, area: Option<&str>) -> Result<Vec<Whole>, RegistryError> {
        let Some(hash) = name_hash(&self.key, name) else { return Ok(Vec::new()) };
        let wanted = normalised(name);
        let sql = "SELECT person FROM person WHERE name_hash = $1 AND rev_from <= (SELECT visible FROM state) \
                   AND rev_to > (SELECT visible FROM state)";
        let has = |whole: &Whole| whole.record.name.as_deref().is_some_and(|name| normalised(name) == wanted);
        self.found(asker, sql, values![hash], area, has).await
    }

    /// The people of a household: who is current first, and of them the head (户主).
    ///
    /// # Errors
    /// As [`Registry::by_number`].
    pub async fn by_household(&self, asker: &Asker, household: &str) -> Result<Vec<Whole>, RegistryError> {
        let household = household.trim();
        let hash = self.key.hash(Kind::Household, household);
        let sql = "SELECT person FROM person WHERE household_hash = $1 AND rev_from <= (SELECT visible FROM state) \
                   AND rev_to > (SELECT visible FROM state)";
        let has = |whole: &Whole| whole.record.household.as_deref() == Some(household);
        let mut members = self.found(asker, sql, values![hash], None, has).await?;
        members.sort_by_key(|whole| (whole.record.state != State::Current, !whole.record.is_head(), whole.person));
        Ok(members)
    }

    /// People with a phone number.
    ///
    /// # Errors
    /// As [`Registry::by_number`].
    pub async fn by_phone(&self, asker: &Asker, phone: &str) -> Result<Vec<Whole>, RegistryError> {
        let Some(hash) = phone_hash(&self.key, phone) else { return Ok(Vec::new()) };
        let sql = "SELECT person FROM person WHERE phone_hash = $1 AND rev_from <= (SELECT visible FROM state) \
                   AND rev_to > (SELECT visible FROM state)";
        let same = |other: &str| phone_hash(&self.key, other) == Some(hash);
        self.found(asker, sql, values![hash], None, |whole| whole.record.phone.as_deref().is_some_and(same)).await
    }

    /// One person by the registry's identifier.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where there is none, or not in the scope; else as [`Registry::by_number`].
    pub async fn person(&self, asker: &Asker, person: i64) -> Result<Whole, RegistryError> {
        let found = self.found(asker, "SELECT $1", values![person], None, |_| true).await?;
        found.into_iter().next().ok_or(RegistryError::Nobody)
    }

    /// Reads those whom a statement names, of whom `has` holds, in scope and area, and logs the look.
    async fn found(
        &self,
        asker: &Asker,
        sql: &'static str,
        values: &[Value],
        area: Option<&str>,
        has: impl Fn(&Whole) -> bool,
    ) -> Result<Vec<Whole>, RegistryError> {
        let mut transaction = self.store.read().await?;
        let mut ids: Vec<i64> = match values {
            [Value::Int(Some(person))] if sql == "SELECT $1" => vec![*person],
            _ if sql.contains("FROM person") => {
                // thousands share a name: only those of the area are read whole
                let (mut sql, mut values) = (sql.to_owned(), values.to_vec());
                let filter = Filter { area: area.map(str::to_owned), ..Filter::default() };
                for condition in self.conditions(&mut transaction, &asker.scope, &filter, "area", &mut values).await? {
                    sql.push_str(" AND ");
                    sql.push_str(&condition);
                }
                transaction.all(sql, &values).await?.iter().map(|row| row.int(0)).collect()
            }
            _ => transaction.all(sql, values).await?.iter().map(|row| row.int(0)).collect(),
        };
        ids.sort_unstable();
        ids.dedup();
        let visible = crate::person::visible(&mut transaction).await?;
        let mut found = people(&mut transaction, &ids, visible).await?;
        found.retain(has);
        self.within(&mut transaction, &asker.scope, area, &mut found).await?;
        drop(transaction);
        found.sort_by_key(|whole| (whole.record.state != State::Current, whole.person));
        found.truncate(MOST);
        let subject = found.iter().take(20).map(|whole| whole.person.to_string()).collect::<Vec<_>>().join(",");
        let persons = found.len() as i64;
        self.looks.put(Look { actor: asker.actor.clone(), purpose: asker.purpose, subject, persons }).await?;
        Ok(found)
    }

    /// Leaves those who are in a scope and, where one is named, in an area and under it.
    async fn within(
        &self,
        transaction: &mut Transaction,
        scope: &Scope,
        area: Option<&str>,
        found: &mut Vec<Whole>,
    ) -> Result<(), RegistryError> {
        if found.is_empty() || (scope.areas().is_none() && area.is_none()) {
            return Ok(());
        }
        let areas = self.areas.get(transaction).await?;
        if let Some(codes) = areas.of_scope(scope) {
            found.retain(|whole| codes.binary_search(&whole.record.area.as_str()).is_ok());
        }
        if let Some(area) = area {
            let mut codes = areas.reporting_to(area);
            codes.sort_unstable();
            found.retain(|whole| codes.binary_search(&whole.record.area.as_str()).is_ok());
        }
        Ok(())
    }
}

/// A number as the registry keeps it: a citizen number as the standard writes it, else what is written without blanks.
pub(crate) fn written(number: &str) -> String {
    match read_number(number, None).number {
        Some(number) => String::from_utf8_lossy(&number.bytes()).into_owned(),
        None => number.split_whitespace().collect(),
    }
}
