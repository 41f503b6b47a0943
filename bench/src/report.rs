//! `docs/benchmarks.md`: what was measured, how, and which bars hold.

use std::fmt::Write as _;
use std::time::Duration;

use crate::load::Sample;

/// A limit that the portal promises to keep.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) found: f64,
    pub(crate) limit: f64,
    pub(crate) unit: &'static str,
    /// The limit is the least that is wanted; otherwise the most.
    pub(crate) at_least: bool,
}

impl Bar {
    pub(crate) fn at_most(name: &str, found: f64, limit: f64, unit: &'static str) -> Self {
        Self { name: name.to_owned(), found, limit, unit, at_least: false }
    }

    pub(crate) fn at_least(name: &str, found: f64, limit: f64, unit: &'static str) -> Self {
        Self { name: name.to_owned(), found, limit, unit, at_least: true }
    }

    /// A figure that is none holds nothing.
    pub(crate) fn holds(&self) -> bool {
        self.found.is_finite() && if self.at_least { self.found >= self.limit } else { self.found <= self.limit }
    }
}

/// One page or post.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) bytes: usize,
    pub(crate) sample: Sample,
    pub(crate) twin: Option<Twin>,
}

/// The same page written by hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Twin {
    pub(crate) bytes: usize,
    pub(crate) sample: Sample,
}

impl Row {
    /// Requests per second of the portal over those of the page written by hand.
    pub(crate) fn ratio(&self) -> Option<f64> {
        self.twin.map(|twin| self.sample.per_second / twin.sample.per_second)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) date: String,
    pub(crate) machine: String,
    pub(crate) compiler: String,
    pub(crate) method: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) bars: Vec<Bar>,
}

impl Report {
    pub(crate) fn missed(&self) -> Vec<&Bar> {
        self.bars.iter().filter(|bar| !bar.holds()).collect()
    }

    pub(crate) fn to_markdown(&self) -> String {
        let mut text = format!(
            "# Benchmarks\n\nWritten by `cargo xtask bench`, which ends with an error when a bar is missed.\n\n\
             - Date: {}\n- Machine: {}\n- Compiler: {}\n\n{}\n\n## Bars\n\n\
             | | Measured | Bar | |\n|---|---:|---:|---|\n",
            self.date, self.machine, self.compiler, self.method
        );
        for bar in &self.bars {
            let least = if bar.at_least { "at least" } else { "at most" };
            let verdict = if bar.holds() { "holds" } else { "**MISSED**" };
            let (found, limit) = (figure(bar.found), figure(bar.limit));
            let _ = writeln!(
                text,
                "| {} | {found} {unit} | {least} {limit} {unit} | {verdict} |",
                bar.name,
                unit = bar.unit
            );
        }
        text.push_str(
            "\n## Beside a page written by hand\n\n\
             | Page | Portal, requests/s | By hand, requests/s | Ratio | Portal, bytes | By hand, bytes | By hand, p50 | By hand, p99 |\n\
             |---|---:|---:|---:|---:|---:|---:|---:|\n",
        );
        for row in &self.rows {
            let (Some(twin), Some(ratio)) = (row.twin, row.ratio()) else { continue };
            let _ = writeln!(
                text,
                "| {} | {:.0} | {:.0} | {ratio:.2} | {} | {} | {} | {} |",
                row.name,
                row.sample.per_second,
                twin.sample.per_second,
                row.bytes,
                twin.bytes,
                milliseconds(twin.sample.p50),
                milliseconds(twin.sample.p99),
            );
        }
        text.push_str(
            "\n## Every page, and the launch\n\n| | Requests/s | p50 | p99 | Bytes |\n|---|---:|---:|---:|---:|\n",
        );
        for row in &self.rows {
            let Row { name, bytes, sample, .. } = row;
            let (p50, p99) = (milliseconds(sample.p50), milliseconds(sample.p99));
            let _ = writeln!(text, "| {name} | {:.0} | {p50} | {p99} | {bytes} |", sample.per_second);
        }
        // No spaces before a cell's end where there is no unit.
        text.replace("  |", " |")
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

fn figure(number: f64) -> String {
    if number < 10.0 { format!("{number:.2}") } else { format!("{number:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(bars: Vec<Bar>) -> Report {
        let sample = |per_second: f64| Sample { per_second, p50: Duration::from_micros(1500), p99: Duration::ZERO };
        let twin = Some(Twin { bytes: 900, sample: sample(4000.0) });
        let rows = vec![
            Row { name: "Home", bytes: 800, sample: sample(1000.0), twin: None },
            Row { name: "Requests", bytes: 1000, sample: sample(2400.0), twin },
        ];
        let text = String::new;
        Report { date: text(), machine: text(), compiler: text(), method: text(), rows, bars }
    }

    #[test]
    fn a_bar_that_is_missed_is_said() {
        let report = report(vec![
            Bar::at_least("ratio", 0.5, 0.5, ""),
            Bar::at_least("low", 0.499, 0.5, ""),
            Bar::at_most("size", 90.1, 90.0, "kB"),
            Bar::at_most("none", f64::NAN, 1.0, "ms"),
        ]);
        assert_eq!(report.missed().iter().map(|bar| bar.name.as_str()).collect::<Vec<_>>(), ["low", "size", "none"]);
        let text = report.to_markdown();
        assert!(text.contains("| ratio | 0.50 | at least 0.50 | holds |"), "{text}");
        assert!(text.contains("| size | 90.1 kB | at most 90.0 kB | **MISSED** |"), "{text}");
    }

    #[test]
    fn pages_stand_beside_their_twins() {
        let text = report(Vec::new()).to_markdown();
        assert!(text.contains("| Requests | 2400 | 4000 | 0.60 | 1000 | 900 | 1.50 ms | 0.00 ms |"), "{text}");
        assert!(text.contains("| Home | 1000 | 1.50 ms | 0.00 ms | 800 |"), "{text}");
    }
}
