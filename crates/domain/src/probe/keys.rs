//! What a call of a probe says of itself, by the condition keys that policies compare: the call is sent with it, and the
//! evaluation is asked with it. A call that looks for one guardrail keeps to the others, so that what it is denied for is
//! that one.

use super::ProbeCall;
use crate::id::{AccountId, Region};

/// Where a probe asks, and under which name.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub partition: &'a str,
    pub account: &'a AccountId,
    pub region: &'a Region,
    /// What is asked for by name: random, so that nobody can have made anything of that name.
    pub name: &'a str,
}

/// Networks have ids of 17 hexadecimal digits; AWS gives this one to nobody.
pub(super) const NOTHING: &str = "00000000000000000";
const SUBNETS: &str = "sagemaker:VpcSubnets";
const GROUPS: &str = "sagemaker:VpcSecurityGroupIds";
const VOLUME_KEY: &str = "sagemaker:VolumeKmsKey";
const OUTPUT_KEY: &str = "sagemaker:OutputKmsKey";
const BETWEEN_NODES: &str = "sagemaker:InterContainerTrafficEncryption";
const INSTANCES: &str = "sagemaker:InstanceTypes";
const INTERNET: &str = "sagemaker:AppNetworkAccessType";
const TAG: &str = "aws:RequestTag/";
const PROJECT: &str = "aws:RequestTag/project";
const STAGE: &str = "aws:RequestTag/stage";

impl Place<'_> {
    /// The role that is passed along: nobody makes one of this name.
    pub fn no_role(&self) -> String {
        format!("arn:{}:iam::{}:role/StudiogateNoSuchRole", self.partition, self.account)
    }

    /// An id of EC2 that AWS gives to nobody: `vpc-00000000000000000`.
    pub fn nothing(&self, kind: &str) -> String {
        format!("{kind}-{NOTHING}")
    }

    /// A user profile in a domain with an id that AWS gives to nobody.
    pub fn no_profile(&self) -> String {
        let Self { partition, account, region, name } = self;
        format!("arn:{partition}:sagemaker:{region}:{account}:user-profile/d-studiogate000/{name}")
    }

    /// An invitation that nobody made.
    pub fn no_invitation(&self) -> String {
        let Self { partition, account, region, .. } = self;
        let id = "00000000-0000-0000-0000-000000000000";
        format!("arn:{partition}:ram:{region}:{account}:resource-share-invitation/{id}")
    }

    fn no_key(&self) -> String {
        let Self { partition, account, region, .. } = self;
        format!("arn:{partition}:kms:{region}:{account}:key/00000000-0000-0000-0000-000000000000")
    }
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    said: Vec<(&'static str, String)>,
    lacking: Vec<&'static str>,
}

impl Keys {
    /// Those of a call.
    pub fn of(call: ProbeCall, place: &Place<'_>) -> Self {
        match call {
            ProbeCall::CreateEndpointConfig => {
                Self::new(vec![(INSTANCES, "ml.m5.large".to_owned()), (VOLUME_KEY, place.no_key())])
            }
            ProbeCall::TrainWithoutVpc | ProbeCall::ProcessWithoutVpc => job(place).without(&[SUBNETS, GROUPS]),
            ProbeCall::TrainWithoutKey => job(place).without(&[VOLUME_KEY]),
            ProbeCall::TrainInPlain => job(place).with(BETWEEN_NODES, "false"),
            ProbeCall::TrainOnGpu => job(place).with(INSTANCES, "ml.p4d.24xlarge"),
            ProbeCall::TrainWithoutTag => job(place).without(&[PROJECT]),
            ProbeCall::NotebookWithoutVpc => Self::new(vec![
                (INSTANCES, "ml.t3.medium".to_owned()),
                (VOLUME_KEY, place.no_key()),
                (PROJECT, place.name.to_owned()),
                (STAGE, "probe".to_owned()),
            ])
            .without(&[SUBNETS, GROUPS]),
            ProbeCall::DomainOnInternet => Self::new(vec![
                (INTERNET, "PublicInternetOnly".to_owned()),
                (SUBNETS, place.nothing("subnet")),
                (GROUPS, place.nothing("sg")),
                (VOLUME_KEY, place.no_key()),
                (PROJECT, place.name.to_owned()),
                (STAGE, "probe".to_owned()),
            ]),
            ProbeCall::ChangeOwnerTag => Self::new(vec![("aws:RequestTag/studiouserid", place.name.to_owned())])
                .without(&["sagemaker:TaggingAction"]),
            _ => Self::new(Vec::new()),
        }
    }

    fn new(said: Vec<(&'static str, String)>) -> Self {
        Self { said, lacking: Vec::new() }
    }

    fn with(mut self, key: &'static str, value: &str) -> Self {
        self.said.retain(|(known, _)| *known != key);
        self.said.push((key, value.to_owned()));
        self
    }

    fn without(mut self, keys: &[&'static str]) -> Self {
        self.said.retain(|(known, _)| !keys.contains(known));
        self.lacking.extend(keys);
        self
    }

    /// The value of a key, where the call has it.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.said.iter().find(|(known, _)| *known == key).map(|(_, value)| value.as_str())
    }

    /// The subnet and the security group, where the call has them.
    pub fn vpc(&self) -> Option<(&str, &str)> {
        self.get(SUBNETS).zip(self.get(GROUPS))
    }

    pub fn volume_key(&self) -> Option<&str> {
        self.get(VOLUME_KEY)
    }

    pub fn output_key(&self) -> Option<&str> {
        self.get(OUTPUT_KEY)
    }

    pub fn encrypts_between_nodes(&self) -> bool {
        self.get(BETWEEN_NODES) == Some("true")
    }

    /// Empty for a call that runs nothing.
    pub fn instance_type(&self) -> &str {
        self.get(INSTANCES).unwrap_or_default()
    }

    /// The tags that the call gives.
    pub fn tags(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.said.iter().filter_map(|(key, value)| Some((key.strip_prefix(TAG)?, value.as_str())))
    }

    /// All that is said, but the list of the tags' keys.
    pub fn said(&self) -> &[(&'static str, String)] {
        &self.said
    }

    /// Keys that the call does not have.
    pub fn lacking(&self) -> Vec<&'static str> {
        self.lacking.clone()
    }
}

/// A job that keeps to every policy of `blueprints/scps/`.
fn job(place: &Place<'_>) -> Keys {
    Keys::new(vec![
        (SUBNETS, place.nothing("subnet")),
        (GROUPS, place.nothing("sg")),
        (VOLUME_KEY, place.no_key()),
        (OUTPUT_KEY, place.no_key()),
        (BETWEEN_NODES, "true".to_owned()),
        (INSTANCES, "ml.m5.large".to_owned()),
        (PROJECT, place.name.to_owned()),
        (STAGE, "probe".to_owned()),
    ])
}
