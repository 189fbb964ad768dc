//! Backup and restore (备份与恢复): the whole registry as one file, and back.
//!
//! A backup is a zip archive: the database (SQLite's file, or `pg_dump`'s of PostgreSQL), in SQLite the looks' database,
//! each packed by zstd, and `manifest.json`, which says what is in them. It holds personal data and is readable by its
//! owner alone; the key for keyed hashes is never in it. It is made from one state of the database while others work on,
//! and restored for a trial before it gets its name.
//!
//! | file | does |
//! |---|---|
//! | `manifest` | what a backup says of itself |
//! | `facts` | counts and heads of a registry, as one transaction sees them |
//! | `archive` | the file: parts in, parts out, with their digests |
//! | `aside` | a hidden folder beside the place, until all is whole |
//! | `sqlite` | a copy of a SQLite file, and taking one's place |
//! | `server` | PostgreSQL's programs, their connection, databases for trials |
//! | `script` | what `pg_restore` tells to do, done in a transaction of ours |
//! | `make` | `canbao backup` |
//! | `restore` | `canbao restore` |

mod archive;
mod aside;
mod facts;
mod make;
mod manifest;
mod restore;
mod script;
mod server;
mod sqlite;

pub use facts::{Facts, Head};
pub use make::{Backup, Checked, backup};
pub use manifest::{Kind, Manifest, Part};
pub use restore::{KeyState, Options, Restored, restore};
