//! Two replicas on Postgres, one of them killed every few seconds. Nothing is lost, nothing is done twice.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use http::StatusCode;
use store::Store;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::local_aws::{provisioned, raise_domains};
use super::part::Part;
use super::submit::{EACH, NAME, PEOPLE, form_of, judge, name_of, seconds, spread, until_settled, values};
use super::{Soak, say};
use crate::browser::{Browser, address_of};
use crate::client::{Ask, Connection};
use crate::form::fields;
use crate::process::Running;
use crate::serve::{free_address, wait_until_ready};

const COUNT: usize = 500;
const SPEED: &str = "60";
const WITHIN: Duration = Duration::from_mins(20);
const KILLED_EVERY: Duration = Duration::from_secs(4);
const SENDERS: usize = 8;
/// Of one form: more often than a sender can meet a replica that is down.
const TRIES: usize = 200;
const PAUSE: Duration = Duration::from_millis(250);

pub(crate) async fn run(soak: &Soak) -> Result<Part> {
    let count = soak.count.unwrap_or(COUNT);
    let database = soak.postgres()?;
    let ground = Ground { portal: soak.portal.clone(), data: soak.work.join("data"), aws: three_in_a_row()? };
    let people = ground.prepare(database).await?;
    let local = ground.local_aws()?;
    let aws = address_of(local.address("Local AWS: AWS_ENDPOINT_URL=")?)?;
    raise_domains(aws, count).await?;
    let addresses = [free_address()?, free_address()?];
    let mut replicas = Vec::new();
    for address in addresses {
        replicas.push(ground.replica(address).await?);
    }
    say("Two replicas run");

    let begin = Instant::now();
    let end = CancellationToken::new();
    let killer = tokio::spawn(kill(ground.clone(), replicas, addresses, end.clone()));
    let again = send(&people, addresses, count).await?;
    let store = Store::connect(database).await?;
    let settled = until_settled(&store, count, WITHIN).await;
    end.cancel();
    let (kills, replicas) = killer.await??;
    settled?;
    let took = begin.elapsed();

    let mut part = Part::new("replicas", "Two replicas, one killed every few seconds", how(count));
    judge(&mut part, &store, &provisioned(aws, NAME).await?, count).await?;
    drop(replicas);
    let verified = ground.portal_command(&["audit", "verify"]).status().context("audit verify cannot be started")?;
    part.exactly("Audit logs that verify", usize::from(verified.success()), 1);
    part.figure("Replicas killed (SIGKILL)", kills.to_string());
    part.figure("Requests sent again because no answer came", again.to_string());
    part.figure("All environments up after", format!("{:.0} s", took.as_secs_f64()));
    part.figure("From request to available", spread(&seconds(&store).await?));
    Ok(part)
}

/// What the replicas stand on.
#[derive(Clone, Debug)]
struct Ground {
    portal: PathBuf,
    data: PathBuf,
    /// The two ports after it are Studio's and the provider's.
    aws: SocketAddr,
}

impl Ground {
    /// A demo enters what an admin would, and people sign in; then it ends, and what it kept is gone on with.
    async fn prepare(&self, database: &str) -> Result<Vec<(Browser, String)>> {
        let demo = Running::start(
            Command::new(&self.portal)
                .args(["demo", "--database-url", database, "--listen", &self.aws.to_string(), "--data-dir"])
                .arg(&self.data)
                .env_remove("STUDIOGATE_LOG_FILTER"),
            "Studiogate is ready",
        )?;
        let portal = address_of(demo.address("Studiogate is ready at")?)?;
        let mut people = Vec::new();
        for persona in PEOPLE {
            let person = Browser::sign_in(portal, persona).await?;
            let form = form_of(&person).await?;
            people.push((person, form));
        }
        Ok(people)
    }

    fn local_aws(&self) -> Result<Running> {
        let listen = self.aws.to_string();
        Running::start(
            Command::new(&self.portal)
                .args(["local-aws", "--speed", SPEED, "--listen", &listen, "--data-dir"])
                .arg(self.data.join("aws")),
            "OpenID:",
        )
    }

    /// Reads the configuration that the demo wrote.
    fn portal_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.portal);
        command
            .arg("--config")
            .arg(self.data.join("studiogate.toml"))
            .args(arguments)
            .env_remove("STUDIOGATE_LOG_FILTER");
        command.stdout(Stdio::null()).stderr(Stdio::null()).envs([
            ("AWS_ENDPOINT_URL", format!("http://{}", self.aws).as_str()),
            ("AWS_ACCESS_KEY_ID", "222222222222"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
        ]);
        command
    }

    async fn replica(&self, at: SocketAddr) -> Result<Running> {
        let start = Instant::now();
        let running = Running::spawn(self.portal_command(&["serve"]).env("STUDIOGATE_LISTEN", at.to_string()))?;
        tokio::task::spawn_blocking(move || wait_until_ready(at, start)).await??;
        Ok(running)
    }
}

/// Ports of which the two after are free too.
fn three_in_a_row() -> Result<SocketAddr> {
    for _ in 0..50 {
        let first = free_address()?;
        let next = |n: u16| SocketAddr::new(first.ip(), first.port().saturating_add(n));
        if (1..=3).all(|n| TcpListener::bind(next(n)).is_ok()) {
            return Ok(first);
        }
    }
    bail!("there are no four free ports in a row")
}

/// Kills one after the other, and starts it again, until `end`; answers how many were killed, and those that run.
async fn kill(
    ground: Ground,
    mut replicas: Vec<Running>,
    addresses: [SocketAddr; 2],
    end: CancellationToken,
) -> Result<(usize, Vec<Running>)> {
    let mut kills = 0;
    loop {
        tokio::select! {
            () = end.cancelled() => return Ok((kills, replicas)),
            () = tokio::time::sleep(KILLED_EVERY) => {}
        }
        let index = kills % addresses.len();
        let (Some(place), Some(address)) = (replicas.get_mut(index), addresses.get(index)) else { continue };
        place.kill()?;
        *place = ground.replica(*address).await?;
        kills += 1;
    }
}

/// Sends `count` forms, each to whichever replica answers; the same form again where no answer came. Answers how often that was.
async fn send(people: &[(Browser, String)], addresses: [SocketAddr; 2], count: usize) -> Result<usize> {
    if count > EACH * people.len() {
        bail!("{count} requests are more than the demo's people may send within an hour");
    }
    let again = Arc::new(AtomicUsize::new(0));
    let next = Arc::new(Mutex::new(0..count));
    let mut senders = JoinSet::new();
    for _ in 0..SENDERS {
        let (people, next, again) = (people.to_vec(), Arc::clone(&next), Arc::clone(&again));
        senders.spawn(async move {
            loop {
                let Some(number) = next.lock().await.next() else { return anyhow::Ok(()) };
                let Some((person, form)) = people.get(number % people.len()) else { continue };
                send_one(person, form, addresses, number, &again).await?;
            }
        });
    }
    while let Some(ended) = senders.join_next().await {
        ended??;
    }
    Ok(again.load(Ordering::Relaxed))
}

async fn send_one(
    person: &Browser,
    form: &str,
    addresses: [SocketAddr; 2],
    number: usize,
    again: &AtomicUsize,
) -> Result<()> {
    let name = name_of(number);
    let page = answered(person, &Ask::get(form), addresses, number, StatusCode::OK, &AtomicUsize::new(0)).await?;
    let mut posted = fields(&page, "/api/submit_request").context("the page has no form")?;
    for (field, value) in values(&name) {
        posted.retain(|(other, _)| other != field);
        posted.push((field.to_owned(), value.to_owned()));
    }
    let ask = Ask::post("/api/submit_request", &posted);
    let led = answered(person, &ask, addresses, number, StatusCode::SEE_OTHER, again).await?;
    if led.starts_with("/requests/") { Ok(()) } else { bail!("the request {name} was not accepted: {led}") }
}

/// Asks until an answer comes: its text, or where it leads.
async fn answered(
    person: &Browser,
    ask: &Ask,
    addresses: [SocketAddr; 2],
    number: usize,
    wanted: StatusCode,
    again: &AtomicUsize,
) -> Result<String> {
    let ask = person.ask(ask.clone())?;
    for attempt in 0..TRIES {
        let Some(address) = addresses.get((number + attempt) % addresses.len()) else { continue };
        let answer = match Connection::open(*address).await {
            Ok(mut connection) => connection.send(&ask).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(answer) if answer.status == wanted && wanted == StatusCode::OK => return Ok(answer.text()),
            Ok(answer) if answer.status == wanted => return Ok(answer.header(http::header::LOCATION).to_owned()),
            Ok(answer) if !answer.status.is_server_error() => {
                bail!("{} answers {}: {}", ask.path(), answer.status, answer.text())
            }
            Ok(_) | Err(_) => {
                again.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    bail!("{} was not answered in {TRIES} tries", ask.path())
}

fn how(count: usize) -> String {
    format!(
        "`cargo xtask soak replicas`: {count} requests over HTTP to two processes (`studiogate serve`) on one Postgres and one \
         local AWS, which brings stacks up {SPEED} times faster than AWS. Every {} s one of the two is killed with SIGKILL and \
         started again, until the end. A form that got no answer is sent again as it is, to the other one.",
        KILLED_EVERY.as_secs()
    )
}
