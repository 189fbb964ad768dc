//! How many may be connected.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::Limits;

/// The places that are taken, by address.
#[derive(Clone)]
pub(super) struct Places {
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
    limits: Limits,
}

/// A connection's place; free again when it is dropped.
pub(super) struct Place {
    places: Places,
    address: IpAddr,
}

impl Places {
    pub(super) fn new(limits: Limits) -> Self {
        Self { taken: Arc::default(), limits }
    }

    /// A place, where one is free for that address.
    pub(super) fn take(&self, address: IpAddr) -> Option<Place> {
        let address = address.to_canonical();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.values().sum::<usize>() >= self.limits.connections {
            return None;
        }
        let own = taken.entry(address).or_default();
        if *own >= self.limits.of_one_address && !address.is_loopback() {
            return None;
        }
        *own += 1;
        Some(Place { places: self.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn one_address_and_all_together_have_so_many_places() {
        let places = Places::new(Limits { connections: 4, of_one_address: 2, ..Limits::default() });
        let [one, other, here]: [IpAddr; 3] =
            ["10.0.0.1", "::ffff:10.0.0.2", "127.0.0.1"].map(|ip| ip.parse().unwrap());
        let first = places.take(one).unwrap();
        let _second = places.take(one).unwrap();
        assert!(places.take(one).is_none(), "the address has its two");
        let _mapped = places.take(other).unwrap();
        drop(first);
        let _again = places.take(one).unwrap();
        let _proxy = places.take(here).unwrap();
        assert!(places.take(here).is_none(), "all four are taken");
        drop(_proxy);
        assert!(places.take(here).is_some());
    }
}
