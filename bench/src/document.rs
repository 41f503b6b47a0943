//! `docs/benchmarks.md` has several writers: the benchmark writes its beginning, and each part of the soak its own part after it.

const FIRST: &str = "<!-- part ";

fn begin(name: &str) -> String {
    format!("{FIRST}{name} -->\n")
}

fn end(name: &str) -> String {
    format!("<!-- end {name} -->\n")
}

/// The text with its beginning replaced.
pub(crate) fn with_beginning(text: &str, beginning: &str) -> String {
    match text.find(FIRST) {
        Some(at) => format!("{}\n\n{}", beginning.trim_end(), &text[at..]),
        None => beginning.to_owned(),
    }
}

/// The text with one part replaced, or added at the end.
pub(crate) fn with_part(text: &str, name: &str, part: &str) -> String {
    let (begin, end) = (begin(name), end(name));
    let part = format!("{begin}\n{}\n\n{end}", part.trim());
    let old = text.find(&begin).zip(text.find(&end).map(|at| at + end.len()));
    match old {
        Some((from, to)) if from < to => format!("{}{part}{}", &text[..from], &text[to..]),
        _ => format!("{}\n\n{part}", text.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_writer_replaces_its_own_part_alone() {
        let one = with_part("# Benchmarks\n\nold\n", "a", "first\n");
        let both = with_part(&one, "b", "second");
        let again = with_part(&both, "a", "third");
        assert_eq!(with_part(&again, "a", "third"), again);
        assert!(!again.contains("first") && again.contains("third") && again.contains("second"), "{again}");
        let anew = with_beginning(&again, "# Benchmarks\n\nnew\n");
        assert!(anew.starts_with("# Benchmarks\n\nnew\n\n<!-- part a -->\n\nthird\n"), "{anew}");
        assert!(!anew.contains("old") && anew.contains("second"), "{anew}");
        assert_eq!(with_beginning("", "x"), "x");
    }
}
