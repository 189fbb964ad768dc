//! Names of employers.

use super::normalise;

/// A unit's name without what is written in many ways: spaces, brackets' and letters' width, middle dots.
pub fn unit_name(name: &str) -> String {
    let mut plain = String::new();
    normalise(name, &mut plain);
    plain.retain(|c| !matches!(c, '(' | ')' | '（' | '）' | '·'));
    plain
}

#[cfg(test)]
mod tests {
    use super::unit_name;

    #[test]
    fn brackets_and_spaces_are_form() {
        assert_eq!(unit_name(" 安康（汉滨）商贸 有限公司"), unit_name("安康(汉滨)商贸有限公司"));
        assert_ne!(unit_name("安康商贸有限公司"), unit_name("安康商行有限公司"));
        assert_eq!(unit_name(" "), "");
    }
}
