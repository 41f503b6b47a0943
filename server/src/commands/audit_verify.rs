//! `studiogate audit verify`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use control_plane::Verification;
use domain::audit::{Head, Report, Truncation, VerifyingKey};

use super::serve::connect;
use crate::config::{Config, public_key_text};

pub(super) async fn run(config: &Config, head: Option<&Path>) -> Result<ExitCode> {
    let head = head.map(read).transpose()?;
    let keys = config.audit.public_keys()?;
    let store = connect(config).await?;
    let report =
        Verification::new(store, keys.iter().copied(), head).finish().await.context("the log cannot be read")?;
    print(&report, &keys);
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(file: &Path) -> Result<Head> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no head of an audit log", file.display()))
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
fn print(report: &Report, keys: &[VerifyingKey]) {
    // To be kept: once another key signs, it goes into audit.verifying_keys.
    for key in keys {
        println!("Verified with the public key {}.", public_key_text(key));
    }
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
