//! `city.toml` and the area tree beside it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use canbao_domain::source::SourceKind;

use super::{employer, failed, layout};
use crate::SynthError;
use crate::city::City;
use crate::city::place::REGIONS;

/// Writes both.
pub(crate) fn write(city: &City, out: &Path) -> Result<(), SynthError> {
    let mut text = format!(
        "# 虚构城市，由 canbao synth 生成：其中没有任何真实的人。\n\
         [city]\ncode = \"610900\"\nname = \"安康市\"\nas_of = \"{}\"\n",
        city.setting.as_of
    );
    for kind in SourceKind::ALL {
        let (path, more) = match kind {
            SourceKind::BusinessRegister => (employer::BUSINESS_REGISTER, ""),
            SourceKind::InsuredUnits => (employer::INSURED_UNITS, ""),
            _ => (layout::of(kind).path, layout::of(kind).config),
        };
        let _ = write!(text, "\n[[source]]\nkind = \"{kind}\"\npath = \"{path}\"\n{more}");
    }
    let path = out.join("city.toml");
    fs::write(&path, text).map_err(failed(&path))?;
    let path = out.join("regions.csv");
    fs::write(&path, REGIONS).map_err(failed(&path))
}
