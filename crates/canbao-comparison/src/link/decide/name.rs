//! Completes names with a character that could not be shown.

use super::super::reasons::{broken, name_differs};
use super::{Bench, Outcome};
use crate::stage::RowId;
use ahash::AHashSet;
use canbao_linkage::model::record::Profile;
use canbao_linkage::names::NameAgreement;
use std::collections::BTreeMap;

impl Bench<'_> {
    /// Where a person's first row has a name with a character that could not be shown, the name that most of their
    /// other rows have is theirs.
    pub(super) fn complete_names(&self, outcome: &mut Outcome) {
        // few first rows are: they are looked for among the people, not for every link
        let named = |profile: &Profile| profile.rows.first().is_some_and(|first| !broken(&first.name));
        let profiles = self.reps.iter().zip(&self.profiles).filter(|(_, profile)| !named(profile)).map(|(rep, _)| rep);
        let known = profiles.chain(self.groups.identities.keys()).copied();
        let without: AHashSet<RowId> =
            known.filter(|person| self.first_row(*person).is_some_and(|first| broken(first.name))).collect();
        let mut linked: BTreeMap<RowId, Vec<usize>> = BTreeMap::new();
        for (at, (_, link)) in outcome.links.iter().enumerate() {
            if let Some(person) = link.person.filter(|p| without.contains(p)) {
                linked.entry(person).or_default().push(at);
            }
        }
        for (person, links) in linked {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for name in links
                .iter()
                .filter_map(|&at| self.name_of(outcome.links.get(at)?.0))
                .filter(|n| !broken(n) && !n.is_empty())
            {
                *counts.entry(name).or_insert(0) += 1;
            }
            let Some(most) = counts.values().max().copied() else { continue };
            let Some(name) = counts.into_iter().find(|(_, n)| *n == most).map(|(name, _)| name) else { continue };
            let Some(first) = self.first_row(person) else { continue };
            if canbao_linkage::names::compare(&name, first.name) > NameAgreement::Dropped {
                continue;
            }
            for at in links {
                let own = outcome.links.get(at).and_then(|(id, _)| self.name_of(*id)).unwrap_or_default();
                if let Some((_, link)) = outcome.links.get_mut(at) {
                    link.name_differs = !own.is_empty() && name_differs(canbao_linkage::names::compare(&own, &name));
                }
            }
            outcome.first_numbers.insert(person, self.number_of(person, outcome));
            outcome.broken.push(person);
            outcome.names.insert(person, name);
        }
    }
}
