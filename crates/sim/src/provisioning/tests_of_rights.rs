//! Whose rights stacks come up and change with.

use std::collections::BTreeMap;

use serde_json::json;

use super::StackUpdate;
use super::tests::{ACCOUNT, Bench, story};
use crate::cloudformation::Stack;
use crate::context::{Caller, RoleSession};
use crate::iam::IamRole;

const TRUST: &str = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":["sagemaker.amazonaws.com","lambda.amazonaws.com"]},"Action":"sts:AssumeRole"}]}"#;

/// A role of the account with one policy.
fn role(bench: &Bench, name: &str, policy: &str) -> Caller {
    let arn = format!("arn:aws:iam::{ACCOUNT}:role/{name}");
    bench.world(|world, now| {
        let role = IamRole {
            name: name.into(),
            arn: arn.clone(),
            id: format!("AROA{name}"),
            trust: TRUST.into(),
            policies: BTreeMap::from([("own".into(), policy.into())]),
            attached: Vec::new(),
            tags: BTreeMap::new(),
            boundary: None,
            max_session: 3600,
            created: now,
        };
        world.account_mut(&ACCOUNT.parse().unwrap()).unwrap().roles.insert(name.into(), role);
        Caller::Role(Box::new(RoleSession::of_role(&arn, "test", now).unwrap()))
    })
}

/// Allows everything but some actions.
fn all_but(denied: &[&str]) -> String {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "*", "Resource": "*" },
        { "Effect": "Deny", "Action": denied, "Resource": "*" },
    ] })
    .to_string()
}

fn why(stack: &Stack) -> String {
    let failed = stack.events.iter().find(|e| e.status.ends_with("_FAILED"));
    failed.and_then(|e| e.reason.clone()).unwrap_or_else(|| format!("{:?}", story(stack)))
}

fn change(bench: &Bench, arn: &str, template: &str, caller: Caller) -> Stack {
    let update = StackUpdate { caller, template: template.into(), parameters: BTreeMap::new(), tags: None };
    bench.world(|world, now| super::update(world, arn, update, now).unwrap());
    bench.after(30, arn)
}

const NOTEBOOK: &str = "
Resources:
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      InstanceType: ml.t3.medium
      RoleArn: arn:aws:iam::601000000002:role/FIRST
      Tags: [{Key: team, Value: blue}]
";

#[test]
fn an_update_passes_roles_and_changes_tags_by_the_callers_rights() {
    let bench = Bench::new(1.0);
    role(&bench, "FIRST", &all_but(&["none:None"]));
    role(&bench, "SECOND", &all_but(&["none:None"]));
    let arn = bench.create("notebook", NOTEBOOK, &[]).unwrap();
    assert_eq!(bench.after(30, &arn).status, "CREATE_COMPLETE");
    let no_roles = role(&bench, "NoRoles", &all_but(&["iam:PassRole"]));
    let stack = change(&bench, &arn, &NOTEBOOK.replace("FIRST", "SECOND"), no_roles);
    assert_eq!(stack.status, "UPDATE_ROLLBACK_COMPLETE");
    assert!(why(&stack).contains("is not authorized to perform: iam:PassRole"), "{}", why(&stack));
    let no_tags = role(&bench, "NoTags", &all_but(&["sagemaker:AddTags"]));
    let stack = change(&bench, &arn, &NOTEBOOK.replace("blue", "red"), no_tags);
    assert_eq!(stack.status, "UPDATE_ROLLBACK_COMPLETE");
    let told = stack.events.iter().any(|e| e.reason.as_ref().is_some_and(|r| r.contains("sagemaker:AddTags")));
    assert!(told, "{:?}", stack.events);
    let all = role(&bench, "All", &all_but(&["none:None"]));
    let both = NOTEBOOK.replace("FIRST", "SECOND").replace("blue", "red");
    assert_eq!(change(&bench, &arn, &both, all).status, "UPDATE_COMPLETE");
    let name = bench.stack(&arn).resource("Notebook").unwrap().physical_id.clone();
    let tags = bench.sagemaker("ListTags", &json!({ "ResourceArn": name })).unwrap();
    assert!(tags["Tags"].as_array().unwrap().contains(&json!({ "Key": "team", "Value": "red" })), "{tags}");
}

fn policies(statement: &str) -> String {
    format!(
        "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: worker
      AssumeRolePolicyDocument: {TRUST}
  Inline:
    Type: AWS::IAM::Policy
    Properties: {{PolicyName: inline, Roles: [!Ref Role], PolicyDocument: {{Version: '2012-10-17', Statement: [{statement}]}}}}
  Managed:
    Type: AWS::IAM::ManagedPolicy
    Properties: {{ManagedPolicyName: managed, Roles: [!Ref Role], PolicyDocument: {{Version: '2012-10-17', Statement: [{statement}]}}}}
"
    )
}

#[test]
fn policies_that_an_update_changes_are_applied() {
    let bench = Bench::new(1.0);
    let before = policies("{Effect: Allow, Action: 's3:GetObject', Resource: '*'}");
    let arn = bench.create("policies", &before, &[]).unwrap();
    let stack = bench.after(30, &arn);
    assert_eq!(stack.status, "CREATE_COMPLETE", "{}", why(&stack));
    let after = policies("{Effect: Deny, Action: 's3:*', Resource: '*'}");
    let stack = change(&bench, &arn, &after, Caller::Administrator(ACCOUNT.parse().unwrap()));
    assert_eq!(stack.status, "UPDATE_COMPLETE", "{}", why(&stack));
    let (inline, managed) = bench.world(|world, _| {
        let account = &world.accounts[&ACCOUNT.parse().unwrap()];
        let managed = account.managed_policy(&format!("arn:aws:iam::{ACCOUNT}:policy/managed")).unwrap().to_owned();
        (account.roles["worker"].policies["inline"].clone(), managed)
    });
    assert!(inline.contains("Deny") && managed.contains("Deny"), "{inline} {managed}");
}

#[test]
fn what_iam_would_refuse_is_refused() {
    let bench = Bench::new(1.0);
    for (role, words) in [
        (
            "ManagedPolicyArns: ['arn:aws:iam::aws:policy/NoSuchPolicy']",
            "Policy arn:aws:iam::aws:policy/NoSuchPolicy does not exist or is not attachable.",
        ),
        (
            "Policies: [{PolicyName: p, PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Maybe}]}}]",
            "Syntax errors in policy",
        ),
    ] {
        let template = format!(
            "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {TRUST}\n      {role}\n"
        );
        let arn = bench.create("role", &template, &[]).unwrap();
        let stack = bench.after(5, &arn);
        assert_eq!(stack.status, "ROLLBACK_COMPLETE");
        assert!(why(&stack).contains(words), "{}", why(&stack));
    }
    let denies = format!(
        "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: nothing\n      AssumeRolePolicyDocument: {TRUST}\n      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AWSDenyAll']\n"
    );
    let arn = bench.create("denies", &denies, &[]).unwrap();
    assert_eq!(bench.after(5, &arn).status, "CREATE_COMPLETE");
}

const FUNCTION: &str = "
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Role: arn:aws:iam::601000000002:role/Powerful
      Code: {ZipFile: 'client.create_notebook_instance(**input)'}
  Custom:
    Type: Custom::Notebook
    Properties:
      ServiceToken: !GetAtt Function.Arn
      NotebookInstanceName: mine
      NotebookInstanceType: ml.t3.medium
      SageMakerRoleArn: arn:aws:iam::601000000002:role/Powerful
";

#[test]
fn a_function_gets_only_a_role_that_the_caller_may_pass_and_acts_with_it_alone() {
    let bench = Bench::new(1.0);
    role(&bench, "Powerful", &all_but(&["none:None"]));
    let caller = role(&bench, "NoRoles", &all_but(&["iam:PassRole"]));
    let arn = bench.create_as("function", FUNCTION, &[], caller).unwrap();
    let stack = bench.after(5, &arn);
    assert!(why(&stack).contains("is not authorized to perform: iam:PassRole"), "{}", why(&stack));

    let caller = role(&bench, "All", &all_but(&["none:None"]));
    let arn = bench.create_as("custom", FUNCTION, &[], caller.clone()).unwrap();
    let stack = bench.after(10, &arn);
    assert_eq!(stack.status, "CREATE_COMPLETE", "{}", why(&stack));
    // What the function may no longer do, its deletion cannot do either.
    role(&bench, "Powerful", &all_but(&["sagemaker:StopNotebookInstance"]));
    bench.world(|world, now| super::delete(world, &arn, &caller, now).unwrap());
    let stack = bench.after(10, &arn);
    assert_eq!(stack.status, "DELETE_FAILED");
    assert!(why(&stack).contains("sagemaker:StopNotebookInstance"), "{}", why(&stack));
}

#[test]
fn offered_templates_make_types_that_are_not_known_here() {
    let template = "
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Files: {Type: AWS::EFS::FileSystem}
  Machine: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{}'}}
  Rule: {Type: AWS::Events::Rule}
";
    let bench = Bench::offering(1.0, &[("Offered", template)]);
    let as_role = |name: &str| {
        let arn = format!("arn:aws:iam::{ACCOUNT}:role/{name}");
        bench.world(|_, now| Caller::Role(Box::new(RoleSession::of_role(&arn, "servicecatalog", now).unwrap())))
    };
    let arn = bench.create_as("offered", template, &[], as_role("StudiogateOfferedLaunchRole")).unwrap();
    let stack = bench.after(10, &arn);
    assert_eq!(stack.status, "CREATE_COMPLETE", "{}", why(&stack));
    // The role of deploy/, which stands for one of a real organization, may not.
    let arn = bench.create_as("usual", template, &[], as_role("StudiogateLaunchRole")).unwrap();
    assert_eq!(bench.after(10, &arn).status, "ROLLBACK_COMPLETE");
    // And nothing that governs can be changed by what is offered.
    let governs = format!(
        "Resources:\n  R: {{Type: AWS::IAM::Role, Properties: {{RoleName: StudiogateSpare, AssumeRolePolicyDocument: {TRUST}}}}}\n"
    );
    let arn = bench.create_as("governs", &governs, &[], as_role("StudiogateOfferedLaunchRole")).unwrap();
    assert!(why(&bench.after(10, &arn)).contains("with an explicit deny"));
    assert!(
        !Bench::new(1.0).world(|world, _| world.accounts[&ACCOUNT.parse().unwrap()]
            .roles
            .contains_key("StudiogateOfferedLaunchRole"))
    );
}
