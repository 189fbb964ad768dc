//! What a procedure would make of the record, before anybody puts it forward, and before anybody decides.

use canbao_domain::date::Date;

use super::check;
use super::effect::wishes;
use super::request::Proposal;
use crate::RegistryError;
use crate::person::{NumberKind, Whole, derive, of_rows, people, visible};
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::Transaction;

/// A record that a procedure touches.
#[derive(Clone, Debug)]
pub struct Touched {
    /// As it is; none for somebody new.
    pub before: Option<Whole>,
    /// As it would be; somebody new has no identifier yet.
    pub after: Whole,
}

impl Registry {
    /// What a proposal would make of whose record. Whatever speaks against it is said here already; nothing is written.
    ///
    /// # Errors
    /// As [`Registry::propose`] and, approved at once, [`Registry::decide`].
    pub async fn preview(
        &self,
        asker: &Asker,
        proposal: &Proposal,
        today: Date,
    ) -> Result<Vec<Touched>, RegistryError> {
        let mut transaction = self.store.read().await?;
        self.free(&mut transaction, proposal).await?;
        self.would(&mut transaction, asker, proposal, today).await
    }

    /// What a request that waits would make of whose record, as that is now.
    ///
    /// # Errors
    /// Where it could not be done as things are, or the record is out of reach.
    pub async fn preview_of(&self, asker: &Asker, request: i64, today: Date) -> Result<Vec<Touched>, RegistryError> {
        let request = self.request(request).await?;
        let procedure = request
            .procedure
            .ok_or_else(|| RegistryError::refused("这件申请的内容读不懂。", "它由较新的程序提出，请更新本程序。"))?;
        let mut transaction = self.store.read().await?;
        let now = visible(&mut transaction).await?;
        let whole = people(&mut transaction, &[request.person], now).await?;
        let seen = whole.first().map_or(0, |whole| whole.revision);
        let (person, effective) = (request.person, request.effective);
        let proposal = Proposal { person, seen, procedure, effective, evidence: None, papers: None };
        self.would(&mut transaction, asker, &proposal, today).await
    }

    async fn would(
        &self,
        transaction: &mut Transaction,
        asker: &Asker,
        proposal: &Proposal,
        today: Date,
    ) -> Result<Vec<Touched>, RegistryError> {
        let on = check::day(&proposal.effective, today)?;
        let whole = self.proper(transaction, asker, proposal, on).await?;
        let other = match proposal.procedure.other() {
            Some(other) => {
                let now = visible(transaction).await?;
                let other = people(transaction, &[other], now).await?.into_iter().next();
                let other = other.ok_or(RegistryError::Nobody)?;
                self.may(transaction, asker, &other).await?;
                Some(other)
            }
            None => None,
        };
        let state = transaction.first("SELECT as_of FROM state", &[]).await?;
        let as_of = state.and_then(|row| Date::parse(row.text(0))).unwrap_or(today);
        let ruling = self.rules.get(transaction).await?;
        let rules = &ruling.rules;
        let (wishes, _) = wishes(&proposal.procedure, whole.as_ref(), other.as_ref(), 0, on)?;
        let touched = wishes.into_iter().map(|(before, mut after)| {
            let has_number = after.numbers.iter().any(|number| number.kind != NumberKind::Former);
            after.derived = derive(&after.record, has_number, of_rows(&after.enrolments, rules), rules, as_of);
            Touched { before: before.cloned(), after }
        });
        Ok(touched.collect())
    }
}
