//! Reads every source of a city on one thread and says how fast: `cargo run --release --example measure CITY.toml [KIND]`.

use std::path::Path;
use std::time::Instant;

use canbao_intake::{IntakeError, Profiles, load_city, open};

fn main() -> Result<(), IntakeError> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "city.toml".to_owned());
    let only = arguments.next();
    let city = load_city(Path::new(&path))?;
    let profiles = Profiles::embedded()?;
    for spec in city.sources.iter().filter(|spec| only.as_deref().is_none_or(|only| only == spec.name)) {
        let start = Instant::now();
        let extract = open(spec, &profiles)?;
        let opened = start.elapsed().as_secs_f64();
        let bytes = extract.bytes();
        for part in extract.parts() {
            let columns: Vec<_> =
                part.columns.iter().map(|c| format!("{}={}", c.header, c.field.map_or("-", |f| f.as_str()))).collect();
            println!(
                "  {} {:?} {:?} row {} {}",
                part.file,
                part.encoding,
                part.separator,
                part.header_row,
                columns.join(" ")
            );
        }
        let mut nulls = 0;
        let totals = extract.read(&mut |chunk| {
            nulls += chunk.batch.columns().iter().map(|column| column.null_count()).sum::<usize>();
            Ok(())
        })?;
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{:24} {:>9} rows {:>4} rejected {:>6.1} MB open {opened:.3} s, all {seconds:.3} s, {:.0} MB/s, nulls {nulls} {:?} {:?}",
            spec.name,
            totals.rows,
            totals.rejected,
            bytes as f64 / 1e6,
            bytes as f64 / 1e6 / seconds,
            totals.parts,
            totals.unknown_codes,
        );
    }
    Ok(())
}
