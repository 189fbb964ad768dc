//! Forms with files, as they may come.

use std::fs;
use std::path::Path;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use futures::StreamExt as _;
use tempfile::TempDir;

use super::{FileLimit, Sent, Token, UploadLimits, receive};
use crate::fault::Fault;

const TOKEN: &str = "f00d";

fn field(name: &str, value: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

fn file(name: &str, text: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n")
}

fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, "multipart/form-data; boundary=b".parse().unwrap());
    headers
}

fn small() -> UploadLimits {
    UploadLimits { extract_bytes: 1000, patience: Duration::from_millis(200), free_bytes: 0, ..UploadLimits::default() }
}

async fn send(data: &Path, limits: &UploadLimits, headers: &HeaderMap, body: Body) -> Result<Sent, Fault> {
    receive(data, limits, FileLimit::Extract, headers, body, Token::First(&|token| token == TOKEN)).await
}

fn left(data: &TempDir) -> usize {
    fs::read_dir(data.path().join("incoming")).map_or(0, |entries| entries.count())
}

fn status(refused: Result<Sent, Fault>) -> StatusCode {
    match refused {
        Err(Fault::Refused(status, ..)) => status,
        Err(Fault::Forged) => StatusCode::FORBIDDEN,
        Err(Fault::Nonsense(..)) => StatusCode::BAD_REQUEST,
        Err(Fault::TooMuch) => StatusCode::PAYLOAD_TOO_LARGE,
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn files_are_taken_with_what_was_typed() {
    let data = tempfile::tempdir().unwrap();
    let form =
        [field("csrf", TOKEN), field("as_of", "2016-10-31"), file("册/1.csv", "a,b"), file("", ""), file("2.csv", "")];
    let body = format!("{}--b--\r\n", form.concat());
    // in pieces of seven bytes, so that every border is cut somewhere
    let pieces: Vec<Result<Bytes, std::io::Error>> =
        body.as_bytes().chunks(7).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let body = Body::from_stream(futures::stream::iter(pieces));
    let sent = send(data.path(), &small(), &headers(), body).await.unwrap();
    assert_eq!((sent.text("as_of"), sent.text("none")), ("2016-10-31", ""));
    let told: Vec<(&str, u64)> = sent.files.iter().map(|file| (file.name.as_str(), file.size)).collect();
    assert_eq!(told, [("1.csv", 3), ("2.csv", 0)], "a field without a file is none");
    assert_eq!(fs::read(sent.files[0].path()).unwrap(), b"a,b");
    drop(sent);
    assert_eq!(left(&data), 0, "nobody kept them");
}

#[tokio::test]
async fn without_its_token_no_file_is_taken() {
    let data = tempfile::tempdir().unwrap();
    for (what, form) in [
        ("none", vec![file("a.csv", "a")]),
        ("wrong", vec![field("csrf", "0000"), file("a.csv", "a")]),
        ("after the file", vec![file("a.csv", "a"), field("csrf", TOKEN)]),
        (
            "as a file",
            vec![format!("--b\r\nContent-Disposition: form-data; name=\"csrf\"; filename=\"x\"\r\n\r\n{TOKEN}\r\n")],
        ),
    ] {
        let refused = send(data.path(), &small(), &headers(), Body::from(form.concat() + "--b--\r\n")).await;
        assert_eq!(status(refused), StatusCode::FORBIDDEN, "{what}");
        assert!(!data.path().join("incoming").exists(), "{what}");
    }
    let mut plain = headers();
    plain.insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
    assert_eq!(status(send(data.path(), &small(), &plain, Body::empty()).await), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_is_too_large_or_finds_no_room_is_refused_and_cleared_away() {
    let data = tempfile::tempdir().unwrap();
    let start = field("csrf", TOKEN);
    let large = format!("{start}{}--b--\r\n", file("a.csv", &"x".repeat(1 << 20)));
    assert_eq!(
        status(send(data.path(), &small(), &headers(), Body::from(large.clone())).await),
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let mut said = headers();
    said.insert(header::CONTENT_LENGTH, "9999999999".parse().unwrap());
    let never = Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
    assert_eq!(status(send(data.path(), &small(), &said, never).await), StatusCode::PAYLOAD_TOO_LARGE);
    let typed = format!("{start}{}--b--\r\n", field("note", &"x".repeat(300 << 10)));
    let roomy = UploadLimits { extract_bytes: 2 << 20, ..small() };
    assert_eq!(status(send(data.path(), &roomy, &headers(), Body::from(typed)).await), StatusCode::PAYLOAD_TOO_LARGE);
    let crowded = UploadLimits { free_bytes: u64::MAX, ..roomy };
    let full = send(data.path(), &crowded, &headers(), Body::from(large)).await;
    assert_eq!(status(full), StatusCode::INSUFFICIENT_STORAGE);
    assert_eq!(left(&data), 0);
}

#[tokio::test]
async fn who_stops_dawdles_or_leaves_is_cut_off_and_leaves_nothing() {
    let data = tempfile::tempdir().unwrap();
    let begin = field("csrf", TOKEN) + &file("a.csv", "abc");
    let begun = || futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from(begin.clone()))]);
    let stops = Body::from_stream(begun().chain(futures::stream::pending()));
    assert_eq!(status(send(data.path(), &small(), &headers(), stops).await), StatusCode::REQUEST_TIMEOUT);
    let drops = futures::stream::unfold((), async |()| {
        tokio::time::sleep(Duration::from_millis(40)).await;
        Some((Ok(Bytes::from_static(b"x")), ()))
    });
    let dawdles = Body::from_stream(begun().chain(drops));
    let slow = tokio::time::timeout(Duration::from_secs(3), send(data.path(), &small(), &headers(), dawdles)).await;
    assert_eq!(status(slow.unwrap()), StatusCode::REQUEST_TIMEOUT, "a byte now and then is no pace");
    let breaks = futures::stream::iter([Err(std::io::Error::other("reset"))]);
    let broken = Body::from_stream(begun().chain(breaks));
    assert_eq!(status(send(data.path(), &small(), &headers(), broken).await), StatusCode::BAD_REQUEST);
    assert_eq!(
        status(send(data.path(), &small(), &headers(), Body::from(begin.clone())).await),
        StatusCode::BAD_REQUEST
    );
    let endless = Body::from_stream(begun().chain(futures::stream::pending()));
    let patient = UploadLimits { patience: Duration::from_secs(60), ..small() };
    let (limits, asked) = (patient, headers());
    let leaves = send(data.path(), &limits, &asked, endless);
    assert!(tokio::time::timeout(Duration::from_millis(200), leaves).await.is_err());
    assert_eq!(left(&data), 0, "a browser that closed");
}
