//! Who may what: the one permissions module. Every route names what it needs ([`Access`]), the gate asks [`may`], and
//! every query takes the [`Scope`] that is made here. Areas are by the reporting tree of the day.

pub(crate) mod gate;
pub(crate) mod visitor;
pub(crate) mod who;

use canbao_domain::delivery::Source;
use canbao_domain::role::Role;
use canbao_domain::scope::Scope;
use canbao_registry::account::{Account, Needs, Session};
use canbao_registry::area::Areas;

/// Something that a role may do or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// One's own home page and account.
    Home,
    /// Personal records of one's area, masked.
    People,
    /// What is masked, for a purpose that is logged.
    Reveal,
    /// Putting changes forward.
    Propose,
    /// Deciding changes that others put forward.
    Check,
    /// Deciding findings (核对疑点).
    Findings,
    /// Answering what a village is asked to find out.
    Answer,
    /// Figures.
    Figures,
    /// Making bulletins and reports, and issuing those of others.
    Issue,
    /// Changing the plan that figures are held against.
    Plan,
    /// Handing extracts over: a reporter of their own sources, the city of all.
    Deliver,
    /// Comparing, and deciding what becomes the record.
    Compare,
    /// Employers of one's counties.
    Employers,
    /// Areas, and what they were.
    Areas,
    /// Changing areas.
    ChangeAreas,
    /// Asking to take a list along as a file.
    Export,
    /// Deciding on that, for one's area.
    ApproveExport,
    /// Comparing with other registries.
    Exchange,
    /// The registries that are known, and our own keys.
    Partners,
    /// Visiting with a device of one's own (入户采集).
    Visit,
    /// The survey's tasks and progress, and entering what papers say.
    Survey,
    /// Passing tasks on, checking and returning forms, closing villages, devices.
    RunSurvey,
    /// Issuing rounds, approving forms, opening villages again.
    ApproveSurvey,
    /// Accounts.
    Accounts,
    /// The audit and the looks.
    Log,
}

impl Right {
    /// All of them, for the test that walks them.
    pub const ALL: [Self; 25] = [
        Self::Home,
        Self::People,
        Self::Reveal,
        Self::Propose,
        Self::Check,
        Self::Findings,
        Self::Answer,
        Self::Figures,
        Self::Issue,
        Self::Plan,
        Self::Deliver,
        Self::Compare,
        Self::Employers,
        Self::Areas,
        Self::ChangeAreas,
        Self::Export,
        Self::ApproveExport,
        Self::Exchange,
        Self::Partners,
        Self::Visit,
        Self::Survey,
        Self::RunSurvey,
        Self::ApproveSurvey,
        Self::Accounts,
        Self::Log,
    ];
}

impl Right {
    /// What a program's token is to carry for it; none where any token will do.
    pub const fn scope(self) -> Option<&'static str> {
        match self {
            Self::Home => None,
            Self::People => Some("people"),
            Self::Reveal => Some("reveal"),
            Self::Propose => Some("propose"),
            Self::Check => Some("check"),
            Self::Findings => Some("findings"),
            Self::Answer => Some("answer"),
            Self::Figures => Some("figures"),
            Self::Issue => Some("issue"),
            Self::Plan => Some("plan"),
            Self::Deliver => Some("deliver"),
            Self::Compare => Some("compare"),
            Self::Employers => Some("employers"),
            Self::Areas => Some("areas"),
            Self::ChangeAreas => Some("change-areas"),
            Self::Export => Some("export"),
            Self::ApproveExport => Some("approve-export"),
            Self::Exchange => Some("exchange"),
            Self::Partners => Some("partners"),
            Self::Visit => Some("visit"),
            Self::Survey => Some("survey"),
            Self::RunSurvey => Some("run-survey"),
            Self::ApproveSurvey => Some("approve-survey"),
            Self::Accounts => Some("accounts"),
            Self::Log => Some("log"),
        }
    }

    /// What it lets somebody do, as a clerk says it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Home => "查看自己的账号",
            Self::People => "查看个人记录（号码等遮盖）",
            Self::Reveal => "显示遮盖的号码、电话和住址",
            Self::Propose => "提出变更",
            Self::Check => "审核和撤销变更",
            Self::Findings => "核对疑点",
            Self::Answer => "答复请核实的疑点",
            Self::Figures => "查看统计",
            Self::Issue => "拟制、印发通报和报告",
            Self::Plan => "改实施方案",
            Self::Deliver => "报送数据",
            Self::Compare => "比对和更新登记库",
            Self::Employers => "查看单位",
            Self::Areas => "查看区划",
            Self::ChangeAreas => "变更区划",
            Self::Export => "申请导出",
            Self::ApproveExport => "审批导出",
            Self::Exchange => "联网比对",
            Self::Partners => "登记交换机构",
            Self::Visit => "用手机入户采集",
            Self::Survey => "查看入户任务和进度，录入登记表",
            Self::RunSurvey => "分派任务、核对登记表、办结村（社区）",
            Self::ApproveSurvey => "下发批次、核准登记表",
            Self::Accounts => "管理账号",
            Self::Log => "查看办理记录和查看记录",
        }
    }
}

/// What a route asks of who comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Anybody,
    /// A session, even one that still waits for a new password or a second factor.
    Holder,
    /// A whole session of a role that may.
    May(Right),
    /// A program's token that carries the right, of an account whose role may. No session opens it.
    Token(Right),
}

impl Access {
    /// Whether a session of a role gets in.
    pub(crate) fn lets(self, session: &Session, role: Role) -> bool {
        match self {
            Self::Anybody | Self::Holder => true,
            Self::May(right) => session.needs == Needs::Nothing && may(role, right),
            Self::Token(_) => false,
        }
    }
}

/// Whether a role may.
pub const fn may(role: Role, right: Right) -> bool {
    use Right::{
        Accounts, Answer, Areas, ChangeAreas, Compare, Deliver, Exchange, Export, Figures, Findings, Home, Log,
        Partners, People, Plan, Propose, Reveal, RunSurvey, Survey, Visit,
    };
    match role {
        // who runs the system sees no records, nor who looked at them
        Role::Admin => matches!(right, Home | Accounts | Areas | Partners),
        Role::City => !matches!(right, Accounts | Log | Partners | Visit),
        Role::County => {
            !matches!(right, Accounts | Log | Partners | ChangeAreas | Deliver | Compare | Exchange | Visit | Plan)
        }
        Role::Town => matches!(
            right,
            Home | People | Reveal | Propose | Findings | Answer | Figures | Export | Visit | Survey | RunSurvey
        ),
        Role::Collector => matches!(right, Home | People | Reveal | Propose | Answer | Visit | Survey),
        Role::Reporter => matches!(right, Home | Deliver),
        Role::Leader => matches!(right, Home | Figures),
        Role::Auditor => matches!(right, Home | Log),
    }
}

/// Whose records an account reaches: those of its area; of the whole city, people of no known area too.
pub fn scope(account: &Account, areas: &Areas) -> Scope {
    match account.role {
        Role::City | Role::Leader if is_city(&account.area, areas) => Scope::city(),
        Role::City | Role::County | Role::Town | Role::Collector | Role::Leader => {
            Scope::under([account.area.as_str()])
        }
        // nobody: their work needs no record
        Role::Admin | Role::Reporter | Role::Auditor => Scope::under(Vec::<String>::new()),
    }
}

/// Whether records of an area are in a scope.
pub(crate) fn reaches(scope: &Scope, areas: &Areas, area: &str) -> bool {
    areas.reached(scope, area)
}

/// An area as the registry is asked for it. For whoever reaches the whole city, the city is everybody: those of no known area
/// too.
pub(crate) fn asked<'a>(scope: &Scope, areas: &Areas, area: &'a str) -> Option<&'a str> {
    let everywhere = scope.areas().is_none() && areas.city() == Some(area);
    Some(area).filter(|area| !area.is_empty() && !everywhere)
}

/// Whether a source is an account's to deliver: of a reporter, what their department has, of their area where each area
/// delivers its own.
pub fn delivers(account: &Account, areas: &Areas, source: &Source) -> bool {
    match account.role {
        Role::City => true,
        Role::Reporter => {
            let own = own_area(account, areas);
            account.sources.contains(&source.kind)
                && source.area.as_deref().is_none_or(|area| area == own || areas.reports_to(area, own))
        }
        _ => false,
    }
}

/// The area that an account answers for: its own, the city's where it is for the whole city.
pub fn own_area<'a>(account: &'a Account, areas: &'a Areas) -> &'a str {
    if is_city(&account.area, areas) { areas.city().unwrap_or_default() } else { &account.area }
}

fn is_city(area: &str, areas: &Areas) -> bool {
    area.is_empty() || areas.get(area).is_some_and(|area| area.level == "city")
}
