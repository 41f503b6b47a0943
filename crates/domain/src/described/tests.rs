//! Whatever was there before: once everything that is planned is made, the catalog is as it was described.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::catalog::{Constraint, ProvisioningArtifact};
use crate::curation::CatalogChange;
use crate::id::Region;
use crate::share::PortfolioShare;

/// A catalog that does what it is told.
#[derive(Default)]
struct Told {
    portfolios: Vec<Portfolio>,
    products: Vec<Product>,
    tag_options: Vec<CatalogTagOption>,
    templates: BTreeMap<ProvisioningArtifactId, TemplateId>,
    made: i64,
}

fn region() -> Region {
    "eu-west-1".parse().unwrap()
}

fn template(path: &str) -> TemplateId {
    crate::curation::template_id(path).unwrap()
}

impl Told {
    fn now(&self) -> CatalogNow<'_> {
        CatalogNow {
            portfolios: &self.portfolios,
            products: &self.products,
            tag_options: &self.tag_options,
            templates: &self.templates,
        }
    }

    fn id<T: std::str::FromStr>(&mut self, kind: &str) -> T
    where
        T::Err: std::fmt::Debug,
    {
        self.made += 1;
        format!("{kind}-{}", self.made).parse().unwrap()
    }

    fn product(&mut self, id: &crate::id::ProductId) -> &mut Product {
        self.products.iter_mut().find(|it| it.id == *id).unwrap()
    }

    fn portfolio(&mut self, id: &crate::id::PortfolioId) -> &mut Portfolio {
        self.portfolios.iter_mut().find(|it| it.id == *id).unwrap()
    }

    fn version(&mut self, name: &str, note: &str, template: &TemplateId) -> ProvisioningArtifact {
        let id: ProvisioningArtifactId = self.id("pa");
        self.templates.insert(id.clone(), template.clone());
        ProvisioningArtifact {
            id,
            name: name.into(),
            description: note.into(),
            created_at: DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(self.made),
            active: true,
            deprecated: false,
            default: false,
            parameters: Vec::new(),
            resources: BTreeMap::new(),
            usage_instructions: Vec::new(),
        }
    }

    fn constraint(&mut self, portfolio: &crate::id::PortfolioId, new: &NewConstraint) -> Constraint {
        self.made += 1;
        Constraint {
            id: format!("cons-{}", self.made),
            portfolio: Some(portfolio.clone()),
            description: new.description.clone(),
            rule: new.rule.clone(),
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of change")]
    fn make(&mut self, change: &CatalogChange) {
        match change {
            CatalogChange::AddTagOption { region, key, value } => {
                let id = self.id("tag");
                self.tag_options.push(CatalogTagOption {
                    id,
                    region: region.clone(),
                    key: key.clone(),
                    value: value.clone(),
                    active: true,
                    resources: BTreeSet::new(),
                });
            }
            CatalogChange::SetTagOption { tag_option, active } => {
                self.tag_options.iter_mut().find(|it| it.id == *tag_option).unwrap().active = *active;
            }
            CatalogChange::DeleteTagOption { tag_option } => {
                assert!(self.tag_options.iter().all(|it| it.id != *tag_option || it.resources.is_empty()));
                self.tag_options.retain(|it| it.id != *tag_option);
            }
            CatalogChange::AssociateTagOption { tag_option, on } => {
                self.tag_options.iter_mut().find(|it| it.id == *tag_option).unwrap().resources.insert(on.clone());
            }
            CatalogChange::DisassociateTagOption { tag_option, on } => {
                self.tag_options.iter_mut().find(|it| it.id == *tag_option).unwrap().resources.remove(on);
            }
            CatalogChange::AddPortfolio { region, text } => {
                let id = self.id("port");
                self.portfolios.push(Portfolio {
                    id,
                    region: region.clone(),
                    name: text.name.clone(),
                    description: text.description.clone(),
                    provider: text.provider.clone(),
                    tags: text.tags.clone(),
                    principals: Vec::new(),
                    shares: Vec::new(),
                });
            }
            CatalogChange::SetPortfolio { portfolio, text } => {
                let it = self.portfolio(portfolio);
                it.description.clone_from(&text.description);
                it.provider.clone_from(&text.provider);
                it.tags.clone_from(&text.tags);
            }
            CatalogChange::DeletePortfolio { portfolio } => {
                let it = self.portfolio(portfolio);
                assert!(it.shares.is_empty() && it.principals.is_empty());
                assert!(self.products.iter().all(|it| !it.portfolios.contains(portfolio)));
                self.portfolios.retain(|it| it.id != *portfolio);
            }
            CatalogChange::AssociatePrincipal { portfolio, principal } => {
                self.portfolio(portfolio).principals.push(principal.clone());
            }
            CatalogChange::DisassociatePrincipal { portfolio, principal } => {
                self.portfolio(portfolio).principals.retain(|it| it != principal);
            }
            CatalogChange::AddShare { portfolio, with, options } => {
                let share = PortfolioShare { with: with.clone(), accepted: true, options: *options };
                self.portfolio(portfolio).shares.push(share);
            }
            CatalogChange::SetShare { portfolio, with, options } => {
                self.portfolio(portfolio).shares.iter_mut().find(|it| it.with == *with).unwrap().options = *options;
            }
            CatalogChange::DeleteShare { portfolio, with } => {
                self.portfolio(portfolio).shares.retain(|it| it.with != *with);
            }
            CatalogChange::AddProduct { template, portfolio, name, description, owner, support, version, note } => {
                let (id, artifact) = (self.id("prod"), self.version(version, note, template));
                self.products.push(Product {
                    id,
                    region: region(),
                    portfolios: portfolio.iter().cloned().collect(),
                    name: name.clone(),
                    description: description.clone(),
                    owner: owner.clone(),
                    support: support.clone(),
                    tags: BTreeMap::new(),
                    artifacts: vec![artifact],
                    constraints: Vec::new(),
                    tag_options: Vec::new(),
                });
            }
            CatalogChange::SetProduct { product, text } => {
                let it = self.product(product);
                it.description.clone_from(&text.description);
                it.owner.clone_from(&text.owner);
                it.support.clone_from(&text.support);
                it.tags.clone_from(&text.tags);
            }
            CatalogChange::DeleteProduct { product } => {
                assert!(self.product(product).portfolios.is_empty());
                assert!(self.tag_options.iter().all(|it| !it.resources.contains(product.as_str())));
                self.products.retain(|it| it.id != *product);
            }
            CatalogChange::AddVersion { product, template, version, note } => {
                let artifact = self.version(version, note, template);
                self.product(product).artifacts.push(artifact);
            }
            CatalogChange::SetVersion { product, artifact, active, guidance } => {
                let product = self.product(product);
                let it = product.artifacts.iter_mut().find(|it| it.id == *artifact).unwrap();
                (it.active, it.deprecated) = (*active, *guidance == Guidance::Deprecated);
            }
            CatalogChange::DeleteVersion { product, artifact } => {
                assert!(self.product(product).artifacts.len() > 1);
                self.product(product).artifacts.retain(|it| it.id != *artifact);
            }
            CatalogChange::AssociateProduct { product, portfolio, constraints } => {
                let made: Vec<_> = constraints.iter().map(|new| self.constraint(portfolio, new)).collect();
                let it = self.product(product);
                assert!(!it.portfolios.contains(portfolio));
                it.portfolios.push(portfolio.clone());
                it.constraints.extend(made);
            }
            CatalogChange::DisassociateProduct { product, portfolio } => {
                let it = self.product(product);
                it.portfolios.retain(|it| it != portfolio);
                it.constraints.retain(|it| it.portfolio.as_ref() != Some(portfolio));
            }
            CatalogChange::AddConstraint { product, portfolio, new } => {
                let made = self.constraint(portfolio, new);
                self.product(product).constraints.push(made);
            }
            CatalogChange::SetConstraint { product, constraint, new, .. } => {
                let product = self.product(product);
                let it = product.constraints.iter_mut().find(|it| it.id == *constraint).unwrap();
                assert_eq!(crate::curation::constraint_kind(&it.rule), crate::curation::constraint_kind(&new.rule));
                (it.description, it.rule) = (new.description.clone(), new.rule.clone());
            }
            CatalogChange::DeleteConstraint { product, constraint, .. } => {
                self.product(product).constraints.retain(|it| it.id != *constraint);
            }
            CatalogChange::CopyProduct { .. } => panic!("nothing is copied"),
        }
    }

    /// Makes what is planned, one after the other, each planned anew.
    fn become_(&mut self, wanted: &DescribedCatalog, templates: &BTreeMap<String, TemplateId>, delete: bool) -> Plan {
        for _ in 0..500 {
            let plan = plan(wanted, templates, &self.now(), &region(), delete);
            assert_eq!(plan.mistakes, Vec::<String>::new());
            let Some(next) = plan.changes.iter().find(|it| it.ready).cloned() else {
                assert!(plan.changes.is_empty(), "nothing can be made of {:?}", plan.changes);
                return plan;
            };
            self.make(&next.change);
        }
        panic!("it does not end");
    }
}

fn tags() -> impl Strategy<Value = BTreeMap<String, String>> {
    prop::collection::btree_map("[ab]", "[xy]", 0..2)
}

/// Which of the two TagOptions something has.
fn tag_options() -> impl Strategy<Value = Vec<DescribedTag>> {
    let tag = |value: &str| DescribedTag { key: "purpose".into(), value: value.into() };
    prop::sample::subsequence(vec![tag("serving"), tag("training")], 0..=2)
}

fn portfolio(name: &'static str) -> impl Strategy<Value = DescribedPortfolio> {
    let share = (any::<bool>(), any::<bool>()).prop_map(|(tag_options, principals)| DescribedShare {
        with: "organizational_unit/ou-a1-b2".into(),
        tag_options,
        principals,
    });
    let principals = prop::sample::subsequence(
        vec!["arn:aws:iam:::role/A".to_owned(), "arn:aws:iam::111122223333:role/B".to_owned()],
        0..=2,
    );
    ("[a-c]{0,2}", tags(), tag_options(), principals, prop::collection::vec(share, 0..2)).prop_map(
        move |(description, tags, tag_options, principals, shares)| DescribedPortfolio {
            name: name.into(),
            description,
            provider: "Platform".into(),
            principals,
            tags,
            tag_options,
            shares,
        },
    )
}

fn constraint() -> impl Strategy<Value = DescribedConstraint> {
    let rule = prop_oneof![
        "[ab]".prop_map(|role| ConstraintRule::Launch { role }),
        "[ab]".prop_map(|rules| ConstraintRule::Template { rules }),
        any::<bool>().prop_map(|allowed| ConstraintRule::TagUpdate { allowed }),
    ];
    ("[a-b]{0,1}", rule).prop_map(|(description, rule)| DescribedConstraint { description, rule })
}

fn product(name: &'static str) -> impl Strategy<Value = DescribedProduct> {
    let version = |number: usize, active: bool, deprecated: bool| DescribedVersion {
        name: format!("{number}.0"),
        note: String::new(),
        template: format!("templates/{}/{number}.0.yaml", name.to_lowercase()),
        active,
        guidance: if deprecated { Guidance::Deprecated } else { Guidance::Default },
    };
    let versions = prop::collection::vec((any::<bool>(), any::<bool>()), 1..4).prop_map(move |all| {
        all.into_iter().enumerate().map(|(number, (active, old))| version(number, active, old)).collect::<Vec<_>>()
    });
    let places = prop::sample::subsequence(vec!["One".to_owned(), "Two".to_owned()], 0..=2).prop_flat_map(|names| {
        names
            .into_iter()
            .map(|portfolio| {
                prop::collection::vec(constraint(), 0..3)
                    .prop_map(move |constraints| DescribedPlace { portfolio: portfolio.clone(), constraints })
            })
            .collect::<Vec<_>>()
    });
    ("[a-c]{0,2}", "[pq]", tags(), tag_options(), versions, places).prop_map(
        move |(description, owner, tags, tag_options, versions, places)| DescribedProduct {
            name: name.into(),
            description,
            owner,
            support: String::new(),
            tags,
            tag_options,
            versions,
            places,
        },
    )
}

fn catalog() -> impl Strategy<Value = DescribedCatalog> {
    let option = |value: &'static str| {
        any::<bool>().prop_map(move |active| DescribedTagOption { key: "purpose".into(), value: value.into(), active })
    };
    let products = (product("Notebook"), product("Studio"), any::<(bool, bool)>());
    ((option("serving"), option("training")), (portfolio("One"), portfolio("Two")), products).prop_map(
        |(options, portfolios, (notebook, studio, (first, second)))| DescribedCatalog {
            tag_options: vec![options.0, options.1],
            portfolios: vec![portfolios.0, portfolios.1],
            products: [(first, notebook), (second, studio)]
                .into_iter()
                .filter_map(|(is, it)| is.then_some(it))
                .collect(),
        },
    )
}

fn templates_of(it: &DescribedCatalog) -> BTreeMap<String, TemplateId> {
    let versions = it.products.iter().flat_map(|it| &it.versions);
    versions.map(|it| (it.template.clone(), template(&it.template))).collect()
}

proptest! {
    #[test]
    fn what_was_described_is_there_whatever_was_before(before in catalog(), wanted in catalog(), delete: bool) {
        let mut told = Told::default();
        told.become_(&before, &templates_of(&before), false);
        told.become_(&wanted, &templates_of(&wanted), delete);
        let again = plan(&wanted, &templates_of(&wanted), &told.now(), &region(), delete);
        prop_assert_eq!(again.changes, Vec::new());
        if delete {
            prop_assert_eq!(again.stays, Vec::<String>::new());
        }
    }

    #[test]
    fn an_export_that_is_brought_into_an_empty_catalog_exports_the_same(before in catalog()) {
        let mut told = Told::default();
        told.become_(&before, &templates_of(&before), false);
        let first = export(&told.now());
        prop_assert_eq!(&first.left_out, &Vec::<String>::new());
        let mut other = Told { made: 1_000, ..Told::default() };
        other.become_(&first.catalog, &first.templates, false);
        prop_assert_eq!(export(&other.now()), first);
    }
}

#[test]
fn what_cannot_be_meant_is_said_and_nothing_is_planned() {
    let mut told = Told::default();
    let version = DescribedVersion {
        name: "1.0".into(),
        note: String::new(),
        template: "one.yaml".into(),
        active: true,
        guidance: Guidance::Default,
    };
    let studio = DescribedProduct {
        name: "Studio".into(),
        owner: "Platform".into(),
        versions: vec![version.clone()],
        ..DescribedProduct::default()
    };
    let wanted = |products: Vec<DescribedProduct>| DescribedCatalog { products, ..DescribedCatalog::default() };
    let files = |text: &str| BTreeMap::from([("one.yaml".to_owned(), template(text))]);
    told.become_(&wanted(vec![studio.clone()]), &files("a"), false);
    let mistakes = |wanted: &DescribedCatalog, files: &BTreeMap<String, TemplateId>| {
        let plan = plan(wanted, files, &told.now(), &region(), true);
        assert!(plan.changes.is_empty());
        plan.mistakes.join("\n")
    };
    let said = mistakes(&wanted(vec![studio.clone()]), &files("b"));
    assert!(said.contains("a version keeps its template"), "{said}");
    assert!(mistakes(&wanted(vec![studio.clone()]), &BTreeMap::new()).contains("there is no file one.yaml"));
    let twice = mistakes(&wanted(vec![studio.clone(), studio.clone()]), &files("a"));
    assert!(twice.contains("The product Studio is described twice."), "{twice}");
    let nowhere = DescribedProduct {
        places: vec![DescribedPlace { portfolio: "Nowhere".into(), constraints: Vec::new() }],
        tag_options: vec![DescribedTag { key: "a".into(), value: "b".into() }],
        versions: vec![version.clone(), version],
        ..studio.clone()
    };
    let said = mistakes(&wanted(vec![nowhere]), &files("a"));
    for part in
        ["Nowhere is no [[portfolio]]", "a = b is no [[tag_option]]", "version of Studio 1.0 is described twice"]
    {
        assert!(said.contains(part), "{said}");
    }
    let none = DescribedProduct { versions: Vec::new(), ..studio };
    assert!(mistakes(&wanted(vec![none]), &files("a")).contains("Studio has no version."));
}

#[test]
fn what_names_cannot_tell_apart_is_left_out() {
    let mut told = Told::default();
    for _ in 0..2 {
        told.make(&CatalogChange::AddPortfolio {
            region: region(),
            text: PortfolioText { name: "One".into(), provider: "Platform".into(), ..PortfolioText::default() },
        });
    }
    let exported = export(&told.now());
    assert!(exported.catalog.portfolios.is_empty() && exported.left_out[0].contains("Portfolios called One"));
    let wanted = DescribedCatalog {
        portfolios: vec![DescribedPortfolio { name: "One".into(), ..DescribedPortfolio::default() }],
        ..DescribedCatalog::default()
    };
    let plan = plan(&wanted, &BTreeMap::new(), &told.now(), &region(), false);
    assert!(plan.mistakes[0].contains("Several portfolios of the catalog are called One."));
}
