//! The work: points of numbers, and points times a secret, on all cores.
//!
//! Encoding a ristretto255 point takes an inverse square root each; the encodings of *doubles* share one inversion
//! (`double_and_compress_batch`). So all points are multiplied by half of the secret.

use std::sync::atomic::{AtomicUsize, Ordering};

use canbao_domain::number::CitizenNumber;
use curve25519_dalek::ristretto::CompressedRistretto;
use curve25519_dalek::traits::IsIdentity as _;
use curve25519_dalek::{RistrettoPoint, Scalar};
use sha2::{Digest as _, Sha256, Sha512};

use super::PsiError;

/// The canonical encoding of a point, or a tag.
pub(super) type Bytes = [u8; 32];

/// Points that are worked on and encoded together: enough to share an inversion, few enough for a core's cache.
const BLOCK: usize = 512;

/// The secret times the points of numbers, in their order. `half` is half of the secret.
pub(super) fn numbers(
    context: &Bytes,
    numbers: &[CitizenNumber],
    half: &Scalar,
    threads: usize,
) -> Result<Vec<Bytes>, PsiError> {
    in_blocks(numbers, threads, |_, block| {
        let points: Vec<_> = block.iter().map(|number| point(context, *number) * half).collect();
        Ok(encode(&points))
    })
}

/// The secret times encoded points, in their order. Every one is checked. `what` names their message in errors.
pub(super) fn points(
    what: &'static str,
    points: &[Bytes],
    half: &Scalar,
    threads: usize,
) -> Result<Vec<Bytes>, PsiError> {
    in_blocks(points, threads, |begin, block| {
        let mut multiplied = Vec::with_capacity(block.len());
        for (at, bytes) in (begin as u64 + 1..).zip(block) {
            let point = CompressedRistretto(*bytes).decompress().filter(|point| !point.is_identity());
            multiplied.push(point.ok_or(PsiError::Point { what, at })? * half);
        }
        Ok(encode(&multiplied))
    })
}

/// The point of a number in a run: nobody knows its logarithm (RFC 9496, section 4.3.4).
fn point(context: &Bytes, number: CitizenNumber) -> RistrettoPoint {
    let hash =
        Sha512::new_with_prefix(b"canbao exchange psi 1 point\0").chain_update(context).chain_update(number.bytes());
    RistrettoPoint::from_uniform_bytes(&hash.finalize().into())
}

/// The tag of a number and the answerer's secret times its point.
pub(super) fn tag(context: &Bytes, number: CitizenNumber, point: &Bytes) -> Bytes {
    let hash =
        Sha256::new_with_prefix(b"canbao exchange psi 1 tag\0").chain_update(context).chain_update(number.bytes());
    hash.chain_update(point).finalize().into()
}

fn encode(halves: &[RistrettoPoint]) -> Vec<Bytes> {
    RistrettoPoint::double_and_compress_batch(halves).into_iter().map(|point| point.0).collect()
}

/// Works on blocks of a list with several threads, each taking the next block when it is done with one: a core that
/// others use too gets fewer. What comes out is in the list's order. `work` gets where its block begins.
fn in_blocks<T: Sync>(
    items: &[T],
    threads: usize,
    work: impl Fn(usize, &[T]) -> Result<Vec<Bytes>, PsiError> + Sync,
) -> Result<Vec<Bytes>, PsiError> {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        loop {
            let begin = next.fetch_add(BLOCK, Ordering::Relaxed);
            let Some(rest) = items.get(begin..).filter(|rest| !rest.is_empty()) else { return Ok(done) };
            match work(begin, rest.get(..BLOCK).unwrap_or(rest)) {
                Ok(block) => done.push((begin, block)),
                Err(error) => {
                    // nobody needs to go on; blocks before this one are taken already, and end
                    next.store(items.len(), Ordering::Relaxed);
                    return Err((begin, error));
                }
            }
        }
    };
    let threads = threads.clamp(1, 1024).min(items.len().div_ceil(BLOCK).max(1));
    let mut blocks = Vec::with_capacity(items.len().div_ceil(BLOCK));
    let mut refused: Option<(usize, PsiError)> = None;
    std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| std::thread::Builder::new().spawn_scoped(scope, run)).collect();
        let mut gather = |done: Result<_, (usize, PsiError)>| match done {
            Ok(done) => blocks.extend::<Vec<(usize, Vec<Bytes>)>>(done),
            // the first place is told, whichever thread was there first
            Err(error) if refused.as_ref().is_none_or(|first| error.0 < first.0) => refused = Some(error),
            Err(_) => {}
        };
        gather(run());
        // where a thread could not be started, the others have done its part
        for helper in helpers.into_iter().flatten() {
            gather(helper.join().unwrap_or(Err((usize::MAX, PsiError::Worker))));
        }
    });
    if let Some((_, error)) = refused {
        return Err(error);
    }
    blocks.sort_unstable_by_key(|(begin, _)| *begin);
    let mut all = Vec::with_capacity(items.len());
    for (_, block) in blocks {
        all.extend_from_slice(&block);
    }
    if all.len() == items.len() { Ok(all) } else { Err(PsiError::Worker) }
}
