//! Live probes on the page of governed actions.

use std::collections::BTreeMap;

use app::pages::organization as pages;
use domain::action::Action;
use domain::guardrail::{Layer, Outlook, Refusal};
use domain::organization::{NodeKind, OrganizationState, OutlookOf};
use domain::probe::{Disagreement, Seen, Sighting};
use domain::problem::Problem;
use domain::project::Stage;
use domain::view::*;

use crate::{page, samples};

fn outlook(outlook: Outlook) -> OutlookOf {
    let none = String::new;
    OutlookOf {
        outlook,
        policy_id: none(),
        statement: none(),
        node: "Dev".into(),
        denied_where: Vec::new(),
        others: Vec::new(),
    }
}

fn found(seen: Seen, disagreement: Option<Disagreement>, read_since: bool) -> CellProbe {
    CellProbe::Found(Box::new(ProbedCell {
        finding: Sighting { seen, said: "AccessDenied: <b>no".into(), at: samples::at(0) },
        disagreement,
        read_since,
        stand_in: None,
    }))
}

fn matrix(probe: Option<AccountProbe>, cells: Vec<CellProbe>, allowed: Allowed) -> MatrixPage {
    let row = |(n, probe): (usize, CellProbe)| MatrixRow {
        label: format!("Governed {n}"),
        action: "sagemaker:CreateEndpoint".into(),
        cells: vec![MatrixCell { outlook: outlook(Outlook::Passes), probe }],
    };
    MatrixPage {
        accounts: vec![MatrixAccount {
            node: NodeRef { id: "601000000002".into(), name: "fraud-<i>dev".into(), kind: NodeKind::Account },
            stages: vec![Stage::Dev],
            exempt: false,
            unreadable: Vec::new(),
            probe,
        }],
        rows: cells.into_iter().enumerate().map(row).collect(),
        names: BTreeMap::new(),
        role: "StudiogateExecution".into(),
        next: None,
        query: OrganizationQuery { within: "ou-1".into(), after: "7~x".into() },
        choices: Vec::new(),
        state: OrganizationState { refreshed_at: Some(samples::at(0)), problem: None },
        allowed,
    }
}

fn probed(waiting: bool, problem: Option<Problem>) -> AccountProbe {
    let finished_at = (!waiting).then(|| samples::at(1));
    AccountProbe { by: "Ada <i>Auditor".into(), asked_at: samples::at(0), waiting, finished_at, problem }
}

fn may() -> Allowed {
    Allowed(vec![Action::ViewOrganization, Action::ProbeGuardrails])
}

#[test]
fn what_a_probe_saw_stands_beside_each_verdict() {
    let by = |layer| Seen::Denied { by: Some(Refusal { layer: Some(layer), explicit: true }) };
    let cells = vec![
        CellProbe::NoCall,
        CellProbe::NotYet,
        found(Seen::Through, None, false),
        found(by(Layer::Scp), None, false),
        found(by(Layer::Identity), None, false),
        found(Seen::Denied { by: None }, None, false),
        found(Seen::Untold, None, false),
    ];
    let text = page("organization-probed", || pages::matrix(matrix(Some(probed(false, None)), cells, may())));
    for words in [
        "Not probed: whatever asks for it does it where it is allowed.",
        "Not probed yet",
        "Got through at AWS",
        "Denied at AWS by a service control policy",
        "apply deploy/spoke.yaml",
        "AWS does not say by what",
        "answer does not tell",
        "AccessDenied: &lt;b&gt;no",
        "Probed for ",
        "Ada &lt;i&gt;Auditor",
        r#"aria-label="Probe fraud-&lt;i&gt;dev""#,
        "Probe the accounts of projects here",
        r#"name="within" value="ou-1""#,
    ] {
        assert!(text.contains(words), "{words}");
    }
    assert!(!text.contains("disagree") && !text.contains("carried out"));
    let readonly = page("organization-probed-readonly", || {
        pages::matrix(matrix(None, vec![CellProbe::NotYet], Allowed(vec![Action::ViewOrganization])))
    });
    assert!(!readonly.contains("/api/probe_guardrails"));
}

#[test]
fn a_disagreement_is_loud_and_says_what_to_do() {
    let scp = Seen::Denied { by: Some(Refusal { layer: Some(Layer::Scp), explicit: true }) };
    let cells = vec![
        found(scp, Some(Disagreement::DeniedAtAws), false),
        found(Seen::Through, Some(Disagreement::ThroughAtAws), true),
        found(Seen::CarriedOut, None, false),
    ];
    let text = page("organization-disagreement", || pages::matrix(matrix(Some(probed(false, None)), cells, may())));
    for words in [
        "AWS and the evaluation disagree in 2 places.",
        "fraud-&lt;i&gt;dev: Governed 0",
        "wait for the next reading of the organization",
        "The guardrail does not hold.",
        "was read again after this probe: probe again",
        "AWS carried out a call of the probe.",
        "begins with studiogate-probe and delete it",
    ] {
        assert!(text.contains(words), "{words}");
    }
}

#[test]
fn a_probe_under_way_and_one_that_failed_say_so() {
    let waiting = page("organization-probing", || {
        pages::matrix(matrix(Some(probed(true, None)), vec![CellProbe::NotYet], may()))
    });
    assert!(waiting.contains("One account here is being probed.") && waiting.contains("Probe asked for by "));
    assert!(waiting.contains("/organization/matrix?within=ou-1&amp;after=7~x"), "the refresh link leads back here");
    assert!(!waiting.contains(r#"aria-label="Probe "#), "it is asked for already");
    let problem =
        Problem::new("The role StudiogateProbe could not be taken in this account.", "AccessDenied", "Apply it.");
    let failed = page("organization-probe-failed", || {
        pages::matrix(matrix(Some(probed(false, Some(problem))), vec![CellProbe::NotYet], may()))
    });
    assert!(
        failed.contains("fraud-&lt;i&gt;dev: The role StudiogateProbe could not be taken")
            && failed.contains("Apply it.")
    );
}
