//! What employers are known by: 统一社会信用代码 (GB 32100-2015) and, of before 2015, 工商注册号 and 组织机构代码.

mod credit_code;
mod fold;
mod organisation;
mod registration;

pub use credit_code::CreditCode;
pub use organisation::OrganisationCode;
pub use registration::RegistrationNumber;

/// What a field of an employer's codes holds. One column often has all three, as they were issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitCode {
    /// Nothing, or something that stands for nothing (无, 0, -).
    Blank,
    /// 统一社会信用代码
    Credit(CreditCode),
    /// 工商注册号
    Registration(RegistrationNumber),
    /// 组织机构代码
    Organisation(OrganisationCode),
    /// Something else: a wrong check character, a character lost.
    Invalid,
}

/// Reads a field that holds a credit code, a registration number or an organisation code.
pub fn read_unit_code(raw: &str) -> UnitCode {
    let folded = fold::Folded::read(raw);
    let text = folded.as_bytes();
    if !text.iter().any(|byte| byte.is_ascii_alphanumeric() && *byte != b'0') {
        return UnitCode::Blank;
    }
    if let Some(code) = CreditCode::parse(text) {
        return UnitCode::Credit(code);
    }
    if let Some(number) = RegistrationNumber::parse(text) {
        return UnitCode::Registration(number);
    }
    OrganisationCode::parse(text).map_or(UnitCode::Invalid, UnitCode::Organisation)
}
