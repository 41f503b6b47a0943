//! Types that the local AWS does not know.

use serde_json::json;

use super::tests::{ACCOUNT, Bench, story};
use crate::context::Caller;

#[test]
fn unknown_types_are_recorded_and_flagged() {
    let template = "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
  Function:
    Type: AWS::Lambda::Function
    Properties: {Role: !GetAtt Role.Arn, Handler: h, Runtime: r, Code: {ZipFile: 'pass'}}
  Custom:
    Type: Custom::Thing
    Properties: {ServiceToken: !GetAtt Function.Arn}
  Kept:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
Outputs:
  Anything: {Value: !GetAtt Custom.Answer}
";
    let bench = Bench::new(1.0);
    let arn = bench.create("things", template, &[]).unwrap();
    let stack = bench.after(5, &arn);
    assert_eq!(stack.status, "CREATE_COMPLETE", "{:?}", stack.events);
    let reason = stack.resource("Function").unwrap().reason.clone().unwrap();
    assert_eq!(reason, "AWS::Lambda::Function is not known to the local AWS: recorded, nothing was made");
    let bucket = stack.resource("Kept").unwrap().physical_id.clone();
    let administrator = Caller::Administrator(ACCOUNT.parse().unwrap());
    bench.world(|world, now| super::delete(world, &arn, &administrator, now).unwrap());
    let stack = bench.after(5, &arn);
    assert_eq!(stack.status, "DELETE_COMPLETE");
    assert!(story(&stack).contains(&"Kept DELETE_SKIPPED".to_owned()));
    assert!(bench.world(|world, _| world.cloudformation.buckets.contains_key(&bucket)));
}

#[test]
fn a_custom_resource_that_creates_a_notebook_instance_is_acted_out() {
    let template = "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: [sagemaker.amazonaws.com, lambda.amazonaws.com]}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: all
          PolicyDocument:
            Version: '2012-10-17'
            Statement: [{Effect: Allow, Action: ['sagemaker:*', 'iam:PassRole'], Resource: '*'}]
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Role.Arn
      Code: {ZipFile: 'client.create_notebook_instance(**input)'}
  Custom:
    Type: Custom::CreateNotebook
    Properties:
      ServiceToken: !GetAtt Function.Arn
      NotebookInstanceName: mine
      NotebookInstanceType: ml.t3.medium
      SageMakerRoleArn: !GetAtt Role.Arn
Outputs:
  Arn: {Value: !GetAtt Custom.NotebookInstanceArn}
";
    let bench = Bench::new(1.0);
    let arn = bench.create("custom", template, &[]).unwrap();
    let stack = bench.after(10, &arn);
    assert_eq!(stack.status, "CREATE_COMPLETE", "{:?}", stack.events);
    assert!(stack.outputs[0].value.ends_with("notebook-instance/mine"));
    let body = json!({ "NotebookInstanceName": "mine" });
    assert_eq!(bench.sagemaker("DescribeNotebookInstance", &body).unwrap()["NotebookInstanceStatus"], "InService");
}
