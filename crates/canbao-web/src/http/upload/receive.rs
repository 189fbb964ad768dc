//! Taking a form with files from the wire.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use multer::{Field, Multipart};
use tokio::task::spawn_blocking;

use super::file::{Writing, sweep};
use super::pace::{Cut, paced};
use super::{FileLimit, Sent, SentFile, UploadLimits};
use crate::App;
use crate::fault::Fault;

/// Typed fields of a form, together.
const TYPED: usize = 256 << 10;
/// Fields and files of a form.
const PARTS: usize = 200;
/// Written at once.
const BLOCK: usize = 1 << 20;
/// What is still read of a form that was refused: a browser shows the refusal once it has sent what it was sending.
const DRAINED: u64 = 4 << 20;

/// What shows that a form's sender may send it.
#[derive(Clone, Copy)]
pub(crate) enum Token<'a> {
    /// A program's token, which the gate has seen.
    InHead,
    /// The form's own, which must come first; this judges it.
    First(&'a (dyn Fn(&str) -> bool + Sync)),
}

/// Whether it is a form that can bring files.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    boundary(headers).is_some()
}

fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

/// Takes a form with its files, where not too many are taken just now.
///
/// # Errors
/// As [`receive`].
pub(crate) async fn take(
    app: &App,
    limit: FileLimit,
    headers: &HeaderMap,
    body: Body,
    token: Token<'_>,
) -> Result<Sent, Fault> {
    let _turn = app.sending.try_acquire().map_err(|_| {
        Fault::Refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "没有接收：同时上传的人太多。".to_owned(),
            "请过几分钟再上传。".to_owned(),
        )
    })?;
    receive(&app.settings.data, &app.settings.upload, limit, headers, body, token).await
}

/// Takes a form with its files.
///
/// # Errors
/// A sentence: not such a form, a wrong token, too large, too slow, broken off, no room.
pub(super) async fn receive(
    data: &Path,
    limits: &UploadLimits,
    limit: FileLimit,
    headers: &HeaderMap,
    body: Body,
    token: Token<'_>,
) -> Result<Sent, Fault> {
    let boundary = boundary(headers).ok_or(Fault::Nonsense("没有收到文件。", "请返回上一页选择文件，再上传。"))?;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let said: u64 = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    let most = Arc::new(AtomicU64::new(limit.bytes(limits) + TYPED as u64));
    let stream = paced(body, Arc::clone(&most), limits.rate_bytes_per_s, limits.patience);
    let mut form = Multipart::new(stream, boundary);
    let taken = async {
        if said > most.load(Ordering::Relaxed) {
            return Err(too_big(limit.bytes(limits)));
        }
        if let Token::First(is_ours) = token {
            match form.next_field().await {
                Ok(Some(first)) if first.name() == Some("csrf") && first.file_name().is_none() => {
                    let token = typed(first, 256).await?;
                    if !is_ours(&token) {
                        return Err(Fault::Forged);
                    }
                }
                Ok(_) => return Err(Fault::Forged),
                Err(error) => return Err(refused(&error, limit.bytes(limits))),
            }
        }
        room(data, limits, said)?;
        rest(&mut form, data, limit.bytes(limits)).await
    };
    let taken = taken.await;
    if taken.is_err() {
        most.store(DRAINED, Ordering::Relaxed);
        while let Ok(Some(_)) = form.next_field().await {}
    }
    taken
}

/// The fields after the token.
async fn rest(form: &mut Multipart<'static>, data: &Path, most: u64) -> Result<Sent, Fault> {
    let mut sent = Sent::default();
    let mut room = TYPED;
    for _ in 0..PARTS {
        let Some(field) = form.next_field().await.map_err(|error| refused(&error, most))? else { return Ok(sent) };
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_some() {
            sent.files.extend(file(field, name, data, most).await?);
        } else {
            let value = typed(field, room).await?;
            room = room.saturating_sub(value.len());
            sent.fields.push((name, value));
        }
    }
    Err(Fault::TooMuch)
}

async fn typed(mut field: Field<'static>, most: usize) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| refused(&error, 0))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > most {
            return Err(Fault::TooMuch);
        }
    }
    String::from_utf8(bytes).map_err(|_| broken())
}

/// Writes a file as it comes. `None` where a browser sends a field in which no file was chosen.
async fn file(mut field: Field<'static>, named: String, data: &Path, most: u64) -> Result<Option<SentFile>, Fault> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let folder = data.to_owned();
    let mut writing = blocking(move || Writing::begin(&folder)).await?;
    let mut block = Vec::new();
    let mut any = false;
    while let Some(chunk) = field.chunk().await.map_err(|error| refused(&error, most))? {
        any |= !chunk.is_empty();
        block.extend_from_slice(&chunk);
        if block.len() >= BLOCK {
            let full = std::mem::take(&mut block);
            writing = blocking(move || writing.write(&full).map(|()| writing)).await?;
        }
    }
    if !any && name.is_empty() {
        return Ok(None);
    }
    blocking(move || {
        writing.write(&block)?;
        writing.end(named, &name)
    })
    .await
    .map(Some)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, Fault> {
    match spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| unwritten(&error)),
        Err(_) => Err(unwritten(&io::ErrorKind::Other.into())),
    }
}

/// Whether the disk has room for what is announced, and keeps some.
fn room(data: &Path, limits: &UploadLimits, said: u64) -> Result<(), Fault> {
    super::file::private_folder(data).map_err(|error| unwritten(&error))?;
    sweep(data);
    // a file system that does not say has its own limits
    let Ok(disk) = rustix::fs::statvfs(data) else { return Ok(()) };
    if disk.f_bavail.saturating_mul(disk.f_frsize) < limits.free_bytes.saturating_add(said) {
        return Err(full());
    }
    Ok(())
}

fn refused(error: &multer::Error, most: u64) -> Fault {
    let cut = match error {
        multer::Error::StreamReadFailed(error) => error.downcast_ref::<Cut>().copied(),
        _ => None,
    };
    match cut {
        Some(Cut::Slow) => Fault::Refused(
            StatusCode::REQUEST_TIMEOUT,
            "没有接收：上传太慢，已经中断。".to_owned(),
            "请检查网络后重新上传；文件很大时，可以先压缩行数或分成几个文件。".to_owned(),
        ),
        Some(Cut::TooMuch) => too_big(most),
        Some(Cut::BrokenOff) | None => broken(),
    }
}

fn too_big(most: u64) -> Fault {
    Fault::Refused(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("没有接收：文件超过 {}。", crate::say::bytes(most)),
        "请分成几个文件，分几次上传。".to_owned(),
    )
}

fn broken() -> Fault {
    Fault::Nonsense("没有接收：上传中断，内容不完整。", "请检查网络后重新上传。")
}

fn full() -> Fault {
    Fault::Refused(
        StatusCode::INSUFFICIENT_STORAGE,
        "没有接收：服务器的磁盘快满了。".to_owned(),
        "请系统管理员清理磁盘后重新上传。".to_owned(),
    )
}

/// What is said where the data folder cannot be written.
fn unwritten(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => full(),
        _ => Fault::Refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "没有接收：服务器的数据文件夹不能写入。".to_owned(),
            "请系统管理员检查数据文件夹的权限和磁盘。".to_owned(),
        ),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_full_disk_is_said_to_be_full() {
        let error = OpenOptions::new().write(true).open("/dev/full").unwrap().write_all(b"x").unwrap_err();
        assert!(matches!(unwritten(&error), Fault::Refused(StatusCode::INSUFFICIENT_STORAGE, ..)));
        let denied = io::ErrorKind::PermissionDenied.into();
        assert!(matches!(unwritten(&denied), Fault::Refused(StatusCode::SERVICE_UNAVAILABLE, ..)));
    }
}
