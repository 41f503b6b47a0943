//! What lists say of a product: whatever does not grow with its versions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::binding::never_asked;
use crate::catalog::{Parameter, Product};
use crate::id::{PortfolioId, ProductId, Region};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductSummary {
    pub id: ProductId,
    pub region: Region,
    pub name: String,
    pub description: String,
    pub owner: String,
    /// The portfolios that hold it.
    pub portfolios: Vec<PortfolioId>,
    /// How many constraints hold for it in each.
    pub constraints: BTreeMap<PortfolioId, u32>,
    /// All of them, and those that can be requested.
    pub versions: u32,
    pub active_versions: u32,
    /// Parameters that nobody may choose and that have no default: a binding has to give them.
    pub to_bind: Vec<Parameter>,
}

impl ProductSummary {
    pub fn constraints_in(&self, portfolio: &PortfolioId) -> u32 {
        self.constraints.get(portfolio).copied().unwrap_or_default()
    }

    pub fn of(it: &Product) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let mut constraints = BTreeMap::new();
        for portfolio in it.constraints.iter().filter_map(|constraint| constraint.portfolio.as_ref()) {
            *constraints.entry(portfolio.clone()).or_default() += 1;
        }
        let to_bind = it.requestable_parameters().into_iter().filter(|it| never_asked(it) && it.default.is_none());
        let bare =
            |it: Parameter| Parameter { key: it.key, kind: it.kind, no_echo: it.no_echo, ..Parameter::default() };
        Self {
            id: it.id.clone(),
            region: it.region.clone(),
            name: it.name.clone(),
            description: it.description.clone(),
            owner: it.owner.clone(),
            portfolios: it.portfolios.clone(),
            constraints,
            versions: count(it.artifacts.len()),
            active_versions: count(it.artifacts.iter().filter(|version| version.active).count()),
            to_bind: to_bind.map(bare).collect(),
        }
    }
}
