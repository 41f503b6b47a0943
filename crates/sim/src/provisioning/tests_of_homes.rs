//! What SageMaker makes for a domain in other services stands in the way of the stack's own network, until it is gone.

use chrono::TimeDelta;
use serde_json::json;

use super::tests::{ACCOUNT, Bench, story};
use crate::context::{Caller, Ctx, Origin};
use crate::{AwsError, efs};

const OWN_NETWORK: &str = "
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16}}
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/24, AvailabilityZone: eu-west-1a}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: sagemaker.amazonaws.com}, Action: 'sts:AssumeRole'}]
  Domain:
    Type: AWS::SageMaker::Domain
    Properties:
      DomainName: test
      AuthMode: IAM
      VpcId: !Ref Vpc
      SubnetIds: [!Ref Subnet]
      DefaultUserSettings: {ExecutionRole: !GetAtt Role.Arn}
Outputs:
  Domain: {Value: !Ref Domain}
";

fn as_administrator(bench: &Bench, operation: &str, body: &serde_json::Value) -> Result<serde_json::Value, AwsError> {
    bench.world(|world, now| {
        let caller = Caller::Administrator(ACCOUNT.parse().unwrap());
        let ctx = Ctx { caller, region: "eu-west-1".into(), now, request_id: "test".into(), origin: Origin::default() };
        efs::handle(world, &ctx, operation, body)
    })
}

fn delete(bench: &Bench, arn: &str) -> crate::cloudformation::Stack {
    bench.world(|world, now| {
        super::delete(world, arn, &Caller::Administrator(ACCOUNT.parse().unwrap()), now).unwrap();
    });
    bench.after(60, arn)
}

#[test]
fn mount_targets_keep_the_subnets_and_security_groups_the_vpc() {
    let bench = Bench::new(1.0);
    let arn = bench.create("own", OWN_NETWORK, &[]).unwrap();
    let stack = bench.after(10, &arn);
    assert_eq!(stack.status, "CREATE_COMPLETE");
    let subnet = stack.resource("Subnet").unwrap().physical_id.clone();
    let vpc = stack.resource("Vpc").unwrap().physical_id.clone();
    assert!(subnet.starts_with("subnet-") && vpc.starts_with("vpc-"), "{subnet} {vpc}");

    let held_up = delete(&bench, &arn);
    assert_eq!(held_up.status, "DELETE_FAILED");
    let why = held_up.events.iter().find(|e| e.logical_id == "Subnet" && e.status == "DELETE_FAILED").unwrap();
    assert!(
        why.reason
            .as_deref()
            .unwrap()
            .contains(&format!("The subnet '{subnet}' has dependencies and cannot be deleted.")),
        "{why:?}"
    );
    assert!(story(&held_up).contains(&"Domain DELETE_COMPLETE".to_owned()), "{:?}", story(&held_up));

    let homes = as_administrator(&bench, "DescribeFileSystems", &json!({})).unwrap();
    let home = homes["FileSystems"].as_array().unwrap().iter().find(|it| it["NumberOfMountTargets"] == 1).unwrap();
    let targets =
        as_administrator(&bench, "DescribeMountTargets", &json!({ "FileSystemId": home["FileSystemId"] })).unwrap();
    assert_eq!(targets["MountTargets"][0]["SubnetId"], json!(subnet));
    let target = json!({ "MountTargetId": targets["MountTargets"][0]["MountTargetId"] });
    assert_eq!(as_administrator(&bench, "DeleteFileSystem", home).unwrap_err().code, "FileSystemInUse");
    as_administrator(&bench, "DeleteMountTarget", &target).unwrap();
    bench.clock.advance(TimeDelta::minutes(1));
    assert_eq!(as_administrator(&bench, "DeleteMountTarget", &target).unwrap_err().code, "MountTargetNotFound");

    // Now the subnet goes, and the VPC has the groups in it still.
    let held_up = delete(&bench, &arn);
    assert_eq!(held_up.status, "DELETE_FAILED");
    assert!(story(&held_up).contains(&"Subnet DELETE_COMPLETE".to_owned()), "{:?}", story(&held_up));
    let why = held_up.events.iter().rfind(|e| e.logical_id == "Vpc" && e.status == "DELETE_FAILED").unwrap();
    assert!(why.reason.as_deref().unwrap().contains(&format!("The vpc '{vpc}' has dependencies")), "{why:?}");
    bench.world(|world, _| {
        world.ec2(&ACCOUNT.parse().unwrap(), "eu-west-1").groups.retain(|_, group| group.vpc != vpc);
    });
    assert_eq!(delete(&bench, &arn).status, "DELETE_COMPLETE");

    // The data outlived all of it.
    as_administrator(&bench, "DeleteFileSystem", home).unwrap();
    bench.clock.advance(TimeDelta::minutes(1));
    assert_eq!(as_administrator(&bench, "DescribeFileSystems", home).unwrap_err().code, "FileSystemNotFound");
}

#[test]
fn a_domain_that_is_to_delete_its_home_does() {
    let bench = Bench::new(1.0);
    let arn = bench.create("own", OWN_NETWORK, &[]).unwrap();
    let id = bench.after(10, &arn).resource("Domain").unwrap().physical_id.clone();
    let homes = |bench: &Bench| {
        let all = as_administrator(bench, "DescribeFileSystems", &json!({ "CreationToken": id })).unwrap();
        all["FileSystems"].as_array().unwrap().len()
    };
    assert_eq!(homes(&bench), 1);
    let body = json!({ "DomainId": id, "RetentionPolicy": { "HomeEfsFileSystem": "Delete" } });
    bench.sagemaker("DeleteDomain", &body).unwrap();
    bench.clock.advance(TimeDelta::minutes(5));
    assert_eq!(homes(&bench), 0);
}

#[test]
fn tags_of_a_file_system_are_read_and_added() {
    let bench = Bench::new(1.0);
    let homes = as_administrator(&bench, "DescribeFileSystems", &json!({ "MaxItems": 1 })).unwrap();
    let home = &homes["FileSystems"][0];
    let by_arn = json!({ "ResourceId": home["FileSystemArn"] });
    let tags = as_administrator(&bench, "ListTagsForResource", &by_arn).unwrap();
    assert_eq!(tags["Tags"][0]["Key"], "ManagedByAmazonSageMakerResource");
    let more = json!({ "ResourceId": home["FileSystemId"], "Tags": [{ "Key": "kept", "Value": "yes" }] });
    as_administrator(&bench, "TagResource", &more).unwrap();
    let tags = as_administrator(&bench, "ListTagsForResource", &by_arn).unwrap();
    assert_eq!(tags["Tags"].as_array().unwrap().len(), 2);
    let wrong = as_administrator(&bench, "ListTagsForResource", &json!({ "ResourceId": "fs-x" })).unwrap_err();
    assert_eq!(wrong.code, "BadRequest");
}
