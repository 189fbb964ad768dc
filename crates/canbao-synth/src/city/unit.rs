//! Employers: who stands in the business register, who is insured, who works where.

use std::collections::HashSet;

use super::person::NONE;
use super::place::Places;
use crate::random::{Random, Weighted};

/// The alphabet of GB 32100-2015: no I, O, S, V, Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const BRANDS: &str = "汉水秦巴瀛湖富硒安澜金州香溪兴盛鑫源恒通宏达瑞丰天成永顺德泰吉祥嘉禾万和中兴";
const TRADES: [&str; 14] =
    ["商贸", "建筑", "餐饮", "物业", "茶业", "运输", "科技", "矿业", "农业", "电子", "医药", "建材", "装饰", "劳务"];
const PUBLIC: [&str; 12] = [
    "教育局",
    "卫生院",
    "中心小学",
    "初级中学",
    "林业站",
    "财政所",
    "文化馆",
    "水利局",
    "人民法院",
    "档案局",
    "幼儿园",
    "畜牧站",
];

/// What sort of employer.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    #[default]
    Enterprise,
    Individual,
    Cooperative,
    /// A government body, an institution or an association: never in the business register.
    Public,
}

/// An employer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unit {
    /// The credit code; empty where it has none.
    pub(crate) code: String,
    /// The old registration number; empty where it has none.
    pub(crate) registration: String,
    pub(crate) name: String,
    pub(crate) sort: Sort,
    pub(crate) county: u8,
    /// In the business register.
    pub(crate) registered: bool,
    /// Cancelled there.
    pub(crate) closed: bool,
    /// Among the insured units.
    pub(crate) insured: bool,
    /// Self-employed without employees: need not insure anybody.
    pub(crate) exempt: bool,
}

impl Unit {
    /// The type as the business register has it.
    pub(crate) fn type_text(&self) -> &'static str {
        match self.sort {
            Sort::Enterprise => "有限责任公司",
            Sort::Individual if self.exempt => "个体工商户（无雇工）",
            Sort::Individual => "个体工商户",
            Sort::Cooperative => "农民专业合作社",
            Sort::Public => "机关事业单位",
        }
    }
}

/// All employers of the city.
#[derive(Debug)]
pub(crate) struct Units {
    pub(crate) all: Vec<Unit>,
    /// By county and whether public: who employs insured people, and how many.
    pools: Vec<(Vec<u32>, Weighted)>,
    none: Unit,
}

impl Units {
    /// About one employer for 60 people.
    pub(crate) fn invent(people: usize, places: &Places, random: &mut Random) -> Self {
        let mut all = Vec::new();
        let mut names = HashSet::new();
        let mut codes = HashSet::new();
        let counties = places.counties.len();
        let mut add = |mut unit: Unit, random: &mut Random| {
            let county = places.county(unit.county);
            for attempt in 0.. {
                unit.name = name(&unit, &county.name, attempt, random);
                if names.insert(unit.name.clone()) {
                    break;
                }
            }
            while unit.code.is_empty() || !codes.insert(unit.code.clone()) {
                unit.code = credit_code(unit.sort, county.code, random);
            }
            unit
        };
        let business = (people / 60).max(40);
        for index in 0..business {
            let sort = match index % 10 {
                0..5 => Sort::Enterprise,
                5..9 => Sort::Individual,
                _ => Sort::Cooperative,
            };
            let county = u8::try_from(random.below(counties)).unwrap_or(0);
            let mut unit = add(Unit { sort, county, registered: true, ..Unit::default() }, random);
            unit.closed = random.chance(0.06);
            unit.insured = random.chance(if unit.closed { 0.2 } else { 0.45 });
            unit.exempt = sort == Sort::Individual && !unit.insured && random.chance(0.15);
            // before October 2015 there were registration numbers only
            let old = random.unit();
            if old < 0.33 {
                unit.registration = registration_number(places.county(county).code, random);
            }
            if old < 0.03 {
                unit.code.clear();
            } else if old > 0.997 {
                unit.code.clear();
                unit.insured = false;
            }
            all.push(unit);
        }
        for index in 0..(business / 60).max(6) {
            let sort = if index % 3 == 0 { Sort::Individual } else { Sort::Enterprise };
            let county = u8::try_from(random.below(counties)).unwrap_or(0);
            let mut unit = add(Unit { sort, county, insured: true, ..Unit::default() }, random);
            if index % 5 == 4 {
                unit.code.clear();
                unit.registration = registration_number(places.county(county).code, random);
            }
            all.push(unit);
        }
        for index in 0..(business / 10).max(counties * 2) {
            let county = u8::try_from(index % counties).unwrap_or(0);
            all.push(add(Unit { sort: Sort::Public, county, insured: true, ..Unit::default() }, random));
        }
        let mut pools = Vec::new();
        for county in 0..counties {
            for public in [false, true] {
                let members: Vec<u32> = (0_u32..)
                    .zip(&all)
                    .filter(|(_, unit)| {
                        usize::from(unit.county) == county
                            && unit.insured
                            && !unit.closed
                            && (unit.sort == Sort::Public) == public
                    })
                    .map(|(index, _)| index)
                    .collect();
                let weights = members.iter().map(|_| (1.0 - random.unit()).powf(-0.8)).collect::<Vec<_>>();
                pools.push((members, Weighted::new(weights)));
            }
        }
        Units { all, pools, none: Unit::default() }
    }

    /// An employer of the county, large ones more often; [`NONE`] where there is none.
    pub(crate) fn employer(&self, county: u8, public: bool, random: &mut Random) -> u32 {
        let pool = self.pools.get(usize::from(county) * 2 + usize::from(public));
        let Some((members, weighted)) = pool else { return NONE };
        members.get(weighted.draw(random)).copied().unwrap_or(NONE)
    }

    /// The employer; a blank one for [`NONE`].
    pub(crate) fn get(&self, index: u32) -> &Unit {
        self.all.get(index as usize).unwrap_or(&self.none)
    }
}

fn name(unit: &Unit, county: &str, attempt: u32, random: &mut Random) -> String {
    if unit.sort == Sort::Public {
        let body = random.one(&PUBLIC);
        return match attempt {
            0 => format!("{county}{body}"),
            _ => format!("{county}第{}{body}", attempt + random.below(90) as u32),
        };
    }
    let brands: Vec<char> = BRANDS.chars().collect();
    let mut draw = || random.pick(&brands).unwrap_or('安');
    let mut brand: String = [draw(), draw()].iter().collect();
    if attempt > 2 {
        brand.push(draw());
    }
    let trade = random.one(&TRADES);
    match unit.sort {
        Sort::Individual => format!("{county}{brand}{trade}经营部"),
        Sort::Cooperative => format!("{county}{brand}{trade}专业合作社"),
        _ if random.chance(0.1) => format!("{brand}（安康）{trade}有限责任公司"),
        _ => format!("安康市{brand}{trade}{}", random.one(&["有限公司", "有限责任公司", "股份有限公司"])),
    }
}

/// A valid unified social credit code (GB 32100-2015).
pub(crate) fn credit_code(sort: Sort, county: u32, random: &mut Random) -> String {
    let kind = match sort {
        Sort::Enterprise => "91",
        Sort::Individual => "92",
        Sort::Cooperative => "93",
        Sort::Public => random.one(&["11", "12", "12", "12", "51", "52"]),
    };
    let mut code = format!("{kind}{county:06}");
    for _ in 0..9 {
        code.push(char::from(random.one(ALPHABET)));
    }
    let mut weight = 1;
    let mut sum = 0;
    for byte in code.bytes() {
        sum += weight * ALPHABET.iter().position(|&letter| letter == byte).unwrap_or(0);
        weight = weight * 3 % 31;
    }
    let check = (31 - sum % 31) % 31;
    code.push(char::from(ALPHABET.get(check).copied().unwrap_or(b'0')));
    code
}

/// A valid old registration number of 15 digits (GS 15-2006, ISO 7064 MOD 11,10).
pub(crate) fn registration_number(county: u32, random: &mut Random) -> String {
    let mut text = format!("{county:06}{:08}", random.below(100_000_000));
    let mut product = 10;
    for digit in text.bytes() {
        let sum = (product + u32::from(digit - b'0')) % 10;
        product = (if sum == 0 { 10 } else { sum }) * 2 % 11;
    }
    let check = (11 - product) % 10;
    text.push(char::from_digit(check, 10).unwrap_or('0'));
    text
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use canbao_domain::credit::{CreditCode, RegistrationNumber};

    use super::{Sort, Units, credit_code, registration_number};
    use crate::city::place::Places;
    use crate::random::Random;

    #[test]
    fn codes_satisfy_their_standards() {
        let mut random = Random::of(1, 2, 3);
        for _ in 0..500 {
            let code = credit_code(Sort::Enterprise, 610_902, &mut random);
            let read = CreditCode::parse(code.as_bytes());
            assert!(read.is_some_and(|read| read.registrar_area() == 610_902), "{code}");
            let number = registration_number(610_902, &mut random);
            assert!(RegistrationNumber::parse(number.as_bytes()).is_some(), "{number}");
        }
    }

    #[test]
    fn names_and_codes_are_unique_and_every_county_employs() {
        let places = Places::embedded().unwrap();
        let mut random = Random::of(1, 2, 3);
        let units = Units::invent(60_000, &places, &mut random);
        let mut names: Vec<_> = units.all.iter().map(|unit| unit.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), units.all.len());
        for county in 0..10 {
            for public in [false, true] {
                let unit = units.get(units.employer(county, public, &mut random));
                assert!(unit.insured && !unit.closed && unit.county == county);
                assert_eq!(unit.sort == Sort::Public, public);
            }
        }
    }
}
