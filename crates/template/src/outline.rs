//! A template as people read it: what it asks for, makes, grants and tells.

use domain::view::{GrantKind, OutlineGrant, OutlineOutput, OutlineResource, TemplateOutline};
use serde_json::{Map, Value};

use crate::check::Checked;
use crate::parameters;

/// Texts that are shown of one value; the rest is in the template itself.
const LONGEST: usize = 300;

/// The outline of what was read; of a template with mistakes too, as far as it goes.
pub fn outline(checked: &Checked) -> TemplateOutline {
    let document = &checked.document;
    let section = |name: &str| document.get(name).and_then(Value::as_object).into_iter().flatten();
    let line = |path: &str| u32::try_from(checked.positions.at(path).line).unwrap_or(u32::MAX);
    let mut grants = Vec::new();
    let mut resources = Vec::new();
    for (logical_id, body) in section("Resources") {
        let kind = body.get("Type").and_then(Value::as_str).unwrap_or_default();
        let path = format!("/Resources/{logical_id}");
        let policy = body.get("DeletionPolicy").and_then(Value::as_str).unwrap_or_default();
        resources.push(OutlineResource {
            logical_id: logical_id.clone(),
            kind: kind.to_owned(),
            line: line(&path),
            condition: body.get("Condition").and_then(Value::as_str).map(str::to_owned),
            stays: matches!(policy, "Retain" | "RetainExceptOnCreate"),
        });
        if let Some(properties) = body.get("Properties").and_then(Value::as_object) {
            let mut here = Grants { logical_id, path: format!("{path}/Properties"), line: &line, found: &mut grants };
            here.of(kind, properties);
        }
    }
    TemplateOutline {
        description: document.get("Description").and_then(Value::as_str).unwrap_or_default().trim().to_owned(),
        parameters: section("Parameters").filter_map(|(key, body)| parameters::read(key, body).ok()).collect(),
        resources,
        grants,
        outputs: section("Outputs")
            .map(|(key, body)| OutlineOutput {
                key: key.clone(),
                description: body.get("Description").and_then(Value::as_str).unwrap_or_default().to_owned(),
                value: body.get("Value").map(shown).unwrap_or_default(),
                export: body.pointer("/Export/Name").map(shown),
            })
            .collect(),
    }
}

/// What one resource grants.
struct Grants<'a> {
    logical_id: &'a str,
    path: String,
    line: &'a dyn Fn(&str) -> u32,
    found: &'a mut Vec<OutlineGrant>,
}

impl Grants<'_> {
    fn of(&mut self, kind: &str, properties: &Map<String, Value>) {
        for trust in branches(properties.get("AssumeRolePolicyDocument")) {
            self.document(GrantKind::Trust, "AssumeRolePolicyDocument", trust);
        }
        for (number, policy) in list(properties.get("Policies")).into_iter().enumerate() {
            for document in branches(policy.get("PolicyDocument")) {
                self.document(GrantKind::Identity, &format!("Policies/{number}/PolicyDocument"), document);
            }
        }
        for (number, arn) in list(properties.get("ManagedPolicyArns")).into_iter().enumerate() {
            let grant = self.grant(GrantKind::Managed, &format!("ManagedPolicyArns/{number}"));
            self.found.push(OutlineGrant { actions: vec![shown(arn)], ..grant });
        }
        let identity = kind.starts_with("AWS::IAM::") || kind.starts_with("AWS::SSO::");
        let others =
            properties.iter().filter(|(name, _)| !["AssumeRolePolicyDocument", "Policies"].contains(&name.as_str()));
        for (name, value) in others {
            for document in branches(Some(value)).into_iter().filter(|it| it.get("Statement").is_some()) {
                self.document(if identity { GrantKind::Identity } else { GrantKind::Resource }, name, document);
            }
        }
    }

    fn document(&mut self, kind: GrantKind, path: &str, document: &Value) {
        let statements = document.get("Statement");
        let is_list = statements.is_some_and(Value::is_array);
        for (number, statement) in list(statements).into_iter().enumerate() {
            let place = if is_list { format!("{path}/Statement/{number}") } else { format!("{path}/Statement") };
            let texts = |name: &str| {
                let plain = list(statement.get(name)).into_iter().map(shown);
                let other = list(statement.get(format!("Not{name}").as_str()));
                let other = other.into_iter().map(|it| format!("not {}", shown(it)));
                plain.chain(other).collect::<Vec<_>>()
            };
            let on = match kind {
                GrantKind::Identity | GrantKind::Managed => texts("Resource"),
                GrantKind::Trust | GrantKind::Resource => principals(statement),
            };
            let grant = self.grant(kind, &place);
            self.found.push(OutlineGrant {
                effect: statement.get("Effect").map(shown).unwrap_or_default(),
                actions: texts("Action"),
                on,
                condition: statement.get("Condition").map(|it| cut(it.to_string())),
                ..grant
            });
        }
    }

    fn grant(&self, kind: GrantKind, place: &str) -> OutlineGrant {
        OutlineGrant {
            resource: self.logical_id.to_owned(),
            line: (self.line)(&format!("{}/{place}", self.path)),
            kind,
            effect: "Allow".to_owned(),
            actions: Vec::new(),
            on: Vec::new(),
            condition: None,
        }
    }
}

/// `*`, or each principal with its kind: `Service sagemaker.amazonaws.com`.
fn principals(statement: &Value) -> Vec<String> {
    let mut told = Vec::new();
    for (name, not) in [("Principal", ""), ("NotPrincipal", "not ")] {
        match statement.get(name) {
            Some(Value::Object(by_kind)) if !by_kind.keys().any(|key| is_function(key)) => {
                for (kind, who) in by_kind {
                    told.extend(list(Some(who)).into_iter().map(|who| format!("{not}{kind} {}", shown(who))));
                }
            }
            Some(other) => told.push(format!("{not}{}", shown(other))),
            None => {}
        }
    }
    told
}

/// One or many, as policies and templates write it, with every branch of a condition.
fn list(value: Option<&Value>) -> Vec<&Value> {
    let mut all = Vec::new();
    for one in branches(value) {
        match one {
            Value::Array(many) => all.extend(many.iter().flat_map(|it| branches(Some(it)))),
            one => all.push(one),
        }
    }
    all
}

/// What a value can be: both sides of each `Fn::If`, without what leaves it out.
fn branches(value: Option<&Value>) -> Vec<&Value> {
    let Some(value) = value else { return Vec::new() };
    match value.get("Fn::If").and_then(Value::as_array).map(Vec::as_slice) {
        Some([_, yes, no]) => [yes, no].into_iter().flat_map(|side| branches(Some(side))).collect(),
        _ if value.get("Ref").and_then(Value::as_str) == Some("AWS::NoValue") => Vec::new(),
        _ => vec![value],
    }
}

fn is_function(key: &str) -> bool {
    key == "Ref" || key == "Condition" || key.starts_with("Fn::")
}

/// A value as the template's short form writes it: `!Ref Key`, `!GetAtt Role.Arn`.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Object(object) if object.len() == 1 => match object.iter().next() {
            Some((key, inner)) if is_function(key) => {
                let name = key.trim_start_matches("Fn::");
                let inner = match (name, inner) {
                    ("GetAtt", Value::Array(parts)) => parts.iter().map(shown).collect::<Vec<_>>().join("."),
                    // The map of its own variables is in the template.
                    ("Sub", Value::Array(parts)) => parts.first().map(shown).unwrap_or_default(),
                    (_, inner) => shown(inner),
                };
                format!("!{name} {inner}")
            }
            _ => value.to_string(),
        },
        Value::Null => String::new(),
        other => other.to_string(),
    };
    cut(text)
}

fn cut(text: String) -> String {
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST).chain("\u{2026}".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;

    fn of(text: &str) -> TemplateOutline {
        outline(&check(text).unwrap())
    }

    #[test]
    fn what_a_template_asks_makes_grants_and_tells() {
        let it = of("\
Description: A role and its bucket
Parameters:
  Name: {Type: String, Default: a}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
  Who:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Statement:
          Effect: Deny
          Principal: '*'
          Action: s3:*
          Resource: '*'
          Condition: {Bool: {'aws:SecureTransport': 'false'}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: [sagemaker.amazonaws.com, ec2.amazonaws.com]}}
      ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess']
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: [s3:GetObject, s3:PutObject]
                Resource: !Sub '${Bucket.Arn}/*'
              - {Effect: Allow, NotAction: iam:*, Resource: !GetAtt Bucket.Arn}
Outputs:
  Role: {Value: !GetAtt Role.Arn, Export: {Name: !Sub '${AWS::StackName}-role'}}
");
        assert_eq!(it.description, "A role and its bucket");
        assert_eq!(it.parameters.iter().map(|p| p.key.as_str()).collect::<Vec<_>>(), ["Name"]);
        let stays: Vec<_> = it.resources.iter().map(|r| (r.logical_id.as_str(), r.line, r.stays)).collect();
        assert_eq!(stays, [("Bucket", 5, true), ("Who", 8, false), ("Role", 19, false)]);
        let told: Vec<_> = it
            .grants
            .iter()
            .map(|g| format!("{} {:?} {} {} on {}", g.line, g.kind, g.effect, g.actions.join(","), g.on.join(",")))
            .collect();
        assert_eq!(
            told,
            [
                "13 Resource Deny s3:* on *",
                "24 Trust Allow sts:AssumeRole on Service sagemaker.amazonaws.com,Service ec2.amazonaws.com",
                "30 Identity Allow s3:GetObject,s3:PutObject on !Sub ${Bucket.Arn}/*",
                "33 Identity Allow not iam:* on !GetAtt Bucket.Arn",
                "25 Managed Allow !Sub arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess on ",
            ]
        );
        assert_eq!(it.grants[0].condition.as_deref(), Some(r#"{"Bool":{"aws:SecureTransport":"false"}}"#));
        assert_eq!(it.outputs[0].value, "!GetAtt Role.Arn");
        assert_eq!(it.outputs[0].export.as_deref(), Some("!Sub ${AWS::StackName}-role"));
    }

    #[test]
    fn what_a_condition_grants_is_shown_too() {
        let it = of("\
Conditions: {Wide: !Equals [a, b]}
Resources:
  Files:
    Type: AWS::EFS::FileSystem
    Properties:
      FileSystemPolicy: {Statement: [{Effect: Allow, Action: elasticfilesystem:ClientMount, Principal: {AWS: '*'}}]}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: a}}}
      Policies: !If
        - Wide
        - - PolicyName: wide
            PolicyDocument:
              Statement:
                - !If [Wide, {Effect: Allow, Action: s3:*, Resource: '*'}, !Ref AWS::NoValue]
        - !Ref AWS::NoValue
");
        let told: Vec<_> = it.grants.iter().map(|g| format!("{:?} {}", g.kind, g.actions.join(","))).collect();
        assert_eq!(told, ["Resource elasticfilesystem:ClientMount", "Trust sts:AssumeRole", "Identity s3:*"]);
    }

    #[test]
    fn a_template_with_mistakes_is_shown_as_far_as_it_goes() {
        let it =
            of("Resources:\n  A: {Type: AWS::Nothing::Here}\n  B: 5\nOutputs: [x]\nParameters: {P: {Type: Nope}}\n");
        assert_eq!(it.resources.iter().map(|r| r.logical_id.as_str()).collect::<Vec<_>>(), ["A", "B"]);
        assert!(it.parameters.is_empty() && it.outputs.is_empty() && it.grants.is_empty());
    }

    #[test]
    fn no_value_is_longer_than_a_reader_wants() {
        let long =
            format!("Resources:\n  A: {{Type: AWS::SNS::Topic}}\nOutputs: {{O: {{Value: {}}}}}\n", "x".repeat(5_000));
        assert_eq!(of(&long).outputs[0].value.chars().count(), LONGEST + 1);
    }
}
