//! Who may use which product where, and on what terms.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::approval::ApprovalRule;
use crate::id::{ProductAccessId, ProductId, ProjectId};
use crate::idle::Instances;
use crate::project::Stage;

/// A project may use a product in the accounts of one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductAccess {
    pub id: ProductAccessId,
    pub product: ProductId,
    pub project: ProjectId,
    pub stage: Stage,
    /// Who has to agree; floors ([`crate::approval::ApprovalFloor`]) can ask for more.
    pub approval: ApprovalRule,
    /// The longest lease that may be asked for, in days (1 to 365).
    pub max_lease_days: u16,
    /// The instance types that may be asked for.
    pub instances: InstanceList,
    /// Goes up by one with every change; a form that was filled against an older version is refused.
    pub version: i64,
}

/// The most that a list names: what fits into a form and is overseen by people.
const MOST_INSTANCES: usize = 50;

/// Instance types and families of them; none takes every one. It is about what is asked for in a request: what people start within
/// Studio a service control policy limits (`sagemaker:InstanceTypes`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InstanceList(Vec<Instances>);

/// Why a text is no list of instance types.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidInstanceList(pub String);

impl InstanceList {
    pub fn is_any(&self) -> bool {
        self.0.is_empty()
    }

    pub fn takes(&self, instance_type: &str) -> bool {
        self.is_any() || self.0.iter().any(|it| it.holds_for(instance_type))
    }

    /// One in a line, as [`FromStr`] reads them.
    pub fn as_text(&self) -> String {
        self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }
}

impl FromStr for InstanceList {
    type Err = InvalidInstanceList;
    fn from_str(text: &str) -> Result<Self, InvalidInstanceList> {
        let mut all: Vec<Instances> = Vec::new();
        for name in text.split(['\n', ',']).map(str::trim).filter(|name| !name.is_empty()) {
            let parsed: Instances = name.parse().map_err(|_| {
                InvalidInstanceList(format!(
                    "{name}: a type (ml.g5.xlarge), a family (ml.g5), or system, one in a line."
                ))
            })?;
            if !all.contains(&parsed) {
                all.push(parsed);
            }
        }
        if all.len() > MOST_INSTANCES {
            return Err(InvalidInstanceList(format!("At most {MOST_INSTANCES}: name families.")));
        }
        Ok(Self(all))
    }
}

impl TryFrom<String> for InstanceList {
    type Error = InvalidInstanceList;
    fn try_from(text: String) -> Result<Self, InvalidInstanceList> {
        text.parse()
    }
}

impl From<InstanceList> for String {
    fn from(it: InstanceList) -> Self {
        it.as_text()
    }
}

/// In words: "any", "ml.t3, ml.m5.large".
impl fmt::Display for InstanceList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_any() { f.write_str("any") } else { f.write_str(&self.as_text().replace('\n', ", ")) }
    }
}

/// What the platform team says of a product besides who may use it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductSettings {
    pub product: ProductId,
    /// How long it usually takes to come up, as long as too few runs were measured (1 to 1,440 minutes).
    pub typical_minutes: Option<u16>,
    /// Like [`ProductAccess::version`]; 0 before anything was said.
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_takes_types_and_families_and_says_what_is_neither() {
        let list: InstanceList = " ml.t3 \nml.m5.large,system\n\nml.t3".parse().unwrap();
        assert_eq!(list.to_string(), "ml.t3, ml.m5.large, system");
        assert!(list.takes("ml.t3.medium") && list.takes("ml.m5.large") && list.takes("system"));
        assert!(!list.takes("ml.m5.xlarge") && !list.takes("ml.t3n.medium"));
        assert!(InstanceList::default().takes("ml.p5.48xlarge") && InstanceList::default().to_string() == "any");
        assert_eq!(list.as_text().parse::<InstanceList>().unwrap(), list);
        for wrong in ["t3.medium", "ml.*", "ml.t3.medium.x"] {
            assert!(wrong.parse::<InstanceList>().unwrap_err().0.starts_with(wrong), "{wrong}");
        }
        let many: Vec<String> = (0..51).map(|n| format!("ml.x{n}")).collect();
        assert!(many.join("\n").parse::<InstanceList>().is_err());
    }
}
