//! `canbao backup`: one state of the registry into one file, while others work on.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::archive::{Archive, Writer, digest};
use super::aside::{Aside, new_file, parent, place, sync};
use super::facts::{Facts, stands_in};
use super::manifest::{FORMAT, Kind, Manifest};
use super::server::{Server, finish, schema};
use super::{script, sqlite};
use crate::RegistryError;
use crate::audit::{self, Entry, Verified, verify_looks, verify_record};
use crate::clock::{instant, now_ms};
use crate::registry::Address;
use crate::store::{Store, Transaction, dialect, looks_path, tables};

/// The record in an archive of SQLite.
pub(super) const RECORD: &str = "registry.db.zst";
/// The looks in an archive of SQLite.
pub(super) const LOOKS: &str = "looks.db.zst";
/// `pg_dump`'s custom form, with record and looks.
pub(super) const DUMP: &str = "registry.dump.zst";

/// What was backed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// What is in the file.
    pub manifest: Manifest,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of the whole file, hexadecimal; it stands in the audit too.
    pub sha256: String,
    /// How it was checked.
    pub checked: Checked,
    /// What is wrong in the registry itself, and so in its copy: Chinese sentences; empty where all is whole.
    pub faults: Vec<String>,
    /// The audit entry that tells of it; none where the registry could not take it any more.
    pub entry: Option<i64>,
}

/// How a backup was checked before it got its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// Restored for a trial, counted and verified.
    Restored,
    /// Digests and table of contents only: the role may make no database for a trial.
    Listed,
}

/// Backs up the registry at `address` into the file `out`, which appears whole or not at all, mode 0600. The key is not
/// needed, and is not in it.
///
/// # Errors
/// Where `out` is there and `replace` is not set, the database does not answer, or the copy is not what it was made from:
/// then there is no new file.
pub async fn backup(address: &Address, out: &Path, replace: bool, actor: &str) -> Result<Backup, RegistryError> {
    refuse_what_stands(out, replace)?;
    let store = Store::open(&address.url, false).await?;
    let done = backup_of(&store, address, out, replace, actor).await;
    store.close().await;
    done
}

async fn backup_of(
    store: &Store,
    address: &Address,
    out: &Path,
    replace: bool,
    actor: &str,
) -> Result<Backup, RegistryError> {
    let aside = Aside::create(out, "backup")?;
    let file = aside.join("archive");
    let kind = if store.is_postgres() { Kind::Postgresql } else { Kind::Sqlite };
    match store.path() {
        Some(path) => of_file(path, &aside, &file).await?,
        None => of_server(store, &Server::of(&address.url)?, &file).await?,
    };
    // what is checked is what was written, read again
    let archive = Archive::open(&file)?;
    let (checked, found) = match kind {
        Kind::Sqlite => (Checked::Restored, on_trial(&archive, &aside).await?),
        Kind::Postgresql => on_trial_server(&archive, &Server::of(&address.url)?).await?,
    };
    let facts = &archive.manifest.facts;
    let mut transaction = store.read().await?;
    let mut continues = stands_in(&mut transaction, "audit", &facts.audit).await?;
    drop(transaction);
    let mut transaction = store.looks().await?;
    continues &= stands_in(&mut transaction, "look", &facts.looks).await?;
    transaction.rollback().await?;
    if !continues {
        return Err(RegistryError::Broken("备份的链尾不在登记库的审计记录或查询日志中".to_owned()));
    }
    let (sha256, bytes) = digest(&file)?;
    place(&file, out, replace).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => stands(out),
        _ => RegistryError::file("写入备份文件", out)(error),
    })?;
    // the file stands: what fails from here on is told, but does not take it away
    let entry = note(store, actor, &sha256).await.ok();
    Ok(Backup { manifest: archive.manifest, bytes, sha256, checked, faults: found.faults, entry })
}

fn refuse_what_stands(out: &Path, replace: bool) -> Result<(), RegistryError> {
    let folder = parent(out);
    if out.file_name().is_none() || out.is_dir() || !folder.is_dir() {
        let error = if folder.is_dir() { io::ErrorKind::IsADirectory } else { io::ErrorKind::NotFound };
        return Err(RegistryError::file("写入备份文件", out)(error.into()));
    }
    if !replace && fs::symlink_metadata(out).is_ok() { Err(stands(out)) } else { Ok(()) }
}

fn stands(out: &Path) -> RegistryError {
    RegistryError::refused(
        format!("{} 已经存在，没有覆盖。", out.display()),
        "请换一个文件名；确要替换它，请加 --replace。",
    )
}

async fn note(store: &Store, actor: &str, sha256: &str) -> Result<i64, RegistryError> {
    let bytes: Vec<u8> = sha256.as_bytes().chunks(2).filter_map(byte).collect();
    let mut transaction = store.write().await?;
    let entry = Entry { actor, action: "backup", subject: "registry", revision: None, digest: &bytes };
    let seq = audit::append(&mut transaction, entry).await?;
    transaction.commit().await?;
    Ok(seq)
}

fn byte(hex: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()
}

fn manifest(kind: Kind, facts: Facts) -> impl FnOnce(Vec<super::manifest::Part>) -> Manifest {
    move |parts| Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: instant(now_ms()),
        kind,
        facts,
        parts,
    }
}

/// Copies a SQLite registry. What the manifest says is read from the copy.
async fn of_file(path: &Path, aside: &Aside, file: &Path) -> Result<(), RegistryError> {
    let copy = aside.join("copy.db");
    let looks = looks_path(&copy);
    sqlite::copy(path, &copy).await?;
    sqlite::copy(&looks_path(path), &looks).await?;
    let store = open_copy(&copy).await?;
    let facts = Facts::of_store(&store).await;
    store.close().await;
    let facts = facts?;
    for copy in [&copy, &looks] {
        sqlite::settle(copy).await?;
    }
    let file = file.to_owned();
    blocking(move || {
        let mut writer = Writer::create(&file)?;
        for (name, path) in [(RECORD, &copy), (LOOKS, &looks)] {
            let failed = || RegistryError::file("读取", path);
            writer.part(name, fs::File::open(path).map_err(failed())?)?;
            fs::remove_file(path).map_err(failed())?;
        }
        writer.finish(manifest(Kind::Sqlite, facts)).map(drop)
    })
    .await
}

/// Dumps a registry of a server. One snapshot shows the dump and the manifest the same state.
async fn of_server(store: &Store, server: &Server, file: &Path) -> Result<(), RegistryError> {
    let kept = store.keep_structure().await?;
    let mut transaction = store.read().await?;
    let snapshot = transaction.first(dialect::POSTGRES_SNAPSHOT, &[]).await?;
    let snapshot = snapshot.map_or_else(String::new, |row| row.text(0).to_owned());
    let mut facts = Facts::default();
    facts.read(&mut transaction, true).await?;
    let tables = tables(&mut transaction, true).await?;
    let schema = schema(&mut transaction).await?;
    let mut child = server.dump(&snapshot, &schema, &tables)?;
    let file = file.to_owned();
    blocking(move || {
        let mut writer = Writer::create(&file)?;
        let dump = child.stdout.take();
        let packed = dump.map_or(Ok(()), |dump| writer.part(DUMP, dump));
        if packed.is_err() {
            let _ = child.kill();
        }
        let finished = finish(child, "pg_dump");
        packed?;
        finished?;
        writer.finish(manifest(Kind::Postgresql, facts)).map(drop)
    })
    .await?;
    // until here the snapshot had to be held
    transaction.rollback().await?;
    kept.rollback().await
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RegistryError> + Send + 'static,
) -> Result<T, RegistryError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| RegistryError::Broken("备份中断".to_owned()))?
}

async fn open_copy(path: &Path) -> Result<Store, RegistryError> {
    let url = path.to_str().map(|path| format!("sqlite://{path}"));
    let url = url.ok_or_else(|| RegistryError::file("打开", path)(io::ErrorKind::InvalidFilename.into()))?;
    Store::open(&url, false).await
}

/// Unpacks the files of a SQLite backup into the hidden folder and proves them; the record's path, and what was found.
pub(super) async fn unpacked(archive: &Archive, aside: &Aside) -> Result<(PathBuf, Verified), RegistryError> {
    let record = aside.join("unpacked.db");
    for (name, path) in [(RECORD, record.clone()), (LOOKS, looks_path(&record))] {
        let (archive, part) = (archive.clone(), archive.part(name)?.clone());
        blocking(move || {
            let mut file = new_file(&path).map_err(RegistryError::file("写入", &path))?;
            archive.unpack(&part, &mut file)
        })
        .await?;
    }
    let store = open_copy(&record).await?;
    let proved = prove_files(&store, archive).await;
    store.close().await;
    let found = proved?;
    for path in [&record, &looks_path(&record)] {
        sqlite::settle(path).await?;
        sync(path).map_err(RegistryError::file("写入", path))?;
    }
    Ok((record, found))
}

async fn prove_files(store: &Store, archive: &Archive) -> Result<Verified, RegistryError> {
    same(&Facts::of_store(store).await?, archive)?;
    let mut found = Verified::default();
    let mut transaction = store.read().await?;
    verify_record(&mut transaction, archive.manifest.is_current(), &mut found).await?;
    drop(transaction);
    let mut transaction = store.looks().await?;
    verify_looks(&mut transaction, &mut found).await?;
    transaction.rollback().await?;
    Ok(found)
}

/// Proves what a dump became, in the transaction that restored it.
pub(super) async fn prove_restored(
    transaction: &mut Transaction,
    archive: &Archive,
) -> Result<Verified, RegistryError> {
    let mut facts = Facts::default();
    facts.read(transaction, true).await?;
    same(&facts, archive)?;
    let mut found = Verified::default();
    verify_record(transaction, archive.manifest.is_current(), &mut found).await?;
    verify_looks(transaction, &mut found).await?;
    Ok(found)
}

fn same(facts: &Facts, archive: &Archive) -> Result<(), RegistryError> {
    match facts.differs(&archive.manifest.facts) {
        None => Ok(()),
        Some(what) => Err(RegistryError::refused(
            format!("备份恢复出来的登记库与清单不符：{what}。"),
            "请换一份备份，或重新备份；什么都没有写入。",
        )),
    }
}

async fn on_trial(archive: &Archive, aside: &Aside) -> Result<Verified, RegistryError> {
    unpacked(archive, aside).await.map(|(_, found)| found)
}

async fn on_trial_server(archive: &Archive, server: &Server) -> Result<(Checked, Verified), RegistryError> {
    let Some(trial) = server.trial().await? else {
        // its digest is checked on the way
        let (part, mut child) = (archive.part(DUMP)?.clone(), server.list()?);
        let archive = archive.clone();
        return blocking(move || {
            let read = child.stdin.take().map_or(Ok(()), |mut input| archive.unpack(&part, &mut input));
            finish(child, "pg_restore")?;
            read.map(|()| (Checked::Listed, Verified::default()))
        })
        .await;
    };
    let found = restored_for_trial(archive, server, &trial.store).await;
    trial.end().await;
    Ok((Checked::Restored, found?))
}

async fn restored_for_trial(archive: &Archive, server: &Server, store: &Store) -> Result<Verified, RegistryError> {
    let mut transaction = store.write().await?;
    script::restore(server, archive, archive.part(DUMP)?, &mut transaction).await?;
    let found = prove_restored(&mut transaction, archive).await?;
    transaction.rollback().await?;
    Ok(found)
}
