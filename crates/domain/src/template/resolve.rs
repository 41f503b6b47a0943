//! Values of a template before anything is made: parameters are known, attributes of resources are not.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Known, TemplateDigest, TemplateResource};
use crate::catalog::Parameter;
use crate::parameter::Kind;

/// What a launch gives a template.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// By parameter; one that is missing here has a value that nobody tells.
    pub values: &'a BTreeMap<String, String>,
    pub parameters: &'a [Parameter],
    pub account: &'a str,
    pub region: &'a str,
    pub partition: &'a str,
}

/// How deep values and conditions may stand in each other: more than any template of use has, less than the stack holds.
const DEEPEST: u32 = 192;

/// See the module.
#[derive(Clone, Debug)]
pub struct Resolver<'a> {
    template: &'a TemplateDigest,
    given: Given<'a>,
    /// The conditions that were asked for so far.
    decided: RefCell<BTreeMap<String, Option<bool>>>,
    depth: Cell<u32>,
}

impl<'a> Resolver<'a> {
    pub fn new(template: &'a TemplateDigest, given: Given<'a>) -> Self {
        Self { template, given, decided: RefCell::default(), depth: Cell::default() }
    }

    pub(super) fn decided(&self) -> &RefCell<BTreeMap<String, Option<bool>>> {
        &self.decided
    }

    /// One level further in; `None` where that is too deep.
    pub(super) fn deeper<T>(&self, within: impl FnOnce() -> T) -> Option<T> {
        let depth = self.depth.get();
        if depth >= DEEPEST {
            return None;
        }
        self.depth.set(depth + 1);
        let result = within();
        self.depth.set(depth);
        Some(result)
    }

    /// What was given for a parameter whose value is what it says.
    pub(super) fn given_text(&self, name: &str) -> Option<&'a str> {
        if self.is_read_by_aws(name) { None } else { self.value_of(name) }
    }

    /// Whether a parameter names one of Systems Manager, which AWS reads anew each time.
    pub(super) fn is_read_by_aws(&self, name: &str) -> bool {
        self.kind_of(name).starts_with("AWS::SSM::Parameter::Value<")
    }

    fn kind_of(&self, name: &str) -> &'a str {
        self.given.parameters.iter().find(|p| p.key == name).map(|p| p.kind.as_str()).unwrap_or_default()
    }

    pub(super) fn template(&self) -> &'a TemplateDigest {
        self.template
    }

    /// The value of a parameter, if it has one.
    pub(super) fn value_of(&self, name: &str) -> Option<&'a str> {
        self.given.values.get(name).map(String::as_str)
    }

    pub fn resource(&self, logical_id: &str) -> Option<&'a TemplateResource> {
        self.template.resource(logical_id)
    }

    /// The value at a path of members, `DefaultUserSettings.SecurityGroups`.
    pub fn at(&self, properties: &Map<String, Value>, path: &str) -> Known {
        let mut members = path.split('.');
        let Some(mut value) = members.next().and_then(|name| properties.get(name)) else { return Known::Absent };
        for name in members {
            value = match self.chosen(value) {
                Ok(Value::Object(map)) if !is_function(map) => match map.get(name) {
                    Some(value) => value,
                    None => return Known::Absent,
                },
                Ok(_) => return Known::Open,
                Err(known) => return known,
            };
        }
        self.eval(value)
    }

    /// Every value of a member, wherever it stands inside.
    pub fn inside(&self, properties: &Map<String, Value>, path: &str, member: &str) -> Known {
        self.inside_any(properties, &[path], member)
    }

    /// The same, inside several properties.
    pub fn inside_any(&self, properties: &Map<String, Value>, paths: &[&str], member: &str) -> Known {
        let mut found = Vec::new();
        for value in paths.iter().filter_map(|path| properties.get(*path)) {
            self.collect(value, member, &mut found);
        }
        list(found)
    }

    fn collect(&self, value: &Value, member: &str, found: &mut Vec<Known>) {
        match self.chosen(value) {
            Err(Known::Absent) => {}
            Err(_) => found.push(Known::Open),
            Ok(Value::Object(map)) if is_function(map) => {}
            Ok(Value::Object(map)) => {
                for (key, inner) in map {
                    if key == member { found.push(self.eval(inner)) } else { self.collect(inner, member, found) }
                }
            }
            Ok(Value::Array(items)) => items.iter().for_each(|item| self.collect(item, member, found)),
            Ok(_) => {}
        }
    }

    /// The branch of an `Fn::If` that is taken; any other value is itself.
    pub(super) fn chosen<'v>(&self, value: &'v Value) -> Result<&'v Value, Known> {
        let mut value = value;
        // As deep as a template may be nested.
        while let Some([condition, yes, no]) = function(value, "Fn::If").and_then(|args| args.first_chunk()) {
            value = match condition.as_str().and_then(|name| self.holds(name)) {
                Some(true) => yes,
                Some(false) => no,
                None => return Err(Known::Open),
            };
        }
        match value.get("Ref").and_then(Value::as_str) {
            Some("AWS::NoValue") => Err(Known::Absent),
            _ => Ok(value),
        }
    }

    /// What is known of a value.
    pub fn eval(&self, value: &Value) -> Known {
        self.deeper(|| self.known(value)).unwrap_or(Known::Open)
    }

    fn known(&self, value: &Value) -> Known {
        let value = match self.chosen(value) {
            Ok(value) => value,
            Err(known) => return known,
        };
        match value {
            Value::Null => Known::Absent,
            // AWS takes it for a value that was not given, or refuses it.
            Value::String(text) if text.is_empty() => Known::Open,
            Value::String(_) | Value::Number(_) | Value::Bool(_) => Known::Is(value.clone()),
            Value::Array(items) => list(items.iter().map(|item| self.eval(item)).collect()),
            Value::Object(map) if is_function(map) => {
                let Some((name, argument)) = map.iter().next() else { return Known::There };
                self.call(name, argument)
            }
            Value::Object(map) => {
                let mut known = Map::new();
                for (key, value) in map {
                    match self.eval(value) {
                        Known::Absent => {}
                        Known::Is(value) => {
                            known.insert(key.clone(), value);
                        }
                        Known::There | Known::Open => return Known::There,
                    }
                }
                Known::Is(Value::Object(known))
            }
        }
    }

    fn call(&self, name: &str, argument: &Value) -> Known {
        let known = match name {
            "Ref" => return argument.as_str().map_or(Known::There, |name| self.reference(name)),
            "Fn::Sub" => self.substituted(argument),
            "Fn::Join" => self.joined(argument),
            "Fn::Select" => self.selected(argument),
            "Fn::Split" => self.split(argument),
            "Fn::FindInMap" => self.mapped(argument),
            // Attributes, exports, zones: something comes of each.
            _ => None,
        };
        known.map_or(Known::There, Known::Is)
    }

    pub(super) fn reference(&self, name: &str) -> Known {
        if let Some(text) = self.pseudo(name) {
            return Known::Is(text.into());
        }
        if self.is_read_by_aws(name) {
            return Known::There;
        }
        let kind = self.kind_of(name);
        match (self.given.values.get(name), Kind::of(kind)) {
            (None, _) => {}
            (Some(value), _) if value.trim().is_empty() => return Known::Open,
            (Some(value), kind @ Kind { list: true, .. }) => {
                return Known::Is(kind.items(value).into_iter().map(Value::from).collect());
            }
            (Some(value), _) => return Known::Is(value.clone().into()),
        }
        if self.template.resource(name).is_some() || name.starts_with("AWS::") { Known::There } else { Known::Open }
    }

    fn pseudo(&self, name: &str) -> Option<&str> {
        match name {
            "AWS::AccountId" => Some(self.given.account),
            "AWS::Region" => Some(self.given.region),
            "AWS::Partition" => Some(self.given.partition),
            _ => None,
        }
    }
}

/// The arguments of a function, if the value is that function.
fn function<'v>(value: &'v Value, name: &str) -> Option<&'v Vec<Value>> {
    value.as_object().filter(|map| map.len() == 1)?.get(name)?.as_array()
}

fn is_function(map: &Map<String, Value>) -> bool {
    map.len() == 1 && map.keys().all(|key| key == "Ref" || key.starts_with("Fn::"))
}

/// A list of what is known of its items.
fn list(items: Vec<Known>) -> Known {
    let mut known = Vec::new();
    let (mut there, mut open) = (false, false);
    for item in items {
        match item {
            Known::Absent => {}
            Known::Is(Value::Array(inner)) => known.extend(inner),
            Known::Is(value) => known.push(value),
            Known::There => there = true,
            Known::Open => open = true,
        }
    }
    match (known.is_empty(), there, open) {
        (_, true, _) | (false, _, true) => Known::There,
        (true, false, true) => Known::Open,
        (true, false, false) => Known::Absent,
        (false, false, false) => Known::Is(Value::Array(known)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "\
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  HasKey: !Not [!Equals [!Ref Key, none]]
  Both: !And [{Condition: IsProd}, !Not [{Condition: IsProd}]]
  Later: !Equals [!Ref Secret, x]
  Circle: {Condition: Circle}
Mappings:
  Sizes: {dev: {type: ml.t3.medium}}
Resources:
  Role: {Type: 'AWS::IAM::Role'}
  It:
    Type: A::B::C
    Properties:
      Subnets: !Ref Subnets
      First: !Select [0, !Ref Subnets]
      Key: !If [HasKey, !Ref Key, !Ref 'AWS::NoValue']
      Role: !GetAtt Role.Arn
      Boundary: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/B${!x}'
      Named: !Sub ['${A}-${Stage}', {A: !Ref 'AWS::Region'}]
      Attribute: !Sub '${Role.Arn}/x'
      Size: !FindInMap [Sizes, !Ref Stage, type]
      Joined: !Join ['-', [a, !Ref Stage]]
      Split: !Select [1, !Split ['/', 'a/b']]
      Groups: [sg-1, !GetAtt Group.Id]
      Maybe: !If [Later, a, b]
      Circle: !If [Circle, a, b]
      Secret: !Ref Secret
      Image: !Ref Image
      Off: false
      Settings:
        Lab: {Spec: {InstanceType: !Ref Type}}
        Other: !If [IsProd, {InstanceType: ml.big}, !Ref 'AWS::NoValue']
        Groups: {Fn::If: [Later, [a], [b]]}
";

    fn parameter(key: &str, kind: &str) -> Parameter {
        Parameter { key: key.into(), kind: kind.into(), ..Parameter::default() }
    }

    fn with<T>(look: impl FnOnce(&Resolver<'_>, &Map<String, Value>) -> T) -> T {
        let names = [
            "Subnets",
            "First",
            "Key",
            "Role",
            "Boundary",
            "Named",
            "Attribute",
            "Size",
            "Joined",
            "Split",
            "Groups",
            "Maybe",
            "Circle",
            "Secret",
            "Image",
            "Off",
            "Settings",
        ];
        let digest = TemplateDigest::read(TEMPLATE, |_| names.to_vec());
        let values = [
            ("Stage", "dev"),
            ("Key", "none"),
            ("Subnets", "subnet-1, subnet-2"),
            ("Type", "ml.t3.large"),
            ("Image", "/images/latest"),
        ];
        let values: BTreeMap<String, String> = values.map(|(k, v)| (k.into(), v.into())).into();
        let given = Given {
            values: &values,
            parameters: &[
                parameter("Subnets", "List<AWS::EC2::Subnet::Id>"),
                parameter("Image", "AWS::SSM::Parameter::Value<String>"),
            ],
            account: "601000000002",
            region: "eu-west-1",
            partition: "aws",
        };
        look(&Resolver::new(&digest, given), &digest.resource("It").unwrap().properties)
    }

    #[test]
    fn what_parameters_decide_is_known_and_the_rest_is_told_apart() {
        let at = |path: &str| with(|resolver, properties| resolver.at(properties, path));
        let is = |text: &str| Known::Is(text.into());
        assert_eq!(at("Subnets").texts(), ["subnet-1", "subnet-2"]);
        for (path, known) in [
            ("First", is("subnet-1")),
            ("Key", Known::Absent),
            ("Nothing", Known::Absent),
            ("Role", Known::There),
            ("Boundary", is("arn:aws:iam::601000000002:policy/B${x}")),
            ("Named", is("eu-west-1-dev")),
            ("Attribute", Known::There),
            ("Size", is("ml.t3.medium")),
            ("Joined", is("a-dev")),
            ("Split", is("b")),
            ("Groups", Known::There),
            ("Maybe", Known::Open),
            ("Circle", Known::Open),
            ("Secret", Known::Open),
            ("Image", Known::There),
            ("Off", Known::Is(false.into())),
            ("Settings.Lab.Spec.InstanceType", is("ml.t3.large")),
            ("Settings.Lab.Nothing.More", Known::Absent),
            ("Settings.Groups", Known::Open),
        ] {
            assert_eq!(at(path), known, "{path}");
        }
    }

    #[test]
    fn members_are_found_wherever_they_stand() {
        let inside = |member: &str| with(|resolver, properties| resolver.inside(properties, "Settings", member));
        // `Groups` hangs on a secret: there may be one more.
        assert_eq!(inside("InstanceType"), Known::There);
        assert_eq!(inside("Spec"), Known::There);
        let nothing = with(|resolver, properties| resolver.inside(properties, "Nothing", "InstanceType"));
        assert_eq!(nothing, Known::Absent);
    }

    #[test]
    fn conditions_have_three_answers() {
        let holds = |name: &str| with(|resolver, _| resolver.holds(name));
        assert_eq!(holds("IsProd"), Some(false));
        assert_eq!(holds("HasKey"), Some(false));
        assert_eq!(holds("Both"), Some(false));
        assert_eq!((holds("Later"), holds("Circle"), holds("None")), (None, None, None));
    }
}
