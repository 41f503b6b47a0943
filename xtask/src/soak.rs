//! `cargo xtask soak`.

use anyhow::Result;
use clap::ValueEnum;

use crate::build;
use crate::command::run as run_command;
use crate::postgres::Postgres;
use crate::progress::{say, step};
use crate::site;
use crate::workspace::Workspace;

/// What is soaked; `bench/src/soak/` says how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// 1,000 environments requested at once, with calls throttled
    Requests,
    /// 100,000 environments and a million audit events, on SQLite
    ListsSqlite,
    /// The same on Postgres
    ListsPostgres,
    /// Two replicas on Postgres, one killed every few seconds, while 500 environments come up
    Replicas,
    /// 350 products with 100 versions each
    Catalog,
}

impl Kind {
    fn needs_postgres(self) -> bool {
        matches!(self, Self::ListsPostgres | Self::Replicas)
    }

    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// Builds for release, runs each of `kinds`, or all, writes what was found into `docs/benchmarks.md`, and fails when something does not
/// hold.
pub(crate) fn run(workspace: &Workspace, kinds: &[Kind], count: Option<u32>) -> Result<()> {
    site::build(workspace)?;
    step("Compile the portal with its demo, and the soak", || {
        let packages = ["--release", "--package", "studiogate", "--package", "bench"];
        run_command(build::cargo(workspace, "build").args(packages))
    })?;
    let built = workspace.target.join("release");
    let kinds = if kinds.is_empty() { Kind::value_variants() } else { kinds };
    for kind in kinds {
        // A database of its own for each.
        let postgres = if kind.needs_postgres() { Some(Postgres::start()?) } else { None };
        step(&format!("Soak: {}", kind.name()), || {
            let mut command = std::process::Command::new(built.join("bench"));
            command.args(["soak", &kind.name()]).arg("--portal").arg(built.join("studiogate"));
            command.arg("--work").arg(workspace.target.join("soak"));
            command.arg("--document").arg(workspace.root.join("docs/benchmarks.md"));
            if let Some(postgres) = &postgres {
                command.args(["--postgres", postgres.url()]);
            }
            if let Some(count) = count {
                command.args(["--count", &count.to_string()]);
            }
            run_command(&mut command)
        })?;
    }
    say("Everything holds.");
    Ok(())
}
