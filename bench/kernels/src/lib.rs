//! Invented numbers and names to measure with; the same at every run.

use canbao_domain::number::CitizenNumber;

/// A stream of numbers that look random (Steele, Lea & Flood 2014, splitmix64).
pub struct Stream(pub u64);

impl Stream {
    /// The next number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }

    /// One of some things.
    pub fn one_of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        let at = self.below(things.len() as u64) as usize;
        &things[at]
    }
}

/// `count` invented citizen numbers.
pub fn numbers(count: usize) -> Vec<CitizenNumber> {
    let mut stream = Stream(1);
    let areas = [610_902, 610_921, 612_401, 612_428, 610_113];
    (0..count)
        .map(|_| {
            let (year, month, day) = (1930 + stream.below(86), 1 + stream.below(12), 1 + stream.below(28));
            let body = *stream.one_of(&areas) * 100_000_000_000 + year * 10_000_000 + month * 100_000 + day * 1_000;
            CitizenNumber::from_body(body + stream.below(1_000)).expect("a real date in a real area")
        })
        .collect()
}

/// The same numbers as text.
pub fn written(numbers: &[CitizenNumber]) -> Vec<String> {
    numbers.iter().map(|number| String::from_utf8_lossy(&number.bytes()).into_owned()).collect()
}

/// The texts with one digit changed.
pub fn damaged(texts: &[String]) -> Vec<String> {
    let mut stream = Stream(2);
    texts
        .iter()
        .map(|text| {
            let mut bytes = text.clone().into_bytes();
            let at = stream.below(17) as usize;
            bytes[at] = b'0' + (bytes[at] - b'0' + 1 + stream.below(9) as u8) % 10;
            String::from_utf8(bytes).expect("digits")
        })
        .collect()
}

/// `count` invented names of two and three characters.
pub fn names(count: usize) -> Vec<String> {
    let surnames: Vec<char> = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗".chars().collect();
    let given: Vec<char> = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂辉建国文华玉志红金春梅海".chars().collect();
    let mut stream = Stream(3);
    (0..count)
        .map(|_| {
            let length = if stream.below(4) == 0 { 2 } else { 3 };
            let mut name = stream.one_of(&surnames).to_string();
            name.extend((1..length).map(|_| *stream.one_of(&given)));
            name
        })
        .collect()
}
