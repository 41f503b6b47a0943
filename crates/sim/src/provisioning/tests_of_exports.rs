//! What stacks take from one another.

use std::collections::BTreeMap;

use serde_json::json;

use super::tests::{ACCOUNT, Bench};
use crate::context::Caller;

#[test]
fn a_missing_export_stops_the_stack_before_anything_is_made() {
    let template = "
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: !ImportValue the-words}
";
    let bench = Bench::new(1.0);
    let arn = bench.create("first", template, &[]).unwrap();
    let stack = bench.after(5, &arn);
    assert_eq!(stack.status, "ROLLBACK_COMPLETE");
    assert_eq!(stack.reason.as_deref(), Some("No export named the-words found. Rollback requested by user."));
    assert!(stack.resources.is_empty());

    let exporter = "
Resources:
  Log: {Type: AWS::Logs::LogGroup}
Outputs:
  Words: {Value: words, Export: {Name: the-words}}
";
    let exporting = bench.create("exporter", exporter, &[]).unwrap();
    assert_eq!(bench.after(5, &exporting).status, "CREATE_COMPLETE");
    let arn = bench.create("second", template, &[]).unwrap();
    assert_eq!(bench.after(5, &arn).status, "CREATE_COMPLETE");
    let refused = bench.world(|world, now| {
        super::delete(world, &exporting, &Caller::Administrator(ACCOUNT.parse().unwrap()), now).unwrap_err()
    });
    assert_eq!(refused, "Cannot delete export the-words as it is in use by second");
    let again = bench.create("third", exporter, &[]).unwrap();
    let reason = bench.after(5, &again).reason.unwrap();
    assert_eq!(reason, "Export with name the-words is already exported by stack exporter. Rollback requested by user.");
}

#[test]
fn seeded_exports_fit_the_property_that_asks() {
    let template = "
Parameters:
  Env: {Type: String, Default: dev}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: [sagemaker.amazonaws.com]}, Action: ['sts:AssumeRole']}]
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      InstanceType: ml.t3.medium
      RoleArn: !GetAtt Role.Arn
      VolumeSizeInGB: '10'
      DirectInternetAccess: Disabled
      SubnetId: {'Fn::ImportValue': !Sub 'net-1-${Env}'}
      SecurityGroupIds: [{'Fn::ImportValue': !Sub 'sg-${Env}'}]
      LifecycleConfigName: {'Fn::ImportValue': !Sub 'lc-${Env}'}
Outputs:
  Arn: {Value: !Ref Notebook}
  Name: {Value: !GetAtt Notebook.NotebookInstanceName}
";
    let bench = Bench::new(1.0);
    bench.world(|world, _| crate::cloudformation::seed_exports(world, &[template], &BTreeMap::new()));
    let arn = bench.create("notebook", template, &[]).unwrap();
    let stack = bench.after(30, &arn);
    assert_eq!(stack.status, "CREATE_COMPLETE", "{:?}", stack.events);
    assert!(stack.outputs[0].value.starts_with("arn:aws:sagemaker:eu-west-1:601000000002:notebook-instance/"));
    let name = stack.outputs[1].value.clone();
    let notebook = bench.sagemaker("DescribeNotebookInstance", &json!({ "NotebookInstanceName": name })).unwrap();
    assert_eq!(notebook["SubnetId"], "subnet-601000000002-a");
    assert_eq!(notebook["VolumeSizeInGB"], 10);
    let administrator = Caller::Administrator(ACCOUNT.parse().unwrap());
    bench.world(|world, now| super::delete(world, &arn, &administrator, now).unwrap());
    assert_eq!(bench.after(30, &arn).status, "DELETE_COMPLETE", "a running notebook instance is stopped first");
}
