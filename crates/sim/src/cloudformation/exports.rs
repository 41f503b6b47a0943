//! Exports: outputs that other stacks of the account and region import by name.

use std::collections::BTreeMap;

use domain::id::AccountId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::context::{Caller, Ctx};
use crate::world::World;
use template::{Evaluator, Template};

/// One export.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Export {
    pub value: String,
    /// The stack that exports it; `None` for one that was there from the start.
    pub stack: Option<String>,
}

/// Names that count as exported in every account once a stack asks for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportPattern {
    /// The parts of the name between its variables.
    pub parts: Vec<String>,
    /// The property that takes the value: it tells what kind of value is wanted.
    pub property: String,
    /// A value that was given, in place of one that is made up.
    pub value: Option<String>,
}

impl ExportPattern {
    fn matches(&self, name: &str) -> bool {
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return self.parts.first().is_some_and(|only| only == name);
        };
        let Some(rest) = name.strip_prefix(first.as_str()) else { return false };
        let Some(mut rest) = rest.strip_suffix(last.as_str()) else { return false };
        middle.iter().all(|part| match rest.find(part.as_str()) {
            Some(at) => {
                rest = &rest[at + part.len()..];
                true
            }
            None => false,
        })
    }
}

/// Makes the exports that `templates` import available in all accounts: those in `given` with their values, the others
/// with values that fit the account (its subnets, security group, key) and the property that asks. A name that depends
/// on parameters is matched with anything in their place.
pub fn seed_exports(world: &mut World, templates: &[&str], given: &BTreeMap<String, String>) {
    let patterns = &mut world.cloudformation.export_patterns;
    for (name, value) in given {
        patterns.push(ExportPattern { parts: vec![name.clone()], property: String::new(), value: Some(value.clone()) });
    }
    for template in templates {
        // A template that cannot be read is refused, with the reason, where it is offered as a product.
        let Ok(template) = Template::parse(template) else { continue };
        for resource in &template.resources {
            collect(&resource.properties, "", patterns);
        }
        for output in &template.outputs {
            collect(&output.value, "", patterns);
        }
    }
}

fn collect(value: &Value, property: &str, patterns: &mut Vec<ExportPattern>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, property, patterns)),
        Value::Object(map) => {
            for (key, item) in map {
                if key == "Fn::ImportValue" {
                    if let Some(parts) = name_parts(item) {
                        let pattern = ExportPattern { parts, property: property.to_owned(), value: None };
                        if !patterns.contains(&pattern) {
                            patterns.push(pattern);
                        }
                    }
                } else {
                    let function = key == "Ref" || key.starts_with("Fn::");
                    collect(item, if function { property } else { key }, patterns);
                }
            }
        }
        _ => {}
    }
}

/// The fixed parts of an export's name, between its variables; `None` if it is no name.
fn name_parts(name: &Value) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    append(name, &mut parts)?;
    Some(parts)
}

/// Adds the fixed parts of a text; a variable ends one and begins the next.
fn append(text: &Value, parts: &mut Vec<String>) -> Option<()> {
    let call = text.as_object().filter(|map| map.len() == 1).and_then(|map| map.iter().next());
    match (text, call) {
        (Value::String(fixed), _) => parts.last_mut()?.push_str(fixed),
        (_, Some((name, argument))) if name == "Fn::Sub" => {
            let text = argument.as_str().or_else(|| argument.get(0)?.as_str())?;
            let mut rest = text;
            while let Some((before, after)) = rest.split_once("${") {
                parts.last_mut()?.push_str(before);
                parts.push(String::new());
                rest = after.split_once('}')?.1;
            }
            parts.last_mut()?.push_str(rest);
        }
        (_, Some((name, argument))) if name == "Fn::Join" && argument.get(1).is_some_and(Value::is_array) => {
            let between = argument.get(0)?.as_str()?;
            for (index, item) in argument.get(1)?.as_array()?.iter().enumerate() {
                if index > 0 {
                    parts.last_mut()?.push_str(between);
                }
                append(item, parts)?;
            }
        }
        // `Ref`, `Fn::If` and the like: known when the stack is.
        (_, Some(_)) => parts.push(String::new()),
        _ => return None,
    }
    Some(())
}

impl World {
    /// The exports of an account and region, by name.
    pub fn exports(&self, account: &AccountId, region: &str) -> BTreeMap<String, String> {
        let place = format!("{account}/{region}");
        let exports = self.cloudformation.exports.get(&place).into_iter().flatten();
        exports.map(|(name, export)| (name.clone(), export.value.clone())).collect()
    }

    /// Evaluates the imports of a template, making those that match a pattern. What is still missing is an error in
    /// CloudFormation's words.
    pub(crate) fn settle_imports(
        &mut self,
        ctx: &Ctx,
        check: impl Fn(&BTreeMap<String, String>) -> Result<(), String>,
    ) -> Result<(), String> {
        let (account, region) = (ctx.account().clone(), ctx.region.clone());
        loop {
            let Err(message) = check(&self.exports(&account, &region)) else { return Ok(()) };
            let missing = message
                .split_once("No export named ")
                .and_then(|(_, rest)| rest.strip_suffix(" found."))
                .map(str::to_owned);
            let found = missing.as_ref().and_then(|name| {
                self.cloudformation.export_patterns.iter().find(|pattern| pattern.matches(name)).cloned()
            });
            let (Some(name), Some(pattern)) = (missing, found) else { return Err(message) };
            let value = match pattern.value {
                Some(value) => value,
                None => made_up(self, ctx, &name, &pattern.property),
            };
            let place = format!("{account}/{region}");
            self.cloudformation.exports.entry(place).or_default().insert(name, Export { value, stack: None });
        }
    }
}

/// The imports that an evaluator misses, as the text of its error.
pub(crate) fn check(evaluator: &Evaluator<'_>) -> Result<(), String> {
    evaluator.check_imports().map_err(|e| e.to_string())
}

/// A value that the property can take.
fn made_up(world: &mut World, ctx: &Ctx, name: &str, property: &str) -> String {
    let account = ctx.account().clone();
    let asks = |word: &str| property.to_lowercase().contains(word) || name.to_lowercase().contains(word);
    if asks("lifecycle") {
        let config = format!("exported-{}", world.fresh(8));
        let administrator = Ctx { caller: Caller::Administrator(account), ..ctx.clone() };
        let body = json!({ "NotebookInstanceLifecycleConfigName": config });
        // The name is free, and an administrator may.
        let _ = crate::sagemaker::handle(world, &administrator, "CreateNotebookInstanceLifecycleConfig", &body);
        return config;
    }
    if asks("cidr") || property == "aws:SourceIp" {
        return "10.0.0.0/16".to_owned();
    }
    if asks("kms") || asks("cmk") {
        return world.fresh_uuid();
    }
    if asks("rolearn") || asks("role-arn") || property == "Role" {
        return crate::seed::execution_role_arn(account.as_str());
    }
    if asks("securitygroup") || asks("security-group") || name.contains("-sg") {
        return format!("sg-{account}");
    }
    if asks("subnet") {
        return format!("subnet-{account}-a");
    }
    if asks("vpc") {
        return format!("vpc-{account}");
    }
    if asks("repository") || asks("url") {
        return format!("https://git-codecommit.{}.amazonaws.com/v1/repos/{name}", ctx.region);
    }
    format!("{name}-{account}")
}
