//! Lists over a full store: how long their pages take at the server, and whether the workers' memory stays as it is.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use store::Store;

use super::fill::{self, Filled};
use super::part::Part;
use super::submit::{form_of, name_of, until_settled, values};
use super::{Soak, say};
use crate::browser::{Browser, address_of};
use crate::client::Ask;
use crate::load::{Expect, Pace, measure};
use crate::process::Running;
use crate::serve::{free_address, wait_until_ready};

const ENVIRONMENTS: usize = 100_000;
const EVENTS: usize = 1_000_000;
const P99_MS: f64 = 20.0;
/// What the process may grow by while half a million events are sealed and told of, and again while the same pages are read a
/// second time: what is kept once is there by then.
const GROWTH_MB: f64 = 16.0;
const UP_WITHIN: Duration = Duration::from_mins(3);
const SEALED_WITHIN: Duration = Duration::from_mins(30);
/// Nobody listens there: AWS cannot be reached.
const NOWHERE: &str = "http://127.0.0.1:9";

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    fn in_words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Sqlite => ("lists-sqlite", "Lists over a full store, SQLite", "SQLite in a file"),
            Self::Postgres => ("lists-postgres", "Lists over a full store, Postgres", "Postgres"),
        }
    }
}

pub(crate) async fn run(soak: &Soak, database: Database) -> Result<Part> {
    let (name, title, what) = database.in_words();
    let data = soak.work.join("data");
    let url = match database {
        Database::Sqlite => format!("sqlite:{}?mode=rwc", data.join("portal.db").display()),
        Database::Postgres => soak.postgres()?.to_owned(),
    };
    let environments = soak.count.unwrap_or(ENVIRONMENTS);
    let events = soak.count.map_or(EVENTS, |count| count * 10);

    let people = begin(soak, &url).await?;
    let store = Store::connect(&url).await?;
    say(&format!("Enter {environments} environments and {events} events"));
    let start = Instant::now();
    let filled = fill::fill(&store, environments, events).await?;
    let entered = start.elapsed();

    let at = free_address()?;
    let start = Instant::now();
    let serve = Running::spawn(
        Command::new(&soak.portal)
            .arg("--config")
            .arg(data.join("studiogate.toml"))
            .arg("serve")
            .env_remove("STUDIOGATE_LOG_FILTER")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .envs([
                ("STUDIOGATE_LISTEN", at.to_string().as_str()),
                ("STUDIOGATE_DATABASE_URL", &url),
                ("AWS_ENDPOINT_URL", NOWHERE),
                ("AWS_ACCESS_KEY_ID", "222222222222"),
                ("AWS_SECRET_ACCESS_KEY", "local"),
            ]),
    )?;
    tokio::task::spawn_blocking(move || wait_until_ready(at, start)).await??;
    say("Wait until all events are sealed");
    let (sealed, half_way) = until_sealed(&store, &serve, filled.events).await?;
    let whole_way = megabytes(serve.resident()?);

    let mut part = Part::new(name, title, how(environments, events, what));
    part.figure("Entered after", format!("{:.0} s", entered.as_secs_f64()));
    part.figure("All events sealed after", format!("{:.0} s", sealed.as_secs_f64()));
    let pages = pages(&people, &filled)?;
    for (page, ask, expect) in &pages {
        let sample = measure(at, ask, expect, PACE).await.with_context(|| (*page).to_owned())?;
        part.figure(&format!("{page}, p50"), format!("{:.1} ms", sample.p50.as_secs_f64() * 1e3));
        part.at_most(&format!("{page}, p99"), sample.p99.as_secs_f64() * 1e3, P99_MS, "ms");
    }
    let read_once = megabytes(serve.resident()?);
    for (_, ask, expect) in &pages {
        measure(at, ask, expect, PACE).await?;
    }
    let read_twice = megabytes(serve.resident()?);
    part.figure("Memory with half of the events sealed", format!("{half_way:.0} MB"));
    part.at_most("What it grew by with the other half", (whole_way - half_way).max(0.0), GROWTH_MB, "MB");
    part.figure("Memory after the pages", format!("{read_once:.0} MB"));
    part.at_most("What it grew by with the same pages again", (read_twice - read_once).max(0.0), GROWTH_MB, "MB");
    part.figure("Most memory", format!("{:.0} MB", megabytes(serve.peak()?)));
    Ok(part)
}

/// One after the other: what a page takes, not what it waits for others.
const PACE: Pace = Pace { connections: 1, warm_up: Duration::from_millis(500), time: Duration::from_secs(8) };

/// The people whose pages are read.
#[derive(Debug)]
struct People {
    scientist: Browser,
    lead: Browser,
    admin: Browser,
    auditor: Browser,
}

/// A demo enters what an admin would, one environment comes up, and people sign in; then it ends.
async fn begin(soak: &Soak, url: &str) -> Result<People> {
    let data = soak.work.join("data");
    let mut command = Command::new(&soak.portal);
    command
        .args(["demo", "--listen", "127.0.0.1:0", "--speed", "1000", "--database-url", url, "--data-dir"])
        .arg(&data);
    let demo = Running::start(command.env_remove("STUDIOGATE_LOG_FILTER"), "Studiogate is ready")?;
    let portal: SocketAddr = address_of(demo.address("Studiogate is ready at")?)?;
    let mut scientist = Browser::sign_in(portal, "fraud-scientist").await?;
    let form = form_of(&scientist).await?;
    let led = scientist.fill(&form, "/api/submit_request", &values(&name_of(0))).await?;
    if !led.starts_with("/requests/") {
        bail!("the request was not accepted: {led}");
    }
    let store = Store::connect(url).await?;
    until_settled(&store, 1, UP_WITHIN).await?;
    store.close().await;
    Ok(People {
        scientist,
        lead: Browser::sign_in(portal, "fraud-lead").await?,
        admin: Browser::sign_in(portal, "admin").await?,
        auditor: Browser::sign_in(portal, "auditor").await?,
    })
}

/// How long that took, and the memory half-way: by then everything that is kept once is there.
async fn until_sealed(store: &Store, serve: &Running, events: usize) -> Result<(Duration, f64)> {
    let (start, half) = (Instant::now(), i64::try_from(events / 2)?);
    let mut half_way = None;
    loop {
        let (waiting, _) = store.unsealed_backlog().await?;
        if waiting <= half && half_way.is_none() {
            half_way = Some(megabytes(serve.resident()?));
        }
        if waiting == 0 {
            return Ok((start.elapsed(), half_way.context("it was sealed before anybody looked")?));
        }
        if start.elapsed() > SEALED_WITHIN {
            bail!("{waiting} events wait for the sealer after {} s", SEALED_WITHIN.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Lists as people filter them, each with a text that its answer holds.
fn pages(people: &People, filled: &Filled) -> Result<Vec<(&'static str, Ask, Expect)>> {
    let People { scientist, lead, admin, auditor } = people;
    let row = Expect::page("row row-env");
    let get = |who: &Browser, path: &str| who.ask(Ask::get(path));
    let event = Expect::page("launch_environment");
    Ok(vec![
        ("Environments of a scientist", get(scientist, "/environments")?, row.clone()),
        ("Environments of a lead", get(lead, "/environments")?, row.clone()),
        ("Environments of an admin", get(admin, "/environments")?, row.clone()),
        ("Environments of an admin, available", get(admin, "/environments?state=available")?, row.clone()),
        ("Environments of an admin, deep in the list", get(admin, &filled.deep)?, row),
        ("Requests of a lead", get(lead, "/requests")?, Expect::page(&filled.newest)),
        ("Audit log", get(auditor, "/audit")?, Expect::page("</table>")),
        ("Audit log, one action", get(auditor, "/audit?action=launch_environment")?, event.clone()),
        ("Audit log, one project", get(auditor, "/audit?project=fraud-detection")?, event),
    ])
}

#[expect(clippy::cast_precision_loss, reason = "memory of a process is far below 2^52 bytes")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn how(environments: usize, events: usize, what: &str) -> String {
    format!(
        "`cargo xtask soak lists-…`: {environments} environments with their requests (one in fifty alive) and {events} audit \
         events, entered into {what}; then `studiogate serve` on it, whose workers seal the events and go through them for \
         notifications. AWS cannot be reached meanwhile: no page waits for it. Times are at one connection on loopback, each \
         answer checked."
    )
}
