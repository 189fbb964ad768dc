//! A copy of a SQLite file while others write it, and taking a file's place.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use super::aside::{parent, sync};
use crate::RegistryError;
use crate::store::looks_path;

/// What SQLite keeps beside a file while it is open, or was not closed well.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];
/// How long somebody who is about to close the file is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// SQLite's code for a file that somebody else uses.
const BUSY: &str = "5";

/// What a SQLite file begins with.
const HEAD: &[u8; 16] = b"SQLite format 3\0";

async fn connect(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new().filename(path).create_if_missing(false).busy_timeout(PATIENCE).connect().await
}

/// Copies one state of the database at `from` into the new file `to`, whatever is written meanwhile.
pub(super) async fn copy(from: &Path, to: &Path) -> Result<(), RegistryError> {
    let failed = || RegistryError::database("复制");
    let path = to.to_str().ok_or_else(|| RegistryError::file("写入", to)(io::ErrorKind::InvalidFilename.into()))?;
    let mut source = connect(from).await.map_err(failed())?;
    sqlx::query("VACUUM INTO $1").bind(path).execute(&mut source).await.map_err(failed())?;
    source.close().await.map_err(failed())
}

/// Makes one file of a database that nobody has open: what its journal holds goes into it. False where it cannot be read
/// as a database at all.
pub(super) async fn settle(path: &Path) -> Result<bool, RegistryError> {
    // SQLite would throw the journal of such a file away
    let mut head = [0; HEAD.len()];
    if File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_err() || head != *HEAD {
        return Ok(false);
    }
    let settle = async {
        let mut connection = connect(path).await?;
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode = DELETE").fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok::<_, sqlx::Error>(mode)
    };
    let in_use = || {
        RegistryError::refused(
            format!("登记库 {} 正在使用中，不能替换。", path.display()),
            "请先停止 canbao serve 和其他正在运行的命令，然后重试。",
        )
    };
    match settle.await {
        Ok(mode) if mode == "delete" => Ok(true),
        Ok(_) => Err(in_use()),
        Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| code == BUSY || code == "261") => {
            Err(in_use())
        }
        Err(_) => Ok(false),
    }
}

/// Puts the new pair of files (`record` and the looks beside it) in the place of those at `to`, which are kept under
/// another name. In every moment there is a whole record at `to`, the old one or the new.
pub(super) async fn take_place(record: &Path, to: &Path, stamp: &str) -> Result<Vec<PathBuf>, RegistryError> {
    let (looks, looks_to) = (looks_path(record), looks_path(to));
    let kept = kept_name(to, stamp);
    let mut names = Vec::new();
    let replaces = to.exists();
    for (old, kept) in [(to, kept.clone()), (looks_to.as_path(), looks_path(&kept))] {
        // an unreadable database goes with all its pieces
        if old.exists() && !settle(old).await? {
            set_aside_companions(old, &kept)?;
        }
        if !old.exists() {
            set_aside_companions(old, &kept)?;
            continue;
        }
        let failed = || RegistryError::file("保留旧的登记库", old);
        if replaces {
            // it keeps its own name too, until the new one takes it
            fs::hard_link(old, &kept).map_err(failed())?;
        } else {
            // looks without a record: a restore was killed before its record stood
            fs::rename(old, &kept).map_err(failed())?;
        }
        names.push(kept);
    }
    let failed = || RegistryError::file("放置登记库", to);
    let folder = parent(to);
    sync(&folder).map_err(failed())?;
    // where there is a record, the old looks go on with it until the new ones stand; where there is none, the record is last
    let mut moves = [(record, to), (looks.as_path(), looks_to.as_path())];
    if !replaces {
        moves.reverse();
    }
    for (from, to) in moves {
        fs::rename(from, to).and_then(|()| sync(&folder)).map_err(failed())?;
    }
    Ok(names)
}

/// `registry.db` → `registry.before-STAMP.db`, a name that is free.
fn kept_name(path: &Path, stamp: &str) -> PathBuf {
    let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let ending = path.extension().map_or_else(String::new, |ending| format!(".{}", ending.to_string_lossy()));
    let name = |more: &str| path.with_file_name(format!("{stem}.before-{stamp}{more}{ending}"));
    let mut kept = name("");
    for nth in 2.. {
        if !kept.exists() && !looks_path(&kept).exists() {
            break;
        }
        kept = name(&format!("-{nth}"));
    }
    kept
}

fn set_aside_companions(old: &Path, kept: &Path) -> Result<(), RegistryError> {
    let beside = |path: &Path, ending: &str| {
        let mut name = OsString::from(path);
        name.push(ending);
        PathBuf::from(name)
    };
    for ending in COMPANIONS {
        let companion = beside(old, ending);
        if companion.exists() {
            fs::rename(&companion, beside(kept, ending)).map_err(RegistryError::file("保留旧的登记库", &companion))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_registry_keeps_its_looks_beside_it() {
        let kept = kept_name(Path::new("/a/registry.db"), "20161101-080000");
        assert_eq!(kept, Path::new("/a/registry.before-20161101-080000.db"));
        assert_eq!(looks_path(&kept), Path::new("/a/registry.before-20161101-080000.looks.db"));
    }
}
