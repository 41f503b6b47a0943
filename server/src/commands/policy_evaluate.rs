//! `studiogate policy evaluate`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use domain::guardrail::{Decision, EvaluationInput, Layer, StatementName};
use serde::Serialize;

use super::files;

/// What is printed.
#[derive(Serialize)]
struct Answer<'a> {
    decision: Decision,
    decided_by: Option<DecidedBy<'a>>,
    explanation: &'a str,
}

#[derive(Serialize)]
struct DecidedBy<'a> {
    layer: Layer,
    level: Option<usize>,
    policy: Option<usize>,
    statement: Option<&'a StatementName>,
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the answer of a command")]
pub(super) fn run() -> Result<ExitCode> {
    let text = files::text(Path::new("-")).context("standard input cannot be read")?;
    let input = match EvaluationInput::parse(&text) {
        Ok(input) => input,
        Err(error) => {
            eprintln!("{error}");
            return Ok(ExitCode::from(2));
        }
    };
    let verdict = input.verdict();
    let answer = Answer {
        decision: verdict.decision,
        decided_by: verdict.decided_by.as_ref().map(|by| DecidedBy {
            layer: by.layer,
            level: by.level,
            policy: input.policy_index(by),
            statement: by.statement.as_ref(),
        }),
        explanation: &verdict.explanation,
    };
    println!("{}", serde_json::to_string_pretty(&answer)?);
    Ok(ExitCode::SUCCESS)
}
