//! A small run, written as the comparison writes it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder, new_null_array,
};
use arrow::datatypes::{DataType, SchemaRef};
use canbao_domain::area::AreaTree;
use canbao_run::{AreaCounts, RunWriter, Summary, schema};

pub(super) fn areas() -> AreaTree {
    AreaTree::parse(
        "code,name,level,parent\n610900,安康市,city,610000\n610902,汉滨区,county,610900\n610921,汉阴县,county,610900\n\
         610922,石泉县,county,610900\n610902001,老城街道,town,610902\n610902003,江北街道,town,610902\n\
         610902001001,老城居委会,village,610902001\n610902003001,张滩村委会,village,610902003\n",
    )
    .unwrap()
}

/// A line of the survey.
#[derive(Clone, Default)]
pub(super) struct Visit {
    key: Option<i64>,
    name: &'static str,
    id: Option<&'static str>,
    row: Option<(&'static str, i64)>,
    pub(super) county: Option<&'static str>,
    village: Option<&'static str>,
    household: Option<&'static str>,
    category: &'static str,
    reasons: &'static [&'static str],
    known: Option<&'static str>,
}

/// A finding.
#[derive(Clone, Default)]
pub(super) struct Find {
    kind: &'static str,
    key: Option<i64>,
    row: Option<(&'static str, i64)>,
    other: Option<(&'static str, i64)>,
    detail: Option<&'static str>,
}

/// An employer.
#[derive(Clone)]
pub(super) struct Unit {
    name: &'static str,
    county: Option<&'static str>,
    registered: bool,
    insured: i64,
    category: &'static str,
}

/// What is written.
pub(super) struct Run {
    pub(super) survey: Vec<Visit>,
    pub(super) findings: Vec<Find>,
    pub(super) units: Vec<Unit>,
}

const BOTH: &[&str] = &["no-pension", "no-medical"];
const ID: &str = "610902198503121234";
const LAOCHENG: &str = "610902001001";
const ZHANGTAN: &str = "610902003001";

impl Run {
    pub(super) fn small() -> Self {
        let hanbin = |key, name, village, household, category, reasons| Visit {
            key: Some(key),
            name,
            county: Some("610902"),
            village: Some(village),
            household: Some(household),
            category,
            reasons,
            ..Visit::default()
        };
        let survey = vec![
            hanbin(11, "甲", LAOCHENG, "0009", "uninsured", BOTH),
            Visit { id: Some(ID), known: Some("低保"), ..hanbin(12, "乙", LAOCHENG, "0007", "uninsured", BOTH) },
            hanbin(13, "丙", ZHANGTAN, "0001", "interrupted", &["pension-interrupted"]),
            hanbin(14, "丁", LAOCHENG, "0007", "partial", &["no-medical"]),
            Visit {
                name: "戊",
                row: Some(("resident-pension", 1_011)),
                county: Some("610902"),
                category: "information",
                reasons: &["row-unresolved"],
                known: Some("停保"),
                ..Visit::default()
            },
            Visit {
                county: Some("610921"),
                village: None,
                household: None,
                ..hanbin(15, "辛", "", "", "partial", BOTH)
            },
            // a county that the tree lacks, and none at all
            Visit {
                county: Some("999999"),
                ..hanbin(17, "己", "999999001001", "1", "information", &["wrong-village"])
            },
            Visit { village: None, county: None, ..hanbin(16, "庚", "", "1", "information", &["missing-village"]) },
        ];
        let findings = vec![
            Find { kind: "duplicate-pension", key: Some(12), ..Find::default() },
            Find {
                kind: "duplicate-row",
                key: Some(13),
                row: Some(("东片新农合", 3)),
                other: Some(("东片新农合", 1)),
                ..Find::default()
            },
            Find {
                kind: "name-differs",
                key: Some(11),
                row: Some(("resident-pension", 2)),
                detail: Some("名字少一个字"),
                ..Find::default()
            },
            Find { kind: "row-unresolved", row: Some(("resident-pension", 1_011)), ..Find::default() },
            Find { kind: "row-rejected", row: Some(("resident-pension", 1_012)), ..Find::default() },
            Find { kind: "assisted-uninsured", key: Some(12), ..Find::default() },
            Find { kind: "unit-uninsured", ..Find::default() },
        ];
        let unit = |name, county, registered, insured, category| Unit { name, county, registered, insured, category };
        let units = vec![
            unit("汉江茶行", Some("610902"), true, 0, "uninsured"),
            unit("月河砖厂", Some("610902"), true, 9, "confirmed"),
            unit("某商贸", None, false, 3, "unregistered"),
        ];
        Self { survey, findings, units }
    }

    /// Writes the tables; the run is left to be finished.
    pub(super) fn write(&self, out: &Path) -> RunWriter {
        let run = RunWriter::with_threads(out, 1).unwrap();
        let town = |village: Option<&'static str>| village.and_then(|v| v.get(..9));
        let s = &self.survey;
        table(&run, "survey", &schema::survey(), s.len(), |column| match column {
            "person_key" => Some(ints(s.iter().map(|v| v.key))),
            "person_id" => Some(texts(s.iter().map(|v| v.id))),
            "source" => Some(texts(s.iter().map(|v| v.row.map(|r| r.0)))),
            "row" => Some(ints(s.iter().map(|v| v.row.map(|r| r.1)))),
            "name" => Some(texts(s.iter().map(|v| Some(v.name)))),
            "county" => Some(texts(s.iter().map(|v| v.county))),
            "town" => Some(texts(s.iter().map(|v| town(v.village)))),
            "village" => Some(texts(s.iter().map(|v| v.village))),
            "household" => Some(texts(s.iter().map(|v| v.household))),
            "category" => Some(texts(s.iter().map(|v| Some(v.category)))),
            "reasons" => Some(lists(s.iter().map(|v| v.reasons))),
            "known" => Some(texts(s.iter().map(|v| v.known))),
            _ => None,
        });
        let people: Vec<&Visit> = s.iter().filter(|v| v.key.is_some()).collect();
        let p = &people;
        table(&run, "persons", &schema::persons(), p.len(), |column| match column {
            "person_key" => Some(ints(p.iter().map(|v| v.key))),
            "person_id" => Some(texts(p.iter().map(|v| v.id))),
            "name" => Some(texts(p.iter().map(|v| Some(v.name)))),
            "county" => Some(texts(p.iter().map(|v| v.county))),
            "town" => Some(texts(p.iter().map(|v| town(v.village)))),
            "village" => Some(texts(p.iter().map(|v| v.village))),
            "phone" => Some(texts(p.iter().map(|_| Some("13900000000")))),
            _ => None,
        });
        let f = &self.findings;
        table(&run, "findings", &schema::findings(), f.len(), |column| match column {
            "kind" => Some(texts(f.iter().map(|v| Some(v.kind)))),
            "person_key" => Some(ints(f.iter().map(|v| v.key))),
            "source" => Some(texts(f.iter().map(|v| v.row.map(|r| r.0)))),
            "row" => Some(ints(f.iter().map(|v| v.row.map(|r| r.1)))),
            "other_source" => Some(texts(f.iter().map(|v| v.other.map(|r| r.0)))),
            "other_row" => Some(ints(f.iter().map(|v| v.other.map(|r| r.1)))),
            "detail" => Some(texts(f.iter().map(|v| v.detail))),
            _ => None,
        });
        let u = &self.units;
        table(&run, "units", &schema::units(), u.len(), |column| match column {
            "name" => Some(texts(u.iter().map(|v| Some(v.name)))),
            "county" => Some(texts(u.iter().map(|v| v.county))),
            "registered" => Some(Arc::new(u.iter().map(|v| Some(v.registered)).collect::<BooleanArray>())),
            "insured" => Some(Arc::new(u.iter().map(|v| Some(v.insured > 0)).collect::<BooleanArray>())),
            "insured_people" => Some(ints(u.iter().map(|v| Some(v.insured)))),
            "category" => Some(texts(u.iter().map(|v| Some(v.category)))),
            _ => None,
        });
        // as written: source, row, number, name, area
        let r = [
            ("resident-pension", 2, Some("612401850312123"), Some("申"), Some("610902000000")),
            ("resident-pension", 1_011, Some("无"), Some("戊"), Some("610902003001")),
            ("resident-pension", 7, Some("不在问题中"), None, None),
        ];
        table(&run, "rows", &schema::rows(), r.len(), |column| match column {
            "source" => Some(texts(r.iter().map(|v| Some(v.0)))),
            "row" => Some(ints(r.iter().map(|v| Some(v.1)))),
            "number" => Some(texts(r.iter().map(|v| v.2))),
            "name" => Some(texts(r.iter().map(|v| v.3))),
            "area_code" => Some(texts(r.iter().map(|v| v.4))),
            _ => None,
        });
        let book = "人社/居民养老.xlsx";
        let l = [
            ("resident-pension", 2, book, Some("第一张"), 3),
            ("resident-pension", 1_011, book, Some("第二张"), 12),
            ("resident-pension", 1_012, book, Some("第二张"), 13),
            ("东片新农合", 3, "卫计/新农合.dbf", None, 4),
            ("东片新农合", 4, "卫计/新农合.dbf", None, 5),
        ];
        table(&run, "links", &schema::links(), l.len(), |column| match column {
            "source" => Some(texts(l.iter().map(|v| Some(v.0)))),
            "row" => Some(ints(l.iter().map(|v| Some(v.1)))),
            "file" => Some(texts(l.iter().map(|v| Some(v.2)))),
            "sheet" => Some(texts(l.iter().map(|v| v.3))),
            "line" => Some(ints(l.iter().map(|v| Some(v.4)))),
            _ => None,
        });
        run
    }
}

/// What the small run counts.
pub(super) fn summary() -> Summary {
    let area = |confirmed, uninsured, partial, interrupted, information| AreaCounts {
        population: confirmed + uninsured + partial + interrupted + information,
        confirmed,
        uninsured,
        partial,
        interrupted,
        information,
    };
    let counts = |pairs: &[(&str, i64)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect::<BTreeMap<_, _>>();
    Summary {
        version: "0.1.0".to_owned(),
        as_of: "2016-11-01".to_owned(),
        areas: BTreeMap::from([
            ("610900".to_owned(), area(7, 2, 2, 1, 2)),
            ("610902".to_owned(), area(5, 2, 1, 1, 0)),
            ("610902001".to_owned(), area(3, 2, 1, 0, 0)),
            ("610902003".to_owned(), area(1, 0, 0, 1, 0)),
            ("610921".to_owned(), area(2, 0, 1, 0, 0)),
        ]),
        findings: counts(&[
            ("duplicate-pension", 1),
            ("duplicate-row", 1),
            ("name-differs", 1),
            ("row-unresolved", 1),
            ("row-rejected", 1),
            ("assisted-uninsured", 1),
            ("unit-uninsured", 1),
        ]),
        units: counts(&[("uninsured", 1), ("confirmed", 1), ("unregistered", 1)]),
        ..Summary::default()
    }
}

/// Writes a table; columns that are not given are null, blank, false or empty.
fn table(run: &RunWriter, name: &str, schema: &SchemaRef, rows: usize, column: impl Fn(&str) -> Option<ArrayRef>) {
    let columns = schema.fields().iter().map(|field| {
        let array = column(field.name()).unwrap_or_else(|| match field.data_type() {
            kind if field.is_nullable() => new_null_array(kind, rows),
            DataType::Utf8 => texts((0..rows).map(|_| Some(""))),
            DataType::Int64 => ints((0..rows).map(|_| Some(0))),
            DataType::Boolean => Arc::new(BooleanArray::from(vec![false; rows])),
            _ => lists((0..rows).map(|_| &[] as &[&str])),
        });
        (field.name().clone(), array, true)
    });
    let batch = RecordBatch::try_from_iter_with_nullable(columns.collect::<Vec<_>>()).unwrap();
    let mut table = run.table(name, schema).unwrap();
    table.write(&batch).unwrap();
    table.close().unwrap();
}

fn texts(values: impl Iterator<Item = Option<&'static str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn ints(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

fn lists<'a>(values: impl Iterator<Item = &'a [&'a str]>) -> ArrayRef {
    let mut lists = ListBuilder::new(StringBuilder::new());
    values.for_each(|items| lists.append_value(items.iter().map(Some)));
    Arc::new(lists.finish())
}
