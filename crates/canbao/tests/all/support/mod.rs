//! What the tests stand on: the program as a process, folders of their own, tables, invented cities.

pub(crate) mod city;
pub(crate) mod extract;
pub(crate) mod folder;
pub(crate) mod kill;
pub(crate) mod postgres;
pub(crate) mod program;
pub(crate) mod record;
pub(crate) mod score;
pub(crate) mod table;
