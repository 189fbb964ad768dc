//! What a table is put together of, as it stands in the address: words and codes, never anything personal.

use canbao_domain::date::Date;
use canbao_domain::rules::Category;
use canbao_report::ReportError;
use canbao_report::cube::{Depth, Dimension, Filter, Grid, Tree, Value};
use canbao_report::indicator::Indicator;

use crate::page::given::Given;
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

/// Days that a snapshot may be old and its ages still be those of today.
const CURRENT: i32 = 40;

/// Rows, columns, what is counted, of whom.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) rows: Dimension,
    pub(super) columns: Option<Dimension>,
    pub(super) measure: String,
    pub(super) snapshot: String,
    pub(super) tree: Tree,
    /// Who has this value of a dimension.
    pub(super) only: Vec<(Dimension, String)>,
}

impl Asked {
    /// Reads an address; what is none of its words is left out.
    pub(super) fn read(given: &Given) -> Result<Self, ReportError> {
        let dimension = |name: &str| given.maybe(name).map(|word| Dimension::from_word(&word)).transpose();
        let rows = dimension("rows")?.unwrap_or(Dimension::Area(Depth::Below));
        let columns = dimension("cols")?.filter(|columns| *columns != rows);
        let by_people = Dimension::ALL.into_iter().filter(|dimension| dimension.is_of_people());
        let only = by_people.filter_map(|dimension| Some((dimension, given.maybe(dimension.as_str())?)));
        Ok(Self {
            rows,
            columns,
            measure: given.maybe("measure").unwrap_or_else(|| "coverage".to_owned()),
            snapshot: given.maybe("snapshot").filter(|id| id.parse::<i64>().is_ok()).unwrap_or_default(),
            tree: Tree::from_word(given.text("tree")).unwrap_or_default(),
            only: only.collect(),
        })
    }

    /// The address behind `?`.
    pub(super) fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("measure", &self.measure).append_pair("rows", self.rows.as_str());
        if let Some(columns) = self.columns {
            query.append_pair("cols", columns.as_str());
        }
        for (dimension, key) in &self.only {
            query.append_pair(dimension.as_str(), key);
        }
        if self.tree != Tree::default() {
            query.append_pair("tree", self.tree.as_str());
        }
        if !self.snapshot.is_empty() {
            query.append_pair("snapshot", &self.snapshot);
        }
        query.finish()
    }

    pub(super) fn filter(&self, visitor: &Visitor) -> Filter {
        let only = self.only.iter().map(|(dimension, key)| (*dimension, vec![key.clone()]));
        Filter { tree: self.tree, only: only.collect(), ..super::filter(visitor) }
    }

    /// `镇(办) × 年龄段`.
    pub(super) fn by(&self) -> String {
        match self.columns {
            None => self.rows.chinese().to_owned(),
            Some(columns) => format!("{} × {}", self.rows.chinese(), columns.chinese()),
        }
    }

    /// The way to the people behind a cell of a snapshot of `as_of`: none where a list cannot say whom it counts, or somebody may
    /// not see them. The list is of the record as it is now, and of ages as they are today.
    pub(super) fn people(
        &self,
        visitor: &Visitor,
        measure: Indicator,
        row: Option<&Value>,
        column: Option<&Value>,
        as_of: Date,
    ) -> String {
        let counted = Category::from_word(&measure.code);
        let everybody = measure.code == "record";
        if !visitor.may(Right::People) || self.tree != Tree::Reporting || (counted.is_none() && !everybody) {
            return String::new();
        }
        let mut category = counted.map(|category| category.as_str().to_owned());
        let mut asked: Vec<(&str, String)> = Vec::new();
        let own = self.only.iter().map(|(dimension, key)| (*dimension, key.as_str()));
        let at = |dimension: Option<Dimension>, value: Option<&'_ Value>| {
            dimension.zip(value.map(|value| value.key.clone()))
        };
        let sides: Vec<(Dimension, String)> =
            [at(Some(self.rows), row), at(self.columns, column)].into_iter().flatten().collect();
        for (dimension, key) in own.chain(sides.iter().map(|(dimension, key)| (*dimension, key.as_str()))) {
            let told = match (dimension, key) {
                (_, "") => None,
                (Dimension::Area(_), code) => Some(("town", code.to_owned())),
                (Dimension::Sex, "male") => Some(("sex", "1".to_owned())),
                (Dimension::Sex, "female") => Some(("sex", "2".to_owned())),
                // in a month few have a birthday that counts; in years many
                (Dimension::Age, _) if say::today().0 - as_of.0 > CURRENT => None,
                (Dimension::Age, "unknown") => None,
                (Dimension::Age, band) => Some(("age", band.to_owned())),
                (Dimension::Subsistence, "yes") => Some(("aid", "subsistence".to_owned())),
                (Dimension::Disability, "yes") => Some(("aid", "disability".to_owned())),
                (Dimension::Scheme, "none" | "elsewhere") => None,
                (Dimension::Scheme, word) => Some(("scheme", word.to_owned())),
                (Dimension::Category, word) if everybody && category.is_none() => {
                    category = Some(word.to_owned());
                    continue;
                }
                (Dimension::Category, word) if category.as_deref() == Some(word) => continue,
                _ => None,
            };
            // a list takes one of each
            match told {
                Some((name, value)) if asked.iter().all(|(known, _)| *known != name) => asked.push((name, value)),
                _ => return String::new(),
            }
        }
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(category) = category {
            query.append_pair("category", &category);
        }
        for (name, value) in asked {
            query.append_pair(name, &value);
        }
        format!("/people?{}", query.finish())
    }
}

/// Whether a table has columns besides the total of each row.
pub(super) fn is_wide(grid: &Grid) -> bool {
    grid.columns.len() > 1 || grid.columns.iter().any(|column| !column.key.is_empty())
}
