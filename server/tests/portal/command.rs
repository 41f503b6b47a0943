//! The binary as a process.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

/// Runs it with `input` at its standard input; what it does not read it need not take.
pub(crate) fn studiogate(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_studiogate"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).ok();
    child.wait_with_output().unwrap()
}
