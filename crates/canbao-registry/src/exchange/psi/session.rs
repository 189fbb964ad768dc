//! What a run is bound to.

use canbao_domain::source::Insurance;
use sha2::{Digest as _, Sha256};

use super::PsiError;
use crate::exchange::identity::Fingerprint;
use crate::exchange::random;

/// Who asks whom, and about what: both sides know it before anything is sent, from the parcel's manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// The registry that asks and learns the outcome.
    pub asker: Fingerprint,
    /// The registry that answers.
    pub answerer: Fingerprint,
    /// 养老保险 or 医疗保险.
    pub insurance: Insurance,
}

/// One run: its roles and a random id, from the asker. All hashes are bound to it, so that nothing of one run
/// can be used in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    roles: Roles,
    id: [u8; 32],
}

impl Session {
    /// A new run.
    ///
    /// # Errors
    /// [`PsiError::NoInsurance`], [`PsiError::Random`].
    pub fn begin(roles: Roles) -> Result<Self, PsiError> {
        let mut id = [0_u8; 32];
        random::fill(&mut id).map_err(PsiError::Random)?;
        Self::of(roles, id)
    }

    pub(super) fn of(roles: Roles, id: [u8; 32]) -> Result<Self, PsiError> {
        match roles.insurance {
            Insurance::Pension | Insurance::Medical => Ok(Self { roles, id }),
            Insurance::Other => Err(PsiError::NoInsurance),
        }
    }

    /// Who asks whom, and about what.
    #[must_use]
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// The run's random id, for a log.
    #[must_use]
    pub fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// The digest that stands in messages and at the head of every hash.
    pub(super) fn context(&self) -> [u8; 32] {
        let mut hash = Sha256::new_with_prefix(b"canbao exchange psi 1 context\0");
        hash.update(self.id);
        hash.update(self.roles.asker.as_bytes());
        hash.update(self.roles.answerer.as_bytes());
        hash.update([code(self.roles.insurance)]);
        hash.finalize().into()
    }
}

/// An insurance in a message.
pub(super) const fn code(insurance: Insurance) -> u8 {
    match insurance {
        Insurance::Pension => 1,
        Insurance::Medical => 2,
        Insurance::Other => 0,
    }
}

/// The insurance of a message's code.
pub(super) const fn insurance(code: u8) -> Option<Insurance> {
    match code {
        1 => Some(Insurance::Pension),
        2 => Some(Insurance::Medical),
        _ => None,
    }
}
