//! What it was measured on, without anything that names the machine.

use std::fs::read_to_string;

/// The value of the first line `name : value`.
fn value_of(file: &str, name: &str) -> Option<String> {
    let text = read_to_string(file).ok()?;
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
}

/// "2 cores, Some Processor, 8 GB of memory", and the system.
pub(crate) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let model = value_of("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let memory = value_of("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split(' ').next()?.parse::<u64>().ok())
        .map_or_else(|| "unknown".to_owned(), |kilobytes| format!("{} GB", kilobytes.div_ceil(1024 * 1024)));
    format!("{cores} cores, {model}, {memory} of memory, {} {}", std::env::consts::OS, std::env::consts::ARCH)
}
