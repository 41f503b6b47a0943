//! The form that a post came from: where to send the person back to, and what was typed.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::pages::url::{encode, with_query};

/// The field that names the fields whose values are `NoEcho`, separated by commas.
const SECRETS: &str = "noecho";

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    /// The path of the page that the form stands on.
    pub(super) path: String,
    /// What chooses the form on that page, kept in its address.
    query: Vec<(&'static str, String)>,
    /// What was typed; empty for a form that is only a button.
    pub(super) fields: BTreeMap<String, String>,
}

impl Form {
    pub(super) fn at(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }

    /// On the page of one thing, whose identifier comes out of the post.
    pub(super) fn of(list: &str, id: &str) -> Self {
        Self::at(format!("{list}/{}", encode(id)))
    }

    pub(super) fn with_query(mut self, name: &'static str, value: &str) -> Self {
        self.query.push((name, value.to_owned()));
        self
    }

    /// Keeps what was typed, under the names of the fields.
    pub(super) fn with_fields(mut self, input: &impl Serialize) -> Self {
        let mut fields = BTreeMap::new();
        if let Ok(Value::Object(input)) = serde_json::to_value(input) {
            for (name, value) in input {
                match value {
                    Value::String(text) => {
                        fields.insert(name, text);
                    }
                    Value::Object(inner) => {
                        fields.extend(
                            inner.into_iter().filter_map(|(key, value)| {
                                Some((format!("{name}[{key}]"), value.as_str()?.to_owned()))
                            }),
                        );
                    }
                    _ => {}
                }
            }
        }
        self.fields = without_secrets(fields);
        self
    }

    /// Tells the forms of one page apart.
    pub(super) fn named(mut self, name: &str) -> Self {
        self.fields.insert("form".to_owned(), name.to_owned());
        self
    }

    /// The address of the form; with a draft, showing what was typed.
    pub(super) fn address(&self, draft: Option<&str>) -> String {
        let mut pairs: Vec<(&str, &str)> = self.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        pairs.push(("draft", draft.unwrap_or_default()));
        with_query(&self.path, &pairs)
    }
}

/// What may be kept of a posted form: without the fields that it names as `NoEcho`.
pub fn without_secrets(mut fields: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let secrets = fields.remove(SECRETS).unwrap_or_default();
    fields.retain(|name, _| !secrets.split(',').any(|secret| secret == name));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v14_2_4_secrets_are_not_kept() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let kept = without_secrets(BTreeMap::from([
            field("noecho", "param[Token],param[Key]"),
            field("param[Token]", "hush"),
            field("param[Size]", "20"),
        ]));
        assert_eq!(kept, BTreeMap::from([field("param[Size]", "20")]));
    }

    #[test]
    fn v1_2_2_nothing_posted_breaks_out_of_the_address() {
        let form = Form::of("/requests", "../x?y#z\r\nLocation: //evil").with_query("target", "a/b&c");
        assert_eq!(
            form.address(Some("d1")),
            "/requests/..%2Fx%3Fy%23z%0D%0ALocation%3A%20%2F%2Fevil?target=a%2Fb%26c&draft=d1"
        );
    }
}
