//! Asking another registry about our people: by name and number, or privately.

use std::path::Path;

use canbao_domain::number::CitizenNumber;
use canbao_domain::source::Insurance;

use super::choose::{Candidate, Choice, Chosen, Way, remember};
use super::desk::{Desk, append, blocking};
use super::identity::Card;
use super::keep;
use super::parcel::Kind;
use super::psi::{Asking, Roles, Session};
use super::rows::{QuestionRow, RowWriter};
use super::send::{Outgoing, Placing, Sent};
use crate::RegistryError;
use crate::audit::Look;
use crate::store::Transaction;

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

impl Desk {
    /// Writes a question about people, by number and name, for a registry (`peer`: its id) into a folder.
    ///
    /// # Errors
    /// Where the registry is not known, there is nobody to ask about, or the parcel cannot be written; nothing is
    /// remembered then.
    pub async fn ask(&self, peer: &str, choice: &Choice, folder: &Path, actor: &str) -> Result<Export, RegistryError> {
        self.resume().await?;
        let card = self.peer(peer).await?;
        let Chosen { people: chosen, left_out } =
            self.registry.chosen(card.registry().id(), choice, Way::PLAIN).await?;
        let left_out = left_out.len() as u64;
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
        remember(&mut transaction, &ready.digest.to_string(), &chosen).await?;
        let subject = format!("question to {peer} number {} people {rows}", ready.manifest.sequence);
        append(&mut transaction, actor, "exchange-export", &subject, &ready.digest.0).await?;
        self.settle(&mut transaction, ready.digest).await?;
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
        let Chosen { people: chosen, left_out } =
            self.registry.chosen(card.registry().id(), choice, Way::private(insurance)).await?;
        let left_out = left_out.len() as u64;
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
        remember(&mut transaction, &ready.digest.to_string(), &chosen).await?;
        let sealed = keep::seal(&self.registry.key, ready.digest, &held)?;
        let sql = "INSERT INTO private_question (parcel, sealed) VALUES ($1, $2)";
        transaction.execute(sql, &[ready.digest.to_string().into(), sealed.into()]).await?;
        let (sequence, asked) = (ready.manifest.sequence, chosen.len() as u64);
        let subject = format!("private question to {peer} number {sequence} {} people {asked}", insurance.as_str());
        append(&mut transaction, actor, "exchange-export", &subject, &ready.digest.0).await?;
        self.settle(&mut transaction, ready.digest).await?;
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
        self.registry
            .looks
            .put(Look { actor: actor.to_owned(), purpose: "exchange-export".into(), subject, persons })
            .await
    }
}
