//! The city's area tree: counties, towns, villages.

use std::collections::HashMap;

use crate::SynthError;
use crate::random::{Random, Weighted};

/// The embedded tree, as it is copied beside every city.
pub(crate) const REGIONS: &str = include_str!("../../data/ankang_regions.csv");

/// No village at all: the item is blank.
pub(crate) const NOWHERE: u16 = u16::MAX;
/// No pooling area.
pub(crate) const NO_POOL: u8 = u8::MAX;

/// Each county's code before the reform of 2001, by its present code: the area part of older
/// citizen numbers.
const OLD_CODES: [(u32, u32); 10] = [
    (610902, 612401),
    (610921, 612422),
    (610922, 612423),
    (610923, 612424),
    (610924, 612425),
    (610925, 612426),
    (610926, 612427),
    (610927, 612428),
    (610929, 612430),
    (610981, 612429),
];

/// Counties elsewhere.
pub(crate) const AWAY: [u32; 12] =
    [610113, 610302, 420302, 420704, 500101, 511702, 510107, 330106, 440306, 320583, 350203, 110108];

/// A county.
#[derive(Clone, Debug, Default)]
pub(crate) struct County {
    /// Six digits.
    pub(crate) code: u32,
    /// The code in numbers issued before 2001.
    pub(crate) old_code: u32,
    pub(crate) name: String,
    /// Its villages' indices.
    pub(crate) villages: Vec<u16>,
}

/// A village or community.
#[derive(Clone, Debug, Default)]
pub(crate) struct Village {
    /// Twelve digits.
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) town_name: String,
    /// Index of its county.
    pub(crate) county: u8,
}

/// The tree.
#[derive(Debug)]
pub(crate) struct Places {
    pub(crate) counties: Vec<County>,
    pub(crate) villages: Vec<Village>,
    nowhere: Village,
    no_county: County,
}

impl Places {
    /// Reads the embedded tree.
    ///
    /// # Errors
    /// [`SynthError::Data`] if it is damaged.
    pub(crate) fn embedded() -> Result<Self, SynthError> {
        let mut counties = Vec::new();
        let mut villages = Vec::new();
        let mut towns = HashMap::new();
        let mut of_code = HashMap::new();
        for line in REGIONS.lines().skip(1) {
            let mut cells = line.split(',');
            let (Some(code), Some(name), Some(level), Some(parent)) =
                (cells.next(), cells.next(), cells.next(), cells.next())
            else {
                return Err(SynthError::Data("ankang_regions.csv"));
            };
            match level {
                "county" => {
                    let number = code.parse().unwrap_or(0);
                    let old = OLD_CODES.iter().find(|(now, _)| *now == number);
                    of_code.insert(code, counties.len());
                    counties.push(County {
                        code: number,
                        old_code: old.map_or(number, |&(_, old)| old),
                        name: name.to_owned(),
                        villages: Vec::new(),
                    });
                }
                "town" => {
                    towns.insert(code, name);
                }
                "village" => {
                    let county = code.get(..6).and_then(|county| of_code.get(county));
                    let (Some(&county), Some(town)) = (county, towns.get(parent)) else {
                        return Err(SynthError::Data("ankang_regions.csv"));
                    };
                    if let (Some(parent), Ok(index)) = (counties.get_mut(county), u16::try_from(villages.len())) {
                        parent.villages.push(index);
                    }
                    villages.push(Village {
                        code: code.to_owned(),
                        name: name.to_owned(),
                        town_name: (*town).to_owned(),
                        county: u8::try_from(county).unwrap_or(NO_POOL),
                    });
                }
                _ => {}
            }
        }
        let nowhere = Village { county: NO_POOL, ..Village::default() };
        Ok(Places { counties, villages, nowhere, no_county: County::default() })
    }

    /// A village; blank for [`NOWHERE`] and [`GONE`].
    pub(crate) fn village(&self, index: u16) -> &Village {
        self.villages.get(usize::from(index)).unwrap_or(&self.nowhere)
    }

    /// A county; blank for [`NO_POOL`].
    pub(crate) fn county(&self, index: u8) -> &County {
        self.counties.get(usize::from(index)).unwrap_or(&self.no_county)
    }

    /// Another village of the same county.
    pub(crate) fn neighbour(&self, village: u16, random: &mut Random) -> u16 {
        let county = self.county(self.village(village).county);
        random.pick(&county.villages).unwrap_or(village)
    }

    /// A village of another county.
    pub(crate) fn elsewhere(&self, village: u16, random: &mut Random) -> u16 {
        let own = usize::from(self.village(village).county);
        let step = 1 + random.below(self.counties.len().saturating_sub(1));
        let county = self.counties.get((own + step) % self.counties.len().max(1));
        county.and_then(|county| random.pick(&county.villages)).unwrap_or(village)
    }

    /// How many of `people` live in each village: few villages are large, many small (Pareto).
    pub(crate) fn sizes(&self, people: usize, random: &mut Random) -> Vec<usize> {
        let weights: Vec<f64> =
            self.villages.iter().map(|_| 0.3 + (1.0 - random.unit()).powf(-1.0 / 2.5) - 1.0).collect();
        let total: f64 = weights.iter().sum();
        let mut sizes: Vec<usize> = weights.iter().map(|weight| (people as f64 * weight / total) as usize).collect();
        let weighted = Weighted::new(weights);
        for _ in sizes.iter().sum::<usize>()..people {
            if let Some(size) = sizes.get_mut(weighted.draw(random)) {
                *size += 1;
            }
        }
        sizes
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::Places;
    use crate::random::Random;

    #[test]
    fn the_tree_is_whole_and_its_sizes_close() {
        let places = Places::embedded().unwrap();
        assert_eq!((places.counties.len(), places.villages.len()), (10, 1924));
        assert!(places.counties.iter().all(|county| county.old_code / 100 == 6124));
        for village in &places.villages {
            assert!(village.code.starts_with(&places.county(village.county).code.to_string()));
        }
        let sizes = places.sizes(100_000, &mut Random::of(1, 2, 3));
        assert_eq!(sizes.iter().sum::<usize>(), 100_000);
        assert!(sizes.iter().max().unwrap() > &300);
    }

    #[test]
    fn neighbours_share_the_county_and_strangers_do_not() {
        let places = Places::embedded().unwrap();
        let mut random = Random::of(1, 2, 3);
        for village in (0..1924).step_by(37) {
            let county = places.village(village).county;
            let near = places.neighbour(village, &mut random);
            assert_eq!(places.village(near).county, county);
            assert_ne!(places.village(places.elsewhere(village, &mut random)).county, county);
        }
    }
}
