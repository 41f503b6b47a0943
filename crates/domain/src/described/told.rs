//! A catalog in memory, for tests: it does what a change says, and nothing that Service Catalog would refuse.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::catalog::{Constraint, Parameter, ProvisioningArtifact};
use crate::curation::{AppliedCatalogChange, Before, CatalogChange, Made};
use crate::id::Region;
use crate::organization::ChangeState;
use crate::person::PersonKey;
use crate::share::PortfolioShare;

/// A catalog that does what it is told.
#[derive(Default)]
pub(super) struct Told {
    portfolios: Vec<Portfolio>,
    products: Vec<Product>,
    tag_options: Vec<CatalogTagOption>,
    templates: BTreeMap<ProvisioningArtifactId, TemplateId>,
    made: i64,
}

static NONE_IN_USE: InUse = BTreeSet::new();

pub(super) fn undescribed(goes: bool) -> Undescribed<'static> {
    if goes { Undescribed::Goes(&NONE_IN_USE) } else { Undescribed::Stays }
}

pub(super) fn region() -> Region {
    "eu-west-1".parse().unwrap()
}

pub(super) fn template(path: &str) -> TemplateId {
    crate::curation::template_id(path).unwrap()
}

impl Told {
    /// One whose ids are others than those of a new one.
    pub(super) fn elsewhere() -> Self {
        Self { made: 1_000, ..Self::default() }
    }

    pub(super) fn now(&self) -> CatalogNow<'_> {
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
            as_launched: false,
            id,
            name: name.into(),
            description: note.into(),
            created_at: DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(self.made),
            active: true,
            deprecated: false,
            default: false,
            parameters: ["A", "B"]
                .map(|key| Parameter { key: key.into(), kind: "String".into(), ..Parameter::default() })
                .into(),
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

    /// The same, as the portal keeps it: with what was there before.
    pub(super) fn make_here(&mut self, it: &Planned) -> AppliedCatalogChange {
        let change = it.change.clone();
        let before = Before {
            product: self.products.iter().find(|it| Some(&it.id) == change.product()).cloned(),
            portfolio: self.portfolios.iter().find(|it| Some(&it.id) == change.portfolio()).cloned(),
            tag_option: self.tag_options.iter().find(|it| Some(&it.id) == change.tag_option()).cloned(),
        };
        self.make(&change);
        AppliedCatalogChange {
            id: "0".parse().unwrap(),
            region: region(),
            subject: String::new(),
            change,
            before,
            named: it.named.clone(),
            made: Made::default(),
            rest: None,
            takes_back: None,
            by: PersonKey { issuer: "i".into(), subject: "s".into() },
            state: ChangeState::Applied,
            problem: None,
            operation: "0".parse().unwrap(),
            created_at: DateTime::<Utc>::UNIX_EPOCH,
            updated_at: DateTime::<Utc>::UNIX_EPOCH,
            version: 2,
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of change")]
    pub(super) fn make(&mut self, change: &CatalogChange) {
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
                it.name.clone_from(&text.name);
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
                it.name.clone_from(&text.name);
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
            CatalogChange::ImportPortfolio { .. } | CatalogChange::LeavePortfolio { .. } => panic!("nothing is taken"),
        }
    }

    /// Makes what is planned, one after the other, each planned anew.
    pub(super) fn become_(
        &mut self,
        wanted: &DescribedCatalog,
        templates: &BTreeMap<String, TemplateId>,
        delete: bool,
    ) -> Plan {
        for _ in 0..500 {
            let plan = plan(wanted, templates, &self.now(), &region(), undescribed(delete));
            assert_eq!(plan.mistakes, Vec::new());
            let Some(next) = plan.changes.iter().find(|it| it.ready).cloned() else {
                assert!(plan.changes.is_empty(), "nothing can be made of {:?}", plan.changes);
                return plan;
            };
            self.make(&next.change);
        }
        panic!("it does not end");
    }
}
