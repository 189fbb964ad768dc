//! The house-to-house survey: rounds, progress, completeness, tasks and what becomes of them.

mod act;
mod gap;
mod progress;
mod task;

use serde::Deserialize;
use utoipa::ToSchema;

use super::Group;
use super::frame::call::Call;
use super::frame::word;
use crate::right::Right;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::read("surveyProgress", "入户进度", "/api/v1/survey/progress", Right::Survey, progress::show)
            .about("一个区域和它直接管理的下级各有多少任务、办到哪里。下发 + 转入 − 转出 = 各状态之和。"),
        Call::read("listRounds", "批次", "/api/v1/survey/rounds", Right::Survey, progress::rounds)
            .about("所负责区域内有任务的批次，先新后旧。"),
        Call::act("issueRound", "下发批次", "/api/v1/survey/rounds", Right::ApproveSurvey, act::issue)
            .about("按现在的登记库，给要入户而还没有任务的人和单位各下发一个任务，按户分组。"),
        Call::read("surveyCompleteness", "查漏", "/api/v1/survey/completeness", Right::Survey, gap::counts)
            .about("一个区域和它直接管理的下级：漏户、没有结果的任务、已办结的村（社区）。"),
        Call::read(
            "surveyGaps",
            "一个村的漏户漏人漏项",
            "/api/v1/survey/villages/{code}/gaps",
            Right::Survey,
            gap::show,
        )
        .about("三份清单都空了，或逐条写明了原因，村（社区）才能办结。办结要本人签名，只能在页面上办。"),
        Call::act(
            "explainGap",
            "写明为什么查不到",
            "/api/v1/survey/villages/{code}/explanations",
            Right::RunSurvey,
            gap::explain,
        )
        .about("给清单里的一条写明原因。"),
        Call::read("listTasks", "入户任务", "/api/v1/survey/tasks", Right::Survey, task::list)
            .about("按区划和户排列，号码是遮盖的。"),
        Call::read("getTask", "一个任务", "/api/v1/survey/tasks/{mark}", Right::Survey, task::show)
            .about("已知的、填写的、上门记录和办理经过。同一项有几种说法的，都在 answers 里，第一个算数。"),
        Call::act("checkTasks", "核对", "/api/v1/survey/checks", Right::RunSurvey, act::check)
            .about("提交人自己不能核对。不能核对的不办；一个也不能办的，是 409。"),
        Call::act("approveTasks", "核准", "/api/v1/survey/approvals", Right::ApproveSurvey, act::approve)
            .about("核准后写入登记库；核对人自己不能核准。不能核准的不办；一个也不能办的，是 409。"),
        Call::act("returnTask", "退回", "/api/v1/survey/tasks/{mark}/return", Right::RunSurvey, act::give_back)
            .about("退给采集员，写明原因；可以逐项写。"),
        Call::act("exemptTasks", "免访或恢复", "/api/v1/survey/exemptions", Right::RunSurvey, act::exempt)
            .about("写明原因。恢复的回到免访以前的样子。"),
        Call::act("placeTasks", "分派", "/api/v1/survey/placements", Right::RunSurvey, act::place)
            .about("分给一个采集员（不写是村里都能办），或分到下级的一个区划。"),
        Call::act("handOverTasks", "转出", "/api/v1/survey/transfers", Right::RunSurvey, act::hand_over)
            .about("转给不归自己管的区划。对方接收以前，仍由这里负责。"),
        Call::read("listTransfers", "转出转入", "/api/v1/survey/transfers", Right::RunSurvey, act::transfers)
            .about("所负责区域转出的和转入的，先新后旧。"),
        Call::act(
            "decideTransfer",
            "接收、退回或撤回",
            "/api/v1/survey/transfers/{id}/decision",
            Right::RunSurvey,
            act::decide,
        )
        .about("转入的接收或退回，退回要写原因；自己转出的可以撤回。"),
    ];
    Group {
        name: "入户调查",
        about: "要入户的人和单位：下发、进度、查漏、审核、转交。采集在手机上或由录入页办。",
        calls,
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaskMark)]
struct Which {
    /// 任务的标识
    #[schema(value_type = word::TaskMark)]
    mark: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SurveyVillage)]
struct Village {
    /// 村（社区）代码
    #[schema(value_type = word::VillageCode)]
    code: String,
}
