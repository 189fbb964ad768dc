//! How often and when the tests kill.

use std::time::{Duration, SystemTime};

/// How often each thing is killed: `CANBAO_KILLS`.
pub(crate) fn kills(usual: u32) -> u32 {
    number("CANBAO_KILLS").map_or(usual, |kills| kills as u32)
}

/// Whether something is to be killed: all, or what `CANBAO_KILLED_WHAT` is part of.
pub(crate) fn wanted(what: &str) -> bool {
    std::env::var("CANBAO_KILLED_WHAT").map_or(true, |part| what.contains(&part))
}

/// How many people the city has: `CANBAO_KILLED_PEOPLE`.
pub(crate) fn people() -> u64 {
    number("CANBAO_KILLED_PEOPLE").unwrap_or(3_000)
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Moments at random; the seed is printed, and `CANBAO_SEED` repeats it.
pub(crate) struct Moments(u64);

impl Moments {
    pub(crate) fn new(what: &str) -> Self {
        let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().subsec_nanos().into();
        let seed = number("CANBAO_SEED").unwrap_or_else(now);
        println!("{what}: CANBAO_SEED={seed}");
        Self(seed | 1)
    }

    /// The moment of one kill of so many, as a share of the whole: each at random within its own part of the whole time
    /// and a little beyond, so that early, middle and late steps are all met.
    pub(crate) fn share(&mut self, kill: u32, kills: u32) -> f64 {
        (f64::from(kill) + (self.draw() % 1000) as f64 / 1000.0) / f64::from(kills.max(1)) * 1.1
    }

    /// The next number (xorshift).
    pub(crate) fn draw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn within(&mut self, whole: Duration, kill: u32, kills: u32) -> Duration {
        whole.mul_f64(self.share(kill, kills))
    }
}
