//! The limit on memory as people write it, and the peak as the kernel counts it.

use std::fmt;
use std::str::FromStr;

/// A limit on the memory of the whole process, in bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct MemoryLimit(u64);

impl MemoryLimit {
    /// Below this not even the program and one batch of each reader have room.
    pub(crate) const LEAST: u64 = 256_000_000;

    /// The limit in bytes.
    pub(crate) fn bytes(self) -> u64 {
        self.0
    }
}

/// Why a text is no limit on memory.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum MemoryLimitError {
    /// Not a figure with a unit.
    Form,
    /// Less than [`MemoryLimit::LEAST`].
    Small,
}

impl MemoryLimitError {
    /// The same in Chinese.
    pub(crate) fn chinese(self) -> &'static str {
        match self {
            Self::Form => "要写成数字加单位，例如 2GB、1500MB、512MiB",
            Self::Small => "不能少于 256MB",
        }
    }
}

impl fmt::Display for MemoryLimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "write a figure with its unit, such as 2GB, 1500MB or 512MiB",
            Self::Small => "it cannot be less than 256MB",
        })
    }
}

impl std::error::Error for MemoryLimitError {}

impl FromStr for MemoryLimit {
    type Err = MemoryLimitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (figure, unit) = text.split_at(end);
        let unit: u64 = match unit.trim().to_ascii_lowercase().as_str() {
            "" | "b" => 1,
            "k" | "kb" => 1_000,
            "m" | "mb" => 1_000_000,
            "g" | "gb" => 1_000_000_000,
            "t" | "tb" => 1_000_000_000_000,
            "kib" => 1 << 10,
            "mib" => 1 << 20,
            "gib" => 1 << 30,
            "tib" => 1 << 40,
            _ => return Err(MemoryLimitError::Form),
        };
        let bytes = scaled(figure, unit).ok_or(MemoryLimitError::Form)?;
        if bytes < Self::LEAST {
            return Err(MemoryLimitError::Small);
        }
        Ok(Self(bytes))
    }
}

/// `figure` (digits, perhaps with a decimal point) times `unit`, without rounding errors of floats.
fn scaled(figure: &str, unit: u64) -> Option<u64> {
    let (whole, decimals) = figure.split_once('.').unwrap_or((figure, ""));
    if whole.is_empty() || decimals.len() > 9 || (figure.contains('.') && decimals.is_empty()) {
        return None;
    }
    let whole = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    if decimals.is_empty() {
        return Some(whole);
    }
    let scale = 10_u128.pow(u32::try_from(decimals.len()).ok()?);
    let part = u128::from(decimals.parse::<u64>().ok()?) * u128::from(unit) / scale;
    whole.checked_add(u64::try_from(part).ok()?)
}

/// The largest resident size of this process so far, in bytes, where the system tells it.
pub(crate) fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("2GB", 2_000_000_000),
            ("1500MB", 1_500_000_000),
            ("512MiB", 536_870_912),
            ("1.5gb", 1_500_000_000),
            ("2 GiB", 2_147_483_648),
            ("2g", 2_000_000_000),
            ("300000000", 300_000_000),
        ] {
            assert_eq!(text.parse(), Ok(MemoryLimit(bytes)), "{text}");
        }
    }

    #[test]
    fn what_is_no_limit_is_refused() {
        for text in ["", "GB", "two", "2PB", "-1GB", "2..5GB", ".5GB", "1.GB", "2GBB", "99999999999999TB"] {
            assert_eq!(text.parse::<MemoryLimit>(), Err(MemoryLimitError::Form), "{text}");
        }
        for text in ["0", "100MB", "255.9MB", "2"] {
            assert_eq!(text.parse::<MemoryLimit>(), Err(MemoryLimitError::Small), "{text}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_kernel_tells_the_peak() {
        assert!(peak().is_some_and(|bytes| bytes > 100_000));
    }
}
