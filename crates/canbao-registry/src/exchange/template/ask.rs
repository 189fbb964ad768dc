//! Asking by files of somebody else's layout.

use canbao_domain::source::Insurance;

use crate::RegistryError;
use crate::audit::Look;
use crate::clock::{instant, now_ms};
use crate::exchange::choose::{Candidate, Choice, LeftOut, LeftOutWhy, Way, remember};
use crate::exchange::desk::append;
use crate::exchange::rows::Asked;
use crate::exchange::send::to_int;
use crate::registry::Registry;
use crate::store::{Transaction, Value, values};

/// How people are asked about by a template.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// The template's name.
    pub template: &'a str,
    /// Who answers, as the template names them: 1 to 64 of `a-z`, `0-9`, `-`.
    pub answerer: &'a str,
    /// About this insurance alone.
    pub only: Option<Insurance>,
    /// A row for each insurance of a person instead of one for both.
    pub row_per_insurance: bool,
    /// The rows of a file; at least 1.
    pub rows_per_file: usize,
}

/// A row of a file. `Debug` never shows who it is.
#[derive(Clone, PartialEq, Eq)]
pub struct AskedRow {
    /// The registry's identifier.
    pub person: i64,
    /// The citizen number, 18 characters.
    pub number: String,
    /// The name.
    pub name: String,
    /// The code of the area; blank where none is known.
    pub area: String,
    /// What is asked.
    pub asked: Asked,
}

impl std::fmt::Debug for AskedRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AskedRow").field("person", &self.person).field("asked", &self.asked).finish_non_exhaustive()
    }
}

/// A file that is to be written.
#[derive(Clone, Debug)]
pub struct AskedFile {
    /// Its number of the day, from 1.
    pub sequence: i64,
    /// Its rows, at least one.
    pub rows: Vec<AskedRow>,
}

/// Files that have their numbers, and are not yet remembered: the writer's turn is held until [`Draft::keep`]. Dropped
/// before, nothing was asked and the numbers are free again.
#[derive(Debug)]
pub struct Draft {
    transaction: Transaction,
    /// The day of the numbers, `YYYY-MM-DD`.
    pub day: String,
    /// The files.
    pub files: Vec<AskedFile>,
    /// People of the choice who cannot be asked about.
    pub left_out: Vec<LeftOut>,
}

impl Draft {
    /// People in the files.
    pub fn people(&self) -> u64 {
        let mut people: Vec<i64> = self.files.iter().flat_map(|file| &file.rows).map(|row| row.person).collect();
        people.sort_unstable();
        people.dedup();
        people.len() as u64
    }

    /// Remembers the files and whom they ask about. To be called once all are written.
    ///
    /// # Errors
    /// Where the database does not answer; nothing is remembered then.
    pub async fn keep(self) -> Result<(), RegistryError> {
        self.transaction.commit().await
    }
}

impl Registry {
    /// Chooses whom to ask about by a template, and gives the files their numbers. `writable` says whether a name can be
    /// written in the files' encoding. Numbers and names leave the house: that is a look.
    ///
    /// # Errors
    /// Where there is nobody to ask about, or the database does not answer.
    pub async fn draft(
        &self,
        plan: &Plan<'_>,
        choice: &Choice,
        writable: impl Fn(&str) -> bool,
        actor: &str,
    ) -> Result<Draft, RegistryError> {
        let chosen = self.chosen(plan.answerer, choice, Way { only: plan.only, named: true }).await?;
        let (people, unwritable): (Vec<_>, Vec<_>) = chosen.people.into_iter().partition(|who| writable(&who.name));
        let mut left_out = chosen.left_out;
        left_out.extend(unwritable.into_iter().map(|who| LeftOut {
            person: who.person,
            name: who.name,
            area: who.area,
            why: LeftOutWhy::Encoding,
        }));
        left_out.sort_by_key(|who| who.person);
        if people.is_empty() {
            return Err(RegistryError::NobodyToAsk);
        }
        self.looks
            .put(Look {
                actor: actor.to_owned(),
                purpose: "exchange-export".into(),
                subject: format!("template {}", plan.template),
                persons: to_int(people.len() as u64)?,
            })
            .await?;
        let asked = people.len();
        let lines: Vec<Candidate> = people.into_iter().flat_map(|who| lines_of(who, plan.row_per_insurance)).collect();
        let now = now_ms();
        let day = instant(now).get(..10).unwrap_or_default().to_owned();
        let mut transaction = self.store.write().await?;
        let sql = "SELECT COALESCE(MAX(sequence), 0) FROM template_file WHERE answerer = $1 AND day = $2";
        let first = transaction.int(sql, values![plan.answerer, day.as_str()]).await? + 1;
        let mut files = Vec::new();
        for (sequence, lines) in (first..).zip(lines.chunks(plan.rows_per_file.max(1))) {
            let id = format!("template:{}:{day}:{sequence}", plan.answerer);
            let columns = ["id", "template", "answerer", "day", "sequence", "lines", "made_at", "actor"];
            let row: Vec<Value> = vec![
                id.as_str().into(),
                plan.template.into(),
                plan.answerer.into(),
                day.as_str().into(),
                sequence.into(),
                to_int(lines.len() as u64)?.into(),
                now.into(),
                actor.into(),
            ];
            transaction.insert("template_file", &columns, vec![row]).await?;
            remember(&mut transaction, &id, lines).await?;
            files.push(AskedFile { sequence, rows: lines.iter().map(row_of).collect() });
        }
        let (last, rows) = (first + files.len() as i64 - 1, lines.len());
        let subject = format!(
            "template {} to {} day {day} files {first}-{last} people {asked} rows {rows}",
            plan.template, plan.answerer
        );
        let mut digest = blake3::Hasher::new();
        for line in &lines {
            digest.update(&line.hash.to_le_bytes());
        }
        append(&mut transaction, actor, "exchange-export", &subject, digest.finalize().as_bytes()).await?;
        Ok(Draft { transaction, day, files, left_out })
    }
}

/// The rows of a person.
fn lines_of(who: Candidate, row_per_insurance: bool) -> Vec<Candidate> {
    if !(row_per_insurance && who.asked.pension && who.asked.medical) {
        return vec![who];
    }
    let medical = Candidate {
        name: who.name.clone(),
        area: who.area.clone(),
        asked: Asked { pension: false, medical: true },
        ..who
    };
    vec![Candidate { asked: Asked { pension: true, medical: false }, ..who }, medical]
}

fn row_of(who: &Candidate) -> AskedRow {
    AskedRow {
        person: who.person,
        number: String::from_utf8_lossy(&who.number.bytes()).into_owned(),
        name: who.name.clone(),
        area: who.area.clone(),
        asked: who.asked,
    }
}
