//! How often a token may call.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Calls a minute, unless a city sets another number.
const USUAL: u32 = 600;
/// Tokens that are remembered before those at rest are forgotten.
const MANY: usize = 1_000;

/// Of each token what is left of its minute, and when that was so.
#[derive(Debug)]
pub(crate) struct Rate {
    minute: f64,
    left: Mutex<HashMap<i64, (f64, Instant)>>,
}

impl Default for Rate {
    fn default() -> Self {
        Self::new(USUAL)
    }
}

impl Rate {
    pub(crate) fn new(minute: u32) -> Self {
        Self { minute: f64::from(minute.max(1)), left: Mutex::default() }
    }

    /// Counts a call; otherwise how many seconds are to be waited.
    pub(crate) fn take(&self, token: i64, now: Instant) -> Result<(), u64> {
        let mut all = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let since = |(left, at): (f64, Instant)| {
            let seconds = now.saturating_duration_since(at).as_secs_f64();
            (left + seconds * self.minute / 60.0).min(self.minute)
        };
        if all.len() >= MANY {
            all.retain(|_, kept| since(*kept) < self.minute);
        }
        let left = all.get(&token).map_or(self.minute, |kept| since(*kept));
        let enough = left >= 1.0;
        all.insert(token, (if enough { left - 1.0 } else { left }, now));
        if enough { Ok(()) } else { Err(((1.0 - left) * 60.0 / self.minute).ceil().max(1.0) as u64) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_minutes_calls_may_come_at_once_and_then_as_they_grow_again() {
        let (rate, now) = (Rate::new(30), Instant::now());
        for _ in 0..30 {
            assert_eq!(rate.take(1, now), Ok(()));
        }
        assert_eq!(rate.take(1, now), Err(2));
        assert_eq!(rate.take(2, now), Ok(()), "another token");
        let later = now + Duration::from_secs(4);
        assert_eq!((rate.take(1, later), rate.take(1, later), rate.take(1, later)), (Ok(()), Ok(()), Err(2)));
    }

    #[test]
    fn tokens_at_rest_are_forgotten() {
        let (rate, now) = (Rate::new(60), Instant::now());
        for token in 0..3 * MANY as i64 {
            assert_eq!(rate.take(token, now + Duration::from_secs(token as u64)), Ok(()));
        }
        assert!(rate.left.lock().unwrap_or_else(PoisonError::into_inner).len() <= MANY);
    }
}
