//! The catalog as Service Catalog has it, mirrored into the store.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{PortfolioId, ProductId, ProvisioningArtifactId, Region, TagOptionId};
use crate::share::{PortfolioShare, PrincipalAssociation};

/// A set of products that is shared to accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portfolio {
    pub id: PortfolioId,
    pub region: Region,
    pub name: String,
    pub description: String,
    pub provider: String,
    /// They go to whatever is provisioned from it.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Who launches from it in the account that it belongs to, and patterns that go along where it is shared.
    #[serde(default)]
    pub principals: Vec<PrincipalAssociation>,
    #[serde(default)]
    pub shares: Vec<PortfolioShare>,
}

/// A template that people may ask for, in versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    pub id: ProductId,
    pub region: Region,
    /// The portfolios that hold it.
    pub portfolios: Vec<PortfolioId>,
    pub name: String,
    pub description: String,
    pub owner: String,
    pub support: String,
    /// They go to whatever is provisioned of it.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Newest first.
    pub artifacts: Vec<ProvisioningArtifact>,
    pub constraints: Vec<Constraint>,
    pub tag_options: Vec<TagOption>,
}

impl Product {
    /// The versions that can be requested, newest first.
    pub fn offered_artifacts(&self) -> impl Iterator<Item = &ProvisioningArtifact> + Clone {
        self.artifacts.iter().filter(|a| a.active && !a.deprecated)
    }

    /// The version that is offered first: active, the one marked DEFAULT or else the newest that is not deprecated.
    pub fn preferred_artifact(&self) -> Option<&ProvisioningArtifact> {
        let mut offered = self.offered_artifacts();
        offered.clone().find(|a| a.default).or_else(|| offered.next())
    }

    /// The versions that nobody would update from: active, not deprecated, and no older than the one that is offered first.
    pub fn current_artifacts(&self) -> impl Iterator<Item = &ProvisioningArtifact> {
        let offered = self.preferred_artifact();
        let newest =
            move |a: &ProvisioningArtifact| offered.is_none_or(|o| o.id == a.id || o.created_at <= a.created_at);
        self.offered_artifacts().filter(move |a| newest(a))
    }

    /// The parameters of all versions that can still be requested, the preferred version's first.
    pub fn requestable_parameters(&self) -> Vec<Parameter> {
        let mut all: Vec<Parameter> = Vec::new();
        for artifact in self.preferred_artifact().into_iter().chain(self.offered_artifacts()) {
            for parameter in &artifact.parameters {
                if !all.iter().any(|p| p.key == parameter.key) {
                    let no_echo = self.is_secret(&parameter.key);
                    all.push(Parameter { no_echo, ..parameter.clone() });
                }
            }
        }
        all
    }

    /// A parameter as the versions that can be requested declare it, the preferred version first.
    pub fn declarations(&self, key: &str) -> impl Iterator<Item = Parameter> {
        let no_echo = self.is_secret(key);
        let all = self.preferred_artifact().into_iter().chain(self.offered_artifacts());
        let declared = all.flat_map(|version| &version.parameters).filter(move |it| it.key == key);
        declared.map(move |it| Parameter { no_echo, ..it.clone() })
    }

    /// The keys of everything that a version which can be requested asks for.
    pub fn active_parameters(&self) -> BTreeSet<&str> {
        let active = self.artifacts.iter().filter(|it| it.active);
        active.flat_map(|it| &it.parameters).map(|it| it.key.as_str()).collect()
    }

    /// Whether a template with these parameters and resource types has neither in common with any version: it may be one of another
    /// product. What the versions have is not always known; then it is not so.
    pub fn is_unlike(&self, parameters: &[Parameter], types: &BTreeSet<&str>) -> bool {
        let asked = |key: &str| parameters.iter().any(|it| it.key == key);
        let known = self.artifacts.iter().any(|it| !it.parameters.is_empty() || !it.resources.is_empty());
        let alike = |it: &ProvisioningArtifact| {
            it.parameters.iter().any(|it| asked(&it.key)) || it.resources.keys().any(|it| types.contains(it.as_str()))
        };
        known && !self.artifacts.iter().any(alike)
    }

    /// Whether the parameter is a secret (`NoEcho`) in any version.
    pub fn is_secret(&self, parameter: &str) -> bool {
        self.artifacts.iter().flat_map(|a| &a.parameters).any(|p| p.no_echo && p.key == parameter)
    }

    pub fn artifact(&self, id: &ProvisioningArtifactId) -> Option<&ProvisioningArtifact> {
        self.artifacts.iter().find(|a| &a.id == id)
    }
}

/// One version of a product.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own that AWS tells")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvisioningArtifact {
    pub id: ProvisioningArtifactId,
    pub name: String,
    pub description: String,
    pub created_at: DateTime<Utc>,
    pub active: bool,
    /// `ProvisioningArtifactGuidance` is DEPRECATED: existing environments may keep it, nobody may request it.
    pub deprecated: bool,
    /// `ProvisioningArtifactGuidance` is DEFAULT and the artifact was marked so by hand.
    pub default: bool,
    pub parameters: Vec<Parameter>,
    /// Resource types of the template and how many of each, for "what it creates".
    pub resources: BTreeMap<String, u32>,
    pub usage_instructions: Vec<String>,
    /// Parameters and usage instructions are as an account that launches it is told them; else they are as in the template.
    #[serde(default)]
    pub as_launched: bool,
}

/// A parameter as `DescribeProvisioningParameters` gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parameter {
    pub key: String,
    pub default: Option<String>,
    /// CloudFormation parameter type: `String`, `Number`, `List<Number>`, `CommaDelimitedList`,
    /// `AWS::EC2::VPC::Id`, ...
    pub kind: String,
    pub no_echo: bool,
    pub description: String,
    pub allowed_values: Vec<String>,
    pub allowed_pattern: Option<String>,
    pub constraint_description: Option<String>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    /// Kept as text, as AWS sends it: CloudFormation numbers are decimals of any size.
    pub min_value: Option<String>,
    pub max_value: Option<String>,
}

/// What a portfolio demands of a product; `Parameters` of the constraint, parsed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constraint {
    pub id: String,
    /// The portfolio whose launches it holds for.
    #[serde(default)]
    pub portfolio: Option<PortfolioId>,
    pub description: String,
    pub rule: ConstraintRule,
}

/// The five kinds of constraint of Service Catalog, by `Type`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ConstraintRule {
    /// `{"RoleArn"}` or `{"LocalRoleName"}`: the role that creates the resources.
    Launch {
        role: String,
    },
    /// `{"Rules": {...}}`: what parameter values must satisfy. Kept as JSON text, evaluated by [`crate::parameter`].
    Template {
        rules: String,
    },
    /// `RESOURCE_UPDATE`: whether tags of a provisioned product may change.
    TagUpdate {
        allowed: bool,
    },
    Notification {
        topics: Vec<String>,
    },
    StackSet {
        parameters: String,
    },
}

/// A key and a value that people choose from when they request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagOption {
    pub key: String,
    pub value: String,
    pub active: bool,
}

/// A TagOption with what it is on: portfolios and products, by id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogTagOption {
    pub id: TagOptionId,
    pub region: Region,
    pub key: String,
    pub value: String,
    pub active: bool,
    pub resources: BTreeSet<String>,
}

/// How fresh the mirror of one region is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MirrorState {
    pub region: Region,
    /// When it was last read; products named in `problem` are older.
    pub refreshed_at: Option<DateTime<Utc>>,
    /// Why the last attempt failed, if it did.
    pub problem: Option<crate::problem::Problem>,
}
