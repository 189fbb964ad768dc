//! The sentences that millions of rows share.

use super::{Method, Why};
use crate::names::NameAgreement;

/// The sentence of a row that was linked by its number, decided by a clerk or rejected; none for the methods whose
/// evidence must be composed ([`super::sentence`]).
pub const fn constant(method: Method, name: NameAgreement) -> Option<&'static str> {
    use NameAgreement as N;
    Some(match method {
        Method::Exact => match name {
            N::Equal => "号码校验无误，号码、姓名均一致。",
            N::Variant => "号码校验无误，号码一致；姓名仅字形或间隔点写法不同。",
            N::Homophone => "号码校验无误，号码一致；姓名音同或形近，用字不同。",
            N::Dropped => "号码校验无误，号码一致；姓名缺一字或有一字未能显示，其余相同。",
            N::Reordered => "号码校验无误，号码一致；姓名用字相同，次序不同。",
            N::OneOther => "号码校验无误，号码一致；姓名有一字不同，请核对。",
            N::SurnameOnly => "号码校验无误，号码一致；姓名仅姓氏相同，请核对。",
            N::GivenOnly => "号码校验无误，号码一致；名相同而姓氏不同，请核对。",
            N::Different => "号码校验无误，号码一致；姓名不同，请核对。",
            N::Missing => "号码校验无误，号码一致；姓名空缺，未能对照。",
        },
        Method::Normalised => match name {
            N::Equal => "号码去除空格、全半角等书写差异后一致，姓名一致。",
            N::Variant => "号码去除空格、全半角等书写差异后一致；姓名仅字形或间隔点写法不同。",
            N::Homophone => "号码去除空格、全半角等书写差异后一致；姓名音同或形近，用字不同。",
            N::Dropped => "号码去除空格、全半角等书写差异后一致；姓名缺一字或有一字未能显示，其余相同。",
            N::Reordered => "号码去除空格、全半角等书写差异后一致；姓名用字相同，次序不同。",
            N::OneOther => "号码去除空格、全半角等书写差异后一致；姓名有一字不同，请核对。",
            N::SurnameOnly => "号码去除空格、全半角等书写差异后一致；姓名仅姓氏相同，请核对。",
            N::GivenOnly => "号码去除空格、全半角等书写差异后一致；名相同而姓氏不同，请核对。",
            N::Different => "号码去除空格、全半角等书写差异后一致；姓名不同，请核对。",
            N::Missing => "号码去除空格、全半角等书写差异后一致；姓名空缺，未能对照。",
        },
        Method::Upgraded => match name {
            N::Equal => "十五位旧号码升为十八位后一致，姓名一致。",
            N::Variant => "十五位旧号码升为十八位后一致；姓名仅字形或间隔点写法不同。",
            N::Homophone => "十五位旧号码升为十八位后一致；姓名音同或形近，用字不同。",
            N::Dropped => "十五位旧号码升为十八位后一致；姓名缺一字或有一字未能显示，其余相同。",
            N::Reordered => "十五位旧号码升为十八位后一致；姓名用字相同，次序不同。",
            N::OneOther => "十五位旧号码升为十八位后一致；姓名有一字不同，请核对。",
            N::SurnameOnly => "十五位旧号码升为十八位后一致；姓名仅姓氏相同，请核对。",
            N::GivenOnly => "十五位旧号码升为十八位后一致；名相同而姓氏不同，请核对。",
            N::Different => "十五位旧号码升为十八位后一致；姓名不同，请核对。",
            N::Missing => "十五位旧号码升为十八位后一致；姓名空缺，未能对照。",
        },
        Method::Decided => "经办人员已核定，按核定结果归户。",
        Method::Rejected => "该行无法读取，原文已保留，请更正后重新报送。",
        Method::Corrected | Method::Matched | Method::Unresolved => return None,
    })
}

/// The sentence of an unresolved row where nothing about a candidate is to be said.
pub const fn unresolved(why: Why) -> &'static str {
    match why {
        Why::NoCandidate => "号码无法更正，按姓名、出生日期和住址也未找到相符的人，须入户或调档核实。",
        Why::Alike => "有两人以上同样相符，无法确定是谁，须入户或调档核实。",
        Why::NameOnly => "仅姓名相同，无其他依据，不能认定，须入户或调档核实。",
        Why::NumberOnly => "号码相近但姓名不符，不能认定，须入户或调档核实。",
        Why::Weak => "有相近的人，但依据不足，不能认定，须入户或调档核实。",
        Why::Empty => "号码和姓名均空缺或不可用，无从查找，须由报送单位补正。",
        Why::OtherCertificate => "证件不是居民身份证，其他数据中未见同一证件，须凭证件原件核实。",
    }
}
