//! Whatever the portal held before: once everything that is planned was told to it, it holds what was described.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::tests::templates_of;
use super::told::Told;
use super::*;
use crate::access::{ProductAccess, ProductSettings};
use crate::binding::{AccountValue, BindingSource, ParameterBinding};
use crate::id::{AccountId, ProductId, ProjectId};
use crate::project::{DataClass, Project, ProjectAccount, Stage};

fn project(name: &str) -> ProjectId {
    name.parse().unwrap()
}

fn account() -> AccountId {
    "601000000001".parse().unwrap()
}

fn access() -> impl Strategy<Value = Vec<DescribedAccess>> {
    let one = ("churn|fraud", any::<bool>(), any::<bool>(), 1..4_u16, any::<bool>());
    let one = one.prop_map(|(name, dev, lead, max_lease_days, small)| DescribedAccess {
        project: project(&name),
        stage: if dev { Stage::Dev } else { Stage::Prod },
        approval: if lead { "lead" } else { "none" }.parse().unwrap(),
        max_lease_days,
        instances: if small { "ml.t3" } else { "" }.parse().unwrap(),
    });
    // By what they are about, in the order in which they are written.
    prop::collection::vec(one, 0..4).prop_map(|all| {
        all.into_iter()
            .map(|it| ((it.project.clone(), it.stage), it))
            .collect::<BTreeMap<_, _>>()
            .into_values()
            .collect()
    })
}

fn bindings() -> impl Strategy<Value = Vec<DescribedBinding>> {
    let source = prop_oneof![
        "[xy]".prop_map(|value| BindingSource::Fixed { value }),
        Just(BindingSource::FromAccount { value: AccountValue::VpcId }),
        Just(BindingSource::Choice { values: vec!["a".into(), "b".into()] }),
        Just(BindingSource::Ask),
    ];
    let one = ("[AB]", any::<bool>(), source).prop_map(|(parameter, everywhere, source)| DescribedBinding {
        parameter,
        account: (!everywhere).then(account),
        source,
    });
    prop::collection::vec(one, 0..4).prop_map(|all| {
        let keyed = all.into_iter().map(|it| ((it.parameter.clone(), it.account.clone()), it));
        keyed.collect::<BTreeMap<_, _>>().into_values().collect()
    })
}

fn portal() -> impl Strategy<Value = DescribedPortal> {
    (prop::option::of(1..9_u16), access(), bindings()).prop_map(|(typical_minutes, access, bindings)| DescribedPortal {
        typical_minutes,
        access,
        bindings,
    })
}

/// A portal that does what it is told.
#[derive(Default)]
struct Portal {
    access: Vec<ProductAccess>,
    bindings: Vec<ParameterBinding>,
    settings: Vec<ProductSettings>,
    made: u32,
}

impl Portal {
    fn now<'a>(&'a self, known: &'a (Vec<Project>, Vec<ProjectAccount>)) -> PortalNow<'a> {
        let Self { access, bindings, settings, .. } = self;
        PortalNow { access, bindings, settings, projects: &known.0, accounts: &known.1 }
    }

    fn tell(&mut self, step: PortalStep) {
        let product: ProductId = step.id.expect("it is there");
        self.made += 1;
        let made = self.made;
        match step.says {
            PortalSays::SetAccess { access, version } => {
                let DescribedAccess { project, stage, approval, max_lease_days, instances } = access;
                let there = self
                    .access
                    .iter()
                    .position(|it| (&it.project, it.stage) == (&project, stage) && it.product == product);
                assert_eq!(there.map_or(0, |at| self.access[at].version), version);
                let id = format!("access-{made}").parse().unwrap();
                there.map(|at| self.access.remove(at));
                let version = version + 1;
                self.access.push(ProductAccess {
                    id,
                    product,
                    project,
                    stage,
                    approval,
                    max_lease_days,
                    instances,
                    version,
                });
            }
            PortalSays::RemoveAccess { id, .. } => self.access.retain(|it| it.id != id),
            PortalSays::SetBinding { binding: DescribedBinding { parameter, account, source }, version } => {
                let same = |it: &ParameterBinding| {
                    (&it.parameter, &it.account, &it.product) == (&parameter, &account, &product)
                };
                let there = self.bindings.iter().position(same);
                assert_eq!(there.map_or(0, |at| self.bindings[at].version), version);
                let id = format!("binding-{made}").parse().unwrap();
                there.map(|at| self.bindings.remove(at));
                self.bindings.push(ParameterBinding { id, product, account, parameter, source, version: version + 1 });
            }
            PortalSays::RemoveBinding { id, .. } => self.bindings.retain(|it| it.id != id),
            PortalSays::SetTypicalMinutes { minutes, version } => {
                self.settings.retain(|it| it.product != product);
                self.settings.push(ProductSettings { product, typical_minutes: minutes, version: version + 1 });
            }
        }
    }
}

fn known() -> (Vec<Project>, Vec<ProjectAccount>) {
    let of = |name: &str| Project {
        id: project(name),
        name: name.into(),
        cost_center: "CC-1".into(),
        data_class: DataClass::Internal,
        version: 1,
    };
    let account = ProjectAccount {
        project: project("fraud"),
        account: account(),
        region: super::told::region(),
        stage: Stage::Dev,
        name: "fraud-dev".into(),
        vpc_id: None,
        subnet_ids: Vec::new(),
        security_group_ids: Vec::new(),
        kms_key_arn: None,
        studio_domain_id: None,
        version: 1,
    };
    (vec![of("churn"), of("fraud")], vec![account])
}

fn portals_of(it: &DescribedCatalog) -> BTreeMap<&str, Option<&DescribedPortal>> {
    it.products.iter().map(|it| (it.name.as_str(), it.portal.as_ref())).collect()
}

proptest! {
    #[test]
    fn what_was_described_is_held_whatever_was_before(
        mut catalog in super::tests::catalog(), portals in prop::collection::vec(portal(), 4), left_out: bool,
    ) {
        let known = known();
        let mut told = Told::default();
        told.become_(&catalog, &templates_of(&catalog), false);
        let mut held = Portal::default();
        for portals in portals.chunks(2) {
            for (product, portal) in catalog.products.iter_mut().zip(portals) {
                product.portal = Some(portal.clone());
            }
            for step in plan_portal(&catalog, told.now().products, &held.now(&known)).unwrap() {
                held.tell(step);
            }
            let again = plan_portal(&catalog, told.now().products, &held.now(&known)).unwrap();
            prop_assert_eq!(again, Vec::new());
            let mut described = export(&told.now()).catalog;
            describe_portal(&mut described, told.now().products, &held.now(&known));
            prop_assert_eq!(portals_of(&described), portals_of(&catalog));
        }
        // What a file says nothing of stays.
        if left_out {
            catalog.products.iter_mut().for_each(|it| it.portal = None);
            prop_assert_eq!(plan_portal(&catalog, told.now().products, &held.now(&known)).unwrap(), Vec::new());
        }
        // What is not there yet is planned, and has no id.
        catalog.products.iter_mut().zip(&portals).for_each(|(it, portal)| it.portal = Some(portal.clone()));
        let steps = plan_portal(&catalog, &[], &Portal::default().now(&known)).unwrap();
        prop_assert!(steps.iter().all(|it| it.id.is_none()));
    }
}

#[test]
fn what_cannot_be_meant_says_why() {
    let access = |name: &str, days| DescribedAccess {
        project: project(name),
        stage: Stage::Dev,
        approval: "lead".parse().unwrap(),
        max_lease_days: days,
        instances: "".parse().unwrap(),
    };
    let binding = || DescribedBinding {
        parameter: "Vpc".into(),
        account: Some("999999999999".parse().unwrap()),
        source: BindingSource::Ask,
    };
    let portal = DescribedPortal {
        typical_minutes: Some(0),
        access: vec![access("fraud", 30), access("fraud", 400), access("nobody", 1)],
        bindings: vec![binding(), binding()],
    };
    let product = DescribedProduct { name: "Studio".into(), portal: Some(portal), ..DescribedProduct::default() };
    let catalog = DescribedCatalog { products: vec![product], ..DescribedCatalog::default() };
    let known = known();
    let said = plan_portal(&catalog, &[], &Portal::default().now(&known)).unwrap_err();
    for part in [
        "the access of fraud in dev is described twice",
        "a lease of fraud in dev takes 1 to 365 days",
        "there is no project nobody",
        "the binding of Vpc is described twice",
        "999999999999 is no account of a project",
        "within 1 to 1440 minutes",
    ] {
        assert!(
            said.iter().any(|it| it.message.starts_with("Studio: ") && it.message.contains(part)),
            "{part}: {said:?}"
        );
    }
}

#[test]
fn a_binding_that_its_form_would_refuse_is_said_while_nobody_made_anything() {
    let version = DescribedVersion {
        name: "1.0".into(),
        note: String::new(),
        template: "one.yaml".into(),
        active: true,
        guidance: crate::curation::Guidance::Default,
    };
    let studio = DescribedProduct {
        name: "Studio".into(),
        owner: "P".into(),
        versions: vec![version.clone()],
        ..DescribedProduct::default()
    };
    let mut catalog = DescribedCatalog { products: vec![studio], ..DescribedCatalog::default() };
    let mut told = Told::default();
    told.become_(&catalog, &templates_of(&catalog), false);
    let mut products = told.now().products.to_vec();
    products[0].artifacts[0].parameters[0].allowed_values = vec!["x".into()];
    let known = known();
    let binding = |parameter: &str, value: &str| DescribedBinding {
        parameter: parameter.into(),
        account: None,
        source: BindingSource::Fixed { value: value.into() },
    };
    let mut said = |bindings: Vec<DescribedBinding>| {
        catalog.products[0].portal = Some(DescribedPortal { bindings, ..DescribedPortal::default() });
        plan_portal(&catalog, &products, &Portal::default().now(&known)).map(|steps| steps.len())
    };
    assert_eq!(said(vec![binding("A", "x"), binding("B", "anything")]), Ok(2));
    let wrong = said(vec![binding("A", "y"), binding("Nope", "x")]).unwrap_err();
    assert!(wrong[0].message.starts_with("Studio: A: The template refuses this value"), "{wrong:?}");
    assert_eq!(wrong[1].message, "Studio: no version that can be requested has a parameter Nope.");
    assert_eq!(wrong[1].at, [("product", 0), ("portal", 0), ("binding", 1)]);
    // What another version asks for is known once it is made.
    let mut newer = catalog.clone();
    newer.products[0].versions.push(DescribedVersion { name: "2.0".into(), ..version });
    newer.products[0].portal.as_mut().unwrap().bindings = vec![binding("Nope", "x")];
    assert!(plan_portal(&newer, &products, &Portal::default().now(&known)).is_ok());
}
