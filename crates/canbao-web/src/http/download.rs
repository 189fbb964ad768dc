//! A file that leaves by the page: made for one answer or some, sent in blocks, gone afterwards.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use tokio::task::spawn_blocking;

const BLOCK: usize = 256 << 10;
/// Where files stand until they have left.
pub(super) const OUTGOING: &str = "outgoing";

/// A private file under a random name, cleared away when it is dropped.
#[derive(Debug)]
pub(crate) struct Passing(PathBuf);

impl Passing {
    /// A path in the data folder at which nothing stands yet.
    pub(crate) fn new(data: &Path) -> io::Result<Self> {
        let folder = data.join(OUTGOING);
        super::upload::private_folder(&folder)?;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| io::Error::other("no randomness"))?;
        let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self(folder.join(name)))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Its random name.
    pub(crate) fn name(&self) -> String {
        self.0.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        // where it was never made there is nothing to clear away
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Sends a file under the name that its receiver sees. It is gone with the last who holds it.
///
/// # Errors
/// Where it cannot be opened.
pub(crate) fn send(passing: impl Into<Arc<Passing>>, kind: &'static str, name: &str) -> io::Result<Response> {
    let passing: Arc<Passing> = passing.into();
    let file = File::open(passing.path())?;
    streamed(file, passing, kind, name)
}

/// Sends a file that stays where it is.
///
/// # Errors
/// Where it cannot be opened.
pub(crate) fn send_kept(path: &Path, kind: &'static str, name: &str) -> io::Result<Response> {
    streamed(File::open(path)?, (), kind, name)
}

/// Sends a file in blocks; `held` is let go of with the last.
fn streamed<T: Send + 'static>(file: File, held: T, kind: &'static str, name: &str) -> io::Result<Response> {
    let size = file.metadata()?.len();
    let stream = futures::stream::unfold(Some((file, held)), async |state| {
        let (mut file, held) = state?;
        let read = spawn_blocking(move || {
            let mut block = vec![0; BLOCK];
            let read = file.read(&mut block)?;
            block.truncate(read);
            Ok::<_, io::Error>((block, file))
        });
        match read.await {
            Ok(Ok((block, _))) if block.is_empty() => None,
            Ok(Ok((block, file))) => Some((Ok(Bytes::from(block)), Some((file, held)))),
            Ok(Err(error)) => Some((Err(error), None)),
            Err(_) => Some((Err(io::Error::other("not read")), None)),
        }
    });
    let named: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let disposition = format!("attachment; filename*=UTF-8''{}", named.replace('+', "%20"));
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}
