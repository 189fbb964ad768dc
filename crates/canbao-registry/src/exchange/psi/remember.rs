//! A question that waits longer than the program runs: a stick takes days.

use canbao_domain::number::CitizenNumber;
use zeroize::Zeroizing;

use super::secret::Secret;
use super::session::{code, insurance};
use super::{Asking, Limits, PsiError, Roles, Session};
use crate::exchange::identity::Fingerprint;

const MAGIC: &[u8; 16] = b"canbao-psi-wait1";

impl Asking {
    /// All that is needed to finish later: the secret and the citizen numbers, in the clear. Whoever has it, and the
    /// request, knows whom was asked about. It belongs where the registry's own records are, and is to be deleted once
    /// the reply was used.
    #[must_use]
    pub fn remember(&self) -> Zeroizing<Vec<u8>> {
        let roles = self.session.roles();
        let head: [&[u8]; 7] = [
            MAGIC,
            self.session.id(),
            roles.asker.as_bytes(),
            roles.answerer.as_bytes(),
            &[code(roles.insurance)],
            self.secret.as_bytes(),
            &self.request,
        ];
        let length = head.iter().map(|part| part.len()).sum::<usize>() + self.numbers.len() * 8;
        // of the right size from the beginning: a vector that grows leaves copies behind
        let mut bytes = Zeroizing::new(Vec::with_capacity(length));
        for part in head {
            bytes.extend_from_slice(part);
        }
        for number in &self.numbers {
            bytes.extend_from_slice(&number.body().to_le_bytes());
        }
        bytes
    }

    /// The question that [`Asking::remember`] gave.
    ///
    /// # Errors
    /// [`PsiError::Remembered`] where it is none, [`PsiError::TooMany`] where it is beyond the cap.
    pub fn recall(bytes: &[u8], limits: &Limits) -> Result<Self, PsiError> {
        let mut rest = bytes;
        if take::<16>(&mut rest)? != MAGIC {
            return Err(PsiError::Remembered);
        }
        let id = *take(&mut rest)?;
        let asker = Fingerprint::from_bytes(*take(&mut rest)?);
        let answerer = Fingerprint::from_bytes(*take(&mut rest)?);
        let [code] = *take(&mut rest)?;
        let insurance = insurance(code).ok_or(PsiError::Remembered)?;
        let session = Session::of(Roles { asker, answerer, insurance }, id)?;
        let secret = Secret::from_bytes(take(&mut rest)?).ok_or(PsiError::Remembered)?;
        let request = *take(&mut rest)?;
        super::limits::within(super::limits::ASKED, rest.len() as u64 / 8, limits.asked)?;
        let mut numbers = Vec::with_capacity(rest.len() / 8);
        while !rest.is_empty() {
            let number = CitizenNumber::from_body(u64::from_le_bytes(*take(&mut rest)?));
            numbers.push(number.ok_or(PsiError::Remembered)?);
        }
        if numbers.is_empty() {
            return Err(PsiError::Remembered);
        }
        Ok(Self { session, secret, request, numbers })
    }
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Result<&'a [u8; N], PsiError> {
    let (part, after) = rest.split_first_chunk().ok_or(PsiError::Remembered)?;
    *rest = after;
    Ok(part)
}
