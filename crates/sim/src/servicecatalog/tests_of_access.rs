//! Who reaches a product, and as whom it is launched.

use serde_json::json;

use super::seed::WORKSPACES;
use super::tests::{Bench, DEV, blueprint, bound};
use crate::context::Caller;

#[test]
fn a_path_needs_a_share_and_a_principal() {
    let bench = Bench::new();
    let (product, artifact) = bench.product("Studio environment");
    let body = json!({ "ProductId": product, "ProvisioningArtifactId": artifact });
    let paths = bench.call(DEV, "ListLaunchPaths", &json!({ "ProductId": product })).unwrap();
    assert_eq!(paths["LaunchPathSummaries"].as_array().unwrap().len(), 1);
    let administrator = Caller::Administrator(DEV.parse().unwrap());
    let refused = bench.call_as(administrator, "DescribeProvisioningParameters", &body).unwrap_err();
    assert_eq!(refused.code, "ResourceNotFoundException");
    assert_eq!(refused.message, format!("No launch paths found for resource: {product}"));
    let log_archive = Caller::Administrator("333333333333".parse().unwrap());
    let refused = bench.call_as(log_archive, "ListLaunchPaths", &json!({ "ProductId": product })).unwrap_err();
    assert_eq!(refused.message, format!("Product {product} not found."));

    // A second portfolio with the product makes the path a choice.
    bench
        .aws
        .with_world(|world| {
            let other = world.service_catalog.portfolios.values_mut().find(|p| p.name == WORKSPACES).unwrap();
            other.products.insert(product.clone());
        })
        .unwrap();
    let parameters = bound(&blueprint("Studio environment"), DEV);
    let mut request = bench.request("Studio environment", "ada", &parameters);
    let refused = bench.call(DEV, "ProvisionProduct", &request).unwrap_err();
    assert!(refused.message.contains("PathId"), "{refused}");
    request["PathId"] = paths["LaunchPathSummaries"][0]["Id"].clone();
    bench.call(DEV, "ProvisionProduct", &request).unwrap();
}

#[test]
fn the_launch_role_has_to_be_in_the_account() {
    let bench = Bench::new();
    bench
        .aws
        .with_world(|world| {
            world.account_mut(&DEV.parse().unwrap()).unwrap().roles.remove("StudiogateLaunchRole");
        })
        .unwrap();
    let parameters = bound(&blueprint("Studio environment"), DEV);
    let request = bench.request("Studio environment", "ada", &parameters);
    let refused = bench.call(DEV, "ProvisionProduct", &request).unwrap_err();
    assert_eq!(
        refused.message,
        "Access denied while assuming the role arn:aws:iam::601000000002:role/StudiogateLaunchRole"
    );
}

#[test]
fn what_is_denied_on_an_arn_is_denied_by_name_too() {
    let bench = Bench::new();
    let (product, artifact) = bench.product("Sandbox Studio");
    let arn = format!("arn:aws:catalog:*:*:product/{product}");
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Deny", "Action": "servicecatalog:*", "Resource": arn },
    ] });
    bench
        .aws
        .with_world(|world| {
            let account = world.account_mut(&"601000000001".parse().unwrap()).unwrap();
            let role = account.roles.get_mut("StudiogateProvisioner").unwrap();
            role.policies.insert("deny".into(), policy.to_string());
        })
        .unwrap();
    for (operation, mut body) in [
        (
            "ProvisionProduct",
            json!({ "ProvisioningArtifactId": artifact, "ProvisionedProductName": "x", "ProvisionToken": "x" }),
        ),
        ("DescribeProvisioningParameters", json!({ "ProvisioningArtifactId": artifact })),
        ("DescribeProvisioningArtifact", json!({ "ProvisioningArtifactId": artifact })),
        ("DescribeProduct", json!({})),
    ] {
        let key = if operation == "DescribeProduct" { "Name" } else { "ProductName" };
        body[key] = json!("Sandbox Studio");
        let refused = bench.call("601000000001", operation, &body).unwrap_err();
        assert!(refused.message.contains("with an explicit deny"), "{operation}: {refused}");
    }
}

#[test]
fn who_may_not_act_does_not_learn_what_there_is() {
    let bench = Bench::new();
    let observer = bench.session("601000000001", "StudiogateObserver", "eve");
    for (operation, token) in
        [("TerminateProvisionedProduct", "TerminateToken"), ("UpdateProvisionedProduct", "UpdateToken")]
    {
        let body = json!({ "ProvisionedProductName": "none", token: "x" });
        assert_eq!(bench.call_as(observer.clone(), operation, &body).unwrap_err().code, "AccessDeniedException");
    }
}
