//! What an update does to the resources of a stack, as far as two templates and their values tell. What AWS does in the end
//! shows when it is done: where it is not sure, the worse is said.

use std::collections::BTreeSet;

use super::{Known, Resolver, TemplateResource, replacement};

/// What becomes of a resource.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fate {
    Created,
    Deleted,
    /// A new one takes its place, by these properties.
    Replaced {
        by: Vec<String>,
    },
    /// It stays the same resource.
    Changed,
    /// It is not sure: it changes, another takes its place, or it goes.
    Unclear,
}

/// A resource that does not stay as it is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ResourceChange {
    pub logical_id: String,
    pub resource_type: String,
    pub fate: Fate,
    /// What is in it and is lost; empty where nothing is.
    pub lost: String,
}

/// See the module. `typed`: parameters that get another value which is not told here, as secrets do.
pub fn changes(before: &Resolver<'_>, after: &Resolver<'_>, typed: &BTreeSet<String>) -> Vec<ResourceChange> {
    let there = |resolver: &Resolver<'_>, resource: &TemplateResource| {
        resource.condition.as_deref().is_none_or(|name| resolver.holds(name) != Some(false))
    };
    let other = Other { before, after, typed, replaced: BTreeSet::new() }.settled();
    // Whether it is still made depends on something that changes and is not told here.
    let unsure = |resource: &TemplateResource| {
        resource.condition.as_deref().is_some_and(|name| after.holds(name).is_none() && other.is_other(name))
    };
    let mut changes = Vec::new();
    for resource in after.template().resources.iter().filter(|resource| there(after, resource)) {
        let old = before.resource(&resource.logical_id).filter(|old| there(before, old));
        let fate = match old {
            None => Some(Fate::Created),
            // AWS refuses it, or takes it for two resources: the old one goes in either case.
            Some(old) if old.kind != resource.kind => Some(Fate::Replaced { by: vec!["Type".to_owned()] }),
            Some(_) if unsure(resource) => Some(Fate::Unclear),
            Some(old) => other.fate(old, resource),
        };
        let Some(fate) = fate else { continue };
        let goes = matches!(fate, Fate::Replaced { .. } | Fate::Unclear);
        let lost = old.filter(|old| goes && !old.stays_when_replaced).map(holds).unwrap_or_default();
        changes.push(change(resource, fate, lost));
    }
    for resource in before.template().resources.iter().filter(|resource| there(before, resource)) {
        if after.resource(&resource.logical_id).is_none_or(|new| !there(after, new)) {
            let lost = if resource.stays_when_deleted { String::new() } else { holds(resource) };
            changes.push(change(resource, Fate::Deleted, lost));
        }
    }
    changes
}

fn change(resource: &TemplateResource, fate: Fate, lost: String) -> ResourceChange {
    let TemplateResource { logical_id, kind, .. } = resource;
    ResourceChange { logical_id: logical_id.clone(), resource_type: kind.clone(), fate, lost }
}

fn holds(resource: &TemplateResource) -> String {
    replacement(&resource.kind).map_or("whatever is in it", |known| known.holds).to_owned()
}

/// Two templates, and which resources are known to be replaced: whatever names one of them changes as well.
struct Other<'a> {
    before: &'a Resolver<'a>,
    after: &'a Resolver<'a>,
    typed: &'a BTreeSet<String>,
    replaced: BTreeSet<String>,
}

impl Other<'_> {
    /// Follows who names whom until nothing new comes of it.
    fn settled(mut self) -> Self {
        loop {
            let known = self.replaced.len();
            for resource in &self.after.template().resources {
                let old = self.before.resource(&resource.logical_id).filter(|old| old.kind == resource.kind);
                let is_replaced = |old| matches!(self.fate(old, resource), Some(Fate::Replaced { .. } | Fate::Unclear));
                if old.is_some_and(is_replaced) {
                    self.replaced.insert(resource.logical_id.clone());
                }
            }
            if self.replaced.len() == known {
                return self;
            }
        }
    }

    /// `None`: it stays as it is.
    fn fate(&self, old: &TemplateResource, new: &TemplateResource) -> Option<Fate> {
        if old.fingerprint == new.fingerprint && !new.refers.iter().any(|name| self.is_other(name)) {
            return None;
        }
        let Some(known) = replacement(&new.kind) else { return Some(Fate::Unclear) };
        let by: Vec<String> = known
            .properties
            .iter()
            .filter(|name| self.is_other_property(old, new, name))
            .map(|name| (*name).to_owned())
            .collect();
        Some(if by.is_empty() { Fate::Changed } else { Fate::Replaced { by } })
    }

    /// Whether what a name stands for is another thing after the update.
    fn is_other(&self, name: &str) -> bool {
        if self.typed.contains(name) || self.replaced.contains(name) {
            return true;
        }
        let (before, after) = (self.before.template(), self.after.template());
        if before.mappings.get(name) != after.mappings.get(name) {
            return true;
        }
        if let Some(condition) = after.conditions.get(name) {
            if let (Some(before), Some(after)) = (self.before.holds(name), self.after.holds(name)) {
                return before != after;
            }
            // What cannot be decided is the same where it is written the same and names nothing that changes.
            let named = super::digest::names(Some(condition));
            return before.conditions.get(name) != Some(condition) || named.iter().any(|it| self.is_another_value(it));
        }
        self.is_another_value(name)
    }

    fn is_another_value(&self, name: &str) -> bool {
        self.typed.contains(name)
            || self.after.is_read_by_aws(name)
            || self.before.value_of(name) != self.after.value_of(name)
    }

    fn is_other_property(&self, old: &TemplateResource, new: &TemplateResource, name: &str) -> bool {
        match (self.before.at(&old.properties, name), self.after.at(&new.properties, name)) {
            (Known::Is(old), Known::Is(new)) => old != new,
            (Known::Absent, Known::Absent) => false,
            (Known::Absent, _) | (_, Known::Absent) => true,
            // What shows only later is the same where it is written the same and names nothing that changes.
            _ => {
                let named = super::digest::names(new.properties.get(name));
                old.properties.get(name) != new.properties.get(name) || named.iter().any(|name| self.is_other(name))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::catalog::Parameter;
    use crate::resource_actions::properties;
    use crate::template::{Given, TemplateDigest};

    const BEFORE: &str = "\
Parameters:
  Team: {Type: String}
  Size: {Type: String}
  Token: {Type: String, NoEcho: true}
Conditions:
  Big: !Equals [!Ref Size, big]
Resources:
  Key: {Type: AWS::KMS::Key}
  Data:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Sub 'data-${Team}'}
  Logs:
    Type: AWS::S3::Bucket
    UpdateReplacePolicy: Retain
    Properties: {BucketName: !Sub 'logs-${Team}'}
  Domain:
    Type: AWS::SageMaker::Domain
    Properties: {DomainName: studio, KmsKeyId: !GetAtt Key.Arn, DefaultUserSettings: {ExecutionRole: !Ref Role}}
  Profile:
    Type: AWS::SageMaker::UserProfile
    Properties: {DomainId: !Ref Domain, UserProfileName: ada}
  Role: {Type: AWS::IAM::Role, Properties: {Description: one}}
  Extra: {Type: AWS::S3::Bucket, Condition: Big}
  Hook: {Type: 'Custom::Hook', Properties: {Token: !Ref Token}}
";

    fn parameters() -> Vec<Parameter> {
        ["Team", "Size", "Token"]
            .map(|key| Parameter { key: key.to_owned(), kind: "String".to_owned(), ..Parameter::default() })
            .to_vec()
    }

    fn told(after: &str, old: [(&str, &str); 2], new: [(&str, &str); 2], typed: &[&str]) -> Vec<String> {
        let values = |pairs: [(&str, &str); 2]| {
            pairs.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect::<BTreeMap<_, _>>()
        };
        let (old, new, parameters) = (values(old), values(new), parameters());
        let (before, after) = (TemplateDigest::read(BEFORE, properties), TemplateDigest::read(after, properties));
        let given = |values| Given {
            values,
            parameters: &parameters,
            account: "601000000002",
            region: "eu-west-1",
            partition: "aws",
        };
        let typed = typed.iter().map(|name| (*name).to_owned()).collect();
        changes(&Resolver::new(&before, given(&old)), &Resolver::new(&after, given(&new)), &typed)
            .into_iter()
            .map(|it| {
                let fate = match it.fate {
                    Fate::Created => "created".to_owned(),
                    Fate::Deleted => "deleted".to_owned(),
                    Fate::Changed => "changed".to_owned(),
                    Fate::Unclear => "unclear".to_owned(),
                    Fate::Replaced { by } => format!("replaced by {}", by.join(", ")),
                };
                let lost = if it.lost.is_empty() { String::new() } else { format!(", losing {}", it.lost) };
                format!("{} {fate}{lost}", it.logical_id)
            })
            .collect()
    }

    const SAME: [(&str, &str); 2] = [("Team", "fraud"), ("Size", "small")];

    #[test]
    fn nothing_changes_where_nothing_is_said() {
        assert_eq!(told(BEFORE, SAME, SAME, &[]), Vec::<String>::new());
        let reordered = BEFORE
            .replace("{DomainId: !Ref Domain, UserProfileName: ada}", "{UserProfileName: ada, DomainId: !Ref Domain}");
        assert_eq!(told(&reordered, SAME, SAME, &[]), Vec::<String>::new());
    }

    #[test]
    fn another_value_replaces_what_is_named_by_it() {
        let other = [("Team", "risk"), ("Size", "small")];
        assert_eq!(
            told(BEFORE, SAME, other, &[]),
            ["Data replaced by BucketName, losing the objects in the bucket", "Logs replaced by BucketName"]
        );
    }

    #[test]
    fn what_hangs_on_something_that_is_replaced_is_replaced_too() {
        let after = BEFORE.replace("DomainName: studio", "DomainName: lab");
        assert_eq!(
            told(&after, SAME, SAME, &[]),
            [
                "Domain replaced by DomainName, losing the home directories of everybody in the domain",
                "Profile replaced by DomainId, losing the home directory of the user profile, and what runs in it",
            ]
        );
    }

    #[test]
    fn a_key_that_is_changed_in_place_replaces_nothing() {
        let after =
            BEFORE.replace("Key: {Type: AWS::KMS::Key}", "Key: {Type: AWS::KMS::Key, Properties: {Enabled: true}}");
        assert_eq!(told(&after, SAME, SAME, &[]), ["Key changed"]);
        let after = BEFORE.replace("Description: one", "Description: two");
        assert_eq!(told(&after, SAME, SAME, &[]), ["Role changed"]);
    }

    #[test]
    fn conditions_make_and_unmake() {
        let big = [("Team", "fraud"), ("Size", "big")];
        assert_eq!(told(BEFORE, SAME, big, &[]), ["Extra created"]);
        assert_eq!(told(BEFORE, big, SAME, &[]), ["Extra deleted, losing the objects in the bucket"]);
    }

    #[test]
    fn a_secret_that_is_typed_anew_changes_what_names_it() {
        assert_eq!(told(BEFORE, SAME, SAME, &["Token"]), ["Hook unclear, losing whatever is in it"]);
    }

    #[test]
    fn what_a_mapping_or_an_undecided_condition_says_otherwise_changes_what_names_it() {
        let mapped = BEFORE
            .replace("Conditions:", "Mappings:\n  Names: {all: {data: one}}\nConditions:")
            .replace("BucketName: !Sub 'data-${Team}'", "BucketName: !FindInMap [Names, all, data]");
        let other = mapped.replace("data: one", "data: two");
        let (before, after) = (TemplateDigest::read(&mapped, properties), TemplateDigest::read(&other, properties));
        let (values, parameters) = (BTreeMap::new(), parameters());
        let given = Given { values: &values, parameters: &parameters, account: "1", region: "r", partition: "aws" };
        let (before, after) = (Resolver::new(&before, given), Resolver::new(&after, given));
        let found = changes(&before, &after, &BTreeSet::new());
        assert_eq!(found.iter().map(|it| it.logical_id.as_str()).collect::<Vec<_>>(), ["Data"]);
        assert_eq!(found[0].fate, Fate::Replaced { by: vec!["BucketName".to_owned()] });
        let secret = BEFORE.replace("!Equals [!Ref Size, big]", "!Equals [!Ref Token, x]").replace(
            "Role: {Type: AWS::IAM::Role, Properties: {Description: one}}",
            "Role: {Type: AWS::IAM::Role, Properties: {Description: !If [Big, one, two]}}",
        );
        let digest = TemplateDigest::read(&secret, properties);
        let same = Resolver::new(&digest, given);
        let typed = BTreeSet::from(["Token".to_owned()]);
        let found = changes(&same, &same.clone(), &typed);
        assert!(found.iter().any(|it| it.logical_id == "Role" && it.fate == Fate::Changed), "{found:?}");
        let extra = found.iter().find(|it| it.logical_id == "Extra").unwrap();
        assert_eq!((&extra.fate, extra.lost.as_str()), (&Fate::Unclear, "the objects in the bucket"));
    }

    #[test]
    fn what_aws_reads_anew_may_be_another_each_time() {
        let text = BEFORE.replace("DomainName: studio", "DomainName: !Ref Team");
        let digest = TemplateDigest::read(&text, properties);
        let mut parameters = parameters();
        parameters[0].kind = "AWS::SSM::Parameter::Value<String>".to_owned();
        let values = BTreeMap::from([("Team".to_owned(), "/studio/name".to_owned())]);
        let given = Given { values: &values, parameters: &parameters, account: "1", region: "r", partition: "aws" };
        let same = Resolver::new(&digest, given);
        let found = changes(&same, &same.clone(), &BTreeSet::new());
        assert!(found.iter().any(|it| it.logical_id == "Domain" && !it.lost.is_empty()), "{found:?}");
    }

    #[test]
    fn a_resource_of_another_type_takes_the_place_of_the_old_one() {
        let after = BEFORE.replace("  Role: {Type: AWS::IAM::Role, Properties: {Description: one}}\n", "");
        let after = after.replace("Logs:\n    Type: AWS::S3::Bucket", "Logs:\n    Type: AWS::EFS::FileSystem");
        assert_eq!(told(&after, SAME, SAME, &[]), ["Logs replaced by Type", "Role deleted"]);
    }
}
