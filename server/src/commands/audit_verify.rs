//! `studiogate audit verify`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use control_plane::Deps;
use domain::audit::{Head, Report, Truncation};

use super::serve::{connect, control_plane};
use crate::config::{Config, KeptKeys, public_key_text};

pub(super) async fn run(config: &Config, head: Option<&Path>) -> Result<ExitCode> {
    let head = head.map(read).transpose()?;
    let plane = control_plane(config, KeptKeys::Find, connect(config).await?, Deps::system()).await?;
    let report = plane.verify_audit(head).await.context("the log cannot be read")?;
    print(&report, &public_key_text(&plane.settings().audit_signing_key.verifying_key()));
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(file: &Path) -> Result<Head> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no head of an audit log", file.display()))
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
fn print(report: &Report, public_key: &str) {
    // To be kept: once another key signs, it goes into audit.verifying_keys.
    println!("The public key of the key that signs now is {public_key}.");
    println!(
        "{} events in {} blocks are sealed; {} wait for the sealer.",
        report.events, report.blocks, report.unsealed
    );
    match &report.head {
        Some(head) => println!("The log ends at position {}, block {}.", head.last_position, head.height),
        None => println!("Nothing is sealed yet."),
    }
    match report.truncation {
        Truncation::NotChecked => {
            println!("Whether anything was cut off at the end cannot be told without --head FILE, kept elsewhere.");
        }
        Truncation::AbsentUpTo { height } => println!("Nothing was cut off up to block {height}."),
        Truncation::Found => println!("The log was cut off, or rewritten."),
    }
    for finding in &report.findings {
        println!("FOUND: {finding}");
    }
    println!("{}", if report.is_sound() { "The log is sound." } else { "The log is NOT sound." });
}
