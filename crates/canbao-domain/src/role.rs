//! Roles (角色): what an account of the web system is for. What each may do stands elsewhere, in one place.

use std::str::FromStr;

/// What an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 系统管理员: accounts, settings; no records.
    Admin,
    /// 市级经办: the city's clerk.
    City,
    /// 县级经办: a county's clerk.
    County,
    /// 镇(办)经办: a town's clerk.
    Town,
    /// 村(社区)采集员: visits people in a village.
    Collector,
    /// 部门报送员: hands over one department's extracts.
    Reporter,
    /// 领导: figures only.
    Leader,
    /// 审计员: the log only.
    Auditor,
}

impl Role {
    /// Every role, from the system's own down to those who only look.
    pub const ALL: [Self; 8] = [
        Self::Admin,
        Self::City,
        Self::County,
        Self::Town,
        Self::Collector,
        Self::Reporter,
        Self::Leader,
        Self::Auditor,
    ];

    /// The role's word in the database, on the command line and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::City => "city",
            Self::County => "county",
            Self::Town => "town",
            Self::Collector => "collector",
            Self::Reporter => "reporter",
            Self::Leader => "leader",
            Self::Auditor => "auditor",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Admin => "系统管理员",
            Self::City => "市级经办",
            Self::County => "县级经办",
            Self::Town => "镇（办）经办",
            Self::Collector => "村（社区）采集员",
            Self::Reporter => "部门报送员",
            Self::Leader => "领导",
            Self::Auditor => "审计员",
        }
    }

    /// The role of a word as [`Role::as_str`] gives it.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// A word that names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}”不是角色。")]
pub struct UnknownRole(String);

impl UnknownRole {
    /// What to do: the words that are known.
    pub fn hint(&self) -> String {
        let known = Role::ALL.map(|role| format!("{}（{}）", role.as_str(), role.chinese()));
        format!("可用的角色：{}。", known.join("、"))
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, UnknownRole> {
        Self::from_word(word).ok_or_else(|| UnknownRole(word.to_owned()))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_a_word_and_a_name_of_its_own() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse::<Role>(), Ok(role));
            let same = |other: &Role| other.as_str() == role.as_str() || other.chinese() == role.chinese();
            assert_eq!(Role::ALL.iter().filter(|other| same(other)).count(), 1);
        }
        let unknown = "Admin".parse::<Role>().unwrap_err();
        assert_eq!(unknown.to_string(), "“Admin”不是角色。");
        assert!(Role::ALL.iter().all(|role| unknown.hint().contains(role.as_str())));
        assert_eq!(Role::from_word("clerk"), None);
    }
}
