//! Characters that are read for one another from a form or a photograph (形近字).

use std::sync::LazyLock;

use ahash::AHashSet;

/// Groups of lookalikes, one a line.
const GROUPS: &str = include_str!("../../data/lookalikes.txt");

static PAIRS: LazyLock<AHashSet<(char, char)>> = LazyLock::new(|| {
    let mut pairs = AHashSet::new();
    for line in GROUPS.lines().map(|line| line.split('#').next().unwrap_or_default()) {
        let group: Vec<char> = line.chars().filter(|c| !c.is_whitespace()).collect();
        for &a in &group {
            pairs.extend(group.iter().filter(|&&b| a != b).map(|&b| (a, b)));
        }
    }
    pairs
});

/// True where two different characters are easily read for one another (祎/袆, 候/侯, 末/未); the table is small and
/// holds what is surely confused, nothing that merely shares a part.
pub fn looks_alike(a: char, b: char) -> bool {
    PAIRS.contains(&(a, b))
}
