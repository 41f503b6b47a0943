//! What has to be done so that the catalog is as files describe it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::mistakes::mistakes;
use super::planner::{NEW, Planner};
use super::portal::PortalStep;
use super::quotas::over_quota;
use super::{CatalogNow, DescribedCatalog};
use crate::changed_member::ChangedMember;
use crate::curation::{CatalogChange, Named};
use crate::id::{PortfolioId, ProductId, ProvisioningArtifactId, Region, TagOptionId, TemplateId};
use crate::mistake::Mistake;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// In an order in which they can be made.
    pub changes: Vec<Planned>,
    /// What is told to the portal itself once these are made; [`plan`] alone leaves it empty.
    pub portal: Vec<PortalStep>,
    /// What is in the catalog and not in the files, and is left there.
    pub stays: Vec<String>,
    /// What may not be meant, and is done all the same; [`plan`] alone leaves it empty.
    pub notices: Vec<String>,
    /// Why the files cannot be brought into the catalog; then nothing is planned.
    pub mistakes: Vec<Mistake>,
}

/// One change, with what people call the things that it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    pub change: CatalogChange,
    pub named: Named,
    /// Everything that it is about is there: the others are planned anew once it is.
    pub ready: bool,
    /// Of a change of what is there: what it sets otherwise. For whoever reads the plan; it is not kept.
    #[serde(skip)]
    pub sets: Vec<ChangedMember>,
}

impl Planned {
    /// The portfolio or TagOption that it needs and that is not there, as people call it. What is made before it of the same thing, a
    /// product or a version of it, is not meant.
    pub fn lacks(&self) -> Option<String> {
        let new = |id: Option<&str>| id == Some(NEW);
        if new(self.change.portfolio().map(PortfolioId::as_str)) {
            return Some(format!("Portfolio {}", self.named.portfolio));
        }
        new(self.change.tag_option().map(TagOptionId::as_str)).then(|| format!("TagOption {}", self.named.tag_option))
    }

    /// What it deletes although environments have it, as people call it.
    pub fn deletes_of(&self, in_use: &InUse) -> Option<String> {
        let Named { product: name, version, .. } = &self.named;
        match &self.change {
            CatalogChange::DeleteProduct { product } if in_use.iter().any(|(it, _)| it == product) => {
                Some(format!("Product {name}"))
            }
            CatalogChange::DeleteVersion { product, artifact }
                if in_use.contains(&(product.clone(), artifact.clone())) =>
            {
                Some(format!("Version {version} of {name}"))
            }
            _ => None,
        }
    }
}

/// Products and versions that environments have.
pub type InUse = BTreeSet<(ProductId, ProvisioningArtifactId)>;

/// What becomes of what is in the catalog and is not described. What holds of something that is described goes either way.
#[derive(Clone, Copy, Debug)]
pub enum Undescribed<'a> {
    Stays,
    /// But for what environments have, with the portfolios that it is in and the `TagOptions` that are on those.
    Goes(&'a InUse),
}

/// Plans what brings the catalog of `region` to what `wanted` says. `templates`: of each file that it names.
pub fn plan(
    wanted: &DescribedCatalog,
    templates: &BTreeMap<String, TemplateId>,
    now: &CatalogNow<'_>,
    region: &Region,
    undescribed: Undescribed<'_>,
) -> Plan {
    let mistakes = mistakes(wanted, templates, now);
    if !mistakes.is_empty() {
        return Plan { mistakes, ..Plan::default() };
    }
    let mut planner = Planner::new(wanted, templates, now, region, undescribed);
    planner.bring();
    planner.take_away();
    let plan = planner.plan;
    let mistakes = over_quota(wanted, &plan, now);
    if mistakes.is_empty() { plan } else { Plan { mistakes, ..Plan::default() } }
}
