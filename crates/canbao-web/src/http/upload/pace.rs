//! How fast and how much a sender may send.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use futures::{Stream, StreamExt as _};
use tokio::time::{Instant, timeout_at};

/// Why a sender was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Cut {
    #[error("too slow")]
    Slow,
    #[error("too much")]
    TooMuch,
    #[error("broken off")]
    BrokenOff,
}

/// How much may come in all; can be lowered while it comes.
pub(super) type Most = Arc<AtomicU64>;

struct Pace {
    body: BodyDataStream,
    begun: Instant,
    taken: u64,
    most: Most,
    rate: u64,
    patience: Duration,
}

/// The bytes of a body, for as long as their sender keeps the pace: each byte buys time, silence costs it.
pub(super) fn paced(
    body: Body,
    most: Most,
    rate: u64,
    patience: Duration,
) -> impl Stream<Item = Result<Bytes, Cut>> + Send + 'static {
    let pace =
        Pace { body: body.into_data_stream(), begun: Instant::now(), taken: 0, most, rate: rate.max(1), patience };
    futures::stream::unfold(Some(pace), async |pace| {
        let mut pace = pace?;
        match pace.next().await {
            Some(Ok(bytes)) => Some((Ok(bytes), Some(pace))),
            Some(Err(cut)) => Some((Err(cut), None)),
            None => None,
        }
    })
}

impl Pace {
    async fn next(&mut self) -> Option<Result<Bytes, Cut>> {
        let bought = Duration::from_secs(self.taken / self.rate);
        let until = (self.begun + self.patience + bought).min(Instant::now() + self.patience);
        let bytes = match timeout_at(until, self.body.next()).await {
            Err(_) => return Some(Err(Cut::Slow)),
            Ok(None) => return None,
            Ok(Some(Err(_))) => return Some(Err(Cut::BrokenOff)),
            Ok(Some(Ok(bytes))) => bytes,
        };
        self.taken += bytes.len() as u64;
        if self.taken > self.most.load(Ordering::Relaxed) {
            return Some(Err(Cut::TooMuch));
        }
        Some(Ok(bytes))
    }
}
