//! What is killed at any moment, the program or the server of its database, loses nothing and doubles nothing; the same
//! command then finishes the work, or says that it is done. `CANBAO_KILLS` says how often, `CANBAO_KILLED_PEOPLE` in how
//! large a city; `scripts/killed` does it a hundred times.

mod comparison;
mod errand;
mod home;
mod registry;
