//! The columns of every table of a run.
//!
//! Types are those of the file: text is `Utf8`, keys, counts, rows and lines are `Int64`, dates are
//! `Date32`, lists are lists of `Utf8`. In memory a text column may as well be a dictionary (of any
//! key type), `LargeUtf8` or `Utf8View`: the file is the same.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};

/// The canonical fields of a row as written, in the order in which `rows` holds them.
pub const WRITTEN_FIELDS: [&str; 22] = [
    "number",
    "certificate_type",
    "name",
    "sex",
    "birth_date",
    "ethnic",
    "hukou",
    "household",
    "relation",
    "area_code",
    "address",
    "phone",
    "status",
    "benefit",
    "unit_code",
    "unit_name",
    "pooling_area",
    "since",
    "scheme",
    "credit_code",
    "registration_number",
    "type",
];

/// Every table's name and columns, in the order of the contract.
#[must_use]
pub fn all() -> Vec<(&'static str, SchemaRef)> {
    vec![
        ("links", links()),
        ("persons", persons()),
        ("enrolments", enrolments()),
        ("findings", findings()),
        ("survey", survey()),
        ("units", units()),
        ("rows", rows()),
        ("candidates", candidates()),
        ("rejected", rejected()),
        ("areas", areas()),
    ]
}

/// One line for every data row of every person source: whose it is, how that is known, how surely and why.
///
/// `confidence` is a probability (0 to 1), null where the row belongs to nobody.
#[must_use]
pub fn links() -> SchemaRef {
    schema([
        text("source"),
        int("row"),
        text("file"),
        maybe(text("sheet")),
        int("line"),
        maybe(int("person_key")),
        maybe(text("person_id")),
        text("method"),
        maybe(Field::new("confidence", DataType::Float64, false)),
        text("evidence"),
    ])
}

/// One line for every known person.
#[must_use]
pub fn persons() -> SchemaRef {
    schema([
        int("person_key"),
        maybe(text("person_id")),
        maybe(text("certificate_type")),
        maybe(text("certificate")),
        maybe(text("name")),
        text("sex"),
        maybe(date("birth_date")),
        maybe(text("ethnic")),
        maybe(text("hukou")),
        maybe(text("household")),
        maybe(text("relation")),
        maybe(text("county")),
        maybe(text("town")),
        maybe(text("village")),
        maybe(text("address")),
        maybe(text("phone")),
        text("population"),
        text("life"),
        text("pension"),
        text("medical"),
        texts("pension_schemes"),
        texts("medical_schemes"),
        flag("subsistence"),
        flag("disability"),
        text("category"),
        texts("reasons"),
    ])
}

/// Every insurance row of a known person. `insurance` (`pension`, `medical`, `other`) is the scheme's; of a row of
/// `elsewhere` it is that of the scheme which the row names. `since` is a date; where only a month is written, its first day.
#[must_use]
pub fn enrolments() -> SchemaRef {
    schema([
        int("person_key"),
        text("source"),
        int("row"),
        text("scheme"),
        text("insurance"),
        maybe(text("status")),
        maybe(text("benefit")),
        maybe(text("unit_code")),
        maybe(text("unit_name")),
        maybe(text("pooling_area")),
        maybe(date("since")),
    ])
}

/// What somebody must look at: one line a person, a row or an employer, by `kind`.
#[must_use]
pub fn findings() -> SchemaRef {
    schema([
        text("kind"),
        maybe(int("person_key")),
        maybe(text("person_id")),
        maybe(text("credit_code")),
        maybe(text("source")),
        maybe(int("row")),
        maybe(text("other_source")),
        maybe(int("other_row")),
        maybe(text("detail")),
    ])
}

/// Who must be visited, each once. `source` and `row` stand only where no person is known.
#[must_use]
pub fn survey() -> SchemaRef {
    schema([
        maybe(int("person_key")),
        maybe(text("person_id")),
        maybe(text("source")),
        maybe(int("row")),
        maybe(text("name")),
        maybe(text("county")),
        maybe(text("town")),
        maybe(text("village")),
        maybe(text("household")),
        maybe(text("address")),
        maybe(text("phone")),
        text("category"),
        texts("reasons"),
        maybe(text("known")),
    ])
}

/// The area tree that the run was made with: `level` is `city`, `county`, `town` or `village`; the city has no parent.
#[must_use]
pub fn areas() -> SchemaRef {
    schema([text("code"), text("name"), text("level"), maybe(text("parent"))])
}

/// One line for every employer.
#[must_use]
pub fn units() -> SchemaRef {
    schema([
        maybe(text("credit_code")),
        maybe(text("registration_number")),
        maybe(text("name")),
        maybe(text("type")),
        maybe(text("address")),
        maybe(text("county")),
        flag("registered"),
        flag("insured"),
        int("insured_people"),
        text("category"),
    ])
}

/// The canonical fields as written, of every row that is not `exact` or stands in a finding.
#[must_use]
pub fn rows() -> SchemaRef {
    schema([text("source"), int("row")].into_iter().chain(WRITTEN_FIELDS.into_iter().map(|name| maybe(text(name)))))
}

/// Up to three candidates for each corrected, matched or unresolved row, the best first (`rank` 1).
///
/// `weights` is a list of `name` and `weight` (log₂ of the likelihood ratio).
#[must_use]
pub fn candidates() -> SchemaRef {
    let weight = Fields::from(vec![text("name"), Field::new("weight", DataType::Float64, false)]);
    schema([
        text("source"),
        int("row"),
        int("rank"),
        int("person_key"),
        Field::new("confidence", DataType::Float64, false),
        list("weights", DataType::Struct(weight)),
    ])
}

/// Every row that could not be read, with its text as it stands in the file.
#[must_use]
pub fn rejected() -> SchemaRef {
    schema([text("source"), int("row"), text("file"), maybe(text("sheet")), int("line"), text("text"), text("reason")])
}

fn schema(fields: impl IntoIterator<Item = Field>) -> SchemaRef {
    Arc::new(Schema::new(fields.into_iter().collect::<Vec<_>>()))
}

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, false)
}

fn int(name: &str) -> Field {
    Field::new(name, DataType::Int64, false)
}

fn date(name: &str) -> Field {
    Field::new(name, DataType::Date32, false)
}

fn flag(name: &str) -> Field {
    Field::new(name, DataType::Boolean, false)
}

fn texts(name: &str) -> Field {
    list(name, DataType::Utf8)
}

/// A list whose items are never null; `element` is what the Parquet format calls an item.
fn list(name: &str, item: DataType) -> Field {
    Field::new(name, DataType::List(Arc::new(Field::new("element", item, false))), false)
}

fn maybe(field: Field) -> Field {
    field.with_nullable(true)
}
