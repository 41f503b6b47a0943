use serde::{Deserialize, Serialize};

/// Rows of a list by name that one page shows.
pub const ROWS_OF_A_SHEET: usize = 60;
/// The same of rows that have forms of their own, each longer than what the others say.
pub const FORMS_OF_A_SHEET: usize = 20;

/// Which part of a list by name a page shows: it has no place that would stay while rows come and go, so sheets are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// From 1.
    pub number: usize,
    /// Another one follows.
    pub more: bool,
}

impl Default for Sheet {
    fn default() -> Self {
        Self { number: 1, more: false }
    }
}

impl Sheet {
    /// The sheet that a link names, before its rows are read; what is no number is the first.
    pub fn named(named: &str) -> Self {
        Self { number: named.trim().parse::<usize>().unwrap_or_default().max(1), more: false }
    }

    /// How many rows come before it, where each sheet has `rows`.
    pub fn offset(self, rows: usize) -> usize {
        (self.number - 1).saturating_mul(rows)
    }

    /// With the rows from its [`Sheet::offset`] on: one more than `rows` says that another sheet follows.
    pub fn filled<T>(self, rows: usize, mut read: Vec<T>) -> (Self, Vec<T>) {
        let more = read.len() > rows;
        read.truncate(rows);
        (Self { more, ..self }, read)
    }

    /// The sheet that a link names, of a list that is at hand.
    pub fn cut<T>(named: &str, rows: usize, all: Vec<T>) -> (Self, Vec<T>) {
        let sheet = Self::named(named);
        sheet.filled(rows, all.into_iter().skip(sheet.offset(rows)).take(rows + 1).collect())
    }

    /// How a link names the next one.
    pub fn next(self) -> Option<String> {
        self.more.then(|| (self.number + 1).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_into_sheets_that_leave_nothing_out() {
        let all: Vec<usize> = (0..=ROWS_OF_A_SHEET * 2).collect();
        let (mut named, mut seen) = (String::new(), Vec::new());
        loop {
            let (sheet, rows) = Sheet::cut(&named, ROWS_OF_A_SHEET, all.clone());
            seen.extend(rows);
            match sheet.next() {
                Some(next) => named = next,
                None => break,
            }
        }
        assert_eq!((seen, named.as_str()), (all.clone(), "3"));
        for odd in ["0", "-1", "x", ""] {
            assert_eq!(Sheet::cut(odd, ROWS_OF_A_SHEET, all.clone()).0.number, 1, "{odd}");
        }
        let far = usize::MAX.to_string();
        assert_eq!(Sheet::cut(&far, ROWS_OF_A_SHEET, all), (Sheet { number: usize::MAX, more: false }, Vec::new()));
    }
}
