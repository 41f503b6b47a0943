//! What is kept of a template to tell what its resources will ask of AWS: their types, the properties that policies can
//! compare, and the sections that those refer to.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TemplateDigest {
    /// In the template's order.
    pub resources: Vec<TemplateResource>,
    pub conditions: Map<String, Value>,
    pub mappings: Map<String, Value>,
    /// Why its resources cannot be told, where they cannot.
    pub unread: Option<String>,
}

/// One resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TemplateResource {
    pub logical_id: String,
    /// `AWS::SageMaker::Domain`, `Custom::Name`, ...
    pub kind: String,
    /// It is made where this holds.
    pub condition: Option<String>,
    /// As written.
    pub properties: Map<String, Value>,
    /// The names of all its properties.
    pub names: Vec<String>,
    /// SHA-256 of all its properties as written: equal where nobody wrote anything else.
    pub fingerprint: String,
    /// Parameters, resources, conditions and mappings that its properties name.
    pub refers: BTreeSet<String>,
    /// It stays in AWS when the stack lets go of it.
    pub stays_when_deleted: bool,
    /// The old one stays in AWS when another takes its place.
    pub stays_when_replaced: bool,
}

impl TemplateDigest {
    /// Reads a template, and keeps of each type of resource the properties that `kept` names.
    pub fn read(text: &str, kept: impl Fn(&str) -> Vec<&'static str>) -> Self {
        let document = match super::read(text) {
            Ok((document, _)) => document,
            Err(error) => return Self::unread(format!("The template cannot be read here: {error}.")),
        };
        if let Some(why) = written_out(&document) {
            return Self::unread(why);
        }
        let section = |name: &str| document.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
        let resources = section("Resources")
            .into_iter()
            .filter_map(|(logical_id, body)| {
                let kind = body.get("Type")?.as_str()?.to_owned();
                let all = body.get("Properties").and_then(Value::as_object);
                let properties = kept(&kind)
                    .into_iter()
                    .filter_map(|name| Some((name.to_owned(), all?.get(name)?.clone())))
                    .collect();
                let condition = body.get("Condition").and_then(Value::as_str).map(str::to_owned);
                let written = all.map(|all| Value::Object(all.clone())).unwrap_or_default();
                let mut refers = BTreeSet::new();
                named_in(&written, &mut refers);
                // A snapshot is no resource that anything is in use of.
                let stays = |policy: &str| {
                    let policy = body.get(policy).and_then(Value::as_str);
                    matches!(policy, Some("Retain" | "RetainExceptOnCreate"))
                };
                Some(TemplateResource {
                    stays_when_deleted: stays("DeletionPolicy"),
                    stays_when_replaced: stays("UpdateReplacePolicy"),
                    fingerprint: fingerprint(&written),
                    logical_id,
                    kind,
                    condition,
                    properties,
                    names: all.map(|all| all.keys().cloned().collect()).unwrap_or_default(),
                    refers,
                })
            })
            .collect();
        Self { resources, conditions: section("Conditions"), mappings: section("Mappings"), unread: None }
    }

    fn unread(why: String) -> Self {
        Self { unread: Some(why), ..Self::default() }
    }

    /// How many resources there are of each type.
    pub fn counts(&self) -> BTreeMap<String, u32> {
        let mut counts = BTreeMap::new();
        for resource in &self.resources {
            *counts.entry(resource.kind.clone()).or_default() += 1;
        }
        counts
    }

    pub fn resource(&self, logical_id: &str) -> Option<&TemplateResource> {
        self.resources.iter().find(|resource| resource.logical_id == logical_id)
    }
}

/// The same for the same value, in whatever order its members were written.
fn fingerprint(value: &Value) -> String {
    let mut sorted = value.clone();
    sorted.sort_all_objects();
    Sha256::digest(sorted.to_string()).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// What a property names.
pub(super) fn names(value: Option<&Value>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if let Some(value) = value {
        named_in(value, &mut names);
    }
    names
}

/// What functions in a value name: `Ref`, `Fn::GetAtt`, `Fn::Sub`, `Fn::If`, `Fn::FindInMap`.
fn named_in(value: &Value, names: &mut BTreeSet<String>) {
    // Without the attribute.
    let alone = |text: &str| text.split('.').next().unwrap_or(text).to_owned();
    match value {
        Value::Object(map) => {
            for (function, argument) in map {
                let first = argument.get(0).and_then(Value::as_str);
                match (function.as_str(), argument.as_str().or(first)) {
                    ("Ref" | "Fn::GetAtt" | "Fn::If" | "Fn::FindInMap", Some(text)) => {
                        names.insert(alone(text));
                    }
                    ("Fn::Sub", Some(text)) => {
                        names.extend(text.split("${").skip(1).filter_map(|part| part.split('}').next()).map(alone));
                    }
                    _ => {}
                }
                named_in(argument, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| named_in(item, names)),
        _ => {}
    }
}

/// Why the resources are not those that are written, where a macro or a loop writes them.
fn written_out(document: &Map<String, Value>) -> Option<String> {
    let transforms: Vec<&Value> = match document.get("Transform") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(names)) => names.iter().collect(),
        Some(name) => vec![name],
    };
    let other = transforms.into_iter().find(|name| name.as_str() != Some("AWS::LanguageExtensions"));
    if let Some(name) = other {
        return Some(format!("The macro {} writes its resources.", name.as_str().unwrap_or("in it")));
    }
    let resources = document.get("Resources").and_then(Value::as_object)?;
    let by_macro = |key: &&String| key.starts_with("Fn::ForEach") || *key == "Fn::Transform";
    resources.keys().find(by_macro).map(|key| format!("{key} writes its resources."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(kind: &str) -> Vec<&'static str> {
        if kind == "AWS::S3::Bucket" { vec!["BucketName"] } else { Vec::new() }
    }

    #[test]
    fn types_are_counted_and_only_what_policies_compare_is_kept() {
        let template = "\
Parameters:
  Name:
    Type: AWS::SSM::Parameter::Value<String>
Conditions:
  Wanted: !Equals [!Ref Name, a]
Resources:
  # two of them
  One:
    Type: AWS::S3::Bucket
    Condition: Wanted
    Properties:
      BucketName: !Sub 'b-${Name}'
      Other:
        Type: AWS::Not::Counted
  Two:
    Properties:
      A: b
    Type: 'AWS::S3::Bucket'
  Key:
    Type: \"AWS::KMS::Key\"
Outputs:
  Type:
    Type: AWS::Not::This
";
        let digest = TemplateDigest::read(template, kept);
        let expected = BTreeMap::from([("AWS::S3::Bucket".to_owned(), 2), ("AWS::KMS::Key".to_owned(), 1)]);
        assert_eq!(digest.counts(), expected);
        let one = digest.resource("One").unwrap();
        assert_eq!(one.condition.as_deref(), Some("Wanted"));
        assert_eq!(one.properties.keys().collect::<Vec<_>>(), ["BucketName"]);
        assert_eq!(digest.conditions.len(), 1);
        assert_eq!(TemplateDigest::read(r#"{"Resources":{"K":{"Type":"AWS::KMS::Key"}}}"#, kept).counts().len(), 1);
    }

    #[test]
    fn what_cannot_be_told_says_why() {
        let why = |text: &str| TemplateDigest::read(text, kept).unread.unwrap_or_default();
        assert!(why("not a template").contains("cannot be read"));
        assert!(why("{").contains("line 1"));
        let serverless = "Transform: AWS::Serverless-2016-10-31\nResources: {A: {Type: 'AWS::S3::Bucket'}}";
        assert!(why(serverless).contains("AWS::Serverless-2016-10-31"));
        assert!(why("Resources: {'Fn::ForEach::Loop': []}").contains("Fn::ForEach::Loop"));
        assert_eq!(why("Transform: AWS::LanguageExtensions\nResources: {}"), "");
    }
}
