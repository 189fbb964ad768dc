//! A command that is killed again and again, and what must hold each time.

use std::process::{Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::home::Home;
use crate::support::kill::{Moments, wanted};
use crate::support::record::State;

/// What is killed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Victim {
    Program,
    Server,
}

/// In how many steps a command changes the record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Steps {
    /// All or nothing.
    One,
    /// Each person by themselves: what is between is as sound as either end.
    Many,
}

/// A command that changes the record.
pub(super) struct Errand<'a> {
    pub(super) what: &'a str,
    pub(super) steps: Steps,
    pub(super) user: &'a str,
    pub(super) arguments: &'a [&'a str],
    /// What it prints once it is done, and not before.
    pub(super) acknowledged: &'a str,
    /// What it says where it is done already; blank where that is no refusal.
    pub(super) done_already: &'a str,
}

impl Errand<'_> {
    /// Does it here, and gives how long that took.
    pub(super) fn done(&self, home: &Home<'_>) -> Duration {
        let since = Instant::now();
        let told = home.well(self.user, self.arguments);
        assert!(told.contains(self.acknowledged), "{}: {told}", self.what);
        since.elapsed()
    }

    /// Kills it in copies of `before`, which says `old`; `after` is where nobody killed it in the `whole` time.
    pub(super) fn killed(
        &self,
        victim: Victim,
        before: &Home<'_>,
        [old, after]: [&State; 2],
        whole: Duration,
        kills: u32,
    ) {
        assert!(!old.shows(after), "{}: nothing is done", self.what);
        let of = if victim == Victim::Program { "the program" } else { "the server" };
        let store = if before.server().is_some() { "PostgreSQL" } else { "SQLite" };
        let title = format!("{} on {store}, {of} killed", self.what);
        if !wanted(&title) {
            return;
        }
        let mut moments = Moments::new(&title);
        // by thirds of the command's time
        let mut seen = [[0_u32; 2]; 4];
        let mut acknowledged = 0;
        for kill in 0..kills {
            let share = moments.share(kill, kills);
            let work = before.copy("killed");
            let ended = self.kill(victim, &work, whole.mul_f64(share));
            let left = work.state();
            let is_new = left.shows(after);
            let place = format!("{title}, kill {kill} at {share:.3} of {whole:?}");
            let sound = is_new || left.shows(old) || self.steps == Steps::Many;
            assert!(sound, "{place}, left something between: {}", left.differences(after));
            let told = String::from_utf8_lossy(&ended.stdout).contains(self.acknowledged);
            assert!(is_new || !told && ended.status.code() != Some(0), "{place}: acknowledged and lost");
            acknowledged += u32::from(told);
            if victim == Victim::Server && ended.status.code() != Some(0) {
                let said = String::from_utf8_lossy(&ended.stderr);
                assert_eq!(ended.status.code(), Some(2), "{place}: {said}");
                assert!(said.starts_with("错误：") && said.contains("提示："), "{place}: {said}");
            }
            if let Some(third) = seen.get_mut((share * 3.0) as usize) {
                third[usize::from(is_new)] += 1;
            }
            let again = work.run(self.user, self.arguments);
            let said = String::from_utf8_lossy(&again.stderr);
            if is_new && !self.done_already.is_empty() {
                assert_eq!(again.status.code(), Some(2), "{place}, done twice");
                assert!(said.contains(self.done_already) && said.contains("提示："), "{place}, then again: {said}");
            } else {
                assert_eq!(again.status.code(), Some(0), "{place}, then again: {said}");
            }
            let state = work.state();
            assert!(state == *after, "{place}, was not mended: {}", state.differences(after));
            work.remove();
        }
        let [before_it, after_it] = [0, 1].map(|side| seen.map(|third| third[side]));
        println!(
            "{title}: {kills} kills in {whole:.0?}; {} before it was visible, {} after, {acknowledged} acknowledged; by thirds \
             of the time and beyond: before {before_it:?}, after {after_it:?}",
            before_it.iter().sum::<u32>(),
            after_it.iter().sum::<u32>(),
        );
        assert!(kills < 8 || before_it[0] > 0, "{title}: no kill came in time");
    }

    fn kill(&self, victim: Victim, home: &Home<'_>, after: Duration) -> Output {
        let mut command = home.command(self.user, self.arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        sleep(after);
        match (victim, home.server()) {
            (Victim::Server, Some(server)) => {
                server.kill();
                // the program may wait for it
                server.go();
            }
            _ => {
                let _ = child.kill();
            }
        }
        child.wait_with_output().unwrap()
    }
}
