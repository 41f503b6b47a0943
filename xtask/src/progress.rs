use std::io::Write;
use std::time::Instant;

use anyhow::Result;

/// Prints a line at once.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // A closed pipe is no reason to stop building.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Runs one step, with a line before and a line with the time after it.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    say(&format!("==> {name}"));
    let start = Instant::now();
    let result = work();
    let seconds = start.elapsed().as_secs_f64();
    match &result {
        Ok(_) => say(&format!("    {name}: done in {seconds:.1} s")),
        Err(_) => say(&format!("    {name}: failed after {seconds:.1} s")),
    }
    result
}
