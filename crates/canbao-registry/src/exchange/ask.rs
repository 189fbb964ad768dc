//! Asking another registry about our people: by name and number, or privately.

use std::path::Path;

use canbao_domain::number::CitizenNumber;
use canbao_domain::rules::{Category, InsuranceState};
use canbao_domain::scope::Scope;
use canbao_domain::source::{Insurance, SourceKind};

use super::desk::{Desk, append, blocking};
use super::identity::Card;
use super::keep;
use super::parcel::{Digest, Kind};
use super::psi::{Asking, Roles, Session};
use super::rows::{Asked, QuestionRow, RowWriter};
use super::send::{Outgoing, Placing, Sent};
use crate::RegistryError;
use crate::audit::Look;
use crate::query::Filter;
use crate::store::{Transaction, Value};

/// Whom to ask about: current people with a citizen number, about the insurances that they lack or that are interrupted.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The asker's areas.
    pub scope: Scope,
    /// In this area or under it.
    pub area: Option<String>,
    /// Of these categories.
    pub categories: Vec<Category>,
    /// Also those whom this registry said to be insured with it before: whether they are still.
    pub again: bool,
}

impl Choice {
    /// Uninsured, partly insured and interrupted people of a scope.
    pub fn new(scope: Scope) -> Self {
        let categories = vec![Category::Uninsured, Category::Partial, Category::Interrupted];
        Self { scope, area: None, categories, again: false }
    }
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The parcel.
    pub sent: Sent,
    /// People asked about.
    pub asked: u64,
    /// People of the choice who cannot be asked about: no valid citizen number, no name; privately also those who share
    /// a number, for there the name cannot tell them apart.
    pub left_out: u64,
}

/// Somebody of a choice.
struct Candidate {
    person: i64,
    name: String,
    number: CitizenNumber,
    hash: i64,
    asked: Asked,
    shared: bool,
}

impl Desk {
    /// Writes a question about people, by number and name, for a registry (`peer`: its id) into a folder.
    ///
    /// # Errors
    /// Where the registry is not known, there is nobody to ask about, or the parcel cannot be written; nothing is
    /// remembered then.
    pub async fn ask(&self, peer: &str, choice: &Choice, folder: &Path, actor: &str) -> Result<Export, RegistryError> {
        self.resume().await?;
        let card = self.peer(peer).await?;
        let (chosen, left_out) = self.chosen(&card, choice, None).await?;
        self.looked(&card, &chosen, actor).await?;
        let mut body = Vec::new();
        let mut writer = RowWriter::<_, QuestionRow>::new(&mut body)?;
        for (row, somebody) in (1_u64..).zip(&chosen) {
            let Candidate { name, number, asked, .. } = somebody;
            writer.write(&QuestionRow { row, number: *number, name: name.clone(), asked: *asked })?;
        }
        let rows = writer.finish();
        let outgoing = Outgoing { kind: Kind::Question, insurance: None, answers: None, content: "rows", rows, body };
        let mut transaction = self.registry.store.write().await?;
        let ready = self.seal(&mut transaction, &card, folder, outgoing, actor).await?;
        remember(&mut transaction, ready.digest, &chosen).await?;
        let subject = format!("question to {peer} number {} people {rows}", ready.manifest.sequence);
        append(&mut transaction, actor, "exchange-export", &subject, &ready.digest.0).await?;
        self.sent(transaction, ready.keep(), rows, left_out).await
    }

    /// Writes a private question about one insurance: the other side learns how many are asked about, and not who.
    ///
    /// # Errors
    /// As [`Desk::ask`]; where more people are chosen than the cap allows.
    pub async fn ask_privately(
        &self,
        peer: &str,
        choice: &Choice,
        insurance: Insurance,
        folder: &Path,
        actor: &str,
    ) -> Result<Export, RegistryError> {
        self.resume().await?;
        let card = self.peer(peer).await?;
        let (chosen, left_out) = self.chosen(&card, choice, Some(insurance)).await?;
        self.looked(&card, &chosen, actor).await?;
        let roles = Roles { asker: self.ours(), answerer: card.fingerprint(), insurance };
        let numbers: Vec<CitizenNumber> = chosen.iter().map(|somebody| somebody.number).collect();
        let limits = self.limits;
        let (held, rows, body) = blocking(move || {
            let (asking, request) = Asking::begin(Session::begin(roles)?, &numbers, &limits)?;
            let mut body = Vec::new();
            // a vector takes everything
            let rows = request.write(&mut body).unwrap_or_default();
            Ok((asking.remember(), rows, body))
        })
        .await?;
        let outgoing = Outgoing {
            kind: Kind::PsiRequest,
            insurance: Some(insurance),
            answers: None,
            content: "request",
            rows,
            body,
        };
        let mut transaction = self.registry.store.write().await?;
        let ready = self.seal(&mut transaction, &card, folder, outgoing, actor).await?;
        remember(&mut transaction, ready.digest, &chosen).await?;
        let sealed = keep::seal(&self.registry.key, ready.digest, &held)?;
        let sql = "INSERT INTO private_question (parcel, sealed) VALUES ($1, $2)";
        transaction.execute(sql, &[ready.digest.to_string().into(), sealed.into()]).await?;
        let (sequence, asked) = (ready.manifest.sequence, chosen.len() as u64);
        let subject = format!("private question to {peer} number {sequence} {} people {asked}", insurance.as_str());
        append(&mut transaction, actor, "exchange-export", &subject, &ready.digest.0).await?;
        self.sent(transaction, ready.keep(), asked, left_out).await
    }

    async fn sent(
        &self,
        transaction: Transaction,
        placing: Placing,
        asked: u64,
        left_out: u64,
    ) -> Result<Export, RegistryError> {
        transaction.commit().await?;
        Ok(Export { sent: self.place(placing).await?, asked, left_out })
    }

    /// Numbers and names leave the house: that is a look.
    async fn looked(&self, card: &Card, chosen: &[Candidate], actor: &str) -> Result<(), RegistryError> {
        let subject = format!("peer {}", card.registry().id());
        let persons = chosen.len() as i64;
        self.registry.looks.put(Look { actor: actor.to_owned(), purpose: "exchange-export", subject, persons }).await
    }

    /// Those of a choice who can be asked about, and how many cannot. `private`: about this insurance alone.
    async fn chosen(
        &self,
        card: &Card,
        choice: &Choice,
        private: Option<Insurance>,
    ) -> Result<(Vec<Candidate>, u64), RegistryError> {
        let mut transaction = self.registry.store.read().await?;
        let visible = crate::person::visible(&mut transaction).await?;
        let mut values: Vec<Value> = vec![visible.into()];
        let holds = |table: &str| format!("{table}.rev_from <= $1 AND {table}.rev_to > $1");
        let mut wanted: Vec<String> = Vec::new();
        if !choice.categories.is_empty() {
            let from = values.len() + 1;
            values.extend(choice.categories.iter().map(|category| Value::from(category.as_str())));
            wanted.push(format!("p.category IN ({})", crate::store::list(from, choice.categories.len())));
        }
        let mut answered = ["0".to_owned(), "0".to_owned()];
        if choice.again {
            values.extend([SourceKind::Elsewhere.as_str().into(), Value::from(card.registry().id())]);
            let at = values.len();
            let of = format!("e.origin = 'hand' AND e.scheme = ${} AND e.source = ${at} AND {}", at - 1, holds("e"));
            wanted.push(format!("p.person IN (SELECT e.person FROM enrolment e WHERE {of})"));
            answered = ["pension", "medical"].map(|insurance| {
                format!("(SELECT COUNT(*) FROM enrolment e WHERE e.person = p.person AND e.insurance = '{insurance}' AND {of})")
            });
        }
        if wanted.is_empty() {
            return Err(nobody());
        }
        let [pension, medical] = answered;
        let mut sql = format!(
            "SELECT p.person, p.name, p.pension, p.medical, n.value, n.hash, {pension}, {medical}, \
             (SELECT COUNT(*) FROM number o WHERE o.hash = n.hash AND o.kind = 'current' AND o.person <> p.person AND {}) \
             FROM person p LEFT JOIN number n ON n.person = p.person AND n.kind = 'current' AND {} \
             WHERE p.state = 'current' AND {} AND ({})",
            holds("o"),
            holds("n"),
            holds("p"),
            wanted.join(" OR "),
        );
        let filter = Filter { area: choice.area.clone(), ..Filter::default() };
        let conditions =
            self.registry.conditions(&mut transaction, &choice.scope, &filter, "p.area", &mut values).await?;
        for condition in conditions {
            sql.push_str(" AND ");
            sql.push_str(&condition);
        }
        sql.push_str(" ORDER BY p.person, n.id");
        let (mut chosen, mut left_out, mut last): (Vec<Candidate>, u64, i64) = (Vec::new(), 0, 0);
        let open = |state: &str| [InsuranceState::None.as_str(), InsuranceState::Interrupted.as_str()].contains(&state);
        transaction
            .each(sql, &values, |row| {
                let person = row.int(0);
                let asks = |insurance, state: usize, before: usize| {
                    private.is_none_or(|only| only == insurance) && (open(row.text(state)) || row.int(before) > 0)
                };
                let asked = Asked { pension: asks(Insurance::Pension, 2, 6), medical: asks(Insurance::Medical, 3, 7) };
                if person == last || !(asked.pension || asked.medical) {
                    return Ok(());
                }
                last = person;
                let (name, shared) = (row.text(1).trim().to_owned(), row.int(8) > 0);
                let named = (1..=60).contains(&name.chars().count()) && !name.chars().any(char::is_control);
                match CitizenNumber::parse(row.text(4).as_bytes()) {
                    Some(number) if private.is_some() || named => {
                        chosen.push(Candidate { person, name, number, hash: row.int(5), asked, shared });
                    }
                    _ => left_out += 1,
                }
                Ok(())
            })
            .await?;
        if private.is_some() {
            let all = chosen.len();
            chosen.retain(|somebody| !somebody.shared);
            left_out += (all - chosen.len()) as u64;
        }
        if chosen.is_empty() { Err(nobody()) } else { Ok((chosen, left_out)) }
    }
}

fn nobody() -> RegistryError {
    RegistryError::refused(
        "所选范围内没有需要查询的人员。",
        "请核对区域和类别：只查询缺少参保信息、有姓名和有效公民身份号码的在册人员。",
    )
}

/// Whom a parcel asks about, so that its answer finds them again, and no other answer does.
async fn remember(transaction: &mut Transaction, parcel: Digest, chosen: &[Candidate]) -> Result<(), RegistryError> {
    let parcel = parcel.to_string();
    let columns = ["parcel", "line", "person", "hash", "pension", "medical"];
    let row = |(line, somebody): (i64, &Candidate)| {
        let Candidate { person, hash, asked, .. } = somebody;
        vec![
            parcel.as_str().into(),
            line.into(),
            (*person).into(),
            (*hash).into(),
            asked.pension.into(),
            asked.medical.into(),
        ]
    };
    let rows: Vec<Vec<Value>> = (1_i64..).zip(chosen).map(row).collect();
    transaction.insert("question", &columns, rows).await
}
