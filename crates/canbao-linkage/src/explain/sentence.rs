//! The sentence put together.

use super::field;
use super::{AreaLevel, Explanation, Method, Notes, Rival, Why, constant, unresolved};
use crate::dates::DateAgreement;
use crate::names::NameAgreement;

/// One Chinese sentence for a link, or for a row that has none.
pub fn sentence(explanation: &Explanation) -> String {
    let mut out = String::new();
    write_sentence(explanation, &mut out);
    out
}

/// Appends the sentence to `out`; the same explanation always gives the same words.
pub fn write_sentence(explanation: &Explanation, out: &mut String) {
    let e = explanation;
    match e.method {
        Method::Unresolved => open(e, out),
        Method::Corrected | Method::Matched => linked(e, out),
        _ => {
            out.push_str(constant(e.method, e.name).unwrap_or_default());
            if field::by_number(e.method) && e.notes != Notes::NONE {
                // before the full stop
                out.pop();
                notes(e, out);
                out.push('。');
            }
        }
    }
}

/// Below this probability a link that was made should be looked at in a sample.
const SURE: f64 = 0.995;

fn linked(e: &Explanation, out: &mut String) {
    let (said, person) = field::number(e.number, e.known);
    out.push_str(if e.notes.has(Notes::RELATIVE) {
        "所填号码有效但属同户家属，按其他项目查得"
    } else if e.notes.has(Notes::FORMER_NUMBER) {
        "所填号码有效但不是现用号码，应为曾用号码或第二个号码，按其他项目查得"
    } else if e.notes.has(Notes::ANOTHERS) {
        "所填号码有效但属他人，按其他项目查得"
    } else {
        said
    });
    out.push_str(person);
    fields(e, "；", out);
    notes(e, out);
    out.push_str(match e.rival {
        Rival::None => "，未见第二人相符",
        Rival::Behind => "；另有相近者，但依据明显较弱",
        Rival::Close | Rival::Several => "；另有相近者，请留意",
    });
    out.push_str(if e.confidence < SURE { "，宜抽查核对。" } else { "。" });
}

/// `姓名、性别均一致，出生日期似以农历填写`, after `first`; nothing where no field says anything.
fn fields(e: &Explanation, first: &str, out: &mut String) {
    let agreeing = [
        (e.name == NameAgreement::Equal).then_some("姓名"),
        (e.sex == Some(true)).then_some("性别"),
        (e.birth == DateAgreement::Equal).then_some("出生日期"),
        field::area(e.area),
        (e.household == Some(true)).then_some("户号"),
        (e.unit == Some(true)).then_some("单位"),
        (e.phone == Some(true)).then_some("联系电话"),
    ];
    let count = agreeing.iter().flatten().count();
    for (k, name) in agreeing.into_iter().flatten().enumerate() {
        out.push_str(if k == 0 { first } else { "、" });
        out.push_str(name);
    }
    out.push_str(match count {
        0 => "",
        1 => "一致",
        _ => "均一致",
    });
    // an unresolved row has said that its name is blank
    let name = field::name(e.name).filter(|_| e.method != Method::Unresolved || e.name != NameAgreement::Missing);
    let differing = [
        name,
        field::birth(e.birth),
        (e.sex == Some(false)).then_some("性别不同"),
        (e.area == AreaLevel::Differs).then_some("所在县（区）不同"),
        (e.household == Some(false)).then_some("户号不同"),
    ];
    for (k, words) in differing.into_iter().flatten().enumerate() {
        out.push_str(if k == 0 && count == 0 { first } else { "，" });
        out.push_str(words);
    }
}

fn notes(e: &Explanation, out: &mut String) {
    if e.notes.has(Notes::OTHER_SOURCES) {
        out.push_str("，其他部门数据可以印证");
    }
    if e.notes.has(Notes::FILLS_GAP) {
        out.push_str("，此人在该类数据中尚无记录");
    }
    if e.notes.has(Notes::ALREADY_LISTED) {
        out.push_str("，此人在该数据中另有记录");
    }
    if field::by_number(e.method) {
        if e.notes.has(Notes::FORMER_NUMBER) {
            out.push_str("，该号码为此人曾用号码或第二个号码");
        }
        if e.notes.has(Notes::RELATIVE) {
            out.push_str("，该号码属同户家属");
        } else if e.notes.has(Notes::ANOTHERS) {
            out.push_str("，该号码属他人");
        }
    }
}

fn open(e: &Explanation, out: &mut String) {
    let why = e.why.unwrap_or(match e.rival {
        Rival::Close | Rival::Several => Why::Alike,
        Rival::None | Rival::Behind => Why::Weak,
    });
    let start = out.len();
    let said = match why {
        Why::NoCandidate | Why::Empty | Why::OtherCertificate => false,
        Why::Alike | Why::NameOnly | Why::NumberOnly | Why::Weak => candidate(e, why, out),
    };
    if !said {
        out.truncate(start);
        out.push_str(unresolved(why));
    }
}

/// What there is about the best candidate; false where there is nothing to say.
fn candidate(e: &Explanation, why: Why, out: &mut String) -> bool {
    let (number, beside) = field::open(e.number);
    out.push_str(number);
    if e.name == NameAgreement::Missing {
        out.push_str("、姓名空缺");
    }
    let begin = if why == Why::Alike {
        out.push_str("，有两人以上同样相符");
        "；"
    } else {
        out.push_str("，最接近的人");
        match beside {
            Some(beside) => {
                out.push_str(beside);
                "；"
            }
            None if why == Why::NameOnly && e.name == NameAgreement::Equal => "仅",
            None => "",
        }
    };
    let before = out.len();
    fields(e, begin, out);
    if out.len() == before && (why == Why::Alike || beside.is_none()) {
        return false;
    }
    out.push_str(match why {
        Why::Alike => "，无法确定是谁，须入户或调档核实。",
        Why::NameOnly | Why::NumberOnly => "，不能认定，须入户或调档核实。",
        _ => "，依据不足，不能认定，须入户或调档核实。",
    });
    true
}
