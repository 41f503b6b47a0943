//! What files would keep from being requested: it may be meant, and is told with their plan.

use super::portal::keeps_versions;
use super::{DescribedBinding, DescribedCatalog, DescribedConstraint, DescribedPortal, DescribedProduct, Plan};
use crate::binding::ParameterBinding;
use crate::catalog::{Constraint, Product};
use crate::obstacle::{PlaceOfUse, obstacles};

/// A line for each reason that constraints and bindings of the files are why nobody can request a product, whatever they fill in, as
/// far as it is none now. Of versions that are not made yet nobody knows here what they ask for.
pub fn notices<'a>(
    wanted: &DescribedCatalog,
    plan: &Plan,
    products: &[Product],
    bindings: &[ParameterBinding],
    places: impl Fn(&Product) -> Vec<PlaceOfUse<'a>>,
) -> Vec<String> {
    let touched = |it: &Product| {
        plan.changes.iter().any(|planned| planned.change.product() == Some(&it.id))
            || plan.portal.iter().any(|step| step.id.as_ref() == Some(&it.id))
    };
    let mut lines = Vec::new();
    for described in &wanted.products {
        let there = products.iter().find(|it| it.name == described.name);
        let Some(there) = there.filter(|it| touched(it) && keeps_versions(described, it)) else { continue };
        let places = places(there);
        let bindings: Vec<ParameterBinding> = bindings.iter().filter(|it| it.product == there.id).cloned().collect();
        let before = obstacles(there, &bindings, &places);
        let with = Product { constraints: constraints(described), ..there.clone() };
        let bindings = match &described.portal {
            Some(portal) => bindings_of(portal, there),
            None => bindings,
        };
        let new = obstacles(&with, &bindings, &places).into_iter().filter(|it| !before.contains(it));
        lines.extend(new.map(|it| {
            let place = Some(it.place()).filter(|place| !place.is_empty()).map(|place| format!(" ({place})"));
            let name = &described.name;
            format!("Requests of {name} are refused then, whatever people fill in. {it}{}", place.unwrap_or_default())
        }));
    }
    lines
}

fn constraints(described: &DescribedProduct) -> Vec<Constraint> {
    let all = described.places.iter().flat_map(|it| &it.constraints);
    let constraint = |it: &DescribedConstraint| Constraint {
        id: String::new(),
        portfolio: None,
        description: it.description.clone(),
        rule: it.rule.clone(),
    };
    all.map(constraint).collect()
}

fn bindings_of(portal: &DescribedPortal, there: &Product) -> Vec<ParameterBinding> {
    let binding = |it: &DescribedBinding| {
        Some(ParameterBinding {
            id: it.parameter.parse().ok()?,
            product: there.id.clone(),
            account: it.account.clone(),
            parameter: it.parameter.clone(),
            source: it.source.clone(),
            version: 0,
        })
    };
    portal.bindings.iter().filter_map(binding).collect()
}

#[cfg(test)]
mod tests {
    use super::super::told::{Told, region, undescribed};
    use super::super::{DescribedPlace, DescribedPortfolio, DescribedVersion, plan};
    use super::*;
    use crate::binding::BindingSource;
    use crate::catalog::ConstraintRule;
    use crate::curation::Guidance;

    const RULES: &str = r#"{"Rules": {"Small": {"Assertions": [
        {"Assert": {"Fn::Equals": [{"Ref": "A"}, "y"]}, "AssertDescription": "Take y."}]}}}"#;

    fn described(constraints: Vec<DescribedConstraint>, portal: Option<DescribedPortal>) -> DescribedCatalog {
        let version = DescribedVersion {
            name: "1.0".into(),
            note: String::new(),
            template: "one.yaml".into(),
            active: true,
            guidance: Guidance::Default,
        };
        let product = DescribedProduct {
            name: "Studio".into(),
            owner: "Platform".into(),
            versions: vec![version],
            places: vec![DescribedPlace { portfolio: "One".into(), constraints }],
            portal,
            ..DescribedProduct::default()
        };
        let portfolio =
            DescribedPortfolio { name: "One".into(), provider: "Platform".into(), ..DescribedPortfolio::default() };
        DescribedCatalog { portfolios: vec![portfolio], products: vec![product], ..DescribedCatalog::default() }
    }

    #[test]
    fn a_constraint_that_nobody_can_keep_is_told_once_it_would_be_new() {
        let before = described(Vec::new(), None);
        let templates = super::super::tests::templates_of(&before);
        let mut told = Told::default();
        told.become_(&before, &templates, false);
        let said = |wanted: &DescribedCatalog, told: &Told, bindings: &[ParameterBinding]| {
            // What the one version there takes.
            let mut products = told.now().products.to_vec();
            products[0].artifacts[0].parameters[0].allowed_values = vec!["x".into()];
            let plan = plan(wanted, &templates, &told.now(), &region(), undescribed(false));
            notices(wanted, &plan, &products, bindings, |_| Vec::new())
        };
        let rule = ConstraintRule::Template { rules: RULES.into() };
        let wanted = described(vec![DescribedConstraint { description: String::new(), rule }], None);
        let new = said(&wanted, &told, &[]);
        assert_eq!(new.len(), 1, "{new:?}");
        assert!(new[0].starts_with("Requests of Studio are refused then, whatever people fill in. "), "{new:?}");
        assert_eq!(said(&before, &told, &[]), Vec::<String>::new());
        // What is there already is told on its page.
        told.become_(&wanted, &templates, false);
        assert_eq!(said(&wanted, &told, &[]), Vec::<String>::new());
    }

    #[test]
    fn bindings_are_taken_as_the_files_say() {
        let without = described(Vec::new(), None);
        let templates = super::super::tests::templates_of(&without);
        let mut told = Told::default();
        told.become_(&without, &templates, false);
        let rule = ConstraintRule::Template { rules: RULES.into() };
        let fixed = |value: &str| DescribedPortal {
            bindings: vec![DescribedBinding {
                parameter: "A".into(),
                account: None,
                source: BindingSource::Fixed { value: value.into() },
            }],
            ..DescribedPortal::default()
        };
        let said = |portal: DescribedPortal| {
            let constraint = DescribedConstraint { description: String::new(), rule: rule.clone() };
            let wanted = described(vec![constraint], Some(portal));
            let plan = plan(&wanted, &templates, &told.now(), &region(), undescribed(false));
            notices(&wanted, &plan, told.now().products, &[], |_| Vec::new())
        };
        assert_eq!(said(fixed("y")), Vec::<String>::new());
        assert_eq!(said(fixed("z")).len(), 1);
        assert_eq!(said(DescribedPortal::default()), Vec::<String>::new());
    }
}
