//! What commands that plan and apply say, ask and end with.

use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use blueprints::place::Places;
use domain::mistake::Mistake;

use super::files;

/// Between two looks at a change that is being made.
pub(super) const LOOK: Duration = Duration::from_millis(500);
/// The end of a plan that has something in it, as other tools that plan have it; and of whatever went wrong.
pub(super) const PENDING: u8 = 2;
pub(super) const WRONG: u8 = 1;

pub(super) fn refuse(wrong: &[String]) -> u8 {
    for it in wrong {
        complain(it);
    }
    WRONG
}

/// What cannot be meant in a file that could be read, each with its line.
pub(super) fn refuse_file(file: &Path, mistakes: &[Mistake]) -> u8 {
    let text = files::text(file).unwrap_or_default();
    let told = |(line, it): (Option<usize>, &Mistake)| {
        let line = line.map(|line| format!(":{line}")).unwrap_or_default();
        one_line(&format!("{}{line}: {it}", file.display()))
    };
    refuse(&Places::of(&text).in_order(mistakes).into_iter().map(told).collect::<Vec<_>>())
}

pub(super) fn confirmed() -> Result<bool> {
    say("Type yes to make these changes:");
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).context("nothing could be read")?;
    Ok(answer.trim() == "yes")
}

/// What happened, why, and what to do next.
#[expect(clippy::needless_pass_by_value, reason = "what `map_err` takes")]
pub(super) fn told(error: control_plane::Error) -> anyhow::Error {
    let problem = error.problem();
    anyhow!("{} {} {}", problem.what, problem.why, problem.next)
}

/// What AWS calls things, in one line: a name may hold a line break, and what follows it would read as another line of a plan.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Whoever read the first lines and went away has what they wanted.
pub(super) fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

pub(super) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
