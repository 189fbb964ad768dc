//! What an exchange refuses, as the registry says it: sentence and hint stay, and neither is personal.

use super::identity::IdentityError;
use super::parcel::ParcelError;
use super::psi::PsiError;
use super::rows::RowsError;
use crate::RegistryError;

const NO_HINT: &str = "请检查文件、磁盘和权限后重试。";

macro_rules! refused {
    ($($error:ty),*) => {
        $(impl From<$error> for RegistryError {
            fn from(error: $error) -> Self {
                Self::refused(error.to_string(), error.hint().unwrap_or(NO_HINT))
            }
        })*
    };
}

refused!(IdentityError, ParcelError, PsiError, RowsError);
