//! All that a registry says, for one to be held against another.

use std::collections::BTreeMap;

use canbao_domain::scope::Scope;
use canbao_registry::audit::verify;
use canbao_registry::person::{NumberKind, Whole};
use canbao_registry::query::{Asker, Filter};
use canbao_registry::{Address, Registry};

pub(crate) fn asker() -> Asker {
    Asker { actor: "test".to_owned(), scope: Scope::city(), purpose: "test".into() }
}

/// What anybody can see of a registry, without its own identifiers; each as many times as it says it.
#[derive(PartialEq, Eq)]
pub(crate) struct State {
    /// Everybody who is current.
    pub(crate) people: BTreeMap<String, usize>,
    /// Everybody who was ever there, counters, areas, requests, parcels, revisions, and how many audit entries of what.
    counts: BTreeMap<String, i64>,
    /// Rows in the tables, those of versions that nobody sees too.
    rows: Vec<i64>,
}

impl State {
    /// Reads it; the chains and the record must prove right.
    pub(crate) async fn of(address: &Address) -> Self {
        let registry = Registry::open(address).await.unwrap();
        assert_eq!(verify(&registry).await.unwrap().faults, Vec::<String>::new());
        let people = everybody(&registry).await;
        let mut transaction = registry.store().read().await.unwrap();
        let mut counts = BTreeMap::new();
        for (what, sql) in COUNTS {
            for row in transaction.all(sql, &[]).await.unwrap() {
                let twice = counts.insert(format!("{what} {}", row.text(0)), row.int(1));
                assert_eq!(twice, None, "{what}");
            }
        }
        let mut rows = Vec::new();
        for table in TABLES {
            rows.push(transaction.int(format!("SELECT COUNT(*) FROM {table}"), &[]).await.unwrap());
        }
        drop(transaction);
        registry.close().await;
        Self { people, counts, rows }
    }

    /// Whether both show the same, whatever a killed command left that nobody sees.
    pub(crate) fn shows(&self, other: &Self) -> bool {
        self.people == other.people && self.counts == other.counts
    }

    /// What differs, without anything personal.
    pub(crate) fn differences(&self, other: &Self) -> String {
        let people = self.people.iter().filter(|(said, times)| other.people.get(*said) != Some(times)).count();
        let mut keys: Vec<&String> = self.counts.keys().chain(other.counts.keys()).collect();
        keys.dedup();
        let differ = keys.iter().filter(|key| self.counts.get(**key) != other.counts.get(**key));
        let counts: Vec<String> =
            differ.map(|key| format!("{key}: {:?} {:?}", self.counts.get(*key), other.counts.get(*key))).collect();
        format!("{people} people; {counts:?}; rows of {TABLES:?}: {:?} {:?}", self.rows, other.rows)
    }
}

const COUNTS: [(&str, &str); 9] = [
    ("audit", "SELECT action, COUNT(*) FROM audit GROUP BY action"),
    ("revision", "SELECT kind, COUNT(*) FROM revision GROUP BY kind"),
    ("apply", "SELECT state, COUNT(*) FROM apply WHERE state <> 'staging' GROUP BY state"),
    ("request", "SELECT kind || ' ' || state, COUNT(*) FROM change_request GROUP BY kind || ' ' || state"),
    ("parcel", "SELECT direction || ' ' || kind, COUNT(*) FROM parcel GROUP BY direction || ' ' || kind"),
    ("account", "SELECT login || ' ' || role || ' ' || area || ' ' || password, disabled FROM account"),
    (
        "counter",
        "SELECT area || ' ' || category || ' ' || scheme || ' ' || finding, people FROM counter WHERE people <> 0",
    ),
    ("area", "SELECT code || ' ' || valid_from || ' ' || valid_to || ' ' || name, CAST(1 AS BIGINT) FROM area"),
    (
        "person",
        "SELECT p.state, COUNT(*) FROM person p, state s WHERE rev_from <= visible AND rev_to > visible GROUP BY p.state",
    ),
];

const TABLES: [&str; 12] = [
    "person",
    "number",
    "enrolment",
    "finding",
    "unit",
    "confirmation",
    "claim",
    "decision",
    "question",
    "private_question",
    "apply",
    "api_token",
];

/// All that the registry says of everybody who is current, without its own identifiers and without history: as many times
/// as it says it.
pub(crate) async fn everybody(registry: &Registry) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    let given = registry
        .each_person(&asker(), &Filter::default(), |whole| {
            *all.entry(said(&whole)).or_default() += 1;
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(given as usize, all.values().sum::<usize>());
    all
}

fn said(whole: &Whole) -> String {
    let (record, derived) = (&whole.record, &whole.derived);
    let mut numbers: Vec<String> = whole
        .numbers
        .iter()
        .filter(|number| number.kind != NumberKind::Former)
        .map(|number| format!("{} {}", number.kind.as_str(), number.value))
        .collect();
    numbers.sort();
    let mut rows: Vec<String> = whole
        .enrolments
        .iter()
        .map(|row| {
            let texts = [&row.status, &row.benefit, &row.unit_code, &row.unit_name, &row.pooling_area];
            format!("{} {texts:?} {:?}", row.scheme, row.since)
        })
        .collect();
    rows.sort();
    let mut findings: Vec<String> =
        whole.findings.iter().map(|finding| format!("{} {:?}", finding.kind, finding.detail)).collect();
    findings.sort();
    let items = [
        &record.name,
        &record.ethnic,
        &record.hukou,
        &record.household,
        &record.relation,
        &record.address,
        &record.phone,
        &record.certificate_type,
    ];
    let reasons: Vec<&str> = derived.reasons.iter().collect();
    format!(
        "{numbers:?} {items:?} {} {:?} {} {:?} {:?} {} {} {:?} {:?} {:?} {reasons:?} {rows:?} {findings:?}",
        record.sex,
        record.birth,
        record.area,
        record.population,
        record.life,
        record.subsistence,
        record.disability,
        derived.pension,
        derived.medical,
        derived.category,
    )
}
