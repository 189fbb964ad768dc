//! Findings as work (核对): how many there are, a list of one kind, one with all that stands behind it, and what a
//! village is asked.

pub(crate) mod asked;
pub(crate) mod case;
pub(crate) mod decide;
pub(crate) mod list;
pub(crate) mod overview;
pub(crate) mod side;
pub(crate) mod view;

use canbao_domain::source::SourceKind;
use canbao_domain::standard;
use canbao_registry::finding::Stand;

use super::word::Tag;

/// Days that a village has to answer, unless the clerk says another.
pub(crate) const DAYS: i32 = 7;

/// What a kind of finding is called.
pub(crate) fn kind_name(kind: &str) -> String {
    standard::finding_kinds().get(kind).map_or(kind, |entry| entry.name()).to_owned()
}

/// A source as a clerk calls it: its kind's name, where the run named it by that.
pub(crate) fn source_name(source: &str) -> String {
    source.parse::<SourceKind>().map_or_else(|_| source.to_owned(), |kind| kind.chinese().to_owned())
}

fn stand_tag(stand: Stand) -> Tag {
    let colour = match stand {
        Stand::Open => "amber",
        Stand::Asked => "",
        Stand::Answered => "red",
        Stand::Done => "green",
    };
    Tag::new(stand.chinese(), colour)
}
