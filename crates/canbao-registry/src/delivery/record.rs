//! Reading deliveries.

use std::str::FromStr as _;

use canbao_domain::date::Date;
use canbao_domain::source::SourceKind;

use super::{Checked, Delivery, DeliveryFile, DeliveryState, Found};
use crate::RegistryError;
use crate::registry::Registry;
use crate::store::{Row, Transaction, values};

const COLUMNS: &str = "id, source, kind, state, as_of, maker, made_at, ended_by, ended_at, note, checked, line_count, \
                       unreadable, doubtful, people, settings, used_by";

fn delivery_of(row: &Row) -> Result<Delivery, RegistryError> {
    let broken = || RegistryError::Broken(format!("第 {} 次报送的内容看不懂", row.int(0)));
    Ok(Delivery {
        id: row.int(0),
        source: row.text(1).to_owned(),
        kind: SourceKind::from_str(row.text(2)).map_err(|_| broken())?,
        state: DeliveryState::from_word(row.text(3)).ok_or_else(broken)?,
        as_of: Date::parse(row.text(4)),
        maker: row.text(5).to_owned(),
        made_at: row.int(6),
        ended_by: row.maybe_text(7).map(str::to_owned),
        ended_at: row.maybe_int(8),
        note: row.text(9).to_owned(),
        checked: Checked::from_word(row.text(10)).ok_or_else(broken)?,
        found: Found { rows: row.int(11), unreadable: row.int(12), doubtful: row.int(13), people: row.int(14) },
        settings: row.text(15).to_owned(),
        used_by: row.maybe_int(16),
        files: Vec::new(),
    })
}

pub(super) async fn read(transaction: &mut Transaction, id: i64) -> Result<Delivery, RegistryError> {
    let sql = format!("SELECT {COLUMNS} FROM delivery WHERE id = $1");
    let row = transaction
        .first(sql, values![id])
        .await?
        .ok_or_else(|| RegistryError::refused(format!("没有第 {id} 次报送。"), "请从“数据报送”页重新进入。"))?;
    let mut delivery = delivery_of(&row)?;
    let sql = "SELECT name, stored, bytes, sha256 FROM delivery_file WHERE delivery = $1 ORDER BY id";
    let files = transaction.all(sql, values![id]).await?;
    delivery.files = files
        .iter()
        .map(|row| DeliveryFile {
            name: row.text(0).to_owned(),
            stored: row.text(1).to_owned(),
            bytes: row.int(2),
            sha256: row.text(3).to_owned(),
        })
        .collect();
    Ok(delivery)
}

impl Registry {
    /// A delivery with its files.
    ///
    /// # Errors
    /// Where there is none of that number, or the database does not answer.
    pub async fn delivery(&self, id: i64) -> Result<Delivery, RegistryError> {
        read(&mut self.store.statements().await?, id).await
    }

    /// What was found in a delivery: JSON, blank before it was looked at.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn delivery_report(&self, id: i64) -> Result<String, RegistryError> {
        let row =
            self.store.statements().await?.first("SELECT report FROM delivery WHERE id = $1", values![id]).await?;
        Ok(row.map_or_else(String::new, |row| row.text(0).to_owned()))
    }

    /// The deliveries of a source, or of all, without their files; the newest first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn deliveries(&self, source: Option<&str>, most: i64) -> Result<Vec<Delivery>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let rows = match source {
            Some(source) => {
                let sql = format!("SELECT {COLUMNS} FROM delivery WHERE source = $1 ORDER BY id DESC LIMIT $2");
                statements.all(sql, values![source, most]).await?
            }
            None => {
                let sql = format!("SELECT {COLUMNS} FROM delivery ORDER BY id DESC LIMIT $1");
                statements.all(sql, values![most]).await?
            }
        };
        rows.iter().map(delivery_of).collect()
    }

    /// The delivery of each source that holds: the last that was handed over and not taken back. Without their files.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn current_deliveries(&self) -> Result<Vec<Delivery>, RegistryError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM delivery WHERE id IN \
             (SELECT MAX(id) FROM delivery WHERE state = 'sent' GROUP BY source) ORDER BY source"
        );
        self.store.statements().await?.all(sql, &[]).await?.iter().map(delivery_of).collect()
    }

    /// The delivery that held before another of its source: the last one sent with a smaller number.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn delivery_before(&self, source: &str, id: i64) -> Result<Option<Delivery>, RegistryError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM delivery WHERE source = $1 AND id < $2 AND state = 'sent' ORDER BY id DESC LIMIT 1"
        );
        let row = self.store.statements().await?.first(sql, values![source, id]).await?;
        row.as_ref().map(delivery_of).transpose()
    }
}
