//! Measures the portal: `cargo xtask bench` builds what is needed and runs this.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod browser;
mod client;
mod document;
mod form;
mod hand_written;
mod load;
mod machine;
mod measure;
mod parts;
mod process;
mod report;
mod seed;
mod serve;
mod soak;
mod targets;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "bench", about = "Measures the portal; see `cargo xtask bench`")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measures everything and writes the document
    Measure(Measure),
    /// Many at once, much in the store, replicas that die; see `cargo xtask soak`
    Soak(soak::Soak),
    /// Serves the pages that the portal's are compared with
    HandWritten {
        /// The portal's database
        #[arg(long)]
        database: String,
    },
}

#[derive(Debug, Args)]
struct Measure {
    /// The portal with its demo
    #[arg(long)]
    portal: PathBuf,
    /// The portal as it is released
    #[arg(long)]
    release: PathBuf,
    /// A folder for the databases; emptied first
    #[arg(long)]
    work: PathBuf,
    /// Where Criterion keeps its results
    #[arg(long)]
    criterion: PathBuf,
    /// What the compiler says its version is
    #[arg(long)]
    compiler: String,
    /// The file to write
    #[arg(long)]
    document: PathBuf,
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Of each measurement
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        // The load comes from one thread: what it does not use is the servers'.
        Command::Measure(arguments) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let missed = runtime.block_on(measure::run(&arguments))?;
            for bar in &missed {
                complain(&format!(
                    "MISSED: {}: {:.3} {}, the bar is {} {}",
                    bar.name, bar.found, bar.unit, bar.limit, bar.unit
                ));
            }
            Ok(if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Command::Soak(arguments) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let missed = runtime.block_on(soak::run(&arguments))?;
            for what in &missed {
                complain(&format!("MISSED: {what}"));
            }
            Ok(if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Command::HandWritten { database } => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(hand_written::serve(&database))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

#[expect(clippy::print_stderr, reason = "why a command failed")]
fn complain(text: &str) {
    eprintln!("{text}");
}
