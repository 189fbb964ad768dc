//! The whole job on an invented city, held against the truth that the generator wrote.

mod links;
mod lists;
mod people;
mod tables;

pub(super) const POPULATION: [&str; 2] = ["household-register", "nonlocal-residents"];

/// Damage that leaves the number readable.
pub(super) const READABLE: [&str; 8] = [
    "none",
    "id_lowercase_x",
    "id_fullwidth",
    "id_spaces",
    "id_15",
    "name_spaces",
    "name_homophone",
    "name_missing_char",
];
