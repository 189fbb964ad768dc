//! One machine that tries many accounts: wrong passwords by the address that they came from, in memory.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// So many wrong passwords from one address…
const FAILURES: usize = 20;
/// …in this time, in milliseconds.
const WINDOW: i64 = 10 * 60 * 1000;
/// Addresses that are remembered at most.
const ADDRESSES: usize = 10_000;
/// Bytes of an address that count.
const LONG: usize = 64;

/// When each address failed, the oldest first.
#[derive(Default)]
pub(super) struct Throttle(Mutex<HashMap<String, VecDeque<i64>>>);

impl Throttle {
    /// Begins an attempt: it counts as failed until it is taken back, so many at once count too. Otherwise how many seconds
    /// are to be waited.
    pub(super) fn begin(&self, from: &str, now: i64) -> Result<(), i64> {
        let mut addresses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = key(from);
        if addresses.len() >= ADDRESSES && !addresses.contains_key(&from) {
            addresses.retain(|_, times| times.back().is_some_and(|last| now - last < WINDOW));
            // still full: whoever was quiet for longest is forgotten
            if addresses.len() >= ADDRESSES {
                let oldest = addresses.iter().min_by_key(|(_, times)| times.back().copied());
                let oldest = oldest.map(|(address, _)| address.clone());
                oldest.and_then(|address| addresses.remove(&address));
            }
        }
        let times = addresses.entry(from).or_default();
        while times.front().is_some_and(|first| now - first >= WINDOW) {
            times.pop_front();
        }
        match times.front() {
            Some(first) if times.len() >= FAILURES => Err((first + WINDOW - now).div_euclid(1000) + 1),
            _ => {
                times.push_back(now);
                Ok(())
            }
        }
    }

    /// Takes an attempt back that began at `at`: it did not fail.
    pub(super) fn succeeded(&self, from: &str, at: i64) {
        let mut addresses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = key(from);
        let Some(times) = addresses.get_mut(&from) else { return };
        if let Some(place) = times.iter().rposition(|time| *time == at) {
            times.remove(place);
        }
        if times.is_empty() {
            addresses.remove(&from);
        }
    }
}

fn key(from: &str) -> String {
    from.chars().take(LONG).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_failures_in_ten_minutes_are_enough() {
        let throttle = Throttle::default();
        for at in 0..20 {
            assert_eq!(throttle.begin("10.0.0.1", at * 1000), Ok(()));
        }
        assert_eq!(throttle.begin("10.0.0.1", 30_000), Err(571));
        assert_eq!(throttle.begin("10.0.0.2", 30_000), Ok(()));
        // the first one is ten minutes old
        assert_eq!(throttle.begin("10.0.0.1", WINDOW), Ok(()));
        assert_eq!(throttle.begin("10.0.0.1", WINDOW), Err(2));
    }

    #[test]
    fn a_success_takes_its_own_back_and_no_other() {
        let throttle = Throttle::default();
        for at in 0..19 {
            assert_eq!(throttle.begin("a", at), Ok(()));
        }
        for at in 100..200 {
            assert_eq!(throttle.begin("a", at), Ok(()));
            throttle.succeeded("a", at);
        }
        assert_eq!(throttle.begin("a", 300), Ok(()));
        assert!(throttle.begin("a", 301).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        for at in 0..3 * ADDRESSES as i64 {
            assert_eq!(throttle.begin(&format!("{at}"), at), Ok(()));
        }
        let addresses = throttle.0.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(addresses.len() <= ADDRESSES && addresses.contains_key("29999"));
    }
}
