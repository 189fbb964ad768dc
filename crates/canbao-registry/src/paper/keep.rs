//! Issuing a paper, and having it back.

use canbao_domain::scope::Scope;

use crate::RegistryError;
use crate::area::Areas;
use crate::audit::{self, Entry, hex};
use crate::clock::{instant, now_ms};
use crate::registry::Registry;
use crate::store::{Row, Transaction, Value, values};

/// Bytes that a paper may have, at most.
const MOST: usize = 64 << 20;

/// Papers that are read at once.
const AT_ONCE: usize = 500;

/// Which papers are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that were issued.
    Issued,
    /// Drafts too, and what became of them.
    All,
}

/// How many papers there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Papers {
    /// Issued.
    pub issued: i64,
    /// Waiting to be issued.
    pub drafts: i64,
    /// Of these, those that another than this one made: what they can issue.
    pub for_this_one: i64,
}

/// A paper to be issued.
#[derive(Clone, Debug)]
pub struct Issue<'a> {
    /// `bulletin`, `analysis` or `assessment`.
    pub kind: &'a str,
    /// The area that it is about.
    pub area: &'a str,
    /// Its number: each once for a kind and an area.
    pub issue: &'a str,
    /// Its title.
    pub title: &'a str,
    /// The day that stands on it.
    pub issued_on: &'a str,
    /// The snapshot that it rests on.
    pub snapshot: i64,
    /// The one that it compares with; none where there is none.
    pub before: Option<i64>,
    /// Under which count a cell was withheld.
    pub threshold: i64,
    /// `application/pdf` and the like.
    pub media: &'a str,
    /// The file.
    pub content: &'a [u8],
}

/// What became of a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// 待印发
    Draft,
    /// 已印发
    Issued,
    /// 退回
    Refused,
    /// 收回
    Withdrawn,
}

impl State {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Issued => "issued",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Draft => "待印发",
            Self::Issued => "已印发",
            Self::Refused => "已退回",
            Self::Withdrawn => "已收回",
        }
    }

    fn of(word: &str) -> Self {
        let all = [Self::Draft, Self::Issued, Self::Refused];
        all.into_iter().find(|state| state.as_str() == word).unwrap_or(Self::Withdrawn)
    }
}

/// A paper: a draft, or what was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// The registry's number.
    pub id: i64,
    /// `bulletin`, `analysis` or `assessment`.
    pub kind: String,
    /// The area that it is about.
    pub area: String,
    /// Its number.
    pub issue: String,
    /// Its title.
    pub title: String,
    /// The day that stands on it.
    pub issued_on: String,
    /// The snapshot that it rests on.
    pub snapshot: i64,
    /// The one that it compares with.
    pub before: Option<i64>,
    /// Under which count a cell was withheld.
    pub threshold: i64,
    /// By whom it was made.
    pub made_by: String,
    /// When, milliseconds since 1970 (UTC).
    pub made_at: i64,
    /// What became of it.
    pub state: State,
    /// By whom it was issued or refused; blank of a draft.
    pub decided_by: String,
    /// When, milliseconds since 1970 (UTC); 0 of a draft.
    pub decided_at: i64,
    /// Why it was refused.
    pub note: String,
    /// `application/pdf` and the like.
    pub media: String,
    /// How large it is.
    pub bytes: i64,
    /// BLAKE3 of its content, in hexadecimal.
    pub digest: String,
}

impl Paper {
    /// When it was made, as `2016-11-03T08:00:00+08:00`.
    pub fn made(&self) -> String {
        instant(self.made_at)
    }

    /// When it was issued or refused; none of a draft.
    pub fn decided(&self) -> Option<String> {
        (self.decided_at > 0).then(|| instant(self.decided_at))
    }
}

const COLUMNS: &str = "id, kind, area, issue, title, issued_on, snapshot, before, threshold, made_by, made_at, state, decided_by, \
                       decided_at, note, media, bytes, digest";

fn paper_of(row: &Row) -> Paper {
    let text = |at: usize| row.text(at).to_owned();
    Paper {
        id: row.int(0),
        kind: text(1),
        area: text(2),
        issue: text(3),
        title: text(4),
        issued_on: text(5),
        snapshot: row.int(6),
        before: Some(row.int(7)).filter(|before| *before != 0),
        threshold: row.int(8),
        made_by: text(9),
        made_at: row.int(10),
        state: State::of(row.text(11)),
        decided_by: text(12),
        decided_at: row.int(13),
        note: text(14),
        media: text(15),
        bytes: row.int(16),
        digest: hex(row.bytes(17)),
    }
}

async fn read(transaction: &mut Transaction, id: i64) -> Result<Paper, RegistryError> {
    let sql = format!("SELECT {COLUMNS} FROM paper WHERE id = $1");
    transaction.first(sql, values![id]).await?.as_ref().map(paper_of).ok_or(RegistryError::Nobody)
}

/// Fixes under which count cells of a snapshot are withheld, by the first paper of it.
async fn fix_threshold(transaction: &mut Transaction, snapshot: i64, threshold: i64) -> Result<(), RegistryError> {
    match threshold_of(transaction, snapshot).await? {
        Some(known) if known != threshold => Err(RegistryError::refused(
            format!("第 {snapshot} 号统计快照已按“不到 {known} 的数不公布”印发过材料，不能再换别的标准。"),
            "两种标准的材料放在一起，会推算出没有公布的数；请按原来的标准，或者用新的统计快照。",
        )),
        Some(_) => Ok(()),
        None => {
            let sql = "INSERT INTO release (snapshot, threshold, at) VALUES ($1, $2, $3)";
            transaction.execute(sql, values![snapshot, threshold, now_ms()]).await.map(drop)
        }
    }
}

async fn threshold_of(transaction: &mut Transaction, snapshot: i64) -> Result<Option<i64>, RegistryError> {
    let sql = "SELECT threshold FROM release WHERE snapshot = $1";
    Ok(transaction.first(sql, values![snapshot]).await?.map(|row| row.int(0)))
}

impl Registry {
    /// Under which count cells of a snapshot are withheld in what leaves: as the first paper of it had it, else as is wanted
    /// now.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn release_threshold(&self, snapshot: i64, wanted: i64) -> Result<i64, RegistryError> {
        let mut statements = self.store.statements().await?;
        Ok(threshold_of(&mut statements, snapshot).await?.unwrap_or(wanted))
    }

    /// Issues a paper: it is kept as it is, with an audit entry, and never changes. `by`: on whose word. Where two people are
    /// asked for, see [`Registry::draft_paper`].
    ///
    /// # Errors
    /// Where one of this number is there already, cells were withheld otherwise in another of the same snapshot, or the
    /// database does not answer.
    pub async fn issue_paper(&self, issue: &Issue<'_>, by: &str) -> Result<Paper, RegistryError> {
        self.keep(issue, by, State::Issued).await
    }

    /// Keeps a paper as it is for another to issue it, with an audit entry.
    ///
    /// # Errors
    /// As [`Registry::issue_paper`].
    pub async fn draft_paper(&self, issue: &Issue<'_>, by: &str) -> Result<Paper, RegistryError> {
        self.keep(issue, by, State::Draft).await
    }

    async fn keep(&self, issue: &Issue<'_>, by: &str, state: State) -> Result<Paper, RegistryError> {
        let blank = [issue.kind, issue.area, issue.issue, issue.title].iter().any(|text| text.trim().is_empty());
        if blank || issue.content.is_empty() {
            return Err(RegistryError::refused_at("issue", "没有写期号。", "请写上期号，例如 2016年第3期。"));
        }
        if issue.content.len() > MOST {
            return Err(RegistryError::refused("文件太大，不能归档。", "请缩小范围后再印发。"));
        }
        let mut transaction = self.store.write().await?;
        let sql =
            "SELECT state FROM paper WHERE kind = $1 AND area = $2 AND issue = $3 AND state IN ('draft', 'issued')";
        if let Some(row) = transaction.first(sql, values![issue.kind, issue.area, issue.issue]).await? {
            let (said, hint) = if row.text(0) == State::Issued.as_str() {
                ("已经印发过，印发了的不能改", "请换一个期号；要更正，请另发一期说明。")
            } else {
                ("已经有一份等着印发", "请先印发、退回或收回那一份，或者换一个期号。")
            };
            return Err(RegistryError::refused_at("issue", format!("“{}”{said}。", issue.issue), hint));
        }
        let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM paper", &[]).await?;
        let digest = blake3::hash(issue.content).as_bytes().to_vec();
        let is_issued = state == State::Issued;
        if is_issued {
            fix_threshold(&mut transaction, issue.snapshot, issue.threshold).await?;
        }
        let subject = format!("{} {id} of {} from snapshot {}", issue.kind, issue.area, issue.snapshot);
        let action = if is_issued { "issue" } else { "draft" };
        let entry = Entry { actor: by, action, subject: &subject, revision: None, digest: &digest };
        let seq = audit::append(&mut transaction, entry).await?;
        let made_at = now_ms();
        let (decided_by, decided_at) = if is_issued { (by, made_at) } else { ("", 0) };
        let bytes = i64::try_from(issue.content.len()).unwrap_or(i64::MAX);
        let row: &[Value] = values![
            id,
            issue.kind,
            issue.area,
            issue.issue,
            issue.title,
            issue.issued_on,
            issue.snapshot,
            issue.before.unwrap_or_default(),
            issue.threshold,
            by,
            made_at,
            state.as_str(),
            decided_by,
            decided_at,
            "",
            issue.media,
            bytes,
            seq,
            digest,
            issue.content.to_vec()
        ];
        let sql = "INSERT INTO paper (id, kind, area, issue, title, issued_on, snapshot, before, threshold, made_by, made_at, \
                   state, decided_by, decided_at, note, media, bytes, seq, digest, content) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
        transaction.execute(sql, row).await?;
        let paper = read(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(paper)
    }

    /// Issues a draft as it was made, or refuses it with a reason; another than whoever made it decides. `by`: on whose word.
    ///
    /// # Errors
    /// Where there is no such draft in the scope, whoever made it decides, there is no reason, cells were withheld otherwise
    /// in another paper of the same snapshot, or the database does not answer.
    pub async fn decide_paper(
        &self,
        scope: &Scope,
        id: i64,
        refused: Option<&str>,
        by: &str,
    ) -> Result<Paper, RegistryError> {
        let mut transaction = self.store.write().await?;
        let areas = self.areas.get(&mut transaction).await?;
        let paper = read(&mut transaction, id).await?;
        if !areas.reached(scope, &paper.area) {
            return Err(RegistryError::Nobody);
        }
        drafted(&paper)?;
        if paper.made_by == by {
            return Err(RegistryError::refused("自己拟的材料不能自己印发。", "请另一位有印发权限的同事审核印发。"));
        }
        match refused {
            Some(reason) => {
                let reason = reason.trim();
                if reason.is_empty() || reason.chars().count() > 500 {
                    return Err(RegistryError::refused_at(
                        "note",
                        "没有写退回的理由。",
                        "请写明哪里要改，500 字以内。",
                    ));
                }
                end(&mut transaction, &paper, State::Refused, reason, by).await?;
            }
            None => {
                fix_threshold(&mut transaction, paper.snapshot, paper.threshold).await?;
                let sql = "SELECT digest, content FROM paper WHERE id = $1";
                let row = transaction.first(sql, values![id]).await?.ok_or(RegistryError::Nobody)?;
                let digest = blake3::hash(row.bytes(1)).as_bytes().to_vec();
                if digest != row.bytes(0) {
                    return Err(broken(id));
                }
                let subject = format!("{} {id} of {} from snapshot {}", paper.kind, paper.area, paper.snapshot);
                let entry = Entry { actor: by, action: "issue", subject: &subject, revision: None, digest: &digest };
                let seq = audit::append(&mut transaction, entry).await?;
                let sql = "UPDATE paper SET state = 'issued', decided_by = $2, decided_at = $3, seq = $4 WHERE id = $1";
                transaction.execute(sql, values![id, by, now_ms(), seq]).await?;
            }
        }
        let paper = read(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(paper)
    }

    /// Takes one's own draft back.
    ///
    /// # Errors
    /// Where there is no such draft of theirs, or the database does not answer.
    pub async fn withdraw_paper(&self, id: i64, by: &str) -> Result<Paper, RegistryError> {
        let mut transaction = self.store.write().await?;
        let paper = read(&mut transaction, id).await?;
        if paper.made_by != by {
            return Err(RegistryError::Nobody);
        }
        drafted(&paper)?;
        end(&mut transaction, &paper, State::Withdrawn, "", by).await?;
        let paper = read(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(paper)
    }

    /// How many papers of a scope were issued and how many drafts wait, without reading them.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn papers_counted(&self, scope: &Scope, login: &str) -> Result<Papers, RegistryError> {
        let mut statements = self.store.statements().await?;
        let areas = self.areas.get(&mut statements).await?;
        let sql = "SELECT area, state, made_by, COUNT(*) FROM paper GROUP BY area, state, made_by";
        let mut counted = Papers::default();
        for row in statements.all(sql, &[]).await? {
            let state = State::of(row.text(1));
            match state {
                _ if !sees(scope, &areas, row.text(0), state) => {}
                State::Issued => counted.issued += row.int(3),
                State::Draft => {
                    counted.drafts += row.int(3);
                    counted.for_this_one += if row.text(2) == login { 0 } else { row.int(3) };
                }
                State::Refused | State::Withdrawn => {}
            }
        }
        Ok(counted)
    }

    /// The papers that a scope may see, the newest first: those about its areas and what is under them, and what was issued by
    /// those above. `before` is the number of the one that they are older than, `most` how many there are at most.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn papers(
        &self,
        scope: &Scope,
        which: Which,
        before: Option<i64>,
        most: usize,
    ) -> Result<Vec<Paper>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let areas = self.areas.get(&mut statements).await?;
        let sql = format!(
            "SELECT {COLUMNS} FROM paper WHERE id < $1 AND (state = 'issued' OR $2 = 1) ORDER BY id DESC LIMIT {AT_ONCE}"
        );
        let (mut found, mut last) = (Vec::new(), before.unwrap_or(i64::MAX));
        loop {
            let rows = statements.all(sql.clone(), values![last, i64::from(which == Which::All)]).await?;
            last = rows.last().map_or(0, |row| row.int(0));
            let seen = rows.iter().map(paper_of).filter(|paper| sees(scope, &areas, &paper.area, paper.state));
            found.extend(seen.take(most - found.len()));
            if found.len() >= most || rows.len() < AT_ONCE {
                return Ok(found);
            }
        }
    }

    /// A paper with its file.
    ///
    /// # Errors
    /// Where there is none in the scope, it is not what the audit says was issued, or the database does not answer.
    pub async fn paper(&self, scope: &Scope, id: i64) -> Result<(Paper, Vec<u8>), RegistryError> {
        let mut statements = self.store.statements().await?;
        let areas = self.areas.get(&mut statements).await?;
        let sql = format!(
            "SELECT {COLUMNS}, content, (SELECT digest FROM audit WHERE audit.seq = paper.seq) FROM paper WHERE id = $1"
        );
        let row = statements.first(sql, values![id]).await?.ok_or(RegistryError::Nobody)?;
        let paper = paper_of(&row);
        if !sees(scope, &areas, &paper.area, paper.state) {
            return Err(RegistryError::Nobody);
        }
        let content = row.bytes(18).to_vec();
        let is_kept = matches!(paper.state, State::Draft | State::Issued);
        let digest = blake3::hash(&content);
        if is_kept && (digest.as_bytes() != row.bytes(17) || digest.as_bytes() != row.bytes(19)) {
            return Err(broken(id));
        }
        Ok((paper, content))
    }
}

/// Whether a scope may see a paper: it is about one of its areas or what is under them, or was issued by those above, to whom it
/// reports.
fn sees(scope: &Scope, areas: &Areas, area: &str, state: State) -> bool {
    let above = || scope.areas().into_iter().flatten().any(|own| areas.reports_to(own, area));
    areas.reached(scope, area) || (state == State::Issued && above())
}

fn broken(id: i64) -> RegistryError {
    RegistryError::Broken(format!("第 {id} 号材料与审计记录不符：有人绕过系统改过它"))
}

fn drafted(paper: &Paper) -> Result<(), RegistryError> {
    if paper.state == State::Draft {
        return Ok(());
    }
    Err(RegistryError::refused(format!("这份材料{}，不能再办。", paper.state.chinese()), "请刷新页面看最新的情况。"))
}

/// Ends a draft that is not issued: of its content nothing stays.
async fn end(
    transaction: &mut Transaction,
    paper: &Paper,
    state: State,
    note: &str,
    by: &str,
) -> Result<(), RegistryError> {
    let subject = format!("{} {} of {} from snapshot {}", paper.kind, paper.id, paper.area, paper.snapshot);
    let action = if state == State::Refused { "refuse-paper" } else { "withdraw-paper" };
    let digest = blake3::hash(note.as_bytes());
    let entry = Entry { actor: by, action, subject: &subject, revision: None, digest: digest.as_bytes() };
    audit::append(transaction, entry).await?;
    let sql = "UPDATE paper SET state = $2, decided_by = $3, decided_at = $4, note = $5, content = $6 WHERE id = $1";
    let nothing: Vec<u8> = Vec::new();
    transaction.execute(sql, values![paper.id, state.as_str(), by, now_ms(), note, nothing]).await.map(drop)
}
