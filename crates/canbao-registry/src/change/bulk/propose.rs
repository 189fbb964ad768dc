//! From the rows of a file to requests.

use ahash::AHashMap;
use canbao_domain::code::Life;
use canbao_domain::date::Date;
use canbao_domain::rules::PersonLife;

use super::{BulkAnswer, BulkProposal, BulkProposed, BulkRow, Outcome};
use crate::RegistryError;
use crate::area::Areas;
use crate::audit::{self, Entry};
use crate::change::Procedure;
use crate::change::check;
use crate::change::effect::effect;
use crate::change::request::{content, next_request};
use crate::clock::now_ms;
use crate::hand::Hand;
use crate::person::Whole;
use crate::private::normalised;
use crate::query::{Answer, Asker, Question, Verdict};
use crate::registry::Registry;
use crate::store::{Transaction, Value, values};

/// People a statement asks for.
const A_STATEMENT: usize = 500;

const REQUEST: [&str; 12] = [
    "id",
    "kind",
    "person",
    "other_person",
    "state",
    "effective",
    "content",
    "evidence",
    "base",
    "maker",
    "made_at",
    "bulk",
];

/// A request that is there.
struct There {
    id: i64,
    pending: bool,
}

/// A row whose person is known, on its way.
struct Row<'a> {
    written: &'a BulkRow,
    day: Result<Date, Outcome>,
    person: Option<i64>,
    answer: BulkAnswer,
}

impl Row<'_> {
    fn is(&mut self, outcome: Outcome, told: impl Into<String>) {
        self.answer.outcome = outcome;
        self.answer.told = told.into();
    }
}

impl Registry {
    /// Puts a procedure forward for everybody in a department's file who is known beyond doubt, in one transaction; each row
    /// has an outcome. Nothing of the records changes before somebody else has decided.
    ///
    /// # Errors
    /// Where the procedure cannot be done in bulk, or the database does not answer: then nothing was proposed.
    pub async fn propose_bulk(
        &self,
        asker: &Asker,
        proposal: &BulkProposal,
        today: Date,
    ) -> Result<BulkProposed, RegistryError> {
        let procedure = Procedure::in_bulk(proposal.procedure.kind()).map(|_| &proposal.procedure)?;
        let question = |row: &BulkRow| Question { number: row.number.clone(), name: row.name.clone() };
        let source: String = proposal.digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let questions = proposal.rows.iter().map(question).collect();
        let found = self.batch(asker, &format!("sha256:{source}"), questions).await?;
        let mut rows: Vec<Row<'_>> =
            proposal.rows.iter().zip(&found).map(|(row, found)| matched(row, found, procedure, today)).collect();
        once_each(&mut rows);

        let mut hand = Hand::begin(self).await?;
        let areas = self.areas.get(&mut hand.transaction).await?;
        let (first, bulk) = (next_request(&mut hand.transaction).await?, next_bulk(&mut hand.transaction).await?);
        let evidence = proposal.evidence.clone().unwrap_or_else(|| proposal.digest.clone());
        let (kind, content) = (procedure.kind(), content(procedure));
        let (mut next, mut digest) = (first, blake3::Hasher::new());
        for chunk in rows.chunks_mut(A_STATEMENT) {
            let mut ids: Vec<i64> = chunk.iter().filter_map(|row| row.person).collect();
            ids.sort_unstable();
            ids.dedup();
            let there = requests_there(&mut hand.transaction, &ids, kind, &proposal.digest).await?;
            let people: AHashMap<i64, Whole> =
                hand.people(&ids).await?.into_iter().map(|whole| (whole.person, whole)).collect();
            let mut requests = Vec::new();
            for row in chunk.iter_mut() {
                let Some(person) = row.person else { continue };
                let Some(on) = judge(row, procedure, people.get(&person), there.get(&person), &areas) else { continue };
                let base = people.get(&person).map_or(0, |whole| whole.revision);
                row.answer.request = Some(next);
                digest.update(format!("{next} {kind} {person} {on}\n").as_bytes());
                requests.push(vec![
                    next.into(),
                    kind.into(),
                    person.into(),
                    Value::Int(None),
                    "pending".into(),
                    on.to_string().into(),
                    content.as_str().into(),
                    evidence.clone().into(),
                    base.into(),
                    asker.actor.as_str().into(),
                    now_ms().into(),
                    bulk.into(),
                ]);
                next += 1;
            }
            hand.transaction.insert("change_request", &REQUEST, requests).await?;
        }
        let answers: Vec<BulkAnswer> = rows.into_iter().map(|row| row.answer).collect();
        if next == first {
            hand.transaction.rollback().await?;
            return Ok(BulkProposed { bulk: None, answers });
        }
        keep(&mut hand.transaction, bulk, asker, proposal, &answers).await?;
        let subject = format!("bulk {bulk} requests {first}-{}", next - 1);
        let digest = digest.finalize();
        let entry = Entry {
            actor: &asker.actor,
            action: "propose-bulk",
            subject: &subject,
            revision: None,
            digest: digest.as_bytes(),
        };
        audit::append(&mut hand.transaction, entry).await?;
        hand.transaction.commit().await?;
        Ok(BulkProposed { bulk: Some(bulk), answers })
    }
}

/// What the number, the name, the day and the row's own state say, before any record is looked at.
fn matched<'a>(row: &'a BulkRow, found: &Answer, procedure: &Procedure, today: Date) -> Row<'a> {
    let day = match Date::parse(&row.date) {
        None => Err(Outcome::NoDate),
        Some(day) if day > today => Err(Outcome::FutureDate),
        Some(day) => Ok(day),
    };
    let outcome = match found.verdict {
        Verdict::Unknown | Verdict::Elsewhere => Outcome::Unknown,
        Verdict::NameDiffers => Outcome::NameDiffers,
        Verdict::Shared => Outcome::Shared,
        Verdict::InvalidNumber => Outcome::InvalidNumber,
        Verdict::Insured | Verdict::Uninsured if normalised(&row.name).is_empty() => Outcome::NoName,
        Verdict::Insured | Verdict::Uninsured => Outcome::Proposed,
    };
    let person = found.person.filter(|_| outcome == Outcome::Proposed);
    let answer = BulkAnswer { outcome, person, request: None, told: String::new() };
    let mut row = Row { written: row, day, person, answer };
    if person.is_none() {
        return row;
    }
    let says_otherwise = match procedure {
        Procedure::Death => row.written.life == Life::MovedOut,
        Procedure::MoveOut { .. } => row.written.life == Life::Deceased,
        _ => false,
    };
    let said = row.written.life.chinese();
    match row.day {
        _ if says_otherwise => row.is(Outcome::StateDiffers, format!("这一行的状态是{said}")),
        Err(Outcome::NoDate) if !row.written.date.trim().is_empty() => {
            row.is(Outcome::NoDate, "日期看不懂，要有年月日");
        }
        Err(outcome) => row.is(outcome, ""),
        Ok(_) => return row,
    }
    row.person = None;
    row
}

/// Of several rows of one person the first goes on; where their days differ, none does.
fn once_each(rows: &mut [Row<'_>]) {
    let mut firsts: AHashMap<i64, (usize, Result<Date, Outcome>, bool)> = AHashMap::new();
    for (at, row) in rows.iter().enumerate() {
        if let Some(person) = row.person {
            let (_, day, differ) = firsts.entry(person).or_insert((at, row.day, false));
            *differ |= *day != row.day;
        }
    }
    for at in 0..rows.len() {
        let Some((first, _, differ)) = rows.get(at).and_then(|row| firsts.get(&row.person?)).copied() else { continue };
        if first == at && !differ {
            continue;
        }
        let place = rows.get(first).map_or("", |row| row.written.place.as_str()).to_owned();
        let Some(row) = rows.get_mut(at) else { continue };
        row.is(
            Outcome::Doubled,
            match (differ, first == at) {
                (true, true) => "同一人在文件里有几行，日期不同".to_owned(),
                (true, false) => format!("与{place}是同一人，日期不同"),
                (false, _) => format!("与{place}是同一人"),
            },
        );
        row.person = None;
    }
}

/// What the record says; the day, where the row becomes a request.
fn judge(
    row: &mut Row<'_>,
    procedure: &Procedure,
    whole: Option<&Whole>,
    there: Option<&There>,
    areas: &Areas,
) -> Option<Date> {
    let on = row.day.ok()?;
    // who was found a moment ago may be gone, or another, by now
    let name = normalised(&row.written.name);
    let Some(whole) = whole.filter(|whole| whole.record.name.as_deref().is_some_and(|known| normalised(known) == name))
    else {
        row.is(Outcome::NameDiffers, "");
        return None;
    };
    let life = whole.record.life;
    let so = match procedure {
        Procedure::Death => life == PersonLife::Deceased,
        Procedure::MoveOut { .. } | Procedure::LeftCountry => life == PersonLife::MovedOut,
        _ => false,
    };
    if so {
        let told = match whole.record.life_date {
            Some(known) if known != on => format!("登记的日期是 {known}，与文件不同"),
            _ => String::new(),
        };
        row.is(Outcome::AlreadySo, told);
    } else if let Some(there) = there {
        row.answer.request = Some(there.id);
        row.is(if there.pending { Outcome::Pending } else { Outcome::DecidedBefore }, "");
    } else if whole.record.birth.is_some_and(|birth| on < birth) {
        row.is(Outcome::BeforeBirth, "");
    } else if let Err(error) = check::check(procedure, whole, None, on, areas) {
        row.is(Outcome::NotAllowed, error.to_string());
    } else if !changes(procedure, whole, on) {
        row.is(Outcome::AlreadySo, "没有需要变更的参保记录");
    } else {
        return Some(on);
    }
    None
}

/// Whether a procedure would change anything.
fn changes(procedure: &Procedure, whole: &Whole, on: Date) -> bool {
    effect(procedure, whole, on)
        .is_ok_and(|(wish, _)| wish.record != whole.record || wish.enrolments != whole.enrolments)
}

/// Requests of a kind about some people that wait, or that this very file brought and somebody refused or undid.
async fn requests_there(
    transaction: &mut Transaction,
    people: &[i64],
    kind: &str,
    digest: &[u8],
) -> Result<AHashMap<i64, There>, RegistryError> {
    let mut there: AHashMap<i64, There> = AHashMap::new();
    let values = [kind.into(), digest.to_vec().into(), transaction.integers(people)];
    let sql = format!(
        "SELECT person, id, state FROM change_request WHERE kind = $1 AND person {} AND (state = 'pending' OR \
         (state IN ('refused', 'undone') AND bulk IN (SELECT id FROM bulk WHERE digest = $2))) ORDER BY id",
        transaction.among(3)
    );
    for row in transaction.all(sql, &values).await? {
        let pending = row.text(2) == "pending";
        let kept = there.entry(row.int(0)).or_insert(There { id: row.int(1), pending });
        if pending {
            *kept = There { id: row.int(1), pending };
        }
    }
    Ok(there)
}

async fn next_bulk(transaction: &mut Transaction) -> Result<i64, RegistryError> {
    transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM bulk", &[]).await
}

async fn keep(
    transaction: &mut Transaction,
    bulk: i64,
    asker: &Asker,
    proposal: &BulkProposal,
    answers: &[BulkAnswer],
) -> Result<(), RegistryError> {
    let counts: serde_json::Map<String, serde_json::Value> = Outcome::ALL
        .map(|outcome| {
            let rows = answers.iter().filter(|answer| answer.outcome == outcome).count();
            (outcome.as_str().to_owned(), rows.into())
        })
        .into_iter()
        .collect();
    let sql = "INSERT INTO bulk (id, kind, digest, evidence, maker, made_at, lines, outcomes) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let mut row = values![bulk, proposal.procedure.kind()].to_vec();
    row.extend([Value::from(proposal.digest.clone()), Value::Bytes(proposal.evidence.clone())]);
    let outcomes = serde_json::Value::from(counts).to_string();
    row.extend(values![asker.actor.as_str(), now_ms(), answers.len() as i64, outcomes].iter().cloned());
    transaction.execute(sql, &row).await?;
    Ok(())
}
