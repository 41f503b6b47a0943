use serde_json::{Value, json};

use super::tests::{Bench, DEV, blueprint, bound};
use blueprints::Blueprint;

const CALL: &str = "UpdateProvisionedProductProperties";

fn provisioned(bench: &Bench) -> String {
    let it: Blueprint = blueprint("Studio environment");
    let request = bench.request("Studio environment", "ada", &bound(&it, DEV));
    let answer = bench.call(DEV, "ProvisionProduct", &request).unwrap();
    bench.minutes(30);
    answer["RecordDetail"]["ProvisionedProductId"].as_str().unwrap().to_owned()
}

fn give(id: &str, token: &str, to: &str) -> Value {
    let owner = format!("arn:aws:sts::{DEV}:assumed-role/StudiogateProvisioner/{to}");
    json!({ "ProvisionedProductId": id, "IdempotencyToken": token, "ProvisionedProductProperties": { "OWNER": owner } })
}

#[test]
fn the_next_owner_alone_sees_it_as_theirs() {
    let bench = Bench::new();
    let id = provisioned(&bench);
    let theirs = |who: &str| {
        let body = json!({ "AccessLevelFilter": { "Key": "User", "Value": "self" } });
        let session = bench.session(DEV, "StudiogateProvisioner", who);
        bench.call_as(session, "SearchProvisionedProducts", &body).unwrap()["TotalResultsCount"].clone()
    };
    assert_eq!((theirs("ada"), theirs("bob")), (json!(1), json!(0)));
    let answer = bench.call(DEV, CALL, &give(&id, "t1", "bob")).unwrap();
    assert_eq!((&answer["Status"], &answer["ProvisionedProductId"]), (&json!("SUCCEEDED"), &json!(id)));
    bench.minutes(1);
    assert_eq!((theirs("ada"), theirs("bob")), (json!(0), json!(1)));
    let record = bench.call(DEV, "DescribeRecord", &json!({ "Id": answer["RecordId"] })).unwrap();
    assert_eq!(record["RecordDetail"]["Status"], "SUCCEEDED");
    let seen = bench.call(DEV, "DescribeProvisionedProduct", &json!({ "Id": id })).unwrap();
    assert_eq!(seen["ProvisionedProductDetail"]["Status"], "AVAILABLE");
    assert_eq!(seen["ProvisionedProductDetail"]["LastRecordId"], answer["RecordId"]);
}

#[test]
fn one_token_gives_it_once() {
    let bench = Bench::new();
    let id = provisioned(&bench);
    let first = bench.call(DEV, CALL, &give(&id, "t1", "bob")).unwrap();
    assert_eq!(bench.call(DEV, CALL, &give(&id, "t1", "bob")).unwrap(), first);
    let refused = bench.call(DEV, CALL, &give(&id, "t1", "eve")).unwrap_err();
    assert_eq!(refused.code, "InvalidParametersException");
    assert_ne!(bench.call(DEV, CALL, &give(&id, "t2", "eve")).unwrap()["RecordId"], first["RecordId"]);
}

#[test]
fn what_is_no_owner_or_no_property_is_refused_and_changes_nothing() {
    let bench = Bench::new();
    let id = provisioned(&bench);
    let with = |properties: Value| {
        let body =
            json!({ "ProvisionedProductId": id, "IdempotencyToken": "t", "ProvisionedProductProperties": properties });
        bench.call(DEV, CALL, &body).unwrap_err().code
    };
    let elsewhere = "arn:aws:sts::602000000002:assumed-role/StudiogateProvisioner/bob";
    let no_role = format!("arn:aws:sts::{DEV}:assumed-role/Nobody/bob");
    for owner in ["bob", elsewhere, &no_role] {
        assert_eq!(with(json!({ "OWNER": owner })), "InvalidParametersException", "{owner}");
    }
    assert_eq!(with(json!({})), "InvalidParametersException");
    assert_eq!(with(json!({ "LAUNCH_ROLE": "arn:aws:iam::601000000002:role/Nobody" })), "InvalidParametersException");
    assert_eq!(with(json!({ "NAME": "other" })), "ValidationException");
    let gone = bench.call(DEV, CALL, &give("pp-none", "t", "bob")).unwrap_err();
    assert_eq!(gone.code, "ResourceNotFoundException");
    let observer = bench.session(DEV, "StudiogateObserver", "eve");
    assert_eq!(bench.call_as(observer, CALL, &give(&id, "t", "eve")).unwrap_err().code, "AccessDeniedException");
    // Nothing of this was written down: the token is free.
    bench.call(DEV, CALL, &give(&id, "t", "bob")).unwrap();
}

#[test]
fn what_is_being_changed_changes_no_hands() {
    let bench = Bench::new();
    let id = provisioned(&bench);
    let end = json!({ "ProvisionedProductId": id, "TerminateToken": "t" });
    bench.call(DEV, "TerminateProvisionedProduct", &end).unwrap();
    assert_eq!(bench.call(DEV, CALL, &give(&id, "t1", "bob")).unwrap_err().code, "InvalidStateException");
}
