//! Programs that the tests want from the operating system.

use std::process::Command;

use anyhow::{Result, bail};

use crate::command::{find, output, run};
use crate::progress::step;

/// A Debian package that `what` comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needed {
    pub what: &'static str,
    pub package: &'static str,
    /// For systems that are not Debian, or where this is not run as root.
    pub remedy: &'static str,
}

/// Installs the packages on Debian as root; elsewhere asks for each in one line.
pub(crate) fn install(missing: &[Needed]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    if find("apt-get").is_none() || !is_root() {
        let lines: Vec<_> =
            missing.iter().map(|needed| format!("{} is missing: {}", needed.what, needed.remedy)).collect();
        bail!("{}", lines.join("\n"));
    }
    let names: Vec<_> = missing.iter().map(|needed| needed.package).collect();
    step(&format!("Install {}", names.join(", ")), || {
        let apt = |verb: &[&str]| {
            let mut command = Command::new("apt-get");
            command.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq").args(verb);
            command
        };
        run(&mut apt(&["update"]))?;
        run(apt(&["install", "-y", "--no-install-recommends"]).args(&names))
    })
}

pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}
