//! `cargo xtask soak`: many at once, much in the store, and replicas that die. Each part is bounded in time, stays on loopback,
//! and writes its own part of `docs/benchmarks.md`.

mod catalog;
mod fill;
mod lists;
mod local_aws;
mod part;
mod replicas;
mod requests;
mod submit;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};

use crate::document;
use part::Part;

/// What is soaked.
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

#[derive(Debug, Args)]
pub(crate) struct Soak {
    #[arg(value_enum)]
    kind: Kind,
    /// The portal with its demo
    #[arg(long)]
    portal: PathBuf,
    /// A folder for the databases; emptied first
    #[arg(long)]
    work: PathBuf,
    /// An empty Postgres database
    #[arg(long)]
    postgres: Option<String>,
    /// The file to write into
    #[arg(long)]
    document: PathBuf,
    /// A smaller number of environments, for a try; what is found then is not written down
    #[arg(long)]
    count: Option<usize>,
}

impl Soak {
    fn postgres(&self) -> Result<&str> {
        self.postgres.as_deref().context("this part needs --postgres")
    }

    fn sqlite(&self, name: &str) -> String {
        format!("sqlite:{}?mode=rwc", self.work.join(name).display())
    }
}

/// Runs one part and writes it down; answers what did not hold.
pub(crate) async fn run(soak: &Soak) -> Result<Vec<String>> {
    let work = &soak.work;
    if work.is_dir() {
        fs::remove_dir_all(work).with_context(|| format!("{} cannot be emptied", work.display()))?;
    }
    fs::create_dir_all(work).with_context(|| format!("{} cannot be made", work.display()))?;
    let found: Part = match soak.kind {
        Kind::Requests => requests::run(soak).await?,
        Kind::ListsSqlite => lists::run(soak, lists::Database::Sqlite).await?,
        Kind::ListsPostgres => lists::run(soak, lists::Database::Postgres).await?,
        Kind::Replicas => replicas::run(soak).await?,
        Kind::Catalog => catalog::run(soak).await?,
    };
    let text = found.to_markdown();
    say(&text);
    if soak.count.is_none() {
        let path = &soak.document;
        let before = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        fs::write(path, document::with_part(&before, found.name, &text))
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(found.missed())
}

#[expect(clippy::print_stdout, reason = "the progress of a command")]
fn say(line: &str) {
    println!("    {line}");
}
