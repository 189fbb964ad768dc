//! The roster (花名册): of every current person what filters ask for, in memory, in the order of lists.
//!
//! Filters in combinations that no counter covers would read millions of rows to count a few. What they ask of a person
//! fits 32 bytes, so three million are a hundred megabytes, and a walk through them takes some milliseconds. It is read
//! once, in the background, and then follows the record by what changed since; it answers for the visible revision or not
//! at all, so what it counts is exact. It holds no names, numbers, addresses or phones.

use std::sync::Arc;
use std::time::Duration;

use ahash::{AHashMap, AHashSet};
use canbao_domain::date::Date;
use canbao_domain::rules::{Category, SchemeSet};
use canbao_domain::standard::finding_kinds;

use super::filter::Filter;
use super::list::Seek;
use crate::RegistryError;
use crate::registry::Registry;
use crate::store::{Row, Transaction, values};

/// People who changed since, at most, to be read one by one; of more, everybody is read anew.
const MANY: i64 = 100_000;
/// As many as whoever asks waits for.
const FEW: i64 = 2_000;
/// How long they wait while another reads.
const A_MOMENT: Duration = Duration::from_millis(200);
/// How often a server looks whether the record went on.
const A_WHILE: Duration = Duration::from_secs(1);
/// No birth date.
const NONE: i32 = i32::MIN;

/// What filters ask of a person.
#[derive(Clone, Copy, Debug)]
struct Entry {
    person: i64,
    /// The place of the area's code among all of them.
    area: u32,
    birth: i32,
    /// Bits: the kinds of finding.
    findings: u32,
    schemes: u16,
    category: u8,
    /// GB/T 2261.1, as a character.
    sex: u8,
    /// Bits: 低保, 残疾.
    assistance: u8,
}

/// Everybody, in the order of area and identifier.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roster {
    /// The revision that it shows.
    revision: i64,
    areas: Vec<String>,
    entries: Vec<Entry>,
}

/// Area, kind, how many.
pub(crate) type FindingCounts = Arc<Vec<(String, String, i64)>>;

/// The roster as it is kept.
#[derive(Debug, Default)]
pub(crate) struct Rosters {
    kept: std::sync::Mutex<Option<Arc<Roster>>>,
    /// How many findings there are, with the revision that shows them.
    findings: std::sync::Mutex<Option<(i64, FindingCounts)>>,
    /// One reads, the others do without meanwhile.
    reading: tokio::sync::Mutex<()>,
}

impl Rosters {
    fn get(&self) -> Option<Arc<Roster>> {
        self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// How many findings a revision shows, by area and kind; none where nobody keeps that.
    pub(crate) fn findings(&self, visible: i64) -> Option<FindingCounts> {
        let kept = self.findings.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.as_ref().filter(|(of, _)| *of == visible).map(|(_, counts)| Arc::clone(counts))
    }

    fn put(&self, roster: Arc<Roster>) {
        *self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(roster);
    }
}

const COLUMNS: &str = "person, area, birth, schemes, category, sex, subsistence, disability, state";

impl Registry {
    /// Reads the roster, so that lists and counts of any filter are quick; comes back when it is there. Without it they are
    /// right, and slow. Some hundred megabytes for three million people, some seconds.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn warm(&self) -> Result<(), RegistryError> {
        let _one = self.rosters.reading.lock().await;
        let mut statements = self.store.statements().await?;
        let visible = crate::person::visible(&mut statements).await?;
        let known = self.rosters.get();
        if known.as_ref().is_some_and(|known| known.revision == visible) {
            return Ok(());
        }
        let followed = match known {
            Some(known) => known.follow(&mut statements, visible, MANY).await?,
            None => None,
        };
        let roster = match followed {
            Some(roster) => roster,
            None => Roster::read(&mut statements, visible).await?,
        };
        self.rosters.put(Arc::new(roster));
        self.warm_findings(&mut statements, visible).await
    }

    /// Counts the findings of a revision, so that no page counts them again for its area.
    async fn warm_findings(&self, statements: &mut Transaction, visible: i64) -> Result<(), RegistryError> {
        let sql = "SELECT area, kind, COUNT(*) FROM finding WHERE rev_from <= $1 AND rev_to > $1 GROUP BY area, kind";
        let rows = statements.all(sql, values![visible]).await?;
        let known = |kind: &str| finding_kinds().get(kind).is_some();
        let counts = rows.iter().filter(|row| known(row.text(1)));
        let counts = counts.map(|row| (row.text(0).to_owned(), row.text(1).to_owned(), row.int(2))).collect();
        *self.rosters.findings.lock().unwrap_or_else(std::sync::PoisonError::into_inner) =
            Some((visible, Arc::new(counts)));
        Ok(())
    }

    /// Keeps the roster, for as long as somebody polls it: what a server does besides. A database that does not answer is
    /// asked again.
    pub async fn keep_warm(&self) {
        loop {
            let _ = self.warm().await;
            tokio::time::sleep(A_WHILE).await;
        }
    }

    /// The roster of the visible revision; none where nobody keeps one, or it is behind by
    /// much.
    pub(super) async fn roster(&self, visible: i64) -> Result<Option<Arc<Roster>>, RegistryError> {
        let Some(known) = self.rosters.get() else { return Ok(None) };
        if known.revision == visible {
            return Ok(Some(known));
        }
        let Ok(_one) = tokio::time::timeout(A_MOMENT, self.rosters.reading.lock()).await else { return Ok(None) };
        // another may have read it meanwhile
        let known = self.rosters.get().unwrap_or(known);
        if known.revision == visible {
            return Ok(Some(known));
        }
        let mut statements = self.store.statements().await?;
        let Some(roster) = known.follow(&mut statements, visible, FEW).await? else { return Ok(None) };
        let roster = Arc::new(roster);
        self.rosters.put(Arc::clone(&roster));
        Ok(Some(roster))
    }
}

impl Roster {
    async fn read(statements: &mut Transaction, visible: i64) -> Result<Self, RegistryError> {
        let sql = format!("SELECT {COLUMNS} FROM person WHERE rev_from <= $1 AND rev_to > $1 AND state = 'current'");
        let mut numbers: AHashMap<String, u32> = AHashMap::new();
        let mut entries: Vec<Entry> = Vec::new();
        statements
            .each(sql, values![visible], |row| {
                let next = numbers.len() as u32;
                let area = match numbers.get(row.text(1)) {
                    Some(number) => *number,
                    None => *numbers.entry(row.text(1).to_owned()).or_insert(next),
                };
                entries.push(entry(&row, area));
                Ok(())
            })
            .await?;
        let mut areas: Vec<(String, u32)> = numbers.into_iter().collect();
        areas.sort_unstable();
        let mut places = vec![0; areas.len()];
        for (place, (_, number)) in areas.iter().enumerate() {
            if let Some(slot) = places.get_mut(*number as usize) {
                *slot = place as u32;
            }
        }
        for entry in &mut entries {
            entry.area = places.get(entry.area as usize).copied().unwrap_or_default();
        }
        entries.sort_unstable_by_key(|entry| (entry.area, entry.person));
        let mut roster = Self { revision: visible, areas: areas.into_iter().map(|(code, _)| code).collect(), entries };
        let mut found: AHashMap<i64, u32> = AHashMap::new();
        let sql = "SELECT person, kind FROM finding WHERE rev_from <= $1 AND rev_to > $1 AND person IS NOT NULL";
        statements
            .each(sql, values![visible], |row| {
                *found.entry(row.int(0)).or_default() |= kind_bit(row.text(1));
                Ok(())
            })
            .await?;
        for entry in &mut roster.entries {
            entry.findings = found.get(&entry.person).copied().unwrap_or_default();
        }
        Ok(roster)
    }

    /// What it is at a later revision; none where so much changed that it is quicker to read it anew.
    async fn follow(
        &self,
        statements: &mut Transaction,
        visible: i64,
        most: i64,
    ) -> Result<Option<Self>, RegistryError> {
        if visible < self.revision {
            return Ok(None);
        }
        let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM person WHERE rev_from > $1 AND rev_from <= $2 LIMIT $3) AS few";
        if statements.int(sql, values![self.revision, visible, most + 1]).await? > most {
            return Ok(None);
        }
        let sql = format!("SELECT {COLUMNS} FROM person WHERE rev_from > $1 AND rev_from <= $2 AND rev_to > $2");
        let (mut changed, mut begun, mut unknown) = (AHashSet::new(), Vec::new(), false);
        let rows = statements.all(sql, values![self.revision, visible]).await?;
        for row in &rows {
            changed.insert(row.int(0));
            if row.text(8) != "current" {
                continue;
            }
            match self.areas.binary_search_by(|code| code.as_str().cmp(row.text(1))) {
                Ok(area) => begun.push(entry(row, area as u32)),
                Err(_) => unknown = true,
            }
        }
        if unknown {
            return Ok(None);
        }
        let ids: Vec<i64> = begun.iter().map(|entry| entry.person).collect();
        let mut found: AHashMap<i64, u32> = AHashMap::new();
        for chunk in ids.chunks(1_000) {
            let (people, among) = (statements.integers(chunk), statements.among(2));
            let sql =
                format!("SELECT person, kind FROM finding WHERE rev_from <= $1 AND rev_to > $1 AND person {among}");
            for row in statements.all(sql, &[visible.into(), people]).await? {
                *found.entry(row.int(0)).or_default() |= kind_bit(row.text(1));
            }
        }
        for entry in &mut begun {
            entry.findings = found.get(&entry.person).copied().unwrap_or_default();
        }
        begun.sort_unstable_by_key(|entry| (entry.area, entry.person));
        let mut entries = Vec::with_capacity(self.entries.len() + begun.len());
        let mut next = begun.into_iter().peekable();
        for entry in self.entries.iter().filter(|entry| !changed.contains(&entry.person)) {
            while let Some(new) = next.next_if(|new| (new.area, new.person) < (entry.area, entry.person)) {
                entries.push(new);
            }
            entries.push(*entry);
        }
        entries.extend(next);
        Ok(Some(Self { revision: visible, areas: self.areas.clone(), entries }))
    }

    /// Those of a filter, in order. `reached`: codes of areas in ascending order, each list of which must hold the person's.
    fn of<'a>(
        &'a self,
        filter: &Filter,
        reached: &[Vec<&str>],
    ) -> impl DoubleEndedIterator<Item = &'a Entry> + use<'a> {
        let holds = |code: &String| reached.iter().all(|codes| codes.binary_search(&code.as_str()).is_ok());
        let areas: Vec<bool> = self.areas.iter().map(holds).collect();
        // what is reached is as a rule one stretch
        let first = areas.iter().position(|reached| *reached).unwrap_or(areas.len()) as u32;
        let last = areas.iter().rposition(|reached| *reached).map_or(0, |place| place as u32 + 1);
        let from = self.entries.partition_point(|entry| entry.area < first);
        let to = self.entries.partition_point(|entry| entry.area < last).max(from);
        let wanted = Wanted::new(filter);
        let stretch = self.entries.get(from..to).unwrap_or_default();
        stretch
            .iter()
            .filter(move |entry| wanted.holds(entry) && areas.get(entry.area as usize).copied().unwrap_or_default())
    }

    /// How many there are of a filter.
    pub(super) fn count(&self, filter: &Filter, reached: &[Vec<&str>]) -> i64 {
        self.of(filter, reached).count() as i64
    }

    /// Identifiers of the first `most` of a filter from a place on; towards the beginning where the list is turned back.
    pub(super) fn list(&self, filter: &Filter, reached: &[Vec<&str>], seek: &Seek, most: usize) -> Vec<i64> {
        let key =
            |entry: &Entry| (self.areas.get(entry.area as usize).map(String::as_str).unwrap_or_default(), entry.person);
        let of = self.of(filter, reached);
        let id = |entry: &Entry| entry.person;
        match seek {
            Seek::First => of.take(most).map(id).collect(),
            Seek::After((area, person)) => {
                of.skip_while(|entry| key(entry) <= (area.as_str(), *person)).take(most).map(id).collect()
            }
            Seek::Before((area, person)) => {
                of.rev().skip_while(|entry| key(entry) >= (area.as_str(), *person)).take(most).map(id).collect()
            }
            Seek::From(area) => of.skip_while(|entry| key(entry).0 < area.as_str()).take(most).map(id).collect(),
        }
    }
}

/// A filter, as it is held against an entry.
struct Wanted {
    category: Option<u8>,
    schemes: u16,
    findings: Option<u32>,
    sex: Option<u8>,
    born: (i32, i32),
    dated: bool,
    assistance: u8,
}

impl Wanted {
    fn new(filter: &Filter) -> Self {
        Self {
            category: filter.category.map(|category| category as u8),
            schemes: filter.scheme.map_or(0, |scheme| SchemeSet::of(scheme).bits()),
            findings: filter.finding.as_deref().map(kind_bit),
            sex: filter.sex.as_ref().and_then(|sex| sex.bytes().next()),
            born: (filter.born_from.map_or(NONE, Date::days), filter.born_until.map_or(i32::MAX, Date::days)),
            dated: filter.born_from.is_some() || filter.born_until.is_some(),
            assistance: u8::from(filter.subsistence) | u8::from(filter.disability) << 1,
        }
    }

    fn holds(&self, entry: &Entry) -> bool {
        self.category.is_none_or(|category| category == entry.category)
            && self.schemes & entry.schemes == self.schemes
            && self.findings.is_none_or(|bit| bit & entry.findings != 0)
            && self.sex.is_none_or(|sex| sex == entry.sex)
            && self.assistance & entry.assistance == self.assistance
            && (!self.dated || entry.birth != NONE && (self.born.0..=self.born.1).contains(&entry.birth))
    }
}

fn entry(row: &Row, area: u32) -> Entry {
    Entry {
        person: row.int(0),
        area,
        birth: row.maybe_text(2).and_then(Date::parse).map_or(NONE, Date::days),
        findings: 0,
        schemes: u16::try_from(row.int(3)).unwrap_or_default(),
        category: Category::from_word(row.text(4)).map_or(u8::MAX, |category| category as u8),
        sex: row.text(5).bytes().next().unwrap_or_default(),
        assistance: u8::from(row.flag(6)) | u8::from(row.flag(7)) << 1,
    }
}

/// The bit of a kind of finding; of one that is not in the table, none.
fn kind_bit(kind: &str) -> u32 {
    let place = finding_kinds().entries().iter().position(|entry| entry.code() == kind);
    place.and_then(|place| 1_u32.checked_shl(place as u32)).unwrap_or_default()
}
