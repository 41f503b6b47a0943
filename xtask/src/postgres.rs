//! A Postgres of its own for the tests: empty at the start, gone at the end, never one that is already running.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command::{find, output, run as run_command, succeeds};
use crate::packages::{self, Needed, is_root};
use crate::progress::step;
use crate::scratch::Scratch;

/// What the tests read.
pub(crate) const VARIABLE: &str = "STUDIOGATE_TEST_POSTGRES_URL";
const STARTS_WITHIN: Duration = Duration::from_mins(1);
/// Nothing is kept, so nothing has to be safe on a disk; and each test has a database of its own.
const SETTINGS: [&str; 7] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=256MB",
    "max_connections=300",
];

/// Stopped and removed when dropped.
#[derive(Debug)]
pub(crate) struct Postgres {
    server: Child,
    scratch: Scratch,
    url: String,
}

impl Postgres {
    /// Starts it; durability is off, since nothing in it is kept.
    pub(crate) fn start() -> Result<Self> {
        let programs = programs()?;
        step("Start a Postgres for the tests", || {
            let user = if is_root() { Some(other_user()?) } else { None };
            let scratch = Scratch::make("postgres")?;
            let folder = scratch.path();
            if let Some(user) = &user {
                run_command(Command::new("chown").arg(user.to_string()).arg(folder))?;
            }
            let data = folder.join("data");
            let mut initdb = as_user(&programs.join("initdb"), user.as_ref());
            initdb.arg("-D").arg(&data).args([
                "-U",
                "studiogate",
                "--auth=trust",
                "--no-sync",
                "-E",
                "UTF8",
                "--locale=C",
            ]);
            output(&mut initdb)?;
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            let log = fs::File::create(folder.join("log"))?;
            let mut server = as_user(&programs.join("postgres"), user.as_ref());
            server.arg("-D").arg(&data).arg("-k").arg(folder).args(["-h", "127.0.0.1", "-p", &port.to_string()]);
            for setting in SETTINGS {
                server.args(["-c", setting]);
            }
            let server = server.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
            let mut postgres =
                Self { server, scratch, url: format!("postgres://studiogate@127.0.0.1:{port}/postgres") };
            postgres.wait_until_ready(&programs, port)?;
            Ok(postgres)
        })
    }

    /// The URL of its maintenance database; the user may create others.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    fn wait_until_ready(&mut self, programs: &Path, port: u16) -> Result<()> {
        let start = Instant::now();
        let mut probe = Command::new(programs.join("pg_isready"));
        probe.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string(), "-U", "studiogate"]);
        while !succeeds(&mut probe) {
            let ended = self.server.try_wait()?;
            if ended.is_some() || start.elapsed() > STARTS_WITHIN {
                let log = fs::read_to_string(self.scratch.path().join("log")).unwrap_or_default();
                bail!("Postgres does not start:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGQUIT: at once, without a checkpoint; the data is thrown away.
        let _ = succeeds(Command::new("kill").args(["-QUIT", &self.server.id().to_string()]));
        let _ = self.server.wait();
    }
}

/// `cargo xtask postgres -- COMMAND`.
pub(crate) fn run(command: &[String]) -> Result<()> {
    let (program, arguments) = command.split_first().context("a command is needed")?;
    let postgres = Postgres::start()?;
    run_command(Command::new(program).args(arguments).env(VARIABLE, postgres.url()))
}

/// The folder of the server's programs.
fn programs() -> Result<PathBuf> {
    if let Some(folder) = find_programs() {
        return Ok(folder);
    }
    packages::install(&[Needed {
        what: "PostgreSQL's server",
        package: "postgresql",
        remedy: "install its server binaries (Debian: apt-get install postgresql; macOS: brew install postgresql@17)",
    }])?;
    find_programs().context("PostgreSQL's initdb is not found")
}

fn find_programs() -> Option<PathBuf> {
    let has_server = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    let mut installed: Vec<_> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .filter(has_server)
        .collect();
    installed.sort_by_key(|folder| {
        folder.iter().rev().nth(1).and_then(|version| version.to_str()?.parse::<u32>().ok()).unwrap_or_default()
    });
    installed
        .pop()
        .or_else(|| find("initdb")?.parent().map(Path::to_owned))
        .or_else(|| output(Command::new("pg_config").arg("--bindir")).ok().map(PathBuf::from).filter(has_server))
}

/// User and group by number.
#[derive(Clone, Debug)]
struct User {
    id: u32,
    group: u32,
}

impl std::fmt::Display for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.id, self.group)
    }
}

/// Postgres refuses to run as root.
fn other_user() -> Result<User> {
    for name in ["postgres", "nobody"] {
        let number = |flag: &str| output(Command::new("id").args([flag, name])).ok().and_then(|id| id.parse().ok());
        if let (Some(id), Some(group)) = (number("-u"), number("-g")) {
            return Ok(User { id, group });
        }
    }
    bail!("Postgres does not run as root, and there is neither a user postgres nor nobody")
}

#[cfg(unix)]
fn as_user(program: &Path, user: Option<&User>) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(program);
    command.current_dir("/");
    if let Some(user) = user {
        command.uid(user.id).gid(user.group);
    }
    command
}

#[cfg(not(unix))]
fn as_user(program: &Path, _: Option<&User>) -> Command {
    Command::new(program)
}
