//! The asker's side.

use std::collections::HashSet;
use std::fmt;

use canbao_domain::number::CitizenNumber;

use super::limits::{ASKED, HELD, within};
use super::message::{Head, REPLY};
use super::multiply::{self, Bytes};
use super::secret::Secret;
use super::{Found, Limits, PsiError, Reply, Request, Session};

/// A question that was sent and waits for its reply: the secret, and whose point stands where in the request.
///
/// It serves one reply. `Debug` shows the count only. Between runs of the program it is kept by
/// [`Asking::remember`].
pub struct Asking {
    pub(super) session: Session,
    pub(super) secret: Secret,
    pub(super) request: Bytes,
    /// In the order of the request's points.
    pub(super) numbers: Vec<CitizenNumber>,
}

impl Asking {
    /// Begins a run about these people; who stands twice is asked about once.
    ///
    /// # Errors
    /// [`PsiError::Nobody`], [`PsiError::TooMany`], [`PsiError::Random`].
    pub fn begin(session: Session, numbers: &[CitizenNumber], limits: &Limits) -> Result<(Self, Request), PsiError> {
        let numbers = distinct(numbers);
        within(ASKED, numbers.len() as u64, limits.asked)?;
        if numbers.is_empty() {
            return Err(PsiError::Nobody);
        }
        let secret = Secret::fresh()?;
        let points = multiply::numbers(&session.context(), &numbers, &secret.half(), limits.threads)?;
        // sorted by what is as good as random, the order of the numbers is gone
        let mut both: Vec<(Bytes, CitizenNumber)> = points.into_iter().zip(numbers).collect();
        both.sort_unstable_by_key(|(point, _)| *point);
        let (points, numbers) = both.into_iter().unzip();
        let request = Request { head: Head::of(&session), points };
        Ok((Self { session, secret, request: request.digest(), numbers }, request))
    }

    /// How many people were asked about.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.numbers.len()
    }

    /// The run.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Ends the run: who of the people asked about is insured with the answerer. The secret is wiped.
    ///
    /// # Errors
    /// Where the reply is another run's or another request's, about another insurance, too large, or has a
    /// point that is none. The question is then gone: a new one is to be asked.
    pub fn finish(self, reply: &Reply, limits: &Limits) -> Result<Found, PsiError> {
        if reply.head.session(self.session.roles().to_owned(), REPLY)? != self.session || reply.request != self.request
        {
            return Err(PsiError::WrongSession(REPLY));
        }
        let (expected, actual) = (self.numbers.len() as u64, reply.points.len() as u64);
        if expected != actual {
            return Err(PsiError::Count { expected, actual });
        }
        within(HELD, reply.tags.len() as u64, limits.held)?;
        let context = self.session.context();
        let points = multiply::points(REPLY, &reply.points, &self.secret.half_inverse(), limits.threads)?;
        let tags: HashSet<&Bytes, ahash::RandomState> = reply.tags.iter().collect();
        let mut numbers: Vec<_> = self
            .numbers
            .iter()
            .zip(&points)
            .filter(|(number, point)| tags.contains(&multiply::tag(&context, **number, point)))
            .map(|(number, _)| *number)
            .collect();
        numbers.sort_unstable();
        Ok(Found { numbers, asked: self.numbers.len(), held: reply.tags.len() })
    }
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking").field("session", &self.session).field("asked", &self.asked()).finish_non_exhaustive()
    }
}

/// The numbers, each once, ascending.
pub(super) fn distinct(numbers: &[CitizenNumber]) -> Vec<CitizenNumber> {
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
