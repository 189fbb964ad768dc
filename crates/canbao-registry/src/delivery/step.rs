//! What is done with a delivery. Each step that changes where it stands has its entry on the audit.

use canbao_domain::date::Date;
use canbao_domain::source::SourceKind;

use super::record::read;
use super::{Checked, Delivery, DeliveryFile, DeliveryState, Found};
use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::registry::Registry;
use crate::store::{Transaction, values};

impl Registry {
    /// Begins a delivery with the files that came. One of the source that is open is discarded: its number is given too, so
    /// that its files can go.
    ///
    /// # Errors
    /// Where no file came, or the database does not answer.
    pub async fn begin_delivery(
        &self,
        actor: &str,
        source: &str,
        kind: SourceKind,
        files: &[DeliveryFile],
    ) -> Result<(i64, Option<i64>), RegistryError> {
        let mut transaction = self.store.write().await?;
        let sql = "SELECT MAX(id) FROM delivery WHERE source = $1 AND state = 'open'";
        let open = transaction.first(sql, values![source]).await?.and_then(|row| row.maybe_int(0));
        let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM delivery", &[]).await?;
        let sql = "INSERT INTO delivery (id, source, kind, state, as_of, maker, made_at, note, checked, line_count, \
                   unreadable, doubtful, people, settings, report) \
                   VALUES ($1, $2, $3, 'open', '', $4, $5, '', 'waiting', 0, 0, 0, 0, '', '')";
        transaction.execute(sql, values![id, source, kind.as_str(), actor, now_ms()]).await?;
        insert(&mut transaction, id, files).await?;
        // first of all: what a program is answered is the entry of its own delivery
        tell(&mut transaction, actor, "deliver-begin", id, source, files).await?;
        if let Some(open) = open {
            end(&mut transaction, actor, open, DeliveryState::Discarded).await?;
        }
        transaction.commit().await?;
        Ok((id, open))
    }

    /// Adds files to a delivery that is open.
    ///
    /// # Errors
    /// Where it is not open, or the database does not answer.
    pub async fn add_to_delivery(&self, actor: &str, id: i64, files: &[DeliveryFile]) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let delivery = open(&mut transaction, id).await?;
        insert(&mut transaction, id, files).await?;
        unlook(&mut transaction, id).await?;
        tell(&mut transaction, actor, "deliver-add", id, &delivery.source, files).await?;
        transaction.commit().await
    }

    /// Says by hand what its columns and codes mean (JSON); it must be looked at again.
    ///
    /// # Errors
    /// Where it is not open, or the database does not answer.
    pub async fn set_delivery(&self, actor: &str, id: i64, settings: &str) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let delivery = open(&mut transaction, id).await?;
        transaction.execute("UPDATE delivery SET settings = $2 WHERE id = $1", values![id, settings]).await?;
        unlook(&mut transaction, id).await?;
        let digest = blake3::hash(settings.as_bytes());
        let subject = format!("delivery {id} of {}", delivery.source);
        let entry =
            Entry { actor, action: "deliver-settings", subject: &subject, revision: None, digest: digest.as_bytes() };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await
    }

    /// Writes down what was found in it; nothing where it is not open any more.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn delivery_found(
        &self,
        id: i64,
        checked: Checked,
        found: Found,
        report: &str,
    ) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let sql = "UPDATE delivery SET checked = $2, line_count = $3, unreadable = $4, doubtful = $5, people = $6, \
                   report = $7 WHERE id = $1 AND state = 'open'";
        let Found { rows, unreadable, doubtful, people } = found;
        let values = values![id, checked.as_str(), rows, unreadable, doubtful, people, report];
        transaction.execute(sql, values).await?;
        transaction.commit().await
    }

    /// Hands it over (报送): from now on it is its source's, and its files stay as they are.
    ///
    /// # Errors
    /// Where it is not open or cannot be read, its day is in the future or before that of the one that holds, or the
    /// database does not answer.
    pub async fn send_delivery(
        &self,
        actor: &str,
        id: i64,
        as_of: Date,
        note: &str,
        today: Date,
    ) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let delivery = open(&mut transaction, id).await?;
        if delivery.checked != Checked::Sound {
            return Err(RegistryError::refused("这份数据还没有读完，或者读不出来。", "请等读完后再报送。"));
        }
        if as_of > today {
            return Err(RegistryError::refused(
                format!("数据截止日期 {as_of} 还没有到。"),
                "请填数据实际截止的日期，如上个月的最后一天。",
            ));
        }
        let sql = "SELECT as_of FROM delivery WHERE source = $1 AND state = 'sent' ORDER BY id DESC LIMIT 1";
        let before = transaction.first(sql, values![delivery.source.as_str()]).await?;
        let before = before.and_then(|row| Date::parse(row.text(0)));
        if let Some(before) = before.filter(|before| as_of < *before) {
            return Err(RegistryError::refused(
                format!("这份数据截至 {as_of}，比已经报送的（截至 {before}）还早。"),
                "请核对日期；要用旧数据代替，先撤回已经报送的那一份。",
            ));
        }
        let sql = "UPDATE delivery SET as_of = $2, note = $3 WHERE id = $1";
        transaction.execute(sql, values![id, as_of.to_string(), note]).await?;
        end(&mut transaction, actor, id, DeliveryState::Sent).await?;
        transaction.commit().await
    }

    /// Takes it back (撤回) before a comparison has used it: the one before holds again.
    ///
    /// # Errors
    /// Where it is not sent, is used, or the database does not answer.
    pub async fn withdraw_delivery(&self, actor: &str, id: i64, reason: &str) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let delivery = read(&mut transaction, id).await?;
        if delivery.state != DeliveryState::Sent {
            return Err(RegistryError::refused(
                format!("第 {id} 次报送{}，不能撤回。", delivery.state.chinese()),
                "请刷新页面查看现在的状态。",
            ));
        }
        if let Some(job) = delivery.used_by {
            return Err(RegistryError::refused(
                format!("第 {id} 次报送已用于第 {job} 次任务的比对，不能撤回。"),
                "数据有误的，请再报送一份正确的，下次比对会用新的。",
            ));
        }
        if reason.trim().is_empty() {
            return Err(RegistryError::refused("没有写撤回的原因。", "请写明为什么撤回。"));
        }
        let sql = "UPDATE delivery SET note = $2 WHERE id = $1";
        transaction.execute(sql, values![id, reason.trim()]).await?;
        end(&mut transaction, actor, id, DeliveryState::Withdrawn).await?;
        transaction.commit().await
    }

    /// Gives it up before it was handed over; its files can go.
    ///
    /// # Errors
    /// Where it is not open, or the database does not answer.
    pub async fn discard_delivery(&self, actor: &str, id: i64) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        open(&mut transaction, id).await?;
        end(&mut transaction, actor, id, DeliveryState::Discarded).await?;
        transaction.commit().await
    }

    /// Puts on the audit that somebody took the rows to be mended out of the system.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn delivery_exported(&self, actor: &str, id: i64, rows: i64) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let subject = format!("delivery {id}, {rows} rows to be mended");
        let entry = Entry { actor, action: "deliver-export", subject: &subject, revision: None, digest: &[] };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await
    }
}

async fn open(transaction: &mut Transaction, id: i64) -> Result<Delivery, RegistryError> {
    let delivery = read(transaction, id).await?;
    if delivery.state == DeliveryState::Open {
        return Ok(delivery);
    }
    Err(RegistryError::refused(
        format!("第 {id} 次报送{}，不能再改。", delivery.state.chinese()),
        "请从“数据报送”页看现在的状态；要换数据，请再上传一份。",
    ))
}

async fn insert(transaction: &mut Transaction, id: i64, files: &[DeliveryFile]) -> Result<(), RegistryError> {
    if files.is_empty() {
        return Err(RegistryError::refused("没有选文件。", "请选择要报送的文件。"));
    }
    let first = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM delivery_file", &[]).await?;
    for (at, file) in (first..).zip(files) {
        let DeliveryFile { name, stored, bytes, sha256 } = file;
        let sql =
            "INSERT INTO delivery_file (id, delivery, name, stored, bytes, sha256) VALUES ($1, $2, $3, $4, $5, $6)";
        let row = values![at, id, name.as_str(), stored.as_str(), *bytes, sha256.as_str()];
        transaction.execute(sql, row).await?;
    }
    Ok(())
}

/// Its files or settings changed: what was found holds no longer.
async fn unlook(transaction: &mut Transaction, id: i64) -> Result<(), RegistryError> {
    let sql = "UPDATE delivery SET checked = 'waiting', report = '' WHERE id = $1";
    transaction.execute(sql, values![id]).await.map(|_| ())
}

async fn end(transaction: &mut Transaction, actor: &str, id: i64, state: DeliveryState) -> Result<(), RegistryError> {
    let sql = "UPDATE delivery SET state = $2, ended_by = $3, ended_at = $4 WHERE id = $1";
    transaction.execute(sql, values![id, state.as_str(), actor, now_ms()]).await?;
    let delivery = read(transaction, id).await?;
    let action = match state {
        DeliveryState::Open => "deliver-begin",
        DeliveryState::Sent => "deliver-send",
        DeliveryState::Withdrawn => "deliver-withdraw",
        DeliveryState::Discarded => "deliver-discard",
    };
    tell(transaction, actor, action, id, &delivery.source, &delivery.files).await
}

/// The entry's digest is over the digests of the files.
async fn tell(
    transaction: &mut Transaction,
    actor: &str,
    action: &str,
    id: i64,
    source: &str,
    files: &[DeliveryFile],
) -> Result<(), RegistryError> {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update(file.sha256.as_bytes());
    }
    let digest = hasher.finalize();
    let subject = format!("delivery {id} of {source}, {} files", files.len());
    let entry = Entry { actor, action, subject: &subject, revision: None, digest: digest.as_bytes() };
    audit::append(transaction, entry).await.map(|_| ())
}
