//! A name as a row of tokens: what each place holds, once form is put aside.

use super::fold;
use super::normalise::is_plain_han;
use super::sound::{self, Syllable};
use super::surname::surname_len;

/// The longest name that is looked at in parts.
pub(super) const LONGEST: usize = 32;

/// What stands in one place of a name.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A character, folded to its standard form.
    Char(char),
    /// A syllable of pinyin in a character's place.
    Syllable(Syllable),
    /// A sign for a character that could not be written; a `spare` one may also stand for none (`??` for one lost).
    Wild { spare: bool },
}

/// A name's tokens, without dots and marks.
#[derive(Clone, Debug)]
pub(super) struct Tokens {
    tokens: [Token; LONGEST],
    len: usize,
    /// Bit k: a middle dot stands before token k.
    pub(super) dots: u64,
    /// A digest of the mark behind the name (张伟1, 张伟(小)), 0 without.
    pub(super) mark: u64,
    /// Holds an ideograph.
    pub(super) han: bool,
    /// Holds pinyin or a wildcard.
    pub(super) damaged: bool,
    /// Longer than can be looked at.
    pub(super) overflow: bool,
}

impl Tokens {
    /// The tokens in order.
    pub(super) fn as_slice(&self) -> &[Token] {
        self.tokens.get(..self.len).unwrap_or_default()
    }

    /// How many of the tokens are the surname.
    pub(super) fn surname(&self) -> usize {
        match self.as_slice() {
            [Token::Char(a), Token::Char(b), ..] => surname_len(*a, *b),
            _ => 1,
        }
    }

    fn push(&mut self, token: Token) {
        if let Some(place) = self.tokens.get_mut(self.len) {
            *place = token;
            self.len += 1;
            self.damaged |= !matches!(token, Token::Char(_));
        } else {
            self.overflow = true;
        }
    }
}

/// An ideograph of any plane, `〇` apart.
pub(super) const fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

/// A character of private use: a glyph that only the writing system knew.
pub(super) const fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

/// A sign that stands for a character which could not be written, in a normalised name.
pub(super) const fn is_wild_char(c: char) -> bool {
    matches!(c, '?' | '〇' | '某' | '_' | '#' | '$' | '&' | '@' | '!' | '^' | '~' | '=' | '<' | '>' | '|')
        || is_private(c)
}

const fn is_operator(c: char) -> bool {
    matches!(c, '+' | '/')
}

/// How many parts an ideographic description character takes.
const fn description_arity(c: char) -> usize {
    match c {
        '⿲' | '⿳' => 3,
        '\u{2FF0}'..='\u{2FFB}' => 2,
        _ => 0,
    }
}

/// Reads a normalised name. With `letters` a name in Latin is taken letter by letter (two foreigners' names), else its
/// letters are read as pinyin.
pub(super) fn tokenise(name: &str, letters: bool) -> Tokens {
    let mut out = Tokens {
        tokens: [Token::Wild { spare: false }; LONGEST],
        len: 0,
        dots: 0,
        mark: 0,
        han: false,
        damaged: false,
        overflow: false,
    };
    if is_plain_han(name) && !name.contains('某') {
        out.han = true;
        out.overflow = name.len() > 3 * LONGEST;
        name.chars().take(LONGEST).for_each(|c| out.push(Token::Char(fold(c))));
        return out;
    }
    let mut buffer = ['\0'; LONGEST];
    let mut count = 0;
    for c in name.chars() {
        match buffer.get_mut(count) {
            Some(place) => *place = c,
            None => {
                out.overflow = true;
                return out;
            }
        }
        count += 1;
    }
    let all = buffer.get(..count).unwrap_or_default();
    out.han = all.iter().any(|&c| is_ideograph(c));
    let (core, mark) = split_mark(all);
    out.mark = mark;
    let mut rest = core;
    while let Some((&c, tail)) = rest.split_first() {
        rest = tail;
        match c {
            '·' | '-' => {
                if out.len > 0 && out.len < 64 {
                    out.dots |= 1 << out.len;
                }
            }
            '(' => {
                // within a name only a component description is bracketed: it stands for one character
                let end = rest.iter().position(|&c| c == ')').map_or(rest.len(), |k| k + 1);
                rest = rest.get(end..).unwrap_or_default();
                out.push(Token::Wild { spare: false });
            }
            ')' => {}
            c if description_arity(c) > 0 => {
                rest = skip_description(c, rest);
                out.push(Token::Wild { spare: false });
            }
            c if is_ideograph(c) || (is_component(c) && rest.first().is_some_and(|&c| is_operator(c))) => {
                let (component, tail) = skip_components(rest);
                rest = tail;
                out.push(if component || c == '某' { Token::Wild { spare: false } } else { Token::Char(fold(c)) });
            }
            c if c.is_ascii_uppercase() && !letters => {
                let run = 1 + rest.iter().take_while(|c| c.is_ascii_uppercase()).count();
                let start = core.len() - rest.len() - 1;
                latin(core.get(start..start + run).unwrap_or_default(), &mut out);
                rest = rest.get(run - 1..).unwrap_or_default();
            }
            '?' => {
                let spare = out.as_slice().last().is_some_and(|t| matches!(t, Token::Wild { .. }));
                out.push(Token::Wild { spare });
            }
            c if is_wild_char(c) || (c.is_ascii() && !c.is_ascii_alphanumeric()) || (c.is_ascii_digit() && out.han) => {
                out.push(Token::Wild { spare: false });
            }
            c => out.push(Token::Char(fold(c))),
        }
    }
    out
}

/// Radicals and strokes that only occur in component notation.
const fn is_component(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{2FDF}' | '\u{31C0}'..='\u{31EF}')
}

/// Skips `op part` pairs after a part (王+文, 艹/问): true where there was one.
fn skip_components(mut rest: &[char]) -> (bool, &[char]) {
    let mut component = false;
    while let [op, part, tail @ ..] = rest {
        if !is_operator(*op) || !(is_ideograph(*part) || is_component(*part)) {
            break;
        }
        component = true;
        rest = tail;
    }
    (component, rest)
}

fn skip_description(operator: char, mut rest: &[char]) -> &[char] {
    let mut wanted = description_arity(operator);
    while wanted > 0 {
        let Some((&c, tail)) = rest.split_first() else { break };
        rest = tail;
        wanted = wanted - 1 + description_arity(c);
    }
    rest
}

/// A run of capitals in a Chinese name: pinyin syllables where it can be read so, else one unknown character.
fn latin(run: &[char], out: &mut Tokens) {
    if run.iter().all(|&c| c == 'X') {
        for k in 0..run.len() {
            out.push(Token::Wild { spare: k > 0 });
        }
        return;
    }
    match split_syllables(run) {
        Some(lengths) if run.len() > 1 => {
            let mut rest = run;
            while let Some(&len) = lengths.get(run.len() - rest.len()).filter(|&&len| len > 0) {
                let Some((head, tail)) = rest.split_at_checked(len) else { break };
                rest = tail;
                out.push(syllable(head).map_or(Token::Wild { spare: false }, Token::Syllable));
            }
        }
        _ => out.push(Token::Wild { spare: false }),
    }
}

/// How long the syllable is that begins at each letter, the longest that leaves a readable rest; none where the run
/// as a whole cannot be read.
fn split_syllables(run: &[char]) -> Option<[usize; LONGEST + 1]> {
    let mut lengths = [0; LONGEST + 1];
    for start in (0..run.len()).rev() {
        let here = (1..=6).rev().find(|&len| {
            let end = start + len;
            let rest_reads = end == run.len() || lengths.get(end).is_some_and(|&len| len > 0);
            rest_reads && run.get(start..end).and_then(syllable).is_some()
        });
        if let Some(place) = lengths.get_mut(start) {
            *place = here.unwrap_or_default();
        }
    }
    (lengths.first().is_some_and(|&len| len > 0)).then_some(lengths)
}

fn syllable(letters: &[char]) -> Option<Syllable> {
    let mut text = [0u8; 6];
    for (place, &c) in text.iter_mut().zip(letters) {
        *place = u8::try_from(c).ok()?;
    }
    sound::written(std::str::from_utf8(text.get(..letters.len())?).ok()?)
}

/// Parts the name from the marks behind it: digits, a bracket, a single letter after two characters (张伟1, 张伟(小), 张伟A).
fn split_mark(all: &[char]) -> (&[char], u64) {
    let mut core = all;
    while let Some((&last, head)) = core.split_last() {
        let enough = |head: &[char]| head.iter().filter(|&&c| is_ideograph(c)).count() >= 2;
        if last.is_ascii_digit() && enough(head) {
            core = head;
        } else if last == ')' {
            let Some(open) = head.iter().rposition(|&c| c == '(') else { break };
            let (before, inside) = head.split_at_checked(open).unwrap_or((head, &[]));
            let describes = inside.iter().any(|&c| is_operator(c) || description_arity(c) > 0);
            if describes || !before.iter().any(|&c| is_ideograph(c)) || !enough(before) {
                break;
            }
            core = before;
        } else if matches!(last, 'A'..='D') && enough(head) && head.last().is_some_and(|&c| is_ideograph(c)) {
            core = head;
        } else {
            break;
        }
    }
    let mark = all.get(core.len()..).unwrap_or_default();
    let digest = mark
        .iter()
        .filter(|c| !matches!(c, '(' | ')'))
        .fold(0u64, |h, &c| (h ^ u64::from(u32::from(c))).wrapping_mul(0x0000_0100_0000_01B3).wrapping_add(1));
    (core, digest)
}
