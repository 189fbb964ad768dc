//! The chain of the parcels from one registry to another.

use std::collections::HashMap;

use super::{Digest, Manifest, ParcelError};
use crate::exchange::identity::Fingerprint;

/// How far the parcels from one registry to another are: the last number, and its parcel's digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// 0 before the first parcel.
    pub sequence: u64,
    /// `None` before the first parcel.
    pub digest: Option<Digest>,
}

impl Position {
    /// Before the first parcel.
    pub const START: Self = Self { sequence: 0, digest: None };

    /// Whether a parcel comes next.
    ///
    /// # Errors
    /// [`ParcelError::Replayed`], [`ParcelError::Gap`] or [`ParcelError::Unchained`] where it does not.
    pub(in crate::exchange) fn admit(self, manifest: &Manifest, digest: Digest) -> Result<Self, ParcelError> {
        let (sequence, last) = (manifest.sequence, self.sequence);
        if sequence <= last {
            return Err(ParcelError::Replayed { sequence, last });
        }
        if sequence - last > 1 {
            return Err(ParcelError::Gap { sequence, expected: last + 1 });
        }
        if manifest.previous != self.digest {
            return Err(ParcelError::Unchained(sequence));
        }
        Ok(manifest.position(digest))
    }
}

/// A verified parcel's place in its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The sender.
    pub from: Fingerprint,
    /// The receiver.
    pub to: Fingerprint,
    /// The number.
    pub sequence: u64,
    /// The digest that it says its predecessor has.
    pub previous: Option<Digest>,
    /// Its own digest.
    pub digest: Digest,
}

impl Link {
    /// The place of a verified parcel.
    #[must_use]
    pub fn of(manifest: &Manifest, digest: Digest) -> Self {
        Self {
            from: manifest.from.fingerprint,
            to: manifest.to.fingerprint,
            sequence: manifest.sequence,
            previous: manifest.previous,
            digest,
        }
    }
}

/// Something wrong with a chain. Places are indexes into the links that were checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainFault {
    /// The same parcel stands at both places.
    Repeated {
        /// Where it stands again.
        at: usize,
        /// Where it stood first.
        first: usize,
    },
    /// Two different parcels have one number.
    Forked {
        /// The second.
        at: usize,
        /// The first.
        first: usize,
    },
    /// A parcel stands after one with a greater number.
    Reordered {
        /// Where it stands.
        at: usize,
        /// The parcel with the greatest number before it.
        after: usize,
    },
    /// The predecessor that it names is not the one with the number before.
    Unchained {
        /// Where it stands.
        at: usize,
        /// The parcel with the number before.
        before: usize,
    },
    /// Numbers that no parcel has.
    Missing {
        /// The parcel after the gap.
        at: usize,
        /// The first missing number.
        first: u64,
        /// The last missing number.
        last: u64,
    },
}

/// Checks links in the order in which their parcels stand, each direction for itself, from number 1.
/// Faults of one place are told at its place in the order; missing numbers at the end.
#[must_use]
pub fn check_chain(links: &[Link]) -> Vec<ChainFault> {
    let mut faults = Vec::new();
    let mut chains: HashMap<(Fingerprint, Fingerprint), HashMap<u64, usize>> = HashMap::new();
    let mut greatest: HashMap<(Fingerprint, Fingerprint), (u64, usize)> = HashMap::new();
    for (at, link) in links.iter().enumerate() {
        let way = (link.from, link.to);
        let chain = chains.entry(way).or_default();
        if let Some(&first) = chain.get(&link.sequence) {
            let same = links.get(first).is_some_and(|other| other.digest == link.digest);
            faults.push(if same { ChainFault::Repeated { at, first } } else { ChainFault::Forked { at, first } });
            continue;
        }
        chain.insert(link.sequence, at);
        let most = greatest.entry(way).or_insert((link.sequence, at));
        if link.sequence < most.0 {
            faults.push(ChainFault::Reordered { at, after: most.1 });
        } else {
            *most = (link.sequence, at);
        }
    }
    // The order of a hash map must not show.
    for (at, link) in links.iter().enumerate() {
        let chain = chains.get(&(link.from, link.to));
        let before = link.sequence.checked_sub(1).and_then(|before| chain?.get(&before));
        let other = before.and_then(|before| Some((*before, links.get(*before)?)));
        if let Some((before, other)) = other
            && link.previous != Some(other.digest)
        {
            faults.push(ChainFault::Unchained { at, before });
        }
    }
    let mut ways: Vec<_> = chains.into_iter().collect();
    ways.sort_unstable_by_key(|(way, _)| *way);
    for (_, chain) in ways {
        let mut numbers: Vec<_> = chain.into_iter().collect();
        numbers.sort_unstable();
        let mut next = 1;
        for (sequence, at) in numbers {
            if sequence > next {
                faults.push(ChainFault::Missing { at, first: next, last: sequence - 1 });
            }
            next = sequence.saturating_add(1);
        }
    }
    faults
}
