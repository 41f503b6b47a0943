//! See the library of this package.

use std::process::ExitCode;

use clap::Parser as _;
use studiogate::cli::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::Error::new(error).context("the asynchronous runtime cannot be started")),
    };
    match runtime.block_on(studiogate::commands::run(arguments)) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

#[expect(clippy::print_stderr, reason = "the last word of a command that failed")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("studiogate: {error:#}");
    ExitCode::FAILURE
}
