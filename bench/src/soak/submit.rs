//! Requests, as many at once as people would send, and what became of them in the store.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use domain::environment::{Environment, EnvironmentState};
use store::{EnvironmentFilter, PageRequest, Scope, Store};

use super::local_aws::Provisioned;
use super::part::Part;
use crate::browser::Browser;
use crate::form::link;
use crate::seed::RUNNING;

/// What their names begin with.
pub(crate) const NAME: &str = "soak-";
/// A person asks for no more within an hour (`control-plane/src/submit.rs`).
pub(crate) const EACH: usize = 250;
/// Those of the demo who may ask for the product.
pub(crate) const PEOPLE: [&str; 4] = ["fraud-scientist", "churn-scientist", "fraud-lead", "churn-lead"];

/// The path of the form that asks for the product that nobody has to approve.
pub(crate) async fn form_of(person: &Browser) -> Result<String> {
    let catalog = person.page("/catalog").await?;
    let product = link(&catalog, RUNNING).with_context(|| format!("{RUNNING} is not in the catalog"))?;
    Ok(format!("{product}/request"))
}

pub(crate) fn name_of(number: usize) -> String {
    format!("{NAME}{number:04}")
}

/// What a person types into it.
pub(crate) fn values(name: &str) -> [(&str, &str); 2] {
    [("name", name), ("justification", "Scoring card payments for the spring campaign")]
}

/// Every environment of the soak, as the store has it.
pub(crate) async fn all(store: &Store) -> Result<Vec<Environment>> {
    let filter = EnvironmentFilter { text: Some(NAME.to_owned()), ..EnvironmentFilter::default() };
    let (mut all, mut page) = (Vec::new(), PageRequest::oldest(500));
    loop {
        let found = store.environments(&Scope::All, &filter, &page).await?;
        all.extend(found.items);
        match found.next {
            Some(next) => page = page.after(Some(next)),
            None => return Ok(all),
        }
    }
}

/// Waits until so many have come up or failed; answers how long that took. Ends with an error after the time.
pub(crate) async fn until_settled(store: &Store, count: usize, within: Duration) -> Result<Duration> {
    let start = Instant::now();
    let number = |state| {
        let filter =
            EnvironmentFilter { text: Some(NAME.to_owned()), state: Some(state), ..EnvironmentFilter::default() };
        async move { store.count_environments(&Scope::All, &filter).await }
    };
    let mut said = Instant::now();
    loop {
        let up = number(EnvironmentState::Available).await?;
        let failed = number(EnvironmentState::Error).await?;
        if up + failed >= i64::try_from(count)? {
            return Ok(start.elapsed());
        }
        if start.elapsed() > within {
            bail!("{up} of {count} came up and {failed} failed within {} s", within.as_secs());
        }
        if said.elapsed() > Duration::from_secs(20) {
            super::say(&format!("{up} of {count} are up, {failed} failed"));
            said = Instant::now();
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// What has to be so in the end: each came up once, in the portal and at AWS.
pub(crate) async fn judge(part: &mut Part, store: &Store, at_aws: &[Provisioned], count: usize) -> Result<()> {
    let environments = all(store).await?;
    let up = environments.iter().filter(|it| it.state == EnvironmentState::Available).count();
    part.exactly("Environments that came up", up, count);
    if let Some(problem) = environments.iter().find_map(|it| it.problem.as_ref()) {
        part.figure("Why one did not", format!("{} {}", problem.what, problem.why));
    }
    part.exactly("Environments in the store", environments.len(), count);
    let names: BTreeSet<&str> = environments.iter().map(|it| it.name.as_str()).collect();
    part.exactly("Names among them", names.len(), count);
    let well = at_aws.iter().filter(|it| it.status == "AVAILABLE").count();
    part.exactly("Provisioned products that are available at AWS", well, count);
    part.exactly("Provisioned products at AWS in all", at_aws.len(), count);
    let theirs: BTreeSet<(&str, &str)> = at_aws.iter().map(|it| (it.name.as_str(), it.id.as_str())).collect();
    let ours = environments.iter().filter_map(|it| Some((it.name.as_str(), it.provisioned_product.as_ref()?.as_str())));
    part.exactly("Environments that know their own", ours.filter(|pair| theirs.contains(pair)).count(), count);
    part.exactly("Operations that are not finished", usize::try_from(store.count_unfinished_operations().await?)?, 0);
    Ok(())
}

/// Seconds from the request to the end of its provisioning, sorted.
pub(crate) async fn seconds(store: &Store) -> Result<Vec<f64>> {
    let mut seconds = Vec::new();
    for it in all(store).await? {
        let operations = store.operations_of(&it.id, 10).await?;
        if let Some(end) = operations.iter().filter_map(|operation| operation.finished_at).max() {
            seconds.push((end - it.created_at).to_std()?.as_secs_f64());
        }
    }
    seconds.sort_unstable_by(f64::total_cmp);
    Ok(seconds)
}

/// "median 12 s, last 34 s".
pub(crate) fn spread(seconds: &[f64]) -> String {
    let at = |index: usize| seconds.get(index).copied().unwrap_or(f64::NAN);
    format!("median {:.0} s, last {:.0} s", at(seconds.len() / 2), at(seconds.len().saturating_sub(1)))
}
