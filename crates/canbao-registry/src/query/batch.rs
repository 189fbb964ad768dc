//! A batch of questions (批量查询): each number and name of a list answered, a million in seconds.

use std::sync::Arc;

use ahash::AHashMap;
use canbao_domain::number::{NumberForm, read_number};
use canbao_domain::rules::{Category, InsuranceState, RowState, Rules};
use canbao_domain::source::SourceKind;
use futures::future::try_join_all;

use super::Asker;
use super::find::written;
use crate::RegistryError;
use crate::area::Areas;
use crate::audit::Look;
use crate::person::{NumberKind, State, row_state, visible};
use crate::private::{Kind, normalised};
use crate::registry::Registry;
use crate::store::{Fields, Lookup};

/// What is worth a connection of its own.
const A_LANE: usize = 500;
/// Connections that look things up at the same time.
const LANES: usize = 4;

/// Who is asked about.
#[derive(Clone, PartialEq, Eq)]
pub struct Question {
    /// The number as written, in any usual way.
    pub number: String,
    /// The name as written; blank where it is not known.
    pub name: String,
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// Insured for pension or medical care, here or elsewhere.
    Insured,
    /// Known, and insured for neither.
    Uninsured,
    /// Not in the registry.
    Unknown,
    /// Held by an area that is none of the asker's: which county is told, and nothing else.
    Elsewhere,
    /// Somebody has the number, under another name.
    NameDiffers,
    /// Several people have the number, and no name tells who is meant.
    Shared,
    /// What is written is no number.
    InvalidNumber,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Insured,
        Self::Uninsured,
        Self::Unknown,
        Self::Elsewhere,
        Self::NameDiffers,
        Self::Shared,
        Self::InvalidNumber,
    ];

    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Insured => "insured",
            Self::Uninsured => "uninsured",
            Self::Unknown => "unknown",
            Self::Elsewhere => "held-elsewhere",
            Self::NameDiffers => "name-differs",
            Self::Shared => "shared-number",
            Self::InvalidNumber => "invalid-number",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Insured => "已参保",
            Self::Uninsured => "未参保",
            Self::Unknown => "登记库中没有",
            Self::Elsewhere => "由别的区域登记",
            Self::NameDiffers => "姓名不符",
            Self::Shared => "一号多人",
            Self::InvalidNumber => "号码无效",
        }
    }
}

/// Where somebody is insured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The scheme.
    pub scheme: SourceKind,
    /// 统筹区; blank where it is not known.
    pub pooling_area: String,
}

/// An answer. All but the verdict is blank unless one person is meant, or another area holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The answer in a word.
    pub verdict: Verdict,
    /// The registry's identifier.
    pub person: Option<i64>,
    /// 养老保险
    pub pension: Option<InsuranceState>,
    /// 医疗保险
    pub medical: Option<InsuranceState>,
    /// What is to be done.
    pub category: Option<Category>,
    /// The finest area that is known; of somebody [held elsewhere](Verdict::Elsewhere) the county, blank for nobody's area.
    pub area: String,
    /// Schemes with a live row, and where.
    pub places: Vec<Place>,
}

impl Answer {
    const fn of(verdict: Verdict) -> Self {
        let (person, pension, medical, category) = (None, None, None, None);
        Self { verdict, person, pension, medical, category, area: String::new(), places: Vec::new() }
    }
}

/// What is asked, ready to be looked up.
struct Asked {
    /// As the registry keeps it.
    number: String,
    hash: i64,
    /// Whether it is a citizen number or another certificate's; what is neither may still be somebody's certificate.
    credible: bool,
}

/// Who has a number.
#[derive(Clone)]
struct Holder {
    person: i64,
    former: bool,
    number: String,
}

/// What is needed of a person.
struct Known {
    area: String,
    name: String,
    pension: InsuranceState,
    medical: InsuranceState,
    category: Option<Category>,
}

impl Known {
    fn insured(&self) -> bool {
        let is = |state| matches!(state, InsuranceState::Enrolled | InsuranceState::Elsewhere);
        is(self.pension) || is(self.medical)
    }
}

impl Registry {
    /// Answers a list, in its order. `source` tells on the log which list it was (the digest of its file, say), in one
    /// entry for all of it; nothing personal may stand in it.
    ///
    /// People who are no longer current are unknown; of those out of the asker's areas it is told which county holds them.
    /// Where several people have a number, the name tells who is meant; else who has it now, rather than who had it.
    ///
    /// # Errors
    /// Where the database does not answer, or the look cannot be put on the log.
    pub async fn batch(
        &self,
        asker: &Asker,
        source: &str,
        questions: Vec<Question>,
    ) -> Result<Vec<Answer>, RegistryError> {
        let mut transaction = self.store.read().await?;
        let at = visible(&mut transaction).await?;
        let areas = self.areas.get(&mut transaction).await?;
        let ruling = self.rules.get(&mut transaction).await?;
        drop(transaction);
        let (key, rows) = (Arc::clone(&self.key), questions.len());
        let (questions, asked, hashes) = blocking(move || {
            let asked: Vec<Option<Asked>> = questions
                .iter()
                .map(|question| {
                    let form = read_number(&question.number, None).form;
                    let nothing = matches!(form, NumberForm::Blank | NumberForm::Placeholder);
                    (!nothing).then(|| {
                        let number = written(&question.number);
                        let credible = form.is_valid() || form == NumberForm::OtherCertificate;
                        Asked { hash: key.hash(Kind::Number, &number), number, credible }
                    })
                })
                .collect();
            let mut hashes: Vec<i64> = asked.iter().flatten().map(|asked| asked.hash).collect();
            hashes.sort_unstable();
            hashes.dedup();
            (questions, asked, hashes)
        })
        .await?;
        let mut holders: AHashMap<i64, Vec<Holder>> = AHashMap::with_capacity(hashes.len());
        for (hash, holder) in self.in_lanes(&hashes, at, &HOLDERS, |row| Some(holder_of(row))).await? {
            holders.entry(hash).or_default().push(holder);
        }
        drop(hashes);
        let mut people: Vec<i64> = holders.values().flatten().map(|holder| holder.person).collect();
        people.sort_unstable();
        people.dedup();
        let codes = areas.of_scope(&asker.scope);
        let mut known: AHashMap<i64, Known> = AHashMap::with_capacity(people.len());
        let mut beyond: AHashMap<i64, String> = AHashMap::new();
        let within = |area: &str| codes.as_ref().is_none_or(|codes| codes.binary_search(&area).is_ok());
        let is_current = |row: &Fields<'_>| row.text(6) == State::Current.as_str();
        let seen = |row: &Fields<'_>| {
            let area = row.text(1);
            let one = if within(area) { Ok(known_of(row)) } else { Err(county(&areas, area)) };
            is_current(row).then(|| (row.int(0), one))
        };
        for (person, one) in self.in_lanes(&people, at, &PEOPLE, seen).await? {
            match one {
                Ok(one) => known.insert(person, one).is_some(),
                Err(county) => beyond.insert(person, county).is_some(),
            };
        }
        people.retain(|person| known.contains_key(person));
        let mut places: AHashMap<i64, Vec<Place>> = AHashMap::with_capacity(people.len());
        for (person, place) in self.in_lanes(&people, at, &ENROLMENTS, |row| live(row, &ruling.rules)).await? {
            places.entry(person).or_default().push(place);
        }
        let answers = blocking(move || {
            let found = Found { holders, known, beyond, places };
            questions.iter().zip(&asked).map(|(question, asked)| found.answer(question, asked.as_ref())).collect()
        })
        .await?;
        let answers: Vec<Answer> = answers;
        let shows = |answer: &&Answer| answer.person.is_some() || answer.verdict == Verdict::Elsewhere;
        let shown = answers.iter().filter(shows).count() as i64;
        let subject = format!("batch {source} rows {rows}");
        self.looks
            .put(Look { actor: asker.actor.clone(), purpose: asker.purpose.clone(), subject, persons: shown })
            .await?;
        Ok(answers)
    }

    /// What `make` keeps of the rows for all of `ids`, which ascend: several connections at a time. What a revision shows
    /// never changes, so they read the same state.
    async fn in_lanes<T: Send>(
        &self,
        ids: &[i64],
        at: i64,
        lookup: &Lookup,
        make: impl Fn(&Fields<'_>) -> Option<T> + Sync,
    ) -> Result<Vec<T>, RegistryError> {
        let make = &make;
        let lanes = ids.chunks(ids.len().div_ceil(LANES).max(A_LANE)).map(|ids| async move {
            let mut transaction = self.store.read().await?;
            transaction.lookup(lookup, ids, at, make).await
        });
        Ok(try_join_all(lanes).await?.into_iter().flatten().collect())
    }
}

const HOLDERS: Lookup = Lookup { table: "number", key: "hash", columns: &["hash", "person", "kind", "value"] };
const PEOPLE: Lookup = Lookup {
    table: "person",
    key: "person",
    columns: &["person", "area", "name", "pension", "medical", "category", "state"],
};
const ENROLMENTS: Lookup =
    Lookup { table: "enrolment", key: "person", columns: &["person", "scheme", "status", "benefit", "pooling_area"] };

fn holder_of(row: &Fields<'_>) -> (i64, Holder) {
    let former = NumberKind::from_word(row.text(2)) == NumberKind::Former;
    (row.int(0), Holder { person: row.int(1), former, number: row.text(3).to_owned() })
}

fn known_of(row: &Fields<'_>) -> Known {
    let state = |at| InsuranceState::from_word(row.text(at)).unwrap_or(InsuranceState::Unclear);
    Known {
        area: row.text(1).to_owned(),
        name: row.text(2).to_owned(),
        pension: state(3),
        medical: state(4),
        category: Category::from_word(row.text(5)),
    }
}

/// The county that an area reports to: enough to know whom to ask.
fn county(areas: &Areas, code: &str) -> String {
    let chain = areas.chain(code);
    let county = chain.iter().find(|(_, area)| area.level == "county").or(chain.last());
    county.map_or_else(String::new, |(code, _)| (*code).to_owned())
}

/// Where a row says that somebody is insured; none where it is not live.
fn live(row: &Fields<'_>, rules: &Rules) -> Option<(i64, Place)> {
    let scheme = row.text(1).parse::<SourceKind>().ok()?;
    let live = row_state(row.text(2), row.text(3), rules) == RowState::Live;
    live.then(|| (row.int(0), Place { scheme, pooling_area: row.text(4).to_owned() }))
}

/// All that was looked up.
struct Found {
    holders: AHashMap<i64, Vec<Holder>>,
    known: AHashMap<i64, Known>,
    /// The counties of those who are out of reach.
    beyond: AHashMap<i64, String>,
    places: AHashMap<i64, Vec<Place>>,
}

impl Found {
    fn answer(&self, question: &Question, asked: Option<&Asked>) -> Answer {
        let Some(asked) = asked else { return Answer::of(Verdict::InvalidNumber) };
        let with_hash = self.holders.get(&asked.hash).map(Vec::as_slice).unwrap_or_default();
        // what is found by a hash is compared as a whole
        let of_number = || with_hash.iter().filter(|holder| holder.number == asked.number);
        let mut holders: Vec<(&Holder, &Known)> =
            of_number().filter_map(|holder| Some((holder, self.known.get(&holder.person)?))).collect();
        if holders.is_empty() {
            // who has it now, rather than who had it
            let beyond = of_number().filter_map(|holder| Some((holder, self.beyond.get(&holder.person)?)));
            if let Some((_, county)) = beyond.min_by_key(|(holder, _)| (holder.former, holder.person)) {
                return Answer { area: county.clone(), ..Answer::of(Verdict::Elsewhere) };
            }
            return Answer::of(if asked.credible { Verdict::Unknown } else { Verdict::InvalidNumber });
        }
        let name = normalised(&question.name);
        if !name.is_empty() {
            let named: Vec<_> = holders.iter().copied().filter(|(_, known)| normalised(&known.name) == name).collect();
            if named.is_empty() {
                return Answer::of(Verdict::NameDiffers);
            }
            holders = named;
        }
        if holders.iter().any(|(holder, _)| !holder.former) {
            holders.retain(|(holder, _)| !holder.former);
        }
        holders.sort_by_key(|(holder, _)| holder.person);
        holders.dedup_by_key(|(holder, _)| holder.person);
        let [(holder, known)] = holders.as_slice() else { return Answer::of(Verdict::Shared) };
        let mut places = self.places.get(&holder.person).cloned().unwrap_or_default();
        places.sort_unstable();
        places.dedup();
        Answer {
            verdict: if known.insured() { Verdict::Insured } else { Verdict::Uninsured },
            person: Some(holder.person),
            pension: Some(known.pension),
            medical: Some(known.medical),
            category: known.category,
            area: known.area.clone(),
            places,
        }
    }
}

/// Runs what takes the processor for long on a thread of its own.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, RegistryError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| RegistryError::Broken("批量查询中断".to_owned()))
}
