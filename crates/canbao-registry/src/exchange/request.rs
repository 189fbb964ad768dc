//! What leaves for another registry, and what its answers change, by two people: one asks, another decides, and what is
//! decided is done in the very transaction that says so.

use std::path::Path;

use super::act::Act;
use super::answer::Answered;
use super::arrive::{Arrived, Standing};
use super::ask::Export;
use super::choose::Chosen;
use super::desk::{Desk, append};
use super::parcel::{Digest, Kind};
use super::psi;
use super::said::Import;
use crate::RegistryError;
use crate::change::RequestState;
use crate::clock::now_ms;
use crate::query::Asker;
use crate::store::{Row, Transaction, Value, values};

/// What would be done, in figures.
#[derive(Clone, Debug)]
pub enum Would {
    /// So many people are asked about; so many of the choice cannot be.
    Ask {
        /// Asked about.
        asked: u64,
        /// Left out: no valid number, no name, privately a number that several share.
        left_out: u64,
    },
    /// A question about so many people is answered.
    Answer(Arrived),
    /// An answer changes so much.
    Import(Arrived, Import),
}

impl Would {
    /// How many people it is about.
    pub const fn people(&self) -> u64 {
        match self {
            Self::Ask { asked, .. } => *asked,
            Self::Answer(arrived) => arrived.rows,
            Self::Import(_, import) => import.asked,
        }
    }
}

/// What was done.
#[derive(Clone, Debug)]
pub enum Done {
    /// A question was sealed.
    Asked(Export),
    /// An answer was sealed.
    Answered(Answered),
    /// An answer was applied.
    Imported(Import),
    /// Nothing, for it was not approved.
    Refused,
}

/// A request as it stands.
#[derive(Clone, Debug)]
pub struct ExchangeRequest {
    /// Its number.
    pub id: i64,
    /// What is to be done; none for an act that this program does not know.
    pub act: Option<Act>,
    /// The other registry's id.
    pub peer: String,
    /// How many people it was about when it was asked for.
    pub people: i64,
    /// Where it is: pending, done, refused or withdrawn.
    pub state: RequestState,
    /// Why it is wanted.
    pub reason: String,
    /// Who asked.
    pub maker: String,
    /// When, milliseconds since 1970 (UTC).
    pub made_at: i64,
    /// Who decided.
    pub checker: Option<String>,
    /// When, milliseconds since 1970 (UTC).
    pub decided_at: Option<i64>,
    /// Why so.
    pub answer: Option<String>,
    /// The parcel that it made, or took in.
    pub result: Option<Digest>,
}

const COLUMNS: &str = "id, act, peer, parcel, wanted, people, state, reason, maker, made_at, checker, decided_at, answer, \
                       result";

fn request_of(row: &Row) -> ExchangeRequest {
    ExchangeRequest {
        id: row.int(0),
        act: Act::read(row.text(1), row.text(2), row.maybe_text(3), row.text(4)),
        peer: row.text(2).to_owned(),
        people: row.int(5),
        state: RequestState::from_word(row.text(6)),
        reason: row.text(7).to_owned(),
        maker: row.text(8).to_owned(),
        made_at: row.int(9),
        checker: row.maybe_text(10).map(str::to_owned),
        decided_at: row.maybe_int(11),
        answer: row.maybe_text(12).map(str::to_owned),
        result: row.maybe_text(13).and_then(Digest::parse),
    }
}

/// Which request the next parcel settles.
#[derive(Clone, Debug)]
pub(super) struct Settles {
    request: i64,
    checker: String,
    answer: String,
}

impl Desk {
    /// What an act would do, as things are. Nothing is written, and nothing leaves.
    ///
    /// # Errors
    /// Where it could not be done: nobody to ask about, a parcel that is not next or no such thing, a chain that is broken.
    pub async fn would(&self, asker: &Asker, act: &Act, inbox: &Path) -> Result<Would, RegistryError> {
        match act {
            Act::Ask(question) => {
                self.peer(&question.peer).await?;
                let choice = question.choice(&asker.scope);
                let chosen = self.registry.chosen(&question.peer, &choice, question.way()).await;
                let Chosen { people, left_out } = chosen.map_err(nobody)?;
                let asked = people.len() as u64;
                if question.private.is_some() {
                    psi::within_asked(asked, &self.limits)?;
                }
                Ok(Would::Ask { asked, left_out: left_out.len() as u64 })
            }
            Act::Answer(digest) => {
                let arrived = self.next(inbox, *digest).await?;
                match arrived.manifest.kind {
                    Kind::Question | Kind::PsiRequest => Ok(Would::Answer(arrived)),
                    kind => Err(not_so(kind, "查询")),
                }
            }
            Act::Import(digest) => {
                let arrived = self.next(inbox, *digest).await?;
                match arrived.manifest.kind {
                    Kind::Answer | Kind::PsiReply => {
                        let import = self.try_import(&Self::waits_at(inbox, *digest), &asker.actor).await?;
                        Ok(Would::Import(arrived, import))
                    }
                    kind => Err(not_so(kind, "答复")),
                }
            }
        }
    }

    /// A parcel of the inbox that is next in its chain.
    async fn next(&self, inbox: &Path, digest: Digest) -> Result<Arrived, RegistryError> {
        let arrived = self.arrived(inbox, digest).await?;
        match arrived.standing {
            Standing::Next => Ok(arrived),
            Standing::Early { expected } => Err(RegistryError::refused(
                format!("要先处理对方的第 {expected} 号数据包。"),
                "请先上传并处理缺少的数据包；找不到时请对方重新发送。",
            )),
            Standing::Taken => Err(RegistryError::refused("这个数据包已经处理过。", "不用再办。")),
            Standing::Broken => Err(RegistryError::refused(
                "这个数据包接不上前一个，不能使用。",
                "请与对方逐个核对往来数据包的摘要，查明哪一个被替换。",
            )),
        }
    }

    /// Asks that something be done; gives the request's number.
    ///
    /// # Errors
    /// As [`Desk::would`]; where no reason is told, or the same waits already.
    pub async fn wish(&self, asker: &Asker, act: &Act, reason: &str, inbox: &Path) -> Result<i64, RegistryError> {
        told(reason)?;
        let would = self.would(asker, act, inbox).await?;
        let peer = match (&would, act) {
            (Would::Answer(arrived) | Would::Import(arrived, _), _) => arrived.peer.clone(),
            (Would::Ask { .. }, Act::Ask(question)) => question.peer.clone(),
            (Would::Ask { .. }, _) => String::new(),
        };
        let people = super::send::to_int(would.people())?;
        let mut transaction = self.registry.store.write().await?;
        let (word, wanted) = (act.as_str(), act.wanted());
        let parcel = act.parcel().map(|digest| digest.to_string());
        let same = "SELECT COUNT(*) FROM exchange_request WHERE state = 'pending' AND act = $1 AND peer = $2 AND \
                    wanted = $3 AND COALESCE(parcel, '') = $4";
        let of = values![word, peer.as_str(), wanted.as_str(), parcel.clone().unwrap_or_default()];
        if transaction.int(same, of).await? > 0 {
            return Err(RegistryError::refused("同样的一件已经提出，正等待审批。", "请先看那一件的结果。"));
        }
        let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM exchange_request", &[]).await?;
        let sql = "INSERT INTO exchange_request (id, act, peer, parcel, wanted, people, state, reason, maker, made_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8, $9)";
        let row: &[Value] = values![
            id,
            word,
            peer.as_str(),
            parcel,
            wanted.as_str(),
            people,
            reason.trim(),
            asker.actor.as_str(),
            now_ms()
        ];
        transaction.execute(sql, row).await?;
        let subject = format!("exchange request {id} {word} peer {peer} people {people} {wanted}");
        append(&mut transaction, &asker.actor, "exchange-wish", &subject, &[]).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Decides on a request; approved, it is done with it, all in one transaction. Parcels that it makes go to `outbox`.
    ///
    /// # Errors
    /// Where who decides is who asked, it is decided already, or it cannot be done as things are: nothing is decided then.
    pub async fn settle_wish(
        &self,
        asker: &Asker,
        id: i64,
        approve: bool,
        answer: &str,
        [inbox, outbox]: [&Path; 2],
    ) -> Result<Done, RegistryError> {
        told(answer)?;
        let request = self.request(id).await?;
        if request.state != RequestState::Pending {
            return Err(decided());
        }
        if request.maker == asker.actor {
            return Err(RegistryError::refused("审批人不能是提出的人本人。", "请由另一位工作人员审批。"));
        }
        if !approve {
            let mut transaction = self.registry.store.write().await?;
            let sql = "UPDATE exchange_request SET state = 'refused', checker = $1, decided_at = $2, answer = $3 \
                       WHERE id = $4 AND state = 'pending'";
            let of = values![asker.actor.as_str(), now_ms(), answer.trim(), id];
            if transaction.execute(sql, of).await? != 1 {
                return Err(decided());
            }
            let subject = format!("exchange request {id}");
            append(&mut transaction, &asker.actor, "exchange-refuse", &subject, &[]).await?;
            transaction.commit().await?;
            return Ok(Done::Refused);
        }
        let act = request
            .act
            .ok_or_else(|| RegistryError::refused("这件申请的内容读不懂。", "它由较新的程序提出，请更新本程序。"))?;
        let settles = Settles { request: id, checker: asker.actor.clone(), answer: answer.trim().to_owned() };
        let desk = Self { settles: Some(settles), ..self.clone() };
        match act {
            Act::Ask(question) => {
                let (choice, actor) = (question.choice(&asker.scope), asker.actor.as_str());
                let asked = match question.private {
                    None => desk.ask(&question.peer, &choice, outbox, actor).await,
                    Some(insurance) => desk.ask_privately(&question.peer, &choice, insurance, outbox, actor).await,
                };
                asked.map(Done::Asked).map_err(nobody)
            }
            Act::Answer(digest) => {
                let arrived = self.next(inbox, digest).await?;
                let file = Self::waits_at(inbox, arrived.digest);
                let answered = desk.answer(&file, outbox, &asker.actor).await?;
                Self::cleared(inbox, digest);
                Ok(Done::Answered(answered))
            }
            Act::Import(digest) => {
                let arrived = self.next(inbox, digest).await?;
                let import = desk.import(&Self::waits_at(inbox, arrived.digest), &asker.actor).await?;
                Self::cleared(inbox, digest);
                Ok(Done::Imported(import))
            }
        }
    }

    /// Says in the transaction of what was approved that it was; a desk that settles no request says nothing.
    pub(super) async fn settle(&self, transaction: &mut Transaction, result: Digest) -> Result<(), RegistryError> {
        let Some(Settles { request, checker, answer }) = &self.settles else { return Ok(()) };
        let sql = "UPDATE exchange_request SET state = 'done', checker = $1, decided_at = $2, answer = $3, result = $4 \
                   WHERE id = $5 AND state = 'pending'";
        let of = values![checker.as_str(), now_ms(), answer.as_str(), result.to_string(), *request];
        if transaction.execute(sql, of).await? != 1 {
            return Err(decided());
        }
        append(transaction, checker, "exchange-approve", &format!("exchange request {request}"), &result.0).await
    }

    /// Takes a request back; only who asked can.
    ///
    /// # Errors
    /// Where it is somebody else's, or decided already.
    pub async fn withdraw_wish(&self, asker: &Asker, id: i64, answer: &str) -> Result<(), RegistryError> {
        told(answer)?;
        let request = self.request(id).await?;
        if request.maker != asker.actor {
            return Err(RegistryError::refused("只有提出的人能收回。", "请联系提出的人。"));
        }
        let mut transaction = self.registry.store.write().await?;
        let sql = "UPDATE exchange_request SET state = 'withdrawn', answer = $1 WHERE id = $2 AND state = 'pending'";
        if transaction.execute(sql, values![answer.trim(), id]).await? != 1 {
            return Err(decided());
        }
        append(&mut transaction, &asker.actor, "exchange-withdraw", &format!("exchange request {id}"), &[]).await?;
        transaction.commit().await
    }

    /// A request by its number.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where there is none.
    pub async fn request(&self, id: i64) -> Result<ExchangeRequest, RegistryError> {
        let mut transaction = self.registry.store.read().await?;
        let sql = format!("SELECT {COLUMNS} FROM exchange_request WHERE id = $1");
        transaction.first(sql, values![id]).await?.as_ref().map(request_of).ok_or(RegistryError::Nobody)
    }

    /// The last requests, the newest first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn requests(&self, most: i64) -> Result<Vec<ExchangeRequest>, RegistryError> {
        let mut transaction = self.registry.store.read().await?;
        let sql = format!("SELECT {COLUMNS} FROM exchange_request ORDER BY id DESC LIMIT $1");
        Ok(transaction.all(sql, values![most]).await?.iter().map(request_of).collect())
    }
}

fn told(reason: &str) -> Result<(), RegistryError> {
    match reason.trim().chars().count() {
        0 => Err(RegistryError::refused_at("reason", "没有写理由。", "请写明理由，再提交一次。")),
        1..=200 => Ok(()),
        _ => Err(RegistryError::refused_at("reason", "理由太长。", "请写在 200 个字以内。")),
    }
}

fn decided() -> RegistryError {
    RegistryError::refused("这件申请已经处理过。", "请重新查看它的结果。")
}

fn not_so(kind: Kind, wanted: &str) -> RegistryError {
    RegistryError::refused(
        format!("这个数据包是“{}”，不是{wanted}。", kind.chinese()),
        "请回到联网比对，按它的种类办理。",
    )
}

/// Nobody to ask about is said as what somebody chose.
fn nobody(error: RegistryError) -> RegistryError {
    match error {
        RegistryError::NobodyToAsk => RegistryError::refused_at(
            "categories",
            "所选的范围里没有可以查询的人。",
            "请换一个区域或类别；没有有效号码的人不能查询。",
        ),
        error => error,
    }
}
