//! The intrinsic functions that can be carried out before anything is made; `None` where one cannot.

use serde_json::Value;

use super::known::scalar;
use super::{Known, Resolver};

impl Resolver<'_> {
    pub(super) fn substituted(&self, argument: &Value) -> Option<Value> {
        let (text, own) = match argument {
            Value::String(text) => (text.as_str(), None),
            Value::Array(both) => match both.as_slice() {
                [Value::String(text), Value::Object(own)] => (text.as_str(), Some(own)),
                _ => return None,
            },
            _ => return None,
        };
        let (mut result, mut rest) = (String::new(), text);
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}')?;
            result.push_str(before);
            match name.strip_prefix('!') {
                Some(literal) => {
                    result.push_str("${");
                    result.push_str(literal);
                    result.push('}');
                }
                None => match own.and_then(|own| own.get(name)) {
                    Some(value) => result.push_str(&self.eval(value).text()?),
                    None => result.push_str(&self.reference(name).text()?),
                },
            }
            rest = after;
        }
        result.push_str(rest);
        Some(result.into())
    }

    pub(super) fn joined(&self, argument: &Value) -> Option<Value> {
        let [delimiter, items] = argument.as_array()?.as_slice() else { return None };
        let Known::Is(Value::Array(items)) = self.eval(items) else { return None };
        let texts: Option<Vec<String>> = items.iter().map(scalar).collect();
        Some(texts?.join(delimiter.as_str()?).into())
    }

    pub(super) fn selected(&self, argument: &Value) -> Option<Value> {
        let [index, items] = argument.as_array()?.as_slice() else { return None };
        let index: usize = self.eval(index).text()?.parse().ok()?;
        match self.eval(items) {
            Known::Is(Value::Array(items)) => items.get(index).cloned(),
            _ => None,
        }
    }

    pub(super) fn split(&self, argument: &Value) -> Option<Value> {
        let [delimiter, text] = argument.as_array()?.as_slice() else { return None };
        let text = self.eval(text).text()?;
        let delimiter = delimiter.as_str().filter(|delimiter| !delimiter.is_empty())?;
        Some(text.split(delimiter).map(Value::from).collect())
    }

    pub(super) fn mapped(&self, argument: &Value) -> Option<Value> {
        let [map, top, second] = argument.as_array()?.first_chunk()?;
        let (map, top, second) = (self.eval(map).text()?, self.eval(top).text()?, self.eval(second).text()?);
        self.template().mappings.get(&map)?.get(&top)?.get(&second).cloned()
    }
}
