//! Whatever is done in the console, in whatever order, and whenever the portal looks: once it is quiet, the mirror is what a portal reads
//! that never read before.
//!
//! The sequences are drawn at random, from seeds that are the same at every run.

use crate::common::TestState;
use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use sim::FaultKind;

/// Acts in a sequence.
const ACTS: usize = 80;
const ROLE: &str = "arn:aws:iam:::role/StudiogateProvisioner";

/// What is done, to which of the things there are.
#[derive(Clone, Debug)]
enum Act {
    Console(&'static str, usize, usize),
    /// The portal reads.
    Look,
    /// The portal reads while AWS throttles one of its calls.
    LookWhileThrottled(&'static str),
}

const CALLS: [&str; 20] = [
    "CreatePortfolio",
    "UpdatePortfolio",
    "DeletePortfolio",
    "AssociateProductWithPortfolio",
    "DisassociateProductFromPortfolio",
    "UpdateProduct",
    "DeleteProduct",
    "UpdateProvisioningArtifact",
    "DeleteProvisioningArtifact",
    "CreateConstraint",
    "DeleteConstraint",
    "CreateTagOption",
    "UpdateTagOption",
    "DeleteTagOption",
    "AssociateTagOptionWithResource",
    "DisassociateTagOptionFromResource",
    "AssociatePrincipalWithPortfolio",
    "DisassociatePrincipalFromPortfolio",
    "CreatePortfolioShare",
    "DeletePortfolioShare",
];

const READS: [&str; 4] = [
    "servicecatalog:ListPortfolios",
    "servicecatalog:SearchProductsAsAdmin",
    "servicecatalog:DescribeProductAsAdmin",
    "servicecatalog:ListConstraintsForPortfolio",
];

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => (proptest::sample::select(CALLS.to_vec()), any::<usize>(), any::<usize>())
            .prop_map(|(call, one, two)| Act::Console(call, one, two)),
        2 => Just(Act::Look),
        1 => proptest::sample::select(READS.to_vec()).prop_map(Act::LookWhileThrottled),
    ]
}

fn sequence(seed: u8) -> Vec<Act> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    proptest::collection::vec(acts(), ACTS).new_tree(&mut runner).unwrap().current()
}

/// What there is to do something to.
struct There {
    portfolios: Vec<String>,
    products: Vec<(String, Vec<String>)>,
    constraints: Vec<String>,
    tag_options: Vec<String>,
}

fn there(world: &sim::World) -> There {
    let catalog = &world.service_catalog;
    There {
        portfolios: catalog.portfolios.keys().cloned().collect(),
        products: catalog
            .products
            .values()
            .map(|product| (product.id.clone(), product.artifacts.iter().map(|it| it.id.clone()).collect()))
            .collect(),
        constraints: catalog.constraints.keys().cloned().collect(),
        tag_options: catalog.tag_options.keys().cloned().collect(),
    }
}

fn pick(all: &[String], n: usize) -> Value {
    all.get(n % all.len().max(1)).map_or(json!("none-00000000"), |it| json!(it))
}

/// The body of a call; `n` makes what is new differ.
fn body(call: &str, it: &There, one: usize, two: usize, n: usize) -> Value {
    let portfolio = pick(&it.portfolios, one);
    let nothing = (String::from("prod-none"), Vec::new());
    let (product, artifacts) = it.products.get(two % it.products.len().max(1)).unwrap_or(&nothing);
    let artifact = pick(artifacts, one);
    let account = format!("60100000000{}", two % 3 + 1);
    match call {
        "CreatePortfolio" => {
            json!({ "DisplayName": format!("P{n}"), "ProviderName": "T", "IdempotencyToken": format!("t{n}") })
        }
        "UpdatePortfolio" => {
            json!({ "Id": portfolio, "DisplayName": format!("Renamed {n}"), "AddTags": [{ "Key": "k", "Value": format!("{n}") }] })
        }
        "DeletePortfolio" => json!({ "Id": portfolio }),
        "AssociateProductWithPortfolio" | "DisassociateProductFromPortfolio" => {
            json!({ "ProductId": product, "PortfolioId": portfolio })
        }
        "UpdateProduct" => json!({ "Id": product, "Name": format!("Product {n}"), "SupportEmail": "s@example.com" }),
        "DeleteProduct" => json!({ "Id": product }),
        "UpdateProvisioningArtifact" => json!({
            "ProductId": product, "ProvisioningArtifactId": artifact, "Active": one.is_multiple_of(2),
            "Guidance": if two.is_multiple_of(2) { "DEPRECATED" } else { "DEFAULT" }, "Name": format!("v{n}"),
        }),
        "DeleteProvisioningArtifact" => json!({ "ProductId": product, "ProvisioningArtifactId": artifact }),
        "CreateConstraint" => {
            let (kind, parameters) = match one % 3 {
                0 => ("LAUNCH", json!({ "LocalRoleName": format!("Launch{n}") })),
                1 => (
                    "RESOURCE_UPDATE",
                    json!({ "Version": "2.0", "Properties": { "TagUpdateOnProvisionedProduct": "NOT_ALLOWED" } }),
                ),
                _ => (
                    "TEMPLATE",
                    json!({ "Rules": { "R": { "Assertions": [{ "Assert": { "Fn::Equals": ["a", "a"] } }] } } }),
                ),
            };
            json!({
                "PortfolioId": portfolio, "ProductId": product, "Type": kind, "Parameters": parameters.to_string(),
                "IdempotencyToken": format!("c{n}"),
            })
        }
        "DeleteConstraint" => json!({ "Id": pick(&it.constraints, one) }),
        "CreateTagOption" => json!({ "Key": format!("key{}", one % 3), "Value": format!("value{n}") }),
        "UpdateTagOption" => json!({ "Id": pick(&it.tag_options, one), "Active": two.is_multiple_of(2) }),
        "DeleteTagOption" => json!({ "Id": pick(&it.tag_options, one) }),
        "AssociateTagOptionWithResource" | "DisassociateTagOptionFromResource" => {
            let on = if one.is_multiple_of(2) { portfolio } else { json!(product) };
            json!({ "ResourceId": on, "TagOptionId": pick(&it.tag_options, two) })
        }
        "AssociatePrincipalWithPortfolio" | "DisassociatePrincipalFromPortfolio" => {
            json!({ "PortfolioId": portfolio, "PrincipalARN": format!("{ROLE}{}", two % 2), "PrincipalType": "IAM_PATTERN" })
        }
        _ => json!({ "PortfolioId": portfolio, "AccountId": account }),
    }
}

async fn look(state: &TestState) -> bool {
    state.pass(TimeDelta::minutes(10));
    state.plane.mirror_catalogs_now().await.unwrap()
}

/// Everything that the mirror has of a region.
async fn mirrored(store: &store::Store) -> String {
    let region = sim::seed::REGION.parse().unwrap();
    format!(
        "{:#?}\n{:#?}\n{:#?}\n{:#?}",
        store.portfolios().await.unwrap(),
        store.products().await.unwrap(),
        store.tag_options().await.unwrap(),
        store.template_ids(&region).await.unwrap(),
    )
}

async fn play(url: &str, seed: u8) {
    let state = TestState::start(url).await;
    let mut accepted = 0;
    for (n, act) in sequence(seed).into_iter().enumerate() {
        match act {
            Act::Console(call, one, two) => {
                let body = state.running.aws.with_world(|world| body(call, &there(world), one, two, n)).unwrap();
                let done = state.in_the_catalogs_console(call, &body);
                println!(
                    "{n}: {call}: {}",
                    done.as_ref().map_or_else(|error| error.message.clone(), |_| "done".into())
                );
                accepted += usize::from(done.is_ok());
            }
            Act::Look => drop(look(&state).await),
            Act::LookWhileThrottled(call) => {
                state.running.aws.faults().next(call, FaultKind::Throttle, 1_000);
                look(&state).await;
                state.running.aws.faults().clear();
            }
        }
    }
    assert!(accepted > ACTS / 4, "{accepted} were taken");
    assert!(look(&state).await);
    let (plane, fresh) = state.newcomer().await;
    assert!(plane.mirror_catalogs_now().await.unwrap());
    assert_eq!(mirrored(&state.store).await, mirrored(&fresh).await);
}

on_both! {
    async fn the_mirror_converges_1(url) {
        play(&url, 1).await;
    }

    async fn the_mirror_converges_2(url) {
        play(&url, 2).await;
    }

    async fn the_mirror_converges_3(url) {
        play(&url, 3).await;
    }

    async fn the_mirror_converges_4(url) {
        play(&url, 4).await;
    }
}
