//! All that is held of one person, as a page shows it.

use canbao_domain::date::Date;

use super::Asker;
use super::find::Sought;
use crate::RegistryError;
use crate::audit::Look;
use crate::change::{Event, Request, Stay, stays};
use crate::person::{State, Whole};
use crate::private::Kind;
use crate::registry::Registry;
use crate::survey::{Task, results_of, tasks_of};

/// A person's record with what stands around it.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// The person.
    pub whole: Whole,
    /// Those of the household who are in the asker's scope, the person with them: the head first, then the oldest.
    pub family: Vec<Whole>,
    /// All versions of the record, the newest first.
    pub events: Vec<Event>,
    /// Insurance rows of all versions with the days on which they held, by insurance and day.
    pub stays: Vec<Stay>,
    /// Requests to change it, the newest first.
    pub requests: Vec<Request>,
    /// The tasks of the house-to-house survey about them, the newest first.
    pub visits: Vec<Task>,
    /// What approved forms say of them beside the record: item, code, what is read, on which day; the newest first.
    pub told: Vec<(String, String, String, String)>,
}

impl Registry {
    /// One person's record, and all that a page shows beside it: one look on the log.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where there is none, or not in the scope; where the database does not answer, or the look
    /// cannot be put on the log.
    pub async fn dossier(&self, asker: &Asker, person: i64) -> Result<Dossier, RegistryError> {
        let mut statements = self.store.statements().await?;
        let found = self.seek(&mut statements, asker, Sought::Person(person), None).await?;
        let whole = found.into_iter().next().ok_or(RegistryError::Nobody)?;
        let mut family = match &whole.record.household {
            Some(household) => {
                let hash = self.key.hash(Kind::Household, household);
                let mut members = self.seek(&mut statements, asker, Sought::Household(hash), None).await?;
                let lives = |member: &Whole| member.record.state == State::Current || member.person == person;
                members.retain(|member| member.record.household.as_ref() == Some(household) && lives(member));
                members
            }
            None => Vec::new(),
        };
        family.sort_by_key(|member| {
            let birth = member.record.birth.map_or_else(String::new, |birth: Date| birth.to_string());
            (member.record.state != State::Current, !member.record.is_head(), birth, member.person)
        });
        let (mut events, versions) = self.versions_of(&mut statements, person).await?;
        let stays = stays(&versions);
        events.reverse();
        let mut requests = self.requests_of(&mut statements, person).await?;
        requests.reverse();
        let visits = tasks_of(&mut statements, person).await?;
        let told = results_of(&mut statements, person).await?;
        drop(statements);
        let (actor, purpose) = (asker.actor.clone(), asker.purpose.clone());
        self.looks.put(Look { actor, purpose, subject: person.to_string(), persons: 1 }).await?;
        Ok(Dossier { whole, family, events, stays, requests, visits, told })
    }
}
