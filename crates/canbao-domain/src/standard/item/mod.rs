//! 指标项目: what is recorded of people, enrolments, employers, households and findings, and whose word counts.

mod check;
mod file;
mod unknown;
mod word;

use crate::date::Date;
use crate::source::{Field, SourceKind};

pub use check::{Breach, Check, Verdict};
pub use unknown::Unknowns;
pub use word::{Form, Record, Wins};

/// The items of a standard. Made from a file that was checked as a whole.
#[derive(Clone, Debug)]
pub struct Items {
    title: String,
    version: String,
    valid_from: Date,
    owners: Vec<Owner>,
    groups: Vec<Group>,
    checks: Vec<Check>,
    items: Vec<Item>,
}

/// Whose data decides an item (归口部门).
#[derive(Clone, Debug)]
pub struct Owner {
    code: String,
    name: String,
    sources: Vec<SourceKind>,
    remark: Option<String>,
}

/// Items that belong together, all of one record.
#[derive(Clone, Debug)]
pub struct Group {
    code: String,
    name: String,
    record: Record,
}

/// One item of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    record: Record,
    group: String,
    field: String,
    name: String,
    element: Option<String>,
    from: Vec<Field>,
    form: Form,
    many: bool,
    width: Option<usize>,
    table: Option<String>,
    owner: String,
    wins: Wins,
    personal: bool,
    counts: bool,
    checks: Vec<String>,
    definition: String,
}

impl Items {
    /// The standard's title, in Chinese.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The edition, such as `2016.1`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The first day on which this edition holds.
    pub const fn valid_from(&self) -> Date {
        self.valid_from
    }

    /// Every item, in the order of the file.
    pub fn all(&self) -> &[Item] {
        &self.items
    }

    /// The items of a record.
    pub fn of(&self, record: Record) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.record == record)
    }

    /// The items of a group, by its code.
    pub fn in_group<'a>(&'a self, group: &'a str) -> impl Iterator<Item = &'a Item> {
        self.items.iter().filter(move |item| item.group == group)
    }

    /// The item of a record's column.
    pub fn get(&self, record: Record, field: &str) -> Option<&Item> {
        self.of(record).find(|item| item.field == field)
    }

    /// The items that a field of an extract feeds.
    pub fn fed_by(&self, field: Field) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.from.contains(&field))
    }

    /// The groups, in the order of the file.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The owners, in the order of the file.
    pub fn owners(&self) -> &[Owner] {
        &self.owners
    }

    /// The owner of a code.
    pub fn owner(&self, code: &str) -> Option<&Owner> {
        self.owners.iter().find(|owner| owner.code == code)
    }

    /// The checks, in the order of the file.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The check of a code.
    pub fn check(&self, code: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.code() == code)
    }
}

impl Owner {
    /// The owner's word in the file.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The department's short Chinese name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The extracts that it hands over; none of a visit or the program.
    pub fn sources(&self) -> &[SourceKind] {
        &self.sources
    }

    /// What else is to be known of it, in Chinese.
    pub fn remark(&self) -> Option<&str> {
        self.remark.as_deref()
    }
}

impl Group {
    /// The group's word in the file.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The Chinese name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The record whose items these are.
    pub const fn record(&self) -> Record {
        self.record
    }
}

impl Item {
    /// The record that it belongs to.
    pub const fn record(&self) -> Record {
        self.record
    }

    /// The code of its group.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The canonical name: the column in a run and in the registry.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What a clerk calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The code of the element in the social insurance systems, such as AAC003, where it is known for sure.
    pub fn element(&self) -> Option<&str> {
        self.element.as_deref()
    }

    /// The fields of extracts that it comes from; none of what is only computed or asked.
    pub fn from(&self) -> &[Field] {
        &self.from
    }

    /// What its values are.
    pub const fn form(&self) -> Form {
        self.form
    }

    /// Whether it may have several values.
    pub const fn many(&self) -> bool {
        self.many
    }

    /// The most characters that a value may have.
    pub const fn width(&self) -> Option<usize> {
        self.width
    }

    /// The name of the code table; of coded items only.
    pub fn table(&self) -> Option<&str> {
        self.table.as_deref()
    }

    /// The code of its owner.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Whose value stands where two differ.
    pub const fn wins(&self) -> Wins {
        self.wins
    }

    /// Whether its values are personal data, which only the registry's private module stores and which never stand in
    /// a log, an error or a count of values.
    pub const fn personal(&self) -> bool {
        self.personal
    }

    /// Whether it counts for the completeness of a record.
    pub const fn counts(&self) -> bool {
        self.counts
    }

    /// The codes of its checks.
    pub fn checks(&self) -> &[String] {
        &self.checks
    }

    /// What it is, in one Chinese sentence.
    pub fn definition(&self) -> &str {
        &self.definition
    }
}
