//! YAML to JSON, with CloudFormation's short function tags written out.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use serde_json::{Map, Value};

use super::error::TemplateError;
use super::{MAX_DEPTH, MAX_NODES};

/// The functions that have a short tag; all but these two are written `Fn::Name` in full.
const TAGS: &[&str] = &[
    "Ref",
    "Condition",
    "And",
    "Base64",
    "Cidr",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "Equals",
    "FindInMap",
    "GetAZs",
    "GetAtt",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "RefAll",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
    "ValueOf",
    "ValueOfAll",
];

/// A list or map that is being read.
#[derive(Debug)]
enum Open {
    List { items: Vec<Value>, function: Option<String> },
    Map { entries: Map<String, Value>, lines: BTreeMap<String, usize>, key: Option<String>, function: Option<String> },
}

/// The only document of the text, and what in it is most likely not meant. The parser is driven event by event, so depth
/// costs no stack.
pub(super) fn parse(text: &str) -> Result<(Value, Vec<String>), TemplateError> {
    let mut warnings = Vec::new();
    let mut stack: Vec<Open> = Vec::new();
    let mut root = None;
    let mut nodes = 0_usize;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| at(*e.marker(), format!("YAML not well-formed: {}", e.info())))?;
        nodes += 1;
        if nodes > MAX_NODES {
            return Err(at(span.start, "the template has too many values"));
        }
        let done = match event {
            Event::Alias(_) => {
                return Err(at(span.start, "YAML aliases are not allowed in CloudFormation templates"));
            }
            Event::Scalar(text, style, _, tag) => {
                if take_key(&mut stack, &text, span.start, &mut warnings) {
                    continue;
                }
                scalar(&text, style, tag.as_deref(), span.start)?
            }
            Event::SequenceStart(_, tag) => {
                let function = function(tag.as_deref(), span.start)?;
                open(&mut stack, Open::List { items: Vec::new(), function }, span.start)?;
                continue;
            }
            Event::MappingStart(_, tag) => {
                let function = function(tag.as_deref(), span.start)?;
                let map = Open::Map { entries: Map::new(), lines: BTreeMap::new(), key: None, function };
                open(&mut stack, map, span.start)?;
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                Some(Open::List { items, function }) => call(function, Value::Array(items)),
                Some(Open::Map { entries, function, .. }) => call(function, Value::Object(entries)),
                None => continue,
            },
            Event::DocumentStart(_) if root.is_some() => {
                return Err(at(span.start, "a template is one YAML document"));
            }
            _ => continue,
        };
        match stack.last_mut() {
            None => root = Some(done),
            Some(Open::List { items, .. }) => items.push(done),
            Some(Open::Map { entries, key, .. }) => {
                if let Some(key) = key.take() {
                    entries.insert(key, done);
                }
            }
        }
    }
    root.map(|root| (root, warnings)).ok_or_else(|| TemplateError::format("the template is empty"))
}

fn at(marker: Marker, message: impl std::fmt::Display) -> TemplateError {
    TemplateError::at(marker.line(), marker.col() + 1, message)
}

/// Takes a scalar as the key of the map that is open, if one waits for a key. Of a key that comes twice CloudFormation
/// takes the last value.
fn take_key(stack: &mut [Open], text: &str, marker: Marker, warnings: &mut Vec<String>) -> bool {
    let Some(Open::Map { entries, lines, key: key @ None, .. }) = stack.last_mut() else { return false };
    if let Some(first) = lines.insert(text.to_owned(), marker.line()) {
        let line = marker.line();
        warnings
            .push(format!("line {line}: the key {text:?} stands in line {first} too; the value in line {line} holds"));
    }
    // The key is entered now, so that it keeps its place; its value takes the place of null.
    entries.insert(text.to_owned(), Value::Null);
    *key = Some(text.to_owned());
    true
}

fn open(stack: &mut Vec<Open>, new: Open, marker: Marker) -> Result<(), TemplateError> {
    if let Some(Open::Map { key: None, .. }) = stack.last() {
        return Err(at(marker, "the key of a map is text"));
    }
    if stack.len() >= MAX_DEPTH {
        return Err(at(marker, "the template is nested too deeply"));
    }
    stack.push(new);
    Ok(())
}

/// The same, of a text that need not be a template.
pub(super) fn function_of(tag: Option<&Tag>) -> Option<String> {
    function(tag, Marker::default()).ok().flatten()
}

/// The function that a tag stands for.
fn function(tag: Option<&Tag>, marker: Marker) -> Result<Option<String>, TemplateError> {
    let Some(tag) = tag else { return Ok(None) };
    if tag.is_yaml_core_schema() {
        return Ok(None);
    }
    let name = tag.suffix.as_str();
    if tag.handle != "!" || !TAGS.contains(&name) {
        return Err(at(marker, format!("unknown tag {}{name}", tag.handle)));
    }
    Ok(Some(if matches!(name, "Ref" | "Condition") { name.to_owned() } else { format!("Fn::{name}") }))
}

fn call(function: Option<String>, argument: Value) -> Value {
    let Some(name) = function else { return argument };
    let argument = match argument {
        // The short form `!GetAtt Resource.Attribute.Part`.
        Value::String(text) if name == "Fn::GetAtt" => match text.split_once('.') {
            Some((resource, attribute)) => vec![resource.to_owned(), attribute.to_owned()].into(),
            None => Value::String(text),
        },
        other => other,
    };
    Value::Object(Map::from_iter([(name, argument)]))
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, marker: Marker) -> Result<Value, TemplateError> {
    if let Some(name) = function(tag, marker)? {
        return Ok(call(Some(name), Value::String(text.to_owned())));
    }
    let as_text = style != ScalarStyle::Plain || tag.is_some_and(|t| t.suffix == "str");
    Ok(if as_text { Value::String(text.to_owned()) } else { plain(text) })
}

/// A plain scalar by YAML 1.1, which CloudFormation reads. What a number would not give back as it was written
/// (`1.10`, `0123`, a date) stays text.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Value::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Value::Bool(false),
        _ => {}
    }
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    if numeric
        && let Ok(number) = serde_json::from_str::<serde_json::Number>(text)
        && number.to_string() == text
    {
        return Value::Number(number);
    }
    Value::String(text.to_owned())
}
