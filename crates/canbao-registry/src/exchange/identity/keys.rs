//! The secret half.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroizing;

use super::{Card, IdentityError, Registry};
use crate::exchange::random;

/// A registry's keys. `Debug` shows the card; the keys are wiped from memory when it is dropped.
pub struct Identity {
    pub(super) signing: SigningKey,
    pub(super) age: age::x25519::Identity,
    card: Card,
}

impl Identity {
    /// New keys, from the operating system's randomness.
    ///
    /// # Errors
    /// [`IdentityError::Random`] where the system has none.
    pub fn create(registry: Registry) -> Result<Self, IdentityError> {
        let mut seed = Zeroizing::new([0_u8; 32]);
        random::fill(seed.as_mut_slice()).map_err(IdentityError::Random)?;
        Ok(Self::of(registry, SigningKey::from_bytes(&seed), age::x25519::Identity::generate()))
    }

    pub(super) fn of(registry: Registry, signing: SigningKey, age: age::x25519::Identity) -> Self {
        let card = Card::sign(registry, &signing, age.to_public());
        Self { signing, age, card }
    }

    /// The public half.
    #[must_use]
    pub fn card(&self) -> &Card {
        &self.card
    }

    pub(in crate::exchange) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }

    pub(in crate::exchange) fn opener(&self) -> &age::x25519::Identity {
        &self.age
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("card", &self.card).finish_non_exhaustive()
    }
}
