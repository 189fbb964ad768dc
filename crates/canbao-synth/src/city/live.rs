//! A month passes.

use super::City;
use crate::SynthError;

/// Lets a month pass.
pub(crate) fn pass(_city: &mut City) -> Result<(), SynthError> {
    Ok(())
}
