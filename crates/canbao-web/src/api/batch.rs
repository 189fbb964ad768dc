//! Many numbers and names answered at once (批量查询).

use canbao_registry::query::{Answer, Question};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Group;
use super::areas::Place;
use super::frame::call::{Ask, Call, Nothing};
use super::frame::problem::Problem;
use super::frame::{Told, word};
use crate::right::Right;

pub(super) fn group() -> Group {
    let calls = vec![Call::ask("batch", "批量查询", "/api/v1/batch", Right::People, answer).about(
        "每行一个号码和姓名，一次最多 1000 行，按原来的次序答复。不在册的人，答复是 unknown；区域以外的人，答复是 \
         held-elsewhere，只告诉由哪个县（市、区）登记。整批在查看记录里是一条。更多的行请用批量查询的页面，或 \
         canbao registry batch。",
    )];
    Group { name: "批量查询", about: "按号码和姓名成批核对参保情况。", calls }
}

/// 一行
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BatchRow)]
struct Row {
    /// 号码，照原样写
    #[schema(max_length = 40, pattern = r"^[^\x00-\x1f\x7f]*$")]
    number: String,
    /// 姓名，照原样写；不知道的不写
    #[schema(max_length = 60, pattern = r"^[^\x00-\x1f\x7f]*$")]
    name: Option<String>,
}

/// 要查的各行
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Batch)]
struct Rows {
    #[schema(min_items = 1, max_items = 1000)]
    rows: Vec<Row>,
}

impl Told for Rows {
    fn example() -> Value {
        json!({"rows": [{"number": "612401197505120037", "name": "罗承志"}, {"number": "61240119850312000"}]})
    }
}

/// 在哪里参保
#[derive(Serialize, ToSchema)]
#[schema(as = BatchPlace)]
struct Insured {
    #[schema(value_type = word::SourceKind)]
    scheme: &'static str,
    /// 统筹区；不知道的为空
    pooling_area: String,
}

/// 一行的答复
#[derive(Serialize, ToSchema)]
#[schema(as = BatchAnswer)]
struct Answered {
    #[schema(value_type = word::Verdict)]
    verdict: &'static str,
    /// 人员编号；没有认定是谁的没有，以下各项也没有
    person: Option<i64>,
    #[schema(value_type = Option<word::InsuranceState>)]
    pension: Option<&'static str>,
    #[schema(value_type = Option<word::InsuranceState>)]
    medical: Option<&'static str>,
    #[schema(value_type = Option<word::Category>)]
    category: Option<&'static str>,
    /// 户籍地；由别的区域登记的，只到县（市、区）
    area: Option<Place>,
    /// 在保的险种和统筹区
    places: Vec<Insured>,
}

/// 各行的答复，次序与所问的相同
#[derive(Serialize, ToSchema)]
#[schema(as = BatchAnswers)]
struct Answers {
    answers: Vec<Answered>,
}

impl Told for Answers {
    fn example() -> Value {
        let invalid = json!({
            "verdict": "invalid-number", "person": null, "pension": null, "medical": null, "category": null, "area": null,
            "places": [],
        });
        json!({"answers": [{
            "verdict": "insured", "person": 30418, "pension": "none", "medical": "enrolled", "category": "partial",
            "area": {"code": "610902001001", "name": "汉滨区 江北街道 张滩村"},
            "places": [{"scheme": "rural-medical", "pooling_area": "610902"}],
        }, invalid]})
    }
}

async fn answer(ask: Ask<Nothing, Rows>) -> Result<Answers, Problem> {
    let question = |row: Row| Question { number: row.number, name: row.name.unwrap_or_default() };
    let questions = ask.body.rows.into_iter().map(question).collect();
    let answers = ask.registry.batch(&ask.caller.asker("批量查询"), "api", questions).await?;
    let areas = &ask.caller.areas;
    let answered = |answer: Answer| Answered {
        verdict: answer.verdict.as_str(),
        person: answer.person,
        pension: answer.pension.map(|state| state.as_str()),
        medical: answer.medical.map(|state| state.as_str()),
        category: answer.category.map(|category| category.as_str()),
        area: Place::of(areas, &answer.area),
        places: answer
            .places
            .into_iter()
            .map(|place| Insured { scheme: place.scheme.as_str(), pooling_area: place.pooling_area })
            .collect(),
    };
    Ok(Answers { answers: answers.into_iter().map(answered).collect() })
}
