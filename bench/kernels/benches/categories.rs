//! Deciding a person's category, three million times a city.

use std::hint::black_box;

use canbao_domain::date::Date;
use canbao_domain::rules::{Facts, InsuranceFacts, ItemSet, PersonLife, Population, RowState, Rules, classify};
use canbao_domain::source::SourceKind;
use canbao_kernels::Stream;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const COUNT: usize = 10_000;

fn people() -> Vec<Facts> {
    let mut stream = Stream(4);
    let states = [RowState::Live, RowState::Live, RowState::Suspended, RowState::Ended, RowState::Unclear];
    let pension = [SourceKind::EmployeePension, SourceKind::ResidentPension, SourceKind::InstitutionPension];
    let medical = [SourceKind::EmployeeMedical, SourceKind::ResidentMedical, SourceKind::RuralMedical];
    let mut insurance = |schemes: &[SourceKind]| {
        let mut facts = InsuranceFacts::default();
        for _ in 0..stream.below(3) {
            facts.add(*stream.one_of(schemes), *stream.one_of(&states));
        }
        facts
    };
    let people = (0..COUNT).map(|at| Facts {
        birth: Some(Date(at as i32 * 3 - 10_000)),
        population: Population::Registered,
        life: PersonLife::Alive,
        pension: insurance(&pension),
        medical: insurance(&medical),
        missing: ItemSet::default(),
        wrong: ItemSet::default(),
    });
    people.collect()
}

fn categories(c: &mut Criterion) {
    let people = people();
    let as_of = Date::from_ymd(2016, 11, 1).expect("a date");
    let mut group = c.benchmark_group("categories");
    group.throughput(Throughput::Elements(COUNT as u64));
    group.bench_function("classify", |b| {
        b.iter(|| {
            people
                .iter()
                .map(|facts| classify(black_box(facts), Rules::embedded(), as_of).category as usize)
                .sum::<usize>()
        });
    });
    group.finish();
}

criterion_group!(benches, categories);
criterion_main!(benches);
