//! The intrinsic functions.

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::MAX_TEXT;
use super::TemplateError;
use super::evaluate::{Evaluator, Pseudo, weight};
use super::sub::{self, Piece};

/// A scalar as text, as CloudFormation sees it.
pub(super) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// An attribute of a resource that is not understood: an ARN if it looks like one, else the resource's name with it.
pub(super) fn made_up(pseudo: &Pseudo, kind: &str, reference: &str, attribute: &str) -> String {
    if reference.starts_with("arn:") && attribute.ends_with("Arn") {
        return reference.to_owned();
    }
    if attribute == "Arn" || attribute.ends_with("Arn") || attribute.ends_with("ARN") {
        let service = kind.split("::").nth(1).unwrap_or("custom").to_lowercase();
        let noun = kind.rsplit("::").next().unwrap_or("resource").to_lowercase();
        let noun = if kind == "AWS::Lambda::Function" { "function:" } else { &format!("{noun}/") };
        return format!("arn:aws:{service}:{}:{}:{noun}{reference}", pseudo.region, pseudo.account);
    }
    format!("{reference}-{}", attribute.replace('.', "-").to_lowercase())
}

impl Evaluator<'_> {
    /// A value that has to be text.
    pub(super) fn text(&self, value: &Value) -> Result<String, TemplateError> {
        let evaluated = self.value(value)?;
        evaluated.as_ref().and_then(scalar_text).ok_or_else(|| {
            TemplateError::function("a function was given something that is no string where it needs one")
        })
    }

    fn list(&self, value: &Value, function: &str) -> Result<Vec<Value>, TemplateError> {
        match self.value(value)? {
            Some(Value::Array(items)) => Ok(items),
            _ => Err(TemplateError::function(format!("{function} requires a list argument"))),
        }
    }

    pub(super) fn call(&self, name: &str, argument: &Value) -> Result<Option<Value>, TemplateError> {
        let parts = |count: usize| -> Result<&Vec<Value>, TemplateError> {
            argument
                .as_array()
                .filter(|list| list.len() == count)
                .ok_or_else(|| TemplateError::function(format!("every {name} object requires {count} parameters")))
        };
        let value: Value = match name {
            "Ref" => {
                let target = argument
                    .as_str()
                    .ok_or_else(|| TemplateError::function("every Ref object must have a single String value."))?;
                return self.reference(target);
            }
            "Fn::If" => {
                let list = parts(3)?;
                let condition = list[0].as_str().unwrap_or_default();
                let holds = self
                    .conditions
                    .get(condition)
                    .ok_or_else(|| TemplateError::format(format!("Unresolved condition dependency {condition}")))?;
                return self.value(&list[if *holds { 1 } else { 2 }]);
            }
            "Fn::GetAtt" => self.get_att(argument)?,
            "Fn::Sub" => self.sub(argument)?.into(),
            "Fn::Join" => {
                let list = parts(2)?;
                let between = self.text(&list[0])?;
                let mut items = Vec::new();
                for item in self.list(&list[1], name)? {
                    items.push(scalar_text(&item).ok_or_else(|| {
                        TemplateError::function("every Fn::Join object requires a list of strings to be joined")
                    })?);
                }
                if items.iter().map(|i| i.len() + between.len()).sum::<usize>() > MAX_TEXT {
                    return Err(too_long(name));
                }
                items.join(&between).into()
            }
            "Fn::Select" => {
                let list = parts(2)?;
                let index = self.text(&list[0])?;
                let items = self.list(&list[1], name)?;
                index.parse::<usize>().ok().and_then(|i| items.get(i).cloned()).ok_or_else(|| {
                    TemplateError::function(format!("Fn::Select cannot select nonexistent value at index {index}"))
                })?
            }
            "Fn::Split" => {
                let list = parts(2)?;
                let (at, text) = (self.text(&list[0])?, self.text(&list[1])?);
                if at.is_empty() {
                    return Err(TemplateError::function("Fn::Split requires a delimiter that is not empty"));
                }
                self.spend(text.split(at.as_str()).count() * weight(&Value::Null))?;
                text.split(at.as_str()).collect()
            }
            "Fn::FindInMap" => self.find_in_map(argument)?,
            "Fn::ImportValue" => {
                let wanted = self.text(argument)?;
                self.export(&wanted)?.into()
            }
            "Fn::Base64" => bounded(name, STANDARD.encode(self.text(argument)?))?,
            "Fn::GetAZs" => {
                let given = self.text(argument)?;
                let region = if given.is_empty() { self.pseudo.region.as_str() } else { given.as_str() };
                ["a", "b", "c"].iter().map(|zone| format!("{region}{zone}")).collect()
            }
            "Fn::Cidr" => self.cidr(argument)?,
            "Fn::Length" => self.list(argument, name)?.len().into(),
            "Fn::ToJsonString" => match self.value(argument)? {
                Some(evaluated) => bounded(name, evaluated.to_string())?,
                None => return Ok(None),
            },
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Contains" => {
                let call = Value::Object([(name.to_owned(), argument.clone())].into_iter().collect());
                self.truth(&call)?.into()
            }
            other => return Err(TemplateError::function(format!("{other} cannot be used here"))),
        };
        self.spend(weight(&value))?;
        Ok(Some(value))
    }

    fn get_att(&self, argument: &Value) -> Result<Value, TemplateError> {
        let wrong = || {
            TemplateError::function(
                "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
            )
        };
        match argument {
            Value::String(text) => {
                let (resource, attribute) = text.split_once('.').ok_or_else(wrong)?;
                self.attribute(resource, attribute)
            }
            Value::Array(parts) if parts.len() == 2 => {
                let resource = parts[0].as_str().ok_or_else(wrong)?;
                self.attribute(resource, &self.text(&parts[1])?)
            }
            _ => Err(wrong()),
        }
    }

    fn sub(&self, argument: &Value) -> Result<String, TemplateError> {
        let wrong = || {
            TemplateError::function(
                "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
            )
        };
        let (text, own) = match argument {
            Value::String(text) => (text.as_str(), None),
            Value::Array(parts) if parts.len() == 2 => {
                (parts[0].as_str().ok_or_else(wrong)?, Some(parts[1].as_object().ok_or_else(wrong)?))
            }
            Value::Array(parts) if parts.len() == 1 => (parts[0].as_str().ok_or_else(wrong)?, None),
            _ => return Err(wrong()),
        };
        let mut known = std::collections::BTreeMap::new();
        for (name, value) in own.into_iter().flatten() {
            known.insert(name.as_str(), self.text(value)?);
        }
        let mut out = String::new();
        for piece in sub::pieces(text) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Literal(name) => {
                    out.push_str("${");
                    out.push_str(name);
                    out.push('}');
                }
                Piece::Variable(name) => match known.get(name) {
                    Some(text) => out.push_str(text),
                    None => out.push_str(&self.variable(name)?),
                },
            }
            if out.len() > MAX_TEXT {
                return Err(too_long("Fn::Sub"));
            }
        }
        Ok(out)
    }

    fn variable(&self, name: &str) -> Result<String, TemplateError> {
        let value = match name.split_once('.') {
            Some((resource, attribute)) => Some(self.attribute(resource, attribute)?),
            None => self.reference(name)?,
        };
        value.as_ref().and_then(scalar_text).ok_or_else(|| {
            TemplateError::function(format!("variable {name} in Fn::Sub expression does not resolve to a string"))
        })
    }

    fn find_in_map(&self, argument: &Value) -> Result<Value, TemplateError> {
        let list = argument.as_array().filter(|list| matches!(list.len(), 3 | 4)).ok_or_else(|| {
            TemplateError::function("every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value")
        })?;
        let (map, top, second) = (self.text(&list[0])?, self.text(&list[1])?, self.text(&list[2])?);
        let found = self.template.mappings.get(&map).and_then(|m| m.get(&top)).and_then(|m| m.get(&second));
        if let Some(found) = found {
            return Ok(found.clone());
        }
        if let Some(default) = list.get(3).and_then(|d| d.get("DefaultValue"))
            && let Some(value) = self.value(default)?
        {
            return Ok(value);
        }
        Err(TemplateError::function(format!("Unable to get mapping for {map}::{top}::{second}")))
    }

    /// `[block, how many, host bits]`: that many subnets of the block.
    fn cidr(&self, argument: &Value) -> Result<Value, TemplateError> {
        let wrong = || {
            TemplateError::function(
                "Fn::Cidr object requires an IP block, a count of 1 to 256 and the number of host bits",
            )
        };
        let list = argument.as_array().filter(|list| matches!(list.len(), 2 | 3)).ok_or_else(wrong)?;
        let block = self.text(&list[0])?;
        let count: u32 = self.text(&list[1])?.parse().map_err(|_| wrong())?;
        let (address, prefix) = block.split_once('/').ok_or_else(wrong)?;
        let prefix: u32 = prefix.parse().map_err(|_| wrong())?;
        let (start, width): (u128, u32) = match address.parse::<Ipv4Addr>() {
            Ok(v4) => (u32::from(v4).into(), 32),
            Err(_) => (address.parse::<Ipv6Addr>().map_err(|_| wrong())?.into(), 128),
        };
        let bits: u32 = match list.get(2) {
            Some(given) => self.text(given)?.parse().map_err(|_| wrong())?,
            None if width == 128 => 64,
            None => return Err(wrong()),
        };
        let room = width.checked_sub(prefix).and_then(|free| free.checked_sub(bits)).ok_or_else(wrong)?;
        let fits = (1..=256).contains(&count) && (1..128).contains(&bits) && (room >= 9 || count <= 1 << room);
        if !fits {
            return Err(wrong());
        }
        let base = if prefix == 0 { 0 } else { start >> (width - prefix) << (width - prefix) };
        (0..count)
            .map(|i| {
                let address = base.checked_add(u128::from(i) << bits).ok_or_else(wrong)?;
                let text = if width == 32 {
                    Ipv4Addr::from(u32::try_from(address).map_err(|_| wrong())?).to_string()
                } else {
                    Ipv6Addr::from(address).to_string()
                };
                Ok(format!("{text}/{}", width - bits))
            })
            .collect::<Result<Vec<_>, _>>()
            .map(Into::into)
    }
}

/// A function's text, if it is not too long.
fn bounded(function: &str, text: String) -> Result<Value, TemplateError> {
    if text.len() > MAX_TEXT { Err(too_long(function)) } else { Ok(text.into()) }
}

fn too_long(function: &str) -> TemplateError {
    TemplateError::function(format!("{function} gives a text of more than {MAX_TEXT} bytes"))
}
