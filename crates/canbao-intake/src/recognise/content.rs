//! Columns without names, told by what they hold.

use canbao_domain::Sex;
use canbao_domain::credit::CreditCode;
use canbao_domain::date::Date;
use canbao_domain::number::{CitizenNumber, read_number};
use canbao_domain::source::Field;

use super::Layout;
use super::layout::{Wish, wished_at};
use super::sample::{SampleRow, common_width};
use crate::profile::{Profile, UNKNOWN};

/// The commonest surnames, which four fifths of all people have.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文柯屈";

/// The layout of a part without a header: `None` unless its numbers and names are found.
pub(crate) fn by_content(profile: &Profile, wish: Wish<'_>, sample: &[SampleRow]) -> Option<Layout> {
    let (width, _) = common_width(sample);
    // Titles above the rows are narrower.
    let start = sample.iter().position(|row| row.cells.len() * 2 > width)?;
    let mut rows: Vec<&SampleRow> = sample.iter().skip(start).filter(|row| row.cells.len() <= width).collect();
    let titles = sample.get(..start).and_then(<[_]>::last).map_or(0, |row| row.line);
    let mut columns = Columns { profile, rows: &rows, fields: vec![None; width] };
    for (column, slot) in columns.fields.iter_mut().enumerate() {
        *slot = wished_at(wish.columns, column);
    }
    columns.fill();
    let fields = std::mem::take(&mut columns.fields);
    let mut layout = Layout { header_row: titles, headers: vec![String::new(); width], fields, serials: false };
    let person = profile.kind().is_person();
    let number = layout.column_of(if person { Field::Number } else { Field::CreditCode });
    let name = layout.column_of(Field::Name);
    if number.is_none() || name.is_none() {
        // What the city file names is enough.
        let told = layout.fields.iter().flatten().any(|field| wish.columns.values().any(|wished| wished == field));
        if !(told && layout.is_usable()) {
            return None;
        }
    }
    // A first row with no digit where all others have a number is a header whose words nobody knows.
    let first = rows.first()?;
    let worded = number
        .and_then(|column| first.cells.get(column))
        .is_some_and(|cell| !cell.trim().is_empty() && !cell.chars().any(|c| c.is_ascii_digit()));
    if worded && wish.header_row != Some(0) && rows.len() > 2 {
        layout.header_row = first.line;
        layout.headers = first.cells.clone();
        layout.headers.resize(width, String::new());
        rows.remove(0);
    }
    Some(layout)
}

/// Whether a table holds rows of people or employers: some valid numbers, or many codes.
pub(crate) fn holds_people(sample: &[SampleRow]) -> bool {
    let is_one = |cell: &String| valid(cell).is_some() || is_credit(cell);
    let rows = sample.iter().filter(|row| row.cells.iter().any(is_one)).count();
    rows >= 3 || rows * 5 > sample.len()
}

fn valid(cell: &str) -> Option<CitizenNumber> {
    read_number(cell, None).number
}

fn is_credit(cell: &str) -> bool {
    CreditCode::parse(cell.trim().as_bytes()).is_some()
}

struct Columns<'a> {
    profile: &'a Profile,
    rows: &'a [&'a SampleRow],
    fields: Vec<Option<Field>>,
}

impl Columns<'_> {
    fn fill(&mut self) {
        if !self.profile.kind().is_person() {
            self.take(Field::CreditCode, 0.6, |_, cell| is_credit(cell));
            self.take(Field::Name, 0.5, |_, cell| {
                cell.chars().any(|c| "公司店厂部社中心院校局".contains(c)) && cell.chars().count() >= 4
            });
            self.take_status();
            return;
        }
        self.take(Field::Number, 0.5, |_, cell| valid(cell).is_some());
        let Some(column) = self.fields.iter().position(|field| *field == Some(Field::Number)) else { return };
        let own = move |row: &SampleRow| row.cells.get(column).and_then(|cell| valid(cell));
        self.take(Field::Name, 0.6, |_, cell| is_name(cell));
        self.take(Field::BirthDate, 0.8, |row, cell| {
            own(row).is_some_and(|number| Date::parse(cell) == Some(number.birth()))
        });
        let profile = self.profile;
        self.take(Field::Sex, 0.8, |row, cell| {
            own(row).is_some_and(|number| {
                let code = profile.codes.read(Field::Sex, cell);
                Sex::from_code(code) == Some(number.sex())
            })
        });
        self.take(Field::Phone, 0.8, |_, cell| is_phone(cell));
        self.take(Field::AreaCode, 0.9, |_, cell| is_area(cell, 12));
        self.take(Field::AreaCode, 0.9, |_, cell| is_area(cell, 9));
        self.take(Field::Ethnic, 0.9, |_, cell| cell.ends_with('族') && cell.chars().count() <= 6);
        self.take(Field::Relation, 0.8, |_, cell| {
            let known = [
                "户主", "本人", "妻", "夫", "子", "女", "父", "母", "配偶", "长子", "次子", "长女", "次女", "儿媳",
                "孙子", "孙女", "成员",
            ];
            known.contains(&cell.trim())
        });
        self.take(Field::Hukou, 0.9, |_, cell| {
            matches!(cell.trim(), "农业" | "非农业" | "农业户口" | "非农业户口" | "居民户口" | "城镇" | "农村")
        });
        self.take_status();
    }

    /// A column of words that the status's table knows; bare digits could be any code.
    fn take_status(&mut self) {
        let profile = self.profile;
        self.take(Field::Status, 0.9, |_, cell| {
            !cell.is_ascii() && !matches!(profile.codes.read(Field::Status, cell), 0 | UNKNOWN)
        });
    }

    /// Gives a field the column most of whose filled cells are like it, if its share is at least `least`.
    fn take(&mut self, field: Field, least: f64, like: impl Fn(&SampleRow, &str) -> bool) {
        if !self.profile.kind().has(field) || self.fields.contains(&Some(field)) {
            return;
        }
        let mut best: Option<(f64, usize)> = None;
        for (column, slot) in self.fields.iter().enumerate() {
            if slot.is_some() {
                continue;
            }
            let (mut filled, mut alike) = (0.0, 0.0);
            for row in self.rows {
                let Some(cell) = row.cells.get(column).filter(|cell| !cell.trim().is_empty()) else { continue };
                filled += 1.0;
                alike += f64::from(u8::from(like(row, cell)));
            }
            let share = if filled == 0.0 { 0.0 } else { alike / filled };
            if share >= least && best.is_none_or(|(most, _)| share > most) {
                best = Some((share, column));
            }
        }
        if let Some((_, column)) = best
            && let Some(slot) = self.fields.get_mut(column)
        {
            *slot = Some(field);
        }
    }
}

fn is_name(cell: &str) -> bool {
    let mut chars = cell.chars().filter(|c| !c.is_whitespace());
    let surname = chars.next().is_some_and(|c| SURNAMES.contains(c));
    let given = chars.try_fold(0, |count, c| ('\u{3400}'..='\u{9fff}').contains(&c).then_some(count + 1));
    surname && given.is_some_and(|count| (1..=3).contains(&count))
}

fn is_phone(cell: &str) -> bool {
    let cell = cell.trim();
    cell.len() == 11 && cell.starts_with('1') && cell.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_area(cell: &str, digits: usize) -> bool {
    let cell = cell.trim();
    let province = cell.get(..2).and_then(|code| code.parse::<u8>().ok());
    cell.len() == digits
        && cell.bytes().all(|byte| byte.is_ascii_digit())
        && province.is_some_and(|code| (11..=82).contains(&code))
}
