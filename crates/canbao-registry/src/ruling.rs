//! The rules by which the record decides: those of the run that was applied last.

use std::sync::{Arc, Mutex, PoisonError};

use canbao_domain::rules::Rules;

use crate::RegistryError;
use crate::store::{Transaction, values};

/// A rule file, read, with its text.
#[derive(Debug)]
pub(crate) struct Ruling {
    pub(crate) text: String,
    pub(crate) rules: Rules,
}

impl Ruling {
    /// Reads a rule file's text.
    pub(crate) fn read(text: String) -> Result<Self, RegistryError> {
        let rules = Rules::parse(&text)
            .map_err(|error| RegistryError::Content { table: "rules.toml", what: error.to_string() })?;
        Ok(Self { text, rules })
    }

    /// The rules that stood at a revision; the program's own before the first run.
    async fn at(transaction: &mut Transaction, revision: i64) -> Result<Self, RegistryError> {
        let sql = "SELECT text FROM rules WHERE revision <= $1 ORDER BY revision DESC LIMIT 1";
        let row = transaction.first(sql, values![revision]).await?;
        Self::read(row.map_or_else(|| Rules::EMBEDDED.to_owned(), |row| row.text(0).to_owned()))
    }

    /// Decides from a revision on.
    pub(crate) async fn write(&self, transaction: &mut Transaction, revision: i64) -> Result<(), RegistryError> {
        let visible = crate::person::visible(transaction).await?;
        if Self::at(transaction, visible).await?.text == self.text {
            return Ok(());
        }
        let sql = "INSERT INTO rules (revision, text) VALUES ($1, $2)";
        transaction.execute(sql, values![revision, self.text.as_str()]).await.map(drop)
    }

    /// What a revision took over decides no longer from another on; what stood before it does.
    pub(crate) async fn take_back(
        transaction: &mut Transaction,
        taken: i64,
        revision: i64,
    ) -> Result<(), RegistryError> {
        if transaction.int("SELECT COUNT(*) FROM rules WHERE revision = $1", values![taken]).await? > 0 {
            Self::at(transaction, taken - 1).await?.write(transaction, revision).await?;
        }
        Ok(())
    }
}

/// Rules that were read, with the revision that they are of.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<Option<(i64, Arc<Ruling>)>>);

impl Cache {
    /// The rules of the visible revision.
    pub(crate) async fn get(&self, transaction: &mut Transaction) -> Result<Arc<Ruling>, RegistryError> {
        let visible = crate::person::visible(transaction).await?;
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, ruling)) = kept.filter(|(of, _)| *of == visible) {
            return Ok(ruling);
        }
        let ruling = Arc::new(Ruling::at(transaction, visible).await?);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((visible, Arc::clone(&ruling)));
        Ok(ruling)
    }
}
