//! Which people a list or a count is of.

use canbao_domain::date::Date;
use canbao_domain::rules::{Category, SchemeSet};
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;

use crate::RegistryError;
use crate::area::Areas;
use crate::registry::Registry;
use crate::store::{Transaction, Value};

/// Which people: all that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this area or under it, by who reports to whom.
    pub area: Option<String>,
    /// Of this category.
    pub category: Option<Category>,
    /// With a live row of this scheme.
    pub scheme: Option<SourceKind>,
    /// With a finding of this kind.
    pub finding: Option<String>,
    /// Of this sex (GB/T 2261.1).
    pub sex: Option<String>,
    /// Born on this day or later.
    pub born_from: Option<Date>,
    /// Born on this day or earlier.
    pub born_until: Option<Date>,
    /// With 低保、五保.
    pub subsistence: bool,
    /// With 残疾人补助.
    pub disability: bool,
}

impl Filter {
    /// Whether the counters tell how many these are: at most one of scheme and finding, and nothing of the person.
    pub(super) fn is_counted(&self) -> bool {
        let Self { sex, born_from, born_until, subsistence, disability, .. } = self;
        let person = sex.is_some() || born_from.is_some() || born_until.is_some() || *subsistence || *disability;
        !person && (self.scheme.is_none() || self.finding.is_none())
    }

    /// What it asks for, for the log.
    pub(super) fn told(&self) -> String {
        let parts = [
            self.area.clone(),
            self.category.map(|category| category.as_str().to_owned()),
            self.scheme.map(|scheme| scheme.as_str().to_owned()),
            self.finding.clone(),
            self.sex.as_ref().map(|sex| format!("sex={sex}")),
            self.born_from.map(|day| format!("born>={day}")),
            self.born_until.map(|day| format!("born<={day}")),
            self.subsistence.then(|| "subsistence".to_owned()),
            self.disability.then(|| "disability".to_owned()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

impl Registry {
    /// `FROM` and `WHERE` of the people of a filter: `p` is the person, `$1` the revision, which is there already.
    pub(super) async fn listed(
        &self,
        transaction: &mut Transaction,
        scope: &Scope,
        filter: &Filter,
        values: &mut Vec<Value>,
    ) -> Result<String, RegistryError> {
        let mut from = String::from("FROM person p WHERE p.rev_from <= $1 AND p.rev_to > $1 AND p.state = 'current'");
        for condition in self.conditions(transaction, scope, filter, "p.area", values).await? {
            from.push_str(" AND ");
            from.push_str(&condition);
        }
        let mut and = |condition: &str, value: Value| {
            values.push(value);
            from.push_str(" AND ");
            from.push_str(&condition.replace('?', &format!("${}", values.len())));
        };
        if let Some(category) = filter.category {
            and("p.category = ?", category.as_str().into());
        }
        if let Some(scheme) = filter.scheme {
            and("(p.schemes & ?) <> 0", i64::from(SchemeSet::of(scheme).bits()).into());
        }
        if let Some(sex) = &filter.sex {
            and("p.sex = ?", sex.as_str().into());
        }
        if let Some(day) = filter.born_from {
            and("p.birth >= ?", day.to_string().into());
        }
        if let Some(day) = filter.born_until {
            and("p.birth <= ?", day.to_string().into());
        }
        if filter.subsistence {
            and("p.subsistence = ?", 1_i64.into());
        }
        if filter.disability {
            and("p.disability = ?", 1_i64.into());
        }
        if let Some(finding) = &filter.finding {
            let people = "SELECT f.person FROM finding f WHERE f.kind = ? AND f.rev_from <= $1 AND f.rev_to > $1";
            and(&format!("p.person IN ({people})"), finding.as_str().into());
        }
        Ok(from)
    }

    /// What holds of a column of area codes for those of a scope and a filter.
    pub(crate) async fn conditions(
        &self,
        transaction: &mut Transaction,
        scope: &Scope,
        filter: &Filter,
        column: &str,
        values: &mut Vec<Value>,
    ) -> Result<Vec<String>, RegistryError> {
        let mut conditions = Vec::new();
        if scope.areas().is_none() && filter.area.is_none() {
            return Ok(conditions);
        }
        let areas = self.areas.get(transaction).await?;
        if let Some(codes) = areas.of_scope(scope) {
            conditions.push(areas.condition(column, &codes, values));
        }
        if let Some(area) = &filter.area {
            conditions.push(areas.condition(column, &areas.reporting_to(area), values));
        }
        Ok(conditions)
    }
}

/// Codes of the areas that a scope and a filter reach, ascending; a person's must be in each of the lists.
pub(crate) fn reached<'a>(areas: &'a Areas, scope: &Scope, filter: &Filter) -> Vec<Vec<&'a str>> {
    // in the order of the codes
    let of_filter = filter.area.as_deref().map(|area| areas.reporting_to(area));
    areas.of_scope(scope).into_iter().chain(of_filter).collect()
}
