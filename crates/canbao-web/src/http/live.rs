//! A part of a page that follows what happens (server-sent events): a piece of HTML whenever it differs from the last, and
//! `done` when the page itself is another one.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use tokio::time::{Instant, sleep};

/// How often it is looked.
const STEP: Duration = Duration::from_millis(500);
/// A browser that stays longer asks again, and shows by that that it may still.
const LONGEST: Duration = Duration::from_secs(300);
/// Something is sent as often as this, so that who sits between does not hang up.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// What there is to be seen.
pub(crate) enum Seen {
    /// A piece of the page.
    Piece(String),
    /// Over: the page is to be drawn anew.
    Done,
}

struct State<L> {
    look: L,
    begun: Instant,
    said: Instant,
    last: String,
    over: bool,
}

/// Streams what `look` sees.
pub(crate) fn live<F>(look: impl FnMut() -> F + Send + 'static) -> Response
where
    F: Future<Output = Seen> + Send + 'static,
{
    let now = Instant::now();
    let state = State { look, begun: now, said: now, last: String::new(), over: false };
    let stream = futures::stream::unfold(state, async |mut state| {
        loop {
            if state.over || state.begun.elapsed() > LONGEST {
                return None;
            }
            let text = match (state.look)().await {
                Seen::Done => {
                    state.over = true;
                    "event: done\ndata: 1\n\n".to_owned()
                }
                Seen::Piece(piece) if piece != state.last => {
                    let text = event(&piece);
                    state.last = piece;
                    text
                }
                Seen::Piece(_) if state.said.elapsed() > SIGN_OF_LIFE => ":\n\n".to_owned(),
                Seen::Piece(_) => {
                    sleep(STEP).await;
                    continue;
                }
            };
            state.said = Instant::now();
            return Some((Ok::<_, Infallible>(Bytes::from(text)), state));
        }
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(stream)).into_response()
}

fn event(piece: &str) -> String {
    let lines: String = piece.lines().map(|line| format!("data: {line}\n")).collect();
    format!("{lines}\n")
}
