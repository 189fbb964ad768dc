//! How two normalised names agree.

use super::NameAgreement::{
    self, Different, Dropped, Equal, GivenOnly, Homophone, Missing, OneOther, Reordered, SurnameOnly, Variant,
};
use super::alike::looks_alike;
use super::token::{Token, Tokens, is_ideograph, tokenise};
use super::{is_placeholder, same_sound, sound};

/// Compares two normalised names; symmetric, and defined for every pair of texts.
///
/// Blank names and placeholders give `Missing`, even where both are the same. Two names with different marks behind
/// them (张伟1, 张伟2) are two people of one list: `OneOther` at best. With two characters, one given character that
/// differs leaves `SurnameOnly`: `OneOther` asks for another one that agrees.
pub fn compare(a: &str, b: &str) -> NameAgreement {
    if is_placeholder(a) || is_placeholder(b) {
        return Missing;
    }
    if a == b {
        return Equal;
    }
    let mut best = parts(a, b);
    if best > Variant && (a.contains('?') && b.contains('·') || b.contains('?') && a.contains('·')) {
        // old encodings have no middle dot and write a question mark in its place
        best = best.min(near(&a.replace('?', "·"), &b.replace('?', "·")).max(Variant));
    }
    if best <= Homophone || !(a.contains(['(', '/']) || b.contains(['(', '/'])) {
        return best;
    }
    // a former or second name in brackets or behind a stroke: 张伟(张小伟), 张伟/张玮
    let other = [(alternative(a), b), (alternative(b), a)].into_iter().filter_map(|(names, other)| {
        let (first, second) = names?;
        Some(near(first, other).min(near(second, other)).max(Variant))
    });
    other.min().map_or(best, |other| best.min(other))
}

fn near(a: &str, b: &str) -> NameAgreement {
    if a == b { Equal } else { parts(a, b) }
}

/// The two names of a text that holds two, of at least two ideographs each.
fn alternative(text: &str) -> Option<(&str, &str)> {
    let whole = |name: &str| name.chars().count() >= 2 && name.chars().all(|c| is_ideograph(c) || c == '·');
    let (first, second) = match text.split_once('(') {
        Some((first, second)) => (first, second.strip_suffix(')')?),
        None => text.split_once('/').filter(|(first, second)| first.chars().next() == second.chars().next())?,
    };
    let second = second.trim_start_matches("曾用名").trim_start_matches("原名").trim_start_matches(':');
    (whole(first) && whole(second)).then_some((first, second))
}

fn parts(a: &str, b: &str) -> NameAgreement {
    let letters = !a.chars().any(is_ideograph) && !b.chars().any(is_ideograph);
    let (a, b) = (tokenise(a, letters), tokenise(b, letters));
    if a.overflow || b.overflow || a.as_slice().is_empty() || b.as_slice().is_empty() {
        return Different;
    }
    let agreement = tokens(&a, &b, letters);
    if a.mark != b.mark && a.mark != 0 && b.mark != 0 { agreement.max(OneOther) } else { agreement }
}

/// How two places agree.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Place {
    Same,
    Near,
    Wild,
    Other,
}

fn place(a: Token, b: Token) -> Place {
    match (a, b) {
        (Token::Char(a), Token::Char(b)) if a == b => Place::Same,
        (Token::Char(a), Token::Char(b)) if same_sound(a, b) || looks_alike(a, b) => Place::Near,
        (Token::Char(c), Token::Syllable(s)) | (Token::Syllable(s), Token::Char(c))
            if sound::readings(c).contains(&s) =>
        {
            Place::Wild
        }
        (Token::Syllable(a), Token::Syllable(b)) if a == b => Place::Same,
        (Token::Wild { .. }, _) | (_, Token::Wild { .. }) => Place::Wild,
        _ => Place::Other,
    }
}

fn tokens(a: &Tokens, b: &Tokens, letters: bool) -> NameAgreement {
    let (x, y) = (a.as_slice(), b.as_slice());
    if x == y && !a.damaged {
        return Variant;
    }
    if x.len() == y.len() {
        let mut counts = Counts::default();
        x.iter().zip(y).for_each(|(&a, &b)| counts.add(place(a, b)));
        if counts.other == 0 && counts.wild == 0 && !letters {
            return Homophone;
        }
        // a name wholly in pinyin says as much as a homophone
        if counts.other == 0 && counts.wild == x.len() && (all_syllables(x) || all_syllables(y)) {
            return Homophone;
        }
    }
    if dropped(a, b) {
        return Dropped;
    }
    if reordered(a, b, letters) {
        return Reordered;
    }
    remainder(a, b, letters)
}

#[derive(Default)]
struct Counts {
    near: usize,
    wild: usize,
    other: usize,
}

impl Counts {
    fn add(&mut self, place: Place) {
        match place {
            Place::Same => {}
            Place::Near => self.near += 1,
            Place::Wild => self.wild += 1,
            Place::Other => self.other += 1,
        }
    }
}

fn all_syllables(tokens: &[Token]) -> bool {
    tokens.len() >= 2 && tokens.iter().all(|t| matches!(t, Token::Syllable(_)))
}

/// More signs for unknown characters than this say nothing; it also bounds the ways to match them.
const MOST_HIDDEN: usize = 6;

/// One character is missing or hidden, and all others are the same; in names of five and more one may sound alike.
fn dropped(a: &Tokens, b: &Tokens) -> bool {
    let (x, y) = (a.as_slice(), b.as_slice());
    if a.damaged || b.damaged {
        let few = |t: &[Token]| t.iter().filter(|t| matches!(t, Token::Wild { .. })).count() <= MOST_HIDDEN;
        return few(x) && few(y) && hidden(x, y, 0);
    }
    let (short, long) = if x.len() < y.len() { (x, y) } else { (y, x) };
    if long.len() != short.len() + 1 || short.len() < 2 {
        return false;
    }
    // the surname alone: 欧阳 / 欧阳修
    if short.len() == 2 && a.surname() == 2 && b.surname() == 2 {
        return false;
    }
    let allowed = usize::from(long.len() >= 5);
    (0..long.len()).any(|left_out| {
        let others = long.iter().enumerate().filter(|&(k, _)| k != left_out).map(|(_, &t)| t);
        let mut counts = Counts::default();
        others.zip(short).for_each(|(a, &b)| counts.add(place(a, b)));
        counts.other == 0 && counts.near <= allowed
    })
}

/// Matches two rows of tokens with signs for unknown characters; at least one character must be the same.
fn hidden(x: &[Token], y: &[Token], same: usize) -> bool {
    let spare = |t: &[Token]| matches!(t, [Token::Wild { spare: true }, ..]);
    match (x, y) {
        ([], []) => same > 0,
        ([first, rest_x @ ..], [second, rest_y @ ..]) => {
            let here = match place(*first, *second) {
                Place::Same => hidden(rest_x, rest_y, same + 1),
                Place::Wild => hidden(rest_x, rest_y, same),
                Place::Near | Place::Other => false,
            };
            here || (spare(x) && hidden(rest_x, y, same)) || (spare(y) && hidden(x, rest_y, same))
        }
        ([_, rest @ ..], []) => spare(x) && hidden(rest, &[], same),
        ([], [_, rest @ ..]) => spare(y) && hidden(&[], rest, same),
    }
}

/// The same characters in another order; letters and names with dots only by whole parts.
fn reordered(a: &Tokens, b: &Tokens, letters: bool) -> bool {
    let (x, y) = (a.as_slice(), b.as_slice());
    if x.len() != y.len() || a.damaged || b.damaged {
        return false;
    }
    let alike = |a: Token, b: Token| match place(a, b) {
        Place::Same => true,
        Place::Near => x.len() >= 4 && !letters,
        Place::Wild | Place::Other => false,
    };
    // what sounds alike only counts in names of four and more; the same characters have the same sum
    let sum = |tokens: &[Token]| {
        tokens.iter().fold(0u32, |sum, t| if let Token::Char(c) = t { sum.wrapping_add(u32::from(*c)) } else { sum })
    };
    let same_sum = sum(x) == sum(y);
    if !same_sum && (x.len() < 4 || letters) {
        return false;
    }
    let rotated = |by: usize| {
        let (head, tail) = x.split_at_checked(by).unwrap_or((x, &[]));
        tail.iter().chain(head).zip(y).all(|(&a, &b)| alike(a, b))
    };
    if (1..x.len()).any(rotated) {
        return true;
    }
    if letters || a.dots != 0 || b.dots != 0 || !same_sum {
        return false;
    }
    let sorted = |tokens: &[Token]| {
        let mut chars: Vec<char> =
            tokens.iter().filter_map(|t| if let Token::Char(c) = t { Some(*c) } else { None }).collect();
        chars.sort_unstable();
        chars
    };
    sorted(x) == sorted(y)
}

/// What is left: one other character, the surname, the given name, or nothing.
fn remainder(a: &Tokens, b: &Tokens, letters: bool) -> NameAgreement {
    let (x, y) = (a.as_slice(), b.as_slice());
    // names in letters or with dots have no surname in front
    let free = letters || a.dots != 0 || b.dots != 0;
    let (surname_x, surname_y) = if free { (0, 0) } else { (a.surname(), b.surname()) };
    let (family_x, given_x) = x.split_at_checked(surname_x).unwrap_or((x, &[]));
    let (family_y, given_y) = y.split_at_checked(surname_y).unwrap_or((y, &[]));
    let same_family = family_x == family_y && family_x.iter().all(|t| matches!(t, Token::Char(_)));
    if same_family && given_x.len() == given_y.len() && given_x.len() >= 2 {
        let mut counts = Counts::default();
        given_x.iter().zip(given_y).for_each(|(&a, &b)| counts.add(place(a, b)));
        if counts.other == 1 && counts.wild == 0 && counts.near <= usize::from(x.len() >= 5) {
            return OneOther;
        }
    }
    if free {
        return if share_part(a, b) { GivenOnly } else { Different };
    }
    if same_family {
        return SurnameOnly;
    }
    // a lone given name, its surname left out: 明 / 张明
    let lone = (x.len() == 1 && given_y == x) || (y.len() == 1 && given_x == y);
    let same_given = !given_x.is_empty() && given_x == given_y && !a.damaged && !b.damaged;
    if lone || same_given { GivenOnly } else { Different }
}

/// Two names in parts, or one of them, of which the first, or the only one, is the same: 买买提·艾力 / 买买提.
fn share_part(a: &Tokens, b: &Tokens) -> bool {
    fn first(tokens: &Tokens) -> &[Token] {
        let end = if tokens.dots == 0 {
            tokens.as_slice().len()
        } else {
            tokens.dots.trailing_zeros().try_into().unwrap_or(0)
        };
        tokens.as_slice().get(..end).unwrap_or_default()
    }
    let (x, y) = (first(a), first(b));
    x.len() >= 2 && x == y
}
