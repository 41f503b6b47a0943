use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::{Clock, ManualClock};
use serde_json::{Value, json};

use crate::cloudformation::Stack;
use crate::context::{Caller, Ctx};
use crate::world::World;
use crate::{LocalAws, SimOptions};
use template::Values;

use super::{StackRequest, StackUpdate};

pub(super) const ACCOUNT: &str = "601000000002";

pub(super) struct Bench {
    aws: LocalAws,
    pub(super) clock: ManualClock,
}

impl Bench {
    pub(super) fn new(speed: f64) -> Self {
        Self::offering(speed, &[])
    }

    pub(super) fn offering(speed: f64, products: &[(&str, &str)]) -> Self {
        let clock = ManualClock::at(DateTime::from_timestamp(1_750_000_000, 0).unwrap());
        let mut options = SimOptions::new(Arc::new(clock.clone()));
        options.speed = speed;
        options.products = products.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
        Self { aws: LocalAws::new(options).unwrap(), clock }
    }

    pub(super) fn world<T>(&self, look: impl FnOnce(&mut World, DateTime<Utc>) -> T) -> T {
        let now = self.clock.now();
        self.aws.with_world(|world| look(world, now)).unwrap()
    }

    /// A stack made by the account's administrator.
    pub(super) fn create(&self, name: &str, template: &str, parameters: &[(&str, &str)]) -> Result<String, String> {
        self.create_as(name, template, parameters, Caller::Administrator(ACCOUNT.parse().unwrap()))
    }

    pub(super) fn create_as(
        &self,
        name: &str,
        template: &str,
        parameters: &[(&str, &str)],
        caller: Caller,
    ) -> Result<String, String> {
        let request = StackRequest {
            account: ACCOUNT.parse().unwrap(),
            region: "eu-west-1".into(),
            name: name.into(),
            caller,
            role_arn: None,
            template: template.into(),
            parameters: values(parameters),
            tags: BTreeMap::from([("owner".into(), "me".into()), ("aws:x".into(), "y".into())]),
            notification_arns: Vec::new(),
        };
        self.world(|world, now| super::create(world, request, now))
    }

    pub(super) fn stack(&self, arn: &str) -> Stack {
        self.world(|world, _| world.cloudformation.stacks[arn].clone())
    }

    pub(super) fn after(&self, minutes: i64, arn: &str) -> Stack {
        self.clock.advance(TimeDelta::minutes(minutes));
        self.stack(arn)
    }

    pub(super) fn sagemaker(&self, operation: &str, body: &Value) -> Result<Value, crate::AwsError> {
        self.world(|world, now| {
            let ctx = Ctx {
                caller: Caller::Administrator(ACCOUNT.parse().unwrap()),
                region: "eu-west-1".into(),
                now,
                request_id: "test".into(),
                origin: crate::Origin::default(),
            };
            crate::sagemaker::handle(world, &ctx, operation, body)
        })
    }
}

pub(super) fn values(given: &[(&str, &str)]) -> Values {
    given.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

pub(super) fn story(stack: &Stack) -> Vec<String> {
    stack.events.iter().map(|e| format!("{} {}", e.logical_id, e.status)).collect()
}

const STUDIO: &str = "
Parameters:
  Name: {Type: String, Default: ada}
Resources:
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
      VpcId: vpc-1
      SubnetIds: [subnet-1]
      DefaultUserSettings: {ExecutionRole: !GetAtt Role.Arn}
  Profile:
    Type: AWS::SageMaker::UserProfile
    Properties:
      DomainId: !Ref Domain
      UserProfileName: !Ref Name
      Tags: [{Key: studiouserid, Value: !Ref Name}]
Outputs:
  Id: {Value: !GetAtt Domain.DomainId}
  Profile: {Value: !Ref Profile, Export: {Name: the-profile}}
";

#[test]
fn a_stack_comes_up_in_the_order_of_its_needs_and_goes_in_the_other() {
    let bench = Bench::new(1.0);
    let arn = bench.create("studio", STUDIO, &[]).unwrap();
    assert_eq!(bench.stack(&arn).status, "CREATE_IN_PROGRESS");
    bench.clock.advance(TimeDelta::seconds(30));
    let stack = bench.stack(&arn);
    assert_eq!(stack.resource("Role").unwrap().status, "CREATE_COMPLETE");
    assert_eq!(stack.resource("Domain").unwrap().status, "CREATE_IN_PROGRESS");

    let stack = bench.after(20, &arn);
    assert_eq!(stack.status, "CREATE_COMPLETE");
    let told = story(&stack);
    let at = |line: &str| told.iter().position(|l| l == line).unwrap_or_else(|| panic!("{line} in {told:?}"));
    assert!(at("Role CREATE_COMPLETE") < at("Domain CREATE_IN_PROGRESS"));
    assert!(at("Domain CREATE_COMPLETE") < at("Profile CREATE_IN_PROGRESS"));
    assert_eq!(told.last().unwrap(), "studio CREATE_COMPLETE");
    assert!(stack.events.is_sorted_by_key(|event| event.at));

    let domain = stack.resource("Domain").unwrap().physical_id.clone();
    assert_eq!(stack.outputs[0].value, domain);
    assert_eq!(stack.resource("Profile").unwrap().physical_id, format!("ada|{domain}"));
    let profile =
        bench.sagemaker("DescribeUserProfile", &json!({ "DomainId": domain, "UserProfileName": "ada" })).unwrap();
    assert_eq!(profile["Status"], "InService");
    let arn_of_profile = profile["UserProfileArn"].clone();
    let tags = bench.sagemaker("ListTags", &json!({ "ResourceArn": arn_of_profile })).unwrap();
    assert_eq!(
        tags["Tags"],
        json!([{ "Key": "owner", "Value": "me" }, { "Key": "studiouserid", "Value": "ada" }]),
        "the stack's tags go on to its resources, but for those of AWS"
    );

    bench.world(|world, now| {
        super::delete(world, &arn, &Caller::Administrator(ACCOUNT.parse().unwrap()), now).unwrap();
    });
    let stack = bench.after(20, &arn);
    assert_eq!(stack.status, "DELETE_COMPLETE");
    let told = story(&stack);
    let at = |line: &str| told.iter().position(|l| l == line).unwrap();
    assert!(at("Profile DELETE_COMPLETE") < at("Domain DELETE_IN_PROGRESS"));
    assert!(at("Domain DELETE_COMPLETE") < at("Role DELETE_IN_PROGRESS"));
    assert_eq!(bench.sagemaker("DescribeDomain", &json!({ "DomainId": domain })).unwrap_err().code, "ResourceNotFound");
}

#[test]
fn a_clock_that_jumps_tells_the_same_story_as_one_that_creeps() {
    let jump = Bench::new(1.0);
    let arn = jump.create("studio", STUDIO, &[]).unwrap();
    let jumped = jump.after(60, &arn);
    let creep = Bench::new(1.0);
    let arn = creep.create("studio", STUDIO, &[]).unwrap();
    for _ in 0..3600 {
        creep.clock.advance(TimeDelta::seconds(1));
        creep.stack(&arn);
    }
    let crept = creep.stack(&arn);
    let times = |s: &Stack| s.events.iter().map(|e| (e.at, e.status.clone(), e.logical_id.clone())).collect::<Vec<_>>();
    assert_eq!(times(&jumped), times(&crept));
}

#[test]
fn a_hundredfold_speed_is_a_hundredth_of_the_time() {
    let bench = Bench::new(100.0);
    let arn = bench.create("studio", STUDIO, &[]).unwrap();
    bench.clock.advance(TimeDelta::seconds(5));
    assert_eq!(bench.stack(&arn).status, "CREATE_COMPLETE");
}

#[test]
fn what_a_domain_holds_keeps_it_from_going() {
    let bench = Bench::new(1.0);
    let arn = bench.create("studio", STUDIO, &[]).unwrap();
    let domain = bench.after(20, &arn).outputs[0].value.clone();
    let other = json!({ "DomainId": domain, "UserProfileName": "bob" });
    bench.sagemaker("CreateUserProfile", &other).unwrap();
    let administrator = Caller::Administrator(ACCOUNT.parse().unwrap());
    bench.world(|world, now| super::delete(world, &arn, &administrator, now).unwrap());
    let stack = bench.after(20, &arn);
    assert_eq!(stack.status, "DELETE_FAILED");
    assert_eq!(stack.reason.as_deref(), Some("The following resource(s) failed to delete: [Domain]. "));
    let reason = stack.resource("Domain").unwrap().reason.clone().unwrap();
    assert!(reason.contains("UserProfile") && reason.contains("HandlerErrorCode: AlreadyExists"), "{reason}");
    assert_eq!(stack.resource("Role").unwrap().status, "CREATE_COMPLETE", "what is still needed stays");

    bench.sagemaker("DeleteUserProfile", &other).unwrap();
    bench.clock.advance(TimeDelta::minutes(5));
    bench.world(|world, now| super::delete(world, &arn, &administrator, now).unwrap());
    assert_eq!(bench.after(20, &arn).status, "DELETE_COMPLETE");
}

#[test]
fn a_failure_takes_everything_back_and_says_why() {
    let template = STUDIO.replace("UserProfileName: !Ref Name", "UserProfileName: '-not-a-name-'");
    let bench = Bench::new(1.0);
    let arn = bench.create("studio", &template, &[]).unwrap();
    let stack = bench.after(30, &arn);
    assert_eq!(stack.status, "ROLLBACK_COMPLETE");
    assert_eq!(
        stack.reason.as_deref(),
        Some("The following resource(s) failed to create: [Profile]. Rollback requested by user.")
    );
    let failed = stack.events.iter().find(|e| e.status == "CREATE_FAILED").unwrap();
    assert!(failed.reason.as_ref().unwrap().contains("userProfileName"), "{failed:?}");
    assert_eq!(bench.sagemaker("ListDomains", &json!({})).unwrap()["Domains"].as_array().unwrap().len(), 1);
    let roles = bench.world(|world, _| {
        let account = world.account(&ACCOUNT.parse().unwrap()).unwrap();
        account.roles.keys().filter(|name| name.starts_with("studio-")).count()
    });
    assert_eq!(roles, 0);
}

#[test]
fn the_launching_role_needs_every_permission() {
    let bench = Bench::new(1.0);
    let role = format!("arn:aws:iam::{ACCOUNT}:role/Narrow");
    let role_arn = role.clone();
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudformation:*","iam:*"],"Resource":"*"}]}"#;
    bench.world(|world, now| {
        let account = world.account_mut(&ACCOUNT.parse().unwrap()).unwrap();
        let mut narrow = account.roles["StudiogateLaunchRole"].clone();
        narrow.name = "Narrow".into();
        narrow.arn.clone_from(&role_arn);
        narrow.policies = BTreeMap::from([("narrow".into(), policy.into())]);
        narrow.created = now;
        account.roles.insert("Narrow".into(), narrow);
    });
    let session = crate::RoleSession::of_role(&role, "servicecatalog", bench.clock.now()).unwrap();
    let arn = bench.create_as("studio", STUDIO, &[], Caller::Role(Box::new(session))).unwrap();
    let stack = bench.after(30, &arn);
    assert_eq!(stack.status, "ROLLBACK_COMPLETE");
    let failed = stack.events.iter().find(|e| e.status == "CREATE_FAILED").unwrap();
    let reason = failed.reason.as_ref().unwrap();
    assert!(
        reason.contains("assumed-role/Narrow/servicecatalog is not authorized to perform: sagemaker:CreateDomain")
            && reason.contains("HandlerErrorCode: AccessDenied"),
        "{reason}"
    );
}

#[test]
fn updates_change_what_changed_and_go_back_when_they_fail() {
    let bench = Bench::new(1.0);
    let administrator = || Caller::Administrator(ACCOUNT.parse().unwrap());
    let arn = bench.create("studio", STUDIO, &[]).unwrap();
    let before = bench.after(20, &arn);
    let domain = before.outputs[0].value.clone();
    let change = |template: String, parameters: &[(&str, &str)]| StackUpdate {
        caller: administrator(),
        template,
        parameters: values(parameters),
        tags: None,
    };
    // Another name is another profile; the domain stays.
    let update = change(STUDIO.to_owned(), &[("Name", "eve")]);
    bench.world(|world, now| super::update(world, &arn, update, now).unwrap());
    let stack = bench.after(20, &arn);
    assert_eq!(stack.status, "UPDATE_COMPLETE", "{:?}", story(&stack));
    assert_eq!(stack.outputs[0].value, domain);
    assert_eq!(stack.resource("Profile").unwrap().physical_id, format!("eve|{domain}"));
    let old = json!({ "DomainId": domain, "UserProfileName": "ada" });
    assert_eq!(bench.sagemaker("DescribeUserProfile", &old).unwrap_err().code, "ResourceNotFound");

    // A setting changes in place.
    let settings = STUDIO.replace(
        "UserProfileName: !Ref Name",
        "UserProfileName: !Ref Name\n      UserSettings: {SecurityGroups: [sg-1]}",
    );
    let update = change(settings, &[("Name", "eve")]);
    bench.world(|world, now| super::update(world, &arn, update, now).unwrap());
    assert_eq!(bench.after(20, &arn).status, "UPDATE_COMPLETE");
    let eve = json!({ "DomainId": domain, "UserProfileName": "eve" });
    let described = bench.sagemaker("DescribeUserProfile", &eve).unwrap();
    assert_eq!(described["UserSettings"]["SecurityGroups"], json!(["sg-1"]));

    // A change that fails leaves everything as it was.
    let update = change(STUDIO.to_owned(), &[("Name", "-bad-")]);
    bench.world(|world, now| super::update(world, &arn, update, now).unwrap());
    let stack = bench.after(20, &arn);
    assert_eq!(stack.status, "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(stack.parameters["Name"], "eve");
    assert_eq!(bench.sagemaker("DescribeUserProfile", &eve).unwrap()["Status"], "InService");
    bench.world(|world, now| super::delete(world, &arn, &administrator(), now).unwrap());
    assert_eq!(bench.after(20, &arn).status, "DELETE_COMPLETE");
}

#[test]
fn the_story_is_told_newest_first_and_page_by_page() {
    let bench = Bench::new(1.0);
    let many: String =
        (0..60).map(|i| format!("  Log{i}: {{Type: AWS::Logs::LogGroup}}\n")).collect::<Vec<_>>().concat();
    let arn = bench.create("logs", &format!("Resources:\n{many}"), &[]).unwrap();
    assert_eq!(bench.after(5, &arn).status, "CREATE_COMPLETE");
    let ask = |action: &str, fields: &[(&str, &str)], account: &str| {
        let fields: BTreeMap<String, String> = values(fields);
        bench.world(|world, now| {
            let caller = Caller::Administrator(account.parse().unwrap());
            let ctx = Ctx {
                caller,
                region: "eu-west-1".into(),
                now,
                request_id: "test".into(),
                origin: crate::Origin::default(),
            };
            crate::cloudformation::handle(world, &ctx, action, &fields)
        })
    };
    let first = ask("DescribeStackEvents", &[("StackName", "logs")], ACCOUNT).unwrap();
    assert_eq!(first.matches("<member>").count(), 100);
    assert!(first.find("CREATE_COMPLETE").unwrap() < first.find("CREATE_IN_PROGRESS").unwrap_or(usize::MAX));
    let token = first.split("<NextToken>").nth(1).unwrap().split("</NextToken>").next().unwrap().to_owned();
    let second = ask("DescribeStackEvents", &[("StackName", &arn), ("NextToken", &token)], ACCOUNT).unwrap();
    assert_eq!(second.matches("<member>").count(), 82);
    assert!(second.contains("User Initiated") && !second.contains("<NextToken>"));
    let resources = ask("DescribeStackResources", &[("StackName", "logs")], ACCOUNT).unwrap();
    assert_eq!(resources.matches("<ResourceType>AWS::Logs::LogGroup</ResourceType>").count(), 60);
    let listed = ask("ListStackResources", &[("StackName", "logs")], ACCOUNT).unwrap();
    assert_eq!(listed.matches("<ResourceStatus>CREATE_COMPLETE</ResourceStatus>").count(), 60);
    let template = ask("GetTemplate", &[("StackName", "logs")], ACCOUNT).unwrap();
    assert!(template.starts_with("<TemplateBody>Resources:"));
    let refused = ask("DescribeStackEvents", &[("StackName", "logs")], "601000000003").unwrap_err();
    assert_eq!(
        (refused.code.as_str(), refused.message.as_str()),
        ("ValidationException", "Stack [logs] does not exist")
    );
    assert!(ask("DescribeStackEvents", &[("StackName", "logs"), ("NextToken", "junk")], ACCOUNT).is_err());
}
