//! Rows of questions and answers.

use canbao_domain::date::Date;
use canbao_domain::source::Insurance;
use canbao_registry::exchange::rows::{
    AnswerRow, Asked, MAX_LINE, Outcome, QuestionRow, Row, RowReader, RowWriter, RowsError,
};
use proptest::prelude::*;

use super::number;

const QUESTION: &str = "{\"rows\":\"question\",\"version\":1}\n";
const ANSWER: &str = "{\"rows\":\"answer\",\"version\":1}\n";

fn question(row: u64) -> QuestionRow {
    QuestionRow { row, number: number(row), name: "某甲".to_owned(), asked: Asked { pension: true, medical: false } }
}

fn answer(row: u64, insurance: Insurance, outcome: Outcome) -> AnswerRow {
    AnswerRow { row, insurance, outcome, scheme: None, area: None, status: None, since: None }
}

fn written<T: Row>(rows: &[T]) -> Result<Vec<u8>, RowsError> {
    let mut bytes = Vec::new();
    let mut writer = RowWriter::new(&mut bytes)?;
    rows.iter().try_for_each(|row| writer.write(row))?;
    assert_eq!(writer.finish(), rows.len() as u64);
    Ok(bytes)
}

fn read<T: Row>(bytes: &[u8], expected: u64) -> Result<Vec<T>, RowsError> {
    RowReader::new(bytes, expected)?.collect()
}

/// One line after the first, read as a question.
fn line(text: &str) -> Result<Vec<QuestionRow>, RowsError> {
    read(format!("{QUESTION}{text}\n").as_bytes(), 1)
}

proptest! {
    #[test]
    fn questions_come_back(rows in prop::collection::btree_map(any::<u64>(), (0_u64..900_000, "[一-龥·\"\\\\a-z]{1,60}", 0..3_u8), 0..40)) {
        let rows: Vec<_> = rows.into_iter().map(|(row, (counter, name, asked))| QuestionRow {
            row, number: number(counter), name, asked: Asked { pension: asked != 1, medical: asked != 0 },
        }).collect();
        prop_assert_eq!(read::<QuestionRow>(&written(&rows).unwrap(), rows.len() as u64).unwrap(), rows);
    }

    #[test]
    fn nothing_that_is_read_ends_the_program(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read::<QuestionRow>(&[QUESTION.as_bytes(), &bytes].concat(), 1).is_err());
        prop_assert!(read::<AnswerRow>(&bytes, 0).is_err());
    }
}

#[test]
fn answers_come_back() {
    let rows = [
        AnswerRow {
            scheme: Some("employee-pension".to_owned()),
            area: Some("999901".to_owned()),
            status: Some("10".to_owned()),
            since: Date::from_ymd(2010, 1, 31),
            ..answer(1, Insurance::Pension, Outcome::Insured)
        },
        AnswerRow { status: Some("30".to_owned()), ..answer(1, Insurance::Medical, Outcome::Uninsured) },
        answer(2, Insurance::Pension, Outcome::Unknown),
        answer(u64::MAX, Insurance::Medical, Outcome::NameDiffers),
    ];
    assert_eq!(read::<AnswerRow>(&written(&rows).unwrap(), 4).unwrap(), rows);
    let text = String::from_utf8(written(&rows[2..]).unwrap()).unwrap();
    assert!(
        text.starts_with(ANSWER) && text.ends_with(r#""outcome":"name-differs"}"#.to_owned().as_str().trim_end())
            || text.ends_with("\"name-differs\"}\n")
    );
}

#[test]
fn nothing_is_told_of_whom_the_answerer_does_not_know() {
    for outcome in [Outcome::Unknown, Outcome::NameDiffers] {
        let row = AnswerRow { area: Some("999901".to_owned()), ..answer(1, Insurance::Pension, outcome) };
        assert!(matches!(written(&[row]), Err(RowsError::Line { line: 2, .. })));
    }
    let told = r#"{"row":1,"insurance":"pension","outcome":"unknown","since":"2010-01-01"}"#;
    assert!(matches!(
        read::<AnswerRow>(format!("{ANSWER}{told}\n").as_bytes(), 1),
        Err(RowsError::Line { line: 2, .. })
    ));
    for (key, value) in
        [("scheme", "a b"), ("area", "12"), ("status", ""), ("since", "2010-02-30"), ("since", "20100101")]
    {
        let line = format!(r#"{{"row":1,"insurance":"pension","outcome":"insured","{key}":"{value}"}}"#);
        assert!(read::<AnswerRow>(format!("{ANSWER}{line}\n").as_bytes(), 1).is_err(), "{line}");
    }
    let other = r#"{"row":1,"insurance":"other","outcome":"unknown"}"#;
    assert!(read::<AnswerRow>(format!("{ANSWER}{other}\n").as_bytes(), 1).is_err());
}

#[test]
fn unknown_fields_do_not_disturb() {
    let number = String::from_utf8(number(1).bytes().to_vec()).unwrap();
    let rows =
        line(&format!(r#"{{"new":[{{}}],"row":1,"number":"{number}","name":"某甲","ask":["pension"],"x":null}}"#));
    assert_eq!(rows.unwrap(), [question(1)]);
}

#[test]
fn malformed_lines_are_told_by_number_and_never_quoted() {
    let held = String::from_utf8(number(1).bytes().to_vec()).unwrap();
    let good = format!(r#"{{"row":1,"number":"{held}","name":"某甲","ask":["pension"]}}"#);
    assert!(line(&good).is_ok());
    let wrong_check = format!("{}{}", &held[..17], if held.ends_with('0') { '1' } else { '0' });
    let bad = [
        String::new(),
        "[]".to_owned(),
        good.replace("某甲", ""),
        good.replace("某甲", " 某甲"),
        good.replace("某甲", &"某".repeat(61)),
        good.replace("某甲", "某\\n甲"),
        good.replace("pension", "某甲险"),
        good.replace("\"pension\"", ""),
        good.replace("\"pension\"", "\"pension\",\"pension\""),
        good.replace("\"row\":1", "\"row\":-1"),
        good.replace("\"row\":1", "\"row\":1,\"row\":1"),
        good.replace(&held, &wrong_check),
        good.replace(&held, ""),
        good.replace("\"name\":\"某甲\",", ""),
        format!("{good}{good}"),
    ];
    for text in bad {
        let error = line(&text).unwrap_err();
        assert!(matches!(error, RowsError::Line { line: 2, .. }), "{text}: {error:?}");
        let shown = format!("{error} {error:?} {:?}", error.hint());
        assert!(!shown.contains("某甲") && !shown.contains(&held[..17]), "{shown}");
    }
    let shown = format!("{:?}", question(1));
    assert!(!shown.contains("某甲") && !shown.contains(&held[6..14]), "{shown}");
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let rows = [question(1), question(2)];
    let bytes = written(&rows).unwrap();
    assert!(matches!(read::<QuestionRow>(&bytes, 3), Err(RowsError::Count { expected: 3, actual: 2 })));
    assert!(matches!(read::<QuestionRow>(&bytes, 1), Err(RowsError::Count { expected: 1, actual: 2 })));
    assert!(matches!(read::<QuestionRow>(&bytes[..bytes.len() - 1], 2), Err(RowsError::CutOff(3))));
    assert!(matches!(read::<AnswerRow>(&bytes, 2), Err(RowsError::Header("answer"))));
    assert!(matches!(read::<QuestionRow>(b"", 0), Err(RowsError::Header(_))));
    let newer = String::from_utf8(bytes.clone()).unwrap().replace("\"version\":1", "\"version\":2");
    assert!(matches!(read::<QuestionRow>(newer.as_bytes(), 2), Err(RowsError::Header(_))));
    assert!(matches!(written(&[question(2), question(1)]), Err(RowsError::Order(3))));
    assert!(matches!(written(&[question(2), question(2)]), Err(RowsError::Order(3))));
    let second = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let twice = [&bytes[..], &bytes[second..]].concat();
    assert!(matches!(read::<QuestionRow>(&twice, 4), Err(RowsError::Order(4))));
    let twice = [answer(1, Insurance::Medical, Outcome::Unknown), answer(1, Insurance::Pension, Outcome::Unknown)];
    assert!(matches!(written(&twice), Err(RowsError::Order(3))));
}

#[test]
fn a_long_line_is_refused_before_it_is_held() {
    let line = |length: usize| format!("{QUESTION}{{\"x\":\"{}\"}}\n", "a".repeat(length));
    let fits = MAX_LINE - 9;
    assert!(matches!(read::<QuestionRow>(line(fits).as_bytes(), 1), Err(RowsError::Line { .. })));
    assert!(matches!(read::<QuestionRow>(line(fits + 1).as_bytes(), 1), Err(RowsError::TooLong(2))));
    let endless = std::io::BufReader::new(std::io::repeat(b'a'));
    assert!(matches!(RowReader::<_, QuestionRow>::new(endless, 1), Err(RowsError::TooLong(1))));
}

#[test]
fn after_an_error_there_is_no_further_row() {
    let bytes = written(&[question(1), question(2)]).unwrap();
    let mut reader = RowReader::<_, QuestionRow>::new(&bytes[..bytes.len() - 1], 2).unwrap();
    assert!(reader.next().unwrap().is_ok());
    assert!(reader.next().unwrap().is_err());
    assert!(reader.next().is_none());
}
