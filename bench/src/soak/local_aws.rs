//! What the local AWS tells of itself, to compare with what the portal says.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::client::{Ask, Connection};

/// Where the demo's two projects have their sandboxes.
const PROJECT_ACCOUNTS: [&str; 2] = ["601000000001", "602000000001"];
const REGION: &str = "eu-west-1";

async fn get(aws: SocketAddr, path: &str) -> Result<Value> {
    let answer = Connection::open(aws).await?.send(&Ask::get(path)).await?;
    serde_json::from_slice(&answer.body).with_context(|| format!("{path} answers {}", answer.status))
}

/// Counts by operation (`servicecatalog:ProvisionProduct`).
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls {
    pub(crate) all: BTreeMap<String, u64>,
    pub(crate) throttled: BTreeMap<String, u64>,
}

impl Calls {
    pub(crate) async fn of(aws: SocketAddr) -> Result<Self> {
        let all = serde_json::from_value(get(aws, "/_local/calls").await?)?;
        let throttled = serde_json::from_value(get(aws, "/_local/throttled").await?)?;
        Ok(Self { all, throttled })
    }

    pub(crate) fn sum(&self) -> u64 {
        self.all.values().sum()
    }

    /// "12,345, of which 678 throttled", of the operations that begin so.
    pub(crate) fn in_words(&self, start: &str) -> String {
        let sum = |counts: &BTreeMap<String, u64>| {
            counts.iter().filter(|(name, _)| name.starts_with(start)).map(|(_, count)| count).sum::<u64>()
        };
        format!("{}, of which {} throttled", sum(&self.all), sum(&self.throttled))
    }
}

/// An account has 100 domains at first; who wants more asks Service Quotas.
pub(crate) async fn raise_domains(aws: SocketAddr, to: usize) -> Result<()> {
    for account in PROJECT_ACCOUNTS {
        let raise = json!({ "account": account, "region": REGION, "quotas": { "domains": to } });
        let answer = Connection::open(aws).await?.send(&Ask::put_json("/_local/quotas", &raise)).await?;
        if !answer.status.is_success() {
            bail!("the quotas of {account} stay: {} {}", answer.status, answer.text());
        }
    }
    Ok(())
}

/// Copies a product, many times.
pub(crate) async fn add_products(aws: SocketAddr, many: &Value) -> Result<()> {
    let answer = Connection::open(aws).await?.send(&Ask::post_json("/_local/products", many)).await?;
    if !answer.status.is_success() {
        bail!("no products were added: {} {}", answer.status, answer.text());
    }
    Ok(())
}

/// What Service Catalog has of one provisioned product.
#[derive(Clone, Debug)]
pub(crate) struct Provisioned {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) status: String,
}

/// Those of all accounts whose names begin so.
pub(crate) async fn provisioned(aws: SocketAddr, start: &str) -> Result<Vec<Provisioned>> {
    let list = get(aws, "/_local/provisioned-products").await?;
    let text = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
    let all = list.as_array().context("the local AWS lists nothing")?.iter().map(|item| Provisioned {
        id: text(item, "Id"),
        name: text(item, "Name"),
        status: text(item, "Status"),
    });
    Ok(all.filter(|it| it.name.starts_with(start)).collect())
}
