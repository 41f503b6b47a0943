//! Live probes: what is asked for is carried out by one replica at a time, account by account and call by call, so that many
//! accounts are no burst of calls. A probe that a crash cuts off is asked anew: it does nothing.

use std::collections::BTreeSet;

use aws::Probing;
use domain::audit::Outcome;
use domain::id::AccountId;
use domain::probe::{Place, Probe, ProbeCall, Seen};
use domain::problem::Problem;
use futures::FutureExt;
use tokio_util::sync::CancellationToken;

use crate::authorize::{Authorized, Hindrance, Portal};
use crate::trail::{By, Event};
use crate::{ControlPlane, Result, session};

/// Probes that are taken up under one lease.
const AT_ONCE: u32 = 10;

impl ControlPlane {
    /// Carries out what waits; answers how many probes that were.
    pub(super) async fn run_probes(&self, shutdown: &CancellationToken) -> Result<usize> {
        if self.store().waiting_probes(1).await?.is_empty() {
            return Ok(0);
        }
        let work = async {
            let waiting = self.store().waiting_probes(AT_ONCE).await?;
            let count = waiting.len();
            for probe in waiting {
                self.carry_out(probe).await?;
            }
            Ok(count)
        };
        Ok(self.under_lease("probes", shutdown, work.boxed()).await?.unwrap_or(0))
    }

    async fn carry_out(&self, mut probe: Probe) -> Result<()> {
        let asked = probe.clone();
        probe.problem = match self.authorize_probe(&probe.asked_by).await? {
            Ok(portal) => self.ask_everything(&portal, &mut probe).await?,
            Err(Hindrance::Refused(problem) | Hindrance::TooOld(problem)) => Some(problem),
        };
        probe.waiting = false;
        probe.finished_at = Some(self.now());
        let mut tx = self.store().begin().await?;
        match tx.finish_probe(&probe).await {
            // Somebody else was quicker.
            Err(store::Error::Conflict { .. }) => return Ok(()),
            finished => finished?,
        }
        let by = By::For { person: &asked.asked_by, correlation: "probe" };
        self.record(&mut tx, by, event_of(&asked, &probe)).await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// Makes every call; gives what stood in the way of some or all.
    async fn ask_everything(&self, portal: &Authorized<Portal>, probe: &mut Probe) -> Result<Option<Problem>> {
        let account = probe.account.clone();
        let region = self.region_of_guardrails()?;
        let name = format!("studiogate-probe-{}", self.ids().uuid());
        let partition = self.aws().config().partition.as_str();
        let place = Place { partition, account: &account, region, name: &name };
        match session::prober(self, portal, &place).await {
            Ok(session) => Ok(self.ask_each(&session.probing(), &place, probe).await),
            Err(error) => Ok(Some(self.no_session(&account, &error).await)),
        }
    }

    async fn ask_each(&self, probing: &Probing, place: &Place<'_>, probe: &mut Probe) -> Option<Problem> {
        let (mut unanswered, mut first, mut silent) = (0, None, BTreeSet::new());
        for call in ProbeCall::ALL {
            if silent.contains(&call.service()) {
                unanswered += 1;
                continue;
            }
            match probing.ask(call, place, self.now()).await {
                Ok(finding) => probe.found(call, finding),
                Err(error) => {
                    // One that does not answer at all would be waited for call after call.
                    if !matches!(error, aws::Error::Throttled(_)) {
                        silent.insert(call.service());
                    }
                    unanswered += 1;
                    first.get_or_insert(error);
                }
            }
        }
        first.map(|error| unanswered_calls(unanswered, &error))
    }

    async fn no_session(&self, account: &AccountId, error: &aws::Error) -> Problem {
        let why = error.problem().why;
        if !matches!(error, aws::Error::Denied(_)) {
            return unanswered_calls(ProbeCall::ALL.len(), error);
        }
        let status = match session::organizer(self).await {
            Ok(session) => session.organizations().account_status(account).await.ok(),
            Err(_) => None,
        };
        if let Some(status) = status.filter(|status| status != "ACTIVE") {
            return Problem::new(
                "This account is closed: nothing can be asked there.",
                format!("AWS Organizations says that it is {status}."),
                "If it is to be used again, reopen it with AWS Support within 90 days; otherwise remove it from its \
                 project under Administration.",
            );
        }
        Problem::new(
            "The role StudiogateProbe could not be taken in this account.",
            why,
            "Apply deploy/spoke.yaml in the account, and compare the external id and the hub's account; `studiogate doctor` \
             names every role that is missing. Then probe again.",
        )
    }
}

fn unanswered_calls(count: usize, error: &aws::Error) -> Problem {
    let of = format!("{count} of {} calls", ProbeCall::ALL.len());
    let why = error.problem().why;
    let again = "Probe again in a minute. What was found before stays until then, each with its time.";
    match error {
        aws::Error::Throttled(_) => Problem::new(format!("AWS was too busy to answer {of}."), why, again),
        aws::Error::Denied(_) => Problem::new(
            format!("AWS did not take the portal's session for {of}."),
            why,
            "Check that the region is enabled in the account, then probe again.",
        ),
        _ => Problem::new(
            format!("AWS did not answer {of}."),
            why,
            format!("Check that the portal reaches the service (docs/security.md, Connections). {again}"),
        ),
    }
}

/// What came of it, in numbers: the findings themselves are on the page.
fn event_of<'a>(asked: &'a Probe, done: &Probe) -> Event<'a> {
    let count = |fits: fn(Seen) -> bool| {
        let found = done.findings.values().filter(|it| it.at >= asked.asked_at && fits(it.seen));
        found.count().to_string()
    };
    let event = Event::done("probe", "account", asked.account.as_str())
        .with("through", count(|seen| seen == Seen::Through))
        .with("denied", count(|seen| matches!(seen, Seen::Denied { .. })))
        .with("untold", count(|seen| seen == Seen::Untold))
        .with("carried_out", count(|seen| seen == Seen::CarriedOut));
    match &done.problem {
        Some(problem) => event.outcome(Outcome::Failed).with("reason", &problem.why),
        None => event,
    }
}
