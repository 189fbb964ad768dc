//! Makes a city: `cargo run --release -p canbao-synth --example invent -- PERSONS SEED OUT [MONTHS]`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use canbao_synth::{Plan, Step, make};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [persons, seed, out, months @ ..] = arguments.as_slice() else {
        return Err("usage: invent PERSONS SEED OUT [MONTHS]".into());
    };
    let months = months.first().map(|months| months.parse()).transpose()?;
    let plan = Plan { persons: persons.parse()?, seed: seed.parse()?, out: out.into(), months };
    let start = Instant::now();
    let written = AtomicU64::new(0);
    let made = make(&plan, &|step| match step {
        Step::Written { rows } => {
            written.fetch_add(rows, Ordering::Relaxed);
        }
        _ => eprintln!("{:6.2} s {step:?}", start.elapsed().as_secs_f64()),
    })?;
    eprintln!("{:6.2} s {} rows written", start.elapsed().as_secs_f64(), written.into_inner());
    for (kind, count) in &made.findings {
        println!("{kind:20} {count}");
    }
    println!("{} persons, {} rows, {} units", made.persons, made.rows, made.units);
    Ok(())
}
