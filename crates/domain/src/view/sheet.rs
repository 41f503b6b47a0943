use serde::{Deserialize, Serialize};

/// Rows of a list that is known whole that one page shows.
pub const ROWS_OF_A_SHEET: usize = 60;

/// Which part of a list that is known whole a page shows.
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
    /// The sheet that a link names, of the list; one that is no number is the first.
    pub fn cut<T>(named: &str, all: Vec<T>) -> (Self, Vec<T>) {
        let number = named.trim().parse::<usize>().unwrap_or_default().max(1);
        let start = (number - 1).saturating_mul(ROWS_OF_A_SHEET);
        let more = all.len() > start.saturating_add(ROWS_OF_A_SHEET);
        (Self { number, more }, all.into_iter().skip(start).take(ROWS_OF_A_SHEET).collect())
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
            let (sheet, rows) = Sheet::cut(&named, all.clone());
            seen.extend(rows);
            match sheet.next() {
                Some(next) => named = next,
                None => break,
            }
        }
        assert_eq!((seen, named.as_str()), (all.clone(), "3"));
        for odd in ["0", "-1", "x", ""] {
            assert_eq!(Sheet::cut(odd, all.clone()).0.number, 1, "{odd}");
        }
        let far = usize::MAX.to_string();
        assert_eq!(Sheet::cut(&far, all), (Sheet { number: usize::MAX, more: false }, Vec::new()));
    }
}
