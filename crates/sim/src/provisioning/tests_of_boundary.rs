//! What a product can do to roles: with the launch role of `deploy/spoke.yaml`, and with what others put on them.

use std::collections::BTreeMap;

use serde_json::json;

use super::StackUpdate;
use super::tests::{ACCOUNT, Bench, story};
use crate::cloudformation::Stack;
use crate::context::{Caller, RoleSession};

const BOUNDARY: &str = "arn:aws:iam::601000000002:policy/StudiogateExecutionBoundary";

/// A role with these properties beside its trust policy.
fn role(properties: &str) -> String {
    format!(
        "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{{Effect: Allow, Principal: {{Service: sagemaker.amazonaws.com}}, Action: 'sts:AssumeRole'}}]
{properties}"
    )
}

fn bounded() -> String {
    role(&format!("      PermissionsBoundary: {BOUNDARY}\n{POLICY}"))
}

const POLICY: &str = "      Policies:\n        - PolicyName: own\n          PolicyDocument: {Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]}\n";

fn as_launch_role(bench: &Bench) -> Caller {
    let arn = format!("arn:aws:iam::{ACCOUNT}:role/StudiogateLaunchRole");
    bench.world(|_, now| Caller::Role(Box::new(RoleSession::of_role(&arn, "servicecatalog", now).unwrap())))
}

fn why(stack: &Stack) -> String {
    let failed =
        stack.events.iter().rev().find(|e| e.status.ends_with("_FAILED") && e.kind != "AWS::CloudFormation::Stack");
    failed.and_then(|e| e.reason.clone()).unwrap_or_else(|| format!("{:?}", story(stack)))
}

fn made(bench: &Bench, name: &str, template: &str) -> Stack {
    let arn = bench.create_as(name, template, &[], as_launch_role(bench)).unwrap();
    bench.after(30, &arn)
}

fn changed(bench: &Bench, arn: &str, template: &str) -> Stack {
    let update = StackUpdate {
        caller: as_launch_role(bench),
        template: template.to_owned(),
        parameters: BTreeMap::new(),
        tags: None,
    };
    bench.world(|world, now| super::update(world, arn, update, now).unwrap());
    bench.after(30, arn)
}

#[test]
fn a_product_makes_no_role_without_the_boundary_and_keeps_what_it_has() {
    let bench = Bench::new(1.0);
    for (name, properties) in [
        ("bare", POLICY.to_owned()),
        ("other", "      PermissionsBoundary: arn:aws:iam::aws:policy/AdministratorAccess\n".to_owned()),
    ] {
        let stack = made(&bench, name, &role(&properties));
        assert_eq!(stack.status, "ROLLBACK_COMPLETE");
        let words = "because no identity-based policy allows the iam:CreateRole action";
        assert!(why(&stack).contains(words), "{}", why(&stack));
    }
    let stack = made(&bench, "bounded", &bounded());
    assert_eq!(stack.status, "CREATE_COMPLETE", "{}", why(&stack));

    let stack = changed(&bench, &stack.arn, &role(POLICY));
    assert_eq!(stack.status, "UPDATE_ROLLBACK_COMPLETE");
    let words = "iam:DeleteRolePermissionsBoundary on resource";
    assert!(why(&stack).contains(words) && why(&stack).contains("with an explicit deny"), "{}", why(&stack));
    let wider = bounded().replace(BOUNDARY, "arn:aws:iam::aws:policy/AdministratorAccess");
    let stack = changed(&bench, &stack.arn, &wider);
    let words = "because no identity-based policy allows the iam:PutRolePermissionsBoundary action";
    assert!(why(&stack).contains(words), "{}", why(&stack));
    let name = stack.resource("Role").unwrap().physical_id.clone();
    let boundary = bench.world(|world, _| world.accounts[&ACCOUNT.parse().unwrap()].roles[&name].boundary.clone());
    assert_eq!(boundary.as_deref(), Some(BOUNDARY));
}

#[test]
fn a_role_made_before_there_was_a_boundary_gets_it_with_an_update() {
    let bench = Bench::new(1.0);
    let arn = bench.create("before", &role(POLICY), &[]).unwrap();
    assert_eq!(bench.after(30, &arn).status, "CREATE_COMPLETE");
    let stack = changed(&bench, &arn, &bounded());
    assert_eq!(stack.status, "UPDATE_COMPLETE", "{}", why(&stack));
}

#[test]
fn a_product_reaches_nothing_that_governs_it() {
    let bench = Bench::new(1.0);
    let policy = "
Resources:
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: StudiogateSpare
      PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}
";
    let inline = "
Resources:
  Policy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: mine
      Roles: [StudiogateExecution]
      PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}
";
    let notebook = "
Resources:
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      InstanceType: ml.t3.medium
      RoleArn: arn:aws:iam::601000000002:role/StudiogateRevoker
";
    for (name, template, action) in [
        ("managed", policy, "iam:CreatePolicy"),
        ("inline", inline, "iam:PutRolePolicy"),
        ("passes", notebook, "iam:PassRole"),
    ] {
        let stack = made(&bench, name, template);
        assert_eq!(stack.status, "ROLLBACK_COMPLETE", "{name}");
        let (refused, layer) =
            (format!("to perform: {action} on"), "with an explicit deny in an identity-based policy");
        assert!(why(&stack).contains(&refused) && why(&stack).contains(layer), "{}", why(&stack));
    }
    let missing = bounded().replace("StudiogateExecutionBoundary", "Missing");
    let arn = bench.create("missing", &missing, &[]).unwrap();
    let why = why(&bench.after(30, &arn));
    assert!(why.contains("policy/Missing does not exist or is not attachable."), "{why}");
}

#[test]
fn an_owners_tag_is_set_when_something_is_made_and_stays() {
    let bench = Bench::new(1.0);
    let notebook = |tags: &str| {
        format!(
            "
Resources:
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      InstanceType: ml.t3.medium
      RoleArn: arn:aws:iam::601000000002:role/StudiogateExecution
      Tags: {tags}
"
        )
    };
    let stack = made(&bench, "owned", &notebook("[{Key: studiouserid, Value: ada}, {Key: project, Value: a}]"));
    assert_eq!(stack.status, "CREATE_COMPLETE", "{}", why(&stack));
    let arn = &stack.arn;
    for (tags, action) in [
        ("[{Key: studiouserid, Value: bob}, {Key: project, Value: a}]", "sagemaker:AddTags"),
        ("[{Key: project, Value: a}]", "sagemaker:DeleteTags"),
    ] {
        let stack = changed(&bench, arn, &notebook(tags));
        assert_eq!(stack.status, "UPDATE_ROLLBACK_COMPLETE");
        let refused = format!("to perform: {action} on");
        let told = stack.events.iter().any(|e| e.reason.as_ref().is_some_and(|r| r.contains(&refused)));
        assert!(told, "{:?}", stack.events);
    }
    let stack = changed(&bench, arn, &notebook("[{Key: studiouserid, Value: ada}, {Key: project, Value: b}]"));
    assert_eq!(stack.status, "UPDATE_COMPLETE", "{}", why(&stack));
    // What nobody owns is nobody's to give by a product.
    let stack = made(&bench, "unowned", &notebook("[{Key: project, Value: a}]"));
    let stack = changed(&bench, &stack.arn, &notebook("[{Key: studiouserid, Value: bob}, {Key: project, Value: a}]"));
    assert_eq!(stack.status, "UPDATE_ROLLBACK_COMPLETE");
}

#[test]
fn what_others_put_on_a_role_stays_and_is_in_the_way_of_its_deletion() {
    let bench = Bench::new(1.0);
    let stack = made(&bench, "revoked", &bounded());
    let name = stack.resource("Role").unwrap().physical_id.clone();
    let policies = |change: &dyn Fn(&mut BTreeMap<String, String>)| {
        bench.world(|world, _| {
            let account = world.account_mut(&ACCOUNT.parse().unwrap()).unwrap();
            let policies = &mut account.roles.get_mut(&name).unwrap().policies;
            change(policies);
            policies.keys().cloned().collect::<Vec<_>>()
        })
    };
    let deny = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Action": "*", "Resource": "*" }] });
    policies(&|policies| drop(policies.insert("revoked".into(), deny.to_string())));
    let stack = changed(&bench, &stack.arn, &bounded().replace("PolicyName: own", "PolicyName: renamed"));
    assert_eq!(stack.status, "UPDATE_COMPLETE", "{}", why(&stack));
    assert_eq!(policies(&|_| ()), ["renamed", "revoked"]);

    let caller = as_launch_role(&bench);
    bench.world(|world, now| super::delete(world, &stack.arn, &caller, now).unwrap());
    let stack = bench.after(30, &stack.arn);
    assert_eq!(stack.status, "DELETE_FAILED");
    assert!(why(&stack).contains("Cannot delete entity, must delete policies first."), "{}", why(&stack));
    policies(&|policies| drop(policies.remove("revoked")));
    bench.world(|world, now| super::delete(world, &stack.arn, &caller, now).unwrap());
    assert_eq!(bench.after(30, &stack.arn).status, "DELETE_COMPLETE");
}
