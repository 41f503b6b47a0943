//! The parts of a template, checked.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalog::Parameter;
use serde_json::{Map, Value};

use super::references::{self, Reference};
use super::{TemplateError, conditions, parameters};

/// A template that can be evaluated: its parts have the right form, and what they refer to is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    pub description: String,
    /// In the template's order.
    pub parameters: Vec<Parameter>,
    pub(super) mappings: Map<String, Value>,
    pub(super) conditions: Map<String, Value>,
    /// The `Rules` section, empty if there is none.
    pub rules: Map<String, Value>,
    pub resources: Vec<Resource>,
    pub outputs: Vec<Output>,
    /// What CloudFormation takes and most likely nobody meant, with the line.
    pub warnings: Vec<String>,
}

/// What becomes of a resource when its stack goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletionPolicy {
    Delete,
    Retain,
    /// Kept, unless the stack goes because its creation failed.
    RetainExceptOnCreate,
}

/// One entry of `Resources`.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    pub logical_id: String,
    /// `AWS::SageMaker::Domain`, `Custom::Name`, ...
    pub kind: String,
    /// Not evaluated yet.
    pub properties: Value,
    pub depends_on: Vec<String>,
    pub condition: Option<String>,
    pub deletion_policy: DeletionPolicy,
    /// Whether it stays when an update puts another in its place (`UpdateReplacePolicy`).
    pub retain_when_replaced: bool,
}

/// One entry of `Outputs`.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    pub key: String,
    pub description: String,
    /// Not evaluated yet.
    pub value: Value,
    pub condition: Option<String>,
    /// `Export.Name`, not evaluated yet.
    pub export: Option<Value>,
}

pub(super) const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Transform",
    "Resources",
    "Outputs",
    "Hooks",
];

impl Template {
    /// Reads a template in YAML or JSON.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let (document, warnings) = domain::template::read(text)?;
        Ok(Self { warnings, ..Self::read(&document)? })
    }

    pub(super) fn read(document: &Map<String, Value>) -> Result<Self, TemplateError> {
        let template = Self::from_document(document)?;
        template.check_references()?;
        template.order()?;
        Ok(template)
    }

    fn from_document(document: &Map<String, Value>) -> Result<Self, TemplateError> {
        refuse_macros(document)?;
        let unknown: Vec<&str> = document.keys().map(String::as_str).filter(|key| !SECTIONS.contains(key)).collect();
        if !unknown.is_empty() {
            return Err(TemplateError::plain(format!(
                "Invalid template property or properties [{}]",
                unknown.join(", ")
            )));
        }
        check_version(document.get("AWSTemplateFormatVersion"))?;
        check_transform(document.get("Transform"))?;
        let resources = section(document, "Resources", 500)?
            .into_iter()
            .map(|(id, body)| Resource::read(&id, &body))
            .collect::<Result<Vec<_>, _>>()?;
        if resources.is_empty() {
            return Err(TemplateError::format("At least one Resources member must be defined."));
        }
        Ok(Self {
            description: document.get("Description").and_then(Value::as_str).unwrap_or_default().trim().to_owned(),
            parameters: section(document, "Parameters", 200)?
                .into_iter()
                .map(|(key, body)| parameters::read(&key, &body))
                .collect::<Result<Vec<_>, _>>()?,
            mappings: section(document, "Mappings", 200)?,
            conditions: section(document, "Conditions", 500)?,
            rules: section(document, "Rules", 500)?,
            resources,
            outputs: section(document, "Outputs", 200)?
                .into_iter()
                .map(|(key, body)| Output::read(key, &body))
                .collect::<Result<Vec<_>, _>>()?,
            warnings: Vec::new(),
        })
    }

    pub fn resource(&self, logical_id: &str) -> Option<&Resource> {
        self.resources.iter().find(|r| r.logical_id == logical_id)
    }

    pub fn parameter(&self, key: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|p| p.key == key)
    }

    fn check_references(&self) -> Result<(), TemplateError> {
        let mut unresolved = BTreeSet::new();
        for resource in &self.resources {
            let mut found = Vec::new();
            references::collect(&resource.properties, None, &mut found);
            self.unresolved(&found, true, &mut unresolved)?;
            let depends = resource.depends_on.iter().filter(|id| self.resource(id).is_none());
            unresolved.extend(depends.cloned());
            self.check_condition(resource.condition.as_deref(), "Resources")?;
        }
        refuse_unresolved(&unresolved, "Resources")?;
        for output in &self.outputs {
            let mut found = Vec::new();
            references::collect(&output.value, None, &mut found);
            output.export.iter().for_each(|name| references::collect(name, None, &mut found));
            self.unresolved(&found, true, &mut unresolved)?;
            self.check_condition(output.condition.as_deref(), "Outputs")?;
        }
        refuse_unresolved(&unresolved, "Outputs")?;
        for condition in self.conditions.values() {
            let mut found = Vec::new();
            references::collect(condition, None, &mut found);
            self.unresolved(&found, false, &mut unresolved)?;
        }
        refuse_unresolved(&unresolved, "Conditions")?;
        conditions::check_circles(&self.conditions)
    }

    fn unresolved(
        &self,
        found: &[Reference],
        resources_too: bool,
        unresolved: &mut BTreeSet<String>,
    ) -> Result<(), TemplateError> {
        for reference in found {
            let (name, known) = match reference {
                Reference::Name(name) => (
                    name,
                    name.starts_with("AWS::")
                        || self.parameter(name).is_some()
                        || (resources_too && self.resource(name).is_some()),
                ),
                Reference::Attribute(name) => (name, resources_too && self.resource(name).is_some()),
                Reference::Condition(name) => {
                    self.check_condition(Some(name), "template")?;
                    continue;
                }
                Reference::UnknownFunction(name) => {
                    return Err(TemplateError::function(format!(
                        "Unresolved function {name}: CloudFormation has no such function"
                    )));
                }
            };
            if !known {
                unresolved.insert(name.clone());
            }
        }
        Ok(())
    }

    fn check_condition(&self, name: Option<&str>, section: &str) -> Result<(), TemplateError> {
        match name {
            Some(name) if !self.conditions.contains_key(name) => Err(TemplateError::format(format!(
                "Unresolved condition dependency {name} in the {section} block of the template"
            ))),
            _ => Ok(()),
        }
    }

    /// How many resources there are of each type.
    pub fn resource_counts(&self) -> BTreeMap<String, u32> {
        let mut counts = BTreeMap::new();
        for resource in &self.resources {
            *counts.entry(resource.kind.clone()).or_default() += 1;
        }
        counts
    }
}

fn refuse_unresolved(unresolved: &BTreeSet<String>, section: &str) -> Result<(), TemplateError> {
    if unresolved.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = unresolved.iter().map(String::as_str).collect();
    Err(TemplateError::format(format!(
        "Unresolved resource dependencies [{}] in the {section} block of the template",
        names.join(", ")
    )))
}

fn check_version(version: Option<&Value>) -> Result<(), TemplateError> {
    match version {
        None => Ok(()),
        Some(Value::String(text)) if text == "2010-09-09" => Ok(()),
        Some(_) => Err(TemplateError::format("Template version is not valid. The only valid value is 2010-09-09.")),
    }
}

/// Macros run in the account, which is more than reading a template. `AWS::LanguageExtensions` is built in.
fn check_transform(transform: Option<&Value>) -> Result<(), TemplateError> {
    let names: Vec<&str> = match transform {
        None => Vec::new(),
        Some(Value::Array(names)) => names.iter().map(|n| n.as_str().unwrap_or("?")).collect(),
        Some(name) => vec![name.as_str().unwrap_or("?")],
    };
    match names.iter().find(|name| **name != "AWS::LanguageExtensions") {
        None => Ok(()),
        Some(name) => Err(not_run(&format!("the transform {name}"))),
    }
}

/// How a loop of `AWS::LanguageExtensions` begins.
const FOR_EACH: &str = "Fn::ForEach";

/// Refuses loops and macros, wherever they stand: CloudFormation writes them out before it reads the rest.
fn refuse_macros(document: &Map<String, Value>) -> Result<(), TemplateError> {
    fn walk(value: &Value) -> Result<(), TemplateError> {
        match value {
            Value::Array(items) => items.iter().try_for_each(walk),
            Value::Object(map) => refuse_macros(map),
            _ => Ok(()),
        }
    }
    match document.keys().find(|key| key.starts_with(FOR_EACH) || *key == "Fn::Transform") {
        Some(key) => Err(not_run(key)),
        None => document.values().try_for_each(walk),
    }
}

fn not_run(what: &str) -> TemplateError {
    TemplateError::plain(format!(
        "Templates are read as they are written, and {what} is not run: give the processed template \
         (aws cloudformation get-template --template-stage Processed)"
    ))
}

fn section(document: &Map<String, Value>, name: &str, most: usize) -> Result<Map<String, Value>, TemplateError> {
    let entries = match document.get(name) {
        None | Some(Value::Null) => return Ok(Map::new()),
        Some(Value::Object(entries)) => entries.clone(),
        Some(_) => return Err(TemplateError::format(format!("[/{name}] 'expected type: JSONObject'"))),
    };
    if entries.len() > most {
        return Err(TemplateError::format(format!(
            "Number of {} {} is greater than maximum allowed, {most}",
            name.to_lowercase(),
            entries.len()
        )));
    }
    let logical = |key: &str| !key.is_empty() && key.len() <= 255 && key.bytes().all(|b| b.is_ascii_alphanumeric());
    match entries.keys().find(|key| name != "Mappings" && name != "Rules" && !logical(key)) {
        None => Ok(entries),
        Some(key) => {
            Err(TemplateError::format(format!("{} name '{key}' is non alphanumeric.", name.trim_end_matches('s'))))
        }
    }
}

fn object<'a>(value: &'a Value, path: &str) -> Result<&'a Map<String, Value>, TemplateError> {
    value.as_object().ok_or_else(|| TemplateError::format(format!("[{path}] 'expected type: JSONObject'")))
}

/// The members that an entry may have.
pub(super) const RESOURCE_MEMBERS: &[&str] = &[
    "Type",
    "Properties",
    "DependsOn",
    "Condition",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "Metadata",
    "CreationPolicy",
    "UpdatePolicy",
    "Description",
    "Version",
];

impl Resource {
    fn read(id: &str, body: &Value) -> Result<Self, TemplateError> {
        let path = format!("/Resources/{id}");
        let body = object(body, &path)?;
        if let Some(key) = body.keys().find(|key| !RESOURCE_MEMBERS.contains(&key.as_str())) {
            return Err(TemplateError::plain(format!("Invalid template resource property '{key}'")));
        }
        let kind = body.get("Type").and_then(Value::as_str).filter(|kind| !kind.is_empty()).ok_or_else(|| {
            TemplateError::format(format!("[{path}] Every Resources object must contain a Type member."))
        })?;
        if !kind.contains("::") {
            return Err(TemplateError::format(format!("Unrecognized resource types: [{kind}]")));
        }
        let properties = match body.get("Properties") {
            None | Some(Value::Null) => Value::Object(Map::new()),
            Some(given) => Value::Object(object(given, &format!("{path}/Properties"))?.clone()),
        };
        let depends_on = match body.get("DependsOn") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(many)) if many.iter().all(Value::is_string) => {
                many.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(_) => {
                return Err(TemplateError::format(format!(
                    "[{path}/DependsOn] DependsOn must be a string or list of strings."
                )));
            }
        };
        let deletion_policy = match body.get("DeletionPolicy").map(|p| p.as_str().unwrap_or("?")) {
            // A snapshot of what exists only here is not worth keeping: the resource goes.
            None | Some("Delete" | "Snapshot") => DeletionPolicy::Delete,
            Some("Retain") => DeletionPolicy::Retain,
            Some("RetainExceptOnCreate") => DeletionPolicy::RetainExceptOnCreate,
            Some(other) => {
                return Err(TemplateError::format(format!("Unrecognized DeletionPolicy {other} for resource {id}")));
            }
        };
        let retain_when_replaced = match body.get("UpdateReplacePolicy").map(|p| p.as_str().unwrap_or("?")) {
            None | Some("Delete" | "Snapshot") => false,
            Some("Retain") => true,
            Some(other) => {
                return Err(TemplateError::format(format!(
                    "Unrecognized UpdateReplacePolicy {other} for resource {id}"
                )));
            }
        };
        Ok(Self {
            logical_id: id.to_owned(),
            kind: kind.to_owned(),
            properties,
            depends_on,
            condition: text_member(body, "Condition", &path)?,
            deletion_policy,
            retain_when_replaced,
        })
    }
}

impl Output {
    fn read(key: String, body: &Value) -> Result<Self, TemplateError> {
        let path = format!("/Outputs/{key}");
        let body = object(body, &path)?;
        let value = body.get("Value").filter(|v| !v.is_null()).cloned().ok_or_else(|| {
            TemplateError::format(format!("[{path}] Every Outputs member must contain a Value object"))
        })?;
        Ok(Self {
            description: body.get("Description").and_then(Value::as_str).unwrap_or_default().trim().to_owned(),
            condition: text_member(body, "Condition", &path)?,
            export: body.get("Export").and_then(|e| e.get("Name")).cloned(),
            key,
            value,
        })
    }
}

fn text_member(body: &Map<String, Value>, key: &str, path: &str) -> Result<Option<String>, TemplateError> {
    match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(TemplateError::format(format!("[{path}/{key}] 'expected type: String'"))),
    }
}
