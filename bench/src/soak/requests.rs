//! Many environments requested at once. All come up, none twice, none stuck, though AWS throttles.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use store::Store;
use tokio::task::JoinSet;

use super::local_aws::{Calls, provisioned, raise_domains};
use super::part::Part;
use super::submit::{EACH, NAME, PEOPLE, form_of, judge, name_of, seconds, spread, until_settled, values};
use super::{Soak, say};
use crate::browser::{Browser, address_of};
use crate::process::Running;

const COUNT: usize = 1_000;
/// How much faster than AWS stacks come up; the limits on calls are not.
const SPEED: &str = "60";
const WITHIN: Duration = Duration::from_mins(30);
const SENDERS: usize = 16;

pub(crate) async fn run(soak: &Soak) -> Result<Part> {
    let count = soak.count.unwrap_or(COUNT);
    let database = soak.sqlite("portal.db");
    let demo = Running::start(
        Command::new(&soak.portal)
            .args(["demo", "--listen", "127.0.0.1:0", "--speed", SPEED, "--call-limits", "--database-url", &database])
            .env_remove("STUDIOGATE_LOG_FILTER"),
        "Studiogate is ready",
    )?;
    let portal = address_of(demo.address("Studiogate is ready at")?)?;
    let aws = address_of(demo.address("Local AWS")?)?;
    raise_domains(aws, count).await?;
    let mut people = Vec::new();
    for persona in PEOPLE {
        let person = Browser::sign_in(portal, persona).await?;
        let form = form_of(&person).await.with_context(|| persona.to_owned())?;
        people.push((person, form));
    }
    if count > EACH * people.len() {
        bail!("{count} requests are more than the demo's people may send within an hour");
    }
    let begin = Instant::now();
    send(&people, count).await?;
    let sent = begin.elapsed();
    say(&format!("{count} requests are sent"));
    let store = Store::connect(&database).await?;
    until_settled(&store, count, WITHIN).await?;
    let took = begin.elapsed();

    let mut part = Part::new("requests", "1,000 environments at once", how(count));
    judge(&mut part, &store, &provisioned(aws, NAME).await?, count).await?;
    part.figure("All requests sent after", format!("{:.0} s", sent.as_secs_f64()));
    part.figure("All environments up after", format!("{:.0} s", took.as_secs_f64()));
    part.figure("From request to available", spread(&seconds(&store).await?));
    let calls = Calls::of(aws).await?;
    for (what, start) in [
        ("Calls to Service Catalog", "servicecatalog:"),
        ("Calls to CloudFormation", "cloudformation:"),
        ("Calls to SageMaker", "sagemaker:"),
        ("Calls to STS", "sts:"),
    ] {
        part.figure(what, calls.in_words(start));
    }
    part.figure("Most memory of the process, the local AWS in it", format!("{} MB", demo.peak()? / 1_000_000));
    Ok(part)
}

/// Each sender takes the next number, as long as there is one.
async fn send(people: &[(Browser, String)], count: usize) -> Result<()> {
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        let people = people.to_vec();
        senders.spawn(async move {
            for number in (sender..count).step_by(SENDERS) {
                let Some((person, form)) = people.get(number % people.len()) else { continue };
                let name = name_of(number);
                let led = person.clone().fill(form, "/api/submit_request", &values(&name)).await?;
                if !led.starts_with("/requests/") {
                    bail!("the request {name} was not accepted: {led}");
                }
            }
            Ok(())
        });
    }
    while let Some(ended) = senders.join_next().await {
        ended??;
    }
    Ok(())
}

fn how(count: usize) -> String {
    format!(
        "`cargo xtask soak requests`: {count} requests by {} people over HTTP, {SENDERS} at a time, for a product that nobody \
         has to approve; one process (`studiogate demo`, SQLite in a file). The local AWS brings stacks up {SPEED} times faster \
         than AWS and throttles at the real rate (`crates/sim/src/call_limits.rs` says where each limit is from). The accounts' \
         quota of domains, 100 at first, is raised.",
        PEOPLE.len()
    )
}
