//! What can happen.

use control_plane::CrashPoint;
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) const DEV: &str = "601000000002";
pub(crate) const PEOPLE: [&str; 6] = ["fraud-scientist", "fraud-lead", "admin", "auditor", "churn-lead", "newcomer"];
const STEPS: [&str; 13] = [
    "check",
    "provision",
    "follow_provision",
    "collect",
    "delete_apps",
    "terminate",
    "follow_terminate",
    "update",
    "transfer",
    "tag_owner",
    "roll",
    "cut",
    "lift",
];
const CALLS: [&str; 10] = [
    "servicecatalog:ProvisionProduct",
    "servicecatalog:UpdateProvisionedProduct",
    "servicecatalog:TerminateProvisionedProduct",
    "servicecatalog:DescribeRecord",
    "servicecatalog:UpdateProvisionedProductProperties",
    "cloudformation:DescribeStackEvents",
    "sagemaker:ListApps",
    "sagemaker:AddTags",
    "iam:PutRolePolicy",
    "sts:AssumeRole",
];

/// `which`: of the environments or requests that there are, counted round.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Request {
        who: &'static str,
    },
    Decide {
        who: &'static str,
        which: usize,
        approve: bool,
    },
    Withdraw {
        who: &'static str,
        which: usize,
    },
    Launch {
        who: &'static str,
        which: usize,
    },
    Terminate {
        who: &'static str,
        which: usize,
    },
    Retry {
        who: &'static str,
        which: usize,
    },
    Update {
        who: &'static str,
        which: usize,
    },
    /// Asks for updates of all that they see.
    BeginRollout {
        who: &'static str,
    },
    ContinueRollout {
        who: &'static str,
    },
    EndRollout {
        who: &'static str,
    },
    Extend {
        who: &'static str,
        which: usize,
    },
    Hold {
        who: &'static str,
        which: usize,
    },
    Release {
        who: &'static str,
        which: usize,
    },
    Stop {
        who: &'static str,
        which: usize,
    },
    HandOver {
        who: &'static str,
        which: usize,
    },
    Transfer {
        who: &'static str,
        which: usize,
        to: &'static str,
    },
    Look {
        who: &'static str,
        which: usize,
    },
    Revoke {
        who: &'static str,
        whose: &'static str,
        everything: bool,
    },
    Restore {
        who: &'static str,
    },
    Delegate {
        who: &'static str,
        to: &'static str,
    },
    /// Signs in without any group, or with those that they always had.
    Leave {
        who: &'static str,
    },
    Return,
    /// Somebody starts an app in Studio.
    Open {
        which: usize,
    },
    /// Somebody deletes it in the console.
    DeletePast {
        which: usize,
    },
    Fault {
        call: &'static str,
        throttles: bool,
        count: u32,
    },
    StackFault {
        verb: &'static str,
    },
    Deny {
        action: &'static str,
    },
    Allow,
    Crash {
        point: CrashPoint,
        step: &'static str,
    },
    Work {
        rounds: usize,
    },
    Pass {
        hours: i64,
    },
}

pub(crate) fn acts() -> impl Strategy<Value = Act> {
    let who = || prop_oneof![5 => select(&PEOPLE[..3]), 1 => select(&PEOPLE[3..])];
    let which = || 0..6_usize;
    let lead = || prop_oneof![4 => select(&PEOPLE[1..3]), 1 => who()];
    prop_oneof![
        4 => prop_oneof![3 => Just("fraud-scientist"), 1 => who()].prop_map(|who| Act::Request { who }),
        6 => (lead(), which(), prop::bool::weighted(0.85)).prop_map(|(who, which, approve)| Act::Decide { who, which, approve }),
        1 => (who(), which()).prop_map(|(who, which)| Act::Withdraw { who, which }),
        3 => (who(), which()).prop_map(|(who, which)| Act::Launch { who, which }),
        2 => (who(), which()).prop_map(|(who, which)| Act::Terminate { who, which }),
        3 => (who(), which()).prop_map(|(who, which)| Act::Retry { who, which }),
        2 => (who(), which()).prop_map(|(who, which)| Act::Update { who, which }),
        3 => lead().prop_map(|who| Act::BeginRollout { who }),
        1 => lead().prop_map(|who| Act::ContinueRollout { who }),
        1 => lead().prop_map(|who| Act::EndRollout { who }),
        1 => (who(), which()).prop_map(|(who, which)| Act::Extend { who, which }),
        1 => (lead(), which()).prop_map(|(who, which)| Act::Hold { who, which }),
        1 => (lead(), which()).prop_map(|(who, which)| Act::Release { who, which }),
        1 => (who(), which()).prop_map(|(who, which)| Act::Stop { who, which }),
        1 => (who(), which()).prop_map(|(who, which)| Act::HandOver { who, which }),
        3 => (select(&PEOPLE[1..3]), which(), prop_oneof![6 => select(&PEOPLE[..2]), 1 => who()]).prop_map(|(who, which, to)| Act::Transfer { who, which, to }),
        1 => (who(), which()).prop_map(|(who, which)| Act::Look { who, which }),
        2 => (lead(), who(), prop::bool::ANY).prop_map(|(who, whose, everything)| Act::Revoke { who, whose, everything }),
        2 => lead().prop_map(|who| Act::Restore { who }),
        1 => (lead(), who()).prop_map(|(who, to)| Act::Delegate { who, to }),
        1 => who().prop_map(|who| Act::Leave { who }),
        2 => Just(Act::Return),
        2 => which().prop_map(|which| Act::Open { which }),
        1 => which().prop_map(|which| Act::DeletePast { which }),
        3 => (select(&CALLS[..]), prop::bool::ANY, 1..3_u32)
            .prop_map(|(call, throttles, count)| Act::Fault { call, throttles, count }),
        1 => select(&["create", "delete"][..]).prop_map(|verb| Act::StackFault { verb }),
        1 => select(&["sagemaker:CreateUserProfile", "sagemaker:DeleteUserProfile", "sagemaker:AddTags"][..])
            .prop_map(|action| Act::Deny { action }),
        2 => Just(Act::Allow),
        3 => (select(&[CrashPoint::BeforeAct, CrashPoint::AfterAct, CrashPoint::AfterSave][..]), select(&STEPS[..]))
            .prop_map(|(point, step)| Act::Crash { point, step }),
        10 => prop_oneof![2 => 1..4_usize, 1 => 4..25_usize].prop_map(|rounds| Act::Work { rounds }),
        2 => prop_oneof![3 => 1..30_i64, 1 => 24..(24 * 20_i64)].prop_map(|hours| Act::Pass { hours }),
    ]
}
