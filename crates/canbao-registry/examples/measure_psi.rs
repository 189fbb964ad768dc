//! Times one side's own work in a private comparison.
//!
//! `cargo run --release -p canbao-registry --example measure_psi [PEOPLE [THREADS]]`
#![expect(clippy::print_stdout, reason = "a measurement")]

use std::error::Error;
use std::time::Instant;

use canbao_domain::number::CitizenNumber;
use canbao_domain::source::Insurance;
use canbao_registry::exchange::identity::Fingerprint;
use canbao_registry::exchange::psi::{Asking, Limits, Reply, Request, Roles, Session, answer};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let people: usize = arguments.next().map_or(Ok(100_000), |text| text.parse())?;
    let mut limits = Limits::default();
    limits.asked = limits.asked.max(people);
    limits.held = limits.held.max(people);
    if let Some(threads) = arguments.next() {
        limits.threads = threads.parse()?;
    }
    let asked: Vec<_> = numbers().take(people).collect();
    // half of them are common
    let insured: Vec<_> = numbers().skip(people / 2).take(people).collect();
    let roles = Roles {
        asker: Fingerprint::from_bytes([1; 32]),
        answerer: Fingerprint::from_bytes([2; 32]),
        insurance: Insurance::Pension,
    };

    let begin = Instant::now();
    let (asking, request) = Asking::begin(Session::begin(roles)?, &asked, &limits)?;
    let asks = begin.elapsed();

    let mut bytes = Vec::new();
    request.write(&mut bytes)?;
    let begin = Instant::now();
    let request = Request::read(&mut bytes.as_slice(), &limits)?;
    let (reply, told) = answer(roles, &request, &insured, &limits)?;
    let answers = begin.elapsed();

    let mut bytes = Vec::new();
    reply.write(&mut bytes)?;
    let begin = Instant::now();
    let reply = Reply::read(&mut bytes.as_slice(), &limits)?;
    let found = asking.finish(&reply, &limits)?;
    let finishes = begin.elapsed();

    if found.numbers.len() != people - people / 2 {
        return Err("the outcome is wrong".into());
    }
    println!("{} asked, {} held, {} found, {} threads", told.asked, told.held, found.numbers.len(), limits.threads);
    println!(
        "asker    {:.2} s (asks {:.2}, finishes {:.2})",
        (asks + finishes).as_secs_f64(),
        asks.as_secs_f64(),
        finishes.as_secs_f64()
    );
    println!("answerer {:.2} s", answers.as_secs_f64());
    println!("reply    {:.1} MB", bytes.len() as f64 / 1e6);
    Ok(())
}

/// Invented numbers, each once: days of birth and counters of an area that no county has.
fn numbers() -> impl Iterator<Item = CitizenNumber> {
    let days = (1950..2010)
        .flat_map(|year| (1..=12).flat_map(move |month| (1..=28).map(move |day| (year * 100 + month) * 100 + day)));
    days.flat_map(|day| {
        (0..1000).filter_map(move |counter| CitizenNumber::from_body((999_999 * 100_000_000 + day) * 1000 + counter))
    })
}
