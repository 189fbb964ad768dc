use canbao_domain::date::{Date, Month};
use proptest::prelude::*;

fn read(text: &str) -> Option<String> {
    Date::parse(text).map(|date| date.to_string())
}

/// Every day from 1600 to 2400, counted one by one.
#[test]
fn days_are_those_of_a_calendar_counted_day_by_day() {
    let mut expected = Date::from_ymd(1600, 1, 1).unwrap().days();
    assert_eq!(Date::from_ymd(1970, 1, 1), Some(Date(0)));
    assert_eq!(Date::from_ymd(2016, 11, 1), Some(Date(17_106)));
    for year in 1600..2400 {
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (month, days) in (1..).zip([31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
            for day in 1..=days {
                let date = Date::from_ymd(year, month, day).unwrap();
                assert_eq!((date.days(), date.ymd()), (expected, (year, month, day)));
                expected += 1;
            }
            assert_eq!(Date::from_ymd(year, month, days + 1), None);
            assert_eq!(Date::from_ymd(year, month, 0), None);
        }
    }
    assert_eq!(Date::from_ymd(2000, 13, 1), None);
    assert_eq!(Date::from_ymd(2000, 0, 1), None);
    assert_eq!(Date::from_ymd(i32::MAX, 1, 1), None);
}

#[test]
fn written_days() {
    for text in [
        "1985-03-12",
        "1985/3/12",
        "1985.3.12",
        "19850312",
        "1985年3月12日",
        "1985年03月12",
        "１９８５－０３－１２",
        "１９８５年３月１２日",
        "1985-3-12 00:00:00",
        "1985-03-12T08:30:00",
        "1985-03-12T08:30:00.000Z",
        "1985/3/12 0:00",
        "19850312 00:00:00",
        "19850312000000",
        "19850312.0",
        " 1985-03-12 ",
        "'1985-03-12",
        "\u{feff}19850312",
        "1985 - 3 - 12",
        "1985-3-12 上午 8:00",
        "1985。3。12",
        "1985、3、12",
    ] {
        assert_eq!(read(text).as_deref(), Some("1985-03-12"), "{text:?}");
    }
}

#[test]
fn what_is_no_day() {
    for text in [
        "",
        "0",
        "-",
        "无",
        "1985",
        "1985-03",
        "198503",
        "85-03-12",
        "850312",
        "1985-13-01",
        "1985-02-29",
        "19850229",
        "00000000",
        "0000-00-00",
        "12/3/1985",
        "1985-3-12-4",
        "1985-03-12abc",
        "1985031",
        "198503123",
        "31118",
        "1985--3-12",
        "1985-03-1２3",
        "610902198503121231",
        "1985-3-123",
    ] {
        assert_eq!(read(text), None, "{text:?}");
    }
}

#[test]
fn written_months() {
    for text in [
        "200301",
        "2003-01",
        "2003.1",
        "2003年1月",
        "2003/1",
        "２００３０１",
        "2003-01-15",
        "20030131",
        "2003年1月5日",
        "2003-1",
    ] {
        assert_eq!(Month::parse(text).map(|month| month.to_string()).as_deref(), Some("2003-01"), "{text:?}");
    }
    for text in ["", "2003", "200313", "2003-00", "0301", "03-01", "2003年", "无"] {
        assert_eq!(Month::parse(text), None, "{text:?}");
    }
    assert_eq!(Month::parse("2003.10").unwrap().ym(), (2003, 10));
}

#[test]
fn age_in_full_years() {
    let day = |text: &str| Date::parse(text).unwrap();
    for (born, on, age) in [
        ("2000-11-01", "2016-11-01", 16), // on the birthday
        ("2000-11-02", "2016-11-01", 15), // the day before
        ("2000-10-31", "2016-11-01", 16),
        ("2000-02-29", "2016-02-28", 15),
        ("2000-02-29", "2016-02-29", 16),
        ("2001-03-01", "2017-02-28", 15),
        ("2000-02-29", "2017-02-28", 16),
        ("2016-11-01", "2016-11-01", 0),
        ("2016-11-02", "2016-11-01", -1),
        ("1900-01-01", "2016-11-01", 116),
    ] {
        assert_eq!(day(born).age_on(day(on)), age, "{born} on {on}");
    }
}

proptest! {
    #[test]
    fn days_round_trip(days in -1_000_000_i32..1_000_000) {
        let date = Date(days);
        let (year, month, day) = date.ymd();
        prop_assert_eq!(Date::from_ymd(year, month, day), Some(date));
        prop_assert_eq!(Month::of(date).first_day(), Date::from_ymd(year, month, 1));
        if (1000..=9999).contains(&year) {
            prop_assert_eq!(Date::parse(&date.to_string()), Some(date));
            prop_assert_eq!(Date::parse(&format!("{year}年{month}月{day}日")), Some(date));
            prop_assert_eq!(Date::parse(&format!("{year}{month:02}{day:02}")), Some(date));
            prop_assert_eq!(Month::parse(&format!("{year}{month:02}")), Some(Month::of(date)));
        }
    }

    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,40}") {
        let _ = (Date::parse(&text), Month::parse(&text));
    }

    #[test]
    fn any_date_like_text_is_read_without_panic(text in "[0-9０-９/.年月日 :T-]{0,30}") {
        let _ = (Date::parse(&text), Month::parse(&text));
    }
}
