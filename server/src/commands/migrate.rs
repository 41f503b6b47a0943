//! `studiogate migrate`.

use std::process::ExitCode;

use anyhow::{Context as _, Result};

use super::serve::connect;
use crate::config::Config;

#[expect(clippy::print_stdout, reason = "the answer of a command")]
pub(super) async fn run(config: &Config) -> Result<ExitCode> {
    let store = connect(config).await?;
    store.migrate().await.context("the database cannot be brought up to date")?;
    println!("The database ({}) is up to date.", store.backend_name());
    store.close().await;
    Ok(ExitCode::SUCCESS)
}
