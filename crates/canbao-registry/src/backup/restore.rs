//! `canbao restore`: a registry as it was, whole or not at all.

use std::path::{Path, PathBuf};

use super::archive::Archive;
use super::aside::{Aside, parent};
use super::make::{DUMP, blocking, prove_restored, unpacked};
use super::manifest::{Kind, Manifest};
use super::server::{Server, schema};
use super::{script, sqlite};
use crate::RegistryError;
use crate::audit::Verified;
use crate::clock::{instant, now_ms};
use crate::private::Key;
use crate::registry::Address;
use crate::store::{Store, Transaction, VERSION, dialect, looks_path, tables};

/// What a restore may do besides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Put the backup in the place of a registry that is there.
    pub replace: bool,
    /// Restore a registry that contradicts its own audit, too.
    pub with_faults: bool,
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What was in the backup.
    pub manifest: Manifest,
    /// Files of the registry that was there before, which are kept.
    pub kept: Vec<PathBuf>,
    /// Whether the key is at its place.
    pub key: KeyState,
    /// The place where the key is looked for.
    pub key_file: PathBuf,
    /// Whether the structure is an older one: `registry migrate` is to be run.
    pub migrate: bool,
    /// What contradicts the audit: Chinese sentences; empty unless faults were allowed.
    pub faults: Vec<String>,
}

/// The key of a restored registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It is there.
    Right,
    /// There is none.
    Missing,
    /// It is another registry's.
    Other,
    /// It is there, but is no key, or others can read it.
    Unusable,
}

/// Restores the backup in `file` to `address`. What is there is left as it is until all was checked.
///
/// # Errors
/// Where the file is damaged or of another kind of store, a registry is there and `replace` is not set, or what was
/// restored is not what the backup promised: then all is as it was.
pub async fn restore(address: &Address, file: &Path, options: Options) -> Result<Restored, RegistryError> {
    let archive = Archive::open(file)?;
    let wanted = if address.url.starts_with("sqlite://") { Kind::Sqlite } else { Kind::Postgresql };
    if archive.manifest.kind != wanted {
        return Err(RegistryError::refused(
            format!("这份备份是 {} 的，不能恢复到 {}。", archive.manifest.kind.name(), wanted.name()),
            "请把 --database 改为与备份同类的数据库；要换数据库，请新建登记库后重新载入比对结果。",
        ));
    }
    let (database, kept, faults) = match address.url.strip_prefix("sqlite://") {
        Some(path) => {
            let path = PathBuf::from(path);
            let (kept, faults) = to_file(&archive, &path, options).await?;
            (Some(path), kept, faults)
        }
        None => (None, Vec::new(), to_server(&archive, &address.url, options).await?),
    };
    let key_file = address.key_path(database.as_deref());
    let key = match Key::read(&key_file) {
        Ok(key) if key.fingerprint() == archive.manifest.facts.key_fingerprint => KeyState::Right,
        Ok(_) => KeyState::Other,
        Err(RegistryError::NoKey(_)) => KeyState::Missing,
        Err(_) => KeyState::Unusable,
    };
    let migrate = !archive.manifest.is_current();
    Ok(Restored { manifest: archive.manifest, kept, key, key_file, migrate, faults })
}

fn there(what: &str) -> RegistryError {
    RegistryError::refused(
        format!("{what} 已经有登记库，没有覆盖。"),
        "请换一个地方恢复；确要替换它，请加 --replace（SQLite 的旧文件会改名保留）。",
    )
}

/// Refuses a record that contradicts its audit, unless that is allowed.
fn accept(found: Verified, options: Options) -> Result<Vec<String>, RegistryError> {
    match found.faults.first() {
        Some(first) if !options.with_faults => Err(RegistryError::refused(
            format!("备份里的登记库与它的审计记录不符，共 {} 处：{first}。", found.faults.len()),
            "备份时就已如此，文件本身没有损坏。请换更早的备份；确要恢复它，请加 --with-faults。",
        )),
        _ => Ok(found.faults),
    }
}

async fn to_file(
    archive: &Archive,
    path: &Path,
    options: Options,
) -> Result<(Vec<PathBuf>, Vec<String>), RegistryError> {
    let folder = parent(path);
    if path.file_name().is_none() || path.is_dir() || !folder.is_dir() {
        let error = if folder.is_dir() { std::io::ErrorKind::IsADirectory } else { std::io::ErrorKind::NotFound };
        return Err(RegistryError::file("写入登记库", path)(error.into()));
    }
    if std::fs::symlink_metadata(path).is_ok() {
        if !options.replace {
            return Err(there(&path.display().to_string()));
        }
        // told before the long work, and looked at again after it
        for file in [path.to_owned(), looks_path(path)] {
            if file.exists() {
                sqlite::settle(&file).await?;
            }
        }
    }
    let checking = archive.clone();
    blocking(move || checking.check()).await?;
    let aside = Aside::create(path, "restore")?;
    let (record, found) = unpacked(archive, &aside).await?;
    let faults = accept(found, options)?;
    let now = instant(now_ms());
    let stamp: String = now.chars().take(19).filter(|c| *c != '-' && *c != ':').map(dash).collect();
    let kept = sqlite::take_place(&record, path, &stamp).await?;
    Ok((kept, faults))
}

fn dash(c: char) -> char {
    if c == 'T' { '-' } else { c }
}

async fn to_server(archive: &Archive, url: &str, options: Options) -> Result<Vec<String>, RegistryError> {
    let server = Server::of(url)?;
    let store = Store::open(url, false).await?;
    let done = into(archive, &server, &store, options).await;
    store.close().await;
    done
}

/// All in one transaction: what was there goes, the backup comes, is counted and proved; then it holds.
async fn into(
    archive: &Archive,
    server: &Server,
    store: &Store,
    options: Options,
) -> Result<Vec<String>, RegistryError> {
    let mut transaction = store.read().await?;
    let name = transaction.first("SELECT current_database()::TEXT", &[]).await?;
    let name = name.map_or_else(String::new, |row| row.text(0).to_owned());
    refuse_what_stands(&mut transaction, &name, options).await?;
    drop(transaction);
    let checking = archive.clone();
    blocking(move || checking.check()).await?;
    let mut transaction = store.restructure().await?;
    transaction.execute(dialect::POSTGRES_PATIENCE, &[]).await?;
    if transaction.int(dialect::POSTGRES_APPLY, &[]).await? != 1 {
        return Err(RegistryError::Busy);
    }
    let old = refuse_what_stands(&mut transaction, &name, options).await?;
    let schema = schema(&mut transaction).await?.replace('"', "\"\"");
    for table in old {
        transaction.script(format!("DROP TABLE \"{schema}\".\"{table}\"")).await?;
    }
    script::restore(server, archive, archive.part(DUMP)?, &mut transaction).await?;
    let found = prove_restored(&mut transaction, archive).await?;
    let faults = accept(found, options)?;
    transaction.commit().await?;
    // what the planner knows is no part of a dump; without it the first queries are slow, and nothing worse
    if let Ok(mut transaction) = store.stage().await
        && transaction.script("ANALYZE".to_owned()).await.is_ok()
    {
        let _ = transaction.commit().await;
    }
    Ok(faults)
}

/// The tables of the registry that is there, which may be replaced.
async fn refuse_what_stands(
    transaction: &mut Transaction,
    name: &str,
    options: Options,
) -> Result<Vec<String>, RegistryError> {
    let old = tables(transaction, true).await?;
    if old.is_empty() {
        return Ok(old);
    }
    if !options.replace {
        return Err(there(&format!("数据库 {name}")));
    }
    if !["migration", "state", "audit"].iter().all(|table| old.iter().any(|name| name == table)) {
        return Err(RegistryError::refused(
            format!("数据库 {name} 里有别的系统的同名表（{}），不能替换。", old.join("、")),
            "请新建一个空的数据库，恢复到那里。",
        ));
    }
    let found = transaction.int("SELECT COALESCE(MAX(version), 0) FROM migration", &[]).await?;
    if found > VERSION { Err(RegistryError::Newer { found, known: VERSION }) } else { Ok(old) }
}
