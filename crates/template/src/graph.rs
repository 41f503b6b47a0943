//! Which resource needs which, and in what order they can be made.

use std::collections::{BTreeMap, BTreeSet};

use super::TemplateError;
use super::document::{Resource, Template};
use super::references::{self, Reference};

impl Template {
    /// The resources that `resource` needs. With `conditions` given, only what it needs under them.
    pub fn needs(&self, resource: &Resource, conditions: Option<&BTreeMap<String, bool>>) -> BTreeSet<String> {
        let mut found = Vec::new();
        references::collect(&resource.properties, conditions, &mut found);
        let mut needed: BTreeSet<String> = resource.depends_on.iter().cloned().collect();
        for reference in found {
            if let Reference::Name(name) | Reference::Attribute(name) = reference {
                needed.insert(name);
            }
        }
        needed.retain(|name| {
            self.resource(name).is_some_and(|r| {
                conditions.is_none_or(|all| r.condition.as_ref().is_none_or(|c| all.get(c) != Some(&false)))
            })
        });
        needed
    }

    /// All resources, each after those that it needs; or which ones need each other.
    pub fn order(&self) -> Result<Vec<String>, TemplateError> {
        let mut waiting: BTreeMap<&str, BTreeSet<String>> =
            self.resources.iter().map(|r| (r.logical_id.as_str(), self.needs(r, None))).collect();
        let mut order = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let ready: Vec<String> = self
                .resources
                .iter()
                .map(|r| r.logical_id.as_str())
                .filter(|id| waiting.get(id).is_some_and(BTreeSet::is_empty))
                .map(str::to_owned)
                .collect();
            if ready.is_empty() {
                return Err(circular(&waiting));
            }
            for id in &ready {
                waiting.remove(id.as_str());
            }
            for needed in waiting.values_mut() {
                needed.retain(|id| !ready.contains(id));
            }
            order.extend(ready);
        }
        Ok(order)
    }
}

/// CloudFormation names the members of the circle, and those alone.
fn circular(waiting: &BTreeMap<&str, BTreeSet<String>>) -> TemplateError {
    let names: Vec<&str> = circle(waiting).into_iter().collect();
    TemplateError::plain(format!("Circular dependency between resources: [{}]", names.join(", ")))
}

/// Those that need each other in a circle; none where there is none.
pub(super) fn circle<'a>(needs: &BTreeMap<&'a str, BTreeSet<String>>) -> BTreeSet<&'a str> {
    let mut members: BTreeSet<&str> = needs.keys().copied().collect();
    loop {
        let needed: BTreeSet<&str> =
            members.iter().filter_map(|id| needs.get(id)).flatten().map(String::as_str).collect();
        let needs_some = |id: &str| needs.get(id).is_some_and(|all| all.iter().any(|it| members.contains(it.as_str())));
        // Whom nobody in the set needs, or who needs nobody in it, only hangs on the circle.
        let stay: BTreeSet<&str> = members.iter().copied().filter(|id| needed.contains(id) && needs_some(id)).collect();
        if stay.len() == members.len() {
            return stay;
        }
        members = stay;
    }
}
