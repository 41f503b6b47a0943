//! Two texts, line by line.

use serde::{Deserialize, Serialize};

/// One line of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "text", rename_all = "snake_case")]
pub enum DiffLine {
    Same(String),
    Removed(String),
    Added(String),
}

/// Above this many pairs of lines the texts are told apart as two blocks: the table below would grow too large.
const LARGEST_TABLE: usize = 4_000_000;

/// What became of `before`: the shortest list of lines removed and added (longest common subsequence).
pub fn diff(before: &str, after: &str) -> Vec<DiffLine> {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let (rest_before, rest_after) = (&before[start..], &after[start..]);
    let end = rest_before.iter().rev().zip(rest_after.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&rest_before[..rest_before.len() - end], &rest_after[..rest_after.len() - end]);
    let same = |line: &&str| DiffLine::Same((*line).to_owned());
    let mut lines: Vec<DiffLine> = before[..start].iter().map(same).collect();
    lines.extend(between(old, new));
    lines.extend(before[before.len() - end..].iter().map(same));
    lines
}

/// The same with what stays left out, but for `context` lines around each that does not: "…" stands for it.
#[must_use]
pub fn around_changes(lines: Vec<DiffLine>, context: usize) -> Vec<DiffLine> {
    let changed = |at: usize| lines.get(at).is_some_and(|line| !matches!(line, DiffLine::Same(_)));
    let near = |at: usize| (at.saturating_sub(context)..=at + context).any(changed);
    let kept: Vec<bool> = (0..lines.len()).map(near).collect();
    let mut shown = Vec::new();
    for (line, kept) in lines.into_iter().zip(kept) {
        let gap = || DiffLine::Same("\u{2026}".to_owned());
        if kept {
            shown.push(line);
        } else if shown.last() != Some(&gap()) {
            shown.push(gap());
        }
    }
    shown
}

fn between(old: &[&str], new: &[&str]) -> Vec<DiffLine> {
    let removed = |line: &str| DiffLine::Removed(line.to_owned());
    let added = |line: &str| DiffLine::Added(line.to_owned());
    if old.len().saturating_mul(new.len()) > LARGEST_TABLE {
        return old.iter().map(|line| removed(line)).chain(new.iter().map(|line| added(line))).collect();
    }
    // `longest[i][j]`: how many lines old[i..] and new[j..] have in common.
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i * width + j] = if old[i] == new[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push(DiffLine::Same(old[i].to_owned()));
            (i, j) = (i + 1, j + 1);
        } else if j >= new.len() || (i < old.len() && longest[(i + 1) * width + j] >= longest[i * width + j + 1]) {
            lines.push(removed(old[i]));
            i += 1;
        } else {
            lines.push(added(new[j]));
            j += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn short(lines: &[DiffLine]) -> String {
        lines
            .iter()
            .map(|line| match line {
                DiffLine::Same(text) => format!(" {text}"),
                DiffLine::Removed(text) => format!("-{text}"),
                DiffLine::Added(text) => format!("+{text}"),
            })
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn lines_are_kept_removed_and_added() {
        assert_eq!(short(&diff("a\nb\nc", "a\nx\nc")), " a\n-b\n+x\n c");
        assert_eq!(short(&diff("", "a\nb")), "+a\n+b");
        assert_eq!(short(&diff("a\na", "a")), " a\n-a");
        assert_eq!(short(&diff("a", "a")), " a");
    }

    #[test]
    fn what_is_far_from_a_change_is_left_out() {
        let lines = diff("a\nb\nc\nd\ne\nf", "a\nb\nx\nd\ne\nf");
        assert_eq!(short(&around_changes(lines, 1)), " \u{2026}\n b\n-c\n+x\n d\n \u{2026}");
        assert_eq!(short(&around_changes(diff("a\nb", "a\nb"), 3)), " \u{2026}");
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_back(before in "([ab]\n){0,8}", after in "([ab]\n){0,8}") {
            let lines = diff(&before, &after);
            let side = |keep: fn(&DiffLine) -> Option<&String>| {
                lines.iter().filter_map(keep).cloned().collect::<Vec<_>>()
            };
            let old = side(|line| match line { DiffLine::Same(t) | DiffLine::Removed(t) => Some(t), DiffLine::Added(_) => None });
            let new = side(|line| match line { DiffLine::Same(t) | DiffLine::Added(t) => Some(t), DiffLine::Removed(_) => None });
            prop_assert_eq!(old, before.lines().map(str::to_owned).collect::<Vec<_>>());
            prop_assert_eq!(new, after.lines().map(str::to_owned).collect::<Vec<_>>());
        }
    }
}
