//! Columns without names, told by what they hold.

use canbao_domain::Sex;
use canbao_domain::credit::CreditCode;
use canbao_domain::date::Date;
use canbao_domain::number::{CitizenNumber, read_number};
use canbao_domain::source::Field;

use super::Layout;
use super::layout::{Wish, assign, wished_at};
use super::sample::{SampleRow, common_width};
use crate::profile::{Header, Profile, UNKNOWN};

/// The commonest surnames, which four fifths of all people have.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文柯屈";

/// What stands in a column of relations to the head of a household.
const RELATIONS: [&str; 18] = [
    "户主", "本人", "妻", "夫", "子", "女", "父", "母", "配偶", "长子", "次子", "长女", "次女", "儿媳", "孙子", "孙女",
    "成员", "其他",
];
/// What stands in a column of the hukou's nature.
const HUKOU: [&str; 7] = ["农业", "非农业", "农业户口", "非农业户口", "居民户口", "城镇", "农村"];
/// What a header says of a column that is about somebody else than the row's own person.
const OTHERS: [&str; 22] = [
    "户主",
    "家长",
    "父",
    "母",
    "配偶",
    "监护",
    "联系人",
    "法人",
    "法定代表",
    "负责人",
    "经办",
    "审核",
    "复核",
    "填表",
    "采集",
    "录入",
    "操作",
    "申请人",
    "代办",
    "推荐",
    "原",
    "旧",
];

/// The layout of a part without a header: `None` unless its numbers and names are found.
pub(crate) fn by_content(profile: &Profile, wish: Wish<'_>, sample: &[SampleRow]) -> Option<Layout> {
    let (width, _) = common_width(sample);
    // Titles above the rows are narrower.
    let start = sample.iter().position(|row| row.cells.len() * 2 > width)?;
    let rows: Vec<&SampleRow> = sample.iter().skip(start).filter(|row| row.cells.len() <= width).collect();
    let titles = sample.get(..start).and_then(<[_]>::last).map_or(0, |row| row.line);
    let places = (0..width).map(|column| wished_at(wish.columns, column)).collect();
    let fields = Columns { profile, rows: &rows, fields: places, barred: vec![false; width] }.fill();
    let mut layout = Layout { header_row: titles, headers: vec![String::new(); width], fields, serials: false };
    let person = profile.kind().is_person();
    let number = layout.column_of(if person { Field::Number } else { Field::CreditCode });
    // A first row with no digit where all others have a number is a header whose words nobody knows.
    let first = rows.first()?;
    let worded = number
        .and_then(|column| first.cells.get(column))
        .is_some_and(|cell| !cell.trim().is_empty() && !cell.chars().any(|c| c.is_ascii_digit()));
    if worded && wish.header_row != Some(0) && rows.len() > 2 {
        layout.header_row = first.line;
        layout.headers.clone_from(&first.cells);
        layout.headers.resize(width, String::new());
        // Or some of its words are known: they go first.
        let fields = assign(profile, wish, &layout.headers);
        let barred = barred(&layout.headers);
        layout.fields = Columns { profile, rows: rows.get(1..)?, fields, barred }.fill();
    }
    let number = layout.column_of(if person { Field::Number } else { Field::CreditCode });
    if number.is_none() || layout.column_of(Field::Name).is_none() {
        // What the city file names is enough.
        let told = layout.fields.iter().flatten().any(|field| wish.columns.values().any(|wished| wished == field));
        return (told && layout.is_usable()).then_some(layout);
    }
    Some(layout)
}

/// Adds to a layout by header what only its rows tell: a number or name under a header that nobody knows,
/// and which of two columns that may hold the number does.
pub(crate) fn complete(profile: &Profile, wish: Wish<'_>, layout: &mut Layout, sample: &[SampleRow]) {
    let rows: Vec<&SampleRow> = sample.iter().filter(|row| row.line > layout.header_row).collect();
    if profile.kind().is_person()
        && let Some(column) = layout.column_of(Field::Number)
        && !wish.columns.values().any(|field| *field == Field::Number)
    {
        let share = |column: usize| {
            let valid = rows.iter().filter(|row| row.cells.get(column).is_some_and(|cell| valid(cell).is_some()));
            valid.count() * 10 / rows.len().max(1)
        };
        let may =
            |header: &String| profile.lookup(&Header::new(header)).iter().any(|(field, _)| *field == Field::Number);
        let others = layout.headers.iter().enumerate().filter(|(other, header)| *other != column && may(header));
        let best =
            others.map(|(other, _)| (share(other), other)).max_by_key(|(share, other)| (*share, usize::MAX - other));
        if let Some((most, other)) = best
            && most > share(column) + 3
        {
            layout.fields.swap(column, other);
        }
    }
    let fields = std::mem::take(&mut layout.fields);
    let barred = barred(&layout.headers);
    layout.fields = Columns { profile, rows: &rows, fields, barred }.fill_keys();
}

/// Which columns are about somebody else.
fn barred(headers: &[String]) -> Vec<bool> {
    headers.iter().map(|header| OTHERS.iter().any(|word| header.contains(word))).collect()
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
    /// Columns that are not looked at.
    barred: Vec<bool>,
}

impl Columns<'_> {
    /// Finds the columns by which a row is told.
    fn fill_keys(mut self) -> Vec<Option<Field>> {
        self.take_keys();
        self.fields
    }

    fn take_keys(&mut self) {
        if self.profile.kind().is_person() {
            self.take(Field::Number, 0.5, |_, cell| valid(cell).is_some());
            self.take(Field::Name, 0.6, |_, cell| is_name(cell));
        } else {
            self.take(Field::CreditCode, 0.6, |_, cell| is_credit(cell));
            self.take(Field::Name, 0.5, |_, cell| {
                cell.chars().any(|c| "公司店厂部社中心院校局".contains(c)) && cell.chars().count() >= 4
            });
        }
    }

    /// Finds all columns.
    fn fill(mut self) -> Vec<Option<Field>> {
        self.take_keys();
        if self.profile.kind().is_person() {
            self.take_items();
        }
        self.take_status();
        self.fields
    }

    fn take_items(&mut self) {
        let Some(column) = self.fields.iter().position(|field| *field == Some(Field::Number)) else { return };
        let own = move |row: &SampleRow| row.cells.get(column).and_then(|cell| valid(cell));
        self.take(Field::BirthDate, 0.8, |row, cell| {
            own(row).is_some_and(|number| Date::parse(cell) == Some(number.birth()))
        });
        let profile = self.profile;
        self.take(Field::Sex, 0.8, |row, cell| {
            own(row).is_some_and(|number| Sex::from_code(profile.codes.read(Field::Sex, cell)) == Some(number.sex()))
        });
        self.take(Field::Phone, 0.8, |_, cell| is_phone(cell));
        self.take(Field::AreaCode, 0.9, |_, cell| is_area(cell, 12));
        self.take(Field::AreaCode, 0.9, |_, cell| is_area(cell, 9));
        self.take(Field::Ethnic, 0.9, |_, cell| cell.ends_with('族') && cell.chars().count() <= 6);
        self.take(Field::Relation, 0.8, |_, cell| RELATIONS.contains(&cell.trim()));
        self.take(Field::Hukou, 0.9, |_, cell| HUKOU.contains(&cell.trim()));
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
            if slot.is_some() || self.barred.get(column) == Some(&true) {
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
