//! Reading of a region file.

use super::tree::{Area, number};
use super::{AreaError, AreaTree, Level};

/// A line of a region file.
struct Line<'a> {
    code: &'a str,
    number: u64,
    name: &'a str,
    level: Level,
    parent: &'a str,
    /// 1-based.
    line: usize,
}

impl AreaTree {
    /// Reads a region file: CSV text in UTF-8 with the columns `code`, `name`, `level` and `parent`; no commas within
    /// a cell. The city's own parent need not stand in it.
    ///
    /// # Errors
    /// Where a column or a parent is missing, a code does not fit its level, or one stands twice.
    pub fn parse(csv: &str) -> Result<Self, AreaError> {
        let lines = csv.trim_start_matches('\u{feff}').lines().enumerate();
        let mut lines = lines.filter(|(_, line)| !line.trim().is_empty());
        let header: Vec<&str> = lines.next().map(|(_, line)| split(line).collect()).unwrap_or_default();
        let column = |name| header.iter().position(|cell| *cell == name).ok_or(AreaError::Header(name));
        let columns = [column("code")?, column("name")?, column("level")?, column("parent")?];
        let mut read = lines.map(|(at, line)| read_line(line, at + 1, columns)).collect::<Result<Vec<_>, _>>()?;
        read.sort_by_key(|line| (line.code, line.line));
        build(&read)
    }
}

fn read_line(text: &str, line: usize, columns: [usize; 4]) -> Result<Line<'_>, AreaError> {
    let cells: Vec<&str> = split(text).collect();
    let mut fields = [""; 4];
    for (field, column) in fields.iter_mut().zip(columns) {
        *field = cells.get(column).ok_or(AreaError::Short(line))?;
    }
    let [code, name, level, parent] = fields;
    let level = Level::from_word(level).ok_or_else(|| AreaError::Level(line, level.to_owned()))?;
    let fits = code.len() == level.digits() && !code.starts_with('0');
    match number(code).filter(|_| fits) {
        Some(number) => Ok(Line { code, number, name, level, parent, line }),
        None => Err(AreaError::Code(line, code.to_owned())),
    }
}

fn build(read: &[Line]) -> Result<AreaTree, AreaError> {
    let mut order: Vec<(u64, usize)> = read.iter().enumerate().map(|(at, line)| (line.number, at)).collect();
    order.sort_unstable();
    let mut tree = AreaTree {
        areas: Vec::with_capacity(read.len()),
        sorted: order.iter().map(|(number, _)| *number).collect(),
        sorted_at: order.iter().map(|(_, at)| *at).collect(),
        counties: read.iter().enumerate().filter(|(_, line)| line.level == Level::County).map(|(at, _)| at).collect(),
    };
    for line in read {
        if tree.areas.last().is_some_and(|last| last.code == line.code) {
            return Err(AreaError::Twice(line.line, line.code.to_owned()));
        }
        let parent = tree.at(line.parent).and_then(|at| Some((at, read.get(at)?.level)));
        let parent = match parent {
            Some((at, above)) if above < line.level => Some(at),
            None if line.level == Level::City => None,
            _ => return Err(AreaError::Parent(line.line, line.parent.to_owned())),
        };
        let (code, name) = (line.code.to_owned(), line.name.to_owned());
        tree.areas.push(Area { code, name, level: line.level, parent, children: Vec::new() });
    }
    let links = tree.areas.iter().enumerate().filter_map(|(at, area)| Some((area.parent?, at)));
    for (parent, child) in links.collect::<Vec<_>>() {
        if let Some(parent) = tree.areas.get_mut(parent) {
            parent.children.push(child);
        }
    }
    if tree.counties.is_empty() { Err(AreaError::Empty) } else { Ok(tree) }
}

fn split(line: &str) -> impl Iterator<Item = &str> {
    line.split(',').map(|cell| cell.trim().trim_matches('"').trim())
}
