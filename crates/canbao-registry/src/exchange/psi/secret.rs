//! A secret that serves one run.

use curve25519_dalek::Scalar;
use zeroize::{Zeroize as _, Zeroizing};

use super::PsiError;
use crate::exchange::random;

/// A scalar that is not zero, wiped when dropped. It has no `Debug`.
pub(super) struct Secret(Zeroizing<Scalar>);

impl Secret {
    /// A new one, from the operating system's randomness: 64 bytes, so that it is uniform.
    pub(super) fn fresh() -> Result<Self, PsiError> {
        let mut bytes = Zeroizing::new([0_u8; 64]);
        loop {
            random::fill(bytes.as_mut_slice()).map_err(PsiError::Random)?;
            if let Some(secret) = Self::of(Scalar::from_bytes_mod_order_wide(&bytes)) {
                return Ok(secret);
            }
        }
    }

    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        Option::<Scalar>::from(Scalar::from_canonical_bytes(*bytes)).and_then(Self::of)
    }

    fn of(mut scalar: Scalar) -> Option<Self> {
        let secret = (scalar != Scalar::ZERO).then(|| Self(Zeroizing::new(scalar)));
        scalar.zeroize();
        secret
    }

    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Half of it: points multiplied by it are encoded as their doubles, many at once.
    pub(super) fn half(&self) -> Zeroizing<Scalar> {
        Zeroizing::new(self.0.div_by_2())
    }

    /// Half of its inverse.
    pub(super) fn half_inverse(&self) -> Zeroizing<Scalar> {
        Zeroizing::new(Zeroizing::new(self.0.invert()).div_by_2())
    }
}
