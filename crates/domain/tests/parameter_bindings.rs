//! Bindings: what people are asked, and what they can never choose.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use domain::binding::{
    AccountValue, BindingPerson, BindingSource, ParameterBinding, PersonValue, form_fields, never_asked, resolve,
};
use domain::binding_check::check_binding;
use domain::catalog::Parameter;
use domain::person::PersonKey;
use domain::project::{DataClass, Project, ProjectAccount, Stage};
use domain::view::FormControl;
use proptest::prelude::*;

fn parameter(key: &str, kind: &str) -> Parameter {
    Parameter { key: key.into(), kind: kind.into(), ..Parameter::default() }
}

fn with_default(key: &str, default: &str) -> Parameter {
    Parameter { default: Some(default.into()), ..parameter(key, "String") }
}

fn bind(parameter: &str, source: BindingSource) -> ParameterBinding {
    ParameterBinding {
        id: "b".parse().unwrap(),
        product: "prod-1".parse().unwrap(),
        account: None,
        parameter: parameter.into(),
        source,
        version: 1,
    }
}

fn account() -> ProjectAccount {
    ProjectAccount {
        project: "fraud-detection".parse().unwrap(),
        account: "601000000002".parse().unwrap(),
        region: "eu-west-1".parse().unwrap(),
        stage: Stage::Dev,
        name: "fraud-detection-dev".into(),
        vpc_id: Some("vpc-1".into()),
        subnet_ids: vec!["subnet-1".into(), "subnet-2".into()],
        security_group_ids: vec!["sg-1".into()],
        kms_key_arn: None,
        studio_domain_id: Some("d-1".into()),
        version: 1,
    }
}

fn project() -> Project {
    Project {
        id: "fraud-detection".parse().unwrap(),
        name: "Fraud detection".into(),
        cost_center: "4711".into(),
        data_class: DataClass::Confidential,
        version: 1,
    }
}

fn person() -> BindingPerson {
    BindingPerson {
        studio_user_id: PersonKey { issuer: "https://id.example".into(), subject: "ada".into() }.studio_user_id(),
        email: None,
        environment_name: "my-studio".into(),
        there: BTreeMap::new(),
    }
}

type Outcome = Result<BTreeMap<String, String>, Vec<(String, String)>>;

fn run(params: &[Parameter], bindings: &[ParameterBinding], asked: &[(&str, &str)]) -> Outcome {
    let asked = asked.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    resolve(params, bindings, &account(), &project(), &person(), &asked)
        .map_err(|errors| errors.into_iter().map(|e| (e.field, e.message)).collect())
}

/// The parameters of a published Studio template (`env-sagemaker-studio.yaml` of aws-samples/amazon-sagemaker-secure-mlops).
#[test]
fn a_published_studio_template_asks_only_what_is_safe() {
    let params = [
        parameter("EnvName", "String"),
        with_default("EnvType", "dev"),
        with_default("UserProfileName", ""),
        with_default("StartKernelGatewayApps", "NO"),
        parameter("VPCId", "AWS::EC2::VPC::Id"),
        parameter("SageMakerStudioSubnetIds", "List<AWS::EC2::Subnet::Id>"),
        parameter("SageMakerSecurityGroupIds", "List<AWS::EC2::SecurityGroup::Id>"),
        with_default("SageMakerStudioStorageKMSKeyId", ""),
        with_default("NetworkAccessType", "VpcOnly"),
        with_default("AuthMode", "IAM"),
        parameter("SageMakerExecutionRoleArn", "String"),
    ];
    let fields: Vec<_> = form_fields(&params, &[], &account()).into_iter().map(|f| f.name).collect();
    assert_eq!(fields, ["param[EnvName]", "param[EnvType]", "param[StartKernelGatewayApps]"]);

    let errors = run(&params, &[], &[("EnvName", "x")]).unwrap_err();
    let named: Vec<_> = errors.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(
        named,
        [
            "param[VPCId]",
            "param[SageMakerStudioSubnetIds]",
            "param[SageMakerSecurityGroupIds]",
            "param[SageMakerExecutionRoleArn]"
        ]
    );
    assert!(errors.iter().all(|(_, message)| message.contains("an admin")), "{errors:?}");

    let from = |value| BindingSource::FromAccount { value };
    let role = "arn:aws:iam::601000000002:role/Execution".to_owned();
    let bindings = [
        bind("VPCId", from(AccountValue::VpcId)),
        bind("SageMakerStudioSubnetIds", from(AccountValue::SubnetIds)),
        bind("SageMakerSecurityGroupIds", from(AccountValue::SecurityGroupIds)),
        bind("SageMakerExecutionRoleArn", BindingSource::Fixed { value: role.clone() }),
        bind("UserProfileName", BindingSource::FromPerson { value: PersonValue::StudioUserId }),
    ];
    let resolved = run(&params, &bindings, &[("EnvName", "x"), ("EnvType", "prod")]).unwrap();
    assert_eq!(resolved["SageMakerStudioSubnetIds"], "subnet-1,subnet-2");
    assert_eq!(resolved["VPCId"], "vpc-1");
    assert_eq!(resolved["SageMakerExecutionRoleArn"], role);
    assert_eq!(resolved["UserProfileName"], person().studio_user_id.as_str());
    assert_eq!((resolved["EnvType"].as_str(), resolved["AuthMode"].as_str()), ("prod", "IAM"));

    // What is there is not renamed, and whatever else is bound comes from where it is bound to.
    let there = ["UserProfileName", "VPCId"].map(|key| (key.to_owned(), "former".to_owned())).into();
    let person = BindingPerson { there, ..person() };
    let asked = [("EnvName", "x"), ("EnvType", "prod")].map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let resolved = resolve(&params, &bindings, &account(), &project(), &person, &asked).unwrap();
    assert_eq!((resolved["UserProfileName"].as_str(), resolved["VPCId"].as_str()), ("former", "vpc-1"));
}

#[test]
fn v8_2_3_v15_3_3_posted_values_for_what_the_platform_sets_are_refused_at_their_field() {
    let params =
        [parameter("VPCId", "AWS::EC2::VPC::Id"), with_default("AuthMode", "IAM"), parameter("Size", "Number")];
    let bindings = [
        bind("VPCId", BindingSource::FromAccount { value: AccountValue::VpcId }),
        bind("Size", BindingSource::Fixed { value: "5".into() }),
    ];
    for (key, value) in
        [("VPCId", "vpc-evil"), ("VPCId", "vpc-1"), ("AuthMode", "SSO"), ("Size", "5"), ("Nothing", "x")]
    {
        let errors = run(&params, &bindings, &[(key, value)]).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].0, format!("param[{key}]"), "{errors:?}");
    }
}

#[test]
fn a_rule_for_one_account_goes_before_the_rule_for_all() {
    let mut special = bind("Team", BindingSource::Fixed { value: "special".into() });
    special.account = Some(account().account);
    let mut elsewhere = bind("Team", BindingSource::Fixed { value: "elsewhere".into() });
    elsewhere.account = Some("601000000001".parse().unwrap());
    let all = bind("Team", BindingSource::Fixed { value: "all".into() });
    let params = [parameter("Team", "String")];
    assert_eq!(run(&params, &[all.clone(), elsewhere.clone(), special], &[]).unwrap()["Team"], "special");
    assert_eq!(run(&params, &[elsewhere, all], &[]).unwrap()["Team"], "all");
}

#[test]
fn v2_2_1_choices_are_held_to_and_a_binding_to_ask_cannot_open_what_is_never_asked() {
    let choice = BindingSource::Choice { values: vec!["ml.t3.medium".into(), "ml.m5.xlarge".into()] };
    let params = [with_default("InstanceType", "ml.t3.medium"), parameter("LaunchRoleArn", "String")];
    let role = |source| [bind("InstanceType", choice.clone()), bind("LaunchRoleArn", source)];
    let fixed = role(BindingSource::Fixed { value: "arn:aws:iam::601000000002:role/L".into() });
    assert_eq!(run(&params, &fixed, &[]).unwrap()["InstanceType"], "ml.t3.medium");
    assert_eq!(run(&params, &fixed, &[("InstanceType", "ml.p4d.24xlarge")]).unwrap_err()[0].0, "param[InstanceType]");
    let asked = role(BindingSource::Ask);
    assert_eq!(form_fields(&params, &asked, &account()).len(), 1, "the role is not in the form");
    assert!(run(&params, &asked, &[("LaunchRoleArn", "arn:aws:iam::601000000002:role/Admin")]).is_err());
    assert!(run(&params, &asked, &[]).is_err());
    assert!(check_binding(&params[1], &BindingSource::Ask).is_err());
    assert!(check_binding(&params[0], &choice).is_ok());
    assert!(
        matches!(&form_fields(&params, &fixed, &account())[0].control, FormControl::Choice { values } if values.len() == 2)
    );
}

#[test]
fn what_is_not_declared_or_not_accepted_is_for_an_admin() {
    let params = [parameter("Key", "String"), parameter("Mail", "String"), parameter("Count", "Number")];
    let bindings = [
        bind("Key", BindingSource::FromAccount { value: AccountValue::KmsKeyArn }),
        bind("Mail", BindingSource::FromPerson { value: PersonValue::Email }),
        bind("Count", BindingSource::Fixed { value: "many".into() }),
    ];
    let errors = run(&params, &bindings, &[]).unwrap_err();
    assert!(errors[0].1.contains("no KMS key declared"), "{errors:?}");
    assert!(errors[1].1.contains("e-mail"), "{errors:?}");
    assert!(errors[2].1.contains("An admin"), "{errors:?}");
}

#[test]
fn a_secret_is_asked_without_being_shown() {
    let secret =
        Parameter { no_echo: true, min_length: Some(8), default: Some("****".into()), ..parameter("Token", "String") };
    let field = &form_fields(std::slice::from_ref(&secret), &[], &account())[0];
    assert!(matches!(field.control, FormControl::Secret { min_length: Some(8), max_length: None }));
    assert_eq!((&field.default, field.required), (&None, false));
    let params = [secret];
    assert!(run(&params, &[], &[]).unwrap().is_empty(), "the template's own default stays in the template");
    assert!(run(&params, &[], &[("Token", "")]).unwrap().is_empty());
    assert!(run(&params, &[], &[("Token", "short")]).is_err());
    assert_eq!(run(&params, &[], &[("Token", "long enough")]).unwrap()["Token"], "long enough");
}

#[test]
fn the_value_of_a_secret_is_written_into_no_binding() {
    let secret = Parameter { no_echo: true, ..parameter("Token", "String") };
    for source in [
        BindingSource::Fixed { value: "long enough".into() },
        BindingSource::Choice { values: vec!["long enough".into()] },
    ] {
        let refused = check_binding(&secret, &source).unwrap_err();
        assert!(refused.contains("NoEcho") && refused.contains("Let it be asked for"), "{refused}");
    }
    assert!(check_binding(&secret, &BindingSource::Ask).is_ok());
    let guarded = Parameter { no_echo: true, ..parameter("KmsSecret", "String") };
    let refused = check_binding(&guarded, &BindingSource::Fixed { value: "x".into() }).unwrap_err();
    assert!(refused.contains("Take it from the account"), "{refused}");
}

#[test]
fn a_binding_from_before_a_parameter_became_a_secret_supplies_and_shows_nothing() {
    let params = [Parameter { no_echo: true, ..parameter("Token", "String") }];
    let errors = run(&params, &[bind("Token", BindingSource::Fixed { value: "hush".into() })], &[]).unwrap_err();
    assert!(errors[0].1.contains("mend the binding") && !errors[0].1.contains("hush"), "{errors:?}");
    let choice = [bind("Token", BindingSource::Choice { values: vec!["hush".into()] })];
    let field = &form_fields(&params, &choice, &account())[0];
    assert!(matches!(field.control, FormControl::Secret { .. }), "{field:?}");
}

#[test]
fn fields_tell_their_limits() {
    let params = [
        Parameter { min_value: Some("5".into()), max_value: Some("100".into()), ..parameter("Volume", "Number") },
        Parameter {
            min_length: Some(1),
            max_length: Some(63),
            allowed_pattern: Some("[a-z]+".into()),
            ..parameter("Name", "String")
        },
        Parameter {
            allowed_values: vec!["a".into(), "b".into()],
            default: Some("b".into()),
            ..parameter("Zone", "String")
        },
        Parameter { allowed_values: vec!["a".into(), "b".into()], ..parameter("Zones", "CommaDelimitedList") },
        Parameter {
            max_length: Some(9),
            allowed_pattern: Some("[a-z]+".into()),
            constraint_description: Some("small letters".into()),
            ..parameter("Words", "String")
        },
    ];
    let fields = form_fields(&params, &[], &account());
    let limits: Vec<_> = fields.iter().map(|f| f.limits.as_deref()).collect();
    let expected = [
        Some("5 to 100"),
        Some("1 to 63 characters; has to match the pattern [a-z]+"),
        None,
        Some("separated by commas, out of a, b"),
        Some("at most 9 characters; small letters"),
    ];
    assert_eq!(limits, expected);
    assert!(matches!(&fields[2].control, FormControl::Choice { values } if values == &["a", "b"]));
    assert_eq!(fields[2].default.as_deref(), Some("b"));
    assert_eq!(fields.iter().map(|f| f.required).collect::<Vec<_>>(), [true, true, false, true, true]);
}

#[test]
fn empty_fields_take_the_default_only_where_empty_is_no_value() {
    let number = Parameter { default: Some("5".into()), ..parameter("Volume", "Number") };
    assert_eq!(run(&[number], &[], &[("Volume", "")]).unwrap()["Volume"], "5");
    let text = with_default("Comment", "hello");
    assert_eq!(run(&[text], &[], &[("Comment", "")]).unwrap()["Comment"], "");
    assert!(run(&[parameter("Name", "String")], &[], &[("Name", "")]).is_err());
}

proptest! {
    /// Whatever is posted, what the platform sets is never changed by it, and every asked value that comes out was in the form.
    #[test]
    fn v8_2_3_v15_3_3_nothing_posted_reaches_what_is_not_asked(
        posted in prop::collection::btree_map(
            prop::sample::select(vec!["VPCId", "SageMakerRoleArn", "UserProfileName", "AuthMode", "Size", "Other"]), "[a-z0-9-]{0,8}", 0..6),
    ) {
        let params = [
            parameter("VPCId", "AWS::EC2::VPC::Id"),
            with_default("SageMakerRoleArn", "default-role"),
            with_default("UserProfileName", ""),
            with_default("AuthMode", "IAM"),
            with_default("Size", "s"),
        ];
        let bindings = [bind("VPCId", BindingSource::FromAccount { value: AccountValue::VpcId })];
        let in_form: Vec<_> = form_fields(&params, &bindings, &account()).into_iter().map(|f| f.label).collect();
        let asked: Vec<(&str, &str)> = posted.iter().map(|(k, v)| (*k, v.as_str())).collect();
        match run(&params, &bindings, &asked) {
            Ok(resolved) => {
                prop_assert_eq!(resolved.len(), params.len());
                prop_assert_eq!(resolved["VPCId"].as_str(), "vpc-1");
                for p in params.iter().filter(|p| never_asked(p) && p.key != "VPCId") {
                    prop_assert_eq!(Some(&resolved[&p.key]), p.default.as_ref());
                }
                prop_assert!(posted.keys().all(|k| in_form.iter().any(|f| f == k)));
            }
            Err(errors) => {
                let fields: Vec<_> = posted.keys().map(|k| format!("param[{k}]")).collect();
                prop_assert!(errors.iter().all(|(field, _)| fields.contains(field)));
            }
        }
    }
}
