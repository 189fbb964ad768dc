//! The plan (实施方案) that a city has put in place of the program's.

use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::registry::Registry;
use crate::store::values;

impl Registry {
    /// The city's plan, as TOML; none where the program's holds.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn plan(&self) -> Result<Option<String>, RegistryError> {
        let sql = "SELECT content FROM plan ORDER BY id DESC LIMIT 1";
        Ok(self.store.statements().await?.first(sql, &[]).await?.map(|row| row.text(0).to_owned()))
    }

    /// Puts a plan in place, with an audit entry; the ones before stay. `by`: on whose word. Whether it is one is the caller's
    /// to see.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn set_plan(&self, content: &str, by: &str) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM plan", &[]).await?;
        let digest = blake3::hash(content.as_bytes());
        let subject = format!("plan {id}");
        let entry = Entry { actor: by, action: "plan", subject: &subject, revision: None, digest: digest.as_bytes() };
        audit::append(&mut transaction, entry).await?;
        let sql = "INSERT INTO plan (id, content, made_by, made_at) VALUES ($1, $2, $3, $4)";
        transaction.execute(sql, values![id, content, by, now_ms()]).await?;
        transaction.commit().await
    }
}
