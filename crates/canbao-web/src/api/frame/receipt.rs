//! What is answered to whatever changes something: the change's audit entry. It is the same however often it is asked for.

use canbao_registry::audit::Done;
use canbao_registry::instant;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Told;

/// 办理回执：审计上的那一条。同一个幂等键重试，得到同一张回执。
#[derive(Serialize, ToSchema)]
pub(crate) struct Receipt {
    /// 审计记录的第几条
    entry: i64,
    /// 什么时候办的
    #[schema(format = DateTime)]
    at: String,
    /// 谁办的：账号
    actor: String,
    /// 办了什么：propose、death、refuse、withdraw、undo、claim、handle、deliver-send、job、ask-export、account-add 等
    act: String,
    /// 对象：登记库自己的编号，不含个人信息
    subject: String,
    /// 申请编号
    request: Option<i64>,
    /// 人员编号
    person: Option<i64>,
    /// 疑点编号
    finding: Option<i64>,
    /// 这次核对的编号，撤销时用
    handling: Option<i64>,
    /// 报送编号
    delivery: Option<i64>,
    /// 任务编号
    job: Option<i64>,
    /// 导出申请编号
    export: Option<i64>,
    /// 成批办理的，办成几条
    done: Option<i64>,
    /// 成批办理的，没有办的几条：已由别人核对，或要逐条选候选人
    left: Option<i64>,
    /// 登记库的版本；没有改动记录的没有
    revision: Option<i64>,
}

impl Receipt {
    pub(super) fn of(done: Done) -> Self {
        let number = |word: &str| {
            let mut words = done.subject.split([' ', ':', ',', ';']);
            words.find(|found| *found == word)?;
            words.next()?.parse().ok()
        };
        Self {
            entry: done.seq,
            at: instant(done.at),
            request: number("request"),
            person: number("person").filter(|person| *person > 0),
            finding: number("finding"),
            handling: number("handling"),
            delivery: number("delivery"),
            job: number("job"),
            export: number("export"),
            done: number("done"),
            left: number("left"),
            revision: done.revision,
            actor: done.actor,
            act: done.action,
            subject: done.subject,
        }
    }
}

impl Told for Receipt {
    fn example() -> Value {
        json!({
            "entry": 20417, "at": "2016-11-22T09:12:31+08:00", "actor": "chen.hui", "act": "propose",
            "subject": "request 318", "request": 318, "person": null, "finding": null, "handling": null,
            "delivery": null, "job": null, "export": null, "done": null, "left": null, "revision": null,
        })
    }
}
