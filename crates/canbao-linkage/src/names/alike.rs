//! Characters that are read for one another from a form or a photograph (形近字).

use std::sync::LazyLock;

use ahash::AHashSet;

use super::fold;

/// Groups of lookalikes, separated by spaces.
const GROUPS: &str = include_str!("../../data/lookalikes.txt");

/// The pairs, and a bit for each character of the first block of ideographs that is in one.
struct Table {
    pairs: AHashSet<(char, char)>,
    members: Vec<u64>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { pairs: AHashSet::new(), members: vec![0; (0x9FFF - 0x4E00) / 64 + 1] };
    let lines = GROUPS.lines().map(|line| line.split('#').next().unwrap_or_default());
    for group in lines.flat_map(str::split_whitespace) {
        for a in group.chars().map(fold) {
            table.pairs.extend(group.chars().map(fold).filter(|&b| a != b).map(|b| (a, b)));
            if let Some((word, bit)) = place(a)
                && let Some(word) = table.members.get_mut(word)
            {
                *word |= bit;
            }
        }
    }
    table
});

/// A character's word and bit in the table.
fn place(c: char) -> Option<(usize, u64)> {
    let at = usize::try_from(u32::from(c).checked_sub(0x4E00)?).ok()?;
    Some((at / 64, 1 << (at % 64)))
}

/// True where two different characters are easily read for one another (祎/袆, 候/侯, 末/未); the table is small and
/// holds what is surely confused, nothing that merely shares a part.
pub fn looks_alike(a: char, b: char) -> bool {
    let (a, b) = (fold(a), fold(b));
    let member = place(a).and_then(|(word, bit)| TABLE.members.get(word).map(|word| word & bit != 0));
    member == Some(true) && TABLE.pairs.contains(&(a, b))
}
