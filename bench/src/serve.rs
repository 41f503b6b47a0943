//! `studiogate serve` as it is released: how soon it is ready, and how much memory it takes when nobody is there.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use store::Store;

use crate::process::Running;

const STARTS: usize = 11;
const READY_WITHIN: Duration = Duration::from_secs(20);
const SETTLES_WITHIN: Duration = Duration::from_mins(1);
/// After the first reading of the catalog.
const IDLE_FOR: Duration = Duration::from_secs(10);

/// The released binary over the local AWS and the provider of a demo that runs.
#[derive(Clone, Debug)]
pub(crate) struct Serve {
    pub(crate) binary: PathBuf,
    pub(crate) database: String,
    pub(crate) aws: String,
    pub(crate) issuer: String,
}

impl Serve {
    fn command(&self, verb: &str, listen: SocketAddr) -> Command {
        let mut command = Command::new(&self.binary);
        // Nothing of the shell's own configuration.
        command.env_clear().arg(verb).stdout(Stdio::null()).stderr(Stdio::null()).envs([
            ("STUDIOGATE_LISTEN", listen.to_string().as_str()),
            ("STUDIOGATE_DATABASE_URL", &self.database),
            ("STUDIOGATE_OIDC_ISSUER", &self.issuer),
            ("STUDIOGATE_OIDC_CLIENT_ID", "studiogate"),
            ("STUDIOGATE_OIDC_CLIENT_SECRET", "none is needed to start"),
            ("STUDIOGATE_SEALING_KEY", &"00".repeat(32)),
            ("STUDIOGATE_AUDIT_KEY", &"01".repeat(32)),
            ("STUDIOGATE_AWS_HUB_ROLE_ARN", "arn:aws:iam::222222222222:role/StudiogateHub"),
            ("STUDIOGATE_AWS_EXTERNAL_ID", "studiogate-demo"),
            ("STUDIOGATE_AWS_ORGANIZATION_ACCOUNT", "111111111111"),
            ("STUDIOGATE_AWS_REGIONS", "eu-west-1"),
            ("AWS_ENDPOINT_URL", &self.aws),
            ("AWS_ACCESS_KEY_ID", "222222222222"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
        ]);
        command
    }

    /// Brings the database up to date, so that no start has to.
    pub(crate) fn migrate(&self) -> Result<()> {
        let status = self.command("migrate", free_address()?).status().context("migrate cannot be started")?;
        if status.success() { Ok(()) } else { bail!("migrate ended with {status}") }
    }

    /// From the start of the process until `/readyz` says so: the median of several.
    pub(crate) fn cold_start(&self) -> Result<Duration> {
        let mut times = Vec::new();
        for _ in 0..STARTS {
            let listen = free_address()?;
            let start = Instant::now();
            let running = Running::spawn(&mut self.command("serve", listen))?;
            wait_until_ready(listen, start)?;
            times.push(start.elapsed());
            drop(running);
        }
        times.sort_unstable();
        times.get(STARTS / 2).copied().context("nothing was measured")
    }

    /// Bytes, after the workers have read the catalog from AWS and had nothing to do for a while.
    pub(crate) async fn idle_memory(&self) -> Result<u64> {
        let listen = free_address()?;
        let start = Instant::now();
        let running = Running::spawn(&mut self.command("serve", listen))?;
        wait_until_ready(listen, start)?;
        let store = Store::connect(&self.database).await?;
        while !store.mirror_states().await?.iter().any(|region| region.refreshed_at.is_some()) {
            if start.elapsed() > SETTLES_WITHIN {
                bail!("serve did not read the catalog within {} s", SETTLES_WITHIN.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        store.close().await;
        tokio::time::sleep(IDLE_FOR).await;
        running.resident()
    }
}

/// A port that nobody has at this moment.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?.local_addr()?)
}

pub(crate) fn wait_until_ready(address: SocketAddr, start: Instant) -> Result<()> {
    while !is_ready(address) {
        if start.elapsed() > READY_WITHIN {
            bail!("serve was not ready within {} s", READY_WITHIN.as_secs());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

fn is_ready(address: SocketAddr) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(READY_WITHIN))?;
        write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        std::io::Result::Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 "))
}
