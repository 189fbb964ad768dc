//! One finding: the two sides field by field, masked as a page masks them, and what stands behind them.

use canbao_registry::Versioned;
use canbao_registry::finding::Verdict;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Handled;
use super::list::{Line as InList, Origin};
use crate::api::frame::call::Ask;
use crate::api::frame::problem::Problem;
use crate::api::frame::{Told, word};
use crate::api::people;
use crate::page::find::county;
use crate::page::finding::side;
use crate::page::finding::view::{self, View, bits, candidate_of};
use crate::say;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CaseBeside)]
pub(super) struct Beside {
    /// 疑点编号
    #[schema(value_type = word::Id)]
    id: i64,
    /// 与哪一位候选人对照；不写是最可能的一位
    #[schema(value_type = Option<word::Id>)]
    with: Option<i64>,
}

/// 一段文字
#[derive(Serialize, ToSchema)]
#[schema(as = CasePiece)]
struct Piece {
    text: String,
    /// 两边在这里不同
    differs: bool,
}

fn pieces(pieces: Vec<side::Piece>) -> Vec<Piece> {
    pieces.into_iter().map(|piece| Piece { text: piece.text, differs: piece.marked }).collect()
}

/// 对照的一项
#[derive(Serialize, ToSchema)]
#[schema(as = CaseLine)]
struct Line {
    /// 项目
    field: &'static str,
    /// 项目的名称
    label: &'static str,
    /// 这一行写的，已遮盖，不同的显示；没有写的为空
    row: Vec<Piece>,
    /// 登记库里的（或另一行写的），同上
    record: Vec<Piece>,
    /// 怎样相符，几个字
    said: String,
    /// 这一项的分量（以 2 为底的似然比对数）：每多 1，是同一人与不是同一人的可能之比翻一番；没有衡量的没有
    weight: Option<f64>,
}

impl Line {
    fn of(line: view::Line) -> Self {
        let view::Line { field, label, row, record, said, weight } = line;
        Self { field, label, row: pieces(row), record: pieces(record), said, weight }
    }
}

/// 可能是的一个人
#[derive(Serialize, ToSchema)]
#[schema(as = CasePerson)]
struct Person {
    #[serde(flatten)]
    line: people::Line,
    #[schema(value_type = word::InsuranceState)]
    pension: &'static str,
    #[schema(value_type = word::InsuranceState)]
    medical: &'static str,
    /// 把握，0 到 1；没有衡量的没有
    confidence: Option<f64>,
    /// 已经核定不是
    excluded: bool,
    /// 现在与他对照
    compared: bool,
}

/// 现在可以下的结论
#[derive(Serialize, ToSchema)]
#[schema(as = CaseVerdict)]
struct Possible {
    #[schema(value_type = word::Ruling)]
    verdict: &'static str,
    /// 结论的说法
    said: &'static str,
    /// 下了以后会怎样
    follows: &'static str,
}

/// 原文件里的位置
#[derive(Serialize, ToSchema)]
#[schema(as = CaseFile)]
struct File {
    /// 文件
    file: String,
    /// 工作表
    sheet: Option<String>,
    /// 第几行
    line: i64,
}

/// 一条疑点
#[derive(Serialize, ToSchema)]
#[schema(as = Case)]
pub(super) struct Case {
    #[serde(skip)]
    tag: String,
    #[serde(flatten)]
    case: InList,
    /// 问的是什么，一句话
    question: String,
    /// 比对为什么这样认定，一句话
    sentence: String,
    /// 有疑的一行在原文件的哪里；原始内容没有保存的没有
    file: Option<File>,
    /// 另一行
    other: Option<Origin>,
    /// 逐项对照
    lines: Vec<Line>,
    /// 各项分量的和：0 是一半对一半，6.6 是 99 %；没有衡量的没有
    sum: Option<f64>,
    /// 可能是的人，所负责区域内的
    people: Vec<Person>,
    /// 都不是、或还有别人的可能，0 到 1
    rest: Option<f64>,
    /// 区域以外的候选人在哪些县
    elsewhere: Vec<String>,
    /// 现在可以下的结论
    possible: Vec<Possible>,
    /// 核对的经过，先新后旧
    past: Vec<Handled>,
}

impl Told for Case {
    fn example() -> Value {
        let mut case = InList::sample();
        let mut person = people::Line::sample();
        if let Some(person) = person.as_object_mut() {
            person.extend([("pension".into(), "none".into()), ("medical".into(), "none".into())]);
            person.extend([("confidence".into(), json!(0.777)), ("excluded".into(), false.into())]);
            person.insert("compared".into(), true.into());
        }
        let piece = |text: &str, differs: bool| json!({"text": text, "differs": differs});
        let more = json!({
            "question": "这一行是不是李长顺？把握 77.7 %，不到自动认定的 99 %",
            "sentence": "号码有一位数字不符；姓名一致。",
            "file": {"file": "rural-medical.csv", "sheet": null, "line": 61508}, "other": null,
            "lines": [{
                "field": "number", "label": "身份证号",
                "row": [piece("610902 **", false), piece("96", true), piece(" **** 4523", false)],
                "record": [piece("610902 **", false), piece("69", true), piece(" **** 4523", false)],
                "said": "两位数字对调", "weight": 9.4,
            }],
            "sum": 1.8, "people": [person], "rest": 0.094, "elsewhere": ["汉阴县"],
            "possible": [{"verdict": "same", "said": "是同一人", "follows": "下次比对起固定归入此人，本条办结"}],
            "past": [Handled::sample()],
        });
        if let (Some(case), Value::Object(more)) = (case.as_object_mut(), more) {
            case.extend(more);
        }
        case
    }

    fn version(&self) -> Option<&str> {
        Some(&self.tag)
    }
}

pub(super) async fn show(ask: Ask<Beside>) -> Result<Case, Problem> {
    let (caller, Beside { id, with }, today) = (&ask.caller, &ask.given, say::today());
    let tag = ask.version(Versioned::Finding(*id)).await?;
    let case = ask.registry.case(&caller.asker("核对疑点"), *id).await?;
    let view = View::new(&case, with.unwrap_or_default());
    let question = case.question();
    let person = |whole: &canbao_registry::person::Whole| Person {
        line: people::Line::of_whole(whole, &caller.areas, today),
        pension: whole.derived.pension.as_str(),
        medical: whole.derived.medical.as_str(),
        confidence: candidate_of(&case, whole.person).map(|one| one.confidence),
        excluded: case.is_out(whole.person),
        compared: view.whose.is_some_and(|whose| whose.person == whole.person),
    };
    let possible = |verdict: Verdict| Possible {
        verdict: verdict.as_str(),
        said: question.said(verdict),
        follows: question.follows(verdict),
    };
    Ok(Case {
        tag,
        case: InList::of(&case.line, caller),
        question: view.question(),
        sentence: view.sentence(),
        file: case.row.as_ref().map(|clue| File {
            file: clue.file.clone(),
            sheet: clue.sheet.clone(),
            line: clue.line,
        }),
        other: Origin::of(case.line.other_source.as_deref(), case.line.other_row),
        lines: view.lines(&caller.areas).into_iter().map(Line::of).collect(),
        sum: view.weighed().map(bits),
        people: case.people.iter().map(person).collect(),
        rest: view.rest(),
        elsewhere: case.elsewhere.iter().map(|area| county(&caller.areas, area)).collect(),
        possible: view.possible().into_iter().map(possible).collect(),
        past: case.past.iter().map(|one| Handled::of(one, question, &caller.areas)).collect(),
    })
}
