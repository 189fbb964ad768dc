//! Reproducible randomness: every draw depends on the seed and on what it is drawn for, never on
//! threads, on the order of work, or on the version of a library.

/// A small generator (SplitMix64). Not for secrets; for invented people it is fast and even enough.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Mixes the bits of `x`, so that neighbouring inputs give unrelated outputs.
pub(crate) fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

impl Random {
    /// The stream `stream` of number `index` under `seed`: the same three give the same draws.
    pub(crate) fn of(seed: u64, stream: u64, index: u64) -> Self {
        let a = mix(seed.wrapping_add(GOLDEN));
        let b = mix(a ^ stream.wrapping_mul(GOLDEN));
        Random(mix(b ^ index.wrapping_mul(0xD6E8_FEB8_6659_FD93)))
    }

    /// 64 even bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// Even in `0..n`; 0 where `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// Even in `low..=high`.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        let width = usize::try_from(high.saturating_sub(low)).unwrap_or(0) + 1;
        low + i32::try_from(self.below(width)).unwrap_or(0)
    }

    /// Even in `0..1`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with probability `p`.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Nearly normal (the sum of four even draws), mean 0, deviation 1.
    pub(crate) fn normal(&mut self) -> f64 {
        let sum = self.unit() + self.unit() + self.unit() + self.unit();
        (sum - 2.0) * 3.0_f64.sqrt()
    }

    /// One of `items`, each as likely; `None` of none.
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        items.get(self.below(items.len())).copied()
    }

    /// One of `items`, which is not empty; else the default.
    pub(crate) fn one<T: Copy + Default>(&mut self, items: &[T]) -> T {
        self.pick(items).unwrap_or_default()
    }

    /// Puts `items` into a random order (Fisher–Yates).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// A discrete distribution: draws an index by weight.
#[derive(Clone, Debug, Default)]
pub(crate) struct Weighted(Vec<f64>);

impl Weighted {
    /// From weights that are not negative.
    pub(crate) fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        Weighted(
            weights
                .into_iter()
                .map(|weight| {
                    sum += weight;
                    sum
                })
                .collect(),
        )
    }

    /// An index, as likely as its weight; 0 where there are none.
    pub(crate) fn draw(&self, random: &mut Random) -> usize {
        let total = self.0.last().copied().unwrap_or(0.0);
        let point = random.unit() * total;
        let index = self.0.partition_point(|&sum| sum <= point);
        index.min(self.0.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::{Random, Weighted};

    #[test]
    fn the_same_three_give_the_same_draws_and_others_do_not() {
        let draws = |seed, stream, index| {
            let mut random = Random::of(seed, stream, index);
            [random.next(), random.next()]
        };
        assert_eq!(draws(1, 2, 3), draws(1, 2, 3));
        for other in [draws(2, 2, 3), draws(1, 3, 3), draws(1, 2, 4), draws(2, 1, 3)] {
            assert_ne!(draws(1, 2, 3), other);
        }
    }

    #[test]
    fn draws_stay_in_range_and_reach_every_value() {
        let mut random = Random::of(7, 0, 0);
        let mut seen = [0_u32; 5];
        for _ in 0..5000 {
            if let Some(count) = seen.get_mut(random.below(5)) {
                *count += 1;
            }
            assert!((-3..=2).contains(&random.between(-3, 2)));
        }
        assert_eq!(seen.iter().sum::<u32>(), 5000);
        assert!(seen.iter().all(|&count| (800..1200).contains(&count)));
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn weights_decide_how_often() {
        let weighted = Weighted::new([1.0, 0.0, 3.0]);
        let mut random = Random::of(7, 1, 0);
        let mut seen = [0_u32; 3];
        for _ in 0..4000 {
            if let Some(count) = seen.get_mut(weighted.draw(&mut random)) {
                *count += 1;
            }
        }
        let [first, second, third] = seen;
        assert_eq!(second, 0);
        assert!((800..1200).contains(&first) && third == 4000 - first);
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<u32> = (0..1000).collect();
        Random::of(7, 2, 0).shuffle(&mut items);
        assert_ne!(items, (0..1000).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..1000).collect::<Vec<_>>());
    }
}
