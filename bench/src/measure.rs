//! One whole run.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use http::header;

use crate::browser::address_of;
use crate::client::{Answer, Ask, Connection};
use crate::load::{Pace, Sample, measure, median};
use crate::process::Running;
use crate::report::{Bar, Report, Row, Twin};
use crate::seed;
use crate::serve::Serve;
use crate::targets::{self, Target};
use crate::{Measure, document, machine};

/// The portal may be half as fast as a page written by hand.
const RATIO: f64 = 0.5;
const DOWNLOAD_KB: f64 = 90.0;
const MEMORY_MB: f64 = 60.0;
const START_MS: f64 = 300.0;
const DECISION_US: f64 = 50.0;
/// Pages that are compared differ in size by no more than this part of it: a fifth.
const SIZES_DIFFER: usize = 5;

/// Measures everything and writes the document; answers the bars that were missed.
pub(crate) async fn run(arguments: &Measure) -> Result<Vec<Bar>> {
    let work = &arguments.work;
    if work.is_dir() {
        fs::remove_dir_all(work).with_context(|| format!("{} cannot be emptied", work.display()))?;
    }
    fs::create_dir_all(work).with_context(|| format!("{} cannot be made", work.display()))?;
    let database = |name: &str| format!("sqlite:{}?mode=rwc", work.join(name).display());

    say("A portal on seeded data");
    let demo = Running::start(
        Command::new(&arguments.portal)
            .args(["demo", "--listen", "127.0.0.1:0", "--speed", "1000", "--database-url", &database("portal.db")])
            .env_remove("STUDIOGATE_LOG_FILTER"),
        "Studiogate is ready",
    )?;
    let portal = address_of(demo.address("Studiogate is ready at")?)?;
    let seeded = seed::fill(portal).await?;
    let twins = Running::start(
        Command::new(std::env::current_exe()?).args(["hand-written", "--database", &database("portal.db")]),
        "Hand-written pages are ready",
    )?;
    let by_hand = address_of(twins.address("Hand-written pages are ready at")?)?;
    let pace = arguments.pace();
    let mut rows = compare(&targets::pages(&seeded)?, portal, by_hand, arguments.rounds, pace).await?;
    drop(twins);
    // Last, because it writes: its events would be sealed while other pages are measured.
    let launch = [targets::launch(&seeded, demo.address("Studio")?)?];
    rows.extend(compare(&launch, portal, portal, arguments.rounds, pace).await?);

    say("The release: size, start, memory");
    let download = download(portal).await?;
    let serve = Serve {
        binary: arguments.release.clone(),
        database: database("serve.db"),
        aws: demo.address("Local AWS")?.to_owned(),
        issuer: demo.address("OpenID")?.to_owned(),
    };
    serve.migrate()?;
    let start = serve.cold_start()?;
    // On a database of its own: a process that is killed leaves its leases behind for a while.
    let fresh = Serve { database: database("idle.db"), ..serve };
    fresh.migrate()?;
    let memory = fresh.idle_memory().await?;
    let decision = decision(&arguments.criterion)?;

    let mut bars: Vec<Bar> = rows
        .iter()
        .filter_map(|row| Some(Bar::at_least(&format!("{}, portal / by hand", row.name), row.ratio()?, RATIO, "")))
        .collect();
    bars.push(Bar::at_most("WebAssembly and script, brotli", kilobytes(download), DOWNLOAD_KB, "kB"));
    bars.push(Bar::at_most("Idle memory of `serve`", kilobytes(memory) / 1000.0, MEMORY_MB, "MB"));
    bars.push(Bar::at_most("Cold start of `serve`", start.as_secs_f64() * 1e3, START_MS, "ms"));
    bars.push(Bar::at_most("Policy decision, 5 levels of 10 full-size policies", decision / 1e3, DECISION_US, "µs"));
    let report = Report {
        date: today(),
        machine: machine::describe(),
        compiler: arguments.compiler.clone(),
        method: method(arguments),
        rows,
        bars,
    };
    let before = fs::read_to_string(&arguments.document).unwrap_or_default();
    fs::write(&arguments.document, document::with_beginning(&before, &report.to_markdown()))
        .with_context(|| format!("{} cannot be written", arguments.document.display()))?;
    Ok(report.missed().into_iter().cloned().collect())
}

/// The portal's page, then the same page by hand, and again: what disturbs the machine disturbs both.
async fn compare(
    targets: &[Target],
    portal: SocketAddr,
    by_hand: SocketAddr,
    rounds: usize,
    pace: Pace,
) -> Result<Vec<Row>> {
    let mut bytes = Vec::new();
    for target in targets {
        let one = once(portal, target).await?;
        let twin = if target.has_twin { Some(once(by_hand, target).await?) } else { None };
        if let Some(twin) = twin
            && one.abs_diff(twin) * SIZES_DIFFER > one
        {
            bail!("{}: {one} bytes by the portal and {twin} by hand are no fair comparison", target.name);
        }
        bytes.push((one, twin));
    }
    let mut samples: Vec<(Vec<Sample>, Vec<Sample>)> = vec![Default::default(); targets.len()];
    for round in 1..=rounds {
        say(&format!("Round {round} of {rounds}"));
        for (target, (ours, twins)) in targets.iter().zip(&mut samples) {
            ours.push(measure(portal, &target.ask, &target.expect, pace).await?);
            if target.has_twin {
                twins.push(measure(by_hand, &target.ask, &target.expect, pace).await?);
            }
        }
    }
    let mut rows = Vec::new();
    for ((target, (ours, twins)), (bytes, twin_bytes)) in targets.iter().zip(&samples).zip(bytes) {
        let twin = twin_bytes.zip(median(twins)).map(|(bytes, sample)| Twin { bytes, sample });
        let sample = median(ours).context("nothing was measured")?;
        rows.push(Row { name: target.name, bytes, sample, twin });
    }
    Ok(rows)
}

/// Asks once, looks closely, and answers the size.
async fn once(address: SocketAddr, target: &Target) -> Result<usize> {
    let answer = Connection::open(address).await?.send(&target.ask).await?;
    target.inspect(&answer).with_context(|| format!("{} of {address}", target.name))?;
    Ok(answer.body.len())
}

/// What a browser loads for the islands, in bytes.
async fn download(portal: SocketAddr) -> Result<u64> {
    let mut sum = 0;
    for file in ["/pkg/studiogate.js", "/pkg/studiogate_bg.wasm"] {
        let ask = Ask::get(file).with(header::ACCEPT_ENCODING, "br")?;
        let answer: Answer = Connection::open(portal).await?.send(&ask).await?;
        if answer.status != 200 || answer.header(header::CONTENT_ENCODING) != "br" {
            bail!("{file} is not served with brotli: {}", answer.status);
        }
        sum += answer.body.len() as u64;
    }
    Ok(sum)
}

/// Nanoseconds of one decision: the median that Criterion wrote down.
fn decision(folder: &Path) -> Result<f64> {
    let file: PathBuf = folder.join("decision/new/estimates.json");
    let text = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let estimates: serde_json::Value = serde_json::from_str(&text)?;
    estimates["median"]["point_estimate"].as_f64().context("Criterion wrote no median")
}

#[expect(clippy::cast_precision_loss, reason = "sizes of programs are far below 2^52")]
fn kilobytes(bytes: u64) -> f64 {
    bytes as f64 / 1000.0
}

#[expect(clippy::disallowed_methods, reason = "the date of the document")]
pub(crate) fn today() -> String {
    DateTime::<Utc>::from(std::time::SystemTime::now()).format("%Y-%m-%d").to_string()
}

fn method(arguments: &Measure) -> String {
    let Pace { connections, time, .. } = arguments.pace();
    format!(
        "Requests: {connections} connections with keep-alive from the same machine, each answer checked; {rounds} rounds \
         of {seconds} s for each page, the pages written by hand in turn with the portal's, medians. The portal is \
         `studiogate demo` (release build, SQLite in a file) with 20 environments and 43 requests. The pages written by hand \
         (`bench/src/hand_written.rs`) read the same database by the same calls of `crates/store` and fill a compiled \
         template (askama). The launch asks the local AWS, in the portal's process, for a role session and a presigned \
         URL.\n\n\
         `serve` is the release without the demo. Cold start: from the start of the process until `/readyz` answers 200, \
         SQLite already migrated, median of 11. Idle memory: resident, ten seconds after the catalog was read. The decision \
         is Criterion's median (`crates/domain/benches/decision.rs`).",
        rounds = arguments.rounds,
        seconds = time.as_secs_f64(),
    )
}

#[expect(clippy::print_stdout, reason = "the progress of a command")]
fn say(line: &str) {
    println!("    {line}");
}

impl Measure {
    fn pace(&self) -> Pace {
        Pace { connections: 16, warm_up: Duration::from_millis(500), time: Duration::from_secs_f64(self.seconds) }
    }
}
