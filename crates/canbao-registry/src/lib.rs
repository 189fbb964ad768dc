//! The live registry (社会保险基础数据库): one record for each person, kept true from then on.

pub mod exchange;
