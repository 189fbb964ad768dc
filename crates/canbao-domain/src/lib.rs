//! The plain types and the rules of the field: what a citizen number is, which schemes there are,
//! who counts as insured. Pure functions and tables; no files, no databases, no Arrow, no clock.
//!
//! | module | holds |
//! |---|---|
//! | [`date`] | days and months, and how departments write them |
//! | [`number`] | 公民身份号码 (GB 11643-1999): reading, checking, masking |
//! | [`credit`] | 统一社会信用代码 (GB 32100-2015), old registration numbers, organisation codes |
//! | [`source`] | kinds of extract, their suppliers and fields |
//! | [`code`] | the few states that the logic branches on |
//! | [`area`] | the tree of counties, towns and villages |
//! | [`role`] | what an account is for |
//! | [`delivery`] | which extracts a city expects, from whom, by when |
//! | [`rules`] | the dated rule file and the one function that decides a category |
//! | [`scope`] | who may see whom |
//! | [`standard`] | the data standard: items and code tables, as data |

pub mod area;
pub mod code;
pub mod credit;
pub mod date;
pub mod delivery;
pub mod number;
pub mod role;
pub mod rules;
pub mod scope;
mod sex;
pub mod source;
pub mod standard;

pub use sex::Sex;
