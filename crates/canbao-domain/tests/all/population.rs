use canbao_domain::code::Life;
use canbao_domain::rules::{PopulationRows, Rules};
use canbao_domain::source::SourceKind::{self, EmployeePension, HouseholdRegister, NonlocalResidents};
use proptest::prelude::*;

fn told(rows: &[(SourceKind, Life)]) -> (&'static str, &'static str, bool) {
    let mut set = PopulationRows::EMPTY;
    for (kind, life) in rows {
        set.add(*kind, *life);
    }
    let state = Rules::embedded().population(set);
    (state.population.as_str(), state.life.as_str(), state.unclear)
}

#[test]
fn what_rows_amount_to() {
    use Life::*;
    let (register, nonlocal) = (HouseholdRegister, NonlocalResidents);
    for (rows, told_so) in [
        (&[][..], ("outside", "alive", false)),
        (&[(register, Normal)], ("registered", "alive", false)),
        (&[(register, Blank)], ("registered", "alive", false)),
        (&[(nonlocal, Normal)], ("resident", "alive", false)),
        (&[(nonlocal, Blank)], ("resident", "alive", false)),
        (&[(register, Normal), (nonlocal, Normal)], ("registered", "alive", false)),
        // moved out of the register, living here without it
        (&[(register, MovedOut), (nonlocal, Normal)], ("resident", "alive", false)),
        (&[(register, MovedOut), (nonlocal, Blank)], ("resident", "alive", false)),
        (&[(register, MovedOut)], ("registered", "moved-out", false)),
        (&[(nonlocal, MovedOut)], ("resident", "moved-out", false)),
        (&[(register, MovedOut), (nonlocal, MovedOut)], ("registered", "moved-out", false)),
        (&[(register, Normal), (nonlocal, MovedOut)], ("registered", "alive", false)),
        (&[(register, MovedOut), (register, Normal)], ("registered", "alive", false)),
        // dead in any is dead
        (&[(register, Deceased)], ("registered", "deceased", false)),
        (&[(nonlocal, Deceased)], ("resident", "deceased", false)),
        (&[(register, Normal), (nonlocal, Deceased)], ("registered", "deceased", false)),
        (&[(register, Deceased), (nonlocal, Normal)], ("registered", "deceased", false)),
        (&[(register, MovedOut), (register, Deceased)], ("registered", "deceased", false)),
        // a state that nobody knows is asked about
        (&[(register, Unknown)], ("registered", "alive", true)),
        (&[(nonlocal, Unknown)], ("resident", "alive", true)),
        (&[(register, Unknown), (register, Normal)], ("registered", "alive", false)),
        (&[(register, Unknown), (nonlocal, Normal)], ("resident", "alive", false)),
        (&[(register, Unknown), (nonlocal, Deceased)], ("registered", "deceased", false)),
        // no population file
        (&[(EmployeePension, Deceased)], ("outside", "alive", false)),
    ] {
        assert_eq!(told(rows), told_so, "{rows:?}");
    }
}

proptest! {
    #[test]
    fn order_and_lots_do_not_count(rows in proptest::collection::vec((9_usize..11, 0_usize..5), 0..6), at in 0_usize..6) {
        let rows: Vec<_> = rows.into_iter().map(|(kind, life)| (SourceKind::ALL[kind], Life::ALL[life])).collect();
        let of = |rows: &[(SourceKind, Life)]| {
            let mut set = PopulationRows::EMPTY;
            rows.iter().for_each(|(kind, life)| set.add(*kind, *life));
            set
        };
        let (first, second) = rows.split_at(at.min(rows.len()));
        prop_assert_eq!(of(second).and(of(first)), of(&rows));
        // Somebody dead in one lot stays dead whatever the other says.
        if rows.iter().any(|(_, life)| *life == Life::Deceased) {
            prop_assert_eq!(Rules::embedded().population(of(&rows)).life.as_str(), "deceased");
        }
        prop_assert_eq!(Rules::embedded().population(of(&rows)).population.as_str() == "outside", rows.is_empty());
    }
}
