//! Evaluating the values of a template for one stack.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::MAX_EVALUATED;
use super::TemplateError;
use super::document::Template;
use super::parameters::{Values, is_list};

/// The pseudo parameters of one stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pseudo {
    pub account: String,
    pub region: String,
    pub stack_name: String,
    /// The stack's ARN.
    pub stack_id: String,
    pub notification_arns: Vec<String>,
}

/// Attribute names (`Arn`, `Endpoint.Address`) and their values.
pub type Attributes = BTreeMap<String, Value>;

/// A resource that has been made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Physical {
    /// What `Ref` gives.
    pub reference: String,
    /// What `Fn::GetAtt` gives.
    pub attributes: Attributes,
    /// Made without being understood: any attribute that is asked for is made up.
    pub opaque: bool,
}

/// Evaluates one template with one set of values.
#[derive(Debug)]
pub struct Evaluator<'a> {
    pub(super) template: &'a Template,
    pub(super) values: &'a Values,
    pub(super) pseudo: &'a Pseudo,
    /// Exported names of the account and region.
    pub(super) exports: &'a BTreeMap<String, String>,
    /// By logical id.
    pub(super) resources: &'a BTreeMap<String, Physical>,
    pub(super) conditions: BTreeMap<String, bool>,
    /// Bytes that may still come out.
    left: Cell<usize>,
    /// The exports that were asked for.
    imported: RefCell<BTreeSet<String>>,
}

impl<'a> Evaluator<'a> {
    /// `values` are those of [`Template::parameter_values`].
    pub fn new(
        template: &'a Template,
        values: &'a Values,
        pseudo: &'a Pseudo,
        exports: &'a BTreeMap<String, String>,
        resources: &'a BTreeMap<String, Physical>,
    ) -> Result<Self, TemplateError> {
        let mut evaluator = Self {
            template,
            values,
            pseudo,
            exports,
            resources,
            conditions: BTreeMap::new(),
            left: Cell::new(MAX_EVALUATED),
            imported: RefCell::default(),
        };
        evaluator.settle_conditions()?;
        Ok(evaluator)
    }

    /// Lets `bytes` less come out: what the rest of the stack takes already.
    #[must_use]
    pub fn after(self, bytes: usize) -> Self {
        self.left.set(self.left.get().saturating_sub(bytes));
        self
    }

    /// The exports that were asked for so far.
    pub fn imported(&self) -> BTreeSet<String> {
        self.imported.borrow().clone()
    }

    /// Functions inside functions can make a small template enormous: what comes out is counted.
    pub(super) fn spend(&self, bytes: usize) -> Result<(), TemplateError> {
        let left = self.left.get().checked_sub(bytes).ok_or_else(|| {
            TemplateError::function(format!(
                "the template's values take more than {MAX_EVALUATED} bytes once evaluated"
            ))
        })?;
        self.left.set(left);
        Ok(())
    }

    pub(super) fn export(&self, name: &str) -> Result<String, TemplateError> {
        let value = self.exports.get(name).ok_or_else(|| missing_export(name))?.clone();
        self.imported.borrow_mut().insert(name.to_owned());
        Ok(value)
    }

    /// Every condition of the template.
    pub fn conditions(&self) -> &BTreeMap<String, bool> {
        &self.conditions
    }

    /// Whether something with this `Condition` takes part.
    pub fn holds(&self, condition: Option<&str>) -> bool {
        condition.is_none_or(|name| self.conditions.get(name).copied().unwrap_or(true))
    }

    /// A value with its functions evaluated; `None` is `AWS::NoValue`.
    pub fn value(&self, value: &Value) -> Result<Option<Value>, TemplateError> {
        match value {
            Value::Array(items) => {
                self.spend(NODE)?;
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.extend(self.value(item)?);
                }
                Ok(Some(Value::Array(list)))
            }
            Value::Object(map) => {
                if let Some((name, argument)) = map.iter().next().filter(|_| map.len() == 1)
                    && (name == "Ref" || name.starts_with("Fn::"))
                {
                    return self.call(name, argument);
                }
                self.spend(NODE)?;
                let mut object = Map::new();
                for (key, item) in map {
                    self.spend(key.len())?;
                    if let Some(item) = self.value(item)? {
                        object.insert(key.clone(), item);
                    }
                }
                Ok(Some(Value::Object(object)))
            }
            other => {
                self.spend(weight(other))?;
                Ok(Some(other.clone()))
            }
        }
    }

    /// The names that `Fn::ImportValue` is asked for in what takes part, as far as they can be known before anything is
    /// made. CloudFormation refuses a stack for a missing one before it makes anything.
    pub fn check_imports(&self) -> Result<(), TemplateError> {
        let resources = self.template.resources.iter().filter(|r| self.holds(r.condition.as_deref()));
        let outputs = self.template.outputs.iter().filter(|o| self.holds(o.condition.as_deref()));
        for value in resources.map(|r| &r.properties).chain(outputs.map(|o| &o.value)) {
            self.check_imports_in(value)?;
        }
        Ok(())
    }

    fn check_imports_in(&self, value: &Value) -> Result<(), TemplateError> {
        match value {
            Value::Array(items) => items.iter().try_for_each(|item| self.check_imports_in(item)),
            Value::Object(map) => {
                if let (1, Some(Value::Array(parts))) = (map.len(), map.get("Fn::If"))
                    && let Some(holds) = parts.first().and_then(Value::as_str).and_then(|c| self.conditions.get(c))
                {
                    return parts.get(if *holds { 1 } else { 2 }).map_or(Ok(()), |taken| self.check_imports_in(taken));
                }
                if let (1, Some(name)) = (map.len(), map.get("Fn::ImportValue")) {
                    return match self.text(name) {
                        Ok(name) if !self.exports.contains_key(&name) => Err(missing_export(&name)),
                        // What cannot be known yet is looked at again when it can.
                        _ => Ok(()),
                    };
                }
                map.values().try_for_each(|item| self.check_imports_in(item))
            }
            _ => Ok(()),
        }
    }

    /// What `Ref` gives.
    pub(super) fn reference(&self, name: &str) -> Result<Option<Value>, TemplateError> {
        if let Some(pseudo) = name.strip_prefix("AWS::") {
            let p = self.pseudo;
            return Ok(Some(match pseudo {
                "NoValue" => return Ok(None),
                "AccountId" => p.account.clone().into(),
                "Region" => p.region.clone().into(),
                "StackName" => p.stack_name.clone().into(),
                "StackId" => p.stack_id.clone().into(),
                "Partition" => "aws".into(),
                "URLSuffix" => "amazonaws.com".into(),
                "NotificationARNs" => p.notification_arns.clone().into(),
                _ => return Err(TemplateError::format(format!("Unresolved resource dependencies [{name}]"))),
            }));
        }
        if let Some(parameter) = self.template.parameter(name) {
            let value = self.values.get(name).map(String::as_str).unwrap_or_default();
            self.spend(value.len())?;
            return Ok(Some(if is_list(&parameter.kind) {
                value.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()
            } else {
                value.into()
            }));
        }
        match self.resources.get(name) {
            Some(made) => {
                self.spend(NODE + made.reference.len())?;
                Ok(Some(made.reference.clone().into()))
            }
            None => Err(unresolved(name)),
        }
    }

    /// What `Fn::GetAtt` gives.
    pub(super) fn attribute(&self, resource: &str, attribute: &str) -> Result<Value, TemplateError> {
        let made = self.resources.get(resource).ok_or_else(|| unresolved(resource))?;
        if let Some(value) = made.attributes.get(attribute) {
            self.spend(weight(value))?;
            return Ok(value.clone());
        }
        if made.opaque {
            let kind = self.template.resource(resource).map(|r| r.kind.as_str()).unwrap_or_default();
            return Ok(super::functions::made_up(self.pseudo, kind, &made.reference, attribute).into());
        }
        Err(TemplateError::function(format!(
            "resource {resource} does not support attribute type {attribute} in Fn::GetAtt"
        )))
    }
}

/// What a value takes in memory beside its text, about.
const NODE: usize = 32;

/// What a value takes in memory, about. As deep as a template may be, twice at most.
pub fn weight(value: &Value) -> usize {
    NODE + match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(map) => map.iter().map(|(key, item)| key.len() + weight(item)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

pub(super) fn missing_export(name: &str) -> TemplateError {
    TemplateError::plain(format!("No export named {name} found."))
}

fn unresolved(name: &str) -> TemplateError {
    TemplateError::format(format!("Unresolved resource dependencies [{name}] in the Resources block of the template"))
}
