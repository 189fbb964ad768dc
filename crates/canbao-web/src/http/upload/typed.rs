//! What was typed in a form with files whose sender is not let in: the words are theirs, the files are not taken.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use multer::Multipart;

use super::UploadLimits;
use super::pace::paced;

/// What is read of it, in bytes: a browser shows the answer once it has sent what it was sending.
const READ: u64 = 4 << 20;
/// Typed fields, together.
const TYPED: usize = 256 << 10;
/// Fields and files.
const PARTS: usize = 200;

/// The typed fields, as far as they came, and whether a file came with them.
pub(crate) async fn typed(headers: &HeaderMap, body: Body, limits: &UploadLimits) -> (Vec<(String, String)>, bool) {
    let (mut fields, mut file, mut room) = (Vec::new(), false, TYPED);
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let Some(boundary) = kind.and_then(|kind| multer::parse_boundary(kind).ok()) else { return (fields, file) };
    let most = Arc::new(AtomicU64::new(READ));
    let mut form = Multipart::new(paced(body, most, limits.rate_bytes_per_s, limits.patience), boundary);
    for _ in 0..PARTS {
        let Ok(Some(mut field)) = form.next_field().await else { break };
        let (name, is_file) = (field.name().unwrap_or_default().to_owned(), field.file_name().is_some());
        let mut value = Vec::new();
        while let Ok(Some(chunk)) = field.chunk().await {
            if is_file {
                file |= !chunk.is_empty();
            } else if value.len() + chunk.len() <= room {
                value.extend_from_slice(&chunk);
            }
        }
        room = room.saturating_sub(value.len());
        if let Ok(value) = String::from_utf8(value)
            && !is_file
        {
            fields.push((name, value));
        }
    }
    (fields, file)
}
