//! The answerer's side.

use canbao_domain::number::CitizenNumber;

use super::ask::distinct;
use super::limits::{ASKED, HELD, within};
use super::message::REQUEST;
use super::multiply;
use super::secret::Secret;
use super::{Limits, PsiError, Reply, Request, Roles, Session};

/// What an answer told, for the log: it is all that the answerer knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// The run.
    pub session: Session,
    /// How many people the asker asked about.
    pub asked: usize,
    /// How many insured people took part.
    pub held: usize,
}

/// Answers a request with the people whom this registry has insured, each once; there may be none. Nothing
/// is kept: the secret is wiped, and the same request again would be answered with other bytes.
///
/// `roles` are what the answerer expects: the registries of the parcel's manifest, and the insurance whose set
/// `insured` is.
///
/// # Errors
/// Where the request is about another insurance or between other registries, a set is beyond its cap, or a
/// point is none.
pub fn answer(
    roles: Roles,
    request: &Request,
    insured: &[CitizenNumber],
    limits: &Limits,
) -> Result<(Reply, Told), PsiError> {
    let session = request.head.session(roles, REQUEST)?;
    within(ASKED, request.points.len() as u64, limits.asked)?;
    if request.points.is_empty() {
        return Err(PsiError::Nobody);
    }
    let insured = distinct(insured);
    within(HELD, insured.len() as u64, limits.held)?;
    let (context, secret) = (session.context(), Secret::fresh()?);
    let half = secret.half();
    let points = multiply::points(REQUEST, &request.points, &half, limits.threads)?;
    let mut tags = multiply::numbers(&context, &insured, &half, limits.threads)?;
    for (tag, number) in tags.iter_mut().zip(&insured) {
        *tag = multiply::tag(&context, *number, tag);
    }
    // sorted by what is as good as random, the order of the numbers is gone
    tags.sort_unstable();
    let told = Told { session, asked: points.len(), held: tags.len() };
    Ok((Reply { head: request.head, request: request.digest(), points, tags }, told))
}
