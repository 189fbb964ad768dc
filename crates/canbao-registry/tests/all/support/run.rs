//! Comparison runs made by hand: who is in them, and nothing else.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Float64Builder, Int64Array, ListBuilder, RecordBatch,
    StringArray, StringBuilder, StructBuilder,
};
use arrow::datatypes::SchemaRef;
use canbao_domain::date::Date;
use canbao_domain::number::CitizenNumber;
use canbao_domain::rules::{InsuranceFacts, ItemSet, PersonLife, Population, Rules, SchemeSet};
use canbao_domain::source::SourceKind;
use canbao_registry::person::{Record, State, derive};
use canbao_run::{RunWriter, SourceCounts, Summary, schema};

/// Somebody in a run.
#[derive(Clone, Debug)]
pub(crate) struct Somebody {
    pub(crate) number: Option<String>,
    pub(crate) certificate: Option<String>,
    pub(crate) name: &'static str,
    pub(crate) sex: &'static str,
    pub(crate) birth: Option<&'static str>,
    pub(crate) household: Option<&'static str>,
    pub(crate) village: Option<&'static str>,
    pub(crate) phone: Option<&'static str>,
    pub(crate) life: PersonLife,
    pub(crate) population: Population,
    pub(crate) schemes: Vec<(SourceKind, &'static str)>,
    pub(crate) findings: Vec<(&'static str, &'static str)>,
    /// Numbers under which rows of theirs stood.
    pub(crate) other_numbers: Vec<String>,
    /// Code and name of the employer on all their rows.
    pub(crate) unit: (Option<&'static str>, Option<&'static str>),
}

/// A row of an extract that was not beyond doubt, and the finding that tells of it.
#[derive(Clone, Debug)]
pub(crate) struct HardRow {
    pub(crate) source: SourceKind,
    pub(crate) row: i64,
    pub(crate) number: String,
    pub(crate) name: &'static str,
    /// The place in the run of whose it is.
    pub(crate) owner: Option<usize>,
    pub(crate) finding: &'static str,
    /// Places of those whom it may mean, and how likely.
    pub(crate) candidates: Vec<(usize, f64)>,
    /// Where it belongs, if it is nobody's.
    pub(crate) village: Option<&'static str>,
}

/// Code, name, level, parent.
pub(crate) type AreaLine = (&'static str, &'static str, &'static str, Option<&'static str>);

/// The areas of a run.
pub(crate) const AREAS: [AreaLine; 8] = [
    ("610900", "安康市", "city", None),
    ("610902", "汉滨区", "county", Some("610900")),
    ("610902001", "江北街道", "town", Some("610902")),
    ("610902001001", "张滩村", "village", Some("610902001")),
    ("610902001002", "黄沟村", "village", Some("610902001")),
    ("610921", "汉阴县", "county", Some("610900")),
    ("610921001", "城关镇", "town", Some("610921")),
    ("610921001001", "新街村", "village", Some("610921001")),
];

/// An employer: credit code, registration number, name.
pub(crate) type UnitLine = (Option<&'static str>, Option<&'static str>, &'static str);

/// The employers of a run.
pub(crate) const UNITS: [UnitLine; 1] = [(Some("91610902MA70000000"), None, "某某商行")];

/// The number of somebody born on a day, the `sequence`th in a village's county.
pub(crate) fn number(birth: &str, sequence: u64) -> String {
    let body = 610_902 * 100_000_000_000 + birth.replace('-', "").parse::<u64>().unwrap() * 1000 + sequence;
    String::from_utf8(CitizenNumber::from_body(body).unwrap().bytes().to_vec()).unwrap()
}

/// A man of the village 610902001001 with pension and medical insurance.
pub(crate) fn somebody(name: &'static str, birth: &'static str, sequence: u64) -> Somebody {
    Somebody {
        number: Some(number(birth, sequence)),
        certificate: None,
        name,
        sex: if sequence % 2 == 1 { "1" } else { "2" },
        birth: Some(birth),
        household: Some("H1"),
        village: Some("610902001001"),
        phone: None,
        life: PersonLife::Alive,
        population: Population::Registered,
        schemes: vec![(SourceKind::ResidentPension, "normal"), (SourceKind::RuralMedical, "normal")],
        findings: Vec::new(),
        other_numbers: Vec::new(),
        unit: (None, None),
    }
}

/// Writes a run of a day into `folder/NAME`; it does not say by which rules it decided, so by the program's own.
pub(crate) fn write(folder: &Path, name: &str, day: &str, people: &[Somebody]) -> PathBuf {
    write_in(folder, name, day, people, &Around::default())
}

/// What a run says beside its people; as a rule a small city, one employer, the program's own rules.
pub(crate) struct Around<'a> {
    pub(crate) areas: &'a [AreaLine],
    pub(crate) units: &'a [UnitLine],
    pub(crate) rules: &'a Rules,
    pub(crate) hard: &'a [HardRow],
}

impl Default for Around<'_> {
    fn default() -> Self {
        Self { areas: &AREAS, units: &UNITS, rules: Rules::embedded(), hard: &[] }
    }
}

/// Writes a run of a day with areas, employers or rules of its own.
pub(crate) fn write_in(folder: &Path, name: &str, day: &str, people: &[Somebody], around: &Around<'_>) -> PathBuf {
    let Around { areas, units, rules, hard } = *around;
    let out = folder.join(name);
    let run = RunWriter::with_threads(&out, 1).unwrap();
    let put = |table: &str, schema: SchemaRef, columns: Vec<ArrayRef>| {
        let mut writer = run.table(table, &schema).unwrap();
        writer.write(&RecordBatch::try_new(schema, columns).unwrap()).unwrap();
        writer.close().unwrap();
    };
    let texts = |column: Vec<Option<String>>| Arc::new(StringArray::from(column)) as ArrayRef;
    let each = |text: &dyn Fn(&Somebody) -> Option<String>| texts(people.iter().map(text).collect());
    let lists = |all: Vec<Vec<&str>>| {
        let field = arrow::datatypes::Field::new("element", arrow::datatypes::DataType::Utf8, false);
        let mut builder = ListBuilder::new(StringBuilder::new()).with_field(field);
        for list in all {
            for text in list {
                builder.values().append_value(text);
            }
            builder.append(true);
        }
        Arc::new(builder.finish()) as ArrayRef
    };
    let as_of = Date::parse(day).unwrap();
    let derived: Vec<_> = people.iter().map(|person| decided(person, as_of, rules)).collect();
    let keys: Vec<i64> = (0..people.len() as i64).map(|at| 3 * at + 1).collect();
    put(
        "persons",
        schema::persons(),
        vec![
            Arc::new(Int64Array::from(keys.clone())),
            each(&|p| p.number.clone()),
            each(&|p| p.certificate.as_ref().map(|_| "护照".to_owned())),
            each(&|p| p.certificate.clone()),
            each(&|p| Some(p.name.to_owned()).filter(|name| !name.is_empty())),
            each(&|p| Some(p.sex.to_owned())),
            Arc::new(
                people.iter().map(|p| p.birth.map(|day| Date::parse(day).unwrap().days())).collect::<Date32Array>(),
            ),
            each(&|_| Some("汉族".to_owned())),
            each(&|_| None),
            each(&|p| p.household.map(str::to_owned)),
            each(&|_| None),
            each(&|p| p.village.map(|code| code[..6].to_owned())),
            each(&|p| p.village.map(|code| code[..9].to_owned())),
            each(&|p| p.village.map(str::to_owned)),
            each(&|_| Some("某村一组".to_owned())),
            each(&|p| p.phone.map(str::to_owned)),
            each(&|p| Some(p.population.as_str().to_owned())),
            each(&|p| Some(p.life.as_str().to_owned())),
            texts(derived.iter().map(|d| Some(d.pension.as_str().to_owned())).collect()),
            texts(derived.iter().map(|d| Some(d.medical.as_str().to_owned())).collect()),
            lists(people.iter().map(|_| Vec::new()).collect()),
            lists(people.iter().map(|_| Vec::new()).collect()),
            Arc::new(people.iter().map(|_| Some(false)).collect::<BooleanArray>()),
            Arc::new(people.iter().map(|_| Some(false)).collect::<BooleanArray>()),
            texts(derived.iter().map(|d| Some(d.category.as_str().to_owned())).collect()),
            lists(derived.iter().map(|d| d.reasons.iter().collect()).collect()),
        ],
    );
    type Line = (i64, SourceKind, &'static str, (Option<&'static str>, Option<&'static str>));
    let rows: Vec<Line> = people
        .iter()
        .zip(&keys)
        .flat_map(|(person, key)| person.schemes.iter().map(|(kind, status)| (*key, *kind, *status, person.unit)))
        .collect();
    let of_rows = |text: &dyn Fn(&Line) -> Option<String>| texts(rows.iter().map(text).collect());
    put(
        "enrolments",
        schema::enrolments(),
        vec![
            Arc::new(rows.iter().map(|row| Some(row.0)).collect::<Int64Array>()),
            of_rows(&|row| Some(row.1.as_str().to_owned())),
            Arc::new((0..rows.len() as i64).map(Some).collect::<Int64Array>()),
            of_rows(&|row| Some(row.1.as_str().to_owned())),
            of_rows(&|row| Some(row.1.insurance().unwrap().as_str().to_owned())),
            of_rows(&|row| Some(row.2.to_owned()).filter(|text| !text.is_empty())),
            of_rows(&|_| None),
            of_rows(&|row| row.3.0.map(str::to_owned)),
            of_rows(&|row| row.3.1.map(str::to_owned)),
            of_rows(&|_| Some("610902".to_owned())),
            Arc::new(rows.iter().map(|_| None::<i32>).collect::<Date32Array>()),
        ],
    );
    type Told<'a> = (&'a str, Option<i64>, &'a str, Option<(&'a str, i64)>);
    let mut findings: Vec<Told<'_>> = Vec::new();
    let mut written: Vec<(&str, i64, Option<String>, Option<&str>)> = Vec::new();
    for (person, key) in people.iter().zip(&keys) {
        findings.extend(person.findings.iter().map(|(kind, detail)| (*kind, Some(*key), *detail, None)));
        for number in &person.other_numbers {
            let row = written.len() as i64 + 1;
            written.push(("rural-medical", row, Some(number.clone()), None));
            findings.push(("several-numbers", Some(*key), "另有号码下的记录属于此人", Some(("rural-medical", row))));
        }
    }
    let key_of = |place: &usize| keys[*place];
    for row in hard {
        let source = row.source.as_str();
        written.push((source, row.row, Some(row.number.clone()), Some(row.name)));
        findings.push((row.finding, row.owner.as_ref().map(key_of), "数据行有疑点", Some((source, row.row))));
    }
    let blank = || texts(findings.iter().map(|_| None).collect());
    put(
        "findings",
        schema::findings(),
        vec![
            texts(findings.iter().map(|finding| Some(finding.0.to_owned())).collect()),
            Arc::new(findings.iter().map(|finding| finding.1).collect::<Int64Array>()),
            blank(),
            blank(),
            texts(findings.iter().map(|finding| finding.3.map(|(source, _)| source.to_owned())).collect()),
            Arc::new(findings.iter().map(|finding| finding.3.map(|(_, row)| row)).collect::<Int64Array>()),
            blank(),
            Arc::new(findings.iter().map(|_| None::<i64>).collect::<Int64Array>()),
            texts(findings.iter().map(|finding| Some(finding.2.to_owned())).collect()),
        ],
    );
    let mut columns: Vec<ArrayRef> = vec![
        texts(written.iter().map(|row| Some(row.0.to_owned())).collect()),
        Arc::new(written.iter().map(|row| Some(row.1)).collect::<Int64Array>()),
        texts(written.iter().map(|row| row.2.clone()).collect()),
        texts(written.iter().map(|_| None).collect()),
        texts(written.iter().map(|row| row.3.map(str::to_owned)).collect()),
    ];
    columns.extend((5..24).map(|_| texts(written.iter().map(|_| None).collect())));
    put("rows", schema::rows(), columns);
    put("links", schema::links(), links(hard, &keys, &texts));
    put("candidates", schema::candidates(), candidates(hard, &keys));
    let lost: Vec<&HardRow> = hard.iter().filter(|row| row.owner.is_none()).collect();
    let of_lost = |text: &dyn Fn(&HardRow) -> Option<String>| texts(lost.iter().map(|row| text(row)).collect());
    let village = |row: &HardRow, length: usize| row.village.map(|code| code[..length].to_owned());
    put(
        "survey",
        schema::survey(),
        vec![
            Arc::new(lost.iter().map(|_| None::<i64>).collect::<Int64Array>()),
            of_lost(&|_| None),
            of_lost(&|row| Some(row.source.as_str().to_owned())),
            Arc::new(lost.iter().map(|row| Some(row.row)).collect::<Int64Array>()),
            of_lost(&|row| Some(row.name.to_owned())),
            of_lost(&|row| village(row, 6)),
            of_lost(&|row| village(row, 9)),
            of_lost(&|row| village(row, 12)),
            of_lost(&|_| None),
            of_lost(&|_| None),
            of_lost(&|_| None),
            of_lost(&|_| Some("information".to_owned())),
            lists(lost.iter().map(|_| vec!["row-unresolved"]).collect()),
            of_lost(&|_| None),
        ],
    );
    let none = || texts(Vec::new());
    let no_row = || Arc::new(Int64Array::from(Vec::<i64>::new())) as ArrayRef;
    put("rejected", schema::rejected(), vec![none(), no_row(), none(), none(), no_row(), none(), none()]);
    put("units", schema::units(), employers(units, &texts));
    put(
        "areas",
        schema::areas(),
        vec![
            texts(areas.iter().map(|area| Some(area.0.to_owned())).collect()),
            texts(areas.iter().map(|area| Some(area.1.to_owned())).collect()),
            texts(areas.iter().map(|area| Some(area.2.to_owned())).collect()),
            texts(areas.iter().map(|area| area.3.map(str::to_owned)).collect()),
        ],
    );
    let kinds = SourceKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), kind.as_str().to_owned())).collect();
    // one extract of the population, a row a person
    let rows = people.len() as i64;
    let sources = [("population".to_owned(), SourceCounts { rows, exact: rows, ..SourceCounts::default() })].into();
    run.finish(&Summary { as_of: day.to_owned(), kinds, sources, ..Summary::default() }).unwrap();
    out
}

type Texts<'a> = &'a dyn Fn(Vec<Option<String>>) -> ArrayRef;

/// How rows were linked. Rows that were beyond doubt are left out, though a run has them all.
fn links(hard: &[HardRow], keys: &[i64], texts: Texts<'_>) -> Vec<ArrayRef> {
    let each = |text: &dyn Fn(&HardRow) -> Option<String>| texts(hard.iter().map(text).collect());
    let ints =
        |int: &dyn Fn(&HardRow) -> Option<i64>| Arc::new(hard.iter().map(int).collect::<Int64Array>()) as ArrayRef;
    vec![
        each(&|row| Some(row.source.as_str().to_owned())),
        ints(&|row| Some(row.row)),
        each(&|row| Some(format!("{}.csv", row.source.as_str()))),
        each(&|_| None),
        ints(&|row| Some(row.row + 1)),
        ints(&|row| row.owner.map(|place| keys[place])),
        each(&|_| None),
        each(&|row| Some(if row.owner.is_some() { "matched" } else { "unresolved" }.to_owned())),
        Arc::new(hard.iter().map(|row| row.owner.map(|_| 0.995)).collect::<Float64Array>()),
        each(&|_| Some("号码有一位数字不符；姓名一致。".to_owned())),
    ]
}

fn candidates(hard: &[HardRow], keys: &[i64]) -> Vec<ArrayRef> {
    let lines: Vec<(&HardRow, i64, usize, f64)> = hard
        .iter()
        .flat_map(|row| (1..).zip(&row.candidates).map(move |(rank, (place, sure))| (row, rank, *place, *sure)))
        .collect();
    let schema = schema::candidates();
    let arrow::datatypes::DataType::List(item) = schema.field(5).data_type() else { unreachable!() };
    let arrow::datatypes::DataType::Struct(fields) = item.data_type() else { unreachable!() };
    let mut weights =
        ListBuilder::new(StructBuilder::from_fields(fields.clone(), lines.len())).with_field(Arc::clone(item));
    for _ in &lines {
        for (name, weight) in [("number", 9.4), ("name", 2.6), ("coverage", -14.0)] {
            let item = weights.values();
            item.field_builder::<StringBuilder>(0).unwrap().append_value(name);
            item.field_builder::<Float64Builder>(1).unwrap().append_value(weight);
            item.append(true);
        }
        weights.append(true);
    }
    vec![
        Arc::new(lines.iter().map(|line| Some(line.0.source.as_str())).collect::<StringArray>()),
        Arc::new(lines.iter().map(|line| Some(line.0.row)).collect::<Int64Array>()),
        Arc::new(lines.iter().map(|line| Some(line.1)).collect::<Int64Array>()),
        Arc::new(lines.iter().map(|line| Some(keys[line.2])).collect::<Int64Array>()),
        Arc::new(lines.iter().map(|line| Some(line.3)).collect::<Float64Array>()),
        Arc::new(weights.finish()),
    ]
}

fn employers(units: &[UnitLine], texts: Texts<'_>) -> Vec<ArrayRef> {
    let each = |text: &dyn Fn(&UnitLine) -> Option<&'static str>| {
        texts(units.iter().map(|unit| text(unit).map(str::to_owned)).collect())
    };
    vec![
        each(&|unit| unit.0),
        each(&|unit| unit.1),
        each(&|unit| Some(unit.2)),
        each(&|_| Some("企业")),
        each(&|_| None),
        each(&|_| Some("610902")),
        Arc::new(units.iter().map(|_| Some(true)).collect::<BooleanArray>()),
        Arc::new(units.iter().map(|_| Some(false)).collect::<BooleanArray>()),
        Arc::new(Int64Array::from(vec![0; units.len()])),
        each(&|_| Some("uninsured")),
    ]
}

/// What a comparison decides of somebody, by domain's function.
fn decided(person: &Somebody, as_of: Date, rules: &Rules) -> canbao_registry::person::Derived {
    let record = Record {
        state: State::Current,
        merged_into: None,
        area: person.village.unwrap_or_default().to_owned(),
        name: Some(person.name.to_owned()).filter(|name| !name.is_empty()),
        sex: person.sex.to_owned(),
        birth: person.birth.and_then(Date::parse),
        ethnic: None,
        hukou: None,
        household: None,
        relation: None,
        address: None,
        phone: None,
        certificate_type: None,
        population: person.population,
        life: person.life,
        life_date: None,
        subsistence: false,
        disability: false,
        wrong: ItemSet::default(),
    };
    let mut facts = [InsuranceFacts::default(); 2];
    for (kind, status) in &person.schemes {
        let facts = &mut facts[kind.insurance().unwrap() as usize];
        let schemes = match *status {
            "normal" => &mut facts.live,
            "suspended" => &mut facts.suspended,
            "ended" => &mut facts.ended,
            _ => &mut facts.unclear,
        };
        *schemes |= SchemeSet::of(*kind);
    }
    let has_number = person.number.is_some() || person.certificate.is_some();
    derive(&record, has_number, facts, rules, as_of)
}
