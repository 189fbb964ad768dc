//! Characters that are read for one another from a form or a photograph (形近字).

use std::sync::LazyLock;

use ahash::AHashSet;

use super::fold;

/// Groups of lookalikes, separated by spaces.
const GROUPS: &str = include_str!("../../data/lookalikes.txt");

static PAIRS: LazyLock<AHashSet<(char, char)>> = LazyLock::new(|| {
    let mut pairs = AHashSet::new();
    let lines = GROUPS.lines().map(|line| line.split('#').next().unwrap_or_default());
    for group in lines.flat_map(str::split_whitespace) {
        for a in group.chars().map(fold) {
            pairs.extend(group.chars().map(fold).filter(|&b| a != b).map(|b| (a, b)));
        }
    }
    pairs
});

/// True where two different characters are easily read for one another (祎/袆, 候/侯, 末/未); the table is small and
/// holds what is surely confused, nothing that merely shares a part.
pub fn looks_alike(a: char, b: char) -> bool {
    PAIRS.contains(&(fold(a), fold(b)))
}
