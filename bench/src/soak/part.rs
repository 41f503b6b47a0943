//! What one part of the soak found, and whether it holds.

use std::fmt::Write as _;

use crate::{machine, measure};

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// In the marks of the document.
    pub(crate) name: &'static str,
    title: String,
    how: String,
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    what: String,
    found: String,
    /// What was wanted, and whether it is so.
    wanted: Option<(String, bool)>,
}

impl Part {
    pub(crate) fn new(name: &'static str, title: &str, how: String) -> Self {
        Self { name, title: title.to_owned(), how, rows: Vec::new() }
    }

    /// A figure that nothing hangs on.
    pub(crate) fn figure(&mut self, what: &str, found: impl Into<String>) {
        self.rows.push(Row { what: what.to_owned(), found: found.into(), wanted: None });
    }

    /// A count that has to be just so.
    pub(crate) fn exactly(&mut self, what: &str, found: usize, wanted: usize) {
        let wanted = Some((wanted.to_string(), found == wanted));
        self.rows.push(Row { what: what.to_owned(), found: found.to_string(), wanted });
    }

    /// A figure that may not be larger.
    pub(crate) fn at_most(&mut self, what: &str, found: f64, limit: f64, unit: &str) {
        let wanted = Some((format!("at most {limit:.0} {unit}"), found.is_finite() && found <= limit));
        self.rows.push(Row { what: what.to_owned(), found: format!("{found:.1} {unit}"), wanted });
    }

    pub(crate) fn missed(&self) -> Vec<String> {
        let missed = |row: &Row| match &row.wanted {
            Some((wanted, false)) => Some(format!("{}: {}: {}, wanted {wanted}", self.title, row.what, row.found)),
            _ => None,
        };
        self.rows.iter().filter_map(missed).collect()
    }

    pub(crate) fn to_markdown(&self) -> String {
        let mut text = format!(
            "## {}\n\n{}\n\n- Date: {}\n- Machine: {}\n\n| | Found | Wanted | |\n|---|---:|---:|---|\n",
            self.title,
            self.how,
            measure::today(),
            machine::describe(),
        );
        for Row { what, found, wanted } in &self.rows {
            let (wanted, verdict) = match wanted {
                Some((wanted, true)) => (wanted.as_str(), "holds"),
                Some((wanted, false)) => (wanted.as_str(), "**MISSED**"),
                None => ("", ""),
            };
            let _ = writeln!(text, "| {what} | {found} | {wanted} | {verdict} |");
        }
        text.replace("  |", " |")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_hold_is_said() {
        let mut part = Part::new("x", "Title", "How.".to_owned());
        part.exactly("up", 999, 1000);
        part.exactly("twice", 0, 0);
        part.at_most("p99", 20.1, 20.0, "ms");
        part.at_most("none", f64::NAN, 20.0, "ms");
        part.figure("calls", "12");
        assert_eq!(part.missed().len(), 3);
        assert_eq!(part.missed()[0], "Title: up: 999, wanted 1000");
        let text = part.to_markdown();
        assert!(text.contains("| up | 999 | 1000 | **MISSED** |"), "{text}");
        assert!(text.contains("| twice | 0 | 0 | holds |"), "{text}");
        assert!(text.contains("| calls | 12 | | |"), "{text}");
    }
}
