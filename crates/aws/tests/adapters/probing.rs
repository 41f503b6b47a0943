//! The calls of a probe on a local AWS: through where nothing denies them, denied where the organization does, and nothing
//! comes of any of them.

use crate::local::{DEV, Local, role_in};
use aws::AssumeGrant;
use domain::guardrail::{Layer, Refusal};
use domain::id::{AccountId, Region};
use domain::probe::{Place, ProbeCall, Seen, Sighting};
use domain::session::RoleName;
use sim::FaultKind;
use sim::organizations::ServiceControlPolicy;

const PROD: &str = "601000000004";
const NAME: &str = "studiogate-probe-0190a0b0-0000-7000-8000-000000000000";

async fn ask(local: &Local, account: &str, call: ProbeCall) -> aws::Result<Sighting> {
    let role = role_in(account, RoleName::StudiogateProbe);
    let session = local.aws.assume(&role, &AssumeGrant::system("studiogate")).await.unwrap();
    let (account, region): (AccountId, Region) = (account.parse().unwrap(), "eu-west-1".parse().unwrap());
    let place = Place { partition: "aws", account: &account, region: &region, name: NAME };
    session.probing().ask(call, &place, local.clock_now()).await
}

/// Attaches policies to the unit of the account, past the portal.
fn attach(local: &Local, account: &str, documents: &[String]) {
    let change = |world: &mut sim::World| {
        let organization = &mut world.organization;
        let unit = organization.account_parents[&account.parse::<AccountId>().unwrap()].clone();
        for (n, content) in documents.iter().enumerate() {
            let id = format!("p-test{n}");
            let policy = ServiceControlPolicy {
                id: id.clone(),
                name: id.clone(),
                description: String::new(),
                content: content.clone(),
                aws_managed: false,
            };
            organization.policies.insert(id.clone(), policy);
            organization.attachments.get_mut(&unit).unwrap().push(id);
        }
    };
    local.running.aws.with_world(change).unwrap();
}

fn blueprint(file: &str) -> String {
    let path = format!("{}/../../blueprints/scps/{file}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// What SageMaker keeps in an account, to see that nothing came of a call.
fn kept(local: &Local, account: &str) -> String {
    let account: AccountId = account.parse().unwrap();
    local.running.aws.with_world(|world| format!("{:?}", world.sagemaker(&account, "eu-west-1"))).unwrap()
}

#[tokio::test]
async fn every_call_gets_through_where_nothing_denies_it_and_does_nothing() {
    let local = Local::start().await;
    let before = kept(&local, PROD);
    for call in ProbeCall::ALL {
        let found = ask(&local, PROD, call).await.unwrap();
        assert_eq!(found.seen, Seen::Through, "{call:?}: {}", found.said);
        assert_eq!(found.said.is_empty(), call.reads(), "{call:?}: {}", found.said);
    }
    assert_eq!(kept(&local, PROD), before);
}

#[tokio::test]
async fn every_call_is_denied_by_the_policy_of_the_library_that_it_is_for() {
    let local = Local::start().await;
    let files = [
        "deny-sagemaker-endpoints",
        "require-vpc",
        "require-customer-managed-keys",
        "require-encryption-between-nodes",
        "require-tags",
        "named-instance-types",
        "sandbox-detached",
        "protect-governance",
        "endpoint-calls-only-from-the-vpc",
    ];
    for file in files {
        let local = Local::start().await;
        attach(&local, PROD, &[blueprint(file)]);
        let mut denied = Vec::new();
        for call in ProbeCall::ALL {
            let found = ask(&local, PROD, call).await.unwrap();
            match found.seen {
                Seen::Denied { by } => {
                    assert_eq!(by, Some(Refusal { layer: Some(Layer::Scp), explicit: true }), "{}", found.said);
                    denied.push(call);
                }
                seen => assert_eq!(seen, Seen::Through, "{file}: {call:?}: {}", found.said),
            }
        }
        assert_eq!(denied, expected(file), "{file}");
    }
    attach(&local, PROD, &files.map(blueprint)[..4]);
    assert!(matches!(ask(&local, PROD, ProbeCall::TrainOnGpu).await.unwrap().seen, Seen::Through));
}

fn expected(file: &str) -> Vec<ProbeCall> {
    use ProbeCall::*;
    match file {
        "deny-sagemaker-endpoints" => {
            vec![ListEndpoints, CreateEndpoint, CreateEndpointConfig, UpdateEndpoint, InvokeEndpoint]
        }
        "endpoint-calls-only-from-the-vpc" => vec![InvokeEndpoint],
        "require-vpc" => vec![TrainWithoutVpc, ProcessWithoutVpc, NotebookWithoutVpc, DomainOnInternet],
        "require-customer-managed-keys" => vec![TrainWithoutKey],
        "require-encryption-between-nodes" => vec![TrainInPlain],
        "require-tags" => vec![TrainWithoutTag],
        "named-instance-types" => vec![TrainOnGpu],
        "sandbox-detached" => vec![PeerVpc, AttachTransitGateway, CreateVpn, AcceptResourceShare],
        _ => vec![ChangeGovernanceRole, ChangeOwnerTag],
    }
}

#[tokio::test]
async fn a_denial_by_the_roles_own_policies_is_told_from_one_by_the_organization() {
    let local = Local::start().await;
    let change = |world: &mut sim::World| {
        let account = world.accounts.get_mut(&PROD.parse::<AccountId>().unwrap()).unwrap();
        account.roles.get_mut("StudiogateProbe").unwrap().policies.clear();
    };
    local.running.aws.with_world(change).unwrap();
    let by = |layer, explicit| Seen::Denied { by: Some(Refusal { layer: Some(layer), explicit }) };
    for call in [ProbeCall::ListEndpoints, ProbeCall::PeerVpc, ProbeCall::ChangeGovernanceRole] {
        assert_eq!(ask(&local, PROD, call).await.unwrap().seen, by(Layer::Identity, false), "{call:?}");
    }
    // The organization decides first.
    assert_eq!(ask(&local, DEV, ProbeCall::ListEndpoints).await.unwrap().seen, by(Layer::Scp, true));
    let only_s3 = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    let narrow = |world: &mut sim::World| {
        let organization = &mut world.organization;
        let policy = organization.policies.values_mut().find(|policy| policy.aws_managed).unwrap();
        policy.content = only_s3.to_owned();
    };
    local.running.aws.with_world(narrow).unwrap();
    assert_eq!(ask(&local, PROD, ProbeCall::ListEndpoints).await.unwrap().seen, by(Layer::Scp, false));
}

#[tokio::test]
async fn trouble_on_the_way_is_no_finding() {
    let local = Local::start().await;
    let role = role_in(PROD, RoleName::StudiogateProbe);
    local.aws.assume(&role, &AssumeGrant::system("studiogate")).await.unwrap();
    for (call, operation) in [
        (ProbeCall::ListEndpoints, "sagemaker:ListEndpoints"),
        (ProbeCall::PeerVpc, "ec2:CreateVpcPeeringConnection"),
        (ProbeCall::AcceptResourceShare, "ram:AcceptResourceShareInvitation"),
        (ProbeCall::InvokeEndpoint, "sagemaker:InvokeEndpoint"),
    ] {
        local.running.aws.faults().next(operation, FaultKind::Throttle, 10);
        let error = ask(&local, PROD, call).await.unwrap_err();
        assert!(matches!(error, aws::Error::Throttled(_)), "{error}");
        local.running.aws.faults().clear();
        let refused = FaultKind::Error { code: "OptInRequired".into(), status: 403, message: "no".into() };
        local.running.aws.faults().next(operation, refused, 1);
        let error = ask(&local, PROD, call).await.unwrap_err();
        assert_eq!(error.failure().code, "OptInRequired");
        local.running.aws.faults().clear();
    }
}
