//! Names, drawn from pools of common surnames and characters.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::SynthError;
use crate::random::{Random, Weighted};
use crate::rates::Rates;

const POOLS: &str = include_str!("../../data/name_pools.json");

/// Characters that small machines lack (生僻字): some beyond GBK, some beyond the basic plane.
const RARE: [char; 16] =
    ['堃', '翀', '喆', '燚', '垚', '犇', '旻', '彧', '㛃', '㻌', '𬀩', '𬍛', '𤧛', '𣲗', '𬘭', '𬭎'];

/// Elements of transliterated names of men and women, before and after the dot.
const DOTTED_FIRST: [&[&str]; 2] = [
    &["阿不都", "买买提", "吐尔逊", "玉素甫", "热合曼", "艾尼瓦尔", "依明", "库尔班"],
    &["阿依古丽", "帕提古丽", "热依汗", "古丽娜", "茹仙", "布威", "麦尔耶姆", "阿米娜"],
];
const DOTTED_SECOND: [&str; 10] =
    ["热西提", "司马义", "肉孜", "艾山", "卡德尔", "尼亚孜", "吾守尔", "阿吾提", "托乎提", "沙吾提"];

/// Given names and surnames as a passport has them.
const LATIN_GIVEN: [&str; 8] = ["JOHN", "ANNA", "PETER", "MARIA", "KENJI", "LINH", "IVAN", "OMAR"];
const LATIN_FAMILY: [&str; 8] = ["SMITH", "NGUYEN", "TANAKA", "IVANOV", "KOWALSKI", "HASSAN", "GARCIA", "BROWN"];

/// Characters and their variants (繁體、異體), which old programs write.
const VARIANTS: [(char, char); 20] = [
    ('峰', '峯'),
    ('群', '羣'),
    ('杰', '傑'),
    ('升', '昇'),
    ('国', '國'),
    ('兴', '興'),
    ('云', '雲'),
    ('丽', '麗'),
    ('凤', '鳳'),
    ('龙', '龍'),
    ('华', '華'),
    ('伟', '偉'),
    ('荣', '榮'),
    ('庆', '慶'),
    ('宝', '寶'),
    ('兰', '蘭'),
    ('莲', '蓮'),
    ('静', '靜'),
    ('艳', '艷'),
    ('强', '強'),
];

/// A name: a surname (or a whole name of another form) of the pools, and up to two characters.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    /// Index into [`Names::families`].
    pub(crate) family: u16,
    /// The given name; `'\0'` where there is no character.
    pub(crate) given: [char; 2],
}

#[derive(Deserialize)]
struct Pools {
    surnames: BTreeMap<String, f64>,
    male: Vec<char>,
    female: Vec<char>,
    homophones: HashMap<char, Vec<char>>,
}

/// The pools, ready to draw from.
#[derive(Debug)]
pub(crate) struct Names {
    families: Vec<String>,
    surnames: Weighted,
    /// Where the transliterated and the Latin names begin in `families`.
    dotted: [usize; 2],
    latin: usize,
    given: [Vec<char>; 2],
    ranks: [Weighted; 2],
    homophones: HashMap<char, Vec<char>>,
}

impl Names {
    /// Reads the embedded pools.
    ///
    /// # Errors
    /// [`SynthError::Data`] if they are damaged.
    pub(crate) fn embedded() -> Result<Self, SynthError> {
        let pools: Pools = serde_json::from_str(POOLS).map_err(|_| SynthError::Data("name_pools.json"))?;
        let mut families: Vec<String> = pools.surnames.keys().cloned().collect();
        let surnames = Weighted::new(pools.surnames.values().copied());
        let mut dotted = [0, 0];
        for (start, firsts) in dotted.iter_mut().zip(DOTTED_FIRST) {
            *start = families.len();
            for first in firsts {
                families.extend(DOTTED_SECOND.iter().map(|second| format!("{first}·{second}")));
            }
        }
        let latin = families.len();
        for family in LATIN_FAMILY {
            families.extend(LATIN_GIVEN.iter().map(|given| format!("{family} {given}")));
        }
        let rank = |pool: &[char]| Weighted::new((3..pool.len() + 3).map(|rank| 1.0 / rank as f64));
        Ok(Names {
            ranks: [rank(&pools.male), rank(&pools.female)],
            families,
            surnames,
            dotted,
            latin,
            given: [pools.male, pools.female],
            homophones: pools.homophones,
        })
    }

    /// A surname, as frequent as in the country.
    pub(crate) fn surname(&self, random: &mut Random) -> u16 {
        u16::try_from(self.surnames.draw(random)).unwrap_or(0)
    }

    /// A given-name character, by sex (1 male, 2 female).
    pub(crate) fn character(&self, sex: u8, random: &mut Random) -> char {
        let [male, female] = &self.given;
        let [male_rank, female_rank] = &self.ranks;
        let (pool, rank) = if sex == 1 { (male, male_rank) } else { (female, female_rank) };
        pool.get(rank.draw(random)).copied().unwrap_or('伟')
    }

    /// A full name under a surname; rarely with a rare character, or of another form altogether.
    pub(crate) fn draw(&self, family: u16, sex: u8, rates: &Rates, random: &mut Random) -> Name {
        if random.chance(rates.dotted_name) {
            let [men, women] = self.dotted;
            let start = if sex == 1 { men } else { women };
            let whole = start + random.below(8 * DOTTED_SECOND.len());
            return Name { family: u16::try_from(whole).unwrap_or(0), given: ['\0'; 2] };
        }
        let mut given = [self.character(sex, random), '\0'];
        if random.chance(0.78) {
            let second = if random.chance(rates.rare_character) {
                random.pick(&RARE).unwrap_or('堃')
            } else {
                self.character(sex, random)
            };
            given = [given[0], second];
        }
        Name { family, given }
    }

    /// A name as a passport has it.
    pub(crate) fn latin(&self, random: &mut Random) -> Name {
        let whole = self.latin + random.below(LATIN_FAMILY.len() * LATIN_GIVEN.len());
        Name { family: u16::try_from(whole).unwrap_or(0), given: ['\0'; 2] }
    }

    /// The surname's, or whole name's, text.
    pub(crate) fn family(&self, name: Name) -> &str {
        self.families.get(usize::from(name.family)).map_or("王", String::as_str)
    }

    /// Writes the name.
    pub(crate) fn write(&self, name: Name, out: &mut String) {
        out.push_str(self.family(name));
        self.write_given(name, out);
    }

    /// Writes what follows the surname.
    pub(crate) fn write_given(&self, name: Name, out: &mut String) {
        out.extend(name.given.iter().filter(|&&character| character != '\0'));
    }

    /// The name's length in characters.
    pub(crate) fn length(&self, name: Name) -> usize {
        let given = name.given.iter().filter(|&&character| character != '\0').count();
        self.family(name).chars().count() + given
    }

    /// Is it a plain Han name (no dot, no Latin)?
    pub(crate) fn is_plain(&self, name: Name) -> bool {
        name.given[0] != '\0'
    }

    /// Characters that sound like this one.
    pub(crate) fn homophones(&self, character: char) -> &[char] {
        self.homophones.get(&character).map_or(&[], Vec::as_slice)
    }
}

/// The variant of a character, if old programs know one.
pub(crate) fn variant(character: char) -> Option<char> {
    VARIANTS.iter().find(|(plain, _)| *plain == character).map(|&(_, variant)| variant)
}

/// Is the character beyond GBK, so that a DBF file can only hold a `?` for it?
pub(crate) fn beyond_gbk(character: char) -> bool {
    matches!(character, '㛃' | '㻌' | '\u{20000}'..)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{Names, RARE, VARIANTS, beyond_gbk, variant};

    #[test]
    fn the_pools_hold_what_the_draws_need() {
        let names = Names::embedded().unwrap();
        assert!(names.families.len() > 400 && names.families.len() < usize::from(u16::MAX));
        assert!(VARIANTS.iter().all(|&(plain, other)| variant(plain) == Some(other)));
        assert!(names.homophones('伟').len() > 1);
    }

    #[test]
    fn beyond_gbk_is_what_takes_four_bytes() {
        for character in RARE {
            let text = character.to_string();
            let (bytes, _, lossy) = encoding_rs::GB18030.encode(&text);
            assert!(!lossy);
            assert_eq!(bytes.len() == 4, beyond_gbk(character), "{character}");
        }
    }
}
