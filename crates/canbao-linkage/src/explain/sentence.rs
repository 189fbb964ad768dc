//! The sentence put together.

use super::field;
use super::{AreaLevel, Explanation, Method, Notes, Rival, Why, constant, unresolved};
use crate::dates::DateAgreement;
use crate::names::NameAgreement;
use crate::numbers::NumberAgreement;

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

fn linked(e: &Explanation, out: &mut String) {
    let (said, person) = field::number(e.number, e.known);
    if e.notes.has(Notes::RELATIVE) {
        out.push_str("所填号码有效但属同户家属，按其他项目查得");
    } else if e.notes.has(Notes::FORMER_NUMBER) {
        out.push_str("所填号码有效但不是现用号码，应为曾用号码或第二个号码，按其他项目查得");
    } else if e.notes.has(Notes::ANOTHERS) {
        out.push_str("所填号码有效但属他人，按其他项目查得");
    } else {
        out.push_str(said);
    }
    out.push_str(person);
    fields(e, out);
    notes(e, out);
    out.push_str(match e.rival {
        Rival::None => "，未见第二人相符。",
        Rival::Behind => "；另有相近者，但依据明显较弱。",
        Rival::Close | Rival::Several => "；另有相近者，请留意。",
    });
}

/// `；姓名、性别均一致，出生日期似以农历填写`.
fn fields(e: &Explanation, out: &mut String) {
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
        out.push_str(if k == 0 { "；" } else { "、" });
        out.push_str(name);
    }
    match count {
        0 => {}
        1 => out.push_str("一致"),
        _ => out.push_str("均一致"),
    }
    let differing = [
        field::name(e.name),
        field::birth(e.birth),
        (e.sex == Some(false)).then_some("性别不同"),
        (e.area == AreaLevel::Differs).then_some("所在县（区）不同"),
        (e.household == Some(false)).then_some("户号不同"),
    ];
    for (k, words) in differing.into_iter().flatten().enumerate() {
        out.push_str(if k == 0 && count == 0 { "；" } else { "，" });
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
    let candidate = match why {
        Why::NoCandidate | Why::Empty | Why::OtherCertificate => false,
        Why::Alike | Why::NameOnly | Why::NumberOnly | Why::Weak => {
            e.name != NameAgreement::Missing || e.number < NumberAgreement::SameBirth
        }
    };
    if !candidate {
        out.push_str(unresolved(why));
        return;
    }
    out.push_str(match e.number {
        NumberAgreement::Missing => "号码空缺或无效",
        NumberAgreement::SameBirth | NumberAgreement::Unrelated => "号码无法更正",
        NumberAgreement::Truncated => "号码尾部被截去",
        _ => "号码有误，可更正为不止一个号码",
    });
    out.push_str(match why {
        Why::Alike => "，有两人以上同样相符",
        _ => "，最接近的人",
    });
    fields(e, out);
    out.push_str(match why {
        Why::Alike => "，无法确定是谁，须入户或调档核实。",
        Why::NameOnly => "，此外无其他依据，不能认定，须入户或调档核实。",
        _ => "，依据不足，不能认定，须入户或调档核实。",
    });
}
