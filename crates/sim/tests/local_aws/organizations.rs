//! Organizations: the tree, who may read it, and paging.

use crate::common::{DEV, Harness, Keys};
use serde_json::{Value, json};

async fn call(h: &Harness, account: &str, operation: &str, body: Value) -> Result<Value, (String, String)> {
    h.json(&Keys::administrator(account), &format!("AWSOrganizationsV20161128.{operation}"), body).await
}

#[tokio::test]
async fn the_tree_is_the_one_of_aws_pattern() {
    let h = Harness::new();
    let management = "111111111111";
    let organization = call(&h, management, "DescribeOrganization", json!({})).await.unwrap();
    assert_eq!(organization["Organization"]["MasterAccountId"], management);
    let roots = call(&h, management, "ListRoots", json!({})).await.unwrap();
    let root = roots["Roots"][0]["Id"].clone();
    let units = call(&h, management, "ListOrganizationalUnitsForParent", json!({ "ParentId": root })).await.unwrap();
    let units = units["OrganizationalUnits"].as_array().unwrap();
    let mut names: Vec<&str> = units.iter().map(|u| u["Name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "Deployments_Prod",
            "Infrastructure",
            "Sandbox",
            "Security",
            "Workloads_Dev",
            "Workloads_PreProd",
            "Workloads_Prod"
        ]
    );
    let mut accounts = 1;
    for unit in units {
        let id = unit["Id"].as_str().unwrap();
        let suffix = id.strip_prefix("ou-stgt-").unwrap();
        assert!(suffix.len() >= 8 && suffix.len() <= 32, "{id}");
        let inside = call(&h, management, "ListAccountsForParent", json!({ "ParentId": id })).await.unwrap();
        accounts += inside["Accounts"].as_array().unwrap().len();
        let attached = call(
            &h,
            management,
            "ListPoliciesForTarget",
            json!({ "TargetId": id, "Filter": "SERVICE_CONTROL_POLICY" }),
        )
        .await
        .unwrap();
        let attached: Vec<&str> =
            attached["Policies"].as_array().unwrap().iter().map(|p| p["Name"].as_str().unwrap()).collect();
        let explores = matches!(unit["Name"].as_str().unwrap(), "Sandbox" | "Workloads_Dev");
        assert_eq!(attached.contains(&"deny-sagemaker-endpoints"), explores, "{attached:?}");
    }
    assert_eq!(accounts, 13);
    let policy = call(&h, management, "DescribePolicy", json!({ "PolicyId": "p-denyendpoints" })).await.unwrap();
    assert!(policy["Policy"]["Content"].as_str().unwrap().contains("sagemaker:CreateEndpoint"));
    let parents = call(&h, management, "ListParents", json!({ "ChildId": DEV })).await.unwrap();
    assert_eq!(parents["Parents"][0]["Type"], "ORGANIZATIONAL_UNIT");
}

#[tokio::test]
async fn only_the_management_account_and_delegated_administrators_read_it() {
    let h = Harness::new();
    let refused = call(&h, DEV, "ListRoots", json!({})).await.unwrap_err();
    assert_eq!(refused.0, "AccessDeniedException");
    call(&h, DEV, "DescribeOrganization", json!({})).await.unwrap();
    call(&h, "222222222222", "ListRoots", json!({})).await.unwrap();
    let organizer = h.as_role("111111111111", "StudiogateOrganizer").await;
    h.json(&organizer, "AWSOrganizationsV20161128.ListRoots", json!({})).await.unwrap();
    let launcher = h.as_person(DEV, "StudiogateLauncher", "ada", None).await;
    let (code, message) = h.json(&launcher, "AWSOrganizationsV20161128.ListRoots", json!({})).await.unwrap_err();
    assert_eq!(code, "AccessDeniedException");
    assert!(message.contains("organizations:ListRoots"), "{message}");
}

#[tokio::test]
async fn wrong_targets_and_pages_have_their_own_errors() {
    let h = Harness::new();
    let management = "111111111111";
    for (operation, body, code) in [
        (
            "ListPoliciesForTarget",
            json!({ "TargetId": "999999999999", "Filter": "SERVICE_CONTROL_POLICY" }),
            "TargetNotFoundException",
        ),
        ("ListPoliciesForTarget", json!({ "TargetId": DEV }), "InvalidInputException"),
        ("ListPoliciesForTarget", json!({ "TargetId": DEV, "Filter": "X" }), "InvalidInputException"),
        ("ListAccountsForParent", json!({ "ParentId": "ou-none-00000000" }), "ParentNotFoundException"),
        ("DescribePolicy", json!({ "PolicyId": "p-none0000" }), "PolicyNotFoundException"),
        ("ListParents", json!({ "ChildId": "999999999999" }), "ChildNotFoundException"),
        ("ListRoots", json!({ "MaxResults": 21 }), "InvalidInputException"),
    ] {
        assert_eq!(call(&h, management, operation, body).await.unwrap_err().0, code, "{operation}");
    }
    let first = call(&h, management, "ListAccounts", json!({ "MaxResults": 5 })).await.unwrap();
    assert_eq!(first["Accounts"].as_array().unwrap().len(), 5);
    let rest = call(&h, management, "ListAccounts", json!({ "NextToken": first["NextToken"] })).await.unwrap();
    assert_eq!(rest["Accounts"].as_array().unwrap().len(), 8);
    assert!(rest["NextToken"].is_null());
}
