//! Lists, page by page.

use serde_json::{Value, json};

use super::tests::{Bench, DEV};
use crate::context::Caller;

#[test]
fn the_administrator_reads_everything_page_by_page() {
    let bench = Bench::new();
    let portfolios = bench.curate("ListPortfolios", &json!({ "PageSize": 1 })).unwrap();
    assert_eq!(portfolios["PortfolioDetails"].as_array().unwrap().len(), 1);
    let next = json!({ "PageSize": 1, "PageToken": portfolios["NextPageToken"] });
    let second = bench.curate("ListPortfolios", &next).unwrap();
    assert_eq!(second["PortfolioDetails"][0]["DisplayName"], "Governed data workspaces");
    assert!(second.get("NextPageToken").is_none());
    let refused = bench.curate("ListPortfolios", &json!({ "PageToken": "junk" })).unwrap_err();
    assert_eq!(refused.code, "InvalidParametersException");

    let id = portfolios["PortfolioDetails"][0]["Id"].clone();
    let access = bench.curate("ListPortfolioAccess", &json!({ "PortfolioId": id })).unwrap();
    assert_eq!(access["AccountIds"].as_array().unwrap().len(), 8);
    let products = bench.curate("SearchProductsAsAdmin", &json!({ "PortfolioId": id })).unwrap();
    assert_eq!(products["ProductViewDetails"].as_array().unwrap().len(), 3);
    let product = products["ProductViewDetails"][0]["ProductViewSummary"]["ProductId"].clone();
    let artifacts = bench.curate("ListProvisioningArtifacts", &json!({ "ProductId": product })).unwrap();
    let artifact = artifacts["ProvisioningArtifactDetails"][0].clone();
    assert_eq!(artifact["Active"], true);
    let one = json!({ "ProductId": product, "ProvisioningArtifactId": artifact["Id"], "Verbose": true });
    let described = bench.curate("DescribeProvisioningArtifact", &one).unwrap();
    assert!(described["Info"]["CloudFormationTemplate"].as_str().unwrap().contains("Resources:"));
    let constraints =
        bench.curate("ListConstraintsForPortfolio", &json!({ "PortfolioId": id, "ProductId": product })).unwrap();
    for constraint in constraints["ConstraintDetails"].as_array().unwrap() {
        let body = json!({ "Id": constraint["ConstraintId"] });
        let described = bench.curate("DescribeConstraint", &body).unwrap();
        serde_json::from_str::<Value>(described["ConstraintParameters"].as_str().unwrap()).unwrap();
    }
    let options = bench.curate("ListTagOptions", &json!({ "Filters": { "Key": "data-class" } })).unwrap();
    assert_eq!(options["TagOptionDetails"].as_array().unwrap().len(), 4);
    let body = json!({ "TagOptionId": options["TagOptionDetails"][0]["Id"], "ResourceType": "Portfolio" });
    let resources = bench.curate("ListResourcesForTagOption", &body).unwrap();
    assert_eq!(resources["ResourceDetails"].as_array().unwrap().len(), 2);

    let administrator = || Caller::Administrator(DEV.parse().unwrap());
    let shares = bench.call_as(administrator(), "ListAcceptedPortfolioShares", &json!({})).unwrap();
    assert_eq!(shares["PortfolioDetails"].as_array().unwrap().len(), 2);
    let principals =
        bench.call_as(administrator(), "ListPrincipalsForPortfolio", &json!({ "PortfolioId": id })).unwrap();
    assert_eq!(principals["Principals"][0]["PrincipalARN"], "arn:aws:iam::601000000002:role/StudiogateProvisioner");
}

#[test]
fn a_page_size_of_zero_asks_for_no_size_in_particular() {
    let bench = Bench::new();
    let page = |size: i64| bench.curate("ListPortfolios", &json!({ "PageSize": size }));
    assert_eq!(page(0).unwrap()["PortfolioDetails"].as_array().unwrap().len(), 2);
    assert!(page(-1).is_err() && page(101).is_err());
}
