//! Times of the steps, for whoever measures: told only where `CANBAO_TIMES` is set.

/// Tells the time that the process has used so far, on the clock of its cores.
pub fn tell(what: &str) {
    if std::env::var_os("CANBAO_TIMES").is_none() {
        return;
    }
    // user and system time, in hundredths of a second: fields 14 and 15
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0) / 100.0;
    let resident = std::fs::read_to_string("/proc/self/status")
        .unwrap_or_default()
        .lines()
        .find(|l| l.starts_with("VmRSS"))
        .unwrap_or_default()
        .to_owned();
    static BEGAN: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    eprintln!(
        "clock {:6.2} s  user {:6.2} s  system {:6.2} s  {resident}  {what}",
        BEGAN.elapsed().as_secs_f64(),
        ticks(11),
        ticks(12)
    );
}
