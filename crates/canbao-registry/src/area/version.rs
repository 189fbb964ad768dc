//! Areas over time: from which day until which each is what it is.

use std::collections::BTreeMap;

use canbao_domain::date::Date;

use super::{Area, Areas, day};
use crate::RegistryError;
use crate::registry::{Registry, as_of};
use crate::store::{Row, Transaction, values};

/// Until when areas hold that still do.
const STILL: &str = "9999-12-31";

/// What an area is for some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its code.
    pub code: String,
    /// From this day on, `yyyy-mm-dd`.
    pub since: String,
    /// Until before this day; none where it still holds.
    pub until: Option<String>,
    /// What it is.
    pub area: Area,
    /// Whether its name and parent, or its end, are a hand's word, which no run undoes.
    pub by_hand: bool,
    /// What made or last changed it.
    pub revision: i64,
}

impl Version {
    /// The day before which it holds, as the database has it.
    pub(crate) fn end(&self) -> &str {
        self.until.as_deref().unwrap_or(STILL)
    }

    pub(crate) fn origin(&self) -> &'static str {
        if self.by_hand { "hand" } else { "extract" }
    }

    /// Writes it as a row of its own.
    pub(crate) async fn insert(&self, transaction: &mut Transaction) -> Result<(), RegistryError> {
        let sql = "INSERT INTO area (code, valid_from, valid_to, name, level, parent, reporting, origin, revision) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let Area { name, level, parent, reporting } = &self.area;
        let (code, since, name, level) = (self.code.as_str(), self.since.as_str(), name.as_str(), level.as_str());
        let (parent, reporting) = (parent.as_deref(), reporting.as_deref());
        let row = values![code, since, self.end(), name, level, parent, reporting, self.origin(), self.revision];
        transaction.execute(sql, row).await.map(drop)
    }

    /// Writes it over the row that begins on its day.
    pub(crate) async fn update(&self, transaction: &mut Transaction) -> Result<(), RegistryError> {
        let sql = "UPDATE area SET valid_to = $3, name = $4, level = $5, parent = $6, reporting = $7, origin = $8, \
                   revision = $9 WHERE code = $1 AND valid_from = $2";
        let Area { name, level, parent, reporting } = &self.area;
        let (code, since, name, level) = (self.code.as_str(), self.since.as_str(), name.as_str(), level.as_str());
        let (parent, reporting) = (parent.as_deref(), reporting.as_deref());
        let row = values![code, since, self.end(), name, level, parent, reporting, self.origin(), self.revision];
        transaction.execute(sql, row).await.map(drop)
    }

    /// Takes its row away.
    pub(crate) async fn delete(&self, transaction: &mut Transaction) -> Result<(), RegistryError> {
        let sql = "DELETE FROM area WHERE code = $1 AND valid_from = $2";
        transaction.execute(sql, values![self.code.as_str(), self.since.as_str()]).await.map(drop)
    }
}

fn version_of(row: &Row) -> Version {
    let text = |at| row.maybe_text(at).map(str::to_owned);
    Version {
        code: row.text(0).to_owned(),
        since: row.text(1).to_owned(),
        until: text(2).filter(|until| until != STILL),
        area: Area { name: row.text(3).to_owned(), level: row.text(4).to_owned(), parent: text(5), reporting: text(6) },
        by_hand: row.text(7) == "hand",
        revision: row.int(8),
    }
}

/// All versions of all areas, by code, the oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Versions(pub(crate) BTreeMap<String, Vec<Version>>);

impl Versions {
    pub(crate) async fn read(transaction: &mut Transaction) -> Result<Self, RegistryError> {
        let sql = "SELECT code, valid_from, valid_to, name, level, parent, reporting, origin, revision FROM area \
                   ORDER BY code, valid_from";
        let mut versions = Self::default();
        for row in transaction.all(sql, &[]).await? {
            let version = version_of(&row);
            versions.0.entry(version.code.clone()).or_default().push(version);
        }
        Ok(versions)
    }

    /// The last version of an area, ended or not.
    pub(crate) fn last(&self, code: &str) -> Option<&Version> {
        self.0.get(code)?.last()
    }

    /// The last version of an area, where it still holds.
    pub(crate) fn open(&self, code: &str) -> Option<&Version> {
        self.last(code).filter(|version| version.until.is_none())
    }

    /// The areas of a day.
    pub(crate) fn on(&self, day: &str) -> Areas {
        let holds = |version: &&Version| version.since.as_str() <= day && day < version.end();
        let found = self.0.iter().filter_map(|(code, versions)| Some((code, versions.iter().find(holds)?)));
        Areas { by_code: found.map(|(code, version)| (code.clone(), version.area.clone())).collect() }
    }
}

impl Registry {
    /// The areas of a day, today's where none is named; the day that they are of with them.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn areas_on(&self, on: Option<Date>) -> Result<(String, Vec<Version>, Areas), RegistryError> {
        let mut transaction = self.store.read().await?;
        let on = match on {
            Some(on) => on.to_string(),
            None => day(&as_of(&mut transaction).await?),
        };
        let versions = Versions::read(&mut transaction).await?;
        let areas = versions.on(&on);
        let holds = |version: &Version| version.since <= on && on.as_str() < version.end();
        let found = versions.0.into_values().flatten().filter(holds).collect();
        Ok((on, found, areas))
    }

    /// All that an area ever was, the oldest first.
    ///
    /// # Errors
    /// Where the area is unknown, or the database does not answer.
    pub async fn area_history(&self, code: &str) -> Result<Vec<Version>, RegistryError> {
        let mut versions = Versions::read(&mut self.store.read().await?).await?;
        versions.0.remove(code).ok_or_else(|| super::change::unknown(code))
    }
}
