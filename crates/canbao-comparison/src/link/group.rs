//! Who is there to be found, and who looks: identities and subjects.
//!
//! An *identity* is somebody whom rows surely describe: a population row, rows that share a certificate,
//! or rows of one name under a valid number that no population file knows. A *subject* is what looks for its
//! identity: a row, or all the rows of one name under such an unknown number together.

use super::gather::{Gathered, HardRow};
use crate::decisions::{Decisions, Ruling};
use crate::links::{Links, Standing};
use crate::stage::RowId;
use ahash::AHashMap;
use canbao_domain::code::Life;
use canbao_domain::number::{CitizenNumber, NumberForm};
use canbao_domain::rules::{PersonLife, Population, PopulationRows, Rules};
use canbao_domain::source::SourceKind;
use canbao_linkage::model::agreement::village;
use canbao_linkage::model::record::{Claim, Owner, Record};
use canbao_linkage::names::{self, NameAgreement};
use std::collections::BTreeMap;

/// Somebody whom hard rows surely describe; those whom settled rows describe need no entry.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) number: Option<CitizenNumber>,
    pub(crate) population: bool,
    /// Has another certificate than a citizen number: never found by evidence.
    pub(crate) certificate: bool,
    /// Indices of hard rows, the representative's first.
    pub(crate) rows: Vec<usize>,
}

/// What a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// One row of an insurance or an assistance file.
    Row,
    /// A population row without a valid number: an identity as well.
    PopulationRow,
    /// The rows of one name under a number that no population file knows: an identity as well.
    Orphans,
}

/// What looks for its identity.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) role: Role,
    /// Indices of hard rows.
    pub(crate) rows: Vec<usize>,
    /// The representative row: of the identity that the subject is itself, or the row.
    pub(crate) own: RowId,
}

/// The hard rows in order.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    pub(crate) hard: Vec<HardRow>,
    /// By representative row.
    pub(crate) identities: BTreeMap<RowId, Identity>,
    pub(crate) subjects: Vec<Subject>,
    /// What each subject says, in the same order; deciding takes them.
    pub(crate) records: Vec<Record>,
    /// Hard rows whose identity is certain without search: index and representative.
    pub(crate) certain: Vec<(usize, RowId)>,
    /// Representatives of people who share their number with another.
    pub(crate) sharers: Vec<RowId>,
    /// Population rows whose number a hard row bears, under another name.
    pub(crate) owners: AHashMap<RowId, HardRow>,
    /// The identity of each hard row that describes one: for scans.
    pub(crate) identity_of: AHashMap<RowId, RowId>,
}

/// Puts the hard rows in order.
pub(crate) fn group(gathered: Gathered, links: &Links, rules: &Rules) -> Groups {
    let mut g = Groups { hard: gathered.hard, owners: gathered.owners, ..Groups::default() };
    let mut shared: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    let mut orphans: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    let mut certificates: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
    let mut singles = Vec::new();
    for (index, row) in g.hard.iter().enumerate() {
        match (row.standing, row.record.number) {
            (Standing::Shared, Some(number)) => shared.entry(number.body()).or_default().push(index),
            (Standing::Orphan, Some(number)) => orphans.entry(number.body()).or_default().push(index),
            _ if row.form == NumberForm::OtherCertificate => {
                certificates.entry(row.record.text.as_bytes().to_vec()).or_default().push(index);
            }
            _ => singles.push(index),
        }
    }
    for rows in shared.into_values() {
        g.share(&rows, rules);
    }
    for rows in orphans.into_values() {
        g.orphans(&rows);
    }
    for rows in certificates.into_values() {
        g.certificates(&rows, rules);
    }
    for index in singles {
        g.single(index, links);
    }
    g
}

/// Where somebody lives.
fn home(row: &HardRow) -> Owner {
    Owner { household: row.record.household, area: row.record.area }
}

/// Whether two population rows under one number are the same person's.
///
/// A register that lists two living people of different names under one number lists two people, twins of one household
/// as well, and also where one name is the other and one character more; only a record that ended, or another file,
/// shows a name before it was changed.
fn same_person(a: &HardRow, b: &HardRow) -> bool {
    let (x, y) = (&a.record, &b.record);
    let living = |row: &HardRow| matches!(Life::from_code(row.life), Life::Blank | Life::Normal);
    let two_records = a.kind != b.kind || !living(a) || !living(b);
    match names::compare(&x.name, &y.name) {
        NameAgreement::Different | NameAgreement::SurnameOnly | NameAgreement::GivenOnly | NameAgreement::OneOther => {
            let home = x.household != 0 && x.household == y.household
                || village(x.area) != 0 && village(x.area) == village(y.area);
            two_records && home && x.birth.is_some() && x.birth == y.birth && x.sex == y.sex
        }
        // a character that could not be shown stands for one; a shorter name stands for itself
        NameAgreement::Dropped => two_records || x.name.chars().count() == y.name.chars().count(),
        _ => true,
    }
}

/// Whether a name under a number is another writing of the name that is known there.
fn same_name(a: &str, b: &str) -> bool {
    names::compare(a, b) <= NameAgreement::Reordered || a.is_empty() || b.is_empty()
}

impl Groups {
    fn row(&self, index: usize) -> Option<&HardRow> {
        self.hard.get(index)
    }

    /// What clerks decided about a subject's rows.
    pub(crate) fn rulings<'a>(
        &'a self,
        subject: &'a Subject,
        decisions: &'a Decisions,
    ) -> impl Iterator<Item = (Ruling, CitizenNumber)> + 'a {
        let rows = if decisions.is_empty() { &[][..] } else { subject.rows.as_slice() };
        rows.iter().filter_map(|&i| self.row(i)).flat_map(move |row| {
            decisions.about(row.kind.as_str(), row.record.text.as_str(), &row.record.name).iter().copied()
        })
    }

    /// Rows of the clusters into which `alike` parts them, the first of a cluster standing for it.
    fn cluster(&self, rows: &[usize], alike: impl Fn(&HardRow, &HardRow) -> bool) -> Vec<Vec<usize>> {
        let mut clusters: Vec<Vec<usize>> = Vec::new();
        for &index in rows {
            let Some(row) = self.row(index) else { continue };
            let home = clusters
                .iter_mut()
                .find(|c| c.first().and_then(|&f| self.row(f)).is_some_and(|first| alike(first, row)));
            match home {
                Some(cluster) => cluster.push(index),
                None => clusters.push(vec![index]),
            }
        }
        clusters
    }

    fn identify(
        &mut self,
        rows: &[usize],
        number: Option<CitizenNumber>,
        population: bool,
        certificate: bool,
    ) -> Option<RowId> {
        let rep = self.row(*rows.first()?)?.id;
        for &index in rows {
            if let Some(id) = self.row(index).map(|r| r.id) {
                self.identity_of.insert(id, rep);
            }
        }
        self.identities.insert(rep, Identity { number, population, certificate, rows: rows.to_vec() });
        Some(rep)
    }

    fn by_rank(&self, rows: &mut [usize], rules: &Rules) {
        rows.sort_by_key(|&i| self.row(i).map(|r| (rank(r.kind, r.life, rules), r.id)));
    }

    /// Several population rows have one number: one person twice, or several people (一号多人).
    fn share(&mut self, rows: &[usize], rules: &Rules) {
        let (mut population, others): (Vec<usize>, Vec<usize>) =
            rows.iter().partition(|&&i| self.row(i).is_some_and(|r| r.kind.is_population()));
        self.by_rank(&mut population, rules);
        let clusters = self.cluster(&population, same_person);
        let number = population.first().and_then(|&i| self.row(i)).and_then(|r| r.record.number);
        let mut reps = Vec::new();
        for cluster in &clusters {
            let Some(rep) = self.identify(cluster, number, true, false) else { continue };
            self.certain.extend(cluster.iter().map(|&i| (i, rep)));
            reps.push(rep);
        }
        if let [_, _, ..] = reps.as_slice() {
            self.sharers.extend(&reps);
        }
        for index in others {
            let Some(row) = self.row(index).cloned() else { continue };
            let owner = clusters.iter().zip(&reps).find(|(cluster, _)| {
                row.record.name_hash != 0
                    && cluster.iter().any(|&i| self.row(i).is_some_and(|r| r.record.name_hash == row.record.name_hash))
            });
            if let Some((cluster, &rep)) = owner {
                let _ = cluster;
                self.certain.push((index, rep));
                self.identity_of.insert(row.id, rep);
                continue;
            }
            let owner = clusters.iter().flatten().filter_map(|&i| self.row(i)).next().map(home).unwrap_or_default();
            self.look(index, owner);
        }
    }

    fn seek(&mut self, subject: Subject, record: Record) {
        self.subjects.push(subject);
        self.records.push(record);
    }

    /// A row that looks for its person alone.
    fn look(&mut self, index: usize, owner: Owner) {
        let Some(row) = self.row(index) else { return };
        let mut record = row.record.clone();
        record.owner = owner;
        let (role, own) = (Role::Row, row.id);
        self.seek(Subject { role, rows: vec![index], own }, record);
    }

    /// A valid number that no population file knows.
    fn orphans(&mut self, rows: &[usize]) {
        let mut clusters = self.cluster(rows, |a, b| same_name(&a.record.name, &b.record.name));
        // the name with the most rows is the number's own; nothing depends on the order of files
        clusters.sort_by_key(|c| {
            (std::cmp::Reverse(c.len()), c.first().and_then(|&i| self.row(i)).map(|r| r.record.name.clone()))
        });
        for cluster in clusters {
            let number = cluster.first().and_then(|&i| self.row(i)).and_then(|r| r.record.number);
            let Some(rep) = self.identify(&cluster, number, false, false) else { continue };
            let Some(record) = self.merged(&cluster) else { continue };
            self.seek(Subject { role: Role::Orphans, rows: cluster, own: rep }, record);
        }
    }

    /// One record of what several rows of one person say.
    fn merged(&self, rows: &[usize]) -> Option<Record> {
        let mut kinds: Vec<u8> = Vec::new();
        let mut merged: Option<Record> = None;
        for row in rows.iter().filter_map(|&i| self.row(i)) {
            kinds.push(row.record.kind);
            let Some(m) = merged.as_mut() else {
                merged = Some(row.record.clone());
                continue;
            };
            let r = &row.record;
            m.birth = m.birth.or(r.birth);
            if !matches!(m.sex, canbao_domain::Sex::Male | canbao_domain::Sex::Female) {
                m.sex = r.sex;
            }
            if r.area > m.area {
                m.area = r.area;
            }
            for (mine, theirs) in [(&mut m.household, r.household), (&mut m.unit, r.unit), (&mut m.phone, r.phone)] {
                if *mine == 0 {
                    *mine = theirs;
                }
            }
        }
        kinds.sort_unstable();
        kinds.dedup();
        let mut record = merged?;
        record.claim = if kinds.len() > 1 { Claim::OrphanRepeated } else { Claim::Orphan };
        Some(record)
    }

    /// A certificate that is no citizen number: by certificate and name alone.
    fn certificates(&mut self, rows: &[usize], rules: &Rules) {
        let mut rows = rows.to_vec();
        self.by_rank(&mut rows, rules);
        for cluster in self.cluster(&rows, |a, b| same_name(&a.record.name, &b.record.name)) {
            let population = cluster.first().and_then(|&i| self.row(i)).is_some_and(|r| r.kind.is_population());
            if let Some(rep) = self.identify(&cluster, None, population, true) {
                self.certain.extend(cluster.iter().map(|&i| (i, rep)));
            }
        }
    }

    fn single(&mut self, index: usize, links: &Links) {
        let Some(row) = self.row(index).cloned() else { return };
        match (row.standing, row.kind.is_population()) {
            // its own number is under its own blank name
            (Standing::Contested, true) => {
                let rep = self.identify(&[index], row.record.number, true, false).unwrap_or(row.id);
                self.certain.push((index, rep));
            }
            (Standing::Contested, false) => {
                let owner = links.person(row.id).and_then(|o| self.owners.get(&o));
                let owner = owner.map(home).unwrap_or_default();
                self.look(index, owner);
            }
            (_, true) => {
                self.identify(&[index], None, true, false);
                self.seek(Subject { role: Role::PopulationRow, rows: vec![index], own: row.id }, row.record);
            }
            (_, false) => self.look(index, Owner::default()),
        }
    }
}

/// Which of a person's population rows speaks for them: the lower, the better.
pub(crate) fn rank(kind: SourceKind, life: u8, rules: &Rules) -> u8 {
    let mut one = PopulationRows::EMPTY;
    one.add(kind, Life::from_code(life));
    let state = rules.population(one);
    match (state.life, state.population) {
        _ if one.is_empty() => 5,
        (PersonLife::Alive, Population::Registered) => u8::from(state.unclear),
        (PersonLife::Alive, _) => 2 + u8::from(state.unclear),
        (PersonLife::Deceased, _) => 4,
        (PersonLife::MovedOut, _) => 5,
    }
}
