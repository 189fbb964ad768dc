//! What a device holds: the tasks of its owner's villages that were passed on that far, and what changed of them since.

use std::collections::{BTreeMap, BTreeSet};

use super::item::{Heads, heads, versions};
use super::row::{HOUSEHOLD, Household, TASK, Task, household_of, task_columns, task_of};
use super::subject::{Subject, Visit, subjects, visits_of};
use crate::RegistryError;
use crate::area::Areas;
use crate::audit::Look;
use crate::person::{Whole, people_now};
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Transaction, Value, values};

/// Tasks and households in one answer, at most.
const MOST: i64 = 200;

/// A household with what is known and was said of it.
#[derive(Clone)]
pub struct HouseholdSheet {
    /// The household.
    pub household: Household,
    /// Its members in the record, the head first; none where it was found on the spot.
    pub members: Vec<Whole>,
    /// Answers of its cover page.
    pub heads: Heads,
    /// Attempts to meet it.
    pub visits: Vec<Visit>,
}

impl std::fmt::Debug for HouseholdSheet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HouseholdSheet").field("household", &self.household.id).finish_non_exhaustive()
    }
}

/// What is handed to a device.
#[derive(Debug)]
pub struct Pulled {
    /// Tasks that changed.
    pub tasks: Vec<Subject>,
    /// Households that changed, and those of the tasks.
    pub households: Vec<HouseholdSheet>,
    /// Keys of all tasks that belong on the device, in order, where something changed.
    pub keys: Vec<String>,
    /// Behind which number to ask next.
    pub cursor: i64,
    /// Whether more changed than this.
    pub more: bool,
}

/// `FROM` and `WHERE` of the tasks `t` that belong on a device of an account.
fn belong(areas: &Areas, asker: &Asker, account: i64, values: &mut Vec<Value>) -> String {
    let mut whose = String::from("1 = 1");
    if let Some(codes) = areas.of_scope(&asker.scope) {
        whose = areas.condition("t.area", &codes, values);
    }
    values.push(account.into());
    let account = values.len();
    format!(
        "FROM survey_task t WHERE {whose} AND (t.collector IS NULL OR t.collector = ${account}) \
         AND EXISTS (SELECT 1 FROM survey_stage s WHERE s.round = t.round AND s.area = t.area)"
    )
}

impl Registry {
    /// What changed behind a number of what belongs on a device; one look on the log.
    ///
    /// # Errors
    /// [`RegistryError::Lost`] where the device is shut out, a refusal where it is not the account's; where the database does
    /// not answer, or the look cannot be put on the log.
    pub async fn survey_pull(
        &self,
        asker: &Asker,
        account: i64,
        device: &str,
        since: i64,
    ) -> Result<Pulled, RegistryError> {
        let mut transaction = self.store.read().await?;
        super::device::known(&mut transaction, account, device).await?;
        let now = transaction.int("SELECT seq FROM survey_state", &[]).await?;
        let areas = self.areas.get(&mut transaction).await?;
        let mut values: Vec<Value> = Vec::new();
        let from = belong(&areas, asker, account, &mut values);
        let at = values.len();
        let mut changed = values.clone();
        changed.extend([Value::from(since), Value::from(MOST + 1)]);
        let sql =
            format!("SELECT {} {from} AND t.seq > ${} ORDER BY t.seq LIMIT ${}", task_columns("t"), at + 1, at + 2);
        let mut tasks: Vec<Task> = transaction.all(sql, &changed).await?.iter().map(task_of).collect();
        let mut households = changed_households(&mut transaction, &areas, asker, since).await?;
        // as far as the shorter of the two lists reaches
        let cut = |seqs: Vec<i64>| (seqs.len() as i64 > MOST).then(|| seqs.get(MOST as usize - 1).copied()).flatten();
        let ends = [
            cut(tasks.iter().map(|task| task.seq).collect()),
            cut(households.iter().map(|household| household.seq).collect()),
        ];
        let end = ends.into_iter().flatten().min();
        if let Some(end) = end {
            tasks.retain(|task| task.seq <= end);
            households.retain(|household| household.seq <= end);
        }
        let there: BTreeSet<i64> = households.iter().map(|household| household.id).collect();
        let missing: Vec<i64> =
            tasks.iter().filter_map(|task| task.household).filter(|id| !there.contains(id)).collect();
        households.extend(by_id(&mut transaction, &missing).await?);
        // a household on no list of this device says nothing to it, unless it was found on the spot
        let all = transaction.all(format!("SELECT t.mark, t.household {from} ORDER BY t.mark"), &values).await?;
        let own: BTreeSet<i64> = all.iter().map(|row| row.int(1)).collect();
        households.retain(|household| own.contains(&household.id) || household.added);
        let keys: Vec<String> = all.iter().map(|row| row.text(0).to_owned()).collect();
        let tasks = subjects(self, &mut transaction, tasks).await?;
        let households = self.sheets(&mut transaction, asker, households).await?;
        drop(transaction);
        let persons = tasks.len() as i64;
        if persons > 0 {
            let (actor, purpose) = (asker.actor.clone(), asker.purpose.clone());
            let subject = format!("survey device {device} behind {since}");
            self.looks.put(Look { actor, purpose, subject, persons }).await?;
        }
        Ok(Pulled { tasks, households, keys, cursor: end.unwrap_or(now), more: end.is_some() })
    }

    /// Households with their members in the asker's scope.
    pub(super) async fn sheets(
        &self,
        transaction: &mut Transaction,
        asker: &Asker,
        households: Vec<Household>,
    ) -> Result<Vec<HouseholdSheet>, RegistryError> {
        let marks: Vec<String> = households.iter().map(|household| household.mark.clone()).collect();
        let mut said = versions(transaction, &marks).await?;
        let mut visits = visits_of(transaction, &marks).await?;
        let areas = self.areas.get(transaction).await?;
        let hashes: Vec<i64> = households.iter().map(|household| household.hash).filter(|hash| *hash != 0).collect();
        let mut by_hash: BTreeMap<i64, Vec<Whole>> = BTreeMap::new();
        for chunk in hashes.chunks(500) {
            let (whom, among) = (transaction.integers(chunk), transaction.among(1));
            let members = people_now(transaction, &format!("household_hash {among}"), &[whom], None).await?;
            for member in members.into_iter().filter(|member| areas.reached(&asker.scope, &member.record.area)) {
                let Some(number) = member.record.household.as_deref() else { continue };
                let hash = super::issue::household_hash(&self.key, number);
                by_hash.entry(hash).or_default().push(member);
            }
        }
        // who shares an address and has no number: by their tasks
        let alone: Vec<i64> =
            households.iter().filter(|one| !by_hash.contains_key(&one.hash)).map(|one| one.id).collect();
        let mut by_household: BTreeMap<i64, Vec<Whole>> = BTreeMap::new();
        for chunk in alone.chunks(500) {
            let (whom, among) = (transaction.integers(chunk), transaction.among(1));
            let sql =
                format!("SELECT household, person FROM survey_task WHERE household {among} AND person IS NOT NULL");
            let pairs: BTreeMap<i64, i64> =
                transaction.all(sql, &[whom]).await?.iter().map(|row| (row.int(1), row.int(0))).collect();
            let ids: Vec<i64> = pairs.keys().copied().collect();
            let (whom, among) = (transaction.integers(&ids), transaction.among(1));
            for member in people_now(transaction, &format!("person {among}"), &[whom], None).await? {
                if let Some(household) = pairs.get(&member.person) {
                    by_household.entry(*household).or_default().push(member);
                }
            }
        }
        let mut sheets = Vec::with_capacity(households.len());
        for household in households {
            let members = by_hash.get(&household.hash).or_else(|| by_household.get(&household.id));
            let mut members = members.cloned().unwrap_or_default();
            members.retain(|member| member.record.state == crate::person::State::Current);
            members.sort_by_key(|member| (!member.record.is_head(), member.person));
            sheets.push(HouseholdSheet {
                members,
                heads: heads(said.remove(&household.mark).unwrap_or_default()),
                visits: visits.remove(&household.mark).unwrap_or_default(),
                household,
            });
        }
        Ok(sheets)
    }

    /// All of a village, for its papers and workbook: households in order, each with its tasks, and employers. One look on the
    /// log.
    ///
    /// # Errors
    /// As [`Registry::survey_pull`]; [`RegistryError::Nobody`] where the area is out of reach.
    pub async fn survey_village(
        &self,
        asker: &Asker,
        area: &str,
        open_alone: bool,
    ) -> Result<(Vec<(HouseholdSheet, Vec<Subject>)>, Vec<Subject>), RegistryError> {
        let mut transaction = self.store.read().await?;
        let areas = self.areas.get(&mut transaction).await?;
        if areas.get(area).is_none() || !areas.reached(&asker.scope, area) {
            return Err(RegistryError::Nobody);
        }
        let states = if open_alone { "AND state IN ('open', 'returned')" } else { "AND state <> 'exempt'" };
        let sql =
            format!("SELECT {} FROM survey_task WHERE area = $1 {states} ORDER BY household, id", TASK.join(", "));
        let tasks: Vec<Task> = transaction.all(sql, values![area]).await?.iter().map(task_of).collect();
        let ids: BTreeSet<i64> = tasks.iter().filter_map(|task| task.household).collect();
        let households = by_id(&mut transaction, &ids.into_iter().collect::<Vec<_>>()).await?;
        let sheets = self.sheets(&mut transaction, asker, households).await?;
        let mut by_household: BTreeMap<i64, Vec<Subject>> = BTreeMap::new();
        let mut others = Vec::new();
        for subject in subjects(self, &mut transaction, tasks).await? {
            match subject.task.household {
                Some(household) => by_household.entry(household).or_default().push(subject),
                None => others.push(subject),
            }
        }
        drop(transaction);
        let persons = by_household.values().map(Vec::len).sum::<usize>() as i64;
        let (actor, purpose) = (asker.actor.clone(), asker.purpose.clone());
        self.looks.put(Look { actor, purpose, subject: format!("survey village {area}"), persons }).await?;
        let with = |sheet: HouseholdSheet| {
            let tasks = by_household.remove(&sheet.household.id).unwrap_or_default();
            (sheet, tasks)
        };
        Ok((sheets.into_iter().map(with).collect(), others))
    }
}

/// Households in a scope that changed behind a number.
async fn changed_households(
    transaction: &mut Transaction,
    areas: &Areas,
    asker: &Asker,
    since: i64,
) -> Result<Vec<Household>, RegistryError> {
    let mut values: Vec<Value> = vec![since.into(), (MOST + 1).into()];
    let mut whose = String::from("1 = 1");
    if let Some(codes) = areas.of_scope(&asker.scope) {
        whose = areas.condition("village", &codes, &mut values);
    }
    let sql = format!(
        "SELECT {} FROM survey_household WHERE {whose} AND seq > $1 ORDER BY seq LIMIT $2",
        HOUSEHOLD.join(", ")
    );
    Ok(transaction.all(sql, &values).await?.iter().map(|row| household_of(row, 0)).collect())
}

/// Households by their identifiers, in their order.
pub(super) async fn by_id(transaction: &mut Transaction, ids: &[i64]) -> Result<Vec<Household>, RegistryError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let (whom, among) = (transaction.integers(chunk), transaction.among(1));
        let sql = format!("SELECT {} FROM survey_household WHERE id {among} ORDER BY id", HOUSEHOLD.join(", "));
        found.extend(transaction.all(sql, &[whom]).await?.iter().map(|row| household_of(row, 0)));
    }
    Ok(found)
}
