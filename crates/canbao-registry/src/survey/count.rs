//! How far the survey is: counts that add up on every level.
//!
//! issued + received − sent = open + returned + submitted + approved + exempt. A task counts where it lies now; what was sent
//! from one village to another of the same town is neither sent nor received by the town.

use std::collections::BTreeMap;

use canbao_domain::scope::Scope;

use super::list::below;
use super::row::State;
use crate::RegistryError;
use crate::area::Areas;
use crate::registry::Registry;
use crate::store::Value;

/// Tasks of an area.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Issued there.
    pub issued: i64,
    /// Come from elsewhere.
    pub received: i64,
    /// Gone elsewhere.
    pub sent: i64,
    /// Lying there, by state.
    pub states: BTreeMap<State, i64>,
    /// Those that were handed in, by outcome.
    pub outcomes: BTreeMap<String, i64>,
}

impl Count {
    /// Tasks in a state.
    pub fn of(&self, state: State) -> i64 {
        self.states.get(&state).copied().unwrap_or_default()
    }

    /// All that lie there.
    pub fn lying(&self) -> i64 {
        self.states.values().sum()
    }

    /// Those that are to be visited: all but the exempt.
    pub fn to_visit(&self) -> i64 {
        self.lying() - self.of(State::Exempt)
    }

    /// Those that were handed in, approved or not yet.
    pub fn handed_in(&self) -> i64 {
        self.of(State::Submitted) + self.of(State::Approved)
    }

    /// Whether the numbers add up.
    pub fn closes(&self) -> bool {
        self.issued + self.received - self.sent == self.lying()
    }
}

/// How far an area is, and each right under it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The area.
    pub whole: Count,
    /// Codes right under it (by who reports to whom), each with its counts; a blank code is what lies with the area itself.
    pub parts: Vec<(String, Count)>,
}

/// A cell of the tally.
struct Cell {
    issued: String,
    area: String,
    state: Option<State>,
    outcome: String,
    tasks: i64,
}

/// The counts of an area whose codes are these (ascending).
fn count<'a>(cells: impl Iterator<Item = &'a Cell>, codes: &[&str]) -> Count {
    let mut count = Count::default();
    let within = |code: &str| codes.binary_search(&code).is_ok();
    for cell in cells {
        let (issued, lies) = (within(&cell.issued), within(&cell.area));
        if issued {
            count.issued += cell.tasks;
        }
        match (issued, lies) {
            (true, false) => count.sent += cell.tasks,
            (false, true) => count.received += cell.tasks,
            _ => {}
        }
        if let (true, Some(state)) = (lies, cell.state) {
            *count.states.entry(state).or_default() += cell.tasks;
            if !cell.outcome.is_empty() {
                *count.outcomes.entry(cell.outcome.clone()).or_default() += cell.tasks;
            }
        }
    }
    count
}

impl Registry {
    /// How far an area is, all rounds or one, people or employers.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where it is out of reach; where the database does not answer.
    pub async fn survey_progress(
        &self,
        scope: &Scope,
        area: &str,
        form: &str,
        round: Option<i64>,
    ) -> Result<Progress, RegistryError> {
        let mut statements = self.store.statements().await?;
        let areas = self.areas.get(&mut statements).await?;
        if !areas.reached(scope, area) {
            return Err(RegistryError::Nobody);
        }
        let everywhere = areas.city() == Some(area);
        let codes = areas.reporting_to(area);
        let mut values: Vec<Value> = vec![form.into()];
        let mut whom = String::from("form = $1");
        if let Some(round) = round {
            values.push(round.into());
            whom.push_str(" AND round = $2");
        }
        if !everywhere {
            let lies = areas.condition("area", &codes, &mut values);
            let issued = areas.condition("issued", &codes, &mut values);
            whom = format!("{whom} AND ({lies} OR {issued})");
        }
        let sql = format!(
            "SELECT issued, area, state, outcome, CAST(SUM(tasks) AS BIGINT) FROM survey_tally WHERE {whom} \
             GROUP BY issued, area, state, outcome"
        );
        let cells: Vec<Cell> = statements
            .all(sql, &values)
            .await?
            .iter()
            .map(|row| Cell {
                issued: row.text(0).to_owned(),
                area: row.text(1).to_owned(),
                state: State::from_word(row.text(2)),
                outcome: row.text(3).to_owned(),
                tasks: row.int(4),
            })
            .collect();
        drop(statements);
        let codes = if everywhere { every(&areas, &cells) } else { codes };
        let whole = count(cells.iter(), &codes);
        let parts = parts(&areas, &cells, area, &codes);
        Ok(Progress { whole, parts })
    }
}

/// All codes, those of no open area too.
fn every<'a>(areas: &'a Areas, cells: &'a [Cell]) -> Vec<&'a str> {
    let lying = cells.iter().flat_map(|cell| [cell.issued.as_str(), cell.area.as_str()]);
    let mut codes: Vec<&str> = areas.iter().map(|(code, _)| code).chain(lying).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Each area right under one whose codes these are, and what lies with the one itself and with none below.
fn parts(areas: &Areas, cells: &[Cell], area: &str, codes: &[&str]) -> Vec<(String, Count)> {
    let mut parts: Vec<(String, Count)> = Vec::new();
    for (code, _) in areas.reporting_right_to(area) {
        let under = areas.reporting_to(code);
        let within = |cell: &&Cell| {
            under.binary_search(&cell.area.as_str()).is_ok() || under.binary_search(&cell.issued.as_str()).is_ok()
        };
        parts.push((code.to_owned(), count(cells.iter().filter(within), &under)));
    }
    let below = below(areas, area);
    let rest: Vec<&str> = codes.iter().copied().filter(|code| below.binary_search(code).is_err()).collect();
    let own = count(cells.iter(), &rest);
    if own != Count::default() && !parts.is_empty() {
        parts.push((String::new(), own));
    }
    parts
}
