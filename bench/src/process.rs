//! Programs that are started for a measurement, and end with it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// A program that runs; killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    /// Kept open: a program that prints into nothing would fail.
    out: Option<BufReader<ChildStdout>>,
    /// What it printed until it was ready.
    said: Vec<String>,
}

impl Running {
    /// Starts it and waits for a line that begins with `ready`.
    pub(crate) fn start(command: &mut Command, ready: &str) -> Result<Self> {
        let mut running = Self::spawn(command.stdout(Stdio::piped()))?;
        let mut out = BufReader::new(running.child.stdout.take().context("its output cannot be read")?);
        loop {
            let mut line = String::new();
            if out.read_line(&mut line)? == 0 {
                bail!("{} ended before it was ready", command.get_program().display());
            }
            let is_ready = line.starts_with(ready);
            running.said.push(line.trim().to_owned());
            if is_ready {
                running.out = Some(out);
                return Ok(running);
            }
        }
    }

    /// Starts it and waits for nothing.
    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        let program = command.get_program().to_owned();
        let child =
            command.stdin(Stdio::null()).spawn().with_context(|| format!("{} cannot be started", program.display()))?;
        Ok(Self { child, out: None, said: Vec::new() })
    }

    /// The address on the line that begins with `label`.
    pub(crate) fn address(&self, label: &str) -> Result<&str> {
        let mut values = self.said.iter().filter_map(|line| line.strip_prefix(label)).map(str::trim);
        values.find(|value| value.starts_with("http://")).with_context(|| format!("it does not say its {label:?}"))
    }

    /// Resident memory in bytes, as Linux counts it.
    pub(crate) fn resident(&self) -> Result<u64> {
        self.memory("VmRSS:")
    }

    /// The most that it ever was.
    pub(crate) fn peak(&self) -> Result<u64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, line: &str) -> Result<u64> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).context("resident memory is read from /proc, which Linux has")?;
        let kilobytes = status.lines().find_map(|it| it.strip_prefix(line)?.trim().strip_suffix(" kB"));
        Ok(kilobytes.with_context(|| format!("/proc tells no {line}"))?.parse::<u64>()? * 1024)
    }

    /// At once, as `kill -9` does.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.child.kill().context("a process cannot be killed")?;
        self.child.wait().context("a killed process does not end")?;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        drop(self.out.take());
    }
}
