//! `studiogate policy check`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use domain::guardrail::{Finding, Policy, PolicyKind};
use serde::Serialize;

use super::files;
use crate::cli::{Format, PolicyCheckArguments, PolicyKindArgument};

/// One thing to say about a document.
#[derive(Serialize)]
struct Remark {
    file: String,
    line: u32,
    column: u32,
    severity: Severity,
    message: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Severity {
    /// AWS takes it; it most likely does not do what is meant.
    Warning,
    /// AWS refuses the document, or there is none.
    Error,
}

impl Severity {
    fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
pub(super) fn run(options: &PolicyCheckArguments) -> Result<ExitCode> {
    let kind = match options.kind {
        PolicyKindArgument::Scp => PolicyKind::ServiceControl,
        PolicyKindArgument::Identity => PolicyKind::Identity,
        PolicyKindArgument::Boundary => PolicyKind::Boundary,
        PolicyKindArgument::Session => PolicyKind::Session,
        PolicyKindArgument::Trust => PolicyKind::Trust,
    };
    let remarks: Vec<Remark> = options.files.iter().flat_map(|file| check(kind, file)).collect();
    match options.format {
        Format::Json => println!("{}", serde_json::to_string_pretty(&remarks)?),
        Format::Text => {
            for Remark { file, line, column, severity, message } in &remarks {
                println!("{file}:{line}:{column}: {}: {message}", severity.as_str());
            }
        }
    }
    Ok(match remarks.iter().map(|remark| remark.severity).max() {
        None => ExitCode::SUCCESS,
        Some(Severity::Warning) => ExitCode::from(1),
        Some(Severity::Error) => ExitCode::from(2),
    })
}

fn check(kind: PolicyKind, file: &Path) -> Vec<Remark> {
    let name = file.display().to_string();
    let remark =
        |severity, Finding { line, column, message }| Remark { file: name.clone(), line, column, severity, message };
    let text = match files::text(file) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("it cannot be read: {error}");
            return vec![remark(Severity::Error, Finding { line: 1, column: 1, message })];
        }
    };
    match Policy::parse(kind, &name, &text) {
        Ok(policy) => policy.findings().iter().map(|finding| remark(Severity::Warning, finding.clone())).collect(),
        Err(error) => {
            let finding = Finding { line: error.line, column: error.column, message: error.message };
            vec![remark(Severity::Error, finding)]
        }
    }
}
