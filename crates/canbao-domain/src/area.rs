//! The tree of areas: city, counties, towns, villages, as the region file beside a city file gives it.

use std::fmt;

/// What is wrong with a region file. The message is a Chinese sentence; [`AreaError::hint`] says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AreaError {
    /// The header lacks a column.
    #[error("区划文件的表头缺少“{0}”列。")]
    Header(&'static str),
    /// A line has a column too few.
    #[error("区划文件第{0}行的列数不够。")]
    Short(usize),
    /// A code's length does not fit its level.
    #[error("区划文件第{0}行的代码不合规格：{1}。")]
    Code(usize, String),
    /// A level that is none.
    #[error("区划文件第{0}行的级别“{1}”不认识。")]
    Level(usize, String),
    /// A code that stands on two lines.
    #[error("区划文件第{0}行的代码{1}前面已经出现过。")]
    Twice(usize, String),
    /// A parent that stands nowhere.
    #[error("区划文件第{0}行的上级代码{1}不在文件里，或级别不比它高。")]
    Parent(usize, String),
    /// No county at all.
    #[error("区划文件里没有一个县区。")]
    Empty,
}

impl AreaError {
    /// What to do.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Header(_) | Self::Short(_) => "第一行应为 code,name,level,parent，以下每行四列，以逗号分隔。",
            Self::Code(..) => "县区代码6位、乡镇街道9位、村居12位，都只有数字，第一位不是0。",
            Self::Level(..) => "级别应为 city、county、town、village 之一。",
            Self::Twice(..) => "删去重复的一行。",
            Self::Parent(..) => "补上缺少的上级，或改正上级代码。",
            Self::Empty => "文件里至少要有一个 county。",
        }
    }
}

/// The level of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// 市, 6 digits
    City = 0,
    /// 县区, 6 digits
    County = 1,
    /// 乡镇街道, 9 digits
    Town = 2,
    /// 村居, 12 digits
    Village = 3,
}

impl Level {
    /// The word in a region file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::County => "county",
            Self::Town => "town",
            Self::Village => "village",
        }
    }

    /// The number of digits of its codes.
    pub const fn digits(self) -> usize {
        match self {
            Self::City | Self::County => 6,
            Self::Town => 9,
            Self::Village => 12,
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::City, Self::County, Self::Town, Self::Village].into_iter().find(|level| level.as_str() == word)
    }
}

struct Area {
    code: String,
    name: String,
    level: Level,
    parent: Option<usize>,
    children: Vec<usize>,
}

/// The areas of a city by their codes. A look-up costs a search among a few thousand integers and no allocation.
pub struct AreaTree {
    /// In the order of the codes.
    areas: Vec<Area>,
    /// The codes as numbers, in the same order as `sorted_at`; codes of different lengths cannot be equal.
    sorted: Vec<u64>,
    sorted_at: Vec<usize>,
}

impl AreaTree {
    /// Reads a region file: CSV text in UTF-8 with the columns `code`, `name`, `level` and `parent`.
    /// The city's own parent need not stand in it.
    ///
    /// # Errors
    /// Where a column or a parent is missing, a code does not fit its level, or one stands twice.
    pub fn parse(csv: &str) -> Result<Self, AreaError> {
        let mut lines =
            csv.trim_start_matches('\u{feff}').lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let header: Vec<&str> = lines.next().map(|(_, line)| split(line).collect()).unwrap_or_default();
        let column = |name| header.iter().position(|cell| *cell == name).ok_or(AreaError::Header(name));
        let columns = [column("code")?, column("name")?, column("level")?, column("parent")?];
        let mut read = Vec::new();
        for (at, line) in lines {
            let cells: Vec<&str> = split(line).collect();
            let mut fields = [""; 4];
            for (field, column) in fields.iter_mut().zip(columns) {
                *field = cells.get(column).ok_or(AreaError::Short(at + 1))?;
            }
            let [code, name, level, parent] = fields;
            let level = Level::from_word(level).ok_or_else(|| AreaError::Level(at + 1, level.to_owned()))?;
            let Some(number) = number(code).filter(|_| code.len() == level.digits() && !code.starts_with('0')) else {
                return Err(AreaError::Code(at + 1, code.to_owned()));
            };
            read.push((code, name, level, parent, number, at + 1));
        }
        read.sort_by(|a, b| (a.0, a.5).cmp(&(b.0, b.5)));
        Self::build(&read)
    }

    fn build(read: &[(&str, &str, Level, &str, u64, usize)]) -> Result<Self, AreaError> {
        let mut order: Vec<(u64, usize)> = read.iter().enumerate().map(|(at, area)| (area.4, at)).collect();
        order.sort_unstable();
        let mut tree = Self {
            areas: Vec::with_capacity(read.len()),
            sorted: order.iter().map(|(number, _)| *number).collect(),
            sorted_at: order.iter().map(|(_, at)| *at).collect(),
        };
        for &(code, name, level, parent, number, line) in read {
            if tree.areas.last().is_some_and(|last| last.code == code) {
                return Err(AreaError::Twice(line, code.to_owned()));
            }
            let _ = number;
            let above = tree.at(parent).and_then(|at| Some((at, read.get(at)?.2)));
            let parent = match above {
                Some((at, above)) if above < level => Some(at),
                None if level == Level::City => None,
                _ => return Err(AreaError::Parent(line, parent.to_owned())),
            };
            tree.areas.push(Area { code: code.to_owned(), name: name.to_owned(), level, parent, children: Vec::new() });
        }
        let links: Vec<(usize, usize)> =
            tree.areas.iter().enumerate().filter_map(|(at, area)| Some((area.parent?, at))).collect();
        for (parent, child) in links {
            if let Some(parent) = tree.areas.get_mut(parent) {
                parent.children.push(child);
            }
        }
        if tree.areas.iter().any(|area| area.level == Level::County) { Ok(tree) } else { Err(AreaError::Empty) }
    }

    fn at(&self, code: &str) -> Option<usize> {
        let at = self.sorted.binary_search(&number(code)?).ok()?;
        self.sorted_at.get(at).copied()
    }

    fn area(&self, code: &str) -> Option<&Area> {
        self.areas.get(self.at(code)?)
    }

    /// Whether a code stands in the tree.
    pub fn contains(&self, code: &str) -> bool {
        self.at(code).is_some()
    }

    /// The level of a code.
    pub fn level(&self, code: &str) -> Option<Level> {
        self.area(code).map(|area| area.level)
    }

    /// The name of a code as the region file has it: 张滩社区居委会.
    pub fn name(&self, code: &str) -> Option<&str> {
        self.area(code).map(|area| area.name.as_str())
    }

    /// The names from the county down, committees left out: 汉滨区江北街道张滩社区. Blank for an unknown code.
    pub fn full_name(&self, code: &str) -> String {
        let mut names = Vec::new();
        let mut next = self.area(code);
        while let Some(area) = next {
            if area.level > Level::City || names.is_empty() {
                names.push(short(&area.name));
            }
            next = area.parent.and_then(|at| self.areas.get(at));
        }
        names.iter().rev().map(|name| &**name).collect()
    }

    /// The area of a code as departments write it: as it stands, or padded with zeros to 12 digits
    /// (`610902000000` is the county 610902). `None` where it is none of this tree.
    pub fn find(&self, code: &str) -> Option<&str> {
        let code = code.trim();
        let padded = || {
            let village = code.get(..12).filter(|_| code.len() == 12)?;
            let town = village.strip_suffix("000")?;
            self.area(town).or_else(|| self.area(town.strip_suffix("000")?))
        };
        self.area(code).or_else(padded).map(|area| area.code.as_str())
    }

    /// The county of a code: by the tree, or, where the tree lacks the code, by its first six digits.
    pub fn county_of(&self, code: &str) -> Option<&str> {
        self.above(code, Level::County)
    }

    /// The town of a code: by the tree, or, where the tree lacks the code, by its first nine digits.
    pub fn town_of(&self, code: &str) -> Option<&str> {
        self.above(code, Level::Town)
    }

    /// The village of a code: itself, where it is one of the tree.
    pub fn village_of(&self, code: &str) -> Option<&str> {
        self.above(code, Level::Village)
    }

    /// The areas right under a code, in the order of their codes.
    pub fn children(&self, code: &str) -> impl Iterator<Item = &str> {
        let children = self.area(code).map(|area| area.children.as_slice()).unwrap_or_default();
        children.iter().filter_map(|at| Some(self.areas.get(*at)?.code.as_str()))
    }

    /// The code right above a code.
    pub fn parent(&self, code: &str) -> Option<&str> {
        self.areas.get(self.area(code)?.parent?).map(|area| area.code.as_str())
    }

    /// Every code, a county before its towns, a town before its villages, each in the order of the codes.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.areas.iter().map(|area| area.code.as_str())
    }

    /// Every code of a level, in order.
    pub fn codes_of(&self, level: Level) -> impl Iterator<Item = &str> {
        self.areas.iter().filter(move |area| area.level == level).map(|area| area.code.as_str())
    }

    /// The deepest area that an address names: the county, then the town within it, then the village within that.
    /// Names count with and without their last word (汉滨区, 汉滨). `None` where no county, and no town of one county
    /// alone, is named.
    pub fn locate(&self, address: &str) -> Option<&str> {
        let named = |area: &&Area| names_area(address, area);
        let longest = |found: &mut dyn Iterator<Item = &Area>| -> Option<usize> {
            let area = found.max_by_key(|area| area.name.len())?;
            self.at(&area.code)
        };
        let county = longest(&mut self.areas.iter().filter(|area| area.level == Level::County).filter(named));
        let town = match county {
            Some(county) => longest(&mut self.within(county).filter(named)),
            None => {
                let mut towns =
                    self.areas.iter().filter(|area| area.level == Level::Town && address.contains(&area.name));
                let only = towns.next()?;
                if towns.next().is_some() {
                    return None;
                }
                self.at(&only.code)
            }
        };
        let village = town.and_then(|town| longest(&mut self.within(town).filter(named)));
        self.areas.get(village.or(town).or(county)?).map(|area| area.code.as_str())
    }

    fn within(&self, at: usize) -> impl Iterator<Item = &Area> {
        let children = self.areas.get(at).map(|area| area.children.as_slice()).unwrap_or_default();
        children.iter().filter_map(|at| self.areas.get(*at))
    }

    fn above(&self, code: &str, level: Level) -> Option<&str> {
        let code = code.trim();
        let mut next = self.area(code);
        let known = next.is_some();
        while let Some(area) = next {
            if area.level == level {
                return Some(&area.code);
            }
            next = area.parent.and_then(|at| self.areas.get(at));
        }
        if known {
            return None;
        }
        let prefix = code.get(..level.digits()).filter(|_| code.len() > level.digits())?;
        self.area(prefix).filter(|area| area.level == level).map(|area| area.code.as_str())
    }
}

impl fmt::Debug for AreaTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AreaTree({} areas)", self.areas.len())
    }
}

/// A code of up to 12 digits as a number.
fn number(code: &str) -> Option<u64> {
    if code.is_empty() || code.len() > 12 {
        return None;
    }
    let mut number = 0;
    for byte in code.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u64::from(byte - b'0');
    }
    Some(number)
}

fn split(line: &str) -> impl Iterator<Item = &str> {
    line.split(',').map(|cell| cell.trim().trim_matches('"').trim())
}

/// A village's name as people say it: without its committee.
fn short(name: &str) -> std::borrow::Cow<'_, str> {
    for (committee, instead) in [("村民委员会", "村"), ("居民委员会", ""), ("村委会", "村"), ("居委会", "")]
    {
        if let Some(stem) = name.strip_suffix(committee).filter(|stem| !stem.is_empty()) {
            let doubled = instead.is_empty() || stem.ends_with(instead) || stem.ends_with("社区");
            return if doubled { stem.into() } else { format!("{stem}{instead}").into() };
        }
    }
    name.into()
}

/// Whether an address names an area.
fn names_area(address: &str, area: &Area) -> bool {
    let said = short(&area.name);
    if address.contains(&*said) || address.contains(&area.name) {
        return true;
    }
    let last_words: &[&str] = match area.level {
        Level::City | Level::County => &["自治县", "市", "区", "县"],
        Level::Town => &["街道", "镇", "乡"],
        Level::Village => &["社区", "村"],
    };
    let stem = last_words.iter().find_map(|word| said.strip_suffix(word)).unwrap_or(&said);
    stem.chars().count() >= 2 && address.contains(stem)
}
