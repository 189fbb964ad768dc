//! Reading, comparing and repairing citizen numbers.

use std::hint::black_box;

use canbao_domain::number::read_number;
use canbao_linkage::numbers::{compare, repairs};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const COUNT: usize = 10_000;

fn reading(c: &mut Criterion) {
    let clean = canbao_kernels::written(&canbao_kernels::numbers(COUNT));
    let wide: Vec<String> =
        clean.iter().map(|text| text.chars().filter_map(|d| char::from_u32(d as u32 + 0xFEE0)).collect()).collect();
    let old: Vec<String> = clean.iter().map(|text| format!("{}{}", &text[..6], &text[8..17])).collect();
    let damaged = canbao_kernels::damaged(&clean);
    let mut group = c.benchmark_group("read a number");
    group.throughput(Throughput::Elements(COUNT as u64));
    for (name, texts) in [("clean", &clean), ("full width", &wide), ("15 digits", &old), ("damaged", &damaged)] {
        group.bench_function(name, |b| {
            b.iter(|| texts.iter().filter(|text| read_number(black_box(text), None).number.is_some()).count());
        });
    }
    group.finish();
}

fn repairing(c: &mut Criterion) {
    let numbers = canbao_kernels::numbers(1_000);
    let damaged = canbao_kernels::damaged(&canbao_kernels::written(&numbers));
    let mut group = c.benchmark_group("damaged numbers");
    group.throughput(Throughput::Elements(damaged.len() as u64));
    group.bench_function("every repair", |b| {
        let mut out = Vec::new();
        b.iter(|| {
            let mut count = 0;
            for text in &damaged {
                out.clear();
                repairs(black_box(text.as_bytes()), &mut out);
                count += out.len();
            }
            count
        });
    });
    group.bench_function("compare with the right one", |b| {
        b.iter(|| {
            damaged
                .iter()
                .zip(&numbers)
                .map(|(text, number)| compare(black_box(text.as_bytes()), *number) as usize)
                .sum::<usize>()
        });
    });
    group.finish();
}

criterion_group!(benches, reading, repairing);
criterion_main!(benches);
