//! Builds, runs, checks and measures Studiogate: `cargo xtask demo`, `cargo xtask test`, `cargo xtask build`,
//! `cargo xtask bench`, `cargo xtask soak`.
//!
//! Everything it needs beyond Rust, Node.js and a C compiler is fetched at pinned versions into
//! `~/.cache/studiogate`, outside the checkout, and reused.

mod aws_names;
mod bench;
mod boto3;
mod browser;
mod build;
mod bundle;
mod cfn_lint;
mod command;
mod cvc5;
mod demo;
mod npm;
mod packages;
mod postgres;
mod prerequisites;
mod progress;
mod python;
mod scratch;
mod site;
mod soak;
mod stamp;
mod styles;
mod test;
mod wasm;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Builds, runs and checks Studiogate")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Builds what is out of date and starts the portal on seeded data
    Demo {
        /// Passed on to `studiogate demo`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Runs everything that can be checked
    Test {
        /// The parts to run; all of them when none is named
        #[arg(value_enum)]
        parts: Vec<test::Part>,
    },
    /// Builds the release binary, assets and all
    Build,
    /// Measures the release and writes `docs/benchmarks.md`; fails when a bar is missed
    Bench,
    /// Many environments at once, full lists, replicas that are killed; writes into `docs/benchmarks.md`
    Soak {
        /// The parts to run; all of them when none is named
        #[arg(value_enum)]
        kinds: Vec<soak::Kind>,
        /// A smaller number of environments, for a try; nothing is written down
        #[arg(long)]
        count: Option<u32>,
    },
    /// Writes the lists of AWS's resource types and actions anew, from the pinned cfn-lint
    AwsNames,
    /// Makes sure that Rust can compile the browser's side
    WasmTarget,
    /// Starts a Postgres of its own, sets `STUDIOGATE_TEST_POSTGRES_URL` and runs the command
    Postgres {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        command: Vec<String>,
    },
}

fn main() -> ExitCode {
    let task = Arguments::parse().task;
    let result = Workspace::find().and_then(|workspace| match task {
        Task::Demo { arguments } => demo::run(&workspace, &arguments),
        Task::Test { parts } => test::run(&workspace, &parts),
        Task::Build => build::run_task(&workspace),
        Task::Bench => bench::run(&workspace),
        Task::Soak { kinds, count } => soak::run(&workspace, &kinds, count),
        Task::AwsNames => aws_names::write(&workspace),
        Task::WasmTarget => prerequisites::wasm_target().map(drop),
        Task::Postgres { command } => postgres::run(&command),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            progress::say(&format!("FAILED: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
