//! Two texts side by side: what differs is shown and marked, what is equal in a number stays covered.

/// A run of characters that is marked or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) marked: bool,
}

/// The two sides of a field.
pub(super) type Sides = (Vec<Piece>, Vec<Piece>);

/// Two texts with the characters in which they differ marked.
pub(super) fn texts(row: &str, record: &str) -> Sides {
    let (a, b): (Vec<char>, Vec<char>) = (row.chars().collect(), record.chars().collect());
    if row == record {
        return (plain(row), plain(record));
    }
    let head = a.iter().zip(&b).take_while(|(one, other)| one == other).count();
    let left = a.len().min(b.len()) - head;
    let tail = a.iter().rev().zip(b.iter().rev()).take(left).take_while(|(one, other)| one == other).count();
    if a.len() == b.len() {
        // of one length: place by place
        let differs: Vec<bool> = a.iter().zip(&b).map(|(one, other)| one != other).collect();
        return (marked(&a, &differs), marked(&b, &differs));
    }
    let middle = |length: usize| (0..length).map(|at| at >= head && at < length - tail).collect::<Vec<bool>>();
    (marked(&a, &middle(a.len())), marked(&b, &middle(b.len())))
}

/// Places in which a number that was written wrongly differs, at most; one that differs in more is another number.
const SLIPS: usize = 4;

/// Two numbers: `612401 **68** **** 4523`. The first six and the last four are shown, and what differs; the rest is covered.
pub(super) fn numbers(row: &str, record: &str) -> Sides {
    let (a, b): (Vec<char>, Vec<char>) = (row.chars().collect(), record.chars().collect());
    let (left, right) = texts(row, record);
    let differ = a.iter().zip(&b).filter(|(one, other)| one != other).count();
    if a.len() == b.len() && differ <= SLIPS {
        return (covered(&left, a.len()), covered(&right, b.len()));
    }
    // of another length, everything behind a lost digit would differ; and of another number, nearly all would be shown
    (covered(&plain(row), a.len()), covered(&plain(record), b.len()))
}

/// Two dates, of which the year alone is shown, and what differs.
pub(super) fn dates(row: &str, record: &str) -> Sides {
    let (left, right) = texts(row, record);
    (hidden(&left, 4), hidden(&right, 4))
}

/// One date alone.
pub(super) fn date(text: &str) -> Vec<Piece> {
    hidden(&plain(text), 4)
}

/// Two phone numbers: the first three and the last four are shown, and what differs.
pub(super) fn phones(row: &str, record: &str) -> Sides {
    let (left, right) = texts(row, record);
    let cover = |pieces: &[Piece], length: usize| cover(pieces, |at| at < 3 || at + 4 >= length, &[3, 7]);
    (cover(&left, row.chars().count()), cover(&right, record.chars().count()))
}

/// One side alone.
pub(super) fn plain(text: &str) -> Vec<Piece> {
    if text.is_empty() { Vec::new() } else { vec![Piece { text: text.to_owned(), marked: false }] }
}

fn marked(chars: &[char], differs: &[bool]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (char, marked) in chars.iter().zip(differs) {
        match pieces.last_mut().filter(|piece| piece.marked == *marked) {
            Some(piece) => piece.text.push(*char),
            None => pieces.push(Piece { text: char.to_string(), marked: *marked }),
        }
    }
    pieces
}

fn covered(pieces: &[Piece], length: usize) -> Vec<Piece> {
    cover(pieces, |at| at < 6 || at + 4 >= length, &[6, 10, 14])
}

fn hidden(pieces: &[Piece], shown: usize) -> Vec<Piece> {
    let cover = pieces.iter().scan(0, |at, piece| {
        let text = piece.text.chars().map(|c| {
            let open = *at < shown || piece.marked || c == '-';
            *at += 1;
            if open { c } else { '*' }
        });
        Some(Piece { text: text.collect(), marked: piece.marked })
    });
    cover.collect()
}

/// Covers what is neither open by its place nor marked, and sets a gap before some places.
fn cover(pieces: &[Piece], open: impl Fn(usize) -> bool, gaps: &[usize]) -> Vec<Piece> {
    let (mut at, mut out) = (0, Vec::new());
    for piece in pieces {
        let mut text = String::new();
        for c in piece.text.chars() {
            if gaps.contains(&at) && at > 0 {
                text.push(' ');
            }
            text.push(if open(at) || piece.marked { c } else { '*' });
            at += 1;
        }
        out.push(Piece { text, marked: piece.marked });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pieces: &[Piece]) -> String {
        let tell = |piece: &Piece| if piece.marked { format!("[{}]", piece.text) } else { piece.text.clone() };
        pieces.iter().map(tell).collect()
    }

    #[test]
    fn what_differs_shows_and_what_is_equal_stays_covered() {
        let (row, record) = numbers("612401198606084523", "612401196806084523");
        assert_eq!(told(&row), "612401 **[86] **** 4523");
        assert_eq!(told(&record), "612401 **[68] **** 4523");
        let (row, record) = numbers("61240119680608452", "612401196806084523");
        assert_eq!(
            (told(&row), told(&record)),
            ("612401 **** ***8 452".to_owned(), "612401 **** **** 4523".to_owned())
        );
        let (row, record) = texts("张桂英", "张桂瑛");
        assert_eq!((told(&row), told(&record)), ("张桂[英]".to_owned(), "张桂[瑛]".to_owned()));
        let (row, record) = texts("恒口镇新兴村", "恒口镇民主里村");
        assert_eq!((told(&row), told(&record)), ("恒口镇[新兴]村".to_owned(), "恒口镇[民主里]村".to_owned()));
        let (row, record) = dates("1968-06-08", "1968-06-09");
        assert_eq!((told(&row), told(&record)), ("1968-**-*[8]".to_owned(), "1968-**-*[9]".to_owned()));
        let (row, _) = phones("13912345207", "13912345207");
        assert_eq!(told(&row), "139 **** 5207");
        assert_eq!(told(&texts("", "王").1), "[王]");
    }

    #[test]
    fn a_covered_number_never_shows_more_than_it_must() {
        for (row, record) in [
            ("612401196806084523", "612401196806084523"),
            ("6124011968060845230", "612401196806084523"),
            ("612401198610094304", "612401195905281633"),
        ] {
            let (left, right) = numbers(row, record);
            for side in [told(&left), told(&right)] {
                assert!(side.matches('*').count() >= 8, "{side}");
            }
        }
    }
}
