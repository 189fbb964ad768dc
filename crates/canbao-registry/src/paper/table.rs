//! Tables that somebody put together and kept (常用表).

use crate::RegistryError;
use crate::clock::now_ms;
use crate::registry::Registry;
use crate::store::{Row, values};

/// Tables that one account may keep.
const MOST: i64 = 100;

/// A table that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The registry's number.
    pub id: i64,
    /// The login of whoever keeps it.
    pub owner: String,
    /// What they call it.
    pub name: String,
    /// What is asked for: the page's address behind its path.
    pub asked: String,
    /// Whether all who may see figures find it.
    pub shared: bool,
}

fn kept_of(row: &Row) -> Kept {
    Kept {
        id: row.int(0),
        owner: row.text(1).to_owned(),
        name: row.text(2).to_owned(),
        asked: row.text(3).to_owned(),
        shared: row.int(4) != 0,
    }
}

impl Registry {
    /// Keeps a table under a name; one's own of the same name is replaced.
    ///
    /// # Errors
    /// Where there is no name, it or the address is too long, there are too many, or the database does not answer.
    pub async fn keep_table(&self, owner: &str, name: &str, asked: &str, shared: bool) -> Result<i64, RegistryError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 40 {
            return Err(RegistryError::refused_at("name", "没有写名称，或者太长。", "请写 40 字以内的名称。"));
        }
        if asked.len() > 2_000 {
            return Err(RegistryError::refused("选的条件太多，存不下。", "请少选几个条件。"));
        }
        let mut transaction = self.store.write().await?;
        transaction.execute("DELETE FROM pivot WHERE owner = $1 AND name = $2", values![owner, name]).await?;
        if transaction.int("SELECT COUNT(*) FROM pivot WHERE owner = $1", values![owner]).await? >= MOST {
            return Err(RegistryError::refused(format!("已经存了 {MOST} 张常用表。"), "请先删掉不用的。"));
        }
        let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM pivot", &[]).await?;
        let sql = "INSERT INTO pivot (id, owner, name, asked, shared, made_at) VALUES ($1, $2, $3, $4, $5, $6)";
        transaction.execute(sql, values![id, owner, name, asked, i64::from(shared), now_ms()]).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// One's own tables, and those that others share, by name.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn kept_tables(&self, owner: &str) -> Result<Vec<Kept>, RegistryError> {
        let sql = "SELECT id, owner, name, asked, shared FROM pivot WHERE owner = $1 OR shared = 1 ORDER BY name, id";
        Ok(self.store.statements().await?.all(sql, values![owner]).await?.iter().map(kept_of).collect())
    }

    /// Removes one's own table.
    ///
    /// # Errors
    /// Where there is none of theirs, or the database does not answer.
    pub async fn drop_table(&self, owner: &str, id: i64) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let sql = "DELETE FROM pivot WHERE owner = $1 AND id = $2";
        if transaction.execute(sql, values![owner, id]).await? == 0 {
            return Err(RegistryError::Nobody);
        }
        transaction.commit().await
    }
}
