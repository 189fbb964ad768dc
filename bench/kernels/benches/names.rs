//! Normalising, comparing and hashing names.

use std::hint::black_box;

use canbao_linkage::names::{compare, normalise, sound};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const COUNT: usize = 10_000;

fn names(c: &mut Criterion) {
    let plain = canbao_kernels::names(COUNT);
    let spaced: Vec<String> = plain
        .iter()
        .map(|name| {
            let (surname, given) = name.split_at(3);
            format!("{surname}\u{3000}{given} ")
        })
        .collect();
    let mut group = c.benchmark_group("names");
    group.throughput(Throughput::Elements(COUNT as u64));
    for (title, texts) in [("normalise, plain", &plain), ("normalise, spaced", &spaced)] {
        group.bench_function(title, |b| {
            let mut out = String::new();
            b.iter(|| {
                let mut bytes = 0;
                for text in texts {
                    out.clear();
                    normalise(black_box(text), &mut out);
                    bytes += out.len();
                }
                bytes
            });
        });
    }
    group.bench_function("compare, equal", |b| {
        b.iter(|| plain.iter().zip(&plain).map(|(a, z)| compare(black_box(a), z) as usize).sum::<usize>());
    });
    group.bench_function("compare, different", |b| {
        b.iter(|| {
            plain.iter().zip(plain.iter().skip(1)).map(|(a, z)| compare(black_box(a), z) as usize).sum::<usize>()
        });
    });
    group.bench_function("sound", |b| {
        b.iter(|| plain.iter().map(|name| sound(black_box(name))).fold(0, u64::wrapping_add));
    });
    group.finish();
}

criterion_group!(benches, names);
criterion_main!(benches);
