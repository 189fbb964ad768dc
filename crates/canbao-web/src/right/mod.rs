//! Who may what: the one permissions module. Every route names what it needs ([`Access`]), the gate asks [`may`], and
//! every query takes the [`Scope`] that is made here. Areas are by the reporting tree of the day.

pub(crate) mod gate;
pub(crate) mod visitor;

use canbao_domain::role::Role;
use canbao_domain::scope::Scope;
use canbao_registry::account::Account;
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
    /// Figures.
    Figures,
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
    /// Accounts.
    Accounts,
    /// The audit and the looks.
    Log,
}

impl Right {
    /// All of them, for the test that walks them.
    pub const ALL: [Self; 13] = [
        Self::Home,
        Self::People,
        Self::Reveal,
        Self::Propose,
        Self::Check,
        Self::Figures,
        Self::Employers,
        Self::Areas,
        Self::ChangeAreas,
        Self::Export,
        Self::ApproveExport,
        Self::Accounts,
        Self::Log,
    ];
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
}

/// Whether a role may.
pub const fn may(role: Role, right: Right) -> bool {
    use Right::{Accounts, Areas, ChangeAreas, Export, Figures, Home, Log, People, Propose, Reveal};
    match role {
        // who runs the system sees no records, nor who looked at them
        Role::Admin => matches!(right, Home | Accounts | Areas),
        Role::City => !matches!(right, Accounts | Log),
        Role::County => !matches!(right, Accounts | Log | ChangeAreas),
        Role::Town => matches!(right, Home | People | Reveal | Propose | Figures | Export),
        Role::Collector => matches!(right, Home | People | Reveal | Propose),
        Role::Reporter => matches!(right, Home),
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

/// The area that an account answers for: its own, the city's where it is for the whole city.
pub fn own_area<'a>(account: &'a Account, areas: &'a Areas) -> &'a str {
    if is_city(&account.area, areas) { areas.city().unwrap_or_default() } else { &account.area }
}

fn is_city(area: &str, areas: &Areas) -> bool {
    area.is_empty() || areas.get(area).is_some_and(|area| area.level == "city")
}
