//! A catalog of 350 products with 100 versions each: its pages, and reading it within AWS's limits on calls.

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use serde_json::json;
use store::{ProductFilter, Store};

use super::local_aws::{Calls, add_products};
use super::part::Part;
use super::{Soak, say};
use crate::browser::{Browser, address_of};
use crate::client::Ask;
use crate::load::{Expect, Pace, measure};
use crate::process::Running;

const PRODUCTS: usize = 350;
const VERSIONS: usize = 100;
/// The product that all are like.
const LIKE: &str = "Studio user profile";
const TEMPLATE: &str = "\
Description: A topic of a team, with its owner's tags
Parameters:
  UserProfileName: {Type: String, Description: Whose it is}
  Project: {Type: String}
  CostCenter: {Type: String}
  InstanceType: {Type: String, Default: ml.t3.medium, AllowedValues: [ml.t3.medium, ml.t3.large, ml.m5.large]}
  Purpose: {Type: String, Default: exploration, Description: What it is for, MaxLength: 100}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      KmsMasterKeyId: alias/aws/sns
      DisplayName: !Ref Purpose
";
const P99_MS: f64 = 10.0;
/// The portal reads the catalog every five minutes.
const READ_WITHIN: f64 = 300.0;
/// Without limits, for the memory: half of them fill what a reading needs.
const READINGS: usize = 12;
/// Looks, five in a second, at which nothing new was asked.
const QUIET: u32 = 25;
const PATIENCE: Duration = Duration::from_mins(30);
const GROWTH_MB: f64 = 16.0;
/// One after the other: what a page takes, not what it waits for others.
const PACE: Pace = Pace { connections: 1, warm_up: Duration::from_millis(500), time: Duration::from_secs(5) };

pub(crate) async fn run(soak: &Soak) -> Result<Part> {
    let products = soak.count.unwrap_or(PRODUCTS);
    // The local AWS has it before the portal knows anything: what is there then is as it is to be.
    let before = start(soak, &soak.sqlite("before.db"), false)?;
    let many = json!({ "like": LIKE, "products": products, "versions": VERSIONS, "template": TEMPLATE });
    add_products(address_of(before.address("Local AWS")?)?, &many).await?;
    drop(before);
    say(&format!("Read {products} products with {VERSIONS} versions for the first time"));
    let database = soak.sqlite("portal.db");
    let begin = Instant::now();
    let free = start(soak, &database, false)?;
    let first_reading = begin.elapsed();
    let store = Store::connect(&database).await?;
    if store.all_product_names().await?.len() <= products {
        bail!("the portal has not read what was added");
    }
    say("Read it again and again");
    let mut admin = Browser::sign_in(portal(&free)?, "admin").await?;
    let scientist = Browser::sign_in(portal(&free)?, "fraud-scientist").await?;
    let mut last = read_again(&store, None).await?;
    let mut resident = Vec::new();
    for _ in 0..READINGS {
        admin.fill("/admin/products", "/api/refresh_catalog", &[]).await?;
        last = read_again(&store, Some(last)).await?;
        resident.push(free.resident()?);
    }
    quiet(address_of(free.address("Local AWS")?)?).await?;
    let mut part = Part::new("catalog", "A large catalog", how(products));
    part.figure("First reading, without limits on calls", format!("{:.0} s", first_reading.as_secs_f64()));
    for (page, ask, expect) in pages(&admin, &scientist, &store).await? {
        let sample = measure(portal(&free)?, &ask, &expect, PACE).await.with_context(|| page.to_owned())?;
        part.figure(&format!("{page}, p50"), format!("{:.1} ms", sample.p50.as_secs_f64() * 1e3));
        part.at_most(&format!("{page}, p99"), sample.p99.as_secs_f64() * 1e3, P99_MS, "ms");
    }
    let peak = free.peak()?;
    drop(free);

    say("Read it with calls limited");
    let begin = Instant::now();
    let limited = start(soak, &database, true)?;
    let took = begin.elapsed();
    let calls = Calls::of(address_of(limited.address("Local AWS")?)?).await?;
    let unread = store.mirror_states().await?.iter().filter(|it| it.problem.is_some()).count();
    part.at_most("A reading of what is known, within the limits", took.as_secs_f64(), READ_WITHIN, "s");
    part.figure("Its calls to Service Catalog", calls.in_words("servicecatalog:"));
    part.exactly("Regions of which something could not be read", unread, 0);
    let (early, late) = resident.split_at(READINGS / 2);
    let most = |of: &[u64]| of.iter().copied().max().unwrap_or_default();
    part.figure(
        "Most memory after a reading, the local AWS in the process",
        format!("{:.0} MB", megabytes(most(&resident))),
    );
    part.at_most(
        &format!("What it grew by with {} more", READINGS / 2),
        megabytes(most(late).saturating_sub(most(early))),
        GROWTH_MB,
        "MB",
    );
    part.figure("Most memory", format!("{:.0} MB", megabytes(peak)));
    Ok(part)
}

fn start(soak: &Soak, database: &str, limited: bool) -> Result<Running> {
    let mut command = Command::new(&soak.portal);
    command.args(["demo", "--listen", "127.0.0.1:0", "--speed", "60", "--database-url", database, "--data-dir"]);
    command.arg(soak.work.join("data"));
    if limited {
        command.arg("--call-limits");
    }
    Running::start(command.env_remove("STUDIOGATE_LOG_FILTER"), "Studiogate is ready")
}

fn portal(demo: &Running) -> Result<SocketAddr> {
    address_of(demo.address("Studiogate is ready at")?)
}

/// Waits until the portal asks nothing more: what it reads after the catalog is read too.
async fn quiet(aws: SocketAddr) -> Result<()> {
    let mut before = None;
    let mut same = 0;
    until(async || {
        let now = Calls::of(aws).await?.sum();
        same = if before == Some(now) { same + 1 } else { 0 };
        before = Some(now);
        Ok(same >= QUIET)
    })
    .await
}

async fn until(mut is: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    let start = Instant::now();
    while !is().await? {
        if start.elapsed() > PATIENCE {
            bail!("nothing came of it within {} s", PATIENCE.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

/// Waits for another reading than the one at `before`, or than the last; answers when it was.
async fn read_again(store: &Store, before: Option<DateTime<Utc>>) -> Result<DateTime<Utc>> {
    let at = async || Ok::<_, anyhow::Error>(store.mirror_states().await?.into_iter().find_map(|it| it.refreshed_at));
    let before = match before {
        Some(before) => Some(before),
        None => at().await?,
    };
    until(async || Ok(at().await? > before)).await?;
    at().await?.context("it was never read")
}

async fn pages(admin: &Browser, scientist: &Browser, store: &Store) -> Result<Vec<(&'static str, Ask, Expect)>> {
    let get = |who: &Browser, path: &str| who.ask(Ask::get(path));
    let products =
        store.product_list(&ProductFilter { held: true, text: LIKE, ..ProductFilter::default() }, 1, 1).await?;
    let product = products.first().context("nothing is like it")?;
    let portfolio = product.portfolios.first().context("it is in no portfolio")?;
    let known = Expect::page(LIKE);
    Ok(vec![
        ("Products", get(admin, "/admin/products")?, known.clone()),
        ("Portfolios", get(admin, "/admin/portfolios")?, Expect::page("products")),
        ("Portfolio", get(admin, &format!("/admin/portfolios/{portfolio}"))?, known.clone()),
        ("Product", get(admin, &format!("/admin/products/{}", product.id))?, known.clone()),
        ("TagOptions", get(admin, "/admin/tags")?, Expect::page("workload")),
        ("Changes", get(admin, "/admin/changes")?, Expect::page("Changes of the catalog")),
        ("Drift", get(admin, "/admin/drift")?, Expect::page("Drift of the catalog")),
        ("Catalog of an admin", get(admin, "/catalog")?, known.clone()),
        ("Catalog of a scientist", get(scientist, "/catalog")?, known),
    ])
}

#[expect(clippy::cast_precision_loss, reason = "memory of a process is far below 2^52 bytes")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn how(products: usize) -> String {
    format!(
        "`cargo xtask soak catalog`: {products} products like “{LIKE}” with {VERSIONS} active versions each in the local AWS, read \
         by one process (`studiogate demo`, SQLite in a file). It reads them {READINGS} times more; once it asks AWS nothing more, its \
         pages are measured: at one connection on loopback, each answer checked. Then it is started anew with AWS's limits on calls \
         (`crates/sim/src/call_limits.rs`), and reads the catalog before it is ready."
    )
}
