//! Lists that leave as files (导出): one asks, another of the same or a higher area decides, then who asked may take the
//! file for a while. What it holds is read at that moment, in the scope that its maker has then.

mod list;

pub use list::List;

use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::change::RequestState;
use crate::clock::now_ms;
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Row, Transaction, values};

/// Rows of a file, at most: who needs more narrows the list.
pub const MOST: i64 = 200_000;
/// How long the file may be taken after the approval, in milliseconds.
pub const OPEN: i64 = 3 * 86_400_000;

/// What somebody wants to take along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewExport {
    /// What is in it.
    pub list: List,
    /// The area that its maker answers for.
    pub area: String,
    /// The columns' words.
    pub fields: Vec<String>,
    /// Whether numbers, phones and addresses stand there whole.
    pub whole: bool,
    /// What for.
    pub purpose: String,
    /// `xlsx` or `csv`.
    pub format: String,
}

/// A request to take a list along, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its number.
    pub id: i64,
    /// What is wanted.
    pub wanted: NewExport,
    /// How many rows it held when it was asked for.
    pub rows: i64,
    /// Where it is: pending, done (approved), refused or withdrawn.
    pub state: RequestState,
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
    /// Until when the file may be taken, milliseconds since 1970 (UTC).
    pub until: Option<i64>,
    /// How often it was taken.
    pub taken: i64,
}

const COLUMNS: &str = "id, kind, filter, area, fields, whole, purpose, format, rows_told, state, maker, made_at, checker, \
                       decided_at, answer, until, taken";

fn export_of(row: &Row) -> Result<Export, RegistryError> {
    let text = |at| row.maybe_text(at).map(str::to_owned);
    Ok(Export {
        id: row.int(0),
        wanted: NewExport {
            list: List::read(row.text(1), row.text(2))?,
            area: row.text(3).to_owned(),
            fields: row.text(4).split(' ').filter(|field| !field.is_empty()).map(str::to_owned).collect(),
            whole: row.flag(5),
            purpose: row.text(6).to_owned(),
            format: row.text(7).to_owned(),
        },
        rows: row.int(8),
        state: RequestState::from_word(row.text(9)),
        maker: row.text(10).to_owned(),
        made_at: row.int(11),
        checker: text(12),
        decided_at: row.maybe_int(13),
        answer: text(14),
        until: row.maybe_int(15),
        taken: row.int(16),
    })
}

impl Registry {
    /// Asks to take a list along.
    ///
    /// # Errors
    /// Where nobody is in it, or too many are; where no column is chosen or no purpose told.
    pub async fn ask_export(&self, asker: &Asker, wanted: &NewExport) -> Result<i64, RegistryError> {
        let purpose = wanted.purpose.trim();
        if purpose.is_empty() {
            return Err(RegistryError::refused_at("purpose", "没有写明用途。", "请写明导出做什么用。"));
        }
        if wanted.fields.is_empty() {
            return Err(RegistryError::refused_at("fields", "没有选要导出的列。", "请至少选一列。"));
        }
        let (rows, measure) = (self.list_rows(asker, &wanted.list).await?, wanted.list.measure());
        if rows == 0 {
            let nothing = match wanted.list {
                List::People(_) => "这个名单里没有人，没有可以导出的。",
                List::Findings(_) => "这个名单里没有疑点，没有可以导出的。",
                List::Employers(_) => "这个名单里没有单位，没有可以导出的。",
            };
            return Err(RegistryError::refused(nothing, "请返回名单，去掉一个条件。"));
        }
        if rows > MOST {
            return Err(RegistryError::refused(
                format!("这个名单有 {rows} {measure}，一次最多导出 {MOST} {measure}。"),
                "请加上条件（如选一个镇、一个类别），分几次导出。",
            ));
        }
        let mut transaction = self.store.write().await?;
        let revision = crate::person::visible(&mut transaction).await?;
        let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM export_request", &[]).await?;
        let sql = "INSERT INTO export_request (id, kind, filter, area, fields, whole, purpose, format, rows_told, revision, \
                   state, maker, made_at, taken) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'pending', $11, $12, 0)";
        let (kind, filter, fields) = (wanted.list.kind(), wanted.list.written(), wanted.fields.join(" "));
        let row = values![
            id,
            kind,
            filter.as_str(),
            wanted.area.as_str(),
            fields,
            wanted.whole,
            purpose,
            wanted.format.as_str(),
            rows,
            revision,
            asker.actor.as_str(),
            now_ms()
        ];
        transaction.execute(sql, row).await?;
        let whole = if wanted.whole { "whole" } else { "masked" };
        note(&mut transaction, asker, "ask-export", &format!("export {id} {rows} {kind} {whole} {filter}")).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Decides on a request. `area` is the one that who decides answers for: the maker's, or one above it.
    ///
    /// # Errors
    /// Where who decides is who asked, or answers for less; where it is decided already, or no reason is told.
    pub async fn decide_export(
        &self,
        asker: &Asker,
        area: &str,
        id: i64,
        approve: bool,
        answer: &str,
    ) -> Result<(), RegistryError> {
        told(answer)?;
        let mut transaction = self.store.write().await?;
        let export = pending(&mut transaction, id).await?;
        if export.maker == asker.actor {
            return Err(RegistryError::refused("审批人不能是申请人本人。", "请由另一位工作人员审批。"));
        }
        let areas = self.areas.get(&mut transaction).await?;
        if !areas.reports_to(&export.wanted.area, area) {
            return Err(RegistryError::Nobody);
        }
        let (state, now) = (if approve { "done" } else { "refused" }, now_ms());
        let until = approve.then_some(now + OPEN);
        let sql = "UPDATE export_request SET state = $1, checker = $2, decided_at = $3, answer = $4, until = $5 \
                   WHERE id = $6";
        transaction.execute(sql, values![state, asker.actor.as_str(), now, answer, until, id]).await?;
        let action = if approve { "approve-export" } else { "refuse-export" };
        note(&mut transaction, asker, action, &format!("export {id}")).await?;
        transaction.commit().await
    }

    /// Takes a request back, even one that is approved; only who asked can.
    ///
    /// # Errors
    /// Where it is somebody else's, or refused or withdrawn already.
    pub async fn withdraw_export(&self, asker: &Asker, id: i64, answer: &str) -> Result<(), RegistryError> {
        told(answer)?;
        let mut transaction = self.store.write().await?;
        let export = one(&mut transaction, id).await?;
        if export.maker != asker.actor {
            return Err(RegistryError::refused("只有申请人能收回。", "请联系申请人。"));
        }
        if !matches!(export.state, RequestState::Pending | RequestState::Done) {
            return Err(RegistryError::refused("这件导出申请已经处理过。", "请重新查看它的结果。"));
        }
        let sql = "UPDATE export_request SET state = 'withdrawn', answer = $1, until = NULL WHERE id = $2";
        transaction.execute(sql, values![answer, id]).await?;
        note(&mut transaction, asker, "withdraw-export", &format!("export {id}")).await?;
        transaction.commit().await
    }

    /// Notes that the file is taken, before anything of it is read; gives what is to be in it.
    ///
    /// # Errors
    /// Where it is somebody else's, not approved, or its time is over.
    pub async fn take_export(&self, asker: &Asker, id: i64) -> Result<Export, RegistryError> {
        let mut transaction = self.store.write().await?;
        let export = one(&mut transaction, id).await?;
        if export.maker != asker.actor {
            return Err(RegistryError::refused("只有申请人能下载这个文件。", "需要的，请自己申请导出。"));
        }
        if export.state != RequestState::Done {
            return Err(RegistryError::refused("这件导出申请还没有同意，不能下载。", "请等审批。"));
        }
        if export.until.is_none_or(|until| until < now_ms()) {
            return Err(RegistryError::refused("下载的期限已过。", "还需要的，请重新申请。"));
        }
        let sql = "UPDATE export_request SET taken = taken + 1 WHERE id = $1";
        transaction.execute(sql, values![id]).await?;
        note(&mut transaction, asker, "take-export", &format!("export {id}")).await?;
        transaction.commit().await?;
        Ok(export)
    }

    /// A request by its number: its maker's own, or of an area within that of who asks.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where there is none, or it is out of reach.
    pub async fn export(&self, asker: &Asker, area: &str, id: i64) -> Result<Export, RegistryError> {
        let mut statements = self.store.statements().await?;
        let sql = format!("SELECT {COLUMNS} FROM export_request WHERE id = $1");
        let row = statements.first(sql, values![id]).await?.ok_or(RegistryError::Nobody)?;
        let export = export_of(&row)?;
        let areas = self.areas.get(&mut statements).await?;
        if export.maker == asker.actor || areas.reports_to(&export.wanted.area, area) {
            return Ok(export);
        }
        Err(RegistryError::Nobody)
    }

    /// The last requests, the newest first: the asker's own, and those of areas within theirs.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn exports(&self, asker: &Asker, area: &str, most: usize) -> Result<Vec<Export>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let areas = self.areas.get(&mut statements).await?;
        let sql = format!("SELECT {COLUMNS} FROM export_request ORDER BY id DESC LIMIT 2000");
        let rows = statements.all(sql, &[]).await?;
        let fits = |export: &Export| export.maker == asker.actor || areas.reports_to(&export.wanted.area, area);
        let fits = |export: &Result<Export, RegistryError>| export.as_ref().map_or(true, fits);
        rows.iter().map(export_of).filter(fits).take(most).collect()
    }
}

fn told(reason: &str) -> Result<(), RegistryError> {
    if reason.trim().is_empty() {
        return Err(RegistryError::refused_at("reason", "没有写理由。", "请写明理由，再提交一次。"));
    }
    Ok(())
}

async fn one(transaction: &mut Transaction, id: i64) -> Result<Export, RegistryError> {
    let sql = format!("SELECT {COLUMNS} FROM export_request WHERE id = $1");
    export_of(&transaction.first(sql, values![id]).await?.ok_or(RegistryError::Nobody)?)
}

async fn pending(transaction: &mut Transaction, id: i64) -> Result<Export, RegistryError> {
    let export = one(transaction, id).await?;
    if export.state == RequestState::Pending {
        return Ok(export);
    }
    Err(RegistryError::refused("这件导出申请已经处理过。", "请重新查看它的结果。"))
}

async fn note(transaction: &mut Transaction, asker: &Asker, action: &str, subject: &str) -> Result<(), RegistryError> {
    let entry = Entry { actor: &asker.actor, action, subject, revision: None, digest: &[] };
    audit::append(transaction, entry).await.map(drop)
}
