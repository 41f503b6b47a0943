//! `studiogate template check`.

use std::io::{BufWriter, ErrorKind, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, anyhow, bail};
use guard_rules::{Rule, built_in};
use serde::Serialize;
use serde_json::Value;
use template::check::{Finding, Unreadable, check, text_of};

use super::files;
use crate::cli::{Format, TemplateCheckArguments};

/// A finding in a file.
#[derive(Serialize)]
struct Told {
    file: String,
    line: usize,
    column: usize,
    rule: String,
    message: String,
    fix: String,
}

/// What stands for the rule where a file is no template.
const UNREADABLE: &str = "unreadable";

pub(super) fn run(options: &TemplateCheckArguments) -> Result<ExitCode> {
    let mut rules = built_in()?;
    if let Some(folder) = &options.rules {
        rules.extend(rules_in(folder)?);
    }
    let mut lines = Vec::new();
    for file in &options.files {
        let name = file.display().to_string();
        match findings(file, &rules, options.cfn_lint)? {
            Err(Unreadable { line, column, mut message }) => {
                let fix = "Give a CloudFormation template in YAML or JSON.".to_owned();
                // As the readers of YAML and JSON say it, it has no end.
                if !message.ends_with(['.', '?', '!']) {
                    message.push('.');
                }
                lines.push(Told { file: name, line, column, rule: UNREADABLE.to_owned(), message, fix });
            }
            Ok(found) => lines.extend(found.into_iter().map(|found| {
                let Finding { line, column, rule, message, fix, .. } = found;
                Told { file: name.clone(), line, column, rule, message, fix }
            })),
        }
    }
    match tell(options.format, &lines) {
        // Whoever read the first lines and went away has what they wanted.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        told => told.context("The findings cannot be written")?,
    }
    Ok(if lines.iter().any(|line| line.rule == UNREADABLE) {
        ExitCode::from(2)
    } else {
        ExitCode::from(u8::from(!lines.is_empty()))
    })
}

fn tell(format: Format, lines: &[Told]) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    match format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(lines)?)?,
        Format::Text => {
            for Told { file, line, column, rule, message, fix } in lines {
                writeln!(out, "{file}:{line}:{column}: {rule}: {message} {fix}")?;
            }
        }
    }
    out.flush()
}

/// The rules of a folder, by name.
fn rules_in(folder: &Path) -> Result<Vec<Rule>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|end| end == "guard"));
    paths.sort();
    if paths.is_empty() {
        bail!("{} holds no rule: they are files that end in .guard", folder.display());
    }
    let read = |path: &std::path::PathBuf| -> Result<Rule> {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        Ok(Rule::read(name, &text)?)
    };
    paths.iter().map(read).collect()
}

fn findings(file: &Path, rules: &[Rule], cfn_lint: bool) -> Result<Result<Vec<Finding>, Unreadable>> {
    let bytes = match files::bytes(file) {
        Ok(bytes) => bytes,
        Err(error) => {
            return Ok(Err(Unreadable { line: 1, column: 1, message: format!("It cannot be read: {error}.") }));
        }
    };
    let text = match text_of(&bytes) {
        Ok(text) => text,
        Err(error) => return Ok(Err(error)),
    };
    let mut checked = match check(text) {
        Ok(checked) => checked,
        Err(error) => return Ok(Err(error)),
    };
    guard_rules::check(rules, &mut checked);
    if cfn_lint {
        checked.add(linted(text)?);
    }
    Ok(Ok(checked.findings))
}

/// What cfn-lint calls an error (`E...`).
fn linted(text: &str) -> Result<Vec<Finding>> {
    let mut command = Command::new("cfn-lint");
    command.args(["--format", "json", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = command.spawn();
    let mut child =
        started.context("cfn-lint cannot be run: install it (pip install cfn-lint), or leave --cfn-lint out")?;
    let input = child.stdin.take().context("cfn-lint takes no input")?;
    let ran = std::thread::scope(|scope| {
        // It may answer before it read all.
        scope.spawn(move || BufWriter::new(input).write_all(text.as_bytes()).ok());
        child.wait_with_output()
    })?;
    let answer: Value = serde_json::from_slice(&ran.stdout)
        .map_err(|_| anyhow!("cfn-lint ended on it: {}", String::from_utf8_lossy(&ran.stderr)))?;
    let found = answer.as_array().into_iter().flatten().filter_map(|it| {
        let text = |path: &str| it.pointer(path).and_then(Value::as_str);
        let number = |path: &str| it.pointer(path).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        let rule = text("/Rule/Id").filter(|id| id.starts_with('E'))?;
        Some(Finding {
            line: number("/Location/Start/LineNumber").unwrap_or(1),
            column: number("/Location/Start/ColumnNumber").unwrap_or(1),
            rule: format!("cfn-lint {rule}"),
            message: text("/Message").unwrap_or_default().to_owned(),
            fix: text("/Rule/Source").map(|source| format!("See {source}")).unwrap_or_default(),
            path: String::new(),
            waivable: true,
        })
    });
    Ok(found.collect())
}
