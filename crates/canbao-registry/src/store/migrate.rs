//! Bringing a database to this program's structure: forward only, safe to repeat.

use super::{Backend, Store, Transaction, dialect, values};
use crate::RegistryError;

/// In order; a number is never used twice, a text never changed after a release.
const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("../../migrations/0001_record.sql")),
    (2, include_str!("../../migrations/0002_indexes.sql")),
    (3, include_str!("../../migrations/0003_hands.sql")),
    (4, include_str!("../../migrations/0004_audit.sql")),
    (5, include_str!("../../migrations/0005_decision.sql")),
    (10, include_str!("../../migrations/0010_exchange.sql")),
    (11, include_str!("../../migrations/0011_templates.sql")),
    (12, include_str!("../../migrations/0012_bulk.sql")),
    (13, include_str!("../../migrations/0013_areas_and_units.sql")),
    (14, include_str!("../../migrations/0014_rules.sql")),
    (15, include_str!("../../migrations/0015_accounts.sql")),
    (16, include_str!("../../migrations/0016_snapshot.sql")),
    (17, include_str!("../../migrations/0017_mark.sql")),
    (18, include_str!("../../migrations/0018_deliveries_and_jobs.sql")),
    (19, include_str!("../../migrations/0019_receipt.sql")),
    (20, include_str!("../../migrations/0020_papers_undo_exports.sql")),
    (21, include_str!("../../migrations/0021_findings.sql")),
    (22, include_str!("../../migrations/0022_scans.sql")),
    (23, include_str!("../../migrations/0023_exchange_requests.sql")),
    (24, include_str!("../../migrations/0024_survey.sql")),
    (25, include_str!("../../migrations/0025_survey_place.sql")),
    (26, include_str!("../../migrations/0026_statistics.sql")),
];

/// Those of the looks, which in SQLite stand in a file of their own.
const LOOKS: [(i64, &str); 2] = [
    (1, include_str!("../../migrations/looks/0001_look.sql")),
    (2, include_str!("../../migrations/looks/0002_subject.sql")),
];

/// The structure that this program needs.
pub(crate) const VERSION: i64 = 26;
const LOOKS_VERSION: i64 = 2;

/// The migrations with the statements that make the ways to find people.
pub(crate) const INDEXES: [&str; 3] = [
    include_str!("../../migrations/0002_indexes.sql"),
    include_str!("../../migrations/0013_areas_and_units.sql"),
    include_str!("../../migrations/0021_findings.sql"),
];

impl Store {
    /// Brings the database to this program's structure; gives how many steps were made.
    ///
    /// # Errors
    /// Where a newer program made the database, or it does not answer.
    pub async fn migrate(&self) -> Result<usize, RegistryError> {
        let words = match &self.backend {
            Backend::Sqlite { .. } => &dialect::SQLITE,
            Backend::Postgres(_) => &dialect::POSTGRES,
        };
        let mut made = 0;
        for (looks, table, migrations, known) in
            [(false, "migration", MIGRATIONS, VERSION), (true, "migration_of_looks", LOOKS.as_slice(), LOOKS_VERSION)]
        {
            let mut reading = if looks { self.looks().await? } else { self.read().await? };
            let found = self.found(&mut reading, table).await?;
            reading.rollback().await?;
            if found == known {
                continue;
            }
            let mut transaction = if looks { self.looks_restructure().await? } else { self.restructure().await? };
            transaction
                .script(
                    words.fill(&format!(
                        "CREATE TABLE IF NOT EXISTS {table} (version {{key}}, made_at {{int}} NOT NULL)"
                    )),
                )
                .await?;
            let found = version(&mut transaction, table).await?;
            if found > known {
                return Err(RegistryError::Newer { found, known });
            }
            for (version, text) in migrations.iter().filter(|(version, _)| *version > found) {
                transaction.script(words.fill(text)).await?;
                let sql = format!("INSERT INTO {table} (version, made_at) VALUES ($1, $2)");
                transaction.execute(sql, values![*version, crate::clock::now_ms()]).await?;
                made += 1;
            }
            transaction.commit().await?;
        }
        Ok(made)
    }

    /// Makes sure that the database has this program's structure.
    ///
    /// # Errors
    /// Where it has an older or a newer one.
    pub async fn check_version(&self) -> Result<(), RegistryError> {
        let mut transaction = self.read().await?;
        match self.found(&mut transaction, "migration").await? {
            VERSION => Ok(()),
            newer if newer > VERSION => Err(RegistryError::Newer { found: newer, known: VERSION }),
            older => Err(RegistryError::Schema { found: older, needed: VERSION }),
        }
    }

    /// The structure that is there; 0 where there is none.
    async fn found(&self, transaction: &mut Transaction, table: &str) -> Result<i64, RegistryError> {
        let names = match &self.backend {
            Backend::Sqlite { .. } => "sqlite_master WHERE name = $1",
            Backend::Postgres(_) => "pg_tables WHERE tablename = $1 AND schemaname = current_schema()",
        };
        match transaction.int(format!("SELECT COUNT(*) FROM {names}"), values![table]).await? {
            0 => Ok(0),
            _ => version(transaction, table).await,
        }
    }
}

/// The tables of a registry that are there, in order; those of others are left out.
pub(crate) async fn tables(transaction: &mut Transaction, postgres: bool) -> Result<Vec<String>, RegistryError> {
    let sql = if postgres { dialect::POSTGRES_TABLES } else { dialect::SQLITE_TABLES };
    let there = transaction.all(sql, &[]).await?;
    let known: Vec<&str> = MIGRATIONS.iter().chain(&LOOKS).flat_map(|(_, text)| made_by(text)).collect();
    let is_known = |name: &str| known.contains(&name) || name == "migration" || name == "migration_of_looks";
    Ok(there.iter().map(|row| row.text(0).to_owned()).filter(|name| is_known(name)).collect())
}

/// The tables that a migration makes.
fn made_by(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split([' ', '(']).next())
}

async fn version(transaction: &mut Transaction, table: &str) -> Result<i64, RegistryError> {
    transaction.int(format!("SELECT COALESCE(MAX(version), 0) FROM {table}"), &[]).await
}
