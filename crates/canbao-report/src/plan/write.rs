//! Writing a plan as TOML.

use std::fmt::Write as _;

use super::Plan;
use crate::figure::decimal;

/// A text in quotes.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl Plan {
    /// The plan as TOML, which [`Plan::parse`] reads as the same plan.
    pub fn to_toml(&self) -> String {
        let mut out = format!("title = {}\n", quoted(&self.title));
        for stage in &self.stages {
            let (name, from, to) = (quoted(&stage.name), stage.from, stage.to);
            let _ = write!(out, "\n[[stage]]\nname = {name}\nfrom = \"{from}\"\nto = \"{to}\"\n");
        }
        for target in &self.targets {
            let (indicator, from, by) = (quoted(&target.indicator), target.from, target.by);
            let value = decimal(target.value);
            let _ = write!(
                out,
                "\n[[target]]\nindicator = {indicator}\nfrom = \"{from}\"\nby = \"{by}\"\nvalue = {value}\n"
            );
            if let Some(area) = &target.area {
                let _ = writeln!(out, "area = {}", quoted(area));
            }
        }
        let rules = &self.rules;
        let _ = write!(
            out,
            "\n[bulletin]\nrank = {}\npraise_first = {}\npraise_at_least = {}\ncriticise_last = {}\ncriticise_behind = {}\n",
            quoted(&rules.rank),
            rules.praise_first,
            decimal(rules.praise_at_least),
            rules.criticise_last,
            decimal(rules.criticise_behind)
        );
        out
    }
}
